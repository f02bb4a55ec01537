"""Tables in files for disclosure control: read with every bad row told, completed with their totals, written."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import polars as pl
from polars.exceptions import PolarsError

from kokeilu.monitoring.linked import PRIMARY, PUBLISHED, SECONDARY, TOTAL, Table
from kokeilu.problems import Problem

STATUS: Final = "status"
LARGEST: Final = 2**53
"""Greater numbers are not exact."""
_LINE: Final = "line of the file"
_PLACE: Final = "place in the order"
Parts = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Source:
    """A file as it is: every column as text, with the line of each row; Parquet's rows count from 1."""

    path: Path
    rows: pl.DataFrame
    separator: str = ","
    columns: tuple[str, ...] = field(default=())


def read(path: Path) -> Source:
    """The file's columns as text. Raises Problem where it cannot be read as CSV (`,` or `;`) or Parquet."""
    try:
        if path.suffix.lower() == ".parquet":
            return _source(path, pl.read_parquet(path), ",", 1)
        with path.open(encoding="utf-8-sig", newline="") as file:
            first = file.readline()
        separator = ";" if first.count(";") > first.count(",") else ","
        names = next(csv.reader([first], delimiter=separator), [])
        if not any(names):
            raise Problem("the file is empty", file=path, mend="a table has a line of column names and a line per cell")
        if len(set(names)) < len(names):
            raise Problem("two columns have the same name", file=path, line=1)
        return _source(path, pl.read_csv(path, separator=separator, infer_schema=False), separator, 2)
    except UnicodeDecodeError as error:
        raise Problem("the file is not UTF-8", file=path, mend="save it as CSV UTF-8") from error
    except PolarsError as error:
        what = " ".join(str(error).split("\n")[0].split())
        raise Problem(f"the file cannot be read: {what}", file=path) from error


def _source(path: Path, frame: pl.DataFrame, separator: str, first_line: int) -> Source:
    if frame.is_empty():
        raise Problem("the table has no rows", file=path)
    text = frame.with_columns(pl.all().cast(pl.String).str.strip_chars())
    return Source(path, text.with_row_index(_LINE, first_line), separator, tuple(frame.columns))


def undecided(source: Source, count: str, parts: Parts | None = None) -> Table:
    """The table with every total, the file's rows first; no status is decided yet.

    Raises Problem for a column that is missing, a code that is, a count that is no whole number of zero or more, a row
    given twice, and a given total that is not the sum of its parts.
    """
    if STATUS in source.columns:
        mend = "protect the original table, or audit this one with --audit"
        raise Problem("the table has a column status already", file=source.path, mend=mend)
    dimensions = _dimensions(source, count, None)
    rows = _coded(source, dimensions).with_columns(_counts(source, count, allow_empty=False))
    _once(source, rows, dimensions)
    parts = _used(source, rows, dimensions, parts or {})
    full = _completed(_inner(source, rows, dimensions, parts), dimensions, parts)
    _agree(source, rows, full, dimensions)
    added = _in_order(full.join(rows, on=dimensions, how="anti"), rows, dimensions)
    values = pl.concat([rows.select(*dimensions, "value"), added.select(*dimensions, "value")])
    values = values.with_columns(pl.lit(None, pl.String).alias(STATUS))
    return Table(str(source.path), tuple(dimensions), values, parts)


