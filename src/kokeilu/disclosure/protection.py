"""Complementary suppression: which other cells to hide so that no hidden cell can be derived, at the least loss.

The choice is an integer programme over the cells that may be hidden (Fischetti & Salazar, Solving the cell
suppression problem on tabular data with linear constraints, Management Science 47, 2001). It starts without
conditions; what the attacker still derives becomes conditions (`conditions`), the cheapest pattern that keeps them is
attacked (`master`), and so on. When the attacker fails against the cheapest choice, it is the cheapest that there is.

Each round also closes its choice greedily to a pattern that is safe (`search`), so there is always an answer, and the
integer programme's bound says how far it can be from the best. Effort is counted in rounds, never in time: the same
input gives the same answer on every machine.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from kokeilu.disclosure import attacker
from kokeilu.disclosure.attacker import NEAR
from kokeilu.disclosure.conditions import Unprotectable, View
from kokeilu.disclosure.master import Master
from kokeilu.disclosure.relations import Component, Marks, Numbers, System, components, from_floor
from kokeilu.disclosure.search import Search

__all__ = ["Pattern", "Unprotectable", "protect"]

ROUNDS: Final = 60
EFFORT: Final = 30_000
"""Rounds times cells of one part, at most."""
MASTERED: Final = 60_000
MASTERED_BY_CELL: Final = 120_000_000
"""The terms of all integer programmes of one part together, at most, and these times its cells, whichever allows more:
small parts are searched longer. The first programme is always solved.
"""
STEPS: Final = 1_500_000_000
"""And the simplex steps of all of them, times the terms that each looks through: some small programmes are hard."""
RELAXED: Final = 20
RISE: Final = 0.002
"""At most so many rounds with a linear programme in place of the integer one, while the bound rises by that share."""


class Insider(NamedTuple):
    """An attacker who knows that each cell is `floor` at least, and some exactly; `beyond` is how far above the true
    value its intervals must reach.
    """

    floor: Numbers
    exactly: Marks
    beyond: Numbers


@dataclass(frozen=True)
class Pattern:
    """Which cells are hidden, what the choice costs, and the cost under which no safe choice can be."""

    hidden: Marks
    cost: float
    bound: float

    @property
    def optimal(self) -> bool:
        """Whether it is proven that nothing costs less."""
        return self.gap <= NEAR

    @property
    def gap(self) -> float:
        """The share of the cost by which it may be beaten, at most."""
        return (self.cost - self.bound) / self.cost if self.cost > 0 else 0.0


def protect(
    system: System,
    values: Numbers,
    needed: Numbers,
    costs: Numbers,
    rounds: int | None = None,
    *,
    beyond: Numbers | None = None,
    floor: Numbers | None = None,
    insiders: Callable[[Marks], Iterable[Insider]] | None = None,
    told: Callable[[float], None] | None = None,
) -> Pattern:
    """The safe pattern that costs least.

    `values` are the true values of all cells. `needed` is by cell the width that the attacker's interval must have,
    `beyond` how far it must reach from the true value on either side, down to zero at most; cells with either are
    hidden. `costs` is what hiding each other cell costs, infinite where it stays shown. No cell
    that is hidden in addition can be derived exactly. `floor` is by cell the least that it can be, as some attackers
    know: they must not derive exactly a cell that needs a width of more than one. `insiders` gives the attackers to
    whom a pattern may tell more than to others. What no relation ties together is decided apart, each part in at most
    `rounds` rounds, the fewer the larger it is where that is not given. `told` is
    called with the share of the work that is done, at most. Raises Unprotectable, and Contradiction where the values do
    not keep to the relations.
    """
    attacker.check(system, values)
    beyond = np.zeros(values.size) if beyond is None else beyond
    forced = (needed > 0) | (beyond > 0)
    hidden, bound, done = forced.copy(), 0.0, 0
    for part in components(system, values, forced | np.isfinite(costs)):
        cells = part.cells
        if forced[cells].any():
            views = _views(part, values, needed, beyond, np.isfinite(costs), floor)
            try:
                shares = _shares(told, done, cells.size, values.size)
                found, least = _decided(views, costs[cells], rounds, shares)
                while more := _opened(part, values, found, views[0], insiders):
                    views += more
                    found, least = _decided(views, costs[cells], rounds, shares)
            except Unprotectable as error:
                raise Unprotectable(cells[error.cells].tolist()) from error
            hidden[cells], bound = found, bound + least
        done += cells.size
    return Pattern(hidden, float(costs[hidden & ~forced].sum()), bound)


def _views(
    part: Component, values: Numbers, needed: Numbers, beyond: Numbers, may_be_hidden: Marks, floor: Numbers | None
) -> list[View]:
    """The attackers of a part: the one who knows what is shown, and the one who knows `floor` besides."""
    cells = part.cells
    values, needed, beyond = values[cells], needed[cells], beyond[cells]
    forced = (needed > 0) | (beyond > 0)
    free = ~forced & may_be_hidden[cells]
    views = [View(part.system, values, needed, beyond, forced, free)]
    if floor is not None and floor[cells].any():
        exact, least = np.where(needed > 1, 1.0, 0.0), floor[cells]
        shifted = from_floor(part.system, least)
        views.append(View(shifted, values - least, exact, np.zeros(cells.size), forced, free))
    return views


def _opened(
    part: Component,
    values: Numbers,
    found: Marks,
    outsider: View,
    insiders: Callable[[Marks], Iterable[Insider]] | None,
) -> list[View]:
    """The insiders to whom a pattern of a part tells too much."""
    if insiders is None:
        return []
    cells, hidden = part.cells, np.zeros(values.size, np.bool_)
    hidden[cells] = found
    views = []
    for one in insiders(hidden):
        floor, beyond, told = one.floor[cells], np.where(one.exactly, 0.0, one.beyond)[cells], one.exactly[cells]
        view = View(
            from_floor(part.system, floor), values[cells] - floor, np.zeros(cells.size), beyond,
            outsider.forced, outsider.free, told,
        )  # fmt: skip
        if any(conditions for conditions, _ in view.broken(found, fractions=True)):
            views.append(view)
    return views


def _shares(told: Callable[[float], None] | None, done: int, part: int, cells: int) -> Callable[[float], None]:
    """The share of a part's work that is done as one of all."""
    return (lambda share: told((done + share * part) / cells)) if told else (lambda share: None)


def _decided(
    views: list[View], costs: Numbers, rounds: int | None, told: Callable[[float], None]
) -> tuple[Marks, float]:
    """The safe pattern of one part and the bound on what a pattern of it costs."""
    master = Master(np.where(views[0].free, costs, 0.0), views[0].forced)
    search = Search(views, costs, master)
    best = search.closed(search.forced)
    bound, size = 0.0, costs.size
    most = rounds or max(1, min(ROUNDS, EFFORT // size))
    relaxed = min(most, RELAXED) - 1
    mastered = max(MASTERED, MASTERED_BY_CELL // size)
    for number in range(most):
        told(number / most)
        before = bound
        chosen, bound = master.relaxed(bound) if number < relaxed else master.cheapest(bound, best)
        if number < relaxed and bound - before <= RISE * bound:
            relaxed = number
        spent = master.terms > mastered or master.steps > STEPS
        if spent or search.cost(best) - bound <= NEAR * (1 + bound):
            break
        best = search.closed(chosen, best)
    if search.cost(best) - bound > NEAR * (1 + bound):
        best = search.without_needless(best)
    return best, min(bound, search.cost(best))
