"""The labour force of each municipality and month, from a file: the register knows only who seeks work."""

import csv
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from kokeilu.law.areas import municipalities
from kokeilu.panel.rules import month_end, month_named
from kokeilu.problems import Problem

COLUMNS: Final = ("municipality", "month", "labour_force", "employed", "population")
PEOPLE: Final = re.compile("[0-9]{0,9}")
MEND: Final = f"give the columns {', '.join(COLUMNS)}, separated by ; or , with months as 2021-03"


@dataclass(frozen=True)
class LabourForce:
    """`by_area`: area, month (202103), labour_force, employed, population_of_age; null where the file does not tell
    of every municipality of the area.
    """

    by_area: pl.DataFrame


def read(path: Path, areas: Callable[[int], Mapping[str, str]], last: int) -> LabourForce:
    """The file's numbers up to the month `last` (202103) summed over the areas.

    `areas` gives the area of each municipality, by its 3-digit code, in a month: who joins an area later does not count
    for it before. The file is CSV with a head and COLUMNS: people of the labour force, the employed of them, and the
    population of the same age. Employed and population may be empty. Raises Problem, with the line, for anything else.
    """
    rows = _rows(path).filter(pl.col("month") <= last)
    held = [(code, area, month) for month in rows.get_column("month").unique() for code, area in areas(month).items()]
    whole = pl.DataFrame(held, {"municipality": pl.String, "area": pl.String, "month": pl.Int32}, orient="row")
    numbers = ("labour_force", "employed", "population")
    grid = whole.join(rows, on=("municipality", "month"), how="left")
    sums = [pl.when(pl.col(name).is_not_null().all()).then(pl.col(name).sum()).alias(name) for name in numbers]
    by_area = grid.group_by("area", "month").agg(sums).filter(pl.any_horizontal(pl.col(*numbers).is_not_null()))
    return LabourForce(by_area.rename({"population": "population_of_age"}).sort("area", "month"))


def _table(path: Path) -> list[tuple[int, list[str]]]:
    """The file's rows, the head first, each with its line; empty ones left out."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            separator = ";" if ";" in file.readline() else ","
            file.seek(0)
            reader = csv.reader(file, delimiter=separator, strict=True)
            rows = [(reader.line_num, cells) for cells in reader if any(cells)]
    except FileNotFoundError:
        raise Problem("there is no such file", file=path, mend="name the file of the labour force") from None
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise Problem("is not a table that can be read", file=path, mend=MEND) from error
    if not rows:
        raise Problem("is not a table that can be read", file=path, mend=MEND)
    return rows


def _rows(path: Path) -> pl.DataFrame:
    (_, head), *told = _table(path)
    if missing := [name for name in COLUMNS if name not in head]:
        raise Problem(f"has no column {', '.join(missing)}", file=path, line=1, mend=MEND)
    if twice := [name for name in COLUMNS if head.count(name) > 1]:
        raise Problem(f"has the column {', '.join(twice)} twice", file=path, line=1, mend=MEND)
    if not told:
        raise Problem("has no rows", file=path, mend=MEND)
    for line, cells in told:  # a file that was cut off ends within a number
        if len(cells) != len(head):
            raise Problem(f"has {len(cells)} cells, the head has {len(head)}", file=path, line=line, mend=MEND)
    places = [head.index(name) for name in COLUMNS]
    rows = [_row(path, line, [cells[place] for place in places]) for line, cells in told]
    types = {"municipality": pl.String, "month": pl.Int32} | dict.fromkeys(COLUMNS[2:], pl.Int64)
    found = pl.DataFrame(rows, types, orient="row")
    again = found.with_columns(line=pl.Series([line for line, _ in told])).filter(
        ~pl.struct("municipality", "month").is_first_distinct()
    )
    if again.height:
        raise Problem("tells of the municipality and month twice", file=path, line=again.item(0, "line"), mend=MEND)
    return found


def _row(path: Path, line: int, values: list[str]) -> tuple[str, int, int | None, int | None, int | None]:
    municipality, month, *numbers = (value.strip() for value in values)
    try:
        if len(municipality) != 3 or not municipality.isdecimal():
            raise ValueError("municipality")
        if not all(PEOPLE.fullmatch(number) for number in numbers):
            raise ValueError("people")
        force, employed, people = (int(number) if number else None for number in numbers)
        of = month_named(month)
    except ValueError:
        raise Problem("is not a municipality's numbers of a month", file=path, line=line, mend=MEND) from None
    if told := _no_place(municipality, of):
        raise Problem(told, file=path, line=line, mend="write the 3-digit code that the municipality has in the month")
    if _more(employed, force) or _more(force, people) or _more(employed, people):
        mend = "give people, not thousands or per cent: employed <= labour_force <= population"
        raise Problem("tells of more employed than labour force, or of more than the population", file=path, line=line,
                      mend=mend)  # fmt: skip
    return municipality, of, force, employed, people


def _no_place(code: str, month: int) -> str | None:
    """Why there is no such municipality at the month's end; None where there is."""
    place, end = municipalities().get(code), month_end(month)
    if place is None:
        return f"there is no municipality {code}"
    if place.to_day is not None and place.to_day <= end:
        return f"municipality {code} is part of {place.successor} since {place.to_day}"
    if place.from_day is not None and end < place.from_day:
        return f"there was no municipality {code} before {place.from_day}"
    return None


def _more(part: int | None, whole: int | None) -> bool:
    return part is not None and whole is not None and part > whole
