"""From the rows of a file to a table of disclosure control: checked, completed with its totals, and back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import polars as pl

from kokeilu.disclosure.linked import PRIMARY, PUBLISHED, SECONDARY, TOTAL, UNPUBLISHED, Table
from kokeilu.disclosure.protect_file import (
    GIVEN,
    LARGEST,
    LINE,
    STATUS,
    Parts,
    Source,
    coded,
    dimensions_of,
    numbers,
    refuse,
)
from kokeilu.problems import Problem

EQUAL: Final = "equal"
"""The cost that is the same for every cell."""
_PLACE: Final = "place in the order of the file"
_NUMBER: Final = r"^(0|[1-9]\d*)([.,]\d+)?$"
_FEWEST: Final = 3
"""Of fewer rows nobody can say what looks like figures."""


@dataclass(frozen=True)
class Layout:
    """How a table is read: `parts` as in `linked.Table`; over the dimensions `apart` nothing is summed; `cost` is the
    column of what hiding a cell costs, `equal`, or None for the count itself. `zeros` may be hidden too if so said.
    Values are in units of the last of `decimals`.
    """

    parts: Parts | None = None
    apart: tuple[str, ...] = ()
    cost: str | None = None
    zeros: bool = False
    decimals: int = 0

    @property
    def column(self) -> str | None:
        """The column of costs, if it is one."""
        return None if self.cost in (None, EQUAL) else self.cost


def undecided(source: Source, count: str, layout: Layout | None = None) -> Table:
    """The table with every total, the file's rows first; no status is decided yet.

    Raises Problem for a column that is missing, a code that is, a count that is no whole number of zero or more, a row
    given twice, and a given total that is not the sum of its parts.
    """
    layout = layout or Layout()
    unprotected(source)
    dimensions = dimensions_of(source, (count, layout.column))
    rows = coded(source, dimensions).with_columns(numbers(source, count))
    once(source, rows, dimensions)
    no_figures(source, rows, dimensions)
    rows = with_costs(source, rows, layout)
    return summed(source, rows, dimensions, layout, {"value": pl.col("value").sum()})


def unprotected(source: Source) -> None:
    """Raises Problem for a table that has statuses."""
    if STATUS in source.columns:
        mend = "protect the original table, or audit this one with --audit"
        raise Problem("the table has a column status already", file=source.path, mend=mend)


def no_figures(source: Source, rows: pl.DataFrame, dimensions: Sequence[str]) -> None:
    """Raises Problem for a column that looks like figures of its own: shown as codes they would tell what is hidden.

    Figures are numbers of different length, one for each cell of the other dimensions; whole ones only where no two are
    the same, for codes of regions beside those of their municipalities look so too.
    """
    for name in dimensions:
        others = [each for each in dimensions if each != name]
        codes = rows.filter(pl.col(name) != TOTAL)
        if not others or codes.height < _FEWEST or not codes.get_column(name).str.contains(_NUMBER).all():
            continue
        alone = codes.select(others).is_unique().all()
        unlike = codes.get_column(name).str.contains("[.,]").any() or codes.get_column(name).is_unique().all()
        if alone and unlike and codes.get_column(name).str.len_chars().n_unique() > 1:
            mend = "leave it out, or make the table long: a row per cell; codes that are numbers have the same length"
            raise Problem(f"{name} looks like figures, not like a dimension", file=source.path, mend=mend)


def with_costs(source: Source, rows: pl.DataFrame, layout: Layout) -> pl.DataFrame:
    """The rows, which are those of the source, with what hiding each costs if the file says it."""
    if layout.column is None:
        return rows
    return rows.with_columns(numbers(source, layout.column, "cost", empty=True).alias("cost"))


def summed(
    source: Source, rows: pl.DataFrame, dimensions: list[str], layout: Layout, sums: Mapping[str, pl.Expr]
) -> Table:
    """The table of the rows and the totals that are missing; `sums` says how each of their columns is summed."""
    parts = _used(source, rows, dimensions, layout.parts or {})
    for name in layout.apart:
        if name not in dimensions:
            raise Problem(f"{name} is no dimension", file=source.path, mend=f"it has {', '.join(dimensions)}")
        refuse(source, rows.filter(pl.col(name) == TOTAL), f"a total over {name}, over which nothing is summed")
    inner = _inner(source, rows, dimensions, parts)
    full = completed(inner.select(*dimensions, *sums), dimensions, dimensions, parts, layout.apart, sums)
    _agree(source, rows, full, dimensions, layout.decimals)
    added = _in_order(full.join(rows, on=dimensions, how="anti"), rows, dimensions)
    both = pl.concat([rows.select(*dimensions, *sums), added.select(*dimensions, *sums)])
    return Table(str(source.path), tuple(dimensions), _costed(both, rows, inner, dimensions, parts, layout), parts)


def _costed(
    cells: pl.DataFrame, rows: pl.DataFrame, inner: pl.DataFrame, dimensions: list[str], parts: Parts, layout: Layout
) -> pl.DataFrame:
    """The cells without status, with their costs: a total costs what its parts do, unless the file says it."""
    cells = cells.with_columns(pl.lit(None, pl.String).alias(STATUS))
    shown = layout.zeros | (pl.col("value") > 0)
    if layout.cost == EQUAL:
        return cells.with_columns(pl.when(shown).then(1).alias("cost"))
    if layout.cost is None:
        return cells
    sums = {"cost": pl.col("cost").sum()}
    costs = completed(inner.select(*dimensions, "cost"), dimensions, dimensions, parts, layout.apart, sums)
    added = costs.join(rows, on=dimensions, how="anti")
    given = pl.concat([rows.select(*dimensions, "cost"), added.select(*dimensions, "cost")])
    joined = cells.join(given, on=dimensions, how="left", maintain_order="left")
    return joined.with_columns(pl.when(shown).then(pl.col("cost")))


def protected(source: Source, count: str | None, layout: Layout | None = None) -> Table:
    """A file with statuses, for an audit; `count` is found by its empty cells where it is not named.

    A file without statuses is one whose hidden counts are empty, and `count` must be named. Raises Problem as
    `undecided` does, for an unknown status, a shown cell without a count, and a hidden one with a count.
    """
    layout = layout or Layout()
    status = STATUS if STATUS in source.columns else None
    count = count or _counts(source)
    dimensions = dimensions_of(source, (count, status, layout.column))
    rows = coded(source, dimensions)
    rows = rows.with_columns(numbers(source, count, decimals=layout.decimals, empty=True).alias("value"))
    if status:
        rows = rows.with_columns(source.rows.get_column(STATUS))
    else:
        hidden = pl.col("value").is_null()
        rows = rows.with_columns(pl.when(hidden).then(pl.lit(PRIMARY)).otherwise(pl.lit(PUBLISHED)).alias(STATUS))
    once(source, rows, dimensions)
    known = pl.col(STATUS).is_in([PUBLISHED, PRIMARY, SECONDARY]).fill_null(False)
    refuse(source, rows.filter(~known), f"the status is not {PUBLISHED}, {PRIMARY} or {SECONDARY}")
    shown, empty = pl.col(STATUS) == PUBLISHED, pl.col("value").is_null()
    refuse(source, rows.filter(shown & empty), "a published cell has no count")
    refuse(source, rows.filter(~shown & ~empty), "a hidden cell has its count in the file")
    parts = _used(source, rows, dimensions, layout.parts or {})
    return Table(str(source.path), tuple(dimensions), rows.select(*dimensions, "value", STATUS), parts)


def with_sums(table: Table, apart: Sequence[str]) -> Table:
    """The table with the sums that it does not have, as unpublished: other tables may tell them."""
    dimensions = list(table.dimensions)
    inner = table.rows.filter(~summed_codes(dimensions, table.parts)).select(dimensions)
    kept = [name for name in apart if name in dimensions]
    full = completed(inner, dimensions, dimensions, table.parts, kept, {})
    added = full.join(table.rows, on=dimensions, how="anti").sort(dimensions)
    unpublished = added.with_columns(pl.lit(None, pl.Int64).alias("value"), pl.lit(UNPUBLISHED).alias(STATUS))
    return replace(table, rows=pl.concat([table.rows, unpublished]))


def _counts(source: Source) -> str:
    """The column of counts of a file with statuses: whole numbers where cells are shown, empty where they are hidden.

    Where several columns are like that, as when nothing is hidden, it is the one before `status`.
    """
    if STATUS not in source.columns:
        mend = "make one with kokeilu protect TABLE --count COLUMN --out FILE, or name the column with --count"
        raise Problem("the table has no column status", file=source.path, mend=mend)
    others = [name for name in source.columns if name != STATUS]
    shown = pl.col(STATUS) == PUBLISHED
    like = source.rows.select(
        pl.when(shown).then(pl.col(name).str.contains(r"^\d+$")).otherwise(pl.col(name).fill_null("") == "").all()
        for name in others
    )
    found = [name for name in others if like.item(0, name)]
    place = source.columns.index(STATUS)
    if len(found) == 1:
        return found[0]
    if not place:
        raise Problem("no column of counts before the column status", file=source.path, mend="name it with --count")
    return source.columns[place - 1]


def once(source: Source, rows: pl.DataFrame, dimensions: Sequence[str]) -> None:
    """Raises Problem for a cell that is given twice."""
    again = rows.filter(~pl.struct(dimensions).is_first_distinct())
    if again.height:
        first = rows.join(again.head(1).select(dimensions), on=dimensions).item(0, LINE)
        raise Problem(f"the same cell as in line {first}", file=source.path, line=again.item(0, LINE))


def _used(source: Source, rows: pl.DataFrame, dimensions: list[str], parts: Parts) -> Parts:
    """The hierarchies of the table's dimensions, of codes that are in it; a code between is one that has parts."""
    for dimension in parts:
        if dimension not in dimensions:
            names = ", ".join(dimensions)
            raise Problem(f"the hierarchy is of {dimension}, which is no dimension", file=source.path, mend=names)
    found: dict[str, dict[str, str]] = {}
    for dimension, above in parts.items():
        codes = set(rows.get_column(dimension).to_list())
        while more := {above[code] for code in codes if code in above} - codes:
            codes |= more
        found[dimension] = {code: above[code] for code in sorted(codes) if code in above}
    return found


