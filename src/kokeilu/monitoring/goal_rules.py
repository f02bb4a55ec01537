"""What goals mean in figures: the path to a target, how one stands to it, and which months a measure is compared at.

Pure.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median
from typing import Final, Literal

from kokeilu.law.areas import municipalities
from kokeilu.monitoring import breakdown_rules
from kokeilu.monitoring.breakdown_rules import DIMENSIONS
from kokeilu.monitoring.indicators import INDICATORS, POPULATIONS, Indicator
from kokeilu.monitoring.reading import HEADLINE, SUCCESS, Sentence

Course = Literal["reached", "on_course", "behind", "missed", "no_day", "alone", "unknown"]
Direction = Literal["up", "down"]
Missing = Literal["words", "population", "division"]
"""Why no figure can be told of a group: it has no classes, or classes are not told of these people, or not of this
figure.
"""

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 1, 1)
"""The days that goals are of: others are slips of the pen."""
REGISTERED: Final = "registered_unemployed"
LEAVING: Final = "outflow"
BY_SERVICES: Final = (
    "unemployment_rate", "structural_unemployment", "municipal_share", LEAVING, "outflow_service",
    *INDICATORS[LEAVING].also_sum,
)  # fmt: skip
"""Further figures that move as one would wish already when the unemployed move into services: the rate of registered
unemployment, sums that are mostly of it, the support paid to it, and those who leave it, into services too.
"""
BESIDE: Final = ("broad_unemployment", "open_market_exits")
"""What stands beside every figure of registered unemployment."""


@dataclass(frozen=True)
class Whose:
    """Whose figure is meant: a population of indicators.POPULATIONS, and of it the `classes` of a dimension together
    (a key of breakdown_rules.DIMENSIONS); without one, everybody.
    """

    population: str = POPULATIONS[0]
    dimension: str = ""
    classes: tuple[str, ...] = ()


EVERYBODY: Final = Whose()
"""All who live in the area."""


def is_registered(indicator: str) -> bool:
    """Whether the figure moves already when the unemployed move into services: registered unemployment, a part of it,
    or one of BY_SERVICES.
    """
    if indicator in (REGISTERED, *BY_SERVICES):
        return True
    whole = INDICATORS[indicator].part_of if indicator in INDICATORS else None
    return whole is not None and whole != LEAVING and is_registered(whole)


def missing(indicator: str, whose: Whose, words: str = "") -> Missing | None:
    """Why the figure is not published of a group; None where it may be. `words` are what the area calls the group."""
    if not whose.dimension:
        return "words" if words else None
    if whose.population != breakdown_rules.POPULATION:
        return "population"
    return None if indicator in breakdown_rules.indicators(DIMENSIONS[whose.dimension]) else "division"


def ordered(dimension: str, classes: Iterable[str]) -> tuple[str, ...]:
    """The classes of a dimension (its key) in its own order; a group is the same in whichever order it is told."""
    return tuple(sorted(classes, key=DIMENSIONS[dimension].place)) if dimension in DIMENSIONS else tuple(classes)


def are_classes(dimension: str, classes: Sequence[str]) -> bool:
    """Whether a dimension has these classes, each told once and in its own order; no dimension has no classes."""
    if not dimension:
        return not classes
    if dimension not in DIMENSIONS:
        return False
    known = {*DIMENSIONS[dimension].classes, *(municipalities() if dimension == "municipality" else ())}
    return set(classes) <= known and len(set(classes)) == len(classes) and ordered(dimension, classes) == (*classes,)


def beside(whose: Whose) -> list[tuple[str, Whose]]:
    """What stands beside a group's registered unemployment: of the same people where it is published of them."""
    return [(key, whose if _is_told(key, whose) else EVERYBODY) for key in BESIDE]


def headline_of(whose: Whose) -> Whose:
    """Of whom the three figures that stand together are read: of these people where all three are published of them."""
    return whose if all(_is_told(key, whose) for key in HEADLINE) else EVERYBODY


def _is_told(indicator: str, whose: Whose) -> bool:
    return whose.population in INDICATORS[indicator].populations and missing(indicator, whose) is None


def together(indicators: Sequence[str]) -> tuple[str, ...]:
    """The indicators, each of registered unemployment followed by those that stand beside it; none twice."""
    found: dict[str, None] = {}
    for indicator in indicators:
        found |= dict.fromkeys([indicator, *(BESIDE if is_registered(indicator) else ())])
    return tuple(found)


def month_of(day: date) -> date:
    """The first day of the day's month, by which months go here."""
    return day.replace(day=1)


def months_between(first: date, last: date) -> int:
    """How many months lie from one month to another."""
    return (last.year - first.year) * 12 + last.month - first.month


