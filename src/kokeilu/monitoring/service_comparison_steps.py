"""Counting services apart, from the panel's spells as events: the same people as the areas' pages count together.

A stay is unbroken time in services of one area. It begins in the service that the person came to and ends in the one
that they left; who changes from one service to another in between neither begins nor ends. So starts, ends and what
followed add up over the services to the figures of the area's page.
"""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import narwhals as nw
import polars as pl

from kokeilu.monitoring import structure
from kokeilu.monitoring.rules import cumulated
from kokeilu.monitoring.steps import SERVICE, UNEMPLOYED, UNKNOWN, Rows, steps

KEYS: Final = ("area", "service")
FOLLOWED: Final = ("open_market", "supported_work", "service", "unemployed", "outside", "unknown")
"""Where people are three months after the end."""


class Counted(NamedTuple):
    """KEYS, at (month_number), measure, people: `monthly` of each month; `yearly` of the years that end before `at`."""

    monthly: pl.DataFrame
    yearly: pl.DataFrame


def count(spells: Rows, first: int, last: int, years: Sequence[int]) -> Counted:
    """Everything that is told of services in first..last (month_numbers), by area, service and month.

    `monthly` has the measures stock, starts, ends and followed_BECAME (of FOLLOWED, at the later month); `yearly` the
    measure persons, different people, of the calendar `years`. Months and services of no one may be missing.
    """
    rows = steps(spells, first, last).with_columns(service=nw.coalesce("service", nw.lit(UNKNOWN)))
    served = rows.filter(nw.col("status") == SERVICE, ~nw.col("area").is_null())
    stock, starts, ends = _stock(served), _starts(rows, served, first), _ends(rows, served, last)
    followed = _followed(rows, ends, last)
    found = [
        _counted(stock, "started", "ended"), _counted(starts), _counted(ends), _counted(followed, "became"),
        _people(served, years).collect("polars").to_native(),
    ]  # fmt: skip
    changed = found[0].select(*KEYS, "at", (pl.col("started") - pl.col("ended")).alias("people"))
    held = cumulated(changed.rename({"people": "persons"}), first, last).rename({"persons": "people"})
    ended = found[2].select(*KEYS, pl.col("at") + structure.AFTER, "people").filter(pl.col("at") <= last)
    known = found[3].select(*KEYS, "at", (-pl.col("people")).alias("people"))
    monthly = [
        _named(held, "stock"), _named(found[1], "starts"), _named(found[2], "ends"),
        _named(pl.concat([ended, known]), "followed_unknown"),
        *(_named(found[3].filter(became=key), f"followed_{key}") for key in FOLLOWED if key != UNKNOWN),
    ]  # fmt: skip
    return Counted(pl.concat(monthly), _named(found[4], "persons"))


def _named(rows: pl.DataFrame, measure: str) -> pl.DataFrame:
    sums = rows.group_by(*KEYS, "at").agg(pl.col("people").sum().cast(pl.Int64))
    return sums.select(*KEYS, pl.col("at").cast(pl.Int64), pl.lit(measure).alias("measure"), "people")


def _counted(rows: Rows, *apart: str) -> pl.DataFrame:
    """Added up by the engine: KEYS, at, those `apart`, and `people` where these do not count themselves."""
    if "started" in apart:
        found: Any = rows.group_by(*KEYS, "at").agg(nw.col(*apart).sum().cast(nw.Int64))
    else:
        found = rows.group_by(*KEYS, "at", *apart).agg(nw.len().cast(nw.Int64).alias("people"))
    result: pl.DataFrame = found.collect("polars").to_native()
    return result


def _stock(served: Rows) -> Rows:
    one, none = nw.lit(1).cast(nw.Int64), nw.lit(0).cast(nw.Int64)
    return nw.concat(
        [
            served.select(*KEYS, at=nw.col("begins"), started=one, ended=none),
            served.select(*KEYS, at=nw.col("ends"), started=none, ended=one),
        ]
    )


def _starts(rows: Rows, served: Rows, first: int) -> Rows:
    """Those who come to a service of an area and were in none of the area at the month's end before."""
    before = rows.select("person", at=nw.col("ends"), area_before=nw.col("area"), was=nw.col("status"))
    came = served.filter(nw.col("begins") > first).select("person", *KEYS, at=nw.col("begins"))
    joined = came.join(before, on=["person", "at"], how="left")
    stays = (nw.col("was") == SERVICE) & (nw.col("area_before") == nw.col("area"))
    return joined.filter(~stays.fill_null(False))


def _ends(rows: Rows, served: Rows, last: int) -> Rows:
    """Those who leave the services of an area, by the service that they left."""
    now = rows.select("person", at=nw.col("begins"), area_now=nw.col("area"), status_now=nw.col("status"))
    left = served.filter(nw.col("ends") <= last).select("person", *KEYS, at=nw.col("ends"))
    joined = left.join(now, on=["person", "at"], how="left")
    stays = (nw.col("status_now") == SERVICE) & (nw.col("area_now") == nw.col("area"))
    return joined.filter(~stays.fill_null(False)).select("person", *KEYS, "at")


def _followed(rows: Rows, ends: Rows, last: int) -> Rows:
    """What those who left are three months later; those of whom nothing is known then are left out."""
    held = rows.select("person", "begins", "ends", "status")
    found = ends.join(held, on="person")
    then = nw.col("at") + structure.AFTER
    known = found.filter(nw.col("begins") <= then, nw.col("ends") > then, ~nw.col("status").is_null())
    became = nw.when(nw.col("status").is_in(UNEMPLOYED)).then(nw.lit("unemployed")).otherwise(nw.col("status"))
    return known.select(*KEYS, became=became, at=then)


def _people(served: Rows, years: Sequence[int]) -> Rows:
    """Different people in a service of an area at any month's end of a calendar year; `at` is its first month."""
    parts = [
        served.filter(nw.col("begins") < 12 * year + 12, nw.col("ends") > 12 * year)
        .select("person", *KEYS, at=nw.lit(12 * year).cast(nw.Int64))
        .unique()
        for year in years
    ]
    every = nw.concat(parts) if parts else served.select("person", *KEYS, at=nw.lit(0).cast(nw.Int64)).head(0)
    return every.group_by(*KEYS, "at").agg(nw.len().cast(nw.Int64).alias("people"))
