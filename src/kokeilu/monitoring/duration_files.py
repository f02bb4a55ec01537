"""The tables of the page of durations as files: the cohorts side by side, and the classes and medians of a month."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from kokeilu.access.pages import Request, page
from kokeilu.monitoring import (
    builder_texts,
    command_texts,
    duration_queries,
    duration_texts,
    month_choice,
    operations,
    published_codes,
    queries,
    release_texts,
    survival_curves,
    table_files,
)
from kokeilu.monitoring.breakdown_rules import POPULATION
from kokeilu.monitoring.indicators import INDICATORS
from kokeilu.monitoring.published_table import LANGUAGES, Code, Dimension, PublishedTable, Words
from kokeilu.monitoring.queries import Figure
from kokeilu.monitoring.reading import HEADLINE
from kokeilu.monitoring.survival import CAUSES
from kokeilu.monitoring.survival_curves import Curve
from kokeilu.monitoring.table_files import Cells, words

PERSONS, STILL = "persons", "still_unemployed"
LEFT = tuple(f"left_{cause}" for cause in CAUSES)


def beginnings(area: str, beside: Sequence[Curve]) -> PublishedTable:
    """The cohorts that stand side by side: how many each began with, and its points in per cent of these."""
    cells: Cells = {}
    for one in beside:
        began = f"{one.began:%Y-%m}"
        cells[area, began, "0", PERSONS] = Figure(one.persons, suppressed=False)
        for point in one.points:
            shares = dict(zip((STILL, *LEFT), (point.still, *point.left), strict=True))
            cells |= {
                (area, began, str(point.months), key): Figure(100 * share, suppressed=False)
                for key, share in shares.items()
            }
    months = sorted({point.months for one in beside for point in one.points})
    cohorts = sorted(one.began for one in beside)
    dimensions = [
        published_codes.dimension("area", [area]),
        Dimension("began", command_texts.BEGAN, "time", tuple(_cohort(began) for began in cohorts)),
        Dimension(
            "months", command_texts.MONTHS, "other",
            tuple(Code(str(one), dict.fromkeys(LANGUAGES, str(one))) for one in months),
        ),
        Dimension("measure", command_texts.MEASURE, "metric", _measures()),
    ]  # fmt: skip
    return table_files.table(
        "unemployment-from-its-beginning", command_texts.TITLE, dimensions, cells, subject="durations",
        description=command_texts.OF_BEGINNINGS,
        notes=(*release_texts.NOTES, command_texts.FOLLOWED, words(lambda: duration_texts.NOT_REVISED)),
    )  # fmt: skip


def _cohort(began: date) -> Code:
    return Code(f"{began:%Y-%m}", words(lambda: duration_texts.half_year(began)))


def _measures() -> tuple[Code, ...]:
    """People at the beginning, then the shares of them."""
    names = {
        PERSONS: lambda: _("Unemployment began"), STILL: lambda: _("Still unemployed"),
        "left_open_market": lambda: _("Left for the open labour market"),
        "left_service": lambda: _("Left for a service"), "left_other": lambda: _("Left elsewhere"),
    }  # fmt: skip
    return tuple(
        Code(
            key, words(name), _meaning(key),
            release_texts.UNITS[unit], release_texts.DECIMALS[unit], command_texts.SOURCE,
        )
        for key, name in names.items()
        for unit in ["persons" if key == PERSONS else "per cent"]
    )  # fmt: skip


def _meaning(key: str) -> Words:
    """What the page says that a measure means."""
    told = {PERSONS: "began", STILL: "still"}.get(key, "left")
    return words(lambda: duration_texts.MEANINGS[told][1])


def of_month(area: str, month: date) -> PublishedTable:
    """The classes of duration with their sums and medians, in the month and a year before, and the month's headline:
    registered unemployment never stands without it.
    """
    both = (month, month.replace(year=month.year - 1))
    headline = queries.of_month(area, month).get(POPULATION, {})
    cells = duration_queries.of_months(area, *both)
    cells |= {(month, key): headline[key] for key in HEADLINE if key in headline}
    for (of, kind), median in duration_queries.medians(area, *both).items():
        cells[of, f"median_{kind}"] = Figure(median.months, median.hidden)
    held = {key for _month, key in cells}
    indicators = published_codes.dimension("indicator", [key for key in held if key in INDICATORS])
    medians = command_texts.measures(held - set(INDICATORS))
    dimensions = [
        published_codes.dimension("area", [area]),
        published_codes.dimension("population", [POPULATION]),
        published_codes.dimension("month", [f"{of:%Y-%m}" for of in both]),
        replace(indicators, codes=indicators.codes + medians),
    ]
    return table_files.table(
        "durations-of-unemployment", command_texts.TITLE, dimensions,
        {(area, POPULATION, f"{of:%Y-%m}", key): figure for (of, key), figure in cells.items()},
        description=command_texts.OF_MONTH,
        notes=(*release_texts.NOTES, builder_texts.NO_DURATION, words(lambda: duration_texts.NOT_REVISED)),
    )  # fmt: skip


@page(operations.SEE)
def beginnings_file(request: Request, area: str, kind: str) -> HttpResponse:
    """The cohort that the address names (`began`), else the one shown first, and those beside it as a file."""
    curves = duration_queries.curves(area)
    if not curves:
        raise Http404
    began, known = month_choice.asked(request, "began", curves, survival_curves.chosen(curves))
    if not known:
        raise Http404
    return table_files.answer(beginnings(area, survival_curves.compared(curves, began, queries.began(area))), kind)


@page(operations.SEE)
def month_file(request: Request, area: str, kind: str) -> HttpResponse:
    """The classes and medians of the month that the address names as a file, of the newest without."""
    months = duration_queries.months(area)
    if not months:
        raise Http404
    month, known = month_choice.chosen_month(request, months)
    if not known:
        raise Http404
    return table_files.answer(of_month(area, month), kind)
