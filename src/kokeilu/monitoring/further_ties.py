"""What services by year and durations tell of the monthly figures that they rest on, for the attacker. Pure.

A year's services add up to the months of the area's page; those whose unemployment began in a half-year are some of its
inflow; a median says on which side of the middle the classes of duration lie. Where all figures of such a relation are
shown it tells nothing; where one is hidden it is in the attack, with the version of the monthly figures beside which it
came out: the first that holds its months and agrees with it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import polars as pl

from kokeilu.disclosure.linked import PUBLISHED, UNPUBLISHED, Identity, Linked, Table, Term
from kokeilu.disclosure.relations import Relation
from kokeilu.monitoring import release_audit, service_comparison_rules
from kokeilu.monitoring.breakdown_rules import POPULATION
from kokeilu.monitoring.duration_medians import Kind
from kokeilu.monitoring.release_audit import KEY, Version
from kokeilu.monitoring.rules import DURATIONS, ENDED_AFTER, month_numbered
from kokeilu.monitoring.service_comparison_rules import PAGE, Cell
from kokeilu.monitoring.survival_steps import WINDOW, WITHIN
from kokeilu.panel.rules import month_name

INF: Final = float("inf")
SERVICES: Final = "services"
BEGAN: Final = "began"
TABLES: Final = (SERVICES, BEGAN)
SERVICE_KEY: Final = ("area", "service", "month", "measure")
"""The cells of a year's services; `month` is the year's last."""
CLASSES: Final[Mapping[Kind, Mapping[int, str]]] = {"running": DURATIONS, "ended": ENDED_AFTER}


class Cohort(NamedTuple):
    """How many began in the half-year from a month (month_number) on, and the last month that its first step needs."""

    area: str
    half: int
    until: int
    persons: int


class Middle(NamedTuple):
    """A median in full months, of an area's month (month_number)."""

    area: str
    at: int
    kind: Kind
    months: int


@dataclass(frozen=True)
class Further:
    """What is out, or to come out: `services` has `area`, `year`, `service`, `measure`, `value` (null where it is not
    known) and `status`, which is `unpublished` of what was hidden before: it was protected then.
    """

    services: pl.DataFrame
    cohorts: Sequence[Cohort] = ()
    medians: Sequence[Middle] = ()

    def of(self, area: str) -> "Further":
        """What is of one area."""
        return Further(
            self.services.filter(area=area),
            [one for one in self.cohorts if one.area == area],
            [one for one in self.medians if one.area == area],
        )

    def text(self) -> str:
        """All of it, as text."""
        return f"{self.services.write_csv()}{self.cohorts}{self.medians}"


SCHEMA: Final = {
    "area": pl.String, "year": pl.Int64, "service": pl.String, "measure": pl.String, "value": pl.Float64,
    "status": pl.String,
}  # fmt: skip
NOTHING: Final = Further(pl.DataFrame(schema=SCHEMA))


def areas(further: Further, versions: Sequence[Version]) -> set[str]:
    """The areas of whose hidden figures any of it tells something beside these versions."""
    if not versions:
        return set()
    timed = {one.area for one in further.cohorts} | {one.area for one in further.medians}
    every = timed.union(further.services.get_column("area"))
    found = set()
    for area in sorted(every):
        own = [Version(one.name, one.cells.filter(area=area)) for one in versions]
        if added(further.of(area), own, release_audit.joint(own)).identities:
            found.add(area)
    return found


def added(further: Further, versions: Sequence[Version], main: Linked) -> Linked:
    """What the tables tell beside `main`, the versions' joint problem: tables and identities of their own."""
    pages = _Pages(versions, main)
    tied = [
        *(_year(area, year, rows, pages) for (area, year), rows in _years(further.services)),
        *(_cohort(one, pages) for one in further.cohorts),
        *(_median(one, pages) for one in further.medians),
    ]
    rows: dict[str, list[tuple[object, ...]]] = {SERVICES: [], BEGAN: []}
    for one in tied:
        if one.identities:
            rows[one.table] += one.rows
    names = {SERVICES: SERVICE_KEY, BEGAN: KEY}
    tables = [Table(name, names[name], _frame(names[name], each)) for name, each in rows.items() if each]
    return Linked(tuple(tables), tuple(identity for one in tied for identity in one.identities))


