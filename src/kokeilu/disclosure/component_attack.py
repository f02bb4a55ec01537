"""The attack on hidden cells that hang together: tables that agree with everything shown, and how far they differ.

Linear programmes say how far a cell can go, and what the relations are worth there. Tables of whole numbers are looked
for among those that differ from the first in few cells; an integer programme is the last resort.
"""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final, NamedTuple

import highspy
import numpy as np

from kokeilu.disclosure.relations import Component, Indices, Marks, Numbers, System, bounded
from kokeilu.disclosure.smallest_moves import SmallestMoves
from kokeilu.disclosure.solver import programme, pushed, run_whole

NEAR: Final = 1e-6
"""How far a solver's number may be from what it stands for."""
SWEEPS: Final = 12
MANY: Final = 20
"""At most so many sweeps, each of which widens the intervals of many cells at once, while so many are left."""


class Contradiction(Exception):
    """No values of the hidden cells agree with what is shown; `relations` are among those that cannot hold."""

    def __init__(self, relations: list[int]) -> None:
        self.relations = relations
        super().__init__(f"the relations {relations[:5]} cannot hold together")


@dataclass(frozen=True)
class Duals:
    """Prices of the relations at a bound of one cell: the proof that it cannot go further."""

    relations: Indices
    prices: Numbers


class Proof(NamedTuple):
    """Why a cell is too narrow: its ends at `sides` (down 1, up -1) are together nearer to the truth than `least`."""

    least: float
    sides: tuple[tuple[float, Duals], ...]


def slack_of(system: System, sums: Numbers, share: float) -> Numbers:
    """How far sums may be off their bounds: a share of them, and of whole numbers never as much as one."""
    slack: Numbers = share * (1 + np.abs(sums))
    return np.minimum(slack, 0.25) if system.whole else slack


