"""What ties the tables of several files together, from a TOML file: balances, sums, the same figures, rates.

[[balance]]                  # stock(t) = stock(t-1) + inflow(t) - outflow(t)
stock = "stock"              # a table by the name of its file, or {table = "figures", figure = "stock"}
inflow = "inflow"
outflow = "outflow"
period = "month"

[[sum]]                      # each cell of the whole is the sum of the parts' cells with its codes
whole = "all"
parts = ["men", "women"]

[[same]]                     # the same codes are the same figure, unless both are shown and differ: a revision
tables = ["january", "february"]

[[rate]]                     # published rates: per x numerator / denominator, rounded half up to their decimals
file = "rates.csv"           # a column for each dimension, and the rate; empty where none is published
rate = "percent"
numerator = "unemployed"
denominator = "labour_force"
per = 100
"""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, NamedTuple

import polars as pl

from kokeilu.disclosure import linked, protect_file
from kokeilu.disclosure.linked import TOTAL, UNPUBLISHED, Identity, Table, Term
from kokeilu.disclosure.protect_file import LINE
from kokeilu.problems import Problem

_MONTH: Final = re.compile(r"(\d{4})-(\d{2})")
Codes = Mapping[str, str]
"""The codes of a cell by dimension."""


@dataclass(frozen=True)
class _Part:
    """The cells of a table that have the `fixed` codes; the other dimensions are free."""

    table: Table
    fixed: Codes

    @property
    def free(self) -> list[str]:
        return [name for name in self.table.dimensions if name not in self.fixed]

    def term(self, codes: Codes, coefficient: float = 1.0) -> Term:
        """The cell with these codes."""
        every = {**codes, **self.fixed}
        return Term(self.table.name, tuple(every[name] for name in self.table.dimensions), coefficient)

    def rows(self) -> pl.DataFrame:
        """The codes of its cells in the free dimensions."""
        chosen = self.table.rows
        for name, code in self.fixed.items():
            chosen = chosen.filter(pl.col(name) == code)
        return chosen.select(self.free)

    def codes(self, dimension: str) -> list[str]:
        """The codes of one dimension, without the total, sorted."""
        return sorted(set(self.rows().get_column(dimension)) - {TOTAL})


class _Figure(NamedTuple):
    """A cell as one that other tables may have too."""

    table: Table
    codes: tuple[str, ...]
    value: int | None
    status: str | None

    @property
    def key(self) -> frozenset[tuple[str, str]]:
        """What it is the figure of: without the dimensions that it is a total of."""
        return frozenset(pair for pair in zip(self.table.dimensions, self.codes, strict=True) if pair[1] != TOTAL)

    @property
    def term(self) -> Term:
        return Term(self.table.name, self.codes)

    def same(self, other: "_Figure", under: "_Under") -> bool:
        """Whether the tables mean one figure: not where both show it and differ, for then it was revised.

        A sum that is in no table is only as good as its parts: both tables must have the same ones.
        """
        if UNPUBLISHED in (self.status, other.status) and not under.alike(self, other):
            return False
        return self.value is None or other.value is None or self.value == other.value


class _Under:
    """The codes that are summed into a code, by table and dimension."""

    def __init__(self) -> None:
        self.known: dict[tuple[str, str, str], frozenset[str]] = {}

    def alike(self, one: _Figure, other: _Figure) -> bool:
        """Whether two figures are of the same parts, as far as both tables tell parts."""
        mine, theirs = (dict(zip(each.table.dimensions, each.codes, strict=True)) for each in (one, other))
        for name in mine.keys() & theirs.keys():
            parts = self._of(one.table, name, mine[name]), self._of(other.table, name, theirs[name])
            if all(parts) and parts[0] != parts[1]:
                return False
        return True

    def _of(self, table: Table, dimension: str, code: str) -> frozenset[str]:
        key = table.name, dimension, code
        if key not in self.known:
            above = table.parts.get(dimension, {})
            codes = table.rows.get_column(dimension).unique().to_list()
            self.known[key] = frozenset(each for each in codes if each != TOTAL and code in _over(each, above))
        return self.known[key]


