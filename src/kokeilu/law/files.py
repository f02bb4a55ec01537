"""Files of people in, files of decisions out: CSV and Parquet by the ending of the name."""

import csv
import io
import re
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.csv
from polars.exceptions import PanicException, PolarsError

from kokeilu.extract import BENEFITS, COLUMNS, NONE
from kokeilu.law.areas import municipalities
from kokeilu.law.facts import FACTS, Kind
from kokeilu.law.trial import NOWHERE, Trial
from kokeilu.problems import Problem

ENDINGS = (".csv", ".parquet")
# Columns of the register extract that no law asks about: accepted and left out.
NOT_ASKED = frozenset(COLUMNS) - frozenset(FACTS) - {"person"}
_FORMS = {
    Kind.BOOL: (r"^(true|false)$", "neither true nor false"),
    Kind.INT: (r"^-?\d{1,9}$", "not a whole number"),
    Kind.DATE: (r"^\d{4}-\d{2}-\d{2}$", "not a date such as 2021-03-01"),
}


@dataclass(frozen=True)
class People:
    """People as read: `person` and typed columns of the extract or facts; `separator` of a CSV."""

    frame: pl.DataFrame
    separator: str


class BadCells(Problem):
    """Cells that cannot be used. `cells` has line (a Parquet's row), column and reason; never a value."""

    def __init__(self, file: Path, cells: list[tuple[int, str, str]]) -> None:
        self.cells = cells
        line, column, reason = cells[0]
        more = f", and {len(cells) - 1} more such cells" if len(cells) > 1 else ""
        super().__init__(f"{column}: {reason}{more}", file=file, line=line, mend="mend the file; nothing is written")


def read_people(path: Path, trial: Trial, on: date) -> People:
    """People of a register extract, or of a file with derived facts in place of their source columns.

    Empty cells are null. Problem: no such file, an empty, cut or wrongly encoded one, a doubled, missing or
    unknown column, a row with too many or too few cells, a person twice. BadCells: cells of a wrong form or
    value.
    """
    content = _content(path)
    if path.suffix == ".parquet":
        texts, separator = _read_parquet(path, content), ","
    elif path.suffix == ".csv":
        texts, separator = _read_csv(path, content)
    else:
        raise Problem("neither .csv nor .parquet", file=path, mend="give one of the two formats")
    _check_names(path, texts.columns)
    if texts.is_empty():
        raise Problem("the file has no people", file=path)
    line_of = _lines(content, separator) if path.suffix == ".csv" else lambda row: row + 1
    kept = texts.select(name for name in texts.columns if name not in NOT_ASKED)
    typed, wrong = _typed(kept)
    wrong += _check_values(typed, trial, on)
    wrong += _check_persons(typed)
    if wrong:
        raise BadCells(path, sorted((line_of(row), column, reason) for row, column, reason in wrong))
    return People(typed, separator)


def _content(path: Path) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise Problem(f"cannot read the file: {error.strerror}", file=path, mend="check the path") from None
    if not content.strip():
        raise Problem("the file is empty", file=path)
    return content


def _check_names(path: Path, names: list[str]) -> None:
    line = 1 if path.suffix == ".csv" else None
    for name in names:
        # a file without a header has people's data where names should be: repeat nothing that may be a name
        shown = f"'{name}'" if re.fullmatch(r"[a-z_]{1,40}", name) else "whose name is not a plain word"
        if names.count(name) > 1:
            raise Problem(f"doubled column {shown}", file=path, line=line, mend="keep one of them")
        if name != "person" and name not in FACTS and name not in NOT_ASKED:
            raise Problem(
                f"unknown column {shown}",
                file=path,
                line=line,
                mend="columns are those of register-extract/1 and facts",
            )
    if "person" not in names:
        raise Problem("missing column 'person'", file=path, line=line, mend="check the header and the separator")


