"""Which figures of classes are hidden: month by month, so that what was shown of a month never changes.

Who attacks knows all that is shown: the areas' figures, that classes add up to them, that figures are sums of others,
that a flow is never more than the stock that it leaves or joins, and, where people are in the same class always, that
a class's stock is that of the month before plus inflow less outflow.

The dimensions and months hang together through the areas' figures alone, and these are either shown, so that they tie
nothing, or the whole month of the breakdown is hidden with them. Every hidden cell is protected by two tables that
differ in it by the width needed, and otherwise in hidden cells of its own dimension, in its month and the ones next to
it: with everything else as it truly is. So they agree with whatever else is published, and with every later month:
docs/decisions/monitoring-breakdowns.md.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Final, NamedTuple

import numpy as np
import polars as pl

from kokeilu.disclosure import attacker
from kokeilu.disclosure.linked import PRIMARY, PUBLISHED, SECONDARY, THRESHOLD, widths
from kokeilu.disclosure.protection import Unprotectable
from kokeilu.disclosure.relations import Marks, Relation, System
from kokeilu.monitoring import hidden_zeros
from kokeilu.monitoring.breakdown_counting import CELL
from kokeilu.monitoring.breakdown_rules import BROKEN_DOWN, POPULATION, Dimension
from kokeilu.monitoring.indicators import BALANCES, INDICATORS, SUMS
from kokeilu.monitoring.rules import month_before, month_number, month_numbered
from kokeilu.processes import Spread

EXITS: Final = "open_market_exits"
EXIT_PARTS: Final = SUMS[EXITS]
"""The exits are at most the outflow and the ends of services: an area's hidden part of them hides them by class."""
LEFT: Final = {flows[1]: stock for stock, flows in BALANCES.items()}
"""By flow the stock of the month before that it leaves."""
JOINED: Final = {flows[0]: stock for stock, flows in BALANCES.items()}
"""By flow the stock of the same month that it joins."""
LAST_RESORT: Final = 100_000.0
"""What hiding a zero costs: more than the people of a month."""
ROUNDS: Final = 1


class Cell(NamedTuple):
    """A figure of a class, of one area and dimension."""

    month: int
    indicator: str
    group: str


Persons = Mapping[Cell, int]
Statuses = dict[Cell, str]
Earlier = Mapping[Cell, int | None]
"""What was published of months before, as it stands; None is hidden."""


def hidden(
    classes: pl.DataFrame, page: pl.DataFrame, dimension: Dimension, earlier: pl.DataFrame | None = None
) -> pl.DataFrame:
    """The figures of classes with `status`: published, primary or secondary.

    `classes` is one outcome of `breakdown_counting.every`; `page` the areas' figures: area, population, month,
    indicator, suppressed. `earlier` is what is published already (area, month, indicator, group, value): an area's
    months in it keep what was hidden of them. The order of rows does not matter, and no month depends on later ones.
    """
    return begun(classes, page, dimension, earlier)()


def begun(
    classes: pl.DataFrame, page: pl.DataFrame, dimension: Dimension, earlier: pl.DataFrame | None = None,
    spread: Spread = map,
) -> Callable[[], pl.DataFrame]:  # fmt: skip
    """`hidden` when it is called; a `spread` over processes begins at once. Areas are decided each for itself."""
    unseen = page.filter(pl.col("suppressed"), population=POPULATION)
    areas, given = [], []
    for area in classes.get_column("area").unique().sort():
        cells = classes.filter(area=area).select("month", "indicator", "group", "persons")
        persons = {Cell(*names): value for *names, value in cells.iter_rows()}
        kept: dict[int, set[str]] = {}
        for month, indicator in unseen.filter(area=area).select("month", "indicator").iter_rows():
            kept.setdefault(month, set()).add(indicator)
        told = {} if earlier is None else _told(earlier.filter(area=area))
        areas.append(area)
        given.append((persons, kept, dimension.constant, told))
    return partial(_with_statuses, classes, areas, spread(_of_area, given))


def _of_area(given: tuple[Persons, Mapping[int, set[str]], bool, Earlier]) -> Statuses:
    persons, kept, constant, told = given
    return statuses(persons, kept, constant=constant, earlier=told)


def _with_statuses(classes: pl.DataFrame, areas: Sequence[str], decided: Iterable[Statuses]) -> pl.DataFrame:
    rows = [(area, *cell, status) for area, found in zip(areas, decided, strict=True) for cell, status in found.items()]
    names = {"area": pl.String, "month": pl.Int32, "indicator": pl.String, "group": pl.String, "status": pl.String}
    return classes.join(pl.DataFrame(rows, names, orient="row"), on=CELL, how="left", maintain_order="left")


def _told(earlier: pl.DataFrame) -> Earlier:
    rows = earlier.select("month", "indicator", "group", "value").iter_rows()
    return {Cell(month, indicator, group): value for month, indicator, group, value in rows}


