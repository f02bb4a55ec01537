"""Counting the indicators over the panel, the same on every engine that Narwhals speaks to."""

from collections.abc import Sequence
from typing import Any, Final

import narwhals as nw
import polars as pl

from kokeilu.monitoring.indicators import DESTINATIONS, FLOWS, INDICATORS, POPULATIONS

Rows = nw.LazyFrame[Any]

STATE: Final = "te"
UNEMPLOYED: Final = ("unemployed", "laid_off")

CELL: Final = ("area", "population", "month", "indicator")
"""What names a figure. `month` is an integer, 202103 is March 2021."""


def month_number(month: int) -> int:
    """Months counted without a gap at the turn of the year: 202012 and 202101 are neighbours."""
    return month // 100 * 12 + month % 100 - 1


def _people(person_months: Rows) -> Rows:
    """What the indicators need of each row: person, at (month_number), status, job_seeker, area, trial."""
    month = nw.col("month")
    return person_months.select(
        "person",
        "status",
        "area",
        at=month // 100 * 12 + month % 100 - 1,
        job_seeker=nw.col("job_seeker").fill_null(False),
        trial=(nw.col("responsible") != STATE).fill_null(False),
    )


def _summed(rows: Rows, measures: dict[str, nw.Expr]) -> Rows:
    """How many rows of each area, responsibility and month meet each measure, in long form."""
    keys = ["area", "trial", "at"]
    marked = rows.filter(~nw.col("area").is_null()).with_columns(
        **{name: measure.fill_null(False).cast(nw.Int64) for name, measure in measures.items()}
    )
    sums = marked.group_by(keys).agg(nw.col(*measures).sum().cast(nw.Int64))
    return sums.unpivot(on=list(measures), index=keys, variable_name="indicator", value_name="persons")


def _stocks(people: Rows) -> Rows:
    status, seeking = nw.col("status"), nw.col("job_seeker")
    settled = status.is_in((*UNEMPLOYED, "service", "supported_work")).fill_null(False)
    return _summed(
        people,
        {
            "unemployed_not_laid_off": status == "unemployed",
            "laid_off": status == "laid_off",
            "in_services": status == "service",
            "supported_work": (status == "supported_work") & seeking,
            "other_job_seekers": seeking & ~settled,
        },
    )


def _flows(people: Rows, first: int, last: int) -> Rows:
    """Inflow, outflow by destination and exits from services, from one month's end to the next."""
    # Only the unemployed are put in order, and only those who leave are looked up in the whole panel.
    at, area = nw.col("at"), nw.col("area")
    unemployed = people.filter(nw.col("status").is_in(UNEMPLOYED)).with_columns(
        at_before=at.shift(1).over("person", order_by="at"),
        area_before=area.shift(1).over("person", order_by="at"),
        at_after=at.shift(-1).over("person", order_by="at"),
        area_after=area.shift(-1).over("person", order_by="at"),
    )
    was = ((nw.col("at_before") == at - 1) & (nw.col("area_before") == area)).fill_null(False)
    stays = ((nw.col("at_after") == at + 1) & (nw.col("area_after") == area)).fill_null(False)
    came = unemployed.filter(~was, at > first).with_columns(inflow=nw.lit(True))
    left = _a_month_later(unemployed.filter(~stays, at < last), people).with_columns(
        destination=nw.when(nw.col("status").is_in(UNEMPLOYED))
        .then(nw.lit("moved"))
        .otherwise(nw.coalesce("status", nw.lit("unknown")))
    )
    served = _a_month_later(people.filter(nw.col("status") == "service", at < last), people)
    return nw.concat(
        [
            _summed(came, {"inflow": nw.col("inflow")}),
            _summed(left, {key: nw.col("destination") == key.removeprefix("outflow_") for key in DESTINATIONS}),
            _summed(served, {"exits_from_services": nw.col("status") == "open_market"}),
        ]
    )


