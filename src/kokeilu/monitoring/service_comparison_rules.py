"""Services side by side, year by year: the figures of a calendar year, and which of them are hidden.

Calendar years do not overlap, so no difference of two published sums tells of a month. What the areas' pages hide stays
hidden: a measure's services of a year are all hidden where the page hides any of the months that they add up to. So
nothing here tells more of a hidden figure of a page than the page itself: for any values of the hidden totals that
agree with the page there are figures of the services that agree with what is shown here. Pure.
"""

from collections.abc import Collection, Mapping, Sequence
from statistics import median
from typing import Final, NamedTuple

import numpy as np
import polars as pl

from kokeilu.disclosure import protection
from kokeilu.disclosure.linked import PRIMARY, PUBLISHED, SECONDARY, THRESHOLD
from kokeilu.disclosure.protection import Unprotectable
from kokeilu.disclosure.relations import Relation, System
from kokeilu.monitoring.monthly_hiding import LAST_RESORT
from kokeilu.monitoring.service_comparison_steps import FOLLOWED
from kokeilu.monitoring.structure import AFTER

YEAR: Final = 12
OUTCOMES: Final = tuple(f"followed_{key}" for key in FOLLOWED)
MEASURES: Final = ("stock", "persons", "person_months", "starts", "ends", *OUTCOMES)
PAGE: Final = {"stock": "in_services", "person_months": "in_services", "starts": "service_starts",
               "ends": "service_ends"} | {key: key for key in OUTCOMES}  # fmt: skip
"""The figure of the area's page whose months a measure adds up to; stock to that of the year's last month."""


class Cell(NamedTuple):
    """A figure of an area's service and year; `service` is empty for the sum over the services, as the page has it."""

    service: str
    measure: str


Figures = dict[Cell, int]


