"""The page of all areas together: a month's figures, the areas side by side and on a map, and all months."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kokeilu.access.pages import Request, page
from kokeilu.monitoring import (
    charts,
    definition_texts,
    figure_tables,
    month_choice,
    month_table,
    national_charts,
    national_queries,
    operations,
    picture_answers,
    queries,
    reading_texts,
    table_files,
)
from kokeilu.monitoring.charts import Chart, Size
from kokeilu.monitoring.definition_texts import POPULATION_NAMES
from kokeilu.monitoring.figure_texts import shown
from kokeilu.monitoring.indicators import INDICATORS
from kokeilu.monitoring.national_charts import Comparison
from kokeilu.monitoring.national_comparison import Across, link
from kokeilu.monitoring.national_queries import COMPARED, Month
from kokeilu.monitoring.published_codes import TOGETHER
from kokeilu.monitoring.queries import Figure, Figures
from kokeilu.monitoring.reading import HEADLINE
from kokeilu.monitoring.suppression import THRESHOLD
from kokeilu.web import formats

SIDE_BY_SIDE: Final = (
    *HEADLINE, "in_services", "activation_rate", "long_term_unemployed", "inflow", "outflow", "job_seekers",
)  # fmt: skip
"""The columns of the areas' table; the three that are always read together come first."""
COMPARED_FIRST: Final = "broad_unemployment"
NAME: Final = "name"
ORDERS: Final = ("ascending", "descending")


@page(operations.SEE)
def national(request: Request) -> HttpResponse:
    """All areas together in a month, the newest unless `month` names another; `indicator` is compared across areas,
    `sort` and `order` order their table."""
    months = national_queries.months()
    if not months:
        return render(request, "monitoring/national.html", {"months": months})
    month, month_known = month_choice.chosen_month(request, months)
    held, history = national_queries.of_month(month), national_queries.history()
    residents = held.together.get("residents", {})
    before = history.get(month.replace(year=month.year - 1), {})
    indicator, indicator_known = indicator_of(request)
    sorting = _sorting(request)
    address = f"?month={month:%Y-%m}&indicator={indicator}"
    return render(
        request,
        "monitoring/national.html",
        {
            "months": months,
            "month": month,
            "first_month": months[-1],
            "last_month": months[0],
            "threshold": THRESHOLD,
            "how_many": len(held.areas),
            "stats": [_stat(key, held) for key in HEADLINE],
            **month_choice.choices(
                month_known and indicator_known,
                month_choice.month(months, month),
                _indicators(indicator),
                sort=sorting[0],
                order=sorting[1],
            ),
            "reading": reading_texts.said(queries.headline(before), queries.headline(residents)),
            "populations": [POPULATION_NAMES[population] for population in held.together],
            "groups": month_table.groups(held.together),
            "month_files": table_files.of_builder(
                [TOGETHER], held.together, [month], month_table.indicators(held.together)
            ),
            **_side_by_side(held, month, sorting, address),
            **_comparison(Across(held, indicator), month),
            "pictures": _development(history),
            "history_columns": figure_tables.columns(_("Month"), queries.HISTORY),
            "history": figure_tables.months(history, queries.HISTORY),
            "history_files": table_files.of_builder([TOGETHER], ["residents"], months, queries.HISTORY),
        },
    )


def indicator_of(request: Request) -> tuple[str, bool]:
    """The indicator that the address asks to compare, and whether it can be; else, and where it asks for none, that
    of the headline which the others are read by.
    """
    asked = request.GET.get("indicator", COMPARED_FIRST)
    return (asked, True) if asked in COMPARED else (COMPARED_FIRST, False)


def _indicators(chosen: str) -> month_choice.Choice:
    options = [(key, definition_texts.whole_name(key)) for key in COMPARED]
    return month_choice.Choice("indicator", _("Figure to compare the areas by"), options, chosen)


def _stat(key: str, held: Month) -> dict[str, str]:
    """A figure of the headline; where it is hidden, with what anybody can add up of it."""
    figure = held.together.get("residents", {}).get(key)
    found = {"key": key, "value": shown(figure, INDICATORS[key]), "note": ""}
    if figure is not None and figure.suppressed:
        least, hiding = national_queries.at_least(held.areas, key)
        if not least:
            return found
        said = ngettext(
            "At least %(number)s; one area hides its part.",
            "At least %(number)s; %(hiding)s areas hide their part.",
            hiding,
        )
        found["note"] = said % {"number": formats.number(least, 0), "hiding": formats.number(hiding)}
    return found


