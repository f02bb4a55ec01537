"""Finnish municipalities, and the dated table that says which of them belong to which trial area."""

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from io import StringIO
from pathlib import Path

from kokeilu.law.trial import AreaRow
from kokeilu.problems import Problem

COLUMNS = (
    "area",
    "name_fi",
    "name_sv",
    "municipality",
    "from",
    "to",
    "customers_expected",
    "source",
    "verified",
)


@dataclass(frozen=True)
class Municipality:
    """A municipality by Statistics Finland's three-digit code, over `[from_day, to_day)` where the days are
    known.
    """

    code: str
    name: str  # in Finnish
    name_sv: str
    region: str
    region_sv: str
    from_day: date | None
    to_day: date | None
    successor: str | None  # the municipality that it is part of from `to_day` on


@cache
def municipalities() -> dict[str, Municipality]:
    """All municipalities known to the project, by code.

    The list holds those that existed in April 2024, and those merged in 2020 and 2021 with their successor. Other
    mergers are not in the sources at hand: `valid_from` and `valid_to` are empty where no day is known, and
    docs/trials.md names the limit.
    """
    text = files("kokeilu.law").joinpath("data/municipalities.csv").read_text(encoding="utf-8")
    return {
        row["code"]: Municipality(
            row["code"],
            row["name_fi"],
            row["name_sv"],
            row["region_fi"],
            row["region_sv"],
            date.fromisoformat(row["valid_from"]) if row["valid_from"] else None,
            date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
            row["successor"] or None,
        )
        for row in csv.DictReader(StringIO(text))
    }


def read_areas(file: Path, content: bytes) -> tuple[AreaRow, ...]:
    """The area table of a trial (columns COLUMNS, comma or semicolon).

    Problem, with the line: not UTF-8, a missing, doubled or unknown column, an unknown municipality, a bad
    day or number, an empty source, a municipality in two areas at once, an area whose name or expected
    customers differ.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise Problem("not UTF-8 text", file=file, line=line, mend="save the file as UTF-8") from None
    header, _, _ = text.partition("\n")
    reader = csv.reader(StringIO(text), delimiter=";" if ";" in header else ",")
    try:
        numbered = [(reader.line_num, row) for row in reader if row]
    except csv.Error as error:
        raise Problem(f"not CSV: {error}", file=file, line=reader.line_num) from None
    if not numbered:
        raise Problem("the file is empty", file=file, mend=f"give the columns {', '.join(COLUMNS)}")
    _check_header(file, numbered[0][1])
    rows = [(line, _row(file, line, numbered[0][1], row)) for line, row in numbered[1:]]
    _check_overlaps(file, rows)
    _check_areas_agree(file, rows)
    return tuple(row for _, row in rows)


def _check_header(file: Path, header: list[str]) -> None:
    for name in COLUMNS:
        if header.count(name) != 1:
            what = "doubled" if name in header else "missing"
            raise Problem(f"{what} column '{name}'", file=file, line=1, mend="have each column once")
    for name in header:
        if name not in COLUMNS:
            raise Problem(f"unknown column '{name}'", file=file, line=1, mend="remove it")


def _row(file: Path, line: int, header: list[str], cells: list[str]) -> AreaRow:
    if len(cells) != len(header):
        raise Problem(f"{len(cells)} cells, the header has {len(header)}", file=file, line=line)
    row = dict(zip(header, (cell.strip() for cell in cells), strict=True))
    if row["municipality"] not in municipalities():
        raise Problem(
            f"unknown municipality '{row['municipality']}'",
            file=file,
            line=line,
            mend="use the three-digit code with zeros, such as 091",
        )
    if row["area"] and not re.fullmatch(r"[a-z][a-z0-9-]*", row["area"]):
        raise Problem(f"'{row['area']}' is not an area key", file=file, line=line, mend="use a-z, 0-9 and -")
    if row["area"] == "none":
        raise Problem("'none' means outside every area", file=file, line=line, mend="take another key")
    _check_filled(file, line, row)
    from_day, to_day = _day(file, line, row["from"]), _day(file, line, row["to"]) if row["to"] else None
    if to_day is not None and to_day <= from_day:
        raise Problem("the period ends before it begins", file=file, line=line, mend="'to' is not included")
    return AreaRow(
        row["area"] or None,
        row["name_fi"],
        row["name_sv"],
        row["municipality"],
        from_day,
        to_day,
        _count(file, line, row["customers_expected"]),
        row["source"],
        row["verified"] == "yes",
    )


def _check_filled(file: Path, line: int, row: dict[str, str]) -> None:
    for column in ("source", "from", *(("name_fi", "name_sv") if row["area"] else ())):
        if not row[column]:
            raise Problem(f"'{column}' is empty", file=file, line=line, mend="fill it in")
    if row["verified"] not in ("yes", "no"):
        raise Problem("'verified' is neither yes nor no", file=file, line=line, mend="write yes or no")


def _day(file: Path, line: int, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Problem(f"'{text}' is not a day", file=file, line=line, mend="write 2021-03-01") from None


def _count(file: Path, line: int, text: str) -> int | None:
    if text and not text.isdigit():
        raise Problem(f"'{text}' is not a number of customers", file=file, line=line, mend="write 18000")
    return int(text) if text else None


def _check_overlaps(file: Path, rows: Iterable[tuple[int, AreaRow]]) -> None:
    previous: AreaRow | None = None
    previous_line = 0
    for line, row in sorted(rows, key=lambda item: (item[1].municipality, item[1].from_day)):
        same = previous is not None and previous.municipality == row.municipality
        if same and previous is not None and (previous.to_day is None or row.from_day < previous.to_day):
            raise Problem(
                f"municipality {row.municipality} has overlapping periods, see line {previous_line}",
                file=file,
                line=max(line, previous_line),
                mend="end one where the other begins",
            )
        previous, previous_line = row, line


def _check_areas_agree(file: Path, rows: Iterable[tuple[int, AreaRow]]) -> None:
    first: dict[str, tuple[int, tuple[str, str, int | None]]] = {}
    for line, row in rows:
        if row.area is None:
            continue
        told = (row.name, row.name_sv, row.customers_expected)
        first_line, first_told = first.setdefault(row.area, (line, told))
        if told != first_told:
            raise Problem(
                f"area {row.area} has another name or number of expected customers than on line {first_line}",
                file=file,
                line=line,
                mend="write the same for every municipality of an area",
            )
