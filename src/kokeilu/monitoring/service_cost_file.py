"""What services cost, from a file."""

import csv
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

from django.db import transaction

from kokeilu.monitoring import queries, service_cost_actions
from kokeilu.monitoring.models import ServiceCost
from kokeilu.monitoring.service_cost_actions import FIRST_YEAR, LAST_YEAR, LONGEST_CODE, NewCost
from kokeilu.problems import Problem

COLUMNS = ("area", "service", "per", "euros", "source")
YEAR = "from_year"
"""A column that may be missing: the first calendar year of the price, empty where it holds for any before too."""
MEND = f"give the columns {', '.join(COLUMNS)} and, where prices change, {YEAR}, separated by ; or ,"
CENTS = 100


@dataclass(frozen=True)
class Line:
    """One price of a file."""

    area: str
    cost: NewCost


def read(path: Path, *, illustrative: bool = False) -> list[Line]:
    """The prices of a file: CSV with a head, COLUMNS and YEAR; `per` of ServiceCost.Per, euros with up to two decimals.

    Raises Problem, with the line, for anything else.
    """
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise Problem("cannot be read as text", file=path, mend=MEND) from None
    reader = csv.DictReader(text.splitlines(), delimiter=";" if ";" in text.partition("\n")[0] else ",")
    if missing := [name for name in COLUMNS if name not in (reader.fieldnames or ())]:
        raise Problem(f"has no column {', '.join(missing)}", file=path, line=1, mend=MEND)
    found: dict[tuple[str, str, int | None], Line] = {}
    for row in reader:
        one = _line(path, reader.line_num, row, illustrative)
        key = one.area, one.cost.service, one.cost.from_year
        if key in found:
            raise Problem("tells the price of the service twice", file=path, line=reader.line_num, mend=MEND)
        found[key] = one
    return list(found.values())


def _line(path: Path, number: int, row: dict[str, str | None], illustrative: bool) -> Line:
    area, service, per, euros, source = ((row[name] or "").strip() for name in COLUMNS)

    def refuse(what: str, mend: str) -> Problem:
        return Problem(what, file=path, line=number, mend=mend)

    if area not in queries.area_names():
        raise refuse(f"there is no trial area '{area}'", "write its key, such as espoo")
    if not 0 < len(service) <= LONGEST_CODE:
        raise refuse("names no service", "write its code in the register")
    if per not in ServiceCost.Per.values:
        raise refuse(f"'{per}' is not known here", "write month, start or year")
    if not source:
        raise refuse("names no source", "write where the price is from")
    try:
        cents = Decimal(euros.replace(",", ".")) * CENTS
    except InvalidOperation:
        raise refuse("has no price in euros", "write an amount such as 412.50") from None
    if not cents.is_finite() or cents < 0 or cents != int(cents):
        raise refuse("has no price in euros", "write an amount such as 412.50")
    year = (row.get(YEAR) or "").strip()
    if year and not (year.isdecimal() and FIRST_YEAR <= int(year) <= LAST_YEAR):
        raise refuse(f"'{year}' is no year", f"write a year from {FIRST_YEAR} to {LAST_YEAR}, or leave it empty")
    return Line(area, NewCost(service, per, int(cents), source, illustrative, int(year) if year else None))


def load(lines: list[Line]) -> int:
    """Say what the services cost; how many prices are new or changed. All of it or nothing."""
    with transaction.atomic():
        return sum(
            service_cost_actions.load_cost(one.area, one.cost, reason="loaded from a file", actor=None) for one in lines
        )
