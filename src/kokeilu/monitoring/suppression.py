"""Disclosure control of one area's page: small cells are hidden, and so is what would give them back.

A cell of 1 to THRESHOLD - 1 people is hidden. The figures of a page are bound to each other by sums: parts
and their total, populations and all residents, last month's stock with the flows to this month's. Wherever
exactly one cell of such a sum is hidden, a subtraction would tell it; so the smallest other one goes too,
until no sum has a single hidden cell. Zero is shown.

This guards against one subtraction, not against solving several sums together or against the widths of
intervals: the exact joint control of all releases is a work of its own (docs/monitoring.md).
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

import polars as pl

from kokeilu.monitoring.indicators import INDICATORS
from kokeilu.monitoring.rules import CELL, SUMS, month_number

THRESHOLD: Final = 5
"""The least number of people that a cell may show, zero apart."""


class Cell(NamedTuple):
    """A figure of one area."""

    month: int
    population: str
    indicator: str


@dataclass(frozen=True)
class Sum:
    """What a page lets its reader calculate: the cells on the left together equal those on the right."""

    left: tuple[Cell, ...]
    right: tuple[Cell, ...]

    @property
    def cells(self) -> tuple[Cell, ...]:
        return self.left + self.right


def page_sums(cells: Collection[Cell], month: int, before: int | None) -> Iterator[Sum]:
    """The sums among an area's cells of a month, and with the stock of the month before."""
    present = set(cells)
    for population in sorted({cell.population for cell in cells}):
        for whole, parts in SUMS.items():
            total = Cell(month, population, whole)
            if total in present:
                yield Sum((total,), tuple(Cell(month, population, part) for part in parts))
    if any(cell.population == "customers" for cell in cells):
        for cell in sorted(cells):
            if cell.population == "residents":
                yield Sum((cell,), (cell._replace(population="customers"), cell._replace(population="state")))
    if before is not None:
        stock, inflow, outflow = (
            Cell(month, "residents", key) for key in ("registered_unemployed", "inflow", "outflow")
        )
        yield Sum((stock._replace(month=before), inflow), (stock, outflow))


def hidden_cells(persons: Mapping[Cell, int], sums: Collection[Sum], settled: Collection[Cell] = ()) -> set[Cell]:
    """The cells to hide: the small ones and the fewest people's worth that protects them in every sum.

    `settled` are hidden cells that `persons` does not hold, of an earlier page. Cells of no one are hidden
    only where nothing else is left.
    """
    hidden = {cell for cell, value in persons.items() if 0 < value < THRESHOLD} | set(settled)
    found = True
    while found:
        found = False
        for one in sums:
            if len(hidden.intersection(one.cells)) != 1:
                continue
            shown = [cell for cell in one.cells if cell in persons and cell not in hidden]
            hidden.add(min(shown, key=lambda cell: (persons[cell] == 0, persons[cell], cell)))
            found = True
    return hidden


def _hidden_in_area(persons: Mapping[Cell, int]) -> set[Cell]:
    """An area's hidden cells, month by month: a later month never changes what an earlier one showed."""
    hidden: set[Cell] = set()
    by_month: dict[int, dict[Cell, int]] = {}
    for cell, value in persons.items():
        by_month.setdefault(cell.month, {})[cell] = value
    before: int | None = None
    for month in sorted(by_month):
        cells = by_month[month]
        follows = before is not None and month_number(month) == month_number(before) + 1
        sums = list(page_sums(cells, month, before if follows else None))
        hidden |= hidden_cells(cells, sums, hidden)
        before = month
    return hidden


def published(figures: pl.DataFrame) -> pl.DataFrame:
    """The figures as they may be shown: CELL, value (null where there is none to show), suppressed.

    `figures` is the outcome of `rules.figures`. Rates are calculated here, from shown figures only; the rate
    of no one is null and not suppressed.
    """
    rows: list[tuple[str, Cell]] = []
    for (area,), cells in figures.sort(CELL).group_by("area", maintain_order=True):
        persons = {
            Cell(month, population, indicator): value
            for month, population, indicator, value in cells.select(
                "month", "population", "indicator", "persons"
            ).iter_rows()
        }
        rows.extend((str(area), cell) for cell in _hidden_in_area(persons))
    hidden = pl.DataFrame(
        [(area, *cell) for area, cell in rows],
        {"area": pl.String, "month": pl.Int32, "population": pl.String, "indicator": pl.String},
        orient="row",
    ).with_columns(suppressed=pl.lit(True))
    marked = figures.join(hidden, on=CELL, how="left", maintain_order="left").with_columns(
        pl.col("suppressed").fill_null(False)
    )
    shown = marked.select(
        *CELL,
        pl.when(~pl.col("suppressed")).then(pl.col("persons")).cast(pl.Float64).alias("value"),
        "suppressed",
    )
    place = {key: number for number, key in enumerate(("residents", "customers", "state", *INDICATORS))}
    order = [pl.col(name).replace_strict(place, return_dtype=pl.Int32) for name in ("population", "indicator")]
    return pl.concat([shown, _activation_rate(shown)]).sort("area", "month", *order)


def _activation_rate(shown: pl.DataFrame) -> pl.DataFrame:
    """People in services per hundred of the broadly unemployed, hidden where either figure is."""
    page = ["area", "population", "month"]
    both = [shown.filter(pl.col("indicator") == key).drop("indicator") for key in ("in_services", "broad_unemployment")]
    joined = both[0].join(both[1], on=page, suffix="_all")
    all_of_them = pl.col("value_all")
    return joined.select(
        "area",
        "population",
        "month",
        pl.lit("activation_rate").alias("indicator"),
        pl.when(all_of_them > 0).then(100 * pl.col("value") / all_of_them).alias("value"),
        (pl.col("suppressed") | pl.col("suppressed_all")).alias("suppressed"),
    ).select(*CELL, "value", "suppressed")
