"""Complementary suppression: which other cells to hide so that no hidden cell can be derived, at the least loss.

The choice is an integer programme over the cells that may be hidden (Fischetti & Salazar, Solving the cell
suppression problem on tabular data with linear constraints, Management Science 47, 2001). It starts without
conditions; where the attacker still derives a cell too narrowly, the prices of the relations in the attacker's linear
programmes say which cells would have helped, and that becomes a condition. When the attacker fails against the
cheapest choice, it is the cheapest that there is. Where only whole numbers betray a cell, the condition is that some
neighbour of the cells it hangs together with must be hidden.

Each round also closes its choice greedily to a pattern that is safe, so there is always an answer, and the integer
programme's bound says how far it can be from the best. Effort is counted in rounds, never in time: the same input
gives the same answer on every machine.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple

import highspy
import numpy as np

from kokeilu.disclosure import attacker
from kokeilu.disclosure.attacker import NEAR, Duals, Proof
from kokeilu.disclosure.relations import Component, Indices, Marks, Numbers, System, components
from kokeilu.disclosure.solver import quiet, run_whole

ROUNDS: Final = 60
EFFORT: Final = 30_000
"""Rounds times cells of one part, at most."""
NODES: Final = 20_000
LOOKED_AT: Final = 2_000_000
"""The most nodes that the integer programme of one round may look at, and the most nodes times its terms."""
MASTERED: Final = 60_000
MASTERED_BY_CELL: Final = 120_000_000
"""The terms of all integer programmes of one part together, at most, and these times its cells, whichever allows more:
small parts are searched longer. The first programme is always solved.
"""
RELAXED: Final = 20
RISE: Final = 0.002
"""At most so many rounds with a linear programme in place of the integer one, while the bound rises by that share."""
SLACK: Final = 1.1
"""Conditions that a linear programme keeps by more than so many times are left out of the integer one until broken."""
TRIED: Final = 200_000
"""Cells tried to be shown after all, times cells of the part, at most."""
TOLERANCE: Final = 1e-7
"""The share of a linear programme's cost that its solver leaves open."""


class Unprotectable(Exception):
    """Hiding every cell that may be hidden leaves these cells derivable."""

    def __init__(self, cells: list[int]) -> None:
        self.cells = cells
        super().__init__(f"the cells {cells[:5]} cannot be protected")


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


class _Cut(NamedTuple):
    """A condition: the sum of weights of the cells hidden must reach `least`."""

    cells: Indices
    weights: Numbers
    least: float

    def holds(self, hidden: Marks) -> bool:
        return bool(self.weights[hidden[self.cells]].sum() >= self.least - NEAR)


def protect(
    system: System,
    values: Numbers,
    needed: Numbers,
    costs: Numbers,
    rounds: int | None = None,
    *,
    beyond: Numbers | None = None,
    told: Callable[[float], None] | None = None,
) -> Pattern:
    """The safe pattern that costs least.

    `values` are the true values of all cells. `needed` is by cell the width that the attacker's interval must have,
    `beyond` how far it must reach from the true value on either side, down to zero at most; cells with either are
    hidden. `costs` is what hiding each other cell costs, infinite where it stays shown. No cell
    that is hidden in addition can be derived exactly. What no relation ties together is decided apart, each part in
    at most `rounds` rounds, the fewer the larger it is where that is not given. `told` is called with the share of the
    work that is done, at most. Raises Unprotectable, and
    Contradiction where the values do not keep to the relations.
    """
    attacker.check(system, values)
    beyond = np.zeros(values.size) if beyond is None else beyond
    forced = (needed > 0) | (beyond > 0)
    hidden, bound, done = forced.copy(), 0.0, 0
    for part in components(system, values, forced | np.isfinite(costs)):
        cells = part.cells
        if forced[cells].any():
            try:
                search = _Search(part.system, values[cells], needed[cells], beyond[cells], costs[cells])
                found, least = _decided(search, rounds, _shares(told, done, cells.size, values.size))
            except Unprotectable as error:
                raise Unprotectable(cells[error.cells].tolist()) from error
            hidden[cells], bound = found, bound + least
        done += cells.size
    return Pattern(hidden, float(costs[hidden & ~forced].sum()), bound)