class Attack:
    """The search over one component. `low` and `high` grow to the exact interval of each of its cells.

    The programmes look at differences from one table that agrees with what is shown: so large figures that hardly move
    do not cost the solver its precision.
    """

    def __init__(self, component: Component, truth: Numbers) -> None:
        self.component, self.system = component, component.system
        count = component.cells.size
        if np.isnan(truth).any() or not self._agrees(truth):
            truth = self._first()
        self.truth, self.low, self.high = truth, truth.copy(), truth.copy()
        self.beyond, self.below = np.zeros(count), np.zeros(count)
        self.loose_low, self.loose_high = truth.copy(), truth.copy()  # of tables of fractions too
        sums = self.system.sums(truth)
        self.moves = replace(self.system, low=self.system.low - sums, high=self.system.high - sums)
        self.supports = [np.zeros(0, np.int64)]  # where each table seen differs from the first
        self.low_at, self.high_at = np.zeros(count, np.int64), np.zeros(count, np.int64)

    @cached_property
    def solver(self) -> highspy.Highs:
        """The programme of the component, for one cell after the other: not made where no cell needs it."""
        return programme(self.moves, floor=-self.truth)

    def settle(self) -> None:
        """Find both bounds of every cell."""
        self._mark_unbounded()
        for place in range(self.truth.size):
            for sign in (-1.0, 1.0):
                if np.isfinite(self._reached(place, sign)) and not (sign > 0 and self.low[place] == 0):
                    bound, _ = self._relaxed(place, sign)
                    if self._beyond(place, sign, bound):
                        self._whole(place, sign, bound)

    def widen(self, needed: Numbers, fractions: bool) -> dict[int, list[Proof]]:
        """Find intervals that are wide enough, and prices that prove it of each cell that has none."""
        proofs: dict[int, list[Proof]] = {}
        if self._lack(needed, self.low, self.high).any():
            self._mark_unbounded()
            self._sweep(needed)
        wanted = np.flatnonzero((needed > 0) | (self.beyond > 0)).tolist()
        for place in sorted(wanted, key=lambda one: self.high[one] - self.low[one]):  # each search may settle others
            if fractions and not self.lacking(place, float(needed[place]), loose=True):
                continue
            proof = self._too_narrow(place, float(needed[place]), fractions)
            if proof:
                proofs[place] = proof
        return proofs

    def _lack(self, needed: Numbers, low: Numbers, high: Numbers) -> Marks:
        """Which cells' intervals are not wide enough yet."""
        return (
            (high - low < needed)
            | (high - self.truth < self.beyond)
            | (self.truth - low < np.minimum(self.below, self.truth))
        )

    def _sweep(self, needed: Numbers) -> None:
        """Push up all cells that are not wide enough, no further than they need, as many as go together, repeatedly.

        Each programme finds one table that widens many intervals; what none widens is looked at one by one.
        """
        level = np.maximum(needed, self.beyond)
        ceiling = np.where(level > 0, level, np.inf)
        left = self._lack(needed, self.loose_low, self.loose_high)
        for _ in range(SWEEPS):
            if left.sum() < MANY:
                return
            wanted = np.where(left, -1.0, 0.0)
            solver = programme(self.moves, anew=True, floor=-self.truth, ceiling=ceiling, cost=wanted)
            solver.run()
            if solver.getInfo().primal_solution_status != 2:
                return
            self._take(self.truth + np.array(solver.getSolution().col_value))
            before, left = left, self._lack(needed, self.loose_low, self.loose_high)
            if left.sum() > 0.97 * before.sum():
                return

    def lacking(self, place: int, needed: float, *, loose: bool = False) -> list[tuple[float, tuple[float, ...]]]:
        """What a cell's interval, as far as it is known, falls short of: the distance, and the sides of it."""
        lows, highs = (self.loose_low, self.loose_high) if loose else (self.low, self.high)
        low, high, truth = lows[place], highs[place], self.truth[place]
        beyond, below = float(self.beyond[place]), float(min(self.below[place], truth))
        short: list[tuple[float, tuple[float, ...]]] = []
        if high - low < needed:
            short.append((needed, (-1.0, 1.0)))
        if high - truth < beyond:
            short.append((beyond, (-1.0,)))
        if truth - low < below:
            short.append((below, (1.0,)))
        return short

    def witness(self, place: int) -> tuple[Indices, Indices]:
        """Where the two tables differ from the first that make an interval as wide as it is known to be.

        Many cells have the same two: the arrays are shared.
        """
        return self.supports[self.low_at[place]], self.supports[self.high_at[place]]

    def _too_narrow(self, place: int, needed: float, fractions: bool) -> list[Proof]:
        """The prices that prove that a cell's interval is not wide enough; none where it is."""
        if self.system.whole and not fractions:
            self._move(place, needed)
        duals: dict[float, Duals] = {}
        bounds = {-1.0: np.inf, 1.0: 0.0}
        for sign in (-1.0, 1.0):
            if not any(sign in sides for _, sides in self.lacking(place, needed)):
                continue
            if sign > 0 and self.low[place] <= 0:
                duals[sign] = _no_duals()
            else:
                bounds[sign], duals[sign] = self._relaxed(place, sign)
        if not self.lacking(place, needed):
            return []
        if not self._short(place, needed, bounds):
            if fractions:
                return []
            for sign, bound in bounds.items():
                if sign in duals and self._beyond(place, sign, bound):
                    self._whole(place, sign, bound)
        return [
            Proof(least, tuple((sign, duals[sign]) for sign in sides)) for least, sides in self.lacking(place, needed)
        ]

    def _move(self, place: int, needed: float) -> None:
        """Look for tables near the first that make a cell's interval wide enough: up, and down for what is missing."""
        truth, beyond, below = self.truth[place], self.beyond[place], self.below[place]
        wanted = max(self.low[place] + needed, truth + beyond)
        if wanted > self.high[place] and not self._reach(place, wanted):
            bound, _ = self._relaxed(place, -1.0)
            self._reach(place, np.floor(bound + NEAR))
        wanted = max(min(self.high[place] - needed, truth - below), 0.0)
        if wanted < self.low[place]:
            self._reach(place, wanted)

    def _reach(self, place: int, level: float) -> bool:
        """Look for a table in which a cell is as much, and that differs from the first in little else."""
        change = self.near.of(place, level - self.truth[place])
        if change is None:
            return False
        self._take(self.truth + change)
        return bool(self.low[place] <= level <= self.high[place])

    @cached_property
    def near(self) -> SmallestMoves:
        """The tables near the first."""
        return SmallestMoves(self.moves, self.truth)

    def _short(self, place: int, needed: float, bounds: dict[float, float]) -> bool:
        """Whether already the linear programmes' bounds fall short."""
        top, bottom, truth = bounds[-1.0], bounds[1.0], self.truth[place]
        beyond, below = self.beyond[place], min(self.below[place], truth)
        return bool(top - bottom < needed - NEAR or top - truth < beyond - NEAR or truth - bottom < below - NEAR)

    def _reached(self, place: int, sign: float) -> float:
        return float(self.low[place] if sign > 0 else self.high[place])

    def _beyond(self, place: int, sign: float, bound: float) -> bool:
        """Whether whole numbers are left between what was reached and the linear programme's bound."""
        return self.system.whole and self._reached(place, sign) != sign * np.ceil(sign * bound - NEAR)

    def _relaxed(self, place: int, sign: float) -> tuple[float, Duals]:
        """Push one cell as far as it goes, down with sign 1 and up with -1: the bound, and the prices at it."""
        status, solution = pushed(self.solver, place, sign)
        if status != highspy.HighsModelStatus.kOptimal:  # where figures differ much in size: once more from the start
            status, solution = pushed(programme(self.moves, floor=-self.truth, anew=True), place, sign)
        if status != highspy.HighsModelStatus.kOptimal:
            raise RuntimeError(f"the linear programme of a bound ended as {status}")
        point = self.truth + np.array(solution.col_value)
        self._take(point)
        return float(point[place]), Duals(self.component.relations, np.array(solution.row_dual))

    def _take(self, point: Numbers) -> None:
        """Note a solver's point if it is a table: of whole numbers where cells are counts, and exactly agreeing."""
        self.loose_low, self.loose_high = np.minimum(self.loose_low, point), np.maximum(self.loose_high, point)
        point = np.maximum(np.rint(point) if self.system.whole else point, 0.0)
        if self._agrees(point):
            lower, higher = point < self.low, point > self.high
            self.low_at[lower] = self.high_at[higher] = len(self.supports)
            self.low, self.high = np.minimum(self.low, point), np.maximum(self.high, point)
            self.supports.append(np.flatnonzero(point != self.truth))

    def _agrees(self, point: Numbers) -> bool:
        sums = self.system.sums(point)
        slack = slack_of(self.system, sums, 1e-9 if self.system.whole else NEAR)
        within = (sums >= self.system.low - slack) & (sums <= self.system.high + slack)
        return bool(within.all() and (point >= 0).all())

    def _first(self) -> Numbers:
        """Some table that agrees with everything shown."""
        solver = programme(self.system)
        solver.run()
        if solver.getModelStatus() == highspy.HighsModelStatus.kInfeasible:
            raise Contradiction(self.component.relations.tolist())
        point: Numbers = np.maximum(solver.getSolution().col_value, 0.0)
        if not self.system.whole:
            return point
        point = np.rint(point)
        if self._agrees(point):
            return point
        solver = programme(self.system, whole=True)
        run_whole(solver)
        point = np.rint(solver.getSolution().col_value)
        if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal or not self._agrees(point):
            raise Contradiction(self.component.relations.tolist())
        return point

    def _whole(self, place: int, sign: float, bound: float) -> None:
        """Push one cell as far as it goes among tables of whole numbers; `bound` is how far fractions go."""
        if self._reach(place, sign * np.ceil(sign * bound - NEAR)):
            return
        solver = programme(self.moves, whole=True, floor=-self.truth)
        solver.setOptionValue("mip_rel_gap", 0.0)
        solver.setOptionValue("mip_abs_gap", 0.5)
        solver.changeColCost(place, sign)
        run_whole(solver)
        if solver.getInfo().primal_solution_status == 2:
            self._take(self.truth + np.array(solver.getSolution().col_value))

    def _mark_unbounded(self) -> None:
        """Find the cells that can be as large as one likes.

        They are those that some direction without end enlarges. Directions can be added and stretched, so one
        linear programme finds all at once: as many cells as possible go up by u <= 1 (and by any w more).
        """
        system, count = self.system, self.component.cells.size
        if bounded(system).all():
            return
        doubled = System(
            2 * count,
            system.starts * 2,
            np.stack([system.columns, system.columns + count], 1).ravel(),
            np.repeat(system.coefficients, 2),
            np.where(np.isfinite(system.low), 0.0, -np.inf),
            np.where(np.isfinite(system.high), 0.0, np.inf),
            whole=False,
        )
        ceiling = np.concatenate([np.ones(count), np.full(count, np.inf)])
        solver = programme(doubled, ceiling=ceiling, cost=np.concatenate([np.full(count, -1.0), np.zeros(count)]))
        solver.run()
        if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            raise RuntimeError(f"the linear programme of directions ended as {solver.getModelStatus()}")
        endless = np.array(solver.getSolution().col_value)[:count] > 0.5
        self.high[endless] = self.loose_high[endless] = np.inf
        self.high_at[endless] = len(self.supports)
        self.supports.append(np.flatnonzero(endless))


def _no_duals() -> Duals:
    """The proof that a cell is not below zero needs no relation."""
    return Duals(np.zeros(0, np.int64), np.zeros(0))
