"""Reading an extract's file: bytes to rows in the format's types, each with its line.

CSV is UTF-8 with `;` or `,`, quotes as in RFC 4180, a byte order mark tolerated. Parquet has the format's types.
What makes a whole file unreadable raises Problem; what is wrong with a row is an error with line and column.
"""

import io
import re
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import polars as pl
from polars.exceptions import PanicException, PolarsError

from kokeilu.extract import COLUMNS
from kokeilu.problems import Problem

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
ERRORS = pl.Schema({"line": pl.Int64(), "column": pl.String(), "reason": pl.String()})
# What a cell of each type must look like; Polars alone would take 2021-1-5 or +3.
FORMS = {pl.Date: r"^\d{4}-\d{2}-\d{2}$", pl.Boolean: r"^(true|false)$", pl.Int64: r"^-?\d{1,9}$"}
REASON_OF_TYPE = {pl.Date: "not_a_date", pl.Boolean: "not_a_bool", pl.Int64: "not_an_integer"}
LARGEST = 2**31 - 1  # what the tables hold


@dataclass(frozen=True)
class Rows:
    """An extract as read. `frame` has `line` (a CSV's line, a Parquet's row) and the format's columns in their
    types; `errors` has line, column and reason of what could not be read so. Rows of a wrong number of cells are
    in `errors` alone."""

    frame: pl.DataFrame
    errors: pl.DataFrame = field(default_factory=lambda: ERRORS.to_frame())


def read_bytes(path: Path) -> bytes:
    """The whole file, once, so that what is checked is what is stored. Raises Problem where it cannot be read."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise Problem("there is no such file", file=path) from None
    except IsADirectoryError:
        raise Problem("this is a folder, not an extract", file=path) from None
    except OSError as error:
        raise Problem(f"cannot be read: {error.strerror}", file=path) from None
    if not data:
        raise Problem("the file is empty", file=path, mend="order the extract again")
    return data


def read(path: Path, data: bytes) -> Rows:
    """Read an extract's bytes by the ending of its name. Raises Problem where the file as a whole is wrong."""
    if path.suffix == ".parquet":
        return _read_parquet(path, data)
    if path.suffix == ".csv":
        return _read_csv(path, data)
    raise Problem("the ending is neither .csv nor .parquet", file=path)


def _check_header(path: Path, names: list[str], line: int | None) -> None:
    for name in names:
        if names.count(name) > 1:
            raise Problem(f"the column {_shown(name)} is there twice", file=path, line=line)
    missing = [name for name in COLUMNS if name not in names]
    if missing:
        raise Problem(f"missing column{'s' * (len(missing) > 1)}: {', '.join(missing)}", file=path, line=line)
    for name in names:
        if name not in COLUMNS:
            raise Problem(
                f"unknown column {_shown(name)}", file=path, line=line, mend="the format is register-extract/1"
            )


def _shown(name: str) -> str:
    """A column's name fit for a message. A file without a header has values there: those are not repeated."""
    return f"`{name}`" if re.fullmatch(r"[A-Za-z_ ]{1,60}", name) else "whose name is not a plain word"


def _read_parquet(path: Path, data: bytes) -> Rows:
    try:
        frame = pl.read_parquet(io.BytesIO(data))
    except (PolarsError, PanicException, OSError):
        raise Problem("not a whole Parquet file: cut short, damaged or of another kind", file=path) from None
    _check_header(path, frame.columns, None)
    if frame.is_empty():
        raise Problem("the file has columns and no rows", file=path)
    for name, dtype in COLUMNS.items():
        if not _fits(frame.schema[name], dtype):
            raise Problem(f"the column {name} is of type {frame.schema[name]}; the format says {dtype}", file=path)
    empty_is_unknown = [
        pl.when(pl.col(name).cast(pl.String) != "").then(pl.col(name).cast(pl.String)).alias(name)
        for name, dtype in COLUMNS.items()
        if dtype == pl.String
    ]
    texts = frame.with_columns(empty_is_unknown)
    typed = texts.select(
        pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias("line"),
        *(_cast(name, dtype) for name, dtype in COLUMNS.items()),
    )
    errors = [_lost(typed["line"], texts[name], typed[name]) for name in COLUMNS]
    return Rows(typed, pl.concat([ERRORS.to_frame(), *errors]))


