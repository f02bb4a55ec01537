"""Which monthly figures are hidden: each month together with all that was shown of the months before it.

A figure of 1 to THRESHOLD - 1 people is hidden, and so are the figures that would give it back, at the least number of
people. An attacker adds up parts and totals, populations and all residents, and goes from stock to stock with the flows
between; knows that a part is never more than its whole, and an outflow or a class of it never more than the stock that
it leaves. What was shown of a month never changes for a later one: the later month hides what keeps the earlier ones
protected.
"""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np
import polars as pl

from kokeilu.disclosure.linked import PRIMARY, PUBLISHED, SECONDARY, THRESHOLD, widths
from kokeilu.disclosure.relations import Relation, System
from kokeilu.monitoring import hidden_zeros
from kokeilu.monitoring.indicators import BALANCES, INDICATORS, SUMS
from kokeilu.monitoring.rules import CELL, month_before, month_number, month_numbered
from kokeilu.monitoring.structure import AFTER

RESIDENTS: Final = "residents"
ENDS: Final = "service_ends"
FOLLOWED: Final = "followed_services"
PARTS: Final = ("customers", "state")
"""The populations that together are all residents."""
CARRIED: Final = (*BALANCES, *filter(None, (one.leaves for one in INDICATORS.values())))
"""The stocks that the flows of the month after are tied to."""
LAST_RESORT: Final = 100_000.0
"""What hiding a zero costs where nothing else protects the rest: more than all the people of a month."""


class Cell(NamedTuple):
    """A figure of one area."""

    month: int
    population: str
    indicator: str


Figures = dict[Cell, int]
Statuses = dict[Cell, str]


def relations(cells: Sequence[Cell]) -> Iterator[Relation]:
    """All that ties an area's cells; their numbers are the places in `cells`."""
    place = {cell: number for number, cell in enumerate(cells)}
    for cell in cells:
        for terms, high in (*tied(cell), *told_again(cell)):
            if all(each in place for each in terms):
                yield Relation([place[each] for each in terms], list(terms.values()), 0.0, high)


def tied(cell: Cell) -> Iterator[tuple[dict[Cell, float], float]]:
    """What ties a cell to others, as the total, the later stock or the part: zero together, or zero or more."""
    for parts in filter(None, (SUMS.get(cell.indicator), INDICATORS[cell.indicator].also_sum)):
        yield {cell: 1.0} | {cell._replace(indicator=part): -1.0 for part in parts}, 0.0
    if cell.population == RESIDENTS:
        yield {cell: 1.0} | {cell._replace(population=part): -1.0 for part in PARTS}, 0.0
    if cell.population == RESIDENTS and cell.indicator in BALANCES:
        inflow, outflow = (cell._replace(indicator=flow) for flow in BALANCES[cell.indicator])
        before = cell._replace(month=month_before(cell.month))
        yield {cell: 1.0, before: -1.0, inflow: -1.0, outflow: 1.0}, 0.0
        yield {before: 1.0, outflow: -1.0}, np.inf
    left = INDICATORS[cell.indicator].leaves
    if left is not None:
        yield {cell._replace(month=month_before(cell.month), indicator=left): 1.0, cell: -1.0}, np.inf
    whole = INDICATORS[cell.indicator].part_of
    if whole is not None and cell.indicator not in SUMS.get(whole, ()):
        yield {cell._replace(indicator=whole): 1.0, cell: -1.0}, np.inf


def told_again(cell: Cell) -> Iterator[tuple[dict[Cell, float], float]]:
    """Those whose services ended are told again structure.AFTER months later, by what followed."""
    if cell.indicator == FOLLOWED and cell.population == RESIDENTS:
        yield {cell: 1.0, _ended(cell.month): -1.0}, 0.0


def _ended(month: int) -> Cell:
    return Cell(month_numbered(month_number(month) - AFTER), RESIDENTS, ENDS)


