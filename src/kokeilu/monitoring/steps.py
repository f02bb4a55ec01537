"""The panel's spells as events, added up by month and class: the same on every engine that Narwhals speaks to.

A spell is held at the ends of the months from that of its first day up to the one before that of its last: so it is
two events, one where it begins to be held and one where it ends, and a stock is the sum of the events so far. The
engine only adds up events, by month and class; what comes back is small, and `rules` makes the indicators of it.
No row per person and month is made.
"""

from collections.abc import Sequence
from typing import Any, Final

import narwhals as nw

Rows = nw.LazyFrame[Any]

STATE: Final = "te"
UNEMPLOYED: Final = ("unemployed", "laid_off")
SERVICE: Final = "service"
UNKNOWN: Final = "unknown"
SUPPORT: Final = "labour_market_support"

STARTED: Final = "started"
ENDED: Final = "ended"

COLUMNS: Final = (
    "person", "from", "to", "status", "job_seeker", "service", "benefit", "support_days", "unemployed_since", "area",
    "responsible",
)  # fmt: skip
"""The columns of the spells that are read; and those of breakdowns, where there are any."""

KEYS: Final = ("area", "trial", "by")


def _number(day: str) -> nw.Expr:
    """The `month_number` of the days in a column."""
    return (nw.col(day).dt.year() * 12 + nw.col(day).dt.month() - 1).cast(nw.Int64)


def steps(spells: Rows, first: int, last: int) -> Rows:
    """The spells that are held at a month's end of first..last (month_numbers).

    Columns person, begins, ends (held at the month ends from `begins` up to but not including `ends`), status,
    seeking, service, since (month_number of `unemployed_since`, null where not known), paid (class of paid support
    days of those paid labour market support on the ground of unemployment, else null), area, trial, and `by`, the one
    class of all.
    """
    return _steps(spells, first, last, by=nw.lit("total"))


def steps_by(spells: Rows, first: int, last: int, columns: Sequence[str]) -> Rows:
    """`steps` with the class by each of the columns, under its name, in place of `by`."""
    return _steps(spells, first, last, **{name: nw.col(name).cast(nw.String).fill_null(UNKNOWN) for name in columns})


def _steps(spells: Rows, first: int, last: int, **classes: nw.Expr) -> Rows:
    begins = nw.max_horizontal(_number("from"), nw.lit(first).cast(nw.Int64))
    ends = nw.min_horizontal(_number("to").fill_null(last + 1), nw.lit(last + 1).cast(nw.Int64))
    paid = (nw.col("benefit") == SUPPORT) & nw.col("status").is_in(UNEMPLOYED)
    return spells.select(
        "person",
        "status",
        "service",
        "area",
        begins=begins,
        ends=ends,
        seeking=nw.col("job_seeker").fill_null(False),
        since=nw.when(nw.col("status").is_in(UNEMPLOYED)).then(_number("unemployed_since")),
        paid=nw.when(paid).then(nw.col("support_days").cast(nw.Int64)),
        trial=(nw.col("responsible") != STATE).fill_null(False),
        **classes,
    ).filter(nw.col("begins") < nw.col("ends"))


def events(rows: Rows) -> Rows:
    """How many begin and how many end to be held, by all that stocks are told apart by: columns started, ended."""
    classes = (*KEYS, "status", "seeking", "since", "paid")
    here = rows.filter(~nw.col("area").is_null())
    one, none = nw.lit(1).cast(nw.Int64), nw.lit(0).cast(nw.Int64)
    both = nw.concat(
        [
            here.select(*classes, nw.col("begins").alias("at"), one.alias(STARTED), none.alias(ENDED)),
            here.select(*classes, nw.col("ends").alias("at"), none.alias(STARTED), one.alias(ENDED)),
        ]
    )
    return both.group_by(*classes, "at").agg(nw.col(STARTED, ENDED).sum().cast(nw.Int64))


def everyone(rows: Rows) -> Rows:
    """How many begin and how many end to be held at all, wherever they live: columns at, started, ended."""
    one, none = nw.lit(1).cast(nw.Int64), nw.lit(0).cast(nw.Int64)
    both = nw.concat(
        [
            rows.select(nw.col("begins").alias("at"), one.alias(STARTED), none.alias(ENDED)),
            rows.select(nw.col("ends").alias("at"), none.alias(STARTED), one.alias(ENDED)),
        ]
    )
    return both.group_by("at").agg(nw.col(STARTED, ENDED).sum().cast(nw.Int64))


def moved(gone: Rows) -> Rows:
    """How many go where of `departures`: KEYS, at, was, became, same, since, persons."""
    return gone.group_by(*KEYS, "at", "was", "became", "same", "since").agg(nw.len().cast(nw.Int64).alias("persons"))


def departures(rows: Rows, last: int, classes: Sequence[str] = ("by",)) -> Rows:
    """Those who end to be held as unemployed or in a service, a row each, and where they go: was, became, same, since.

    `same`: they are in the same area still. `classes` are the columns that tell people apart. Each is their class
    before, or where they are the same as before (unemployed still, or in a service still) their class now: who changes
    class within an area is neither inflow nor outflow, so that the classes add up to the area.
    """
    left = rows.filter(
        nw.col("status").is_in((*UNEMPLOYED, SERVICE)), ~nw.col("area").is_null(), nw.col("ends") <= last
    ).select(
        "person",
        "area",
        "since",
        at=nw.col("ends"),
        was=nw.when(nw.col("status") == SERVICE).then(nw.lit(SERVICE)).otherwise(nw.lit("unemployed")),
        trial_before=nw.col("trial"),
        **{f"{one}_before": nw.col(one) for one in classes},
    )
    now = rows.select(
        "person", "trial", *classes, at=nw.col("begins"), area_now=nw.col("area"), status_now=nw.col("status")
    )
    same = nw.col("area_now") == nw.col("area")
    became = nw.when(nw.col("status_now").is_in(UNEMPLOYED)).then(nw.lit("unemployed")).otherwise(nw.col("status_now"))
    gone = left.join(now, on=["person", "at"], how="left").with_columns(
        became=nw.coalesce(became, nw.lit(UNKNOWN)), same=same.fill_null(False)
    )
    stays = nw.col("same") & (nw.col("was") == nw.col("became"))
    # A person of whom nothing is reported any more counts with those who were responsible last.
    own = {one: nw.when(stays).then(nw.col(one)).otherwise(nw.col(f"{one}_before")) for one in classes}
    return gone.select(
        "area", "at", "was", "became", "same", "since", trial=nw.coalesce("trial", "trial_before"), **own
    )
