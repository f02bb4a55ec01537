"""From a person's periods of facts to who reported what: pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

from kokeilu.law.logic import Value

EXTRACT: Final = "extract"
ABSENCE: Final = "absence"


@dataclass(frozen=True)
class Report:
    """What the register said of one column of the extract.

    `day` is that of the extract that first said so without a break until the decision; None where none ever did.
    `source` is extract, correction (of an extract of that day), identity (the extract's word counts by a statement on
    who is whom) or absence (the extract of that day no longer had the person).
    """

    column: str
    value: Value | None
    day: date | None
    source: str


class Period(NamedTuple):
    """What held of a person over [since, until); None is open. `values` of the columns asked about, None is unknown."""

    since: date
    until: date | None
    source: str
    values: Sequence[Value | None]


def reported(periods: Sequence[Period], columns: Sequence[str], day: date) -> list[Report]:
    """A person's reports of the day, one for each column.

    The periods do not overlap, begin by the day and come the oldest first. Who is in none on the day was last reported
    until an extract without them: an absence. Who never was reported has reports without a day.
    """
    if not periods:
        return [Report(column, None, None, EXTRACT) for column in columns]
    last = periods[-1]
    if last.until is not None and last.until <= day:
        return [Report(column, None, last.until, ABSENCE) for column in columns]
    return [_since_it_began(periods, place, column) for place, column in enumerate(columns)]


def _since_it_began(periods: Sequence[Period], place: int, column: str) -> Report:
    """The last value of a column with the period with which it began, those without a gap counting as one."""
    began = last = periods[-1]
    for earlier in reversed(periods[:-1]):
        if earlier.until != began.since or earlier.values[place] != last.values[place]:
            break
        began = earlier
    return Report(column, last.values[place], began.since, began.source)
