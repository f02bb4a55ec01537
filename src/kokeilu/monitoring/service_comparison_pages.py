"""The page of services side by side: use, cost, and where people are three months after."""

from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from typing import Any, Final

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from kokeilu.access.pages import Request, page
from kokeilu.monitoring import (
    goal_actions,
    month_choice,
    operations,
    picture_answers,
    queries,
    service_comparison_charts,
    service_comparison_queries,
    service_cost_queries,
    table_files,
)
from kokeilu.monitoring import service_comparison_texts as texts
from kokeilu.monitoring.charts import WIDTHS, Size
from kokeilu.monitoring.month_choice import Choice
from kokeilu.monitoring.service_comparison_queries import Compared
from kokeilu.monitoring.service_comparison_rules import OUTCOMES
from kokeilu.monitoring.service_comparison_texts import Glance
from kokeilu.monitoring.suppression import THRESHOLD
from kokeilu.web import formats

TOGETHER: Final = "together"
FIRST: Final = "per_exit"
"""What the services are sorted by unless asked otherwise: the dearest first."""
Value = Callable[[Compared], Any]


def _per_exit(one: Compared) -> float | None:
    """The cost per person in the open labour market; without an end where it was for nobody."""
    amount = one.costs.per_exit
    return amount.cents if amount else inf if one.costs.year and texts.is_for_nobody(one) else None


SORTS: Final[dict[str, Value]] = {
    "service": lambda one: service_cost_queries.name(one.service),
    "stock": lambda one: one.values["stock"],
    "persons": lambda one: one.values["persons"],
    "starts": lambda one: one.values["starts"],
    "ends": lambda one: one.values["ends"],
    "months": lambda one: one.mean_months,
    "year": lambda one: one.costs.year,
    "per_start": lambda one: one.costs.per_start.cents if one.costs.per_start else None,
    "per_exit": lambda one: _per_exit(one),
} | {key: (lambda one, key=key: one.share(key)) for key in OUTCOMES}


@dataclass(frozen=True)
class Chosen:
    """What an address asks for; `known` tells whether all of it is there."""

    years: list[int]
    areas: list[str]
    year: int
    area: str | None
    sort: str
    falling: bool
    known: bool

    @property
    def order(self) -> dict[str, str]:
        """What the address says of the order of the services."""
        return {"sort": self.sort, "order": "falling" if self.falling else "rising"}

    def address(self, name: str = "monitoring:services", *given: Any, **changes: str) -> str:
        """The address of the same with changes."""
        return f"{reverse(name, args=given)}?{self.query(**changes)}"

    def query(self, **changes: str) -> str:
        """What an address asks for."""
        return urlencode({"area": self.area or TOGETHER, "year": str(self.year), **self.order, **changes})


def chosen_of(request: Request) -> Chosen | None:
    """What the address asks for, else the newest year of all areas; None where nothing is published."""
    years = service_comparison_queries.years()
    if not years:
        return None
    asked, place = request.GET.get("year", str(years[0])), request.GET.get("area", TOGETHER)
    year = next((one for one in years if str(one) == asked), None)
    areas = service_comparison_queries.areas(year or years[0])
    sort, order = request.GET.get("sort", FIRST), request.GET.get("order", "falling")
    known = year is not None and place in (TOGETHER, *areas) and sort in SORTS and order in ("rising", "falling")
    return Chosen(
        years, areas, year or years[0], place if place in areas else None, sort if sort in SORTS else FIRST,
        order == "falling", known,
    )  # fmt: skip


@page(operations.SEE)
def services(request: Request) -> HttpResponse:
    """Services side by side in a year: of an area, or of the areas together."""
    chosen = chosen_of(request)
    if chosen is None:
        return render(request, "monitoring/services.html", {"chosen": None})
    found = _sorted(service_comparison_queries.compared(chosen.year, chosen.area), chosen)
    language = formats.language()
    places = sorted((queries.area_name(key, language), key) for key in chosen.areas)
    glance, prices_of = Glance(found), chosen.area or _own(request)
    return render(
        request,
        "monitoring/services.html",
        {
            "chosen": chosen,
            "place": queries.area_name(chosen.area, language) if chosen.area else _("Trial areas together"),
            **_choices(chosen, places),
            "glance": glance.sentences(),
            "results": {"columns": _result_columns(chosen), "rows": [glance.result(one) for one in found]},
            "outcomes": {"columns": _outcome_columns(chosen), "rows": [texts.outcomes(one) for one in found]},
            "use": {"columns": _use_columns(chosen), "rows": [texts.use(one) for one in found]},
            "pictures": _pictures(glance, chosen) if glance.is_drawn else [],
            "incomplete": any(any(one.hiding.values()) for one in found) and chosen.area is None,
            "illustrative": any(price.illustrative for one in found for price in one.prices),
            "prices_of": prices_of, "prices_name": queries.area_name(prices_of, language),
            "sources": [
                {"text": text, "language": written}
                for text, written in sorted({(price.source, price.language) for one in found for price in one.prices})
            ],
            "no_effect": texts.NO_EFFECT, "stays": texts.STAYS, "not_revised": texts.NOT_REVISED,
            "files": table_files.links("services_file", query=chosen.query()) if found else [],
            "threshold": THRESHOLD,
        },
    )  # fmt: skip