def days_of(paths: Sequence[Path]) -> list[tuple[date, Path]]:
    """Files with the day that stands in the name of each (`register-2021-02-28.csv`), in order of the days.

    Problem: a name without a day, or with a day that is none; two files of one day.
    """
    found: dict[date, Path] = {}
    for path in paths:
        written = re.findall(r"(?<!\d)\d{4}-\d{2}-\d{2}(?!\d)", path.stem)
        try:
            (day,) = (date.fromisoformat(text) for text in written)
        except ValueError:
            raise Problem("no day in the file's name", file=path, mend="name it like register-2021-02-28.csv") from None
        if day in found:
            raise Problem(f"a second file of {day}, beside {found[day].name}", file=path, mend="give one for each day")
        found[day] = path
    return sorted(found.items())


# -- CSV -------------------------------------------------------------------------------------------


def _read_csv(path: Path, content: bytes) -> tuple[pl.DataFrame, str]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise Problem("not UTF-8 text", file=path, line=line, mend="save the file as UTF-8") from None
    header = text.partition("\n")[0]
    separator = ";" if header.count(";") >= header.count(",") else ","
    names = next(csv.reader([header], delimiter=separator))
    _check_names(path, [name.strip() for name in names])
    try:
        table = pyarrow.csv.read_csv(
            pa.BufferReader(content),
            parse_options=pyarrow.csv.ParseOptions(delimiter=separator, newlines_in_values='"' in text),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types={name: pa.string() for name in names}, null_values=[""], strings_can_be_null=True
            ),
        )
    except pa.ArrowInvalid:
        raise _ragged(path, text, separator) from None
    frame = pl.from_arrow(table)
    assert isinstance(frame, pl.DataFrame)  # noqa: S101 - a table becomes a frame
    return frame.rename(str.strip), separator


def _ragged(path: Path, text: str, separator: str) -> Problem:
    reader = csv.reader(io.StringIO(text), delimiter=separator)
    try:
        width = len(next(reader))
        for row in reader:
            if row and len(row) != width:
                what = f"{len(row)} cells, the header has {width}"
                return Problem(what, file=path, line=reader.line_num, mend="mend the row or its quotes")
    except csv.Error:
        pass
    return Problem("not a sound CSV", file=path, line=reader.line_num, mend="mend the quotes around cells")


def _lines(content: bytes, separator: str) -> Callable[[int], int]:
    """From a row's number to its line; worked out only where there is something to report."""
    starts: list[int] = []

    def line_of(row: int) -> int:
        if not starts:
            reader = csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=separator)
            before = 0
            for cells in reader:
                if cells:
                    starts.append(before + 1)
                before = reader.line_num
        return starts[row + 1]

    return line_of


# -- Parquet ---------------------------------------------------------------------------------------


def _read_parquet(path: Path, content: bytes) -> pl.DataFrame:
    try:
        frame = pl.read_parquet(io.BytesIO(content))
    except (PolarsError, PanicException, OSError):
        raise Problem("not a whole Parquet file", file=path, mend="it is damaged or cut: get it again") from None
    for name, dtype in frame.schema.items():
        kind = Kind.TEXT if name == "person" else FACTS[name].kind if name in FACTS else None
        if kind is not None and not _fits(dtype, kind):
            raise Problem(f"column '{name}' is {dtype}", file=path, mend=f"make it {kind.value}")
    texts = [name for name, dtype in frame.schema.items() if dtype in (pl.String, pl.Categorical, pl.Enum)]
    filled = pl.col(texts).cast(pl.String)
    return frame.with_columns(pl.when(filled != "").then(filled))


def _fits(dtype: pl.DataType, kind: Kind) -> bool:
    if dtype == pl.Null:
        return True
    match kind:
        case Kind.INT:
            return dtype.is_integer()
        case Kind.TEXT:
            return dtype in (pl.String, pl.Categorical, pl.Enum)
        case _:
            return dtype == kind.polars


# -- cells -----------------------------------------------------------------------------------------

Wrong = list[tuple[int, str, str]]  # row from 0, column, reason


