"""Survival curves of unemployment, the ways out as competing causes, and what two curves say of each other.

All of a cohort have been followed for as long as its steps go, so nobody is censored before their end, and the
estimators of Kaplan and Meier (1958) and of Aalen and Johansen (1978) are the shares of the cohort themselves. Who
is still unemployed at the end is censored there. Pure.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, NamedTuple

from kokeilu.monitoring.steps import SERVICE
from kokeilu.monitoring.survival import CAUSES, OPEN_MARKET
from kokeilu.monitoring.survival_steps import WINDOW

Reading = Literal["open_market", "into_services", "other_ways", "longer", "unchanged"]

MOVES: Final = 0.02
"""A difference of less than this share of the cohort is no difference."""
ENOUGH: Final = 6
"""Months of which a cohort is shown first; younger ones can be chosen."""


class Step(NamedTuple):
    """`until` months since the beginning; those unemployed at the step's beginning, and who left in it, by CAUSES."""

    until: int
    at_risk: int
    left: tuple[int, ...]


class Point(NamedTuple):
    """Shares of the cohort after so many months: still unemployed, and left so far by each of CAUSES."""

    months: int
    still: float
    left: tuple[float, ...]


@dataclass(frozen=True)
class Curve:
    """A cohort: the first day of its half-year, how many it began with, and its points from 0 months on."""

    began: date
    persons: int
    points: tuple[Point, ...]

    @property
    def last(self) -> Point:
        """The point of the longest time."""
        return self.points[-1]

    @property
    def ended(self) -> date:
        """The first day of the last month in which its unemployment began."""
        return self.began.replace(month=self.began.month + WINDOW - 1)


def curve(began: date, steps: Iterable[Step]) -> Curve:
    """The curve of a cohort's steps, of which there is one at least."""
    ordered = sorted(steps)
    persons, gone = ordered[0].at_risk, (0,) * len(CAUSES)
    points = [Point(0, 1.0, (0.0,) * len(CAUSES))]
    for step in ordered:
        gone = tuple(one + other for one, other in zip(gone, step.left, strict=True))
        points.append(Point(step.until, 1 - sum(gone) / persons, tuple(one / persons for one in gone)))
    return Curve(began, persons, tuple(points))


def half_left(one: Curve) -> tuple[int, int] | None:
    """The months between which half of the cohort had left: (more than, at most); None where half is still there."""
    for before, now in zip(one.points, one.points[1:], strict=False):
        if now.still <= 0.5:
            return before.months, now.months
    return None


def common(now: Curve, before: Curve) -> tuple[Point, Point] | None:
    """The points of both after the longest time that both show; None where they share none."""
    earlier = {point.months: point for point in before.points}
    shared = [point for point in now.points if point.months and point.months in earlier]
    return (shared[-1], earlier[shared[-1].months]) if shared else None


def reading(now: Point, before: Point) -> Reading:
    """What may be said of two cohorts after the same time.

    Where fewer are still unemployed, it is the open market that shortened unemployment only if at least half of the
    difference left for it; people who went into services instead are told as that, never as a success.
    """
    fewer = before.still - now.still
    if abs(fewer) < MOVES:
        return "unchanged"
    if fewer < 0:
        return "longer"
    more = {cause: one - other for cause, one, other in zip(CAUSES, now.left, before.left, strict=True)}
    if more[OPEN_MARKET] >= fewer / 2:
        return "open_market"
    return "into_services" if more[SERVICE] >= fewer / 2 else "other_ways"


def compared(curves: Mapping[date, Curve], chosen: date, trial: date | None) -> Sequence[Curve]:
    """The chosen cohort, that of a year before, and the newest of the same half-year that the trial did not touch.

    That one was followed for as long as the chosen one before the month `trial` in which the trial began; it is left
    out where it is one of the others. Which are not there are left out.
    """
    one = curves[chosen]
    wanted = [chosen, _years_before(chosen, 1)]
    if trial is not None:
        same = [began for began in curves if began.month == chosen.month and began < chosen]
        before = [began for began in same if _followed(curves[began], one.last.months) < trial]
        wanted += [max(before)] if before else []
    return [curves[began] for began in dict.fromkeys(wanted) if began in curves]


def _years_before(day: date, years: int) -> date:
    return day.replace(year=day.year - years)


def _followed(one: Curve, months: int) -> date:
    """The month in which the last of a cohort had been followed for so many months."""
    number = one.ended.year * 12 + one.ended.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)


def chosen(curves: Mapping[date, Curve]) -> date:
    """The cohort that is shown where none is asked for: the newest with ENOUGH months, else the newest."""
    enough = [began for began, one in curves.items() if one.last.months >= ENOUGH]
    return max(enough or curves)
