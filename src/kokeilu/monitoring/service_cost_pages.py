"""The pages of what services cost an area: the prices with their history, and the forms that set and end them."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from kokeilu.access.pages import Request, page
from kokeilu.monitoring import (
    figure_texts,
    goal_actions,
    goal_words,
    operations,
    own_forms,
    queries,
    service_cost_actions,
    service_cost_queries,
)
from kokeilu.monitoring.goal_forms import ReasonForm
from kokeilu.monitoring.models import ServiceCost
from kokeilu.monitoring.service_cost_forms import CENTS, PER, CostForm
from kokeilu.web import formats


@page(operations.SEE)
def costs(request: Request, area: str) -> HttpResponse:
    """What an area's services cost, and everything that was said of it before."""
    if area not in queries.area_names():
        raise Http404
    rows = [_row(one) for one in service_cost_queries.said(area)]
    standing = [row for row in rows if row["cost"].superseded_by is None and not row["cost"].ended]
    standing.sort(key=lambda row: (row["service"], row["cost"].from_year or 0))
    return render(
        request,
        "monitoring/service_costs.html",
        {
            "area": area, "name": queries.area_name(area, formats.language()), "standing": standing,
            "earlier": [row for row in rows if row not in standing],
            "may_set": goal_actions.may_set(request.actor, area),
            "written_in": goal_words.written_in(row["cost"] for row in rows),
        },
    )  # fmt: skip


def _row(cost: ServiceCost) -> dict[str, Any]:
    return {
        "cost": cost,
        "service": service_cost_queries.name(cost.service),
        "price": figure_texts.euros(cost.cents / CENTS, 2),
        "per": PER[ServiceCost.Per(cost.per)],
        "label": _label(cost),
        "what": pgettext("price", "ended") if cost.ended else "",
    }


def _label(cost: ServiceCost) -> str:
    """What tells a price from all others of its area."""
    service = service_cost_queries.name(cost.service)
    if cost.from_year is None:
        return service
    return _("%(service)s, from %(year)s") % {"service": service, "year": cost.from_year}


def _found(request: Request, area: str, cost_id: UUID) -> ServiceCost:
    """The price of an address; what was sent of one that somebody else has said anew meanwhile is told so, not lost."""
    rows = ServiceCost.objects.filter(area=area, pk=cost_id)
    found = rows.first() if request.method == "POST" else rows.filter(superseded_by=None, ended=False).first()
    if found is None:
        raise Http404
    return found


@page(operations.SET_GOALS, "GET", "POST")
def add(request: Request, area: str) -> HttpResponse:
    """Say the price of a service."""
    own_forms.require_own(request, area)
    return _edit(request, area, None)


@page(operations.SET_GOALS, "GET", "POST")
def change(request: Request, area: str, cost_id: UUID) -> HttpResponse:
    """Say a standing price anew."""
    own_forms.require_own(request, area)
    return _edit(request, area, _found(request, area, cost_id))


def _edit(request: Request, area: str, old: ServiceCost | None) -> HttpResponse:
    form = CostForm(request.POST if request.method == "POST" else None, area=area, old=old)

    def save() -> None:
        service_cost_actions.set_cost(
            area, form.said, reason=form.cleaned_data["reason"], replaces=old.pk if old else None, actor=request.actor
        )

    if form.is_valid() and own_forms.was_set(request, form, save, anew=old is not None):
        return redirect("monitoring:service_costs", area)
    title = _("Price: %(service)s") % {"service": _label(old)} if old else _("Add a price")
    return _form(request, area, form, {"title": title, "old": old})


@page(operations.SET_GOALS, "GET", "POST")
def end(request: Request, area: str, cost_id: UUID) -> HttpResponse:
    """Ask for the reason, and say that a price holds no longer."""
    own_forms.require_own(request, area)
    old = _found(request, area, cost_id)
    form = ReasonForm(request.POST if request.method == "POST" else None)

    def work() -> None:
        service_cost_actions.end_cost(cost_id, reason=form.cleaned_data["reason"], actor=request.actor)

    if form.is_valid() and own_forms.was_ended(request, form, work):
        return redirect("monitoring:service_costs", area)
    title = _("End the price: %(service)s") % {"service": _label(old)}
    return _form(request, area, form, {"title": title, "old": old, "ending": True})


def _form(request: Request, area: str, form: ReasonForm, more: dict[str, Any]) -> HttpResponse:
    context = {"area": area, "name": queries.area_name(area, formats.language()), "form": form, **more}
    return render(request, "monitoring/service_cost_form.html", context, status=422 if form.errors else 200)
