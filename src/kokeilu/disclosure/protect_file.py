"""Tables in files for disclosure control: read with every bad row told, and written whole or not at all."""

import csv
import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import polars as pl
from polars.exceptions import PolarsError

from kokeilu.disclosure.linked import RESERVED, TOTAL
from kokeilu.problems import Problem

STATUS: Final = "status"
LARGEST: Final = 2**53 - 1
"""Greater numbers are not exact, nor told from others."""
LINE: Final = "line of the file"
GIVEN: Final = "value as given"
DECIMALS: Final = 6
"""The most decimals of a value."""
_QUOTED: Final = re.compile(r'"[^"]*"')
Parts = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Source:
    """A file as it is: every column as text, with the line of each row; Parquet's rows count from 1."""

    path: Path
    rows: pl.DataFrame
    separator: str = ","
    columns: tuple[str, ...] = field(default=())


def read(path: Path) -> Source:
    """The file's columns as text. Raises Problem where it cannot be read as CSV (`,`, `;` or tabs) or Parquet."""
    try:
        if path.suffix.lower() == ".parquet":
            return _source(path, pl.read_parquet(path), ",", 1)
        separator, names = _header(path)
        if not any(names):
            raise Problem("the file is empty", file=path, mend="a table has a line of column names and a line per cell")
        if not all(names):
            raise Problem("a column has no name", file=path, line=1)
        if len(set(names)) < len(names):
            raise Problem("two columns have the same name", file=path, line=1)
        rows = pl.read_csv(path, separator=separator, infer_schema=False, new_columns=names)
        return _source(path, rows, separator, 2)
    except UnicodeDecodeError as error:
        raise Problem("the file is not UTF-8", file=path, mend="save it as CSV UTF-8") from error
    except PolarsError as error:
        if path.suffix.lower() != ".parquet":
            _same_lengths(path, separator, len(names))
        what = " ".join(str(error).split("\n")[0].split())
        raise Problem(f"the file cannot be read: {what}", file=path) from error


def _header(path: Path) -> tuple[str, list[str]]:
    """The separator of a file and the names of its columns; what is quoted separates nothing."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        first = _QUOTED.sub("", file.readline())
        separator = max(",;\t", key=first.count)
        file.seek(0)
        return separator, [name.strip() for name in next(csv.reader(file, delimiter=separator), [])]


def _same_lengths(path: Path, separator: str, length: int) -> None:
    """Raises Problem for the first line that has more cells than there are columns."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        if "\n" not in file.read():
            raise Problem("the lines end with a carriage return alone", file=path, mend="save it as CSV UTF-8")
        file.seek(0)
        rows = csv.reader(file, delimiter=separator)
        for row in rows:
            if len(row) > length:
                what = f"the file cannot be read: {len(row)} cells in a line, but {length} columns"
                raise Problem(what, file=path, line=rows.line_num)


def _source(path: Path, frame: pl.DataFrame, separator: str, first_line: int) -> Source:
    if LINE in frame.columns:
        raise Problem(f"a column may not be called {LINE}", file=path, mend="rename it")
    text = frame.rename(str.strip).with_columns(pl.all().cast(pl.String).str.strip_chars())
    text = text.with_row_index(LINE, first_line)
    written = text.filter(~pl.all_horizontal(pl.exclude(LINE).fill_null("") == ""))
    if written.is_empty():
        raise Problem("the table has no rows", file=path)
    return Source(path, written, separator, tuple(text.columns[1:]))


def dimensions_of(source: Source, others: Sequence[str | None], reserved: Set[str] = frozenset()) -> list[str]:
    """The columns that are not among `others`, which must exist. Raises Problem, also for one called as `reserved`."""
    for column in others:
        if column is not None and column not in source.columns:
            names = ", ".join(source.columns)
            raise Problem(f"the table has no column {column}", file=source.path, mend=f"it has {names}")
    dimensions = [name for name in source.columns if name not in others]
    if not dimensions:
        raise Problem("the table has no dimension, only the count", file=source.path)
    if wrong := (RESERVED | {GIVEN} | reserved) & set(dimensions):
        raise Problem(f"a dimension may not be called {min(wrong)}", file=source.path, mend="rename the column")
    return dimensions


