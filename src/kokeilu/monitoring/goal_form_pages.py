"""The pages on which an area's analysts set, change and end its goals."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from kokeilu.access.pages import Request, page
from kokeilu.monitoring import breakdown_queries, goal_actions, goal_queries, goal_words, operations, own_forms, queries
from kokeilu.monitoring.goal_forms import (
    Expectations,
    MeasureForm,
    PackageForm,
    ReasonForm,
    TargetForm,
    expectations_of,
)
from kokeilu.monitoring.goal_models import STANDING, Measure, Target, WorkPackage
from kokeilu.monitoring.goal_queries import MODELS, Goal, Kind
from kokeilu.web import formats

ROWS = "expected"  # the prefix of the rows of expectations


def _kind(request: Request, area: str, given: str) -> Kind:
    """The kind of goal of an address. Raises Http404, and PermissionDenied where these are not the actor's to set."""
    kind = next((one for one in MODELS if one == given), None)
    if kind is None:
        raise Http404
    own_forms.require_own(request, area)
    return kind


def _found(request: Request, kind: Kind, area: str, goal_id: UUID) -> Goal:
    """The goal of an address. What was sent of one that somebody else has said anew meanwhile is told so, not lost."""
    found = goal_queries.find(kind, area, goal_id, standing=request.method != "POST")
    if found is None:
        raise Http404
    return found


@page(operations.SET_GOALS, "GET", "POST")
def add(request: Request, area: str, goal_kind: str) -> HttpResponse:
    """Set a goal that was not there."""
    kind = _kind(request, area, goal_kind)
    if kind == "measure" and not goal_queries.packages(area):
        raise Http404  # measures stand in work packages
    return _edit(request, area, kind, None)


@page(operations.SET_GOALS, "GET", "POST")
def change(request: Request, area: str, goal_kind: str, goal_id: UUID) -> HttpResponse:
    """Say a standing goal anew."""
    kind = _kind(request, area, goal_kind)
    return _edit(request, area, kind, _found(request, kind, area, goal_id))


def _edit(request: Request, area: str, kind: Kind, old: Goal | None) -> HttpResponse:
    sent = request.POST if request.method == "POST" else None
    form, rows, save = _FORMS[kind](area, sent, old)
    valid = form.is_valid() and (rows is None or rows.is_valid())
    if valid and own_forms.was_set(request, form, lambda: save(request), anew=old is not None):
        return redirect("monitoring:goals_of", area)
    wrong = bool(form.errors or (rows is not None and sent is not None and rows.total_error_count()))
    title = f"{goal_words.KINDS[kind]}: {_name(old)}" if old else str(goal_words.ADDED[kind])
    context = {
        "area": area, "name": queries.area_name(area, formats.language()), "title": title, "form": form, "rows": rows,
        "old": old, "kind": kind,
    }  # fmt: skip
    return render(request, "monitoring/goal_form.html", context, status=422 if wrong else 200)


Made = tuple[forms.Form, Any, Callable[[Request], object]]


def _target_form(area: str, sent: Any, old: Any) -> Made:
    initial = {key: getattr(old, key) for key in TargetForm.base_fields if key != "reason"} if old else None
    form = TargetForm(sent, initial=initial)

    def save(request: Request) -> None:
        goal_actions.set_target(
            area, form.said, reason=form.cleaned_data["reason"], replaces=old.pk if old else None, actor=request.actor
        )

    return form, None, save


def _package_form(area: str, sent: Any, old: Any) -> Made:
    initial = {key: getattr(old, key) for key in PackageForm.base_fields if key != "reason"} if old else None
    form = PackageForm(sent, initial=initial, translated=old.translated if old else None)

    def save(request: Request) -> None:
        goal_actions.set_package(
            area, form.said, reason=form.cleaned_data["reason"], replaces=old.pk if old else None, actor=request.actor
        )

    return form, None, save


def _measure_form(area: str, sent: Any, old: Any) -> Made:
    packages = WorkPackage.objects.filter(STANDING, area=area).order_by("number")
    form = MeasureForm(sent, initial=_of_measure(old) if old else None, packages=packages)
    expected = list(old.expectations.order_by("pk")) if old else []
    keys = ("indicator", "direction", "population", "group", "size", "by_day")
    initial = [
        {key: getattr(one, key) for key in keys} | {"classes": [f"{one.dimension}:{each}" for each in one.classes]}
        for one in expected
    ]
    places = breakdown_queries.groups("municipality", [area])
    rows = Expectations(sent, prefix=ROWS, initial=initial, form_kwargs={"municipalities": places})

    def save(request: Request) -> None:
        said = form.measure(expectations_of(rows), old.illustrative if old else False)
        goal_actions.set_measure(
            form.cleaned_data["package"], said, reason=form.cleaned_data["reason"],
            replaces=old.pk if old else None, actor=request.actor,
        )  # fmt: skip

    return form, rows, save


def _of_measure(old: Measure) -> dict[str, Any]:
    standing = WorkPackage.objects.filter(STANDING, area=old.package.area)
    package = next((one for one in standing.order_by("number") if (one.first_id or one.pk) == old.package_id), None)
    until = old.valid.upper
    return {
        "package": package.pk if package else None, "name": old.name, "description": old.description,
        "from_day": old.valid.lower, "last_day": until.fromordinal(until.toordinal() - 1) if until else None,
        "responsible": old.responsible.key, "language": old.language,
    }  # fmt: skip


_FORMS: dict[Kind, Callable[[str, Any, Any], Made]] = {
    "target": _target_form, "package": _package_form, "measure": _measure_form,
}  # fmt: skip


@page(operations.SET_GOALS, "GET", "POST")
def end(request: Request, area: str, goal_kind: str, goal_id: UUID) -> HttpResponse:
    """Ask for the reason, and say that a goal holds no longer."""
    kind = _kind(request, area, goal_kind)
    old = _found(request, kind, area, goal_id)
    form = ReasonForm(request.POST if request.method == "POST" else None)

    def work() -> None:
        goal_actions.end(kind, goal_id, reason=form.cleaned_data["reason"], actor=request.actor)

    if form.is_valid() and own_forms.was_ended(request, form, work):
        return redirect("monitoring:goals_of", area)
    context = {
        "area": area, "name": queries.area_name(area, formats.language()), "form": form, "old": old, "kind": kind,
        "title": _("End: %(name)s") % {"name": _name(old)}, "ending": True,
    }  # fmt: skip
    return render(request, "monitoring/goal_form.html", context, status=422 if form.errors else 200)


def _name(goal: Goal) -> str:
    if isinstance(goal, Target):
        return goal_words.label(goal)
    return goal.name
