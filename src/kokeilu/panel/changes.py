"""What a build tells otherwise than the revision before it: pure, on frames of spells."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

import polars as pl

from kokeilu.panel import rules


def _key() -> pl.Expr:
    """The month that a spell ended in, as an integer; null of those that last. A file holds one."""
    return (pl.col("to").dt.year() * 100 + pl.col("to").dt.month()).alias("month")


def ends(spells: pl.DataFrame) -> list[int | None]:
    """The months in which spells ended, in order, first None where some last."""
    return spells.select(_key()).unique().to_series().sort(nulls_last=False).to_list()


def by_end(spells: pl.DataFrame, months: Sequence[int | None] | None = None) -> dict[int | None, pl.DataFrame]:
    """The spells by the month in which they ended, None of those that last, in their order; of `months` alone."""
    keyed = spells.with_columns(_key())
    if months is not None:
        keyed = keyed.filter(pl.col("month").is_in(list(months), nulls_equal=True))
    split = keyed.partition_by("month", as_dict=True, include_key=False, maintain_order=True)
    return {key[0]: rows for key, rows in split.items()}


def _only_in(one: pl.DataFrame, other: pl.DataFrame) -> pl.DataFrame:
    return one.join(other, on=one.columns, how="anti", nulls_equal=True)


def ends_that_differ(before: pl.DataFrame, after: pl.DataFrame) -> set[int | None]:
    """The keys of `by_end` whose spells are not the same in both."""
    differing = pl.concat([_only_in(before, after), _only_in(after, before)])
    return set(differing.select(_key()).unique().to_series().to_list())


def days_that_differ(before: pl.DataFrame, after: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """The days up to `as_of` of which the two tell otherwise: columns person, from, to (null: to `as_of`)."""
    known = rules.as_known(after, as_of)
    changed = pl.concat([_only_in(before, known), _only_in(known, before)]).get_column("person").unique()
    first, second = (
        each.join(changed.to_frame(), on="person", how="semi").sort("person", "from") for each in (before, known)
    )
    days = rules.boundaries([first, second])
    then, now = rules.at(days, first), rules.at(days, second)
    told = ("covered", *rules.DIMENSIONS)
    differs = pl.any_horizontal(pl.Series(then.get_column(name).ne_missing(now.get_column(name))) for name in told)
    return days.with_columns(to=rules.next_start()).filter(differs)


def months_that_differ(before: pl.DataFrame, after: pl.DataFrame, as_of: date) -> dict[int, int]:
    """The months up to `as_of` of which the two tell otherwise, and of how many people, in order."""
    days = days_that_differ(before, after, as_of)
    last = pl.coalesce(pl.col("to") - timedelta(days=1), pl.lit(as_of))
    month = pl.date_ranges(pl.col("from").dt.month_start(), last.dt.month_start(), interval="1mo").alias("month")
    found = days.select("person", month).explode("month").unique().group_by("month").len().sort("month")
    return {rules.month_of(day): people for day, people in found.iter_rows()}


def months_to_write(wanted: Iterable[int], kept: Iterable[int], changed: Iterable[int]) -> set[int]:
    """The months whose person-months are not those of the revision before."""
    return set(wanted) - (set(kept) - set(changed))