def _over(code: str, above: Mapping[str, str]) -> set[str]:
    """The codes that a code is summed into."""
    found = {TOTAL}
    while code in above:
        code = above[code]
        found.add(code)
    return found


def same_codes(tables: Sequence[Table]) -> list[Identity]:
    """The same codes in two tables are the same figure; where both show it and differ, it was revised.

    Of hidden ones that can only be supposed.
    """
    before: dict[frozenset[tuple[str, str]], list[_Figure]] = {}
    under = _Under()
    found = []
    for table in tables:
        for *codes, value, status in table.rows.select(*table.dimensions, "value", "status").iter_rows():
            figure = _Figure(table, tuple(codes), value, status)
            others = before.setdefault(figure.key, [])
            other = next((each for each in reversed(others) if figure.same(each, under)), None)
            if other:
                hidden = value is None or other.value is None
                told = f"the same figure, {_told(dict(figure.key))}"
                found.append(linked.same(other.term, figure.term, told, doubtful=hidden))
            others.append(figure)
    return found


def read(path: Path, tables: Sequence[Table]) -> list[Identity]:
    """The identities that the file names between the tables, which go by the names of their files without ending.

    Raises Problem for what cannot be read, a table or column that is not there, and dimensions that do not fit.
    """
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Problem(f"the relations cannot be read: {error}", file=path) from error
    named: dict[str, Table] = {}
    for table in tables:
        name = Path(table.name).stem
        if name in named:
            raise Problem(f"two tables are called {name}", file=path, mend="rename one of the files")
        named[name] = table
    reader = _Reader(path, named)
    kinds: dict[str, Callable[[dict[str, Any]], Iterator[Identity]]] = {
        "balance": reader.balance, "sum": reader.sum, "same": reader.same, "rate": reader.rate,
    }  # fmt: skip
    found: list[Identity] = []
    for kind, entries in told.items():
        if kind not in kinds or not isinstance(entries, list) or not all(isinstance(each, dict) for each in entries):
            raise Problem(f"[[{kind}]] is no relation", file=path, mend=f"there are {', '.join(kinds)}")
        for entry in entries:
            before = len(found)
            found += kinds[kind](entry)
            if len(found) == before:
                raise Problem(f"[[{kind}]] ties no cells: the tables have no codes in common", file=path)
    return found


