"""The page of an area's durations of unemployment, and its chart."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from kokeilu.access.pages import Request, page
from kokeilu.disclosure.linked import THRESHOLD
from kokeilu.monitoring import (
    builder_texts,
    charts,
    definition_texts,
    duration_charts,
    duration_queries,
    duration_texts,
    month_choice,
    operations,
    picture_answers,
    queries,
    reading_texts,
    table_files,
)
from kokeilu.monitoring import survival_curves as curves_of
from kokeilu.monitoring.duration_medians import WHOLE, Kind, Median
from kokeilu.monitoring.figure_texts import shown
from kokeilu.monitoring.indicators import INDICATORS
from kokeilu.monitoring.queries import Figure
from kokeilu.monitoring.reading import HEADLINE
from kokeilu.monitoring.survival_curves import Curve
from kokeilu.web import formats

KINDS: Final[tuple[Kind, ...]] = ("running", "ended")
STOCK, FLOW = (INDICATORS[WHOLE[kind]] for kind in KINDS)


@page(operations.SEE)
def durations(request: Request, area: str) -> HttpResponse:
    """How long unemployment lasts in an area: survival curves by half-year of beginning, classes, medians."""
    months = duration_queries.months(area)
    if not months:
        raise Http404
    month, month_known = month_choice.chosen_month(request, months)
    curves = duration_queries.curves(area)
    began, began_known = month_choice.asked(request, "began", curves, curves_of.chosen(curves) if curves else None)
    beside = _beside(area, curves, began) if began else []
    comparisons = duration_texts.comparisons(beside) if beside else []
    return render(
        request,
        "monitoring/durations.html",
        {
            "area": area,
            "name": queries.area_name(area, formats.language()),
            "month": month,
            "this_month": formats.month(month),
            "year_before": formats.month(_year_before(month)),
            "began": began,
            **month_choice.choices(
                month_known and began_known, *_half_years(curves, began), month_choice.month(months, month)
            ),
            "threshold": THRESHOLD,
            "half_year": duration_texts.half_year(began) if began else "",
            "sentences": _sentences(beside[0], alone=not comparisons) if beside else [],
            "comparisons": comparisons,
            "pictures": _pictures(area, beside) if beside else [],
            "tables": [_table(one) for one in beside],
            **_headline(area, month),
            "measures": [definition_texts.term(one.key) for one in (STOCK, FLOW)],
            "rows": _rows(area, month),
            "meanings": duration_texts.MEANINGS.values(),
            "beginning_files": _files("beginnings_file", area, "began", began),
            "beginning_files_of": _("These tables as a file"),
            "month_files": _files("duration_month_file", area, "month", month),
            "no_duration": builder_texts.NO_DURATION[formats.language()],
        },
    )


def _files(name: str, area: str, asked: str, chosen: date | None) -> list[dict[str, Any]]:
    """The files of a table; none where nothing can be shown."""
    return table_files.links(name, area, query=f"{asked}={chosen:%Y-%m}") if chosen else []


def _half_years(curves: Mapping[date, Curve], began: date | None) -> list[month_choice.Choice]:
    """The choice of a half-year of beginning, the newest first; none where no curve can be shown."""
    if began is None:
        return []
    options = [(f"{one:%Y-%m}", duration_texts.half_year(one)) for one in sorted(curves, reverse=True)]
    return [month_choice.Choice("began", _("Unemployment began in"), options, f"{began:%Y-%m}")]


def _sentences(one: Curve, *, alone: bool) -> list[str]:
    """What a cohort's curve says; where it went too, unless a comparison tells that."""
    return [duration_texts.left(one), *([duration_texts.ways(one)] if alone else [])]


def _beside(area: str, curves: Mapping[date, Curve], began: date) -> Sequence[Curve]:
    return curves_of.compared(curves, began, queries.began(area))


def _pictures(area: str, beside: Sequence[Curve]) -> list[dict[str, str]]:
    """The addresses of the chart in each size, with the cohort and the hash of what it shows."""
    began = f"{beside[0].began:%Y-%m}"
    return [
        {
            "size": size,
            "href": f"{reverse('monitoring:duration_chart', args=[area, size])}?began={began}"
            f"&v={duration_charts.chart(beside, size).sha256}",
        }
        for size in charts.WIDTHS
    ]


def _table(one: Curve) -> dict[str, Any]:
    """A cohort's points as a table: the same numbers as the chart's."""
    columns = [
        _("Months since unemployment began"), _("Still unemployed"), _("Left for the open labour market"),
        _("Left for a service"), _("Left elsewhere"),
    ]  # fmt: skip
    caption = _("Unemployment that began in %(half_year)s: %(people)s people") % {
        "half_year": duration_texts.half_year(one.began), "people": formats.number(one.persons, 0)
    }  # fmt: skip
    return {
        "caption": caption,
        "columns": [{"label": columns[0]}, *({"label": label, "number": True} for label in columns[1:])],
        "rows": [
            [str(point.months), formats.share(point.still), *map(formats.share, point.left)] for point in one.points
        ],
    }


def _year_before(month: date) -> date:
    return month.replace(year=month.year - 1)


def _headline(area: str, month: date) -> dict[str, Any]:
    """The three figures that always stand together, and what they say against a year before."""
    now, before = (queries.of_month(area, one).get("residents", {}) for one in (month, _year_before(month)))
    return {
        "stats": [{"key": key, "value": shown(now.get(key), INDICATORS[key])} for key in HEADLINE],
        "reading": reading_texts.said(queries.headline(before), queries.headline(now)),
    }


def _rows(area: str, month: date) -> list[tuple[dict[str, str], list[str]]]:
    """The classes of duration, their sum and the median by name: running and ended, in the month and a year before."""
    both = (month, _year_before(month))
    figures = duration_queries.of_months(area, *both)
    medians = duration_queries.medians(area, *both)
    rows = [
        (definition_texts.term(running), _cells(figures, both, running, ended))
        for running, ended in zip(STOCK.also_sum, FLOW.also_sum, strict=True)
    ]
    rows.append(({"text": _("All together")}, _cells(figures, both, STOCK.key, FLOW.key)))
    told = [_median(medians.get((one, kind))) for kind in KINDS for one in both]
    return [*rows, ({"text": _("Median, full months")}, told)]


def _cells(figures: Mapping[tuple[date, str], Figure], months: Sequence[date], *keys: str) -> list[str]:
    return [shown(figures.get((month, key)), INDICATORS[key]) for key in keys for month in months]


def _median(median: Median | None) -> str:
    if median is None or (median.months is None and not median.hidden):
        return "–"
    return pgettext("figure", "hidden") if median.hidden else formats.number(median.months, 0)


@page(operations.SEE)
def chart(request: Request, area: str, size: charts.Size) -> HttpResponse:
    """The chart of the cohort that the address names, the one shown first without."""
    curves = duration_queries.curves(area)
    if not curves:
        raise Http404
    began, known = month_choice.asked(request, "began", curves, curves_of.chosen(curves))
    if not known:
        raise Http404
    wanted = duration_charts.chart(_beside(area, curves, began), size)
    return picture_answers.answer(request, duration_charts.svg(area, wanted), wanted.sha256)