def statuses(
    persons: Persons, kept: Mapping[int, set[str]], *, constant: bool, earlier: Earlier | None = None
) -> Statuses:
    """The status of each of an area's cells; `kept` are the indicators that its page hides, by month.

    Months of `earlier` keep what was hidden of them, and the others are decided beside that.
    """
    earlier = earlier or {}
    found = _decided(persons, kept, constant, {})
    if all((found.get(cell, PUBLISHED) == PUBLISHED) == (value is not None) for cell, value in earlier.items()):
        return found
    return _decided(persons, kept, constant, earlier)


def _decided(persons: Persons, kept: Mapping[int, set[str]], constant: bool, earlier: Earlier) -> Statuses:
    area = _Area(persons, kept, constant)
    out = {cell.month for cell in earlier}
    for month in area.months:
        if month in out:
            area.keep(month, earlier)
        else:
            area.decide(month)
    return area.found | {cell: PUBLISHED for cell, value in earlier.items() if value is not None and cell in persons}


class _Area:
    """One area and dimension, decided month by month: `found` has the statuses so far."""

    def __init__(self, persons: Persons, kept: Mapping[int, set[str]], constant: bool) -> None:
        self.persons, self.kept, self.constant = persons, kept, constant
        self.by_month: dict[int, list[Cell]] = {}
        self.totals: dict[tuple[int, str], int] = {}
        for cell in sorted(persons):
            self.by_month.setdefault(cell.month, []).append(cell)
            total = self.totals.get(cell[:2], 0)
            self.totals[cell[:2]] = total + persons[cell]
        self.months = sorted(self.by_month)
        self.found: Statuses = {}
        self.whole: set[int] = set()  # months hidden as a whole
        self.ties: dict[
            Cell, list[tuple[dict[Cell, float], float]]
        ] = {}  # `_ties_of`, for the months that share a cell

    def keep(self, month: int, earlier: Earlier) -> None:
        """Take the month as it was published: what was hidden, and what a revision has added since, is not told."""
        told = [value for cell, value in earlier.items() if cell.month == month]
        if self._whole_needed(month) or (None in told and not any(told)):
            self.whole.add(month)
        anew = self._small_anew(month, earlier)
        for cell in self.by_month[month]:
            small = 0 < self.persons[cell] < THRESHOLD
            hides = PRIMARY if small else SECONDARY
            self.found[cell] = hides if earlier.get(cell) is None or (anew and self.persons[cell]) else PUBLISHED

    def _small_anew(self, month: int, earlier: Earlier) -> bool:
        """Whether a stock that is out has become small by a revision, and the month after would tell of it. Nobody has
        been told what is revised of the month, so all of it counts as hidden then.
        """
        stocks = self._stocks(month) if self.constant else []
        return any(0 < self.persons[cell] < THRESHOLD and earlier.get(cell) != self.persons[cell] for cell in stocks)

    def decide(self, month: int) -> None:
        """Give every cell of the month its status."""
        before = month_before(month)
        if self._whole_needed(month):
            self._hide_all(month)
            return
        small = {cell for cell in self.by_month[month] if 0 < self.persons[cell] < THRESHOLD}
        exits = self._exits(month)
        if not small and not exits and not self._open(before):
            self.found |= dict.fromkeys(self.by_month[month], PUBLISHED)
            return
        for more in self._carried(month):
            try:
                chosen = self._pattern(month, small | exits | more)
            except Unprotectable:
                continue
            self.found |= chosen
            if before not in self.by_month or self._safe(before):
                return
        self._hide_all(month)

    def _whole_needed(self, month: int) -> bool:
        """Whether the page hides what the classes would add up to, or did so where a class's stock can be followed."""
        if self.constant and self.whole:
            return True
        return bool(self.kept.get(month, set()).intersection(BROKEN_DOWN) - {EXITS})

    def _hide_all(self, month: int) -> None:
        """Hide the whole month, but for the zeros that everybody works out from what is shown."""
        self.whole.add(month)
        for cell in self.by_month[month]:
            self.found[cell] = PRIMARY if 0 < self.persons[cell] < THRESHOLD else SECONDARY
        before = month_before(month)
        cells = [*self.by_month[month], *self.by_month.get(before, []), *self._stocks(month_before(before))]
        values = np.array([self.persons[cell] for cell in cells], np.float64)
        marks = np.array([self.found[cell] != PUBLISHED for cell in cells], np.bool_)
        needed = np.array([float(cell.month == month and not self.persons[cell]) for cell in cells])
        found = attacker.intervals(self._system(cells, every_total=False), values, marks, needed)
        for place in np.flatnonzero((needed > 0) & (found.width < 1)).tolist():
            self.found[cells[place]] = PUBLISHED

    def _exits(self, month: int) -> set[Cell]:
        """The exits by class where the page hides the exits or a part of them; one class alone tells what it shows."""
        unseen = self.kept.get(month, set()).intersection((EXITS, *EXIT_PARTS))
        cells = {cell for cell in self.by_month[month] if cell.indicator == EXITS and self._most(cell)}
        return cells if EXITS in unseen or (unseen and len(cells) > 1) else set()

    def _most(self, cell: Cell) -> int:
        """How many exits of a class there can be."""
        return sum(self.persons.get(cell._replace(indicator=flow), 0) for flow in LEFT)

    def _open(self, month: int) -> bool:
        """Whether a stock of the month that the next month tells of is hidden."""
        return any(self.found[cell] != PUBLISHED for cell in self.by_month.get(month, []) if cell.indicator in BALANCES)

    def _carried(self, month: int) -> Iterator[set[Cell]]:
        """What is hidden of the flows where stocks were hidden the month before: fewer cells first."""
        before = month_before(month)
        stocks = LEFT | JOINED if self.constant else LEFT
        groups: dict[str, set[str]] = {stock: set() for stock in BALANCES}
        for cell in self._stocks(before):
            if self.found[cell] != PUBLISHED:
                groups[cell.indicator].add(cell.group)
        if not self.constant and before not in self.whole:
            yield set()
        flows = [cell for cell in self.by_month[month] if cell.indicator in stocks and self._may_move(cell)]
        own = {cell for cell in flows if cell.group in groups[stocks[cell.indicator]]}
        yield own
        helpers = {(stock, self._helper(month, stock, hides)) for stock, hides in groups.items() if hides}
        yield own | {cell for cell in flows if (stocks[cell.indicator], cell.group) in helpers}
        exits = {cell for cell in self.by_month[month] if cell.indicator == EXITS and self._most(cell)}
        yield exits | {cell for cell in flows if groups[stocks[cell.indicator]]}

    def _helper(self, month: int, stock: str, but: set[str]) -> str | None:
        """The class with the fewest of a stock's flows that are enough to hide those of small classes behind."""
        flows: dict[str, list[int]] = {}
        for cell in self.by_month[month]:
            if cell.indicator in BALANCES[stock] and cell.group not in but:
                flows.setdefault(cell.group, []).append(self.persons[cell])
        enough = [(sum(values), group) for group, values in flows.items() if min(values) >= 2 * THRESHOLD]
        return min(enough)[1] if enough else None

    def _may_move(self, cell: Cell) -> bool:
        """Whether there is a flow, or anyone whom it could be of, so that its zero is no matter of course."""
        if self.persons[cell] or not self.totals[cell[:2]]:
            return self.persons[cell] > 0
        if cell.indicator in LEFT:
            return self.persons.get(Cell(month_before(cell.month), LEFT[cell.indicator], cell.group), 0) > 0
        return self.persons.get(cell._replace(indicator=JOINED[cell.indicator]), 0) > 0

    def _pattern(self, month: int, forced: set[Cell]) -> Statuses:
        """The statuses of a month in which these cells are hidden. Raises Unprotectable."""
        before = month_before(month)
        cells = [*self.by_month[month], *self.by_month.get(before, []), *self._stocks(month_before(before))]
        values = np.array([self.persons[cell] for cell in cells], np.float64)
        own = np.array([cell.month == month for cell in cells], np.bool_)
        status = [
            PRIMARY if 0 < self.persons[cell] < THRESHOLD else SECONDARY if cell in forced else None
            for cell in self.by_month[month]
        ]
        needed = np.zeros(len(cells))
        needed[: len(status)] = widths(status, THRESHOLD)
        known = np.array([cell.month == before and self.found[cell] != PUBLISHED for cell in cells], np.bool_)
        costs = np.where(own & (values > 0), values + 1, np.where(known, 0.0, np.inf))
        system = self._system(cells)
        zeros = np.where(own & (values == 0) & self._possible(cells), LAST_RESORT, costs)
        months = [cell.month for cell in cells]
        pattern, safe = hidden_zeros.pattern(system, values, needed, (costs, zeros), months, ROUNDS)
        if not safe:  # of a month that is hidden as a whole nobody knows what is zero
            raise Unprotectable(np.flatnonzero(needed > 0).tolist())
        return {
            cell: each or (SECONDARY if hides else PUBLISHED)
            for cell, each, hides in zip(self.by_month[month], status, pattern.hidden.tolist(), strict=False)
        }

    def _possible(self, cells: list[Cell]) -> Marks:
        """Where anyone could be: a class of no job seekers has none of the rest."""
        return np.array([self.persons.get(cell._replace(indicator="job_seekers"), 0) > 0 for cell in cells], np.bool_)

    def _safe(self, month: int) -> bool:
        """Whether the month's hidden cells are protected together with the months on both sides of it.

        Stocks before and after these are taken as they truly are, whether they are hidden or not: so the tables that
        protect these cells differ in nothing that other months could tell of.
        """
        if month in self.whole and self.kept.get(month):
            return True
        after, before = month_numbered(month_number(month) + 1), month_before(month)
        cells = [
            *self.by_month[month], *self.by_month[after], *self.by_month.get(before, []),
            *self._stocks(month_before(before)),
        ]  # fmt: skip
        values = np.array([self.persons[cell] for cell in cells], np.float64)
        marks = np.array([self._free(cell, after) for cell in cells], np.bool_)
        needed = np.zeros(len(cells))
        count = len(self.by_month[month])
        needed[:count] = widths([self.found[cell] for cell in cells[:count]], THRESHOLD)
        found = attacker.intervals(self._system(cells), values, marks, needed)
        return bool((found.width[needed > 0] >= needed[needed > 0]).all())

    def _free(self, cell: Cell, after: int) -> bool:
        """Whether a cell may differ in the tables that protect a month's cells."""
        if self.found.get(cell, PUBLISHED) == PUBLISHED or cell.month == month_before(
            month_before(month_before(after))
        ):
            return False
        return not (cell.month == after and cell.indicator in BALANCES)

    def _stocks(self, month: int) -> list[Cell]:
        return [cell for cell in self.by_month.get(month, []) if cell.indicator in BALANCES]

    def _system(self, cells: list[Cell], *, every_total: bool = True) -> System:
        """All that ties the cells; without `every_total` the totals that the page hides tell nothing."""
        place = {cell: number for number, cell in enumerate(cells)}
        relations = []
        for terms, low, high in self._ties(cells, place, every_total):
            relations.append(Relation([place[cell] for cell in terms], list(terms.values()), low, high))
        return System.of(len(cells), relations)

    def _ties(
        self, cells: list[Cell], place: Mapping[Cell, int], every_total: bool
    ) -> Iterator[tuple[dict[Cell, float], float, float]]:
        rows: dict[tuple[int, str], list[Cell]] = {}
        for cell in cells:
            rows.setdefault(cell[:2], []).append(cell)
            for terms, high in self._ties_of(cell):
                if all(each in place for each in terms):
                    yield terms, 0.0, high
        for (month, indicator), row in rows.items():
            total = float(self.totals[month, indicator])
            if indicator not in self.kept.get(month, set()) or (every_total and indicator != EXITS):
                yield dict.fromkeys(row, 1.0), total, total
            elif every_total:  # what the page hides of the exits can be that many at least
                yield dict.fromkeys(row, 1.0), 0.0, max(total, THRESHOLD)

    def _ties_of(self, cell: Cell) -> list[tuple[dict[Cell, float], float]]:
        """What ties a cell to others of the area, as far as it holds for the true figures."""
        if cell not in self.ties:
            self.ties[cell] = [
                (terms, high)
                for terms, high in tied(cell, constant=self.constant)
                if terms.keys() <= self.persons.keys() and 0 <= self._sum(terms) <= high
            ]
        return self.ties[cell]

    def _sum(self, terms: Mapping[Cell, float]) -> float:
        return sum(factor * self.persons[cell] for cell, factor in terms.items())


