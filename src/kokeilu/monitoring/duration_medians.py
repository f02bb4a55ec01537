"""The median of running and of ended unemployment, in whole months, where it may be shown.

The median is the least number of full months that half of the people have been unemployed for, or less. Whole months,
because the register tells the end of unemployment by the month only: a decimal would be assumed, not measured.

What a median tells: those below it within its class of duration are fewer than the half's people in that class, and
those up to it are at least as many. So it is shown only where all classes of its month are shown, which leaves nothing
to derive of another class, and where within its class the half has more than THRESHOLD people, and THRESHOLD stay above
it: then the number of people of any one month can still be anything from none to THRESHOLD. Pure.
"""

from collections.abc import Iterator, Mapping
from typing import Final, Literal, NamedTuple

import polars as pl

from kokeilu.disclosure.linked import THRESHOLD
from kokeilu.monitoring.indicators import INDICATORS
from kokeilu.monitoring.rules import DURATIONS, STAYS, Events, cumulated, month_numbered
from kokeilu.monitoring.steps import ENDED, STARTED, UNEMPLOYED

Kind = Literal["running", "ended"]
WHOLE: Final[Mapping[Kind, str]] = {"running": "registered_unemployed", "ended": "outflow"}
"""The indicator whose people's median it is; its second division are the classes of duration."""
SCHEMA: Final = {"area": pl.String, "month": pl.Int32, "kind": pl.String, "months": pl.Int32, "hidden": pl.Boolean}
"""`months` is null where the median is hidden, or where it is of no one."""

Lengths = dict[int, int]
"""People by full months."""


class Median(NamedTuple):
    """`months` is null where it is hidden, or of no one."""

    months: int | None
    hidden: bool


def lengths(events: Events) -> pl.DataFrame:
    """How many have been unemployed for how many full months: area, at, kind, months, persons.

    `running` are those unemployed at the month's end, `ended` those who left during the month, by what had lasted at
    the end of the month before. People of whom the beginning is not known are left out.
    """
    held = events.held.filter(pl.col("status").is_in(UNEMPLOYED), pl.col("since").is_not_null())
    changes = held.select("area", "since", "at", persons=pl.col(STARTED) - pl.col(ENDED))
    running = cumulated(changes, events.first, events.last).filter(pl.col("persons") > 0)
    left = events.moves.filter(~STAYS, pl.col("was") == "unemployed", pl.col("since").is_not_null())
    months = pl.max_horizontal(pl.col("at") - pl.col("since"), 0)
    parts = [
        running.select("area", "at", "persons", kind=pl.lit("running"), months=months),
        left.select(
            "area",
            "at",
            "persons",
            kind=pl.lit("ended"),
            months=pl.max_horizontal(pl.col("at") - 1 - pl.col("since"), 0),
        ),
    ]
    return pl.concat(part.group_by("area", "at", "kind", "months").agg(pl.col("persons").sum()) for part in parts)


def median(people: Lengths, threshold: int = THRESHOLD) -> Median:
    """The median of people whose classes of duration are all known to the reader."""
    whole = sum(people.values())
    if not whole:
        return Median(None, hidden=False)
    least = half(people)
    low = max(limit for limit in DURATIONS if limit <= least)
    high = min((limit for limit in DURATIONS if limit > least), default=None)
    below = sum(count for months, count in people.items() if months < low)
    within = sum(count for months, count in people.items() if months >= low and (high is None or months < high))
    # The half's people within the class, doubled to stay whole. Those below the median are fewer than these.
    inside = whole - 2 * below
    if inside <= 2 * threshold or 2 * within - inside < 2 * threshold:
        return Median(None, hidden=True)
    return Median(least, hidden=False)


def half(people: Lengths) -> int:
    """The least number of months that half of the people, of whom there are some, have been unemployed for or less."""
    whole, reached = sum(people.values()), 0
    for months in sorted(people):
        reached += people[months]
        if 2 * reached >= whole:
            return months
    raise ValueError("nobody has no median")


def medians(events: Events, shown: pl.DataFrame) -> pl.DataFrame:
    """The medians of every area and month of which `shown` has the classes of duration: SCHEMA.

    `shown` are figures as they may be shown: area, population, month, indicator, value (null where hidden).
    """
    people: dict[tuple[str, int, str], Lengths] = {}
    for area, at, kind, months, persons in lengths(events).select("area", "at", "kind", "months", "persons").rows():
        people.setdefault((area, month_numbered(at), kind), {})[months] = persons
    rows = [
        (area, month, kind, *(median(people.get((area, month, kind), {})) if known else Median(None, hidden=True)))
        for kind, whole in WHOLE.items()
        for area, month, known in _known(shown, whole)
    ]
    return pl.DataFrame(rows, SCHEMA, orient="row").sort("area", "month", "kind")


def _known(shown: pl.DataFrame, whole: str) -> Iterator[tuple[str, int, bool]]:
    """The areas and months that have all classes, and whether none of these is hidden."""
    classes = INDICATORS[whole].also_sum
    found = shown.filter(pl.col("indicator").is_in(classes), population="residents")
    told = found.group_by("area", "month").agg(pl.col("value").is_not_null().all().alias("known"), pl.len())
    for area, month, known, count in told.sort("area", "month").iter_rows():
        if count == len(classes):
            yield area, month, known