def years(first: int, last: int) -> list[int]:
    """The calendar years of a panel (month_numbers) that have a month before them and the months of what followed."""
    return [year for year in range(first // YEAR, last // YEAR + 1)
            if first < YEAR * year and YEAR * year + YEAR - 1 + AFTER <= last]  # fmt: skip


def months(measure: str, year: int) -> list[int]:
    """The month_numbers that a measure of a year rests on."""
    if measure == "stock":
        return [YEAR * year + YEAR - 1]
    later = AFTER if measure in OUTCOMES else 0
    return [YEAR * year + month + later for month in range(YEAR)]


def of_year(monthly: pl.DataFrame, yearly: pl.DataFrame, area: str, year: int) -> Figures:
    """Every figure of the area's services in the year, zeros included."""
    of_area = monthly.filter(area=area)
    people = yearly.filter(area=area, at=YEAR * year)
    found: Figures = {}
    services = sorted({*of_area.get_column("service"), *people.get_column("service")})
    for measure in MEASURES:
        if measure == "persons":
            rows = people
        else:
            name = "stock" if measure == "person_months" else measure
            rows = of_area.filter(pl.col("measure") == name, pl.col("at").is_in(months(measure, year)))
        sums = dict(rows.group_by("service").agg(pl.col("people").sum()).rows())
        found |= {Cell(service, measure): sums.get(service, 0) for service in services}
    used = {cell.service for cell, people in found.items() if people}
    return {cell: people for cell, people in found.items() if cell.service in used}


def withheld(year: int, hidden: Collection[tuple[str, int]]) -> set[str]:
    """The measures whose services are all hidden: the page hides one of the months (indicator, month_number)."""
    found = {
        measure
        for measure, indicator in PAGE.items()
        if any((indicator, month) in hidden for month in months(measure, year))
    }
    return found | ({"persons"} if "person_months" in found else set())


def relations(cells: Sequence[Cell], known: Collection[str]) -> list[Relation]:
    """All that ties the cells of an area's year. `known` are the measures whose sum over the services the page tells;
    these have a cell with no service.
    """
    place = {cell: number for number, cell in enumerate(cells)}
    found = []
    for measure in known:
        parts = [place[cell] for cell in cells if cell.measure == measure and cell.service]
        found.append(Relation([place[Cell("", measure)], *parts], [1.0, *(-1.0 for _ in parts)]))
    for service in sorted({cell.service for cell in cells if cell.service}):
        at = {measure: place[Cell(service, measure)] for measure in MEASURES}
        outcomes = [at[key] for key in OUTCOMES]
        found.append(Relation([at["ends"], *outcomes], [1.0, *(-1.0 for _ in outcomes)]))
        # Who is there at the year's end was there in the year; who was there, was there for 1 to 12 month ends.
        for more, less, times in (("persons", "stock", 1.0), ("person_months", "persons", 1.0),
                                  ("persons", "person_months", float(YEAR))):  # fmt: skip
            found.append(Relation([at[more], at[less]], [times, -1.0], 0.0, np.inf))
        if service:
            found.append(Relation([at["person_months"], at["stock"]], [1.0, -1.0], 0.0, np.inf))
    return found


def problem(figures: Figures, out: Collection[str]) -> tuple[list[Cell], System, np.ndarray, np.ndarray]:
    """The cells of an area's year, what ties them, their values, and how wide an attacker's interval must be.

    `out` are the measures that are withheld; the sums of the others over the services are on the page.
    """
    known = [measure for measure in MEASURES if measure in PAGE and measure not in out]
    sums = {
        Cell("", measure): sum(value for cell, value in figures.items() if cell.measure == measure) for measure in known
    }
    cells = [*figures, *sums]
    values = np.array([(figures | sums)[cell] for cell in cells], np.float64)
    needed = np.array([_needed(cell, figures, out) if cell.service else 0.0 for cell in cells])
    return cells, System.of(len(cells), relations(cells, known)), values, needed


def is_small(cell: Cell, figures: Figures) -> bool:
    """Whether it tells of people below the threshold, or of the months of so few people."""
    counted = cell._replace(measure="persons") if cell.measure == "person_months" else cell
    return 0 < figures[counted] < THRESHOLD


def _needed(cell: Cell, figures: Figures, out: Collection[str]) -> float:
    """How wide the interval must be."""
    if is_small(cell, figures):
        return float(THRESHOLD)
    return 1.0 if cell.measure in out and figures[cell] else 0.0


def statuses(figures: Figures, out: Collection[str]) -> dict[Cell, str]:
    """Of each figure whether it is published, or hidden because it is small (primary), or `hidden` otherwise."""
    gone = hidden(figures, out)
    return {
        cell: PUBLISHED if cell not in gone else PRIMARY if is_small(cell, figures) else SECONDARY for cell in figures
    }


def hidden(figures: Figures, out: Collection[str]) -> set[Cell]:
    """The figures that are not shown: small ones, those of withheld measures, and what would give either back.

    A zero of a withheld measure is hidden too. Where no choice of further figures protects them nothing is shown.
    """
    if not figures:
        return set()
    cells, system, values, needed = problem(figures, out)
    gone = np.array([bool(cell.service) and cell.measure in out for cell in cells])
    free = np.array([bool(cell.service) for cell in cells]) & (needed == 0)
    for zero in (np.inf, LAST_RESORT):
        costs = np.where(gone, 0.0, np.where(values > 0, values + 1.0, zero))
        try:
            found = protection.protect(system, values, needed, np.where(free, costs, np.inf)).hidden | gone
        except Unprotectable:
            continue
        return {cell for cell, hides in zip(cells, found.tolist(), strict=True) if hides}
    return set(figures)


TIMES: Final = 2
"""How many times the middle one a cost is high, and which part of the whole's share a share is low: the page says so in
words.
"""


def middle(costs: Sequence[float]) -> float | None:
    """The middle one of some costs; None of fewer than two, of which neither is in the middle."""
    return median(costs) if len(costs) > 1 else None


def is_high(cost: float | None, middle: float | None) -> bool:
    """Whether a cost is at least TIMES the middle one."""
    return cost is not None and middle is not None and cost >= TIMES * middle > 0


def is_low(share: float | None, together: float | None) -> bool:
    """Whether a share is at most a TIMES-th of that of all together."""
    return share is not None and together is not None and together > 0 and TIMES * share <= together


def mean_months(values: Mapping[str, float | None]) -> float | None:
    """The mean length of a stay by the month ends of the year over the mean of those who began and ended.

    Holds where as many come as go (Little's law); None where one of them is hidden or no one came or went.
    """
    held, came, left = (values.get(key) for key in ("person_months", "starts", "ends"))
    if held is None or came is None or left is None or came + left == 0:
        return None
    return held / ((came + left) / 2)
