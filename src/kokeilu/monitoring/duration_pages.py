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
    charts,
    definition_texts,
    duration_charts,
    duration_queries,
    duration_texts,
    operations,
    queries,
)
from kokeilu.monitoring import survival_curves as curves_of
from kokeilu.monitoring.duration_medians import WHOLE, Kind, Median
from kokeilu.monitoring.indicators import INDICATORS
from kokeilu.monitoring.pages import A_YEAR, shown
from kokeilu.monitoring.queries import Figure
from kokeilu.monitoring.survival_curves import Curve
from kokeilu.panel.rules import month_named
from kokeilu.web import formats

KINDS: Final[tuple[Kind, ...]] = ("running", "ended")
STOCK, FLOW = (INDICATORS[WHOLE[kind]] for kind in KINDS)


def _day(text: str | None) -> date | None:
    """The first day of a month named 2021-03; None for anything else."""
    try:
        number = month_named(text or "")
    except ValueError:
        return None
    return date(number // 100, number % 100, 1)


def _asked(request: Request, name: str, known: Sequence[date], otherwise: date) -> tuple[date, bool]:
    """The month or half-year that the address asks for, and whether it is there; else the one given."""
    if name not in request.GET:
        return otherwise, True
    wanted = _day(request.GET[name])
    return (wanted, True) if wanted in known else (otherwise, False)  # type: ignore[return-value]


@page(operations.SEE)
def durations(request: Request, area: str) -> HttpResponse:
    """How long unemployment lasts in an area: survival curves by half-year of beginning, classes, medians."""
    months = duration_queries.months(area)
    if not months:
        raise Http404
    month, month_known = _asked(request, "month", months, months[0])
    curves = duration_queries.curves(area)
    began, began_known = _asked(request, "began", list(curves), curves_of.chosen(curves)) if curves else (None, True)
    beside = _beside(area, curves, began) if began else []
    comparisons = duration_texts.comparisons(beside) if beside else []
    return render(
        request,
        "monitoring/durations.html",
        {
            "area": area,
            "name": queries.area_name(area, formats.language()),
            "months": months,
            "month": month,
            "half_years": [(one, duration_texts.half_year(one)) for one in sorted(curves, reverse=True)],
            "began": began,
            "known": month_known and began_known,
            "threshold": THRESHOLD,
            "half_year": duration_texts.half_year(began) if began else "",
            "sentences": _sentences(beside[0], alone=not comparisons) if beside else [],
            "comparisons": comparisons,
            "pictures": _pictures(area, beside) if beside else [],
            "tables": [_table(one) for one in beside],
            "columns": _columns(month),
            "rows": _rows(area, month),
        },
    )


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


def _columns(month: date) -> list[dict[str, Any]]:
    language = formats.language()
    before = _year_before(month)
    labels = [f"{one.name[language]}, {formats.month(each)}" for one in (STOCK, FLOW) for each in (month, before)]
    return [{"label": _("Duration")}, *({"label": label, "number": True} for label in labels)]


def _year_before(month: date) -> date:
    return month.replace(year=month.year - 1)


def _rows(area: str, month: date) -> list[list[Any]]:
    """The classes of duration, their sum and the median: running and ended, in the month and a year before."""
    both = (month, _year_before(month))
    figures = duration_queries.of_months(area, *both)
    medians = duration_queries.medians(area, *both)
    rows = [
        [_term(running), *_cells(figures, both, running, ended)]
        for running, ended in zip(STOCK.also_sum, FLOW.also_sum, strict=True)
    ]
    rows.append([_("All together"), *_cells(figures, both, STOCK.key, FLOW.key)])
    rows.append([_("Median, full months"), *(_median(medians.get((one, kind))) for kind in KINDS for one in both)])
    return rows


def _term(key: str) -> dict[str, str]:
    """An indicator's name, which leads to its definition."""
    return {"text": INDICATORS[key].name[formats.language()], "href": definition_texts.href(key)}


def _cells(figures: Mapping[tuple[date, str], Figure], months: Sequence[date], *keys: str) -> list[str]:
    return [shown(figures.get((month, key)), INDICATORS[key]) for key in keys for month in months]


def _median(median: Median | None) -> str:
    if median is None or (median.months is None and not median.hidden):
        return "–"
    return pgettext("figure", "hidden") if median.hidden else formats.number(median.months, 0)


@page(operations.SEE)
def chart(request: Request, area: str, size: charts.Size) -> HttpResponse:
    """The chart of the cohort that the address names, the one shown first without. It may be kept: see `charts`."""
    curves = duration_queries.curves(area)
    if not curves:
        raise Http404
    began, known = _asked(request, "began", list(curves), curves_of.chosen(curves))
    if not known:
        raise Http404
    wanted = duration_charts.chart(_beside(area, curves, began), size)
    response = HttpResponse(duration_charts.svg(area, wanted), content_type="image/svg+xml")
    response["Cache-Control"] = f"private, max-age={A_YEAR}, immutable"
    return response
