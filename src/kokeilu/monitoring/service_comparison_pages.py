"""The page of services side by side: use, cost, and where people are three months after."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Final

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from kokeilu.access.pages import Request, page
from kokeilu.monitoring import figure_texts, goal_charts, operations, pictures, queries, service_comparison_queries
from kokeilu.monitoring.charts import COLOURS, TEXT_COLOUR, WIDTHS, Size
from kokeilu.monitoring.service_comparison_queries import CENTS, Compared
from kokeilu.monitoring.service_comparison_rules import OUTCOMES
from kokeilu.monitoring.suppression import THRESHOLD
from kokeilu.register import labels
from kokeilu.web import formats

A_YEAR: Final = 365 * 24 * 3600
TOGETHER: Final = "together"
OUTCOME_NAMES: Final = {
    "followed_open_market": gettext_lazy("Open labour market"),
    "followed_supported_work": gettext_lazy("Supported work"),
    "followed_service": gettext_lazy("In a service again"),
    "followed_unemployed": gettext_lazy("Unemployed"),
    "followed_outside": gettext_lazy("Outside the labour force"),
    "followed_unknown": gettext_lazy("Not known"),
}
Value = Callable[[Compared], Any]
SORTS: Final[dict[str, Value]] = {
    "service": lambda one: _name(one.service),
    "stock": lambda one: one.values["stock"],
    "persons": lambda one: one.values["persons"],
    "starts": lambda one: one.values["starts"],
    "ends": lambda one: one.values["ends"],
    "months": lambda one: one.mean_months,
    "year": lambda one: one.costs.year,
    "per_start": lambda one: one.costs.per_start,
    "per_exit": lambda one: one.costs.per_exit,
} | {key: (lambda one, key=key: one.share(key)) for key in OUTCOMES}


@dataclass(frozen=True)
class Points:
    """Everything that the chart shows: each service's cost of a start in euros, and its share in the open market."""

    size: Size
    names: list[str]
    costs: list[float]
    shares: list[float]
    cost_name: str
    share_name: str

    @property
    def sha256(self) -> str:
        """The hash of all that the picture shows and of how it is drawn."""
        return pictures.sha256(asdict(self), __file__)


def _name(service: str) -> str:
    """A service's name; a code that is not known goes as it is."""
    return str(labels.service(None if service == "unknown" else service))


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

    def address(self, name: str = "monitoring:services", *given: Any, **changes: str) -> str:
        """The address of the same with changes."""
        told = {"area": self.area or TOGETHER, "year": str(self.year), "sort": self.sort,
                "order": "falling" if self.falling else "rising"} | changes  # fmt: skip
        return f"{reverse(name, args=given)}?{urlencode(told)}"


def _chosen(request: Request) -> Chosen | None:
    """What the address asks for, else the newest year of all areas; None where nothing is published."""
    years = service_comparison_queries.years()
    if not years:
        return None
    asked, place = request.GET.get("year", str(years[0])), request.GET.get("area", TOGETHER)
    year = next((one for one in years if str(one) == asked), None)
    areas = service_comparison_queries.areas(year or years[0])
    sort, order = request.GET.get("sort", "service"), request.GET.get("order", "rising")
    known = year is not None and place in (TOGETHER, *areas) and sort in SORTS and order in ("rising", "falling")
    return Chosen(
        years, areas, year or years[0], place if place in areas else None, sort if sort in SORTS else "service",
        order == "falling", known,
    )  # fmt: skip


@page(operations.SEE)
def services(request: Request) -> HttpResponse:
    """Services side by side in a year: of an area, or of the areas together."""
    chosen = _chosen(request)
    if chosen is None:
        return render(request, "monitoring/services.html", {"chosen": None})
    found = _sorted(service_comparison_queries.compared(chosen.year, chosen.area), chosen)
    language = formats.language()
    places = sorted((queries.area_name(key, language), key) for key in chosen.areas)
    points = _points(found, "wide")
    return render(
        request,
        "monitoring/services.html",
        {
            "chosen": chosen,
            "place": queries.area_name(chosen.area, language) if chosen.area else _("Trial areas together"),
            "places": [(TOGETHER, _("Trial areas together")), *((key, name) for name, key in places)],
            "use": {"columns": _use_columns(chosen), "rows": [_use(one) for one in found]},
            "outcomes": {"columns": _outcome_columns(chosen), "rows": [_outcomes(one) for one in found]},
            "costs": {"columns": _cost_columns(chosen), "rows": [_costs(one) for one in found]},
            "pictures": _pictures(found, chosen) if len(points.names) > 1 else [],
            "incomplete": any(any(one.hiding.values()) for one in found) and chosen.area is None,
            "illustrative": any(price.illustrative for one in found for price in one.prices),
            "sources": sorted({price.source for one in found for price in one.prices}),
            "threshold": THRESHOLD,
        },
    )  # fmt: skip


def _sorted(found: list[Compared], chosen: Chosen) -> list[Compared]:
    """By the chosen column; what has no value there comes last either way."""
    value = SORTS[chosen.sort]
    known = sorted((one for one in found if value(one) is not None), key=lambda one: (value(one), one.service))
    return [*(reversed(known) if chosen.falling else known), *(one for one in found if value(one) is None)]


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
    }  # fmt: skip
    return [_column(chosen, key, label) for key, label in names.items()]


