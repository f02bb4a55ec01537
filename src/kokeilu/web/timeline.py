"""Periods on an axis of time, for the component `web/components/timeline.html`."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from uuid import uuid4

from django.utils.functional import Promise

from kokeilu.web import formats

LONGEST_AXIS = 6  # labels that fit beside each other at the narrowest width that shows an axis


@dataclass(frozen=True)
class Period:
    """A half-open period [start, until), open where `until` is None, with the words for what holds in it.

    `color` is neutral, accent, info, success, warning or danger; it repeats what the label says.
    """

    label: str | Promise
    start: date
    until: date | None
    color: str = "neutral"


@dataclass(frozen=True)
class Row:
    """One line of the timeline: a subject and its periods."""

    label: str | Promise
    periods: list[Period]


@dataclass(frozen=True)
class Placed:
    """A period with its place: `left` and `width` in per cent of the axis, `days` in words."""

    label: str | Promise
    color: str
    days: str
    left: str
    width: str


@dataclass(frozen=True)
class PlacedRow:
    label: str | Promise
    periods: list[Placed]


@dataclass(frozen=True)
class Tick:
    """A label of the axis and its place in per cent."""

    label: str
    left: str


@dataclass(frozen=True)
class Timeline:
    """What the component draws. `key` keeps the ids of several timelines on one page apart."""

    rows: list[PlacedRow]
    ticks: list[Tick]
    key: str = field(default_factory=lambda: f"timeline-{uuid4().hex[:8]}")


def timeline(rows: Iterable[Row], first: date, until: date) -> Timeline:
    """Place the rows' periods on the axis [first, until). What lies outside is cut at its ends, or left out.

    Raises ValueError where the axis has no day.
    """
    if until <= first:
        raise ValueError("a timeline needs at least one day")
    placed = [PlacedRow(row.label, _place(row.periods, first, until)) for row in rows]
    return Timeline(placed, _ticks(first, until))


def _place(periods: Iterable[Period], first: date, until: date) -> list[Placed]:
    found = []
    for period in sorted(periods, key=lambda period: period.start):
        start, end = max(period.start, first), min(period.until or until, until)
        if start >= end:
            continue
        found.append(
            Placed(
                period.label, period.color, formats.days(period.start, period.until),
                _percent(start, first, until), _percent(end, first, until, less=start),
            )
        )  # fmt: skip
    return found


def _percent(day: date, first: date, until: date, less: date | None = None) -> str:
    """How far `day` is along the axis, or from `less`, in per cent with a decimal point in every language."""
    return f"{100 * (day - (less or first)).days / (until - first).days:.3f}"


def _ticks(first: date, until: date) -> list[Tick]:
    months = (until.year - first.year) * 12 + until.month - first.month
    step = next(step for step in (1, 2, 3, 4, 6, 12, 24, 60, 120, 240, 600, 1200) if months / step <= LONGEST_AXIS)
    index = first.year * 12 + first.month - 1
    index += (first.day > 1) if step == 1 else 0
    starts = [date(at // 12, at % 12 + 1, 1) for at in range(index - index % step, until.year * 12 + until.month, step)]
    return [
        Tick(str(day.year) if step >= 12 else f"{day.month}/{day.year}", _percent(day, first, until))
        for day in starts
        # A label that begins in the last twentieth would stand beyond the axis.
        if first <= day and (day - first).days / (until - first).days <= 0.95
    ]
