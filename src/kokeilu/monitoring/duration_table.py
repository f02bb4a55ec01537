"""A panel's durations as they may be shown: survival steps and medians, and the file of a month."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from kokeilu.monitoring import duration_medians, rules, survival_steps, table
from kokeilu.monitoring.engines import Engine
from kokeilu.monitoring.survival import CAUSES
from kokeilu.monitoring.table import Source
from kokeilu.panel.rules import month_name

COLUMNS: Final = ("area", "measure", "began", "months", "value")
"""The file's columns. `began` is the half-year (2020-07 is July to December 2020), empty for a median; `months` since
the beginning, and `value` people of the cohort; of a median the full months are the `value`.
"""


@dataclass(frozen=True)
class Durations:
    """`steps` as survival_steps.SCHEMA, `medians` as duration_medians.SCHEMA."""

    steps: pl.DataFrame
    medians: pl.DataFrame


def published(source: Source, shown: pl.DataFrame, last: int | None = None, engine: Engine = "duckdb") -> Durations:
    """The durations of a panel up to the month `last` (202103), as they may be shown.

    `shown` are the published figures: area, population, month, indicator, value. Medians are of the months that
    are in it, and a half-year is told only where it tells too little of its months' hidden figures.
    Raises Problem where the folder is no panel or is damaged.
    """
    counted = table.count(source, engine)
    found, figures, manifest = counted.events, counted.figures, counted.panel.manifest
    begun, end = found.begun, manifest.last_month
    if begun is None:
        raise ValueError("a breakdown's events do not tell who began when")
    wanted = _confirmed(shown.filter(pl.col("month") <= (last or end)), figures)
    steps = survival_steps.steps(begun, _within(wanted, figures), manifest.first_month, end)
    return Durations(steps.filter(pl.col("month") <= (last or end)), duration_medians.medians(found, wanted))


def _within(shown: pl.DataFrame, figures: pl.DataFrame) -> pl.DataFrame:
    """The figures of survival_steps.WITHIN with `persons` and whether each is `hidden`."""
    cell = list(rules.CELL)
    found = figures.filter(pl.col("indicator").is_in(survival_steps.WITHIN), population="residents")
    gone = shown.filter(pl.col("value").is_null()).select(*cell, hidden=pl.lit(value=True))
    return found.join(gone, on=cell, how="left").with_columns(pl.col("hidden").fill_null(value=False))


def _confirmed(shown: pl.DataFrame, figures: pl.DataFrame) -> pl.DataFrame:
    """The shown figures without the value where the panel says another: a median would tell of the difference."""
    cell = list(rules.CELL)
    both = shown.select(*cell, "value").join(figures.select(*cell, "persons"), on=cell, how="left")
    return both.with_columns(value=pl.when(pl.col("value") == pl.col("persons")).then("value")).drop("persons")


def write_csv(durations: Durations, month: int, out: Path) -> Path:
    """Write durations-YYYY-MM.csv into the folder: every cohort's steps so far, and the month's medians.

    COLUMNS; a hidden median has no value. Raises Problem where the folder cannot be written.
    """
    names = {"at_risk": "unemployed", **{cause: f"left_{cause}" for cause in CAUSES}}
    began = pl.col("began").cast(pl.String)
    long = durations.steps.with_columns(
        began=began.str.slice(0, 4) + "-" + began.str.slice(4),
        begins=pl.col("until").shift(1, fill_value=0).over("area", "began", order_by="until"),
    )
    parts = [
        long.select(
            "area",
            "began",
            measure=pl.lit(measure),
            months=pl.col("begins" if column == "at_risk" else "until"),
            value=pl.col(column),
        )
        for column, measure in names.items()
    ]
    medians = durations.medians.filter(month=month).select(
        "area",
        began=pl.lit(None, pl.String),
        measure="median_" + pl.col("kind"),
        months=pl.lit(None, pl.Int32),
        value=pl.col("months").cast(pl.Int64),
    )
    rows = pl.concat([*parts, medians]).sort("area", "began", "months", "measure", nulls_last=True)
    return table.write(rows.select(COLUMNS), out / f"durations-{month_name(month)}.csv")
