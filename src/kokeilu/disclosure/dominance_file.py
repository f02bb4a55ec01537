"""Magnitude tables in files: values with their largest contributions, or the contributions themselves."""

from dataclasses import dataclass, replace
from typing import Final

import polars as pl

from kokeilu.disclosure import dominance
from kokeilu.disclosure.dominance import Rules
from kokeilu.disclosure.insiders import ALONE, LEVEL, OWN, WHO
from kokeilu.disclosure.linked import PRIMARY, TOTAL, Table
from kokeilu.disclosure.protect_file import LINE, STATUS, Source, coded, decimals_of, dimensions_of, numbers, refuse
from kokeilu.disclosure.protect_table import (
    Layout,
    completed,
    no_figures,
    once,
    summed,
    summed_codes,
    unprotected,
    with_costs,
)
from kokeilu.problems import Problem

_RESERVED: Final = frozenset({"largest", "contributors", WHO, OWN, ALONE, LEVEL})


@dataclass(frozen=True)
class Magnitudes:
    """The columns: `value`; in a table of cells those of the `largest` contributions, the largest first, and the
    `count` of contributors; in a table of contributions the one that tells the `contributor` of each row.
    """

    value: str
    largest: tuple[str, ...] = ()
    count: str | None = None
    contributor: str | None = None

    def decimals(self, source: Source) -> int:
        """The decimals of the values and contributions in a file."""
        return decimals_of(source, [name for name in (self.value, *self.largest) if name in source.columns])


def undecided(source: Source, columns: Magnitudes, rules: Rules, layout: Layout) -> Table:
    """The table with every total; sensitive cells are primary with the distance they need in the column `beyond`.

    The largest contributions of a total are the largest of its cells', which holds where nobody contributes to two of
    them; from single contributions they are exact. Raises Problem as `protect_table.undecided` does, and for a largest
    contribution that is more than the value or than the one before it.
    """
    unprotected(source)
    of_file = _of_contributions if columns.contributor is not None else _of_cells
    found, parts = of_file(source, columns, layout)
    beyond = dominance.needed(found.rows, rules)
    status = pl.when(beyond > 0).then(pl.lit(PRIMARY)).otherwise(pl.col(STATUS)).alias(STATUS)
    first, none = pl.col("largest").list.get(0, null_on_oob=True).fill_null(0), pl.lit(0, pl.Int64)
    outside = dominance.needed(found.rows.with_columns(largest=pl.concat_list(first, none)), rules)
    kept = found.rows.with_columns(beyond.alias("beyond"), outside.alias(LEVEL)).with_columns(status)
    return replace(
        found,
        rows=kept.drop("largest", "contributors"),
        insiders=_insiders(found, parts, rules) if parts.height else None,
    )