def _sorting(request: Request) -> tuple[str, str]:
    """The column that orders the areas, and the direction: names upwards, figures downwards unless asked otherwise."""
    asked = request.GET.get("sort", NAME)
    column = asked if asked in SIDE_BY_SIDE else NAME
    usual = ORDERS[column != NAME]
    order = request.GET.get("order", usual)
    return column, order if order in ORDERS else usual


def _side_by_side(held: Month, month: date, sorting: tuple[str, str], address: str) -> dict[str, Any]:
    """The areas' table in the order asked for; areas that hide the figure come last."""
    column, order = sorting
    names = {area: queries.area_name(area, formats.language()) for area in held.areas}
    areas = sorted(held.areas, key=lambda area: names[area])
    if column != NAME:
        values = {area: held.areas[area].get(column) for area in areas}
        areas.sort(key=lambda area: _rank(values[area], downwards=order == ORDERS[1]))
    elif order == ORDERS[1]:
        areas.reverse()
    rows = [[link(area, names[area], month), *figure_tables.cells(held.areas[area], SIDE_BY_SIDE)] for area in areas]
    all_of_them = [_("All areas together"), *figure_tables.cells(held.together.get("residents", {}), SIDE_BY_SIDE)]
    return {
        "area_columns": [_head(key, sorting, address) for key in (NAME, *SIDE_BY_SIDE)],
        "area_rows": [*rows, all_of_them],
        "area_files": table_files.of_builder([*held.areas, TOGETHER], ["residents"], [month], SIDE_BY_SIDE),
    }


def _rank(figure: Figure | None, *, downwards: bool) -> tuple[bool, float]:
    value = figure.value if figure else None
    return value is None, 0.0 if value is None else -value if downwards else value


def _head(key: str, sorting: tuple[str, str], address: str) -> dict[str, Any]:
    """The head of a column; its link orders the table by it, the other way round where it does already."""
    column, order = sorting
    wanted = ORDERS[key != NAME] if key != column else ORDERS[order == ORDERS[0]]
    return {
        "label": _("Area") if key == NAME else INDICATORS[key].brief[formats.language()],
        "number": key != NAME,
        "sort": order if key == column else "none",
        "href": f"{address}&sort={key}&order={wanted}#areas",
    }


def _comparison(across: Across, month: date) -> dict[str, Any]:
    """One figure across the areas: the choice of it, the picture, the map and their table."""
    return {
        "indicator": across.indicator,
        "indicator_name": across.name,
        "is_count": across.is_count,
        "charts": [
            {
                "key": one.indicator,
                "name": one.name,
                "says": one.sentence(),
                "bars": [_bars(one.bars(size), month, one.indicator) for size in charts.WIDTHS],
            }
            for one in across.together_with
        ],
        "compared_columns": across.columns(),
        "compared_rows": across.rows(month),
        "compared_files": table_files.links(
            "comparison_file", query=f"month={month:%Y-%m}&indicator={across.indicator}"
        ),
        "map": across.map(month),
    }


def _bars(wanted: Comparison, month: date, indicator: str) -> dict[str, str]:
    address = reverse("monitoring:national_comparison", args=[wanted.size])
    return {
        "size": wanted.size,
        "href": f"{address}?month={month:%Y-%m}&indicator={indicator}&v={wanted.sha256}",
    }


def _development(history: Mapping[date, Figures]) -> list[dict[str, str]]:
    """The addresses of the chart over the months, in each size."""
    began = national_queries.began()
    return [
        {
            "size": size,
            "href": f"{reverse('monitoring:national_chart', args=[size])}"
            f"?v={charts.chart_of(history, began, size).sha256}",
        }
        for size in charts.WIDTHS
    ]


@page(operations.SEE)
def national_chart(request: Request, size: Size) -> HttpResponse:
    """The chart of all areas over the months as SVG."""
    history = national_queries.history()
    if not history:
        raise Http404
    return _svg(request, charts.chart_of(history, national_queries.began(), size))


@page(operations.SEE)
def national_comparison(request: Request, size: Size) -> HttpResponse:
    """The picture of one figure of a month across the areas as SVG, chosen as on the page."""
    months = national_queries.months()
    if not months:
        raise Http404
    month, month_known = month_choice.chosen_month(request, months)
    indicator, known = indicator_of(request)
    if not (month_known and known):
        raise Http404
    return _svg(request, Across(national_queries.of_month(month), indicator).bars(size))


def _svg(request: Request, wanted: Chart | Comparison) -> HttpResponse:
    return picture_answers.answer(request, national_charts.kept(wanted), wanted.sha256)
