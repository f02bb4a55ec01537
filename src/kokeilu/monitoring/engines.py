"""Counting a panel's indicators on the engine that is asked for."""

from typing import Final, Literal, cast

import duckdb
import narwhals as nw
import polars as pl
from narwhals.exceptions import NarwhalsError
from polars.exceptions import PolarsError

from kokeilu.monitoring import rules
from kokeilu.monitoring.rules import Rows
from kokeilu.panel.folder import Panel
from kokeilu.problems import Problem

Engine = Literal["duckdb", "polars"]
ENGINES: Final[tuple[Engine, ...]] = ("duckdb", "polars")

COLUMNS: Final = ("person", "month", "status", "job_seeker", "area", "responsible")


def counts(panel: Panel, engine: Engine = "duckdb") -> pl.DataFrame:
    """`rules.counts` of a whole panel. Raises Problem where the panel's files are missing or damaged."""
    try:
        rows = _on_polars(panel) if engine == "polars" else _on_duckdb(panel)
        month = nw.col("month").str.replace_all("-", "", literal=True).cast(nw.Int32)
        rows = rows.select(*COLUMNS).with_columns(month=month)
        return rules.counts(rows, panel.manifest.first_month, panel.manifest.last_month)
    except (OSError, PolarsError, NarwhalsError, duckdb.Error) as error:
        mend = "build the panel again with kokeilu panel build"
        raise Problem("the panel's person-months are missing or damaged", file=panel.path, mend=mend) from error


def _on_polars(panel: Panel) -> Rows:
    return nw.from_native(pl.scan_parquet(panel.person_months, hive_partitioning=True, try_parse_hive_dates=False))


def _on_duckdb(panel: Panel) -> Rows:
    relation = duckdb.sql(
        "SELECT * FROM read_parquet($files, hive_partitioning = true, hive_types_autocast = false)",
        params={"files": panel.person_months},
    )
    return nw.from_native(cast("duckdb.DuckDBPyRelation", relation))