def _fits(found: pl.DataType, wanted: pl.DataType) -> bool:
    if found == pl.Null:  # a column without any known value has no type
        return True
    if wanted == pl.Int64:
        return found.is_integer()
    if wanted == pl.String:
        return found in (pl.String, pl.Categorical, pl.Enum)
    return found == wanted


def _cast(name: str, dtype: pl.DataType) -> pl.Expr:
    cell = pl.col(name).cast(dtype, strict=False)
    return pl.when(cell.is_between(-LARGEST, LARGEST)).then(cell) if dtype == pl.Int64 else cell


def _lost(line: pl.Series, before: pl.Series, after: pl.Series) -> pl.DataFrame:
    """The cells that had a value which the type does not take."""
    lost = line.filter(before.is_not_null() & after.is_null())
    reason = REASON_OF_TYPE.get(type(after.dtype), "not_allowed")
    return pl.DataFrame({"line": lost}).with_columns(
        column=pl.lit(before.name, pl.String), reason=pl.lit(reason, pl.String)
    )


def _read_csv(path: Path, data: bytes) -> Rows:
    text = plain_text(path, data)
    header, _, _ = text.partition(b"\n")
    separator = _separator(header)
    if separator not in header:
        raise Problem("the header has neither ; nor , between its columns", file=path, line=1)
    names = [name.strip('"') for name in header.decode().split(separator.decode())]
    _check_header(path, names, 1)
    records = _records(path, text, separator, len(names))
    if not len(records.lines):
        raise Problem("the file has a header and no rows", file=path)
    cells = pl.read_csv(
        io.BytesIO(records.text), separator=separator.decode(), has_header=False, new_columns=names,
        schema={name: pl.String() for name in names},
    ) if records.text else pl.DataFrame(schema={name: pl.String() for name in names})  # fmt: skip
    good = records.lines[records.whole]
    if len(cells) != len(good):
        raise Problem("the rows cannot be told apart", file=path, mend="quote cells that hold line ends")
    return _typed(cells.with_columns(line=pl.Series(good, dtype=pl.Int64)), records.errors)


def _separator(header: bytes) -> bytes:
    return b";" if header.count(b";") >= header.count(b",") else b","


def plain_text(path: Path, data: bytes) -> bytes:
    """The text of a CSV without byte order mark and with plain line ends. Raises Problem where it is none."""
    text = data.removeprefix(BYTE_ORDER_MARK)
    try:
        text.decode()
    except UnicodeDecodeError as error:
        line = text.count(b"\n", 0, error.start) + 1
        raise Problem(
            "not UTF-8 text", file=path, line=line, mend="save the file as UTF-8; Latin-1 is not accepted"
        ) from None
    if b"\0" in text:
        line = text.count(b"\n", 0, text.index(b"\0")) + 1
        raise Problem("holds a NUL character", file=path, line=line, mend="save the file as UTF-8 text")
    text = text.replace(b"\r\n", b"\n").rstrip(b"\n")
    if not text:
        raise Problem("the file is empty", file=path, mend="order the extract again")
    return text + b"\n"


@dataclass(frozen=True)
class Records:
    """A CSV's rows after the header: the lines they begin on, which are whole, the text of the whole ones (without
    the header) and of the others, and the errors of the others."""

    lines: np.ndarray
    whole: np.ndarray
    text: bytes
    errors: pl.DataFrame