def tied(cell: Cell, *, constant: bool) -> Iterator[tuple[dict[Cell, float], float]]:
    """What ties a class's cell to others of the class: a sum of them that is zero, or zero or more.

    With `constant` people never change class, so that stocks follow from those of the month before.
    """
    parts = SUMS.get(cell.indicator)
    if parts is not None and set(parts) <= set(BROKEN_DOWN):
        yield {cell: 1.0} | {cell._replace(indicator=part): -1.0 for part in parts}, 0.0
    if cell.indicator == EXITS:
        yield {cell._replace(indicator=flow): 1.0 for flow in LEFT} | {cell: -1.0}, np.inf
    if cell.indicator in LEFT:
        yield {Cell(month_before(cell.month), LEFT[cell.indicator], cell.group): 1.0, cell: -1.0}, np.inf
    if cell.indicator in JOINED:
        yield {cell._replace(indicator=JOINED[cell.indicator]): 1.0, cell: -1.0}, np.inf
    if constant and cell.indicator in BALANCES:
        inflow, outflow = (cell._replace(indicator=flow) for flow in BALANCES[cell.indicator])
        yield {cell: 1.0, cell._replace(month=month_before(cell.month)): -1.0, inflow: -1.0, outflow: 1.0}, 0.0
    whole = INDICATORS[cell.indicator].part_of
    if whole in BROKEN_DOWN and cell.indicator not in SUMS.get(whole, ()):
        yield {cell._replace(indicator=whole): 1.0, cell: -1.0}, np.inf
