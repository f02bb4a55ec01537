"""Which figures of all areas together are hidden, so that they do not give back what the areas' own pages hide.

A figure of all areas is the sum of theirs and is decided after them, month by month. Where every area shows its part
anybody can add it up; where one area alone hides its part the sum would give it back. Between the two the attacker
decides, who has all figures of the areas and of all together: what must be hidden is chosen at the least number of
people.

What was shown of a month never changes, and later months of an area are decided without a look at the others. So a sum
over several hidden parts is shown only where no later month can say more about them: where no hidden figure that hangs
together with a part is tied to the month after.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
import polars as pl

from kokeilu.monitoring import monthly_hiding, protection
from kokeilu.monitoring.indicators import INDICATORS, POPULATIONS
from kokeilu.monitoring.linked import PRIMARY, PUBLISHED, SECONDARY, THRESHOLD, widths
from kokeilu.monitoring.monthly_hiding import Cell, Statuses
from kokeilu.monitoring.relations import Marks, Numbers, Relation, System, components
from kokeilu.monitoring.rules import CELL, month_number, month_numbered

KEY: Final = tuple(name for name in CELL if name != "area")
"""What names a figure of all areas together."""


def _carried() -> frozenset[tuple[str, str]]:
    """The figures that figures of the month after are tied to, by population and indicator."""
    earlier, later = 202101, 202102
    ties = [terms for of in POPULATIONS for key in INDICATORS for terms, _ in monthly_hiding.tied(Cell(later, of, key))]
    return frozenset((cell.population, cell.indicator) for terms in ties for cell in terms if cell.month == earlier)


CARRIED: Final = _carried()


class Area(NamedTuple):
    """An area's figures and statuses."""

    by_month: dict[int, list[Cell]]
    persons: dict[Cell, int]
    status: Statuses

    def hides(self, cell: Cell) -> bool:
        """Whether the area's pages hide a figure that it has."""
        return self.status.get(cell, PUBLISHED) != PUBLISHED

    def chain(self, month: int) -> list[Cell]:
        """The cells of a month and of those before that hang together with it: back to where all that is carried over
        is shown."""
        cells = list(self.by_month.get(month, ()))
        while True:
            month = month_numbered(month_number(month) - 1)
            before = self.by_month.get(month, [])
            carried = [cell for cell in before if _is_carried(cell)]
            if not any(self.hides(cell) for cell in carried):
                return cells + carried
            cells += before


class Joint(NamedTuple):
    """What hangs together with the areas' figures of a month: `places` are areas' cells, tied by `relations`."""

    places: list[tuple[Area, Cell]]
    relations: list[Relation]


def together(figures: pl.DataFrame) -> pl.DataFrame:
    """The sums over areas: KEY and `persons`, ordered. An area counts in the months and populations that it has."""
    return figures.group_by(KEY).agg(pl.col("persons").sum()).select(*KEY, "persons").sort(KEY)


def hidden(figures: pl.DataFrame) -> pl.DataFrame:
    """`together` with `status`: published, primary or secondary.

    `figures` is the outcome of `monthly_hiding.hidden`: CELL, `persons` and `status`. The order of its rows does not
    matter.
    """
    sums = together(figures)
    by_month: dict[int, dict[Cell, int]] = defaultdict(dict)
    for population, month, indicator, persons in sums.iter_rows():
        by_month[month][Cell(month, population, indicator)] = persons
    areas = _areas(figures)
    found = [item for month, persons in by_month.items() for item in _of_month(month, persons, areas).items()]
    rows = [(cell.population, cell.month, cell.indicator, status) for cell, status in found]
    statuses = pl.DataFrame(rows, dict(sums.select(KEY).schema) | {"status": pl.String()}, orient="row")
    return sums.join(statuses, on=KEY, how="left", maintain_order="left")