def protected(source: Source, count: str | None, parts: Parts | None = None) -> Table:
    """A file with statuses, for an audit; `count` is the column before `status` where it is not named.

    Raises Problem as `undecided` does, for an unknown status, and for a shown cell without a count.
    """
    if STATUS not in source.columns:
        mend = "make one with kokeilu protect TABLE --count COLUMN --out FILE"
        raise Problem("the table has no column status", file=source.path, mend=mend)
    place = source.columns.index(STATUS)
    count = count or (source.columns[place - 1] if place else None)
    if count is None:
        raise Problem("no column of counts before the column status", file=source.path, mend="name it with --count")
    dimensions = _dimensions(source, count, STATUS)
    rows = _coded(source, dimensions)
    rows = rows.with_columns(_counts(source, count, allow_empty=True), source.rows.get_column(STATUS))
    _once(source, rows, dimensions)
    known = pl.col(STATUS).is_in([PUBLISHED, PRIMARY, SECONDARY]).fill_null(False)
    _refuse(source, rows.filter(~known), f"the status is not {PUBLISHED}, {PRIMARY} or {SECONDARY}")
    shown = pl.col(STATUS) == PUBLISHED
    _refuse(source, rows.filter(shown & pl.col("value").is_null()), "a published cell has no count")
    rows = rows.with_columns(pl.when(shown).then(pl.col("value")))
    parts = _used(source, rows, dimensions, parts or {})
    return Table(str(source.path), tuple(dimensions), rows.select(*dimensions, "value", STATUS), parts)


def _dimensions(source: Source, count: str, other: str | None) -> list[str]:
    for column in (count, other):
        if column is not None and column not in source.columns:
            names = ", ".join(source.columns)
            raise Problem(f"the table has no column {column}", file=source.path, mend=f"it has {names}")
    dimensions = [name for name in source.columns if name not in (count, other)]
    if not dimensions:
        raise Problem("the table has no dimension, only the count", file=source.path)
    if reserved := {"value", "cost"} & set(dimensions):
        raise Problem(f"a dimension may not be called {min(reserved)}", file=source.path, mend="rename the column")
    return dimensions


def _coded(source: Source, dimensions: list[str]) -> pl.DataFrame:
    rows = source.rows.select(_LINE, *dimensions)
    for name in dimensions:
        missing = pl.col(name).is_null() | (pl.col(name) == "")
        _refuse(source, rows.filter(missing), f"the code of {name} is empty")
    return rows


def _counts(source: Source, count: str, *, allow_empty: bool) -> pl.Series:
    text = source.rows.select(_LINE, text=pl.col(count).replace("", None))
    numbers = text.with_columns(value=pl.col("text").cast(pl.Float64, strict=False))
    value = pl.col("value")
    if not allow_empty:
        _refuse(source, numbers.filter(pl.col("text").is_null()), "the count is empty")
    no_number = pl.col("text").is_not_null() & ~value.is_finite().fill_null(False)
    _refuse(source, numbers.filter(no_number), "the count is not a number")
    _refuse(source, numbers.filter(value < 0), "the count is negative")
    _refuse(source, numbers.filter(value != value.floor()), "the count is not a whole number")
    _refuse(source, numbers.filter(value > LARGEST), "the count is too large")
    return numbers.get_column("value").cast(pl.Int64)


def _refuse(source: Source, rows: pl.DataFrame, what: str) -> None:
    """Tell the first bad row, and how many there are."""
    if rows.height:
        mend = f"and {rows.height - 1} more such rows" if rows.height > 1 else ""
        raise Problem(what, file=source.path, line=rows.item(0, _LINE), mend=mend)


def _once(source: Source, rows: pl.DataFrame, dimensions: list[str]) -> None:
    again = rows.filter(~pl.struct(dimensions).is_first_distinct())
    if again.height:
        first = rows.join(again.head(1).select(dimensions), on=dimensions).item(0, _LINE)
        raise Problem(f"the same cell as in line {first}", file=source.path, line=again.item(0, _LINE))


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
    inner = rows
    for name in dimensions:
        inner = inner.filter(~pl.col(name).is_in([TOTAL, *parts.get(name, {}).values()]))
    if inner.is_empty():
        raise Problem("the table has totals only, no cells that they are sums of", file=source.path)
    return inner.select(*dimensions, "value")


def _completed(inner: pl.DataFrame, dimensions: list[str], parts: Parts) -> pl.DataFrame:
    """The rows and all their sums."""
    full = inner
    for name in dimensions:
        above = parts.get(name, {})
        depth = {code: _depth(code, above) for code in above}
        for level in range(max(depth.values(), default=0), 0, -1):
            codes = [code for code, its in depth.items() if its == level]
            full = pl.concat([full, _summed(full.filter(pl.col(name).is_in(codes)), dimensions, name, above)])
        top = full.filter(~pl.col(name).is_in(list(above)))
        full = pl.concat([full, _summed(top, dimensions, name, {})])
    return full


