"""What an area's dashboard shows: a panel for each measure, with targets and comparable areas. Pure.

Areas differ in size, so a comparable area is drawn at this area's level: its figures are multiplied by the one number
that makes its mean of the year before the trial the same as this area's. It is an index with that year as its base,
written in this area's people: what is seen is how the figure would have moved had it moved as there. The base is a
year and not the month before the trial, so that neither season nor one month's chance decides. Rates are comparable
as they are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from statistics import fmean
from typing import Final

from kokeilu.monitoring.comparable import KNOWN_MONTHS
from kokeilu.monitoring.indicators import INDICATORS
from kokeilu.panel.rules import month_end

PANELS: Final = (
    "registered_unemployed",
    "broad_unemployment",
    "open_market_exits",
    "activation_rate",
    "long_term_unemployed",
    "structural_unemployment",
    "inflow",
    "service_starts",
)
"""The measures that have a panel; the three of the headline come first and side by side."""

AHEAD_MONTHS: Final = 12
"""So many months after the last one are drawn where a target lies ahead."""
AMOUNTS: Final = ("persons", "euros")
"""Units of what grows with the size of an area."""

Value = float | None
"""None where hidden or not there."""
Targets = Sequence[tuple[date, float]]
"""The day by which each value is to be reached, in order of time."""


@dataclass(frozen=True)
class Panel:
    """One measure over the months: each list has a value a month.

    `targets` holds what is to be reached in each month, None before the trial and where none is set; `ahead` the
    targets whose day comes after the last month. `others` holds the comparable areas at this area's level, without
    those of which too little is known; `began` is the first month of the trial. `room` is how many months after the
    last one the picture has room for.
    """

    indicator: str
    months: Sequence[date]
    own: Sequence[Value]
    targets: Sequence[Value]
    ahead: Targets
    others: Mapping[str, Sequence[Value]]
    began: date | None
    room: int = 0

    @property
    def months_ahead(self) -> int:
        """How many months after the last one the targets are drawn: up to the last of them, AHEAD_MONTHS at most."""
        if not self.ahead:
            return 0
        last, target = self.months[-1], self.ahead[-1][0]
        return min(AHEAD_MONTHS, (target.year - last.year) * 12 + target.month - last.month)

    @property
    def has_targets(self) -> bool:
        """Whether a target is drawn."""
        return any(value is not None for value in self.targets)


@dataclass(frozen=True)
class Change:
    """How a figure has changed: the difference in its unit, and as a share of the first where there is one."""

    difference: float
    share: float | None


def panel(
    indicator: str,
    months: Sequence[date],
    own: Sequence[Value],
    others: Mapping[str, Sequence[Value]],
    targets: Targets,
    began: date | None,
    base: Sequence[date],
) -> Panel:
    """The panel of a measure. `months` are first days in order of time, `base` those of the year before the trial."""
    at_level: dict[str, list[Value]] = {}
    for area, values in others.items():
        factor = _factor(indicator, months, own, values, base)
        if factor is not None:
            at_level[area] = [None if value is None else value * factor for value in values]
    ahead = [(day, value) for day, value in targets if day > _end(months[-1])]
    return Panel(indicator, months, own, _due(months, targets, began), ahead, at_level, began)


def on_one_axis(panels: Sequence[Panel]) -> list[Panel]:
    """The panels with room for the same months, so that pictures side by side can be compared by eye."""
    drawn = [one for one in panels if any(value is not None for value in one.own)]
    room = max((one.months_ahead for one in drawn), default=0)
    return [replace(one, room=room) for one in panels]


def change(before: Value, now: Value) -> Change | None:
    """The change between two figures; None where one of them is not known."""
    if before is None or now is None:
        return None
    return Change(now - before, (now - before) / before if before else None)


def _factor(
    indicator: str, months: Sequence[date], own: Sequence[Value], other: Sequence[Value], base: Sequence[date]
) -> float | None:
    """What brings another area's figures to this one's level; None where too little of the base is known of one."""
    if INDICATORS[indicator].unit not in AMOUNTS:
        return 1.0
    mine, theirs = (_level(months, values, base) for values in (own, other))
    return mine / theirs if mine is not None and theirs else None


def _level(months: Sequence[date], values: Sequence[Value], base: Sequence[date]) -> float | None:
    """The mean of the base months; None where fewer than KNOWN_MONTHS of them are known."""
    known = [value for month, value in zip(months, values, strict=True) if month in base and value is not None]
    return fmean(known) if len(known) >= KNOWN_MONTHS else None


def _due(months: Sequence[date], targets: Targets, began: date | None) -> list[Value]:
    """The value to be reached in each month from the trial's start on: the next one ahead, after the last the last.

    An area that has not begun shows its targets in the last month; one whose day is earlier shows from its month on.
    """
    if not targets:
        return [None] * len(months)
    start = min(began or months[-1], targets[0][0].replace(day=1), months[-1])
    return [_wanted(month, targets) if month >= start else None for month in months]


def _wanted(month: date, targets: Targets) -> float:
    """The first target whose day is not before the month's end, else the last of all."""
    return next((value for day, value in targets if day >= _end(month)), targets[-1][1])


def _end(month: date) -> date:
    return month_end(month.year * 100 + month.month)
