"""The rates and amounts of a release: calculated from the figures that it shows, so they tell no more than these. Pure.

A published rate with its denominator gives its numerator back; so a rate is hidden wherever one of its counts is, and
`opened` looks after it on the finished table. Percentages have two decimals, half up, from whole numbers.
"""

from collections.abc import Iterator
from typing import Final

import polars as pl

from kokeilu.monitoring import rates
from kokeilu.monitoring.labour_force import LabourForce
from kokeilu.monitoring.published_table import PublishedTable
from kokeilu.monitoring.release_audit import KEY

PAGE: Final = ["area", "population", "month"]


def of(counts: pl.DataFrame, force: LabourForce | None = None) -> pl.DataFrame:
    """All rates of the published counts: KEY, `value`, `status`, as `counts` has them.

    Without `force` there is no unemployment or employment rate. What it, or the law of a month, does not tell has the
    status `none`.
    """
    found = [_activation_rate(counts), _municipal_share(counts)]
    if force is not None:
        found += [_unemployment_rate(counts, force), _employment_rate(counts, force)]
    return pl.concat(found)


def _parts(counts: pl.DataFrame, *keys: str) -> pl.DataFrame:
    """The pages that have all these counts, with a column of values for each; null where hidden."""
    first, *others = (counts.filter(indicator=key).select(*PAGE, pl.col("value").alias(key)) for key in keys)
    for other in others:
        first = first.join(other, on=PAGE, maintain_order="left")
    return first


def _percent(pages: pl.DataFrame, indicator: str, part: str, whole: str, status: pl.Expr) -> pl.DataFrame:
    """100 x part / whole; `status` says why there is none where one of the two is null."""
    known = pl.col(part).is_not_null() & pl.col(whole).is_not_null()
    hundredths = (pl.col(part) * 20_000 + pl.col(whole)) // (2 * pl.col(whole))
    shown = known & (pl.col(whole) > 0)
    return pages.select(
        *PAGE,
        pl.lit(indicator).alias("indicator"),
        pl.when(shown).then(hundredths / 100).alias("value"),
        pl.when(shown).then(pl.lit("published")).when(known).then(pl.lit("none")).otherwise(status).alias("status"),
    )


def _activation_rate(counts: pl.DataFrame) -> pl.DataFrame:
    """People in services per hundred of the broadly unemployed."""
    part, whole = rates.COUNTS["activation_rate"]
    return _percent(_parts(counts, part, whole), "activation_rate", part, whole, pl.lit("hidden"))


def _with_force(counts: pl.DataFrame, force: LabourForce) -> pl.DataFrame:
    number = pl.col("month").cast(pl.String)
    told = force.by_area.with_columns(month=number.str.slice(0, 4) + "-" + number.str.slice(4))
    pages = _parts(counts, "registered_unemployed").filter(population="residents")
    return pages.join(told, on=["area", "month"], how="left", maintain_order="left")


def _unemployment_rate(counts: pl.DataFrame, force: LabourForce) -> pl.DataFrame:
    """Registered unemployed residents per hundred of the labour force."""
    status = pl.when(pl.col("labour_force").is_null()).then(pl.lit("none")).otherwise(pl.lit("hidden"))
    pages = _with_force(counts, force)
    return _percent(pages, "unemployment_rate", "registered_unemployed", "labour_force", status)


def _employment_rate(counts: pl.DataFrame, force: LabourForce) -> pl.DataFrame:
    """The employed per hundred of the population; nothing of it comes from the register."""
    return _percent(_with_force(counts, force), "employment_rate", "employed", "population_of_age", pl.lit("none"))


def _municipal_share(counts: pl.DataFrame) -> pl.DataFrame:
    """Euros of the month by the people of each step of paid days (rates.py)."""
    pages = _parts(counts, *rates.COUNTS["municipal_share"])
    number = pl.col("month").str.replace("-", "").cast(pl.Int32)
    cells = counts.with_columns(month=number, suppressed=pl.col("status") == "hidden")
    euros = rates.rates(cells).filter(indicator="municipal_share").select(*PAGE, "value", "suppressed")
    told = pages.with_columns(number=number).join(
        euros.rename({"month": "number"}), on=["area", "population", "number"], how="left", maintain_order="left"
    )
    status = pl.when(pl.col("value").is_not_null()).then(pl.lit("published"))
    return told.select(
        *PAGE,
        pl.lit("municipal_share").alias("indicator"),
        "value",
        status.when(pl.col("suppressed")).then(pl.lit("hidden")).otherwise(pl.lit("none")).alias("status"),
    )


def opened(table: PublishedTable) -> Iterator[tuple[str, ...]]:
    """`rates.opened` of the table."""
    yield from rates.opened(dict(zip(table.cells.select(KEY).rows(), table.cells.get_column("status"), strict=True)))
