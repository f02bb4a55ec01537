"""The checks of a release's further tables, its figures by class. Pure."""

from collections.abc import Iterator, Sequence

import polars as pl

from kokeilu.disclosure.linked import PUBLISHED
from kokeilu.monitoring.breakdown_rules import POPULATION
from kokeilu.monitoring.published_table import PublishedTable
from kokeilu.monitoring.release_audit import BLOCK, KEY, Version
from kokeilu.monitoring.release_checks import named
from kokeilu.monitoring.release_classes import CELL, Classes, figure_of, text_months


def missing(table: PublishedTable, main: PublishedTable) -> Iterator[str]:
    """Figures that the release has and does not break down in the table, though it does so elsewhere."""
    wanted = main.cells.filter(pl.col("indicator").is_in(table.measures.keys), population=POPULATION)
    lost = wanted.select(KEY).join(table.cells, on=KEY, how="anti").sort(KEY)
    yield from (f"{table.key}: {named(key)}" for key in lost.rows())


def broken(classes: Classes, versions: Sequence[Version]) -> Iterator[str]:
    """Published figures whose classes are all published and do not add up to them."""
    sums = classes.cells.group_by(*BLOCK, figure_of(classes.dimension).alias("indicator"), "beside").agg(
        pl.col("value").sum().alias("sum"), (pl.col("status") == PUBLISHED).all().alias("whole")
    )
    for one in versions:
        totals = one.cells.filter(population=POPULATION, status=PUBLISHED).select(*BLOCK, "indicator", "value")
        both = sums.filter("whole", beside=one.name).join(totals, on=[*BLOCK, "indicator"])
        wrong = both.filter(pl.col("sum") != pl.col("value")).sort(*BLOCK, "indicator")
        yield from (f"{classes.dimension.key}: {named(key)}" for key in wrong.select(*BLOCK, "indicator").rows())


def changed(classes: Classes, out: pl.DataFrame) -> Iterator[str]:
    """Figures that are out (`breakdown_table.COLUMNS`) otherwise: another value, hidden on one side, or gone."""
    shown = classes.cells.with_columns(value=pl.when(pl.col("status") == PUBLISHED).then("value"))
    before = text_months(out).join(shown.select(BLOCK).unique(), on=BLOCK, how="semi")
    both = before.join(shown, on=CELL, how="left", suffix="_now")
    other = pl.col("status").is_null() | pl.col("value").cast(pl.Float64).ne_missing(pl.col("value_now"))
    wrong = both.filter(other).sort(CELL)
    yield from (f"{classes.dimension.key}: {named(key)}" for key in wrong.select(CELL).rows())


def gone(tables: Sequence[PublishedTable], before: Sequence[PublishedTable]) -> list[str]:
    """The tables of the release before that this one does not have."""
    held = {table.key for table in tables}
    return [one.key for one in before[1:] if one.key not in held]
