"""What services cost, from a file."""

import csv
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.db import transaction

from kokeilu.law.positions import LANGUAGES
from kokeilu.monitoring import queries, service_cost_actions, service_cost_queries
from kokeilu.monitoring.models import ServiceCost
from kokeilu.monitoring.service_cost_actions import FIRST_YEAR, LAST_YEAR, NewCost
from kokeilu.problems import Problem

COLUMNS: Final = ("area", "service", "per", "euros", "source")
MORE: Final = ("from_year", "illustrative", "language")
"""Columns that may be missing, and whose cells may be empty: the first calendar year of the price (it holds for any
before too), whether it is an example (no), and the language of the source (Finnish).
"""
MEND: Final = f"give the columns {', '.join(COLUMNS)} and, where needed, {', '.join(MORE)}, separated by ; or ,"
EUROS: Final = re.compile(r"([0-9]{1,10})(?:[.,]([0-9]{1,2}))?")
YES_OR_NO: Final = {"yes": True, "no": False, "": False}


@dataclass(frozen=True)
class Line:
    """One price of a file."""

    area: str
    cost: NewCost


@dataclass(frozen=True)
class _Row:
    """A row of the file: its place, and its cells by column."""

    path: Path
    line: int
    cells: Mapping[str, str]

    def problem(self, what: str, mend: str) -> Problem:
        """What is wrong with it, to be raised."""
        return Problem(what, file=self.path, line=self.line, mend=mend)

    def one_of(self, column: str, known: Collection[str]) -> str:
        """The cell, which is one of a few words. Raises Problem."""
        value = self.cells[column]
        if value not in known:
            words = ", ".join(one for one in known if one)
            raise self.problem(f"'{value}' is not known here as {column}", f"write one of {words}")
        return value


def read(path: Path) -> list[Line]:
    """The prices of a file: CSV with a head, COLUMNS and any of MORE; `per` of ServiceCost.Per, euros with up to two
    decimals.

    Raises Problem, with the line, for anything else.
    """
    found: dict[tuple[str, str, int | None], Line] = {}
    services: dict[str, list[str]] = {}
    for row in _rows(path):
        one = _price(row, services)
        key = one.area, one.cost.service, one.cost.from_year
        if key in found:
            raise row.problem("tells the price of the service twice", "remove one of them")
        found[key] = one
    if not found:
        raise Problem("has no prices", file=path, mend=MEND)
    return list(found.values())


def _rows(path: Path) -> Iterator[_Row]:
    try:
        text = path.read_text("utf-8-sig")
    except FileNotFoundError:
        raise Problem("there is no such file", file=path, mend="name the file of prices") from None
    except (OSError, UnicodeDecodeError):
        raise Problem("cannot be read as text", file=path, mend=MEND) from None
    separator = ";" if ";" in text.partition("\n")[0] else ","
    reader = csv.reader(text.splitlines(keepends=True), delimiter=separator, strict=True)
    try:
        head = _head(path, [name.strip() for name in next(reader, [])])
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield _row(path, reader.line_num, head, cells)
    except csv.Error as error:
        raise Problem(f"is not CSV: {error}", file=path, line=reader.line_num, mend=MEND) from None


def _head(path: Path, head: list[str]) -> list[str]:
    if missing := [name for name in COLUMNS if name not in head]:
        raise Problem(f"has no column {', '.join(missing)}", file=path, line=1, mend=MEND)
    if unknown := [name for name in head if name not in (*COLUMNS, *MORE)]:
        raise Problem(f"has a column '{unknown[0]}', which is not known", file=path, line=1, mend=MEND)
    if twice := [name for name in head if head.count(name) > 1]:
        raise Problem(f"has the column {twice[0]} twice", file=path, line=1, mend=MEND)
    return head


def _row(path: Path, line: int, head: list[str], cells: list[str]) -> _Row:
    if len(cells) != len(head):
        what = f"has {len(cells)} cells under {len(head)} columns"
        raise Problem(what, file=path, line=line, mend="put a text that holds the separator in quotation marks")
    told = {name: cell.strip() for name, cell in zip(head, cells, strict=True)}
    if any("\0" in cell for cell in cells):
        raise Problem("has a character that is no text", file=path, line=line, mend="write it anew")
    return _Row(path, line, dict.fromkeys(MORE, "") | told)


def _price(row: _Row, services: dict[str, list[str]]) -> Line:
    """A row's price. `services` keeps those of each area, in which prices are looked up."""
    area = row.cells["area"]
    if area not in queries.area_names():
        raise row.problem(f"there is no trial area '{area}'", "write its key, such as espoo")
    if not row.cells["service"]:
        raise row.problem("names no service", "write its code in the register")
    known = services.setdefault(area, service_cost_queries.services(area))
    cost = NewCost(
        service=row.one_of("service", known), per=row.one_of("per", ServiceCost.Per.values), cents=_cents(row),
        source=row.cells["source"], illustrative=YES_OR_NO[row.one_of("illustrative", YES_OR_NO)],
        from_year=_year(row), language=row.one_of("language", (*LANGUAGES, "")) or LANGUAGES[0],
    )  # fmt: skip
    if not cost.source:
        raise row.problem("names no source", "write where the price is from")
    return Line(area, cost)


def _cents(row: _Row) -> int:
    found = EUROS.fullmatch(row.cells["euros"])
    if found is None:
        raise row.problem("has no price in euros", "write an amount such as 412.50, without spaces")
    whole, part = found[1], found[2] or ""
    return int(whole + part.ljust(2, "0"))


def _year(row: _Row) -> int | None:
    year = row.cells["from_year"]
    if not year:
        return None
    if not re.fullmatch("[0-9]{4}", year) or not FIRST_YEAR <= int(year) <= LAST_YEAR:
        raise row.problem(f"'{year}' is no year", f"write a year from {FIRST_YEAR} to {LAST_YEAR}, or leave it empty")
    return int(year)


def load(lines: list[Line]) -> int:
    """Say what the services cost; how many prices are new or changed. All of it or nothing."""
    with transaction.atomic():
        return sum(
            service_cost_actions.load_cost(one.area, one.cost, reason="loaded from a file", actor=None) for one in lines
        )