@dataclass(frozen=True)
class _Reader:
    path: Path
    tables: Mapping[str, Table]

    def balance(self, entry: dict[str, Any]) -> Iterator[Identity]:
        stock, into, out = (self._part(entry, key) for key in ("stock", "inflow", "outflow"))
        period = self._text(entry, "period")
        self._fit([stock, into, out])
        if period not in stock.free:
            raise self._wrong(f"the stock has no free dimension {period}")
        both = set(into.codes(period)) & set(out.codes(period))
        before = {now: then for then, now in pairwise(stock.codes(period)) if now in both and _follows(then, now)}
        for codes in self._cells([stock, into, out]):
            if (now := codes[period]) in before:
                earlier = {**codes, period: before[now]}
                terms = (stock.term(codes), stock.term(earlier, -1), into.term(codes, -1), out.term(codes))
                yield Identity(terms, name=f"the balance of {_told(codes)}")

    def sum(self, entry: dict[str, Any]) -> Iterator[Identity]:
        whole, parts = self._part(entry, "whole"), self._parts(entry, "parts")
        self._fit([whole, *parts])
        for codes in self._cells([whole, *parts]):
            terms = (whole.term(codes), *(part.term(codes, -1) for part in parts))
            yield Identity(terms, name=f"the sum of {_told(codes)}")

    def same(self, entry: dict[str, Any]) -> Iterator[Identity]:
        yield from same_codes([part.table for part in self._parts(entry, "tables")])

    def rate(self, entry: dict[str, Any]) -> Iterator[Identity]:
        numerator, denominator = (self._part(entry, key) for key in ("numerator", "denominator"))
        source = protect_file.read(self.path.parent / self._text(entry, "file"))
        column, per = self._text(entry, "rate"), entry.get("per", 100)
        if not isinstance(per, int) or per < 1:
            raise self._wrong("per is no whole number above zero")
        dimensions = protect_file.dimensions_of(source, (column,))
        for part in (numerator, denominator):
            if set(part.free) != set(dimensions):
                raise self._wrong(
                    f"the rates have the dimensions {', '.join(dimensions)}, not those of {part.table.name}"
                )
        rows = protect_file.coded(source, dimensions).with_columns(
            source.rows.get_column(column).alias("rate of the row")
        )
        for row in rows.iter_rows(named=True):
            line, shown = row.pop(LINE), row.pop("rate of the row")
            if shown:
                exact = _decimal(shown)
                if exact is None:
                    raise Problem("the rate is not a number", file=source.path, line=line)
                for bound in linked.rate([numerator.term(row)], [denominator.term(row)], exact, per):
                    yield Identity(bound.terms, bound.low, bound.high, f"the rate of {_told(row)}")

    def _cells(self, parts: Sequence[_Part]) -> Iterator[Codes]:
        """The codes that any of the parts has a row of, where each has rows of each code: rows not there are zero."""
        free = parts[0].free
        cells = [part.rows().select(free) for part in parts]
        known = {name: set.intersection(*(set(rows.get_column(name)) for rows in cells)) for name in free}
        every = pl.concat(cells).unique(maintain_order=True)
        for codes in every.iter_rows(named=True):
            if all(codes[name] in known[name] for name in free):
                yield codes

    def _fit(self, parts: Sequence[_Part]) -> None:
        for part in parts[1:]:
            if set(part.free) != set(parts[0].free):
                names = [", ".join(each.free) or "none" for each in (parts[0], part)]
                raise self._wrong(f"the free dimensions differ: {names[0]} and {names[1]}")

    def _parts(self, entry: dict[str, Any], key: str) -> list[_Part]:
        given = entry.get(key)
        if not isinstance(given, list) or not given:
            raise self._wrong(f"{key} is no list of tables")
        return [self._named(each) for each in given]

    def _part(self, entry: dict[str, Any], key: str) -> _Part:
        if key not in entry:
            raise self._wrong(f"{key} is missing")
        return self._named(entry[key])

    def _named(self, given: object) -> _Part:
        told = {"table": given} if isinstance(given, str) else given
        if not isinstance(told, dict) or not all(isinstance(each, str) for each in told.values()):
            raise self._wrong(f"{given} is neither a table nor a table with codes")
        table = self.tables.get(told.get("table", ""))
        if table is None:
            raise self._wrong(f"there is no table {told.get('table', '')}", f"there are {', '.join(self.tables)}")
        fixed = {name: code for name, code in told.items() if name != "table"}
        if not set(fixed) <= set(table.dimensions):
            raise self._wrong(f"{table.name} has no dimension {min(set(fixed) - set(table.dimensions))}")
        part = _Part(table, fixed)
        if part.rows().is_empty():
            raise self._wrong(f"{table.name} has no cell with {_told(fixed)}")
        return part

    def _text(self, entry: dict[str, Any], key: str) -> str:
        value = entry.get(key)
        if not isinstance(value, str):
            raise self._wrong(f"{key} is missing or no text")
        return value

    def _wrong(self, what: str, mend: str = "") -> Problem:
        return Problem(what, file=self.path, mend=mend)


def _follows(then: str, now: str) -> bool:
    """Whether a period is the one after another: months must be next to each other, other codes are in order."""
    months = [_MONTH.fullmatch(code) for code in (then, now)]
    if not all(months):
        return True
    first, second = (12 * int(one[1]) + int(one[2]) for one in months if one)
    return second == first + 1


def _decimal(text: str) -> Decimal | None:
    try:
        found = Decimal(text)
    except InvalidOperation:
        return None
    return found if found.is_finite() and found >= 0 else None


def _told(codes: Codes) -> str:
    return ", ".join(f"{name} {code}" for name, code in sorted(codes.items())) or "all"