def _inner(source: Source, rows: pl.DataFrame, dimensions: list[str], parts: Parts) -> pl.DataFrame:
    """The rows that are no sums of others."""
    inner = rows.filter(~summed_codes(dimensions, parts))
    if inner.is_empty():
        raise Problem("the table has totals only, no cells that they are sums of", file=source.path)
    return inner


def summed_codes(dimensions: Sequence[str], parts: Parts) -> pl.Expr:
    """Whether a row has a code that others are summed into."""
    return pl.any_horizontal(pl.col(name).is_in([TOTAL, *parts.get(name, {}).values()]) for name in dimensions)


def completed(
    inner: pl.DataFrame,
    dimensions: Sequence[str],
    keys: Sequence[str],
    parts: Parts,
    apart: Sequence[str],
    sums: Mapping[str, pl.Expr],
) -> pl.DataFrame:
    """The rows and all their sums over the dimensions but those `apart`; `keys` are what tells rows from each other."""
    full = inner
    for name in dimensions:
        above = parts.get(name, {})
        depth = {code: _depth(code, above) for code in above}
        for level in range(max(depth.values(), default=0), 0, -1):
            codes = [code for code, its in depth.items() if its == level]
            full = pl.concat([full, _over(full.filter(pl.col(name).is_in(codes)), keys, name, above, sums)])
        if name not in apart:
            full = pl.concat([full, _over(full.filter(~pl.col(name).is_in(list(above))), keys, name, {}, sums)])
    return full