def _choices(chosen: Chosen, places: list[tuple[str, str]]) -> dict[str, Any]:
    """The lists of areas (name, key) and years to choose from; the order stays as it is."""
    areas = [(TOGETHER, _("Trial areas together")), *((key, name) for name, key in places)]
    years = [(str(year), str(year)) for year in chosen.years]
    return month_choice.choices(
        chosen.known, Choice("area", _("Area"), areas, chosen.area or TOGETHER),
        Choice("year", _("Year"), years, str(chosen.year)), **chosen.order,
    )  # fmt: skip


def _own(request: Request) -> str:
    """The area whose prices the reader sets; empty where there is none."""
    place = request.actor.organisation.key if request.actor else ""
    return place if goal_actions.may_set(request.actor, place) and place in queries.area_names() else ""


def _sorted(found: list[Compared], chosen: Chosen) -> list[Compared]:
    """By the chosen column; what has no value there comes last either way, the dearest of the year first."""
    value = SORTS[chosen.sort]
    known = sorted((one for one in found if value(one) is not None), key=lambda one: (value(one), one.service))
    unknown = [one for one in found if value(one) is None]
    unknown.sort(key=lambda one: (-(one.costs.year or 0), service_cost_queries.name(one.service)))
    return [*(reversed(known) if chosen.falling else known), *unknown]


def _column(chosen: Chosen, key: str, label: Any) -> dict[str, Any]:
    """The head of a column that sorts."""
    now = chosen.sort == key
    order = "rising" if now and chosen.falling else "falling" if now or key != "service" else "rising"
    return {
        "label": label, "number": key != "service", "href": chosen.address(sort=key, order=order),
        "sort": ("descending" if chosen.falling else "ascending") if now else "none",
    }  # fmt: skip


def _use_columns(chosen: Chosen) -> list[dict[str, Any]]:
    names = {
        "service": _("Service"), "stock": _("At the year's end"), "persons": _("People in the year"),
        "starts": _("Started"), "ends": pgettext("people", "Ended"), "months": _("Mean length, months"),
        "per_start": _("Cost per start"),
    }  # fmt: skip
    return [_column(chosen, key, label) for key, label in names.items()]


def _result_columns(chosen: Chosen) -> list[dict[str, Any]]:
    names = {
        "service": _("Service"), "per_exit": _("Cost per person in the open labour market"),
        texts.EXITS: _("In the open labour market after 3 months"), "year": _("Cost of the year"),
    }  # fmt: skip
    columns = [_column(chosen, key, label) for key, label in names.items()]
    return [*columns, {"label": _("Price"), "number": True}]


def _outcome_columns(chosen: Chosen) -> list[dict[str, Any]]:
    return [
        _column(chosen, "service", _("Service")),
        {"label": pgettext("people", "Ended"), "number": True},
        *(_column(chosen, key, texts.OUTCOME_NAMES[key]) for key in OUTCOMES),
    ]


def _pictures(glance: Glance, chosen: Chosen) -> list[dict[str, str]]:
    return [
        {"size": size, "href": chosen.address("monitoring:services_chart", size, v=glance.bars(size).sha256)}
        for size in WIDTHS
    ]


@page(operations.SEE)
def services_chart(request: Request, size: Size) -> HttpResponse:
    """The chart of cost and outcome as SVG. Its address carries the hash of what it shows."""
    chosen = chosen_of(request)
    if chosen is None or size not in WIDTHS:
        raise Http404
    found = _sorted(service_comparison_queries.compared(chosen.year, chosen.area), chosen)
    if not found:
        raise Http404
    bars = Glance(found).bars(size)
    return picture_answers.answer(request, service_comparison_charts.svg(chosen.area or TOGETHER, bars), bars.sha256)
