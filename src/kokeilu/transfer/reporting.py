"""From periods of facts to who reported what: pure, people are columns, in any order."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Final

import polars as pl

from kokeilu.extract import COLUMNS

# What the register says of one column of a person on a day, as text (null: unknown), since which extract's day it has
# said so without a break (null: none ever spoke of the person), and by what (kokeilu.transfer.origins.Report).
REPORTED: Final = pl.Schema(
    {"person": pl.String(), "column": pl.String(), "value": pl.String(), "since": pl.Date(), "source": pl.String()}
)
EXTRACT: Final = "extract"
ABSENCE: Final = "absence"


def reported(periods: pl.DataFrame, persons: Collection[str], columns: Sequence[str], day: date) -> pl.DataFrame:
    """The reports (REPORTED) of the day, one for each person and column.

    `periods` has person, since, until (null: open), source and the columns; those of a person do not overlap and begin
    by the day. Who is in none on the day was last reported until an extract without them: an absence.
    """
    everyone = pl.DataFrame({"person": list(persons)}, schema={"person": pl.String()})
    unbroken = (pl.col("since") == pl.col("until").shift(1)).fill_null(value=False)
    last = [pl.col("until").last()]
    for column in columns:  # rows without a gap count as one; the last value began with its first one
        begins = ~(unbroken & pl.col(column).eq_missing(pl.col(column).shift(1)))
        last += [
            pl.col(column).last().cast(pl.String),
            pl.col("since", "source").filter(begins).last().name.suffix(f" of {column}"),
        ]
    absent = (pl.col("until") <= day).fill_null(value=False)
    found = pl.concat_list(
        pl.struct(
            pl.lit(column).alias("column"),
            pl.when(~absent).then(column).alias("value"),
            pl.when(absent).then("until").otherwise(f"since of {column}").alias("since"),
            pl.when(absent)
            .then(pl.lit(ABSENCE))
            .otherwise(pl.col(f"source of {column}").fill_null(EXTRACT))
            .alias("source"),
        )
        for column in columns
    )
    rows = periods.lazy().sort("person", "since").group_by("person").agg(last)
    return (
        everyone.lazy()
        .join(rows, on="person", how="left", maintain_order="left")
        .select("person", found.alias("report"))
        .explode("report")
        .unnest("report")
        .collect()
    )


def state(reports: pl.DataFrame, persons: Collection[str], columns: Sequence[str]) -> pl.DataFrame:
    """The reported values as a row for each person: person and the columns, in the extract's types."""
    everyone = pl.DataFrame({"person": list(persons)}, schema={"person": pl.String()})
    values = [pl.col("value").filter(pl.col("column") == column).first().alias(column) for column in columns]
    rows = reports.lazy().group_by("person").agg(values).with_columns(_typed(column) for column in columns)
    return everyone.lazy().join(rows, on="person", how="left", maintain_order="left").collect()


def _typed(column: str) -> pl.Expr:
    """A column of texts in the extract's type."""
    match COLUMNS[column]:
        case pl.Boolean():
            return pl.col(column) == "true"
        case pl.Date():
            return pl.col(column).str.to_date("%Y-%m-%d")
        case dtype:
            return pl.col(column).cast(dtype)