def _areas(figures: pl.DataFrame) -> list[Area]:
    areas: dict[str, Area] = {}
    rows = figures.select(*CELL, "persons", "status").sort(CELL)
    for area, population, month, indicator, persons, status in rows.iter_rows():
        cell = Cell(month, population, indicator)
        known = areas.setdefault(area, Area(defaultdict(list), {}, {}))
        known.by_month[month].append(cell)
        known.persons[cell], known.status[cell] = persons, status
    return list(areas.values())


def _is_carried(cell: Cell) -> bool:
    return (cell.population, cell.indicator) in CARRIED


def _of_month(month: int, persons: Mapping[Cell, int], areas: Sequence[Area]) -> Statuses:
    """The statuses of the sums of one month."""
    hiding = {cell: sum(area.hides(cell) for area in areas) for cell in persons}
    found: Statuses = {}
    for cell, number in hiding.items():
        small = 0 < persons[cell] < THRESHOLD
        found[cell] = PRIMARY if small else SECONDARY if number else PUBLISHED
    several = [cell for cell, number in hiding.items() if number > 1]
    tied = [area for area in areas if any(area.hides(cell) for cell in several)]
    return found | _decided(several, persons, found, _joint(month, tied)) if several else found


def _joint(month: int, areas: Iterable[Area]) -> Joint:
    places: list[tuple[Area, Cell]] = []
    relations: list[Relation] = []
    for area in areas:
        cells, first = area.chain(month), len(places)
        relations += [
            relation._replace(cells=[first + cell for cell in relation.cells])
            for relation in monthly_hiding.relations(cells)
        ]
        places += [(area, cell) for cell in cells]
    return Joint(places, relations)


def _decided(several: Sequence[Cell], persons: Mapping[Cell, int], found: Statuses, joint: Joint) -> Statuses:
    """The statuses of the sums over several hidden parts that the attacker allows to ask about."""
    parts: dict[Cell, list[int]] = defaultdict(list)
    for number, (area, cell) in enumerate(joint.places):
        if area.hides(cell):
            parts[cell].append(number)
    values = [area.persons[cell] for area, cell in joint.places]
    status: list[str | None] = [area.status[cell] for area, cell in joint.places]
    still_open = _open(joint, np.array(values, np.float64), widths(status, THRESHOLD) > 0)
    asked = [cell for cell in several if not still_open[parts[cell]].any()]
    if not asked:
        return {}
    sums: list[Relation] = []
    for number, cell in enumerate(asked, len(joint.places)):
        elsewhere = persons[cell] - sum(values[part] for part in parts[cell])
        sums.append(Relation([number, *parts[cell]], [1.0, *(-1.0 for _ in parts[cell])], elsewhere, elsewhere))
    first = len(values)
    values += [persons[cell] for cell in asked]
    status += [PRIMARY if found[cell] == PRIMARY else None for cell in asked]
    system = System.of(len(values), [*joint.relations, *sums])
    pattern = _pattern(system, np.array(values, np.float64), status)
    return {
        cell: found[cell] if hides else PUBLISHED for cell, hides in zip(asked, pattern[first:].tolist(), strict=True)
    }


def _pattern(system: System, values: Numbers, status: Sequence[str | None]) -> Marks:
    """Which cells are hidden: those without a status only where what is hidden needs it."""
    undecided = np.array([each is None for each in status], np.bool_)
    costs = np.where(undecided, values + 1, np.inf)
    return protection.protect(system, values, widths(status, THRESHOLD), costs).hidden


def _open(joint: Joint, values: Numbers, hidden: Marks) -> Marks:
    """The hidden cells that hang together with one that the month after is tied to: it may tell more of them."""
    newest = max(cell.month for _area, cell in joint.places)
    carried = np.array([cell.month == newest and _is_carried(cell) for _area, cell in joint.places], np.bool_)
    found = np.zeros(hidden.size, np.bool_)
    for part in components(System.of(hidden.size, joint.relations), values, hidden):
        found[part.cells] = carried[part.cells].any()
    return found
