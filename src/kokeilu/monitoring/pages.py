"""The pages of the monthly figures: all areas, one area, and an area's chart."""

import re
from datetime import date
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from kokeilu.access.pages import Request, page
from kokeilu.monitoring import (
    charts,
    dashboard_queries,
    dashboard_texts,
    figure_tables,
    month_choice,
    month_table,
    operations,
    picture_answers,
    queries,
    reading_texts,
    small_charts,
    table_files,
)
from kokeilu.monitoring.dashboard_queries import Dashboard
from kokeilu.monitoring.definition_texts import POPULATION_NAMES
from kokeilu.monitoring.figure_texts import shown
from kokeilu.monitoring.indicators import INDICATORS
from kokeilu.monitoring.models import DrawnChart
from kokeilu.monitoring.queries import Figures
from kokeilu.monitoring.reading import HEADLINE
from kokeilu.monitoring.suppression import THRESHOLD
from kokeilu.web import formats

SHA256 = re.compile("[0-9a-f]{64}")


def _overview_row(area: str, month: date, figures: Figures) -> list[Any]:
    name = queries.area_name(area, formats.language())
    href = f"{reverse('monitoring:area', args=[area])}?month={month:%Y-%m}"
    return [{"text": name, "href": href}, *figure_tables.cells(figures, queries.OVERVIEW)]


@page(operations.SEE)
def areas(request: Request) -> HttpResponse:
    """All areas in one month, the newest unless `month` names another."""
    months = queries.months()
    if not months:
        return render(request, "monitoring/areas.html", {"months": months})
    month, known = month_choice.chosen_month(request, months)
    held = queries.overview(month)
    rows = [_overview_row(area, month, figures) for area, figures in held.items()]
    rows.sort(key=lambda row: row[0]["text"])
    return render(
        request,
        "monitoring/areas.html",
        {
            "months": months, "month": month, "rows": rows, "threshold": THRESHOLD,
            "columns": figure_tables.columns(_("Area"), queries.OVERVIEW),
            "files": table_files.of_builder(held, ["residents"], [month], queries.OVERVIEW),
            **month_choice.choices(known, month_choice.month(months, month)),
        },
    )  # fmt: skip


@page(operations.SEE)
def area(request: Request, area: str) -> HttpResponse:
    """One area's dashboard: the month's headline, a small chart for each measure, the month's table, all months."""
    months = queries.months(area)
    if not months:
        raise Http404
    month, known = month_choice.chosen_month(request, months)
    by_population = queries.of_month(area, month)
    residents = by_population.get("residents", {})
    shows = dashboard_queries.read(area)
    return render(
        request,
        "monitoring/area.html",
        {
            "area": area,
            "name": queries.area_name(area, formats.language()),
            "month": month,
            "first_month": months[-1],
            "last_month": months[0],
            **month_choice.choices(known, month_choice.month(months, month)),
            "began": shows.began,
            "threshold": THRESHOLD,
            "stats": [{"key": key, "value": shown(residents.get(key), INDICATORS[key])} for key in HEADLINE],
            "reading": _reading(shows, month),
            "panels": [dashboard_texts.panel(shows, one, month) for one in shows.panels],
            "has_targets": any(panel.has_targets for panel in shows.panels),
            "panel_files": table_files.links("development_file", area),
            "comparison": dashboard_texts.comparison(shows),
            "populations": [POPULATION_NAMES[population] for population in by_population],
            "groups": month_table.groups(by_population),
            "month_files": table_files.of_builder(
                [area], by_population, [month], month_table.indicators(by_population)
            ),
            "pictures": _pictures(shows),
            "history_columns": figure_tables.columns(_("Month"), queries.HISTORY),
            "history": figure_tables.months(shows.own, queries.HISTORY),
            "history_files": table_files.of_builder([area], ["residents"], months, queries.HISTORY),
        },
    )


def _reading(shows: Dashboard, month: date) -> str:
    """What the month's headline says against the same month a year before."""
    before, now = (shows.own.get(each, {}) for each in (month.replace(year=month.year - 1), month))
    return reading_texts.said(queries.headline(before), queries.headline(now))


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
    """An area's chart as SVG."""
    if not queries.months(area):
        raise Http404
    wanted = charts.chart(area, size)
    return picture_answers.answer(request, charts.kept(area, wanted), wanted.sha256)


@page(operations.SEE)
def small_chart(request: Request, area: str, indicator: str) -> HttpResponse:
    """A panel's picture as SVG: the one whose hash the address carries, where it is not kept the one of now."""
    asked = request.GET.get("v", "")
    kept = DrawnChart.objects.filter(area=area, sha256=asked).first() if SHA256.fullmatch(asked) else None
    if kept is not None:
        return picture_answers.answer(request, kept.svg, kept.sha256)
    if not queries.months(area):
        raise Http404
    panel = next((one for one in dashboard_queries.read(area).panels if one.indicator == indicator), None)
    wanted = panel and small_charts.small_chart(panel)
    if not wanted:
        raise Http404
    return picture_answers.answer(request, small_charts.svg(area, wanted), wanted.sha256)
