"""The labour force of each municipality and month, from a file: the register knows only who seeks work."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl
from polars.exceptions import PolarsError

from kokeilu.law.areas import municipalities
from kokeilu.panel.rules import month_named
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


def _rows(path: Path) -> pl.DataFrame:
    try:
        head = path.read_text("utf-8").partition("\n")[0]
        text = pl.read_csv(path, separator=";" if ";" in head else ",", infer_schema=False, encoding="utf8")
    except FileNotFoundError:
        raise Problem("there is no such file", file=path, mend="name the file of the labour force") from None
    except (OSError, UnicodeDecodeError, PolarsError) as error:
        raise Problem("is not a table that can be read", file=path, mend=MEND) from error
    if missing := [name for name in COLUMNS if name not in text.columns]:
        raise Problem(f"has no column {', '.join(missing)}", file=path, line=1, mend=MEND)
    if twice := [name for name in COLUMNS if f"{name}_duplicated_0" in text.columns]:  # as Polars calls the second one
        raise Problem(f"has the column {', '.join(twice)} twice", file=path, line=1, mend=MEND)
    told = [(line, values) for line, values in enumerate(text.select(COLUMNS).rows(), 2) if any(values)]
    if not told:
        raise Problem("has no rows", file=path, mend=MEND)
    rows = [_row(path, line, values) for line, values in told]
    types = {"municipality": pl.String, "month": pl.Int32} | dict.fromkeys(COLUMNS[2:], pl.Int64)
    found = pl.DataFrame(rows, types, orient="row")
    again = found.with_columns(line=pl.Series([line for line, _ in told])).filter(
        ~pl.struct("municipality", "month").is_first_distinct()
    )
    if again.height:
        raise Problem("tells of the municipality and month twice", file=path, line=again.item(0, "line"), mend=MEND)
    return found


def _row(path: Path, line: int, values: tuple[str | None, ...]) -> tuple[str, int, int | None, int | None, int | None]:
    municipality, month, *numbers = ((value or "").strip() for value in values)
    try:
        if len(municipality) != 3 or not municipality.isdecimal():
            raise ValueError("municipality")
        if not all(PEOPLE.fullmatch(number) for number in numbers):
            raise ValueError("people")
        force, employed, people = (int(number) if number else None for number in numbers)
        of = month_named(month)
    except ValueError:
        raise Problem("is not a municipality's numbers of a month", file=path, line=line, mend=MEND) from None
    if municipality not in municipalities():
        mend = "write the municipality's 3-digit code, as 049"
        raise Problem(f"there is no municipality {municipality}", file=path, line=line, mend=mend)
    if _more(employed, force) or _more(force, people) or _more(employed, people):
        mend = "give people, not thousands or per cent: employed <= labour_force <= population"
        raise Problem("tells of more employed than labour force, or of more than the population", file=path, line=line,
                      mend=mend)  # fmt: skip
    return municipality, of, force, employed, people


def _more(part: int | None, whole: int | None) -> bool:
    return part is not None and whole is not None and part > whole
