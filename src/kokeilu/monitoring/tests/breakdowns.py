"""Small invented areas with classes, and the attacker of all that is published of them together."""

from collections.abc import Mapping
from typing import Final, NamedTuple

import numpy as np
import polars as pl

from kokeilu.disclosure import attacker
from kokeilu.disclosure.linked import PUBLISHED, THRESHOLD, widths
from kokeilu.disclosure.relations import Relation, System
from kokeilu.monitoring import breakdown_hiding, monthly_hiding, rules
from kokeilu.monitoring.breakdown_counting import of_classes
from kokeilu.monitoring.breakdown_hiding import EXIT_PARTS, EXITS, Cell
from kokeilu.monitoring.breakdown_rules import DIMENSIONS, POPULATION
from kokeilu.monitoring.monthly_hiding import Cell as PageCell
from kokeilu.monitoring.tests import panels

COLUMNS: Final = {one.key: one.column for one in DIMENSIONS.values() if one.column}
CLASSES: Final = {
    "sex": (["female", "male"], [0.5, 0.5]),
    "language_group": (["fi", "sv", "sami", "other"], [0.6, 0.25, 0.03, 0.12]),
    "age_class": (["under_25", "25_29", "30_49", "50_over"], [0.2, 0.15, 0.4, 0.25]),
    "education": (["basic", "upper_secondary", "tertiary"], [0.3, 0.5, 0.2]),
    "municipality": (["049", "235"], [0.9, 0.1]),
    "benefit": (["none", "labour_market_support", "basic_allowance"], [0.2, 0.6, 0.2]),
}
LASTS: Final = ("sex", "language_group")
SIGNS: Final = "uuuuulsswoxe."


def people(seed: int, count: int, months: int) -> pl.DataFrame:
    """Person-months of one area in which people move between statuses, and between classes that can change."""
    chance = np.random.default_rng(seed)
    histories: list[str] = []
    classes: dict[str, list[list[str]]] = {name: [] for name in CLASSES}
    for _ in range(count):
        sign, history = chance.choice(list(SIGNS)), ""
        for _ in range(months):
            if chance.random() < 0.3:
                sign = chance.choice(list(SIGNS))
            history += str(sign)
        histories.append(history)
        for name, (every, shares) in CLASSES.items():
            one, other = chance.choice(every, 2, p=shares)
            turn = months if name in LASTS else int(chance.integers(1, 4 * months))
            classes[name].append([str(one if month < turn else other) for month in range(months)])
    rows = panels.person_months(*histories)
    place = {month: number for number, month in enumerate(panels.month_row(panels.FIRST, months))}
    of = rows.select("person", "month").rows()
    return rows.with_columns(
        *(pl.Series(name, [held[person][place[month]] for person, month in of]) for name, held in classes.items()),
        pl.Series("immigrant", [person % 9 == 0 for person, _ in of]),
        responsible=pl.when(pl.col("person") % 5 == 0).then(pl.lit("espoo")).otherwise(pl.lit("te")),
    )


def by(rows: pl.DataFrame, dimension: str, count: int) -> pl.DataFrame:
    """The true figures by class: `breakdown_counting.of_classes` of a panel of `count` months."""
    events = panels.events_by(rows, count, COLUMNS[dimension])
    return of_classes(rules.counts(events), DIMENSIONS[dimension], panels.counted(rows, count))


def page(rows: pl.DataFrame, count: int) -> pl.DataFrame:
    """The area's figures as they are decided: CELL, persons, status, suppressed."""
    decided = monthly_hiding.hidden(panels.counted(rows, count))
    return decided.with_columns(suppressed=pl.col("status") != PUBLISHED)


NEVER: Final = "never"
"""The status of a figure that is published of nobody, and that everybody knows to exist."""


class Told(NamedTuple):
    """What is published of an area at one time, and what ties it: figures by name, their values and statuses."""

    names: list[object]
    values: list[float]
    status: list[str]
    relations: list[Relation]