def _cost_columns(chosen: Chosen) -> list[dict[str, Any]]:
    names = {"year": _("Cost of the year"), "per_start": _("Cost per start"),
             "per_exit": _("Cost per person in the open labour market")}  # fmt: skip
    columns = [_column(chosen, key, label) for key, label in names.items()]
    return [_column(chosen, "service", _("Service")), {"label": _("Price"), "number": True}, *columns]


def _outcome_columns(chosen: Chosen) -> list[dict[str, Any]]:
    return [
        _column(chosen, "service", _("Service")),
        {"label": pgettext("people", "Ended"), "number": True},
        *(_column(chosen, key, OUTCOME_NAMES[key]) for key in OUTCOMES),
    ]


def _number(one: Compared, measure: str) -> str:
    """A count; hidden ones by their word, a sum of which a part is hidden as what it is at least."""
    value = one.values[measure]
    if value is None or (value == 0 and one.hiding[measure]):
        return pgettext("figure", "hidden")
    written = formats.number(value, 0)
    return _("at least %(value)s") % {"value": written} if one.hiding[measure] else written


def _use(one: Compared) -> list[Any]:
    counts = [_number(one, key) for key in ("stock", "persons", "starts", "ends")]
    return [_name(one.service), *counts, formats.number(one.mean_months, 1)]


def _outcomes(one: Compared) -> list[Any]:
    cells = []
    for key in OUTCOMES:
        share = one.share(key)
        cells.append(_number(one, key) + (f" ({formats.share(share)})" if share is not None else ""))
    return [_name(one.service), _number(one, "ends"), *cells]


def _costs(one: Compared) -> list[Any]:
    """What a service costs; never zero where no price is given."""
    if not one.costs.given:
        return [_name(one.service), *[_("not given")] * 4]
    amounts = [one.costs.year, one.costs.per_start, one.costs.per_exit]
    nobody = [False, one.values["starts"] == 0, one.values[OUTCOMES[0]] == 0]
    written = ["–" if amount is None and none else _euros(amount) for amount, none in zip(amounts, nobody, strict=True)]
    return [_name(one.service), _price(one), *written]


def _euros(cents: float | None) -> str:
    return pgettext("figure", "hidden") if cents is None else figure_texts.euros(round(cents / CENTS))


def _price(one: Compared) -> str:
    prices = {(price.cents, price.per) for price in one.prices}
    if len(prices) > 1:
        return _("differs by area")
    [(cents, per)] = prices
    amount = figure_texts.euros(cents / CENTS, 2)
    return (_("%(amount)s a month") if per == "month" else _("%(amount)s a start")) % {"amount": amount}


def _points(found: list[Compared], size: Size) -> Points:
    known = [
        (_name(one.service), one.costs.per_start / CENTS, 100 * share)
        for one in sorted(found, key=lambda one: one.service)
        if one.costs.per_start is not None and (share := one.share(OUTCOMES[0])) is not None
    ]
    return Points(
        size, [name for name, _cost, _share in known], [cost for _name, cost, _share in known],
        [share for _name, _cost, share in known],
        _("Cost per start, euros"), _("In the open labour market after 3 months, per cent"),
    )  # fmt: skip


def _pictures(found: list[Compared], chosen: Chosen) -> list[dict[str, str]]:
    return [
        {"size": size, "href": chosen.address("monitoring:services_chart", size, v=_points(found, size).sha256)}
        for size in WIDTHS
    ]


@page(operations.SEE)
def services_chart(request: Request, size: Size) -> HttpResponse:
    """The chart of cost and outcome as SVG. Its address carries the hash of what it shows."""
    chosen = _chosen(request)
    if chosen is None or size not in WIDTHS:
        raise Http404
    points = _points(service_comparison_queries.compared(chosen.year, chosen.area), size)
    if not points.names:
        raise Http404
    picture = pictures.kept(chosen.area or TOGETHER, points.sha256, lambda: pictures.rendered(_spec(points)))
    response = HttpResponse(picture, content_type="image/svg+xml")
    response["Cache-Control"] = f"private, max-age={A_YEAR}, immutable"
    return response


def _spec(points: Points) -> dict[str, Any]:
    import altair as alt

    rows = [
        {"name": name, "cost": cost, "share": share}
        for name, cost, share in zip(points.names, points.costs, points.shares, strict=True)
    ]
    room = alt.Scale(zero=True, domainMax=max(points.costs) * 1.6 or 1)  # to the right, for the names
    base = alt.Chart(alt.InlineData(values=rows)).encode(
        x=alt.X("cost:Q", title=points.cost_name, scale=room, axis=alt.Axis(format=",d", tickCount=4)),
        y=alt.Y("share:Q", title=None, scale=alt.Scale(zero=True)),
    )
    names = base.mark_text(align="left", dx=9, fontSize=13, color=TEXT_COLOUR).encode(text="name:N")
    title = alt.TitleParams(points.share_name, anchor="start", fontSize=14, color=TEXT_COLOUR, frame="group")
    chart = alt.layer(base.mark_point(size=90, filled=True, opacity=1, color=COLOURS[1]), names).properties(
        width=WIDTHS[points.size] - 70, height=300, title=title, background="white"
    )
    return goal_charts.styled(chart)