def _records(path: Path, text: bytes, separator: bytes, width: int) -> Records:
    """Split by the line ends outside quotes and count each row's cells, without a loop over rows."""
    byte = np.frombuffer(text, np.uint8)
    all_ends = np.flatnonzero(byte == ord("\n"))
    if b'"' in text:
        outside = _outside_quotes(path, byte, separator)
        ends = all_ends[outside[all_ends]]
        separators = np.flatnonzero((byte == separator[0]) & outside)
    else:
        ends, separators = all_ends, np.flatnonzero(byte == separator[0])
    starts = ends[:-1] + 1  # every row's, the header's left out
    lines = np.searchsorted(all_ends, starts) + 1
    cells = np.diff(np.searchsorted(separators, ends)) + 1
    whole = cells == width
    errors = pl.DataFrame({"line": lines[~whole].astype(np.int64), "cells": cells[~whole]}).select(
        "line",
        column=pl.lit("", pl.String),
        reason=pl.when(pl.col("cells") < width).then(pl.lit("row_short")).otherwise(pl.lit("row_long")),
    )
    if whole.all():
        kept = text[ends[0] + 1 :]
    else:
        mask = np.repeat(whole, np.diff(ends))
        kept = byte[ends[0] + 1 :][mask].tobytes()
    return Records(lines, whole, kept, errors)


def cut(path: Path, data: bytes, lines: pl.Series) -> bytes:
    """The header of a CSV and its rows that begin on these lines, as they came."""
    text = plain_text(path, data)
    byte = np.frombuffer(text, np.uint8)
    ends = np.flatnonzero(byte == ord("\n"))
    if b'"' in text:
        ends = ends[_outside_quotes(path, byte, _separator(text[: ends[0]]))[ends]]
    begins = np.searchsorted(np.flatnonzero(byte == ord("\n")), ends[:-1] + 1) + 1
    wanted = np.repeat(np.concatenate(([True], np.isin(begins, lines.to_numpy()))), np.diff(ends, prepend=-1))
    return bytes(byte[wanted])


def _outside_quotes(path: Path, byte: np.ndarray, separator: bytes) -> np.ndarray:
    """For every byte whether it is outside quotes. A quote that neither begins nor ends a cell raises Problem: from
    there on nobody knows where rows end."""
    quotes = np.flatnonzero(byte == ord('"'))
    opening, closing = quotes[::2], quotes[1::2]
    edges = np.array([separator[0], ord("\n"), ord('"')], np.uint8)
    before = np.concatenate(([ord("\n")], byte))  # what stands before a byte; the text begins a cell
    stray = np.concatenate((
        opening[~np.isin(before[opening], edges)],
        closing[~np.isin(byte[np.minimum(closing + 1, len(byte) - 1)], edges)],
        opening[len(closing):],  # never closed
    ))  # fmt: skip
    if len(stray):
        line = int(np.count_nonzero(byte[: stray.min()] == ord("\n"))) + 1
        raise Problem("a quotation mark that neither begins nor ends a cell", file=path, line=line,
                      mend='write it twice inside a quoted cell: "Matti ""Masa"""')  # fmt: skip
    inside = np.zeros(len(byte) + 1, np.int8)
    inside[opening] += 1
    inside[closing] -= 1
    return np.asarray(np.cumsum(inside[:-1], dtype=np.int8) == 0)


def _typed(cells: pl.DataFrame, errors: pl.DataFrame) -> Rows:
    """Text cells to the format's types; an empty cell is unknown."""
    filled = pl.col(list(COLUMNS)) != ""
    texts = cells.with_columns(pl.when(filled).then(pl.col(list(COLUMNS))))
    typed = texts.select("line", *(_parsed(name, dtype) for name, dtype in COLUMNS.items()))
    lost = [_lost(typed["line"], texts[name], typed[name]) for name, dtype in COLUMNS.items() if dtype != pl.String]
    return Rows(typed, pl.concat([ERRORS.to_frame(), errors, *lost]))


def _parsed(name: str, dtype: pl.DataType) -> pl.Expr:
    cell = pl.col(name)
    if dtype == pl.String:
        return cell
    formed = pl.when(cell.str.contains(FORMS[type(dtype)])).then(cell)
    if dtype == pl.Date:
        return formed.str.to_date("%Y-%m-%d", strict=False).alias(name)
    if dtype == pl.Boolean:
        return (formed == "true").alias(name)
    return formed.cast(dtype, strict=False).alias(name)