def _depth(code: str, above: Mapping[str, str]) -> int:
    """How many codes are over it."""
    return 1 + _depth(above[code], above) if code in above else 0


def _summed(rows: pl.DataFrame, dimensions: list[str], name: str, above: Mapping[str, str]) -> pl.DataFrame:
    into = pl.col(name).replace_strict(dict(above), return_dtype=pl.String) if above else pl.lit(TOTAL)
    return rows.with_columns(into.alias(name)).group_by(dimensions).agg(pl.col("value").sum())


def _agree(source: Source, rows: pl.DataFrame, full: pl.DataFrame, dimensions: list[str]) -> None:
    """Totals that the file gives must be the sums of their parts."""
    both = rows.join(full, on=dimensions, how="left", suffix="_sum", maintain_order="left")
    wrong = both.filter(pl.col("value") != pl.col("value_sum").fill_null(0))
    if wrong.height:
        row = wrong.row(0, named=True)
        cell = ", ".join(f"{name} {row[name]}" for name in dimensions)
        what = f"the total of {cell} is given as {row['value']}, but its parts sum to {row['value_sum'] or 0}"
        raise Problem(what, file=source.path, line=row[_LINE])


def _in_order(added: pl.DataFrame, rows: pl.DataFrame, dimensions: list[str]) -> pl.DataFrame:
    """In the order in which the file first has each code; codes that it does not have by name, `total` last."""
    for name in dimensions:
        codes = rows.select(name).unique(maintain_order=True).filter(pl.col(name) != TOTAL)
        added = added.join(codes.with_row_index(f"{_PLACE} {name}"), on=name, how="left")
    keys = [key for name in dimensions for key in (pl.col(name) == TOTAL, pl.col(f"{_PLACE} {name}"), pl.col(name))]
    return added.sort(keys, nulls_last=True)


def read_hierarchy(path: Path) -> Parts:
    """What is summed into what, from CSV with the columns dimension, code and into. Raises Problem."""
    source = read(path)
    wanted = ("dimension", "code", "into")
    if set(source.columns) != set(wanted):
        raise Problem(f"a hierarchy has the columns {', '.join(wanted)}", file=path)
    parts: dict[str, dict[str, str]] = {}
    for line, dimension, code, into in source.rows.select(_LINE, *wanted).iter_rows():
        if not (dimension and code and into):
            raise Problem("a cell is empty", file=path, line=line)
        above = parts.setdefault(dimension, {})
        if code in above or code == TOTAL:
            what = "total is not a part of anything" if code == TOTAL else f"{code} is summed into two codes"
            raise Problem(what, file=path, line=line)
        if into != TOTAL:  # everything is summed into the total as it is
            above[code] = into
        if _circular(code, above):
            raise Problem(f"{code} is a part of itself", file=path, line=line)
    return parts


def _circular(code: str, above: Mapping[str, str]) -> bool:
    at = above.get(code)
    while at is not None and at != code:
        at = above.get(at)
    return at == code


def write(table: Table, source: Source, count: str, out: Path) -> None:
    """Write the answer: the file's columns in their order, then `status`; as Parquet if `out` ends so.

    It appears whole or not at all. Raises Problem where it cannot be written.
    """
    columns = [pl.col("value").alias(count) if name == count else pl.col(name) for name in _kept(table, source, count)]
    rows = table.rows.select(*columns, STATUS)
    making = out.with_name(f"{out.name}.part")
    try:
        if out.suffix.lower() == ".parquet":
            rows.write_parquet(making)
        else:
            rows.write_csv(making, separator=source.separator)
        making.rename(out)
    except OSError as error:
        making.unlink(missing_ok=True)
        raise Problem("cannot be written", file=out, mend="name another file with --out") from error


def _kept(table: Table, source: Source, count: str) -> list[str]:
    return [name for name in source.columns if name == count or name in table.dimensions]
