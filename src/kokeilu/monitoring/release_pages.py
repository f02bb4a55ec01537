"""The pages of releases: the list, one release with its files, and the steps of those who make it."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from kokeilu import clock
from kokeilu.access import logs
from kokeilu.access.pages import OpenRequest, Request, page
from kokeilu.access.policy import may_open
from kokeilu.monitoring import (
    format_dcat,
    operations,
    release_actions,
    release_calendar,
    release_files,
    release_queries,
    release_rules,
    release_views,
    release_words,
)
from kokeilu.monitoring.models import Release
from kokeilu.monitoring.published_table import LANGUAGES
from kokeilu.monitoring.release_forms import CheckForm, PrepareForm, ScheduleForm, WithdrawForm
from kokeilu.panel.rules import month_end, month_name, months
from kokeilu.problems import Problem
from kokeilu.web import formats

CHOICES = 24  # months that can be chosen as the last of a release
A_YEAR = 365 * 24 * 3600
ALL_LANGUAGES = ", ".join(LANGUAGES)


@page(operations.SEE_RELEASES)
def releases(request: OpenRequest) -> HttpResponse:
    """What is coming and when, what stands, what was replaced; insiders also see what is being made."""
    now = clock.now()
    shown = list(release_calendar.published(now))
    gone = release_calendar.replaced(shown, now)
    context = {
        "coming": [_row(one, "scheduled", request) for one in release_calendar.coming(now)],
        "standing": [_row(one, "published", request) for one in shown if one.pk not in gone],
        "replaced": [_row(one, "replaced", request) for one in shown if one.pk in gone],
        "making": [
            _row(one, release_rules.state(one, now), request)
            for one in release_queries.in_preparation(request.actor, now)
        ],
        "may_prepare": may_open(request, operations.PREPARE_RELEASE.key),
    }
    return render(request, "monitoring/releases.html", context)


def _row(release: Release, state: str, request: OpenRequest) -> dict[str, Any]:
    """A release in a list; what is not published has a link for insiders alone."""
    open_ = state in ("published", "replaced") or release_queries.insider(request.actor, release)
    return {"release": release, "title": _title(release), "open": open_, **_state(state)}


def _title(release: Release) -> str:
    return str(release.title[formats.language()])


def _state(state: str) -> dict[str, Any]:
    return {"state": release_words.STATES[state], "color": release_words.COLORS[state]}


def _found(request: OpenRequest, release_id: UUID) -> tuple[Release, release_rules.State]:
    """A release that the reader may open; its reading before publication is logged."""
    release = release_queries.visible(request.actor).filter(pk=release_id).first()
    if release is None:
        raise Http404
    return release, release_calendar.state(release)


def _note_view(request: OpenRequest, release: Release, what: str) -> None:
    """Whoever sees an unpublished release is on record before the answer leaves."""
    if not release_rules.is_published(release, clock.now()):
        if not release_queries.insider(request.actor, release):
            raise Http404
        seen = {"release": str(release.pk), "what": what}
        logs.record_reading(request.actor, operations.SEE_UNPUBLISHED, [], "role", seen)


@page(operations.SEE_RELEASES)
def release(request: OpenRequest, release_id: UUID) -> HttpResponse:
    """One release: its files, what they hold, its checks and history."""
    return _shown(request, release_id)


def _shown(request: OpenRequest, release_id: UUID, form: forms.Form | None = None) -> HttpResponse:
    """The release's page, with a form that was sent and has faults."""
    found, state = _found(request, release_id)
    _note_view(request, found, "page")
    inside = release_queries.insider(request.actor, found)
    steps = _steps(request, found, state, form)
    context = {
        "release": found,
        "title": _title(found),
        **_state(state),
        "replaced_by": release_calendar.published().filter(replaces=found).first(),
        "files": release_views.files(found),
        "table": release_views.about(found),
        "further": release_views.further(found),
        "checks": release_views.checks(found, inside=inside),
        "steps": steps,
        "history": release_views.history(found),
        "views": release_queries.seen_before(found) if inside else [],
        "standing": settings.KOKEILU_TODAY,
        "inside": inside,
        "refused": _refused(form, steps),
    }
    return render(request, "monitoring/release.html", context, status=422 if form is not None else 200)


def _refused(sent: forms.Form | None, steps: list[dict[str, Any]]) -> str:
    """Why a step was refused whose form is not on the page any more: somebody else has taken it meanwhile."""
    if sent is None or any(step["form"] is sent for step in steps):
        return ""
    return " ".join(str(error) for errors in sent.errors.values() for error in errors)


def _sentence(problem: Problem) -> str:
    """A problem's one line as a page tells it."""
    line = str(problem)
    return line[:1].upper() + line[1:]


def _steps(request: OpenRequest, release: Release, state: str, sent: forms.Form | None) -> list[dict[str, Any]]:
    """The forms of the steps that are open to the reader now; a form that was sent stands in its place."""
    actor = request.actor
    if not release_queries.insider(actor, release):
        return []
    offered: list[tuple[str, forms.Form]] = []
    if state == "prepared" and release.prepared_by_id != actor.user.pk:
        offered.append(("check", CheckForm(prefix="check")))
    if state in ("checked", "scheduled"):
        offered.append(("schedule", ScheduleForm(prefix="schedule", initial={"time": "08:00"})))
    if state in ("prepared", "checked", "scheduled"):
        offered.append(("withdraw", WithdrawForm(prefix="withdraw")))
    return [
        {
            "name": release_words.STEPS[key],
            "form": sent if type(sent) is type(form) else form,
            "open": key != "withdraw" or type(sent) is type(form),
            "href": reverse(f"monitoring:release_{key}", args=[release.pk]),
            "danger": key == "withdraw",
        }
        for key, form in offered
    ]


