"""The pages of the monthly figures: all areas, one area, and an area's chart."""

import re
from datetime import date
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kokeilu.access.pages import Request, page
from kokeilu.monitoring import (
    charts,
    dashboard_queries,
    dashboard_texts,
    definition_texts,
    month_table,
    operations,
    queries,
    small_charts,
)
from kokeilu.monitoring.dashboard_queries import Dashboard
from kokeilu.monitoring.definition_texts import POPULATION_NAMES
from kokeilu.monitoring.figure_texts import NO_BREAK_SPACE
from kokeilu.monitoring.figure_texts import shown as shown  # where other pages look for it
from kokeilu.monitoring.indicators import INDICATORS
from kokeilu.monitoring.models import DrawnChart
from kokeilu.monitoring.month_choice import chosen_month
from kokeilu.monitoring.queries import Figures
from kokeilu.monitoring.reading import HEADLINE, sentence
from kokeilu.monitoring.suppression import THRESHOLD
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
A_YEAR = 365 * 24 * 3600
SHA256 = re.compile("[0-9a-f]{64}")


def _cells(figures: Figures, keys: tuple[str, ...]) -> list[str]:
    return [shown(figures.get(key), INDICATORS[key]) for key in keys]


def _columns(first: str, keys: tuple[str, ...]) -> list[dict[str, Any]]:
    names = [(key, INDICATORS[key].brief[formats.language()]) for key in keys]
    return [
        {"label": first},
        *({"label": name, "number": True, "href": definition_texts.href(key)} for key, name in names),
    ]


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
    month, known = chosen_month(request, months)
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
    """One area's dashboard: the month's headline, a small chart for each measure, the month's table, all months."""
    months = queries.months(area)
    if not months:
        raise Http404
    month, known = chosen_month(request, months)
    by_population = queries.of_month(area, month)
    residents = by_population.get("residents", {})
    shows = dashboard_queries.read(area)
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
            "began": shows.began,
            "threshold": THRESHOLD,
            "stats": [{"key": key, "value": shown(residents.get(key), INDICATORS[key])} for key in HEADLINE],
            "reading": READINGS.get(_reading(shows, month)),
            "panels": [dashboard_texts.panel(shows, one, month) for one in shows.panels],
            "has_targets": any(panel.has_targets for panel in shows.panels),
            "comparison": dashboard_texts.comparison(shows),
            "populations": [POPULATION_NAMES[population] for population in by_population],
            "groups": month_table.groups(by_population),
            "pictures": _pictures(shows),
            "history_columns": _columns(_("Month"), queries.HISTORY),
            "history": [
                [formats.month(each).replace(" ", NO_BREAK_SPACE), *_cells(figures, queries.HISTORY)]
                for each, figures in reversed(shows.own.items())
            ],
        },
    )


def _reading(shows: Dashboard, month: date) -> str:
    """What the month's headline says against the same month a year before."""
    before, now = (shows.own.get(each, {}) for each in (month.replace(year=month.year - 1), month))
    return sentence(queries.headline(before), queries.headline(now))


def _pictures(shows: Dashboard) -> list[dict[str, str]]:
    """The addresses of the chart of the headline's figures, in each size."""
    return [
        {
            "size": size,
            "href": f"{reverse('monitoring:chart', args=[shows.area, size])}"
            f"?v={charts.chart_of(shows.own, shows.began, size).sha256}",
        }
        for size in charts.WIDTHS
    ]


@page(operations.SEE)
def chart(request: Request, area: str, size: charts.Size) -> HttpResponse:
    """An area's chart as SVG. Its address carries the hash of what it shows, so a browser may keep it."""
    if not queries.months(area):
        raise Http404
    return _picture(charts.svg(area, size), lasting=True)


@page(operations.SEE)
def small_chart(request: Request, area: str, indicator: str) -> HttpResponse:
    """A panel's picture as SVG: the one whose hash the address carries, where it is not kept the one of now."""
    asked = request.GET.get("v", "")
    kept = DrawnChart.objects.filter(area=area, sha256=asked).first() if SHA256.fullmatch(asked) else None
    if kept is not None:
        return _picture(kept.svg, lasting=True)
    if not queries.months(area):
        raise Http404
    panel = next((one for one in dashboard_queries.read(area).panels if one.indicator == indicator), None)
    wanted = panel and small_charts.small_chart(panel)
    if not wanted:
        raise Http404
    return _picture(small_charts.svg(area, wanted), lasting=wanted.sha256 == asked)


def _picture(svg: str, *, lasting: bool) -> HttpResponse:
    """A picture; `lasting`: what its address shows never changes."""
    response = HttpResponse(svg, content_type="image/svg+xml")
    response["Cache-Control"] = f"private, max-age={A_YEAR}, immutable" if lasting else "private, no-cache"
    return response