def path(start: float, from_day: date, value: float, by_day: date, month: date, *, direction: Direction) -> float:
    """The straight line from where one was when a target was set to its value on its day, at a month's end.

    Who was there already need not come back to it: the line is the value itself then.
    """
    if start >= value if direction == "up" else start <= value:
        return value
    first, last = month_of(from_day), month_of(by_day)
    whole = max(1, months_between(first, last))
    done = min(max(months_between(first, month), 0), whole)
    return start + (value - start) * done / whole


@dataclass(frozen=True)
class Standing:
    """How one stands to a target: `now` and `due` (the path's value now) and `distance` to the target, in the
    indicator's unit; None where it cannot be told. `distance` is what is still missing, zero or less once reached.
    `on_day` is the month of the target's day once that is past, by whose figure its course is told.
    """

    now: float | None
    due: float | None
    distance: float | None
    course: Course
    on_day: date | None = None


def standing(
    history: Sequence[tuple[date, float | None]],
    *,
    value: float,
    direction: Direction,
    from_day: date,
    by_day: date | None,
    sentence: Sentence,
    registered: bool,
) -> Standing:
    """How an area stands to a target in the last month of `history` (months with their values, oldest first).

    A target whose day is past was reached, or missed, in the month of that day: what came later neither makes good nor
    undoes it. `sentence` is what that month's headline says (else the last month's) against the month before the target
    was set; where it is none of SUCCESS, a target of `registered` unemployment is neither reached nor on course: it
    stands alone.
    """
    if not history:
        return Standing(None, None, None, "unknown")
    (month, now), on_day = history[-1], past(history, by_day)
    told = dict(history).get(on_day) if on_day else now
    sign = 1.0 if direction == "up" else -1.0
    start = started(history, from_day)
    due = None
    if by_day is not None and start is not None and now is not None:
        due = path(start, from_day, value, by_day, month, direction=direction)
    course = _course(None if told is None else sign * (value - told), None if due is None else sign * (value - due),
                     has_day=by_day is not None, is_past=on_day is not None)  # fmt: skip
    if registered and sentence not in SUCCESS and course in ("reached", "on_course", "no_day"):
        course = "alone"
    return Standing(now, due, None if now is None else sign * (value - now), course, on_day)


def _course(missing: float | None, due: float | None, *, has_day: bool, is_past: bool) -> Course:
    """The course by what is `missing` of the target, and what may be missing by the path (`due`)."""
    if missing is None:
        return "unknown"
    if missing <= 0:
        return "reached"
    if not has_day:
        return "no_day"
    if is_past:
        return "missed"
    if due is None:
        return "unknown"
    return "on_course" if missing <= due else "behind"


def past(history: Sequence[tuple[date, float | None]], by_day: date | None) -> date | None:
    """The month of a target's day where months after it are published too; None where the day is ahead, or none."""
    if by_day is None or not history or history[-1][0] <= month_of(by_day):
        return None
    return month_of(by_day)


def started(history: Sequence[tuple[date, float | None]], from_day: date) -> float | None:
    """The figure where the path to a target begins: the last known one up to its first month, else the first after."""
    known = [(month, value) for month, value in history if value is not None]
    before = [value for month, value in known if month <= month_of(from_day)]
    return before[-1] if before else known[0][1] if known else None


@dataclass(frozen=True)
class Compared:
    """The months that tell what a figure did since a measure began; None where there is no month."""

    before: date | None
    now: date | None


def compared(months: Sequence[date], begins: date, until: date | None) -> Compared:
    """The newest month, or the measure's last one where that is earlier, and the same calendar month in the last year
    that lies wholly before the measure. The season is the same in both.

    `months` are those published, in any order; `until` is the first day after the measure, None while it lasts.
    """
    within = [month for month in months if until is None or month < until]
    now = max((month for month in within if month >= month_of(begins)), default=None)
    if now is None:
        return Compared(None, None)
    start = month_of(begins)
    year = start.year if now.month < start.month else start.year - 1
    before = date(year, now.month, 1)
    return Compared(before if before in months else None, now)


def change(before: float | None, now: float | None, indicator: Indicator) -> float | None:
    """The change: of a rate in its own unit (percentage points), of people or euros as a share of what was before."""
    if before is None or now is None:
        return None
    if indicator.unit == "per cent":
        return now - before
    return now / before - 1 if before > 0 else None


def elsewhere(changes: Sequence[float | None]) -> tuple[float | None, int]:
    """The middle one of other areas' changes, and how many of them can be told."""
    known = [each for each in changes if each is not None]
    return (median(known), len(known)) if known else (None, 0)
