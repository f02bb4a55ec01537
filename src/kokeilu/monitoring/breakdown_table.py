"""The published breakdowns of a panel, after disclosure control, in long form."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

import polars as pl

from kokeilu.disclosure.linked import PUBLISHED
from kokeilu.monitoring import breakdown_counting, breakdown_hiding, monthly_hiding, table
from kokeilu.monitoring.breakdown_rules import DIMENSIONS, POPULATION, Dimension, indicators
from kokeilu.monitoring.engines import Engine
from kokeilu.monitoring.suppression import Decide
from kokeilu.monitoring.table import Counted, Source
from kokeilu.panel.rules import month_name
from kokeilu.problems import Problem
from kokeilu.processes import Spread

KEY: Final = ("area", "population", "month", "indicator", "group")
COLUMNS: Final = (*KEY, "value", "suppressed")
SCHEMA: Final = {
    "area": pl.String, "population": pl.String, "month": pl.Int32, "indicator": pl.String, "group": pl.String,
    "value": pl.Int64, "suppressed": pl.Boolean,
}  # fmt: skip


class Made(NamedTuple):
    """The figures by a dimension: all that are to be shown (COLUMNS), of them those of months that are not out yet, how
    many of the others the panel gives differently, and what the panel says of each: KEY and `persons`.
    """

    dimension: Dimension
    figures: pl.DataFrame
    new: pl.DataFrame
    kept: int
    persons: pl.DataFrame


def none(dimension: Dimension) -> pl.DataFrame:
    """What is published already where nothing is."""
    return pl.DataFrame(schema=SCHEMA)


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
    out: Callable[[Dimension], pl.DataFrame] = none,
    *,
    compare: bool = True,
    spread: Spread = map,
) -> Iterator[Made]:
    """Every month's figures by each dimension of a panel, up to `last` (202103), as they may be shown.

    Columns COLUMNS; `month` is an integer, `value` people or null where hidden. What is shown of a month rests on
    that month and earlier ones only. `decide` says what is hidden of the areas' own figures; `out` tells what is
    published already by a dimension (COLUMNS): that stays as it is, and an area's later months are new. Without
    `compare` areas that have none are not decided, and `kept` tells nothing. All are counted, then hidden one
    after the other, the areas by `spread`: the figures are the same. Raises Problem where the folder is no panel, does
    not cover `last`, or where its figures do not add up.
    """
    panel, last = table.opened(source, last)
    figures = table.count(source if isinstance(source, Counted) else panel, engine).figures
    figures = figures.filter(pl.col("month") <= last)
    shown = pl.col("status") == PUBLISHED
    page = decide(figures).with_columns(pl.when(shown).then("persons").alias("value"), (~shown).alias("suppressed"))
    classes = breakdown_counting.every(panel, [one for one in dimensions if one.column], figures, engine)
    begun = []
    for one in dimensions:
        earlier = out(one).filter(pl.col("month") <= last)
        if one.indicators is None:
            counted = next(classes)
            persons = counted.with_columns(population=pl.lit(POPULATION)).select(*KEY, "persons")
            later = after(counted, last_out(earlier)).select("area").unique()
            wanted = counted if compare else counted.join(later, on="area", how="semi", maintain_order="left")
            decided = breakdown_hiding.begun(wanted, page, one, earlier, spread) if wanted.height else None
            begun.append((one, earlier, persons, partial(of_classes, decided, one) if decided else partial(none, one)))
        else:
            true = of_figures(page.with_columns(value=pl.col("persons")), one)
            persons = true.select(*KEY, pl.col("value").alias("persons"))
            begun.append((one, earlier, persons, partial(of_figures, page, one)))
    for one, earlier, persons, rows in begun:
        yield _made(rows(), earlier, one, persons)


def _made(rows: pl.DataFrame, earlier: pl.DataFrame, dimension: Dimension, persons: pl.DataFrame) -> Made:
    """The rows, those of earlier as they were published."""
    new = after(rows, last_out(earlier))
    both = earlier.join(rows, on=KEY, how="left", suffix="_now")
    kept = both.filter(pl.col("value").ne_missing(pl.col("value_now"))).height
    return Made(dimension, _ordered(pl.concat([earlier.select(COLUMNS), new]), dimension), new, kept, persons)


def last_out(earlier: pl.DataFrame) -> pl.DataFrame:
    """The last published month of each area: `area` and `out`."""
    return earlier.group_by("area").agg(out=pl.col("month").max())


def after(rows: pl.DataFrame, out: pl.DataFrame) -> pl.DataFrame:
    """The rows of later months than `out` (`last_out`): months are decided in their order, so none comes between."""
    both = rows.join(out, on="area", how="left", maintain_order="left")
    return both.filter(pl.col("out").is_null() | (pl.col("month") > pl.col("out"))).drop("out")


def of_classes(decided: Callable[[], pl.DataFrame], dimension: Dimension) -> pl.DataFrame:
    """COLUMNS of what `breakdown_hiding` decided of the true figures by class."""
    shown = pl.col("status") == PUBLISHED
    named = decided().select(
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