def _depth(code: str, above: Mapping[str, str]) -> int:
    """How many codes are over it."""
    return 1 + _depth(above[code], above) if code in above else 0


def _over(
    rows: pl.DataFrame, keys: Sequence[str], name: str, above: Mapping[str, str], sums: Mapping[str, pl.Expr]
) -> pl.DataFrame:
    into = pl.col(name).replace_strict(dict(above), return_dtype=pl.String) if above else pl.lit(TOTAL)
    return rows.with_columns(into.alias(name)).group_by(keys).agg(**sums).select(rows.columns)


def _agree(source: Source, rows: pl.DataFrame, full: pl.DataFrame, dimensions: list[str], decimals: int) -> None:
    """Totals that the file gives must be the sums of their parts, and none may be too large."""
    if full.get_column("value").max() > LARGEST:  # type: ignore[operator]
        raise Problem("a total is too large", file=source.path)
    sums = full.select(*dimensions, pl.col("value").alias(GIVEN))
    both = rows.join(sums, on=dimensions, how="left", maintain_order="left")
    wrong = both.filter(pl.col("value") != pl.col(GIVEN).fill_null(0))
    if wrong.height:
        row = wrong.row(0, named=True)
        cell = ", ".join(f"{name} {row[name]}" for name in dimensions)
        given, parts = (f"{(row[each] or 0) / 10**decimals:.{decimals}f}" for each in ("value", GIVEN))
        what = f"the total of {cell} is given as {given}, but its parts sum to {parts}"
        raise Problem(what, file=source.path, line=row[LINE])


def _in_order(added: pl.DataFrame, rows: pl.DataFrame, dimensions: list[str]) -> pl.DataFrame:
    """In the order in which the file first has each code; codes that it does not have by name, `total` last."""
    for name in dimensions:
        codes = rows.select(name).unique(maintain_order=True).filter(pl.col(name) != TOTAL)
        added = added.join(codes.with_row_index(f"{_PLACE} {name}"), on=name, how="left")
    keys = [key for name in dimensions for key in (pl.col(name) == TOTAL, pl.col(f"{_PLACE} {name}"), pl.col(name))]
    return added.sort(keys, nulls_last=True)


def answer(table: Table, source: Source, count: str, decimals: int = 0) -> pl.DataFrame:
    """The file's columns in their order, then `status`; values with their decimals."""
    value = pl.col("value")
    if decimals:
        value = (value / 10**decimals).round(decimals)
    kept = [name for name in source.columns if name == count or name in table.dimensions]
    return table.rows.select(*(value.alias(count) if name == count else pl.col(name) for name in kept), STATUS)
