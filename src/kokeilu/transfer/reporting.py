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
    ordered = periods.sort("person", "since")
    everyone = pl.DataFrame({"person": list(persons)}, schema={"person": pl.String()})
    last = everyone.join(ordered.unique("person", keep="last", maintain_order=True), on="person", how="left")
    absent = last.filter((pl.col("until") <= day).fill_null(value=False))
    present = last.join(absent, on="person", how="anti")
    found = [REPORTED.to_frame()]
    for column in columns:
        found.append(
            present.select("person", pl.lit(column).alias("column"), pl.col(column).cast(pl.String).alias("value"))
            .join(_begun(ordered, column), on="person", how="left")
            .with_columns(pl.col("source").fill_null(EXTRACT))
        )
        nothing = absent.select("person", since="until", column=pl.lit(column), value=pl.lit(None, pl.String))
        found.append(nothing.with_columns(source=pl.lit(ABSENCE)).select(REPORTED.names()))
    return pl.concat(found)


def _begun(ordered: pl.DataFrame, column: str) -> pl.DataFrame:
    """Of each person the period with which the last value of a column began, rows without a gap counting as one."""
    unbroken = (pl.col("since") == pl.col("until").shift(1)).over("person").fill_null(value=False)
    same = pl.col(column).eq_missing(pl.col(column).shift(1)).over("person")
    begins = ordered.filter(~(unbroken & same))
    return begins.unique("person", keep="last", maintain_order=True).select("person", "since", "source")


def state(reports: pl.DataFrame, persons: Collection[str], columns: Sequence[str]) -> pl.DataFrame:
    """The reported values as a row for each person: person and the columns, in the extract's types."""
    rows = pl.DataFrame({"person": list(persons)}, schema={"person": pl.String()})
    for column in columns:
        values = reports.filter(pl.col("column") == column).select("person", typed(column).alias(column))
        rows = rows.join(values, on="person", how="left")
    return rows


def typed(column: str) -> pl.Expr:
    """The text `value` of a column in the extract's type."""
    match COLUMNS[column]:
        case pl.Boolean():
            return pl.col("value") == "true"
        case pl.Date():
            return pl.col("value").str.to_date("%Y-%m-%d")
        case dtype:
            return pl.col("value").cast(dtype)
