"""The survival curves' numbers as they may be shown: exits by months since the beginning, merged until none is small.

A cohort is all whose unemployment began in an area in one half of a calendar year. An exit after k months is told
once all of the cohort have been followed for k months, and never changes after that: cohorts do not overlap, and no
month adds to what an earlier month told, so two publications have no difference to be read. Neighbouring months are
one step until, in each way out of unemployment, the step has no one or THRESHOLD people, and as many are still
unemployed after it, or no one. Pure.
"""

from collections.abc import Iterator, Sequence
from typing import Final

import polars as pl

from kokeilu.disclosure.linked import THRESHOLD
from kokeilu.monitoring.rules import DURATIONS, month_number, month_numbered
from kokeilu.monitoring.survival import CAUSES

WINDOW: Final = 6
"""Months of beginnings that make a cohort: January to June, July to December."""
FOLLOWED: Final = 24
"""Months for which a cohort is followed at most."""
WITHIN: Final = ("inflow", DURATIONS[0])
"""What those whose unemployment began in a month are some of, at its end."""

SCHEMA: Final = {
    "area": pl.String, "began": pl.Int32, "until": pl.Int32, "month": pl.Int32, "at_risk": pl.Int64,
    **dict.fromkeys(CAUSES, pl.Int64),
}  # fmt: skip
"""A step of a cohort: the first month of its half-year (202101), up to how many months since the beginning the step
goes (from where the one before ended), the last month that it rests on, those unemployed at its beginning, and those
of them who left, by way out.
"""

Exits = list[tuple[int, ...]]
"""Those who left after 1, 2, ... months, by CAUSES."""


def steps(begun: pl.DataFrame, figures: pl.DataFrame, first: int, last: int) -> pl.DataFrame:
    """Every step that may be shown of all cohorts: SCHEMA.

    `begun` is `survival.begun`, `figures` area, month, indicator, persons and hidden of WITHIN, `first` and `last` the
    panel's months (202103). A cohort needs the month before its first one, to tell who was unemployed before.
    """
    within = _Within(figures)
    rows: list[tuple[object, ...]] = []
    for area in begun.get_column("area").unique().sort():
        people = begun.filter(area=area)
        for half in halves(month_number(first) + 1, month_number(last)):
            members = people.filter(pl.col("began").is_between(half, half + WINDOW - 1))
            began = int(members.get_column("persons").sum())
            if within.tells(area, half, began):
                continue
            known = min(FOLLOWED, month_number(last) - (half + WINDOW - 1))
            for until, at_risk, left in merged(began, exits(members, known)):
                month = month_numbered(half + WINDOW - 1 + until)
                rows.append((area, month_numbered(half), until, month, at_risk, *left))
    return pl.DataFrame(rows, SCHEMA, orient="row")


class _Within:
    """The figures that those who began in a month are some of."""

    def __init__(self, figures: pl.DataFrame) -> None:
        names = "area", "month", "indicator", "persons", "hidden"
        self._figures = {
            (area, month_number(month), key): (persons, hidden)
            for area, month, key, persons, hidden in figures.select(names).rows()
        }

    def tells(self, area: str, half: int, began: int) -> bool:
        """Whether a cohort would tell of those who came otherwise, from another area or with an older beginning, that
        they are few; or of a hidden figure of a month that it is not much less.
        """
        nobody = 0, False
        months = [[self._figures.get((area, half + place, key), nobody) for key in WITHIN] for place in range(WINDOW)]
        others = sum(inflow for (inflow, _), _ in months) - began
        spare = sum(min(people for people, _ in one) for one in months) - began
        hides = any(hidden for one in months for _, hidden in one)
        return 0 < others < THRESHOLD or (hides and spare < THRESHOLD)


def halves(first: int, last: int) -> range:
    """The first months of the half-years of which the first month and all others lie within first..last."""
    return range(-(-first // WINDOW) * WINDOW, last - WINDOW + 2, WINDOW)


def exits(members: pl.DataFrame, known: int) -> Exits:
    """A cohort's exits after 1 to `known` months, by way out; `members` is its part of `survival.begun`."""
    left = members.filter(pl.col("months") <= known).group_by("months", "cause").agg(pl.col("persons").sum())
    found = {(months, cause): persons for months, cause, persons in left.rows()}
    return [tuple(found.get((months, cause), 0) for cause in range(len(CAUSES))) for months in range(1, known + 1)]


def merged(
    began: int, left: Sequence[tuple[int, ...]], threshold: int = THRESHOLD
) -> Iterator[tuple[int, int, tuple[int, ...]]]:
    """The steps that may be shown: months since the beginning at its end, unemployed at its beginning, exits in it.

    Exits that wait for more when the months end are not shown.
    """
    at_risk, waiting = began, (0,) * len(CAUSES)
    for months, now in enumerate(left, 1):
        waiting = tuple(one + other for one, other in zip(waiting, now, strict=True))
        after = at_risk - sum(waiting)
        if sum(waiting) >= threshold and all(_safe(count, threshold) for count in (*waiting, after)):
            yield months, at_risk, waiting
            at_risk, waiting = after, (0,) * len(CAUSES)


def _safe(count: int, threshold: int) -> bool:
    return count == 0 or count >= threshold