def _typed(texts: pl.DataFrame) -> tuple[pl.DataFrame, Wrong]:
    """Texts in the kinds of their columns; columns that have their kind already stay as they are."""
    wrong: Wrong = []
    columns = []
    for column in texts:
        kind = Kind.TEXT if column.name == "person" else FACTS[column.name].kind
        if column.dtype == pl.String and kind in _FORMS:
            form, reason = _FORMS[kind]
            formed = texts.select(pl.when(column.str.contains(form)).then(column).alias(column.name)).to_series()
            typed = _parsed(formed, kind)
            wrong += _found(column.is_not_null() & typed.is_null(), column.name, reason)
        else:
            typed = column.cast(kind.polars, strict=False)
            wrong += _found(column.is_not_null() & typed.is_null(), column.name, f"not {kind.value}")
        columns.append(typed)
    return pl.DataFrame(columns), wrong


def _parsed(texts: pl.Series, kind: Kind) -> pl.Series:
    match kind:
        case Kind.BOOL:
            return texts == "true"
        case Kind.DATE:
            return texts.str.to_date("%Y-%m-%d", strict=False)
        case _:
            return texts.cast(pl.Int32, strict=False)


def _check_values(frame: pl.DataFrame, trial: Trial, on: date) -> Wrong:
    codes = [*municipalities(), NONE]
    areas = [*{row.area for row in trial.areas_on(on)}, NOWHERE]
    due = {
        "municipality": (pl.col("municipality").is_in(codes), "no municipality of that code, nor none"),
        "placed_in": (pl.col("placed_in").is_in(codes), "no municipality of that code, nor none"),
        "language": (pl.col("language").str.contains(r"^[a-z]{2,3}$"), "no language code of ISO 639"),
        "employment_code": (pl.col("employment_code").str.contains(r"^0[0-9]$"), "not a code from 00 to 09"),
        "benefit": (pl.col("benefit").is_in(BENEFITS), f"none of {', '.join(BENEFITS)}"),
        "trial_area": (pl.col("trial_area").is_in(areas), f"no area of the trial on {on}, nor none"),
        "birth_date": (pl.col("birth_date") <= on, f"after {on}"),
        "age": (pl.col("age").is_between(0, 130), "not an age"),
    }
    wrong: Wrong = []
    for name, (good, reason) in due.items():
        if name in frame.columns:
            wrong += _found(frame.select(~good).to_series(), name, reason)
    return wrong


def _check_persons(frame: pl.DataFrame) -> Wrong:
    person = frame["person"]
    again = ~person.is_first_distinct() & person.is_not_null()
    return _found(person.is_null(), "person", "empty") + _found(again, "person", "the same person again")


def _found(wrong: pl.Series, column: str, reason: str) -> Wrong:
    return [(row, column, reason) for row in wrong.fill_null(value=False).arg_true()]


# -- out -------------------------------------------------------------------------------------------


def write_decisions(path: Path, decisions: pl.DataFrame, separator: str) -> None:
    """Write the file whole or not at all. Problem: it cannot be written, as on a full disk."""
    empty = decisions["missing"] == ""
    plain = decisions.with_columns(missing=decisions["missing"].set(empty, None))
    write_table(path, decisions if path.suffix == ".parquet" else plain, separator)


def write_table(path: Path, table: pl.DataFrame, separator: str = ",") -> None:
    """Write a table whole or not at all. Problem: it cannot be written, as on a full disk."""
    try:
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".kokeilu-") as directory:
            whole = Path(directory) / path.name
            if path.suffix == ".parquet":
                table.write_parquet(whole)
            else:
                table.write_csv(whole, separator=separator)
            whole.replace(path)
    except OSError as error:
        raise Problem(
            f"cannot write: {error.strerror or error}", file=path, mend="mend the place or take another"
        ) from None
    except PolarsError as error:
        raise Problem(f"cannot write: {error}", file=path, mend="mend the place or take another") from None
