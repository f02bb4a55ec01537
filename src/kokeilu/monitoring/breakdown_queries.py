"""Reading the published breakdowns."""

from collections.abc import Collection
from datetime import date
from typing import NamedTuple

from django.db.models import QuerySet

from kokeilu.monitoring import release_calendar
from kokeilu.monitoring.breakdown_rules import DIMENSIONS, POPULATION, Dimension
from kokeilu.monitoring.indicators import INDICATORS
from kokeilu.monitoring.models import MonthlyBreakdown


class Row(NamedTuple):
    """A published figure of a class; `value` is None where it is hidden."""

    area: str
    population: str
    month: date
    indicator: str
    group: str
    value: int | None
    suppressed: bool


def _shown() -> QuerySet[MonthlyBreakdown]:
    """The figures that pages may show: a month whose release is under way waits for it."""
    embargo = release_calendar.embargoed_from()
    return MonthlyBreakdown.objects.filter(month__lt=embargo) if embargo else MonthlyBreakdown.objects.all()


def dimensions() -> list[Dimension]:
    """The dimensions that something is published of, in the order of the tables."""
    held = set(_shown().values_list("dimension", flat=True).distinct())
    return [one for key, one in DIMENSIONS.items() if key in held]


def months(dimension: str) -> list[date]:
    """The months with published figures by a dimension (its key), newest first."""
    return list(_shown().filter(dimension=dimension).order_by("-month").values_list("month", flat=True).distinct())


def indicators(dimension: str) -> list[str]:
    """The indicators that are published by a dimension (its key), in the order of the tables."""
    held = set(_shown().filter(dimension=dimension).values_list("indicator", flat=True).distinct())
    return [key for key in INDICATORS if key in held]


def groups(dimension: str, areas: Collection[str]) -> list[str]:
    """The classes of a dimension (its key) that are published of any of the areas, in the order of the tables."""
    held = _shown().filter(dimension=dimension, area__in=areas).order_by().values_list("group", flat=True).distinct()
    return sorted(held, key=DIMENSIONS[dimension].place)


def cells(
    indicators: Collection[str],
    dimension: str,
    areas: Collection[str],
    months: Collection[date],
    population: str = POPULATION,
) -> list[Row]:
    """The published figures by a dimension (its key): in the order of areas, months, indicators and classes given.

    Every class has a row, those of no one too; one query. What is not published, has no row.
    """
    wanted = {name: [*values] for name, values in (("area", areas), ("month", months), ("indicator", indicators))}
    found = _shown().filter(
        dimension=dimension, population=population, **{f"{name}__in": values for name, values in wanted.items()}
    )
    order = {name: {value: place for place, value in enumerate(values)} for name, values in wanted.items()}
    told = DIMENSIONS[dimension]
    rows = [Row(*values) for values in found.values_list(*Row._fields)]
    return sorted(
        rows,
        key=lambda row: (
            *(order[name][getattr(row, name)] for name in ("area", "month", "indicator")),
            told.place(row.group),
        ),
    )