def hidden(figures: pl.DataFrame) -> pl.DataFrame:
    """The figures with `status`: published, primary or secondary.

    `figures` is the outcome of `rules.figures`: CELL and `persons`. The order of its rows does not matter.
    """
    rows: list[tuple[str, int, str, str, str]] = []
    for area in figures.get_column("area").unique().sort():
        cells = figures.filter(area=area).select("month", "population", "indicator", "persons")
        persons = {Cell(*names): value for *names, value in cells.iter_rows()}
        rows += [(area, *cell, status) for cell, status in statuses(persons).items()]
    found = pl.DataFrame(
        rows,
        {"area": pl.String, "month": pl.Int32, "population": pl.String, "indicator": pl.String, "status": pl.String},
        orient="row",
    )
    return figures.join(found, on=CELL, how="left", maintain_order="left")


def statuses(persons: Figures) -> Statuses:
    """The status of each of an area's cells, decided month by month."""
    by_month: dict[int, list[Cell]] = {}
    for cell in sorted(persons):
        by_month.setdefault(cell.month, []).append(cell)
    found: Statuses = {}
    for month in sorted(by_month):
        settled = _settled(persons, found, month)
        small = any(0 < persons[cell] < THRESHOLD for cell in by_month[month])
        if small or _opens(found, month) or SECONDARY in settled.values():
            cells = by_month[month] + _earlier(by_month, found, month)
            found |= _decided(cells, persons, found | settled)
        else:
            found |= dict.fromkeys(by_month[month], PUBLISHED)
    return found


def _settled(persons: Figures, found: Statuses, month: int) -> Statuses:
    """What the month tells of services that ended: shown where their ends were shown, else hidden with all its parts.

    So hidden ends gain nothing: nobody knows of any part how many it is, and the parts may be anything up to the ends.
    """
    whole, ended = Cell(month, RESIDENTS, FOLLOWED), _ended(month)
    if whole not in persons or ended not in found:
        return {}
    if found[ended] == PUBLISHED:
        return {whole: PUBLISHED}
    block = [whole, *(whole._replace(indicator=part) for part in SUMS[FOLLOWED])]
    return {cell: PRIMARY if 0 < persons[cell] < THRESHOLD else SECONDARY for cell in block}


def _opens(found: Statuses, month: int) -> bool:
    """Whether a stock of the month before is hidden, so that this month tells of it."""
    before = (Cell(month_before(month), RESIDENTS, stock) for stock in CARRIED)
    return any(found.get(cell, PUBLISHED) != PUBLISHED for cell in before)


def _earlier(by_month: dict[int, list[Cell]], found: Statuses, month: int) -> list[Cell]:
    """The cells of the months before that hang together with this one: back to where all stocks are shown."""
    cells: list[Cell] = []
    while _opens(found, month):
        month = month_before(month)
        cells += by_month[month]
    before = [Cell(month_before(month), RESIDENTS, stock) for stock in CARRIED]
    return cells + [cell for cell in before if cell in found]


def _decided(cells: list[Cell], persons: Figures, found: Statuses) -> Statuses:
    """The statuses of the cells that have none, so that those that are hidden already stay protected too."""
    values = np.array([persons[cell] for cell in cells], np.float64)
    status = [found.get(cell) or (PRIMARY if 0 < persons[cell] < THRESHOLD else None) for cell in cells]
    system = System.of(len(cells), relations(cells))
    free = np.array([each is None for each in status], np.bool_)
    needed = widths(status, THRESHOLD)
    costs = np.where(free & (values > 0), values + 1, np.inf)
    with_zeros = np.where(free & (values == 0), LAST_RESORT, costs)
    pattern, _ = hidden_zeros.pattern(system, values, needed, (costs, with_zeros), [cell.month for cell in cells])
    return {
        cell: each or (SECONDARY if hides else PUBLISHED)
        for cell, each, hides in zip(cells, status, pattern.hidden.tolist(), strict=True)
    }