def _frame(names: Sequence[str], rows: Sequence[tuple[object, ...]]) -> pl.DataFrame:
    schema = dict.fromkeys(names, pl.String) | {"value": pl.Float64, "status": pl.String}
    return pl.DataFrame(rows, schema, orient="row")


class _Tied(NamedTuple):
    """Identities, and the rows of a table that they need besides the monthly figures."""

    identities: list[Identity]
    table: str = BEGAN
    rows: Sequence[tuple[object, ...]] = ()


class _Pages:
    """The residents' figures of one area, version by version, and where the joint problem holds each."""

    def __init__(self, versions: Sequence[Version], main: Linked) -> None:
        self.newest = versions[-1].name
        self.figures = {one.name: _values(one.cells) for one in versions}
        self.held = {table.name: _values(table.rows) for table in main.tables}

    def first(self, area: str, cells: Iterable[tuple[int, str]], agrees: Callable[["_Page"], bool]) -> "_Page | None":
        """The first version that holds the cells (month_number, indicator) and agrees; none if there is none."""
        wanted = {cell: (area, POPULATION, month_name(month_numbered(cell[0])), cell[1]) for cell in cells}
        for name, figures in self.figures.items():
            if all(key in figures for key in wanted.values()):
                page = _Page({cell: figures[key] for cell, key in wanted.items()}, self._terms(name, wanted))
                if len(page.terms) == len(wanted) and agrees(page):
                    return page
        return None

    def _terms(self, name: str, wanted: Mapping[tuple[int, str], tuple[str, ...]]) -> dict[tuple[int, str], Term]:
        """What the newest version tells alike, it tells alone."""
        return {
            cell: Term(at, key)
            for cell, key in wanted.items()
            for at in [next((at for at in (name, self.newest) if self._alike(at, name, key)), None)]
            if at is not None
        }

    def _alike(self, at: str, name: str, key: tuple[str, ...]) -> bool:
        return key in self.held.get(at, {}) and self.held[at][key][0] == self.figures[name][key][0]


class _Page(NamedTuple):
    """By month_number and indicator: the true figure and whether it is shown; where the joint problem has it."""

    figures: Mapping[tuple[int, str], tuple[float, bool]]
    terms: Mapping[tuple[int, str], Term]

    def value(self, *cells: tuple[int, str]) -> float:
        return sum(self.figures[cell][0] for cell in cells)

    def hides(self) -> bool:
        return not all(shown for _, shown in self.figures.values())


def _values(cells: pl.DataFrame) -> dict[tuple[str, ...], tuple[float, bool]]:
    own = cells.filter(population=POPULATION)
    told = own.get_column("value"), (own.get_column("status") == PUBLISHED)
    return dict(zip(own.select(KEY).rows(), zip(*told, strict=True), strict=True))


def _years(services: pl.DataFrame) -> Iterator[tuple[tuple[str, int], dict[Cell, tuple[float | None, str]]]]:
    """Each area's year with its figures; a service has all of MEASURES."""
    found: dict[tuple[str, int], dict[Cell, tuple[float | None, str]]] = {}
    for area, year, service, measure, value, status in services.select(*SCHEMA).iter_rows():
        found.setdefault((area, year), {})[Cell(service, measure)] = (value, status)
    yield from found.items()