def coded(source: Source, dimensions: Sequence[str]) -> pl.DataFrame:
    """The rows' codes with their lines. Raises Problem for one that is empty, or nearly the code of totals."""
    rows = source.rows.select(LINE, *dimensions)
    for name in dimensions:
        code = pl.col(name)
        refuse(source, rows.filter(code.is_null() | (code == "")), f"the code of {name} is empty")
        like = (code.str.to_lowercase() == TOTAL) & (code != TOTAL)
        refuse(source, rows.filter(like), f"the code of {name} is no total: those have the code {TOTAL}")
    return rows


def numbers(source: Source, column: str, what: str = "count", decimals: int = 0, *, empty: bool = False) -> pl.Series:
    """A column of numbers, zero or more, in units of the last of `decimals`. Raises Problem."""
    text = source.rows.select(LINE, text=pl.col(column).replace("", None))
    exact = pl.col("text").cast(pl.Float64, strict=False) * 10**decimals
    found = text.with_columns(value=pl.when(decimals > 0).then(exact.round()).otherwise(exact))
    value = pl.col("value")
    if not empty:
        refuse(source, found.filter(pl.col("text").is_null()), f"the {what} is empty")
    no_number = pl.col("text").is_not_null() & ~value.is_finite().fill_null(False)
    comma = pl.col("text").str.contains(r"^-?\d+,\d+$")
    refuse(source, found.filter(no_number & comma), f"the {what} has a comma: decimals come after a point")
    refuse(source, found.filter(no_number), f"the {what} is not a number")
    refuse(source, found.filter(value < 0), f"the {what} is negative")
    refuse(source, found.filter(value != value.floor()), f"the {what} is not a whole number")
    refuse(source, found.filter(value > LARGEST), f"the {what} is too large")
    return found.get_column("value").cast(pl.Int64)


def decimals_of(source: Source, columns: Sequence[str]) -> int:
    """How many decimals the numbers of these columns have at most. Raises Problem for more than six."""
    most = 0
    for name in columns:
        lengths = source.rows.get_column(name).str.extract(r"\.(\d*?)0*$").str.len_chars()
        most = max(most, int(lengths.fill_null(0).max() or 0))  # type: ignore[arg-type]
    if most > DECIMALS:
        raise Problem(f"a value has more than {DECIMALS} decimals", file=source.path, mend="round the values first")
    return most


def refuse(source: Source, rows: pl.DataFrame, what: str) -> None:
    """Tell the first bad row, and how many there are."""
    if rows.height:
        mend = f"and {rows.height - 1} more such rows" if rows.height > 1 else ""
        raise Problem(what, file=source.path, line=rows.item(0, LINE), mend=mend)


def read_hierarchy(path: Path) -> Parts:
    """What is summed into what, from CSV with the columns dimension, code and into. Raises Problem."""
    source = read(path)
    wanted = ("dimension", "code", "into")
    if set(source.columns) != set(wanted):
        raise Problem(f"a hierarchy has the columns {', '.join(wanted)}", file=path)
    parts: dict[str, dict[str, str]] = {}
    for line, dimension, code, into in source.rows.select(LINE, *wanted).iter_rows():
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


def write(rows: pl.DataFrame, separator: str, out: Path) -> None:
    """Write the answer, as Parquet if `out` ends so; whole or not at all. Raises Problem where it cannot be written."""
    making = out.with_name(f"{out.name}.part")
    try:
        if out.suffix.lower() == ".parquet":
            rows.write_parquet(making)
        else:
            rows.write_csv(making, separator=separator)
        making.rename(out)
    except OSError as error:
        making.unlink(missing_ok=True)
        raise Problem("cannot be written", file=out, mend="name another file with --out") from error
