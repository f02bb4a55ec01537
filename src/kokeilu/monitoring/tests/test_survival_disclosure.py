"""What an attacker derives from survival steps together with the month's figures: exactly, by linear programmes.

The attacker here knows more than any reader: that nobody moves between areas. The unknowns are those who began in each
month and left after each number of months in each way; what is sensitive are the exits of a half-year after each
single number of months, by way out, the people left at the end, and those who came to the area's unemployed otherwise.
"""

from collections.abc import Callable
from random import Random
from typing import Any

import numpy as np
import polars as pl
import pytest

from kokeilu.disclosure import attacker
from kokeilu.disclosure.linked import PUBLISHED, THRESHOLD
from kokeilu.disclosure.relations import Relation, System
from kokeilu.monitoring import monthly_hiding, survival_steps
from kokeilu.monitoring.monthly_hiding import Cell
from kokeilu.monitoring.rules import ENDED_AFTER, month_number, month_numbered
from kokeilu.monitoring.survival import CAUSES
from kokeilu.monitoring.tests.panels import counted, events, month_row, person_months, with_beginnings

MONTHS = 15  # November 2020 to January 2022: one half-year, followed for seven months
LAST = 202201
HALF = month_number(202101)
WAYS = {"open_market": ("outflow_open_market",), "service": ("outflow_service",)}
LEFT = ("left over", "otherwise")
"""Those left of a half-year after its last step, and those of its inflow who did not begin then."""
OTHERS = ("outflow_supported_work", "outflow_outside", "outflow_moved", "outflow_unknown")


def people(random: Random, count: int) -> pl.DataFrame:
    """People of one area who become unemployed once or twice; most of the unemployment is short."""
    histories = []
    for _ in range(count):
        history = random.choice("ox") * random.randint(1, 7)
        while len(history) < MONTHS:
            lasts = random.choice([1, 1, 1, 2, 2, 3, 4, 7, 9])
            history += "u" * lasts + random.choice("ooossxw") * random.randint(2, 9)
        histories.append(history[:MONTHS])
    return with_beginnings(person_months(*histories))


Steps = list[tuple[int, int, tuple[int, ...]]]


