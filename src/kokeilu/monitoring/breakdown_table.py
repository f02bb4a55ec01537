"""The published breakdowns of a panel, after disclosure control, in long form."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import polars as pl

from kokeilu.monitoring import breakdown_counting, breakdown_hiding, monthly_hiding, table
from kokeilu.monitoring.breakdown_rules import DIMENSIONS, POPULATION, Dimension, indicators
from kokeilu.monitoring.engines import Engine
from kokeilu.monitoring.linked import PUBLISHED
from kokeilu.monitoring.suppression import Decide
from kokeilu.monitoring.table import Counted, Source
from kokeilu.panel.rules import month_name
from kokeilu.problems import Problem

KEY: Final = ("area", "population", "month", "indicator", "group")
COLUMNS: Final = (*KEY, "value", "suppressed")


def dimension(key: str) -> Dimension:
    """The dimension of a key. Raises Problem where there is none."""
    if key not in DIMENSIONS:
        raise Problem(f"figures are not broken down by '{key}'", mend=f"choose of {', '.join(DIMENSIONS)}")
    return DIMENSIONS[key]


def all_published(
    source: Source,
    dimensions: Sequence[Dimension],
    last: int | None = None,
    engine: Engine = "duckdb",
    decide: Decide = monthly_hiding.hidden,
) -> Iterator[tuple[Dimension, pl.DataFrame]]:
    """Every month's figures by each dimension of a panel, up to `last` (202103), as they may be shown.

    Columns COLUMNS; `month` is an integer, `value` people or null where hidden. What is shown of a month rests on
    that month and earlier ones only. `decide` says what is hidden of the areas' own figures. Raises Problem where
    the folder is no panel, does not cover `last`, or where its figures do not add up.
    """
    panel, last = table.opened(source, last)
    figures = table.count(source if isinstance(source, Counted) else panel, engine).figures
    figures = figures.filter(pl.col("month") <= last)
    shown = pl.col("status") == PUBLISHED
    page = decide(figures).with_columns(pl.when(shown).then("persons").alias("value"), (~shown).alias("suppressed"))
    for one in dimensions:
        if one.indicators is None:
            yield one, of_classes(breakdown_counting.counted(panel, one, figures, engine), page, one)
        else:
            yield one, of_figures(page, one)


def of_classes(counted: pl.DataFrame, page: pl.DataFrame, dimension: Dimension) -> pl.DataFrame:
    """COLUMNS of the true figures by class (`breakdown_counting.counted`), beside the areas' published figures."""
    decided = breakdown_hiding.hidden(counted, page, dimension)
    shown = pl.col("status") == PUBLISHED
    named = decided.select(
        "area", pl.lit(POPULATION).alias("population"), "month", "indicator", "group",
        pl.when(shown).then("persons").alias("value"), (~shown).alias("suppressed"),
    )  # fmt: skip
    return _ordered(named, dimension)


def of_figures(page: pl.DataFrame, dimension: Dimension) -> pl.DataFrame:
    """COLUMNS of a dimension whose classes are published figures already: the same, hidden where these are."""
    residents = page.filter(population=POPULATION)
    parts = [
        residents.filter(indicator=figure).select(
            "area", "population", "month", pl.lit(whole).alias("indicator"), pl.lit(group).alias("group"),
            pl.col("value").cast(pl.Int64), "suppressed",
        )
        for whole, classes in (dimension.indicators or {}).items()
        for group, figure in classes.items()
    ]  # fmt: skip
    return _ordered(pl.concat(parts), dimension)


def _ordered(rows: pl.DataFrame, dimension: Dimension) -> pl.DataFrame:
    indicator = {key: place for place, key in enumerate(indicators(dimension))}
    groups = sorted(rows.get_column("group").unique().to_list(), key=dimension.place)
    return rows.sort(
        "area",
        "month",
        pl.col("indicator").replace_strict(indicator, return_dtype=pl.Int32),
        pl.col("group").replace_strict({key: place for place, key in enumerate(groups)}, return_dtype=pl.Int32),
    ).select(COLUMNS)


def write_csv(figures: pl.DataFrame, dimension: Dimension, month: int, out: Path) -> Path:
    """Write a month's table into the folder, `monthly-YYYY-MM-by-DIMENSION.csv`, and return its path.

    The classes are in a column of the dimension's name. Raises Problem where the folder cannot be written.
    """
    named = figures.filter(month=month).select(
        "area", "population", pl.lit(month_name(month)).alias("month"), "indicator",
        pl.col("group").alias(dimension.key), "value",
    )  # fmt: skip
    return table.write(named, out / f"monthly-{month_name(month)}-by-{dimension.key}.csv")