def _a_month_later(rows: Rows, people: Rows) -> Rows:
    """The people at the next month end: `area` is where they were before, `status` what they are now."""
    before = rows.filter(~nw.col("area").is_null()).select("person", "area", trial_before="trial", at=nw.col("at") + 1)
    now = people.select("person", "at", "trial", "status")
    return before.join(now, on=["person", "at"], how="left").with_columns(
        # A person of whom nothing is reported any more counts with those who were responsible last.
        trial=nw.coalesce("trial", "trial_before")
    )


def counts(person_months: Rows, first: int, last: int) -> pl.DataFrame:
    """People per area, responsibility, month and basic indicator: area, trial, month, indicator, persons.

    `person_months` has person, month (202103), status, job_seeker, area, responsible, one row per person and
    month of first..last; the order of rows does not matter. Cells that no one is in are left out. `trial`
    tells whether a trial area is responsible. Flows count from the second month on.
    """
    people = _people(person_months)
    flows = _flows(people, month_number(first), month_number(last))
    parts: list[pl.DataFrame] = [part.collect("polars").to_native() for part in (_stocks(people), flows)]
    long = pl.concat([part.select("area", "trial", "at", "indicator", "persons") for part in parts])
    number = pl.col("at").cast(pl.Int32)
    return long.select("area", "trial", (number // 12 * 100 + number % 12 + 1).alias("month"), "indicator", "persons")


def _grid(counted: pl.DataFrame, months: Sequence[int]) -> pl.DataFrame:
    """Every cell that is to be shown: populations by responsibility only from an area's first month in the
    trial.
    """
    areas = counted.select("area").unique()
    every = areas.join(pl.DataFrame({"month": months}, schema={"month": pl.Int32}), how="cross")
    began = counted.filter("trial", pl.col("persons") > 0).group_by("area").agg(began=pl.col("month").min())
    populations = pl.DataFrame({"population": POPULATIONS})
    basic = [key for key in INDICATORS if key not in SUMS and key != "activation_rate"]
    indicators = pl.DataFrame({"indicator": basic})
    cells = (
        every.join(populations, how="cross")
        .join(began, on="area", how="left")
        .filter((pl.col("population") == "residents") | (pl.col("month") >= pl.col("began")))
    )
    cells = cells.drop("began").join(indicators, how="cross")
    return cells.filter((pl.col("month") > min(months)) | ~pl.col("indicator").is_in(FLOWS))


SUMS: Final[dict[str, tuple[str, ...]]] = {
    "registered_unemployed": ("unemployed_not_laid_off", "laid_off"),
    "broad_unemployment": ("registered_unemployed", "in_services"),
    "job_seekers": ("registered_unemployed", "in_services", "supported_work", "other_job_seekers"),
    "outflow": DESTINATIONS,
    "open_market_exits": ("outflow_open_market", "exits_from_services"),
}
"""Indicators that are the sum of others, each after those it rests on."""


def figures(counted: pl.DataFrame, months: Sequence[int]) -> pl.DataFrame:
    """All figures in persons: CELL and `persons`, zeros included, ordered by area and month.

    `counted` is the outcome of `counts` over `months`, the whole panel. The first month has stocks only.
    """
    by_population = counted.with_columns(
        population=pl.when("trial").then(pl.lit("customers")).otherwise(pl.lit("state"))
    )
    people = pl.concat([by_population, counted.with_columns(population=pl.lit("residents"))], how="diagonal")
    people = people.group_by(CELL).agg(pl.col("persons").sum())
    filled = _grid(counted, months).join(people, on=CELL, how="left").with_columns(pl.col("persons").fill_null(0))
    for whole, parts in SUMS.items():
        total = (
            filled.filter(pl.col("indicator").is_in(parts))
            .group_by("area", "population", "month")
            .agg(pl.col("persons").sum())
        )
        filled = pl.concat([filled, total.with_columns(indicator=pl.lit(whole)).select(filled.columns)])
    place = {key: number for number, key in enumerate([*POPULATIONS, *INDICATORS])}
    order = [pl.col(name).replace_strict(place, return_dtype=pl.Int32) for name in ("population", "indicator")]
    return filled.select(*CELL, "persons").sort("area", "month", *order)