class Attack:
    """All cells with their true values, what is shown of them, and the relations between them."""

    def __init__(self, rows: pl.DataFrame, shown: Callable[[int, survival_steps.Exits], Steps]) -> None:
        figures = counted(rows, MONTHS)
        self.cells: dict[Any, float] = {}
        self.shown: set[Any] = set()
        self.relations: list[tuple[dict[Any, float], float]] = []
        self._months(figures)
        begun = events(rows, MONTHS).begun
        assert begun is not None
        self._beginnings(begun, figures)
        members = begun.filter(pl.col("began").is_between(HALF, HALF + survival_steps.WINDOW - 1))
        self.exits = survival_steps.exits(members, 7)
        self._steps(int(members.get_column("persons").sum()), shown)

    def _months(self, figures: pl.DataFrame) -> None:
        """The month's figures as the pages show them."""
        decided = monthly_hiding.hidden(figures).filter(population="residents")
        for month, key, persons, status in decided.select("month", "indicator", "persons", "status").rows():
            cell = Cell(month, "residents", key)
            self.cells[cell] = persons
            if status == PUBLISHED:
                self.shown.add(cell)
        for cell in list(self.cells):
            for terms, high in monthly_hiding.tied(cell):
                if all(each in self.cells for each in terms):
                    self.relations.append((dict(terms), high))

    def _beginnings(self, begun: pl.DataFrame, figures: pl.DataFrame) -> None:
        """Those who began in a month, by month of leaving and way, within the month's inflow and outflow."""
        for began, months, cause, persons in begun.select("began", "months", "cause", "persons").rows():
            self.cells[began, months, cause] = persons
        atoms = [one for one in self.cells if not isinstance(one, Cell)]
        for month in month_row(202012, MONTHS - 1):
            at = month_number(month)
            began = [one for one in atoms if one[0] == at]
            self._within([Cell(month, "residents", "inflow")], began)
            left = [one for one in atoms if one[1] is not None and one[0] + one[1] == at]
            for place, cause in enumerate(CAUSES):
                names = WAYS.get(cause, OTHERS)
                of_way = [one for one in left if one[2] == place]
                self._within([Cell(month, "residents", name) for name in names], of_way)
            for low, name in ENDED_AFTER.items():
                high = min((limit for limit in ENDED_AFTER if limit > low), default=99)
                self._within([Cell(month, "residents", name)],
                             [one for one in left if low <= one[1] - 1 < high])  # fmt: skip

    def _within(self, wholes: list[Cell], parts: list[Any]) -> None:
        """The parts are some of the wholes."""
        if parts and all(whole in self.cells for whole in wholes):
            self.relations.append((dict.fromkeys(wholes, 1.0) | dict.fromkeys(parts, -1.0), np.inf))

    def _is(self, name: Any, value: float, parts: list[Any]) -> None:
        """A cell that is the sum of others."""
        self.cells[name] = value
        self.relations.append(({name: 1.0} | dict.fromkeys(parts, -1.0), 0.0))

    def _steps(self, began: int, shown: Callable[[int, survival_steps.Exits], Steps]) -> None:
        """The half-year's steps as they are shown, and what is sensitive."""
        atoms = [one for one in self.cells if isinstance(one, tuple) and not isinstance(one, Cell)]
        members = [one for one in atoms if HALF <= one[0] < HALF + survival_steps.WINDOW]
        steps = shown(began, self.exits)
        self._is("began", began, list(members))
        if steps:
            self.shown.add("began")
        for months, now in enumerate(self.exits, 1):
            for cause, count in enumerate(now):
                parts = [one for one in members if one[1:] == (months, cause)]
                self._is(("exits", months, cause), count, list(parts))
        before = 0
        for until, _, left in steps:
            for cause, count in enumerate(left):
                name = ("step", until, cause)
                self._is(name, count, [("exits", months, cause) for months in range(before + 1, until + 1)])
                self.shown.add(name)
            before = until
        gone = sum(sum(left) for _, _, left in steps)
        self._is("left over", began - gone, [one for one in members if one[1] is None or one[1] > before])
        inflow = [Cell(month_numbered(HALF + place), "residents", "inflow") for place in range(survival_steps.WINDOW)]
        self.cells["otherwise"] = sum(self.cells[one] for one in inflow) - began
        self.relations.append(({"otherwise": 1.0, "began": 1.0} | dict.fromkeys(inflow, -1.0), 0.0))

    def exposed(self) -> list[Any]:
        """The sensitive cells of few people whose interval is too narrow."""
        places = {cell: number for number, cell in enumerate(self.cells)}
        system = System.of(
            len(places),
            [
                Relation([places[cell] for cell in terms], list(terms.values()), 0.0, high)
                for terms, high in self.relations
            ],
        )
        values = np.array(list(self.cells.values()), np.float64)
        hidden = np.array([cell not in self.shown for cell in self.cells])
        few = [one for one, value in self.cells.items() if 0 < value < THRESHOLD]
        sensitive = [one for one in few if one in LEFT or (isinstance(one, tuple) and one[0] == "exits")]
        assert sensitive
        needed = np.zeros(values.size)
        needed[[places[one] for one in sensitive]] = THRESHOLD
        found = attacker.intervals(system, values, hidden, needed)
        return [one for one in sensitive if found.width[places[one]] < THRESHOLD]


def one_by_one(began: int, left: survival_steps.Exits) -> Steps:
    """Every month a step of its own, as if none were merged."""
    found = []
    for months, now in enumerate(left, 1):
        found.append((months, began, now))
        began -= sum(now)
    return found


def merged(began: int, left: survival_steps.Exits) -> Steps:
    """The steps as they are published."""
    return list(survival_steps.merged(began, left))


@pytest.mark.parametrize("count", [90, 140])
def test_steps_and_the_months_figures_together_give_no_small_count(count: int) -> None:
    rows = people(Random(2), count)
    assert Attack(rows, merged).exposed() == []
    assert Attack(rows, one_by_one).exposed()