def _shares(told: Callable[[float], None] | None, done: int, part: int, cells: int) -> Callable[[float], None]:
    """The share of a part's work that is done as one of all."""
    return (lambda share: told((done + share * part) / cells)) if told else (lambda share: None)


def _decided(search: "_Search", rounds: int | None, told: Callable[[float], None]) -> tuple[Marks, float]:
    """The safe pattern of one part and the bound on what a pattern of it costs."""
    best = search.closed(search.forced)
    bound = 0.0
    most = rounds or max(1, min(ROUNDS, EFFORT // search.values.size))
    relaxed = min(most, RELAXED) - 1
    mastered = max(MASTERED, MASTERED_BY_CELL // search.values.size)
    for number in range(most):
        told(number / most)
        before = bound
        chosen, bound = search.relaxed(bound) if number < relaxed else search.cheapest(bound, best)
        if number < relaxed and bound - before <= RISE * bound:
            relaxed = number
        if search.cost(best) - bound <= NEAR * (1 + bound) or search.mastered > mastered:
            break
        best = search.closed(chosen, best)
    if search.cost(best) - bound > NEAR * (1 + bound):
        best = search.without_needless(best)
    return best, min(bound, search.cost(best))


def _reached(objective: float) -> float:
    """What a linear programme's least cost is for certain: its solver's tolerance less."""
    return objective - TOLERANCE * (1 + abs(objective))


class _Search:
    """The conditions found so far, and what the attacker said of components looked at before."""

    def __init__(self, system: System, values: Numbers, needed: Numbers, beyond: Numbers, costs: Numbers) -> None:
        self.system, self.values, self.needed, self.beyond = system, values, needed, beyond
        self.forced = (needed > 0) | (beyond > 0)
        self.free = ~self.forced & np.isfinite(costs)
        self.costs = np.where(self.free, costs, 0.0)
        self.cuts: list[_Cut] = []
        self.binding: list[_Cut] = []
        self.mastered = 0
        self.known: dict[tuple[bytes, bool], list[_Cut]] = {}
        self.witnesses: dict[int, Indices] = {}
        sums = system.sums(values)
        self.slack_low, self.slack_high = sums - system.low, system.high - sums

    def cost(self, hidden: Marks) -> float:
        """What a pattern costs."""
        return float(self.costs[hidden].sum())

    def broken(self, hidden: Marks, fractions: bool = False) -> list[_Cut]:
        """The conditions that a pattern breaks, as the attacker shows; none where it is safe.

        With `fractions` only what linear programmes show: a quick look before whole numbers are searched for.
        """
        open_ = self._open(hidden)
        found = []
        for component in components(self.system, self.values, hidden):
            if open_[component.cells].any():
                key = (component.cells.tobytes(), fractions)
                if key not in self.known:
                    self.known[key] = self._cuts(component, open_[component.cells], hidden, fractions)
                    self.cuts += self.known[key]
                    self.binding += self.known[key]
                found += self.known[key]
        return found

    def _open(self, hidden: Marks) -> Marks:
        """The cells to be protected, but those that two tables found earlier still show to be wide enough."""
        open_ = self.forced.copy()
        open_[[cell for cell, differing in self.witnesses.items() if hidden[differing].all()]] = False
        return open_

    def _cuts(self, component: Component, open_: Marks, hidden: Marks, fractions: bool) -> list[_Cut]:
        cells = component.cells
        needed, beyond = (np.where(open_, levels[cells], 0.0) for levels in (self.needed, self.beyond))
        found = attacker.of_component(component, self.values[cells], needed, beyond, fractions=fractions)
        self.witnesses |= {int(cells[place]): cells[differing] for place, differing in found.witnesses.items()}
        cuts = []
        for place, proofs in found.proofs.items():
            for proof in proofs:
                cut = self._priced(int(cells[place]), proof)
                if cut.holds(hidden):  # betrayed by whole numbers alone
                    cut = self._neighbours(component, hidden)
                if not cut.cells.size:
                    raise Unprotectable([int(cells[place])])
                cuts.append(cut)
        return cuts

    def _priced(self, cell: int, proof: Proof) -> _Cut:
        """The condition that the prices at the bounds of a cell give.

        The cell moves up by at most the sum of price x room of the cells that may move, and down likewise; together,
        or one of them, they must reach the distance needed. What is hidden has room down to zero and up without end.
        """
        least = proof.least
        reduced: list[tuple[Indices, Numbers]] = []
        for sign, duals in proof.sides:
            least -= self._slack(duals)
            reduced.append(self._reduced(cell, sign, duals))
        cells = np.unique(np.concatenate([each[0] for each in reduced]))
        weights = np.zeros(cells.size)
        for where, prices in reduced:
            down = np.where(prices > NEAR, prices * self.values[where], 0.0)
            weights[np.searchsorted(cells, where)] += np.where(prices < -NEAR, np.inf, down)
        least -= float(weights[self.forced[cells]].sum())
        kept = self.free[cells] & (weights > NEAR)
        return _Cut(cells[kept], np.minimum(weights[kept], max(least, 0.0)), least)

    def _slack(self, duals: Duals) -> float:
        """What inequalities leave open, at their prices; nothing for equations."""
        up, down = np.maximum(duals.prices, 0.0), np.maximum(-duals.prices, 0.0)
        low, high = self.slack_low[duals.relations], self.slack_high[duals.relations]
        return float((up * np.where(up > 0, low, 0.0)).sum() + (down * np.where(down > 0, high, 0.0)).sum())

    def _reduced(self, cell: int, sign: float, duals: Duals) -> tuple[Indices, Numbers]:
        """The cells that the priced relations touch, and the reduced cost of each."""
        used = np.abs(duals.prices) > NEAR
        relations = duals.relations[used]
        terms = self.system.terms(relations)
        lengths = self.system.starts[relations + 1] - self.system.starts[relations]
        cells, inverse = np.unique(np.append(self.system.columns[terms], cell), return_inverse=True)
        worth = np.append(-self.system.coefficients[terms] * np.repeat(duals.prices[used], lengths), sign)
        return cells, np.bincount(inverse, worth, cells.size).astype(np.float64)

    def _neighbours(self, component: Component, hidden: Marks) -> _Cut:
        """Some shown cell that has a relation with these must be hidden, else all stays as it is."""
        touched = np.unique(self.system.columns[self.system.terms(component.relations)])
        cells = touched[self.free[touched] & ~hidden[touched]]
        return _Cut(cells, np.ones(cells.size), 1.0)

    def closed(self, hidden: Marks, best: Marks | None = None) -> Marks:
        """The pattern with more cells hidden until it is safe: what helps most for its cost first.

        `best` is given back instead where it costs no more.
        """
        hidden = hidden | self.forced
        for fractions in (True, False):
            while broken := self.broken(hidden, fractions):
                for cut in broken:
                    self._satisfy(cut, hidden)
            if best is not None and self.cost(hidden) >= self.cost(best):
                return best
        return self._without_derived(hidden)

    def _satisfy(self, cut: _Cut, hidden: Marks) -> None:
        missing = cut.least - float(cut.weights[hidden[cut.cells]].sum())
        order = np.argsort(self.costs[cut.cells] / np.minimum(cut.weights, max(missing, NEAR)), kind="stable")
        for place in order.tolist():
            if missing <= NEAR:
                return
            if not hidden[cut.cells[place]]:
                hidden[cut.cells[place]] = True
                missing -= float(cut.weights[place])
        if missing > NEAR:
            raise Unprotectable(np.flatnonzero(self.forced).tolist())

    def _without_derived(self, hidden: Marks) -> Marks:
        """Cells that were hidden in addition and can be derived exactly protect nothing: they are shown."""
        extra = np.where(hidden & ~self.forced, 1.0, 0.0)
        found = attacker.intervals(self.system, self.values, hidden, extra)
        return hidden & ~((extra > 0) & (found.high - found.low < 1.0))

    def without_needless(self, hidden: Marks) -> Marks:
        """The pattern without the cells that it is safe without, the dearest first, as many as effort allows."""
        extra = np.flatnonzero(hidden & self.free)
        most = TRIED // hidden.size + 1
        for cell in extra[np.argsort(-self.costs[extra], kind="stable")][:most].tolist():
            hidden[cell] = False
            # What breaks a condition known already needs no attack.
            known = any(cell in cut.cells and not cut.holds(hidden) for cut in self.cuts)
            hidden[cell] = known or bool(self.broken(hidden, fractions=True) or self.broken(hidden))
        return self._without_derived(hidden)

    def relaxed(self, bound: float) -> tuple[Marks, float]:
        """The bound of the linear programme of the conditions, and the cells that it hides by more than a half.

        It costs a small part of the integer programme and finds most of the conditions that matter.
        """
        hidden = self.forced.copy()
        self.binding = self.cuts.copy()
        if not self.cuts:
            return hidden, bound
        cells, solver = self._master(whole=False)
        solver.run()
        if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return hidden, bound
        chosen = np.array(solver.getSolution().col_value)
        hidden[cells[chosen > 0.5]] = True
        reached = np.array(solver.getSolution().row_value)
        self.binding = [cut for cut, sum_ in zip(self.cuts, reached, strict=True) if sum_ < SLACK * cut.least + NEAR]
        return hidden, max(bound, _reached(solver.getInfo().objective_function_value))

    def cheapest(self, bound: float, best: Marks) -> tuple[Marks, float]:
        """The cheapest pattern that keeps the conditions that bind, and the bound that it gives.

        Conditions that it breaks bind from then on. `best` is a safe pattern, from which the search starts.
        """
        hidden = self.forced.copy()
        if not self.binding:
            self.binding = self.cuts.copy()
        if not self.binding:
            return hidden, 0.0
        cells, solver = self._master(whole=True)
        start = highspy.HighsSolution()
        start.col_value = best[cells].astype(np.float64).tolist()
        solver.setSolution(start)
        run_whole(solver)
        chosen = np.array(solver.getSolution().col_value)
        if chosen.size:
            hidden[cells[chosen > 0.5]] = True
        kept = {id(cut) for cut in self.binding}
        self.binding += [cut for cut in self.cuts if id(cut) not in kept and not cut.holds(hidden)]
        return hidden, max(bound, solver.getInfo().mip_dual_bound)

    def _master(self, *, whole: bool) -> tuple[Indices, highspy.Highs]:
        """The programme of the conditions that bind, and the cells that its variables stand for."""
        cuts = self.binding
        cells = np.unique(np.concatenate([cut.cells for cut in cuts]))
        terms = np.concatenate([cut.cells for cut in cuts])
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = cells.size, len(cuts)
        model.col_cost_ = self.costs[cells]
        model.col_lower_, model.col_upper_ = np.zeros(cells.size), np.ones(cells.size)
        model.row_lower_ = np.array([cut.least for cut in cuts])
        model.row_upper_ = np.full(len(cuts), highspy.kHighsInf)
        model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        model.a_matrix_.start_ = np.cumsum([0, *(cut.cells.size for cut in cuts)]).astype(np.int32)
        model.a_matrix_.index_ = np.searchsorted(cells, terms).astype(np.int32)
        model.a_matrix_.value_ = np.concatenate([cut.weights for cut in cuts])
        if whole:
            model.integrality_ = [highspy.HighsVarType.kInteger] * cells.size
            self.mastered += terms.size
        solver = quiet()
        solver.setOptionValue("mip_rel_gap", 0.0)
        solver.setOptionValue("mip_max_nodes", max(1, min(NODES, LOOKED_AT // terms.size)))
        solver.passModel(model)
        return cells, solver
