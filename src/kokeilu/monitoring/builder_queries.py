"""What the table builder offers, and the cells that a person chose of it. Only what the pages may show."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import prod
from typing import Any

from django.db.models import F, QuerySet, Value

from kokeilu.law.definition import shipped, shipped_keys
from kokeilu.monitoring import (
    breakdown_queries,
    builder_texts,
    national_queries,
    published_codes,
    queries,
    release_texts,
    table_files,
)
from kokeilu.monitoring.breakdown_rules import Dimension as Breakdown
from kokeilu.monitoring.indicators import INDICATORS, POPULATIONS
from kokeilu.monitoring.models import MonthlyFigure
from kokeilu.monitoring.published_codes import TOGETHER
from kokeilu.monitoring.published_table import LANGUAGES, Dimension, PublishedTable, Words
from kokeilu.monitoring.queries import Figure
from kokeilu.monitoring.release_audit import KEY
from kokeilu.monitoring.table_files import Cells
from kokeilu.panel.rules import month_end, month_named


@dataclass(frozen=True)
class Offer:
    """What can be chosen: areas by key and after them all of them together, populations and indicators in their order,
    months (2021-03) newest first, and the dimensions that figures are broken down by.
    """

    areas: tuple[str, ...]
    populations: tuple[str, ...]
    months: tuple[str, ...]
    indicators: tuple[str, ...]
    breakdowns: tuple[Breakdown, ...]


@dataclass(frozen=True)
class Choice:
    """What a person chose, each in the order of the table; `columns` are the dimensions that stand above.

    `by` is what the figures are broken down by and `groups` its classes, where they are.
    """

    areas: Sequence[str]
    populations: Sequence[str]
    months: Sequence[str]
    indicators: Sequence[str]
    columns: Sequence[str]
    by: Breakdown | None = None
    groups: Sequence[str] = ()

    @property
    def codes(self) -> dict[str, Sequence[str]]:
        """The codes by dimension."""
        codes = dict(zip(KEY, (self.areas, self.populations, self.months, self.indicators), strict=True))
        return codes if self.by is None else codes | {self.by.key: self.groups}

    @property
    def days(self) -> list[date]:
        """The first days of the months."""
        return [date.fromisoformat(f"{month}-01") for month in self.months]

    @property
    def size(self) -> int:
        """How many cells the table has, those that do not exist among them."""
        return prod(map(len, self.codes.values()))


def offer() -> Offer:
    """Everything that pages may show now; empty where nothing was published."""
    figures = queries.visible()
    held = {name: set(_distinct(figures, name)) for name in ("area", "population", "month", "indicator")}
    return Offer(
        areas=(*sorted(held["area"]), *([TOGETHER] if national_queries.visible().exists() else [])),
        populations=tuple(key for key in POPULATIONS if key in held["population"]),
        months=tuple(f"{month:%Y-%m}" for month in sorted(held["month"], reverse=True)),
        indicators=tuple(key for key in INDICATORS if key in held["indicator"]),
        breakdowns=tuple(breakdown_queries.dimensions()),
    )


def _distinct(figures: QuerySet[MonthlyFigure], name: str) -> QuerySet[MonthlyFigure, Any]:
    return figures.order_by().values_list(name, flat=True).distinct()


def dimensions(choice: Choice) -> list[Dimension]:
    """The dimensions of the chosen table with the chosen codes, that of the breakdown last."""
    found = [published_codes.dimension(key, choice.codes[key]) for key in KEY]
    if choice.by is not None:
        found.append(published_codes.classes(choice.by, choice.groups))
    return found


def cells(choice: Choice) -> Cells:
    """The chosen cells that were published, hidden ones among them. One query for the figures, one more for those of
    all areas together.
    """
    if choice.by is not None:
        return _cells_by_class(choice, choice.by.key)
    areas = _chosen(queries.visible().filter(area__in=choice.areas), choice, F("area"))
    return areas | (_chosen(national_queries.visible(), choice, Value(TOGETHER)) if TOGETHER in choice.areas else {})


def _chosen(figures: QuerySet[Any], choice: Choice, area: F | Value) -> Cells:
    rows = figures.filter(
        population__in=choice.populations, indicator__in=choice.indicators, month__in=choice.days
    ).values_list(area, "population", "month", "indicator", "value", "suppressed")  # fmt: skip
    return {
        (area, population, f"{month:%Y-%m}", indicator): Figure(value, suppressed)
        for area, population, month, indicator, value, suppressed in rows.iterator()
    }


def _cells_by_class(choice: Choice, by: str) -> Cells:
    return {
        (row.area, row.population, f"{row.month:%Y-%m}", row.indicator, row.group): Figure(row.value, row.suppressed)
        for row in breakdown_queries.cells(choice.indicators, by, choice.areas, choice.days)
    }


def published_table(choice: Choice, found: Cells) -> PublishedTable:
    """The cells as a table that every format is written from; the same figures give the same table."""
    notes = (*release_texts.NOTES, *of_classes(choice))
    return table_files.table(
        builder_texts.KEY, _title(choice.by), dimensions(choice), found,
        notes=notes, unverified=unverified_law(choice),
    )  # fmt: skip


def _title(by: Breakdown | None) -> Words:
    if by is None:
        return builder_texts.TITLE
    return {language: f"{builder_texts.TITLE[language]}: {by.name[language]}" for language in LANGUAGES}


def of_classes(choice: Choice) -> list[Words]:
    """What to say of a breakdown: see `published_codes.class_notes`."""
    return [] if choice.by is None else published_codes.class_notes(choice.by)


def unverified_law(choice: Choice) -> tuple[str, ...]:
    """The texts of law that the chosen populations rest on and nobody has verified."""
    if set(choice.populations) <= {"residents"}:
        return ()
    month = choice.months[-1]
    trials = [key for key in shipped_keys() if _has_area(key, month, choice.areas)]
    return tuple(dict.fromkeys(law for key in trials for law in published_codes.unverified_law(key, month)))


def _has_area(trial: str, month: str, areas: Sequence[str]) -> bool:
    """Whether one of the areas is the trial's at the month's end."""
    day = month_end(month_named(month))
    rows = (row for row in shipped(trial).areas if row.from_day <= day and (row.to_day is None or day < row.to_day))
    return any(TOGETHER in areas or row.area in areas for row in rows)