def _insiders(table: Table, parts: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    """What each contributor knows of each cell, as `insiders` wants it.

    It may want to know the largest contribution, or the second largest if the largest is its own.
    """
    cells = parts.join(table.rows, on=list(table.dimensions)).filter(pl.col(OWN) > 0)
    first, second = (pl.col("largest").list.get(place, null_on_oob=True).fill_null(0) for place in (0, 1))
    other = pl.when(first == pl.col(OWN)).then(second).otherwise(first)
    level = dominance.needed(cells.with_columns(largest=pl.concat_list(other, OWN)), rules)
    alone = ((pl.col(OWN) == pl.col("value")) | (pl.col("contributors") == 1)).fill_null(False)
    return cells.with_columns(level.alias(LEVEL), alone.alias(ALONE)).select(*table.dimensions, WHO, OWN, ALONE, LEVEL)


def _of_cells(source: Source, columns: Magnitudes, layout: Layout) -> tuple[Table, pl.DataFrame]:
    """The table, and the parts of contributors who are alone in a cell: only of these is it known where they are."""
    dimensions = dimensions_of(source, (columns.value, *columns.largest, columns.count, layout.column), _RESERVED)
    rows = coded(source, dimensions).with_columns(numbers(source, columns.value, "value", layout.decimals))
    once(source, rows, dimensions)
    no_figures(source, rows, dimensions)
    tops = [numbers(source, name, f"contribution {name}", layout.decimals).alias(name) for name in columns.largest]
    rows = rows.with_columns(tops)
    for before, name in zip((None, *columns.largest), columns.largest, strict=False):
        if before is not None:
            refuse(source, rows.filter(pl.col(name) > pl.col(before)), f"{name} is more than {before}")
    if tops:
        more = pl.sum_horizontal(columns.largest) > pl.col("value")
        refuse(source, rows.filter(more), "the largest contributions are more than the value")
    listed = pl.concat_list(columns.largest) if tops else pl.lit([], pl.List(pl.Int64))
    number = numbers(source, columns.count).alias("contributors") if columns.count else pl.lit(None, pl.Int64)
    rows = rows.with_columns(listed.alias("largest"), number.alias("contributors"))
    rows = with_costs(source, rows.select(LINE, *dimensions, "value", "largest", "contributors"), layout)
    kept = max(1, len(columns.largest))
    sums = {
        "value": pl.col("value").sum(),
        "largest": pl.col("largest").list.explode().sort(descending=True).head(kept),
        "contributors": pl.col("contributors").sum(),
    }
    table = summed(source, rows, dimensions, layout, sums)
    sole = pl.lit(False)
    if tops:
        sole |= pl.col("largest").list.get(0) == pl.col("value")
    if columns.count:
        sole |= pl.col("contributors") == 1
    inner = rows.filter(sole, pl.col("value") > 0, ~summed_codes(dimensions, table.parts))
    single = inner.select(*dimensions, "value", pl.format("{}, line {}", pl.lit(str(source.path)), LINE).alias(WHO))
    return table, _parts(single, dimensions, table, layout)


def _parts(single: pl.DataFrame, dimensions: list[str], table: Table, layout: Layout) -> pl.DataFrame:
    """The contributions to cells and to their totals."""
    total = {"value": pl.col("value").sum()}
    every = completed(single, dimensions, [*dimensions, WHO], table.parts, layout.apart, total)
    return every.rename({"value": OWN})


def _of_contributions(source: Source, columns: Magnitudes, layout: Layout) -> tuple[Table, pl.DataFrame]:
    if layout.column is not None:
        raise Problem("a table of contributions has no costs of cells", file=source.path, mend="use --cost equal")
    dimensions = dimensions_of(source, (columns.value, columns.contributor), _RESERVED)
    who = source.rows.select(pl.col(str(columns.contributor)).alias(WHO)).to_series()
    rows = coded(source, dimensions).with_columns(numbers(source, columns.value, "value", layout.decimals), who)
    refuse(source, rows.filter(who.is_null() | (who == "")), "the contributor is empty")
    for name in dimensions:
        refuse(source, rows.filter(pl.col(name) == TOTAL), "a contribution to a total")
    keys = [*dimensions, WHO]
    total = {"value": pl.col("value").sum()}
    single = rows.group_by(keys, maintain_order=True).agg(**total, **{LINE: pl.col(LINE).first()})
    cells = single.group_by(dimensions, maintain_order=True).agg(**total, **{LINE: pl.col(LINE).first()})
    table = summed(source, cells, dimensions, layout, total)
    every = _parts(single.select(*keys, "value"), dimensions, table, layout)
    given = every.filter(pl.col(OWN) > 0).group_by(dimensions).agg(
        pl.col(OWN).sort(descending=True).alias("largest"), pl.len().cast(pl.Int64).alias("contributors")
    )  # fmt: skip
    joined = table.rows.join(given, on=dimensions, how="left", maintain_order="left")
    rows = joined.with_columns(pl.col("largest").fill_null([]), pl.col("contributors").fill_null(0))
    return replace(table, rows=rows), every
