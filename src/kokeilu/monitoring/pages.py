"""The pages of the monthly figures: all areas, one area, and an area's chart."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from kokeilu.access.pages import Request, page
from kokeilu.monitoring import charts, operations, queries
from kokeilu.monitoring.definition_texts import POPULATION_NAMES
from kokeilu.monitoring.indicators import INDICATORS, SUMS, Indicator
from kokeilu.monitoring.queries import Figure, Figures
from kokeilu.monitoring.reading import HEADLINE, sentence
from kokeilu.monitoring.suppression import THRESHOLD
from kokeilu.panel.rules import month_end, month_named
from kokeilu.web import formats

READINGS = {
    "into_services": gettext_lazy(
        "Registered unemployment is lower than a year before, but broad unemployment is not: people have moved into "
        "services."
    ),
    "both_fell": gettext_lazy(
        "Registered and broad unemployment are lower than a year before. The figures do not show that more people "
        "went to the open labour market."
    ),
    "open_market": gettext_lazy(
        "Registered and broad unemployment are lower than a year before, and more people went to the open labour "
        "market."
    ),
    "broad_rose": gettext_lazy("Broad unemployment is higher than a year before."),
    "out_of_services": gettext_lazy(
        "Fewer people are in services than a year before; registered unemployment is not lower."
    ),
    "unchanged": gettext_lazy("Registered and broad unemployment are about as they were a year before."),
}
NO_BREAK_SPACE = "\u00a0"
A_YEAR = 365 * 24 * 3600


def shown(figure: Figure | None, indicator: Indicator) -> str:
    """A figure as a page writes it: hidden ones by a word, a figure that does not exist as a dash."""
    if figure is None or (figure.value is None and not figure.suppressed):
        return "–"
    if figure.suppressed or figure.value is None:
        return pgettext("figure", "hidden")
    if indicator.unit == "per cent":
        return formats.share(figure.value / 100)
    written = formats.number(figure.value, 0)
    if indicator.unit != "euros":
        return written
    return f"€{written}" if formats.language() == "en" else f"{written}{NO_BREAK_SPACE}€"


def _depths(keys: Iterable[str]) -> dict[str, int]:
    """How far each row is set in: below the nearest one above that it is a part of."""
    depths: dict[str, int] = {}
    above: list[str] = []
    for key in keys:
        while above and INDICATORS[key].part_of != above[-1] and key not in SUMS.get(above[-1], ()):
            above.pop()
        depths[key] = len(above)
        above.append(key)
    return depths


def _cells(figures: Figures, keys: tuple[str, ...]) -> list[str]:
    return [shown(figures.get(key), INDICATORS[key]) for key in keys]


def _columns(first: str, keys: tuple[str, ...]) -> list[dict[str, Any]]:
    names = [INDICATORS[key].brief[formats.language()] for key in keys]
    return [{"label": first}, *({"label": name, "number": True} for name in names)]


def _name(key: str) -> str:
    return INDICATORS[key].name[formats.language()]


def _chosen(request: Request, months: list[date]) -> tuple[date, bool]:
    """The month that the address asks for, and whether it is there; else the newest."""
    asked = request.GET.get("month")
    if asked is None:
        return months[0], True
    try:
        number = month_named(asked)
    except ValueError:
        return months[0], False
    wanted = month_end(number).replace(day=1)
    return (wanted, True) if wanted in months else (months[0], False)


def _overview_row(area: str, month: date, figures: Figures) -> list[Any]:
    name = queries.area_name(area, formats.language())
    href = f"{reverse('monitoring:area', args=[area])}?month={month:%Y-%m}"
    return [{"text": name, "href": href}, *_cells(figures, queries.OVERVIEW)]


@page(operations.SEE)
def areas(request: Request) -> HttpResponse:
    """All areas in one month, the newest unless `month` names another."""
    months = queries.months()
    if not months:
        return render(request, "monitoring/areas.html", {"months": months})
    month, known = _chosen(request, months)
    rows = [_overview_row(area, month, figures) for area, figures in queries.overview(month).items()]
    rows.sort(key=lambda row: row[0]["text"])
    return render(
        request,
        "monitoring/areas.html",
        {
            "months": months, "month": month, "known": known, "rows": rows, "threshold": THRESHOLD,
            "columns": _columns(_("Area"), queries.OVERVIEW),
        },
    )  # fmt: skip


@page(operations.SEE)
def area(request: Request, area: str) -> HttpResponse:
    """One area: the month's figures, and the chart and table of all months."""
    months = queries.months(area)
    if not months:
        raise Http404
    month, known = _chosen(request, months)
    by_population = queries.of_month(area, month)
    residents = by_population.get("residents", {})
    pictures = [
        {
            "size": size,
            "href": f"{reverse('monitoring:chart', args=[area, size])}?v={charts.chart(area, size).sha256}",
        }
        for size in charts.WIDTHS
    ]
    return render(
        request,
        "monitoring/area.html",
        {
            "area": area,
            "name": queries.area_name(area, formats.language()),
            "months": months,
            "month": month,
            "first_month": months[-1],
            "last_month": months[0],
            "known": known,
            "began": queries.began(area),
            "threshold": THRESHOLD,
            "stats": [(_name(key), shown(residents.get(key), INDICATORS[key])) for key in HEADLINE],
            "reading": READINGS.get(_reading(area, month)),
            "populations": [POPULATION_NAMES[population] for population in by_population],
            "groups": _groups(by_population),
            "pictures": pictures,
            "history_columns": _columns(_("Month"), queries.HISTORY),
            "history": [
                [formats.month(each).replace(" ", NO_BREAK_SPACE), *_cells(figures, queries.HISTORY)]
                for each, figures in reversed(queries.history(area).items())
            ],
            "indicators": _definitions(residents),
        },
    )


def _reading(area: str, month: date) -> str:
    """What the month's headline says against the same month a year before."""
    return sentence(queries.headline(area, month.replace(year=month.year - 1)), queries.headline(area, month))


def _groups(by_population: dict[str, Figures]) -> list[dict[str, Any]]:
    """The rows of the month's table: stocks and rates first, then the movement during the month."""
    groups = ((_("At the month's end"), ("stock", "rate")), (_("During the month"), ("flow",)))
    return [
        {
            "name": name,
            "rows": [
                {
                    "name": _name(key),
                    "depth": depth,
                    "verified": INDICATORS[key].verified,
                    "cells": [shown(figures.get(key), INDICATORS[key]) for figures in by_population.values()],
                }
                for key, depth in _depths(
                    key
                    for key, indicator in INDICATORS.items()
                    if indicator.kind in kinds and any(key in figures for figures in by_population.values())
                ).items()
            ],
        }
        for name, kinds in groups
    ]


def _definitions(figures: Figures) -> list[dict[str, Any]]:
    language = formats.language()
    return [
        {
            "name": f"{_name(one.part_of)}: {one.name[language]}" if one.part_of == "outflow" else one.name[language],
            "definition": one.definition[language],
            "verified": one.verified,
        }
        for one in INDICATORS.values()
        if one.key in figures
    ]


@page(operations.SEE)
def chart(request: Request, area: str, size: charts.Size) -> HttpResponse:
    """An area's chart as SVG. Its address carries the hash of what it shows, so a browser may keep it."""
    if not queries.months(area):
        raise Http404
    response = HttpResponse(charts.svg(area, size), content_type="image/svg+xml")
    response["Cache-Control"] = f"private, max-age={A_YEAR}, immutable"
    return response
