"""How long unemployment lasts from its beginning: whose began when, and after how many months which way they left it.

Counted from the steps of `steps.steps`, set-based, the same on every engine that Narwhals speaks to; what comes back
has a row per area, month of beginning, months to the end, and way out, not one per person and month.
"""

from typing import Any, Final

import narwhals as nw

from kokeilu.monitoring.steps import SERVICE, UNEMPLOYED, Rows

OPEN_MARKET: Final = "open_market"
OTHER: Final = "other"
CAUSES: Final = (OPEN_MARKET, SERVICE, OTHER)
"""The ways out of unemployment that compete; `other` is supported work, studies, outside the labour force, and all of
whom the register reports nothing, or not enough to tell.
"""


def _entries(unemployed: Rows) -> Rows:
    """Those whose unemployment begins: person, area, began (month_number).

    Counted at the end of the month in which the register's `unemployed_since` lies, and not unemployed at the end of
    the month before. Who comes to an area unemployed, or back with an older day, does not begin here.
    """
    here = unemployed.filter(~nw.col("area").is_null(), (nw.col("since") == nw.col("begins")).fill_null(False))
    before = unemployed.select("person", began="ends")
    return here.select("person", "area", began="begins").join(before, on=["person", "began"], how="anti")


def _ends(rows: Rows, unemployed: Rows, last: int) -> Rows:
    """Where runs of month ends as unemployed, in whatever area, come to an end: person, at and cause in one number."""
    now = rows.select("person", "status", at="begins")
    left = unemployed.filter(nw.col("ends") <= last).select("person", at="ends")
    gone = left.join(now, on=["person", "at"], how="left").filter(~nw.col("status").is_in(UNEMPLOYED).fill_null(False))
    place: Any = nw.lit(CAUSES.index(OTHER))
    for cause in (OPEN_MARKET, SERVICE):
        place = nw.when(nw.col("status") == cause).then(nw.lit(CAUSES.index(cause))).otherwise(place)
    return gone.select("person", end=nw.col("at") * len(CAUSES) + place.cast(nw.Int64))


def begun(rows: Rows, last: int) -> Rows:
    """Those whose unemployment began, by how it went on: area, began, months, cause (its place in CAUSES), persons.

    `months` is the number of month ends from that of the beginning to the first at which they are unemployed no more,
    in no area; null, with `cause`, where they still are at `last` (a month_number).
    """
    unemployed = rows.filter(nw.col("status").is_in(UNEMPLOYED))
    entries, ends = _entries(unemployed), _ends(rows, unemployed, last)
    later = entries.join(ends, on="person").filter(nw.col("end") >= (nw.col("began") + 1) * len(CAUSES))
    first = later.group_by("person", "began").agg(nw.col("end").min())
    found = entries.join(first, on=["person", "began"], how="left").with_columns(
        months=nw.col("end") // len(CAUSES) - nw.col("began"), cause=nw.col("end") % len(CAUSES)
    )
    return found.group_by("area", "began", "months", "cause").agg(nw.len().cast(nw.Int64).alias("persons"))