@page(operations.SEE_RELEASES)
def file(request: OpenRequest, release_id: UUID, file_name: str) -> HttpResponse:
    """A file of a release, as it was made. Once it is published any cache may keep it: it never changes."""
    found, _state_now = _found(request, release_id)
    held = found.files.filter(name=file_name).select_related("content").first()
    if held is None:
        raise Http404
    _note_view(request, found, file_name)
    kind: Any = held.kind
    response = HttpResponse(bytes(held.content.content), content_type=release_files.CONTENT_TYPES[kind])
    response["Content-Disposition"] = f'attachment; filename="{held.name}"'
    response["ETag"] = f'"{held.content_id}"'
    response["Content-Language"] = held.language or ALL_LANGUAGES
    public = release_rules.is_published(found, clock.now())
    response["Cache-Control"] = f"public, max-age={A_YEAR}, immutable" if public else "no-store"
    return response


@page(operations.PREPARE_RELEASE, "GET", "POST")
def prepare(request: Request) -> HttpResponse:
    """Make the next release from the installation's panel."""
    choices, problem = _months()
    form = PrepareForm(request.POST or None, months=choices, initial={"by": release_queries.last_by()})
    if request.method == "POST" and problem is None and form.is_valid():
        try:
            made = release_actions.prepare(
                _panel(),
                form.cleaned_data["month"],
                form.cleaned_data["by"],
                reason=form.cleaned_data["reason"],
                labour_force=settings.KOKEILU_LABOUR_FORCE,
                actor=request.actor,
            )
        except Problem as refused:
            form.add_error(None, _sentence(refused))
        else:
            messages.success(request, _("The release is made. A colleague checks it next."))
            return redirect("monitoring:release", made.pk)
    context = {"form": form, "problem": problem, "contact": release_actions.about(request.actor).contact}
    return render(request, "monitoring/release_prepare.html", context, status=422 if form.errors else 200)


def _panel() -> Any:
    from kokeilu.panel.check import open_panel

    return open_panel(settings.KOKEILU_PANEL)


def _months() -> tuple[list[tuple[str, str]], str | None]:
    """The panel's newest months to choose from, or why there are none."""
    try:
        manifest = _panel().manifest
    except Problem as problem:
        return [], problem.what
    every = list(months(month_end(manifest.first_month), month_end(manifest.last_month)))
    names = [(month_name(one), formats.month(date(one // 100, one % 100, 1))) for one in every]
    return names[: -CHOICES - 1 : -1], None


def _step(
    request: Request, release_id: UUID, form: forms.Form, do: Callable[[dict[str, Any]], object], done: str
) -> HttpResponse:
    """Do a step with a form that was sent; the release's page again where it has faults."""
    _found(request, release_id)
    if form.is_valid():
        try:
            do(form.cleaned_data)
        except Problem as problem:
            form.add_error(None, _sentence(problem))
        else:
            messages.success(request, done)
            return HttpResponseRedirect(reverse("monitoring:release", args=[release_id]))
    return _shown(request, release_id, form)


@page(operations.CHECK_RELEASE, "POST")
def check(request: Request, release_id: UUID) -> HttpResponse:
    """Approve a release as the second person."""
    return _step(
        request, release_id, CheckForm(request.POST, prefix="check"),
        lambda data: release_actions.check(release_id, remark=data["remark"], actor=request.actor),
        _("Checked. Now its time of publication can be set."),
    )  # fmt: skip


@page(operations.SCHEDULE_RELEASE, "POST")
def schedule(request: Request, release_id: UUID) -> HttpResponse:
    """Set the time of publication."""
    return _step(
        request, release_id, ScheduleForm(request.POST, prefix="schedule"),
        lambda data: release_actions.schedule(release_id, data["publish_at"], actor=request.actor),
        _("The time of publication is set. Until then only those who make the release see it."),
    )  # fmt: skip


@page(operations.WITHDRAW_RELEASE, "POST")
def withdraw(request: Request, release_id: UUID) -> HttpResponse:
    """Take a release back before its publication."""
    return _step(
        request, release_id, WithdrawForm(request.POST, prefix="withdraw"),
        lambda data: release_actions.withdraw(release_id, data["reason"], actor=request.actor),
        _("Withdrawn. It stays on record."),
    )  # fmt: skip


@page(operations.SEE_RELEASES)
def catalogue(request: OpenRequest) -> HttpResponse:
    """The catalogue of published releases by DCAT-AP. It changes, so caches ask each time whether it has."""
    address = request.build_absolute_uri
    found = list(release_calendar.published())
    entries = [entry for one in found for entry in release_queries.entries(one, lambda path: address(path))]
    publisher = release_queries.publisher(found)
    content = format_dcat.catalogue(address(request.path), entries, publisher)
    headers = {"Cache-Control": "no-cache", "Content-Language": ALL_LANGUAGES}
    return HttpResponse(content, content_type="application/ld+json", headers=headers)