def told(page: pl.DataFrame, classes: Mapping[str, pl.DataFrame]) -> Told:
    """Everything of the area as one system: the page's figures of all months and populations with what ties them, and
    by dimension (`classes`: area, month, indicator, group, persons, status) the classes, the exits' two parts among
    them, which are published of no class but which everybody knows to exist.
    """
    cells = [PageCell(*row) for row in page.select("month", "population", "indicator").rows()]
    found = Told(
        [*cells],
        page.get_column("persons").cast(pl.Float64).to_list(),
        page.get_column("status").to_list(),
        list(monthly_hiding.relations(cells)),
    )
    at = {cell: number for number, cell in enumerate(cells)}
    for key, frame in classes.items():
        _add(key, frame, at, *found)
    return found


def exposed(page: pl.DataFrame, classes: Mapping[str, pl.DataFrame]) -> list[tuple[object, float, float, float]]:
    """The hidden cells that the attacker knows too well: cell, lowest, highest, width needed."""
    return exposed_together(told(page, classes))


def exposed_together(*times: Told) -> list[tuple[object, float, float, float]]:
    """`exposed` of all that was published at several times; the attacker knows which figures were not revised."""
    names = [name for one in times for name in one.names]
    values = [value for one in times for value in one.values]
    status = [each for one in times for each in one.status]
    relations: list[Relation] = []
    last: dict[object, int] = {}
    first = 0
    for one in times:
        relations += [each._replace(cells=[first + cell for cell in each.cells]) for each in one.relations]
        for number, name in enumerate(one.names, first):
            if name in last and values[number] == values[last[name]]:
                relations.append(Relation([number, last[name]], [1.0, -1.0]))
            last[name] = number
        first += len(one.names)
    needed = widths([None if each == NEVER else each for each in status], THRESHOLD)
    hidden = np.array([each != PUBLISHED for each in status])
    found = attacker.intervals(System.of(len(names), relations), np.array(values, np.float64), hidden, needed)
    wrong = np.flatnonzero((needed > 0) & (found.width < needed))
    return [(names[one], found.low[one], found.high[one], needed[one]) for one in wrong.tolist()]


def _add(
    key: str,
    frame: pl.DataFrame,
    page: Mapping[PageCell, int],
    names: list[object],
    values: list[float],
    status: list[str],
    relations: list[Relation],
) -> None:
    held = {Cell(*row[:3]): row[3:] for row in frame.select("month", "indicator", "group", "persons", "status").rows()}
    place = {cell: len(names) + number for number, cell in enumerate(held)}
    names += [(key, *cell) for cell in held]
    values += [persons for persons, _ in held.values()]
    status += [each for _, each in held.values()]
    for cell, (persons, _) in held.items():
        for terms, high in breakdown_hiding.tied(cell, constant=DIMENSIONS[key].constant):
            if all(each in place for each in terms):
                relations.append(Relation([place[each] for each in terms], list(terms.values()), 0.0, high))
        if cell.indicator == EXITS:
            parts = [(key, *cell, part) for part in EXIT_PARTS]
            numbers = [len(names), len(names) + 1]
            limits = [place[cell._replace(indicator=flow)] for flow in ("outflow", "service_ends")]
            ends = min(persons, int(values[limits[1]]))
            names += parts
            values += [persons - ends, ends]
            status += [NEVER, NEVER]
            relations.append(Relation([place[cell], *numbers], [1.0, -1.0, -1.0]))
            relations += [
                Relation([limit, one], [1.0, -1.0], 0.0, np.inf) for limit, one in zip(limits, numbers, strict=True)
            ]
    for month, indicator in {cell[:2] for cell in held}:
        row = [number for cell, number in place.items() if cell[:2] == (month, indicator)]
        whole = page[PageCell(month, POPULATION, indicator)]
        relations.append(Relation([whole, *row], [1.0, *(-1.0 for _ in row)]))