def _year(area: str, year: int, figures: Mapping[Cell, tuple[float | None, str]], pages: _Pages) -> _Tied:
    """The services of a year add up to its months on the page; and what ties them to each other."""
    months = {
        measure: [(at, indicator) for at in service_comparison_rules.months(measure, year)]
        for measure, indicator in PAGE.items()
    }

    def agrees(page: _Page) -> bool:
        for measure, cells in months.items():
            values = [value for cell, (value, _) in figures.items() if cell.measure == measure]
            told, whole = sum(filter(None, values)), page.value(*cells)
            if told > whole or (None not in values and told != whole):
                return False
        return True

    hides = any(status != PUBLISHED for _, status in figures.values())
    page = pages.first(area, {cell for cells in months.values() for cell in cells}, agrees)
    if page is None or not (hides or page.hides()):
        return _Tied([])
    at = month_name(month_numbered(12 * year + 11))
    own = {cell: Term(SERVICES, (area, cell.service, at, cell.measure)) for cell in figures}
    name = f"{SERVICES}: {area} {year}"
    identities = []
    for measure, at_months in months.items():
        parts = _less(own[cell] for cell in figures if cell.measure == measure)
        identities.append(Identity((*(page.terms[one] for one in at_months), *parts), name=f"{name} {measure}"))
    for one in service_comparison_rules.relations(list(figures), ()):
        identities.append(_identity(one, list(own.values()), name))
    return _Tied(identities, SERVICES, [(*own[cell].codes, *told) for cell, told in figures.items()])


def _less(terms: Iterable[Term]) -> Iterator[Term]:
    return (Term(one.table, one.codes, -one.coefficient) for one in terms)


def _identity(relation: Relation, terms: Sequence[Term], name: str) -> Identity:
    of = zip(relation.cells, relation.coefficients, strict=True)
    return Identity(tuple(terms[cell]._replace(coefficient=by) for cell, by in of), relation.low, relation.high, name)


def _cohort(one: Cohort, pages: _Pages) -> _Tied:
    """Those who began in each month, of whom nobody is told, are the cohort together, and some of the month's inflow
    and of those who have been unemployed for less than three months.
    """
    months = range(one.half, one.half + WINDOW)
    most = {at: [(at, key) for key in WITHIN] for at in months}

    def agrees(page: _Page) -> bool:
        return sum(min(map(page.value, most[at])) for at in months) >= one.persons

    page = pages.first(one.area, [*(cell for at in months for cell in most[at]), (one.until, WITHIN[0])], agrees)
    if page is None or not page.hides():
        return _Tied([])
    name, left, rows, identities = f"{BEGAN}: {one.area} {one.half // 12}", float(one.persons), [], []
    own = [Term(BEGAN, (one.area, POPULATION, month_name(month_numbered(at)), BEGAN)) for at in months]
    for at, term in zip(months, own, strict=True):
        value = min(left, *map(page.value, most[at]))  # some values that agree
        left -= value
        rows.append((*term.codes, value, UNPUBLISHED))
        identities += [Identity((page.terms[cell], *_less([term])), 0.0, INF, name) for cell in most[at]]
    return _Tied([Identity(tuple(own), one.persons, one.persons, name), *identities], BEGAN, rows)


def _median(one: Middle, pages: _Pages) -> _Tied:
    """Fewer than half are in the classes below that of the median, half or more up to it."""
    cells = {low: (one.at, key) for low, key in CLASSES[one.kind].items()}
    own = max(low for low in cells if low <= one.months)

    def agrees(page: _Page) -> bool:
        below, upto, whole = (
            page.value(*(cells[low] for low in cells if low < limit)) for limit in (own, own + 1, INF)
        )
        return 2 * below < whole <= 2 * upto

    page = pages.first(one.area, cells.values(), agrees)
    if page is None or not page.hides():
        return _Tied([])
    name = f"median of {one.area} {month_name(month_numbered(one.at))} {one.kind}"

    def sides(limit: int) -> tuple[Term, ...]:
        return tuple(page.terms[cells[low]]._replace(coefficient=1.0 if low < limit else -1.0) for low in cells)

    return _Tied([Identity(sides(own), -INF, -1.0, name), Identity(sides(own + 1), 0.0, INF, name)])
