"""The attacker: what the shown cells of linked tables tell of each hidden one, exactly.

The attacker knows every shown figure, all relations between the cells, and that no cell is negative; what can be
said of a hidden cell is the interval from its least to its greatest possible value. The bounds come from linear
programmes over the hidden cells that hang together; where a bound is not reached by whole numbers, an integer
programme gives it (Hundepool et al., Statistical Disclosure Control, 2012, section 4.3, the "audit").

Whole numbers are checked, not trusted: a cell counts as protected because of two tables of whole numbers that agree
with everything shown and differ in that cell, and these are verified in exact arithmetic. What a solver cannot settle
counts as known to the attacker.
"""

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final, NamedTuple

import highspy
import numpy as np

from kokeilu.disclosure.relations import Component, Indices, Marks, Numbers, System, components
from kokeilu.disclosure.solver import quiet, run_whole

NEAR: Final = 1e-6
"""How far a solver's number may be from what it stands for."""
NODES: Final = 100_000
"""The most nodes that one integer programme may look at: a count, not a time, so that every machine says the same."""


SWEEPS: Final = 12
MANY: Final = 20
"""At most so many sweeps, each of which widens the intervals of many cells at once, while so many are left."""
SWEEP_GAP: Final = 0.1
"""How far from the most a sweep of whole numbers may be: it only has to find tables."""


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


@dataclass(frozen=True)
class Intervals:
    """What the attacker can say of each cell: `low` to `high`, infinite where nothing bounds it.

    Shown cells have their value. Where only a width was asked for, the true interval may be wider than the one
    given, which is then already wide enough. Then `proofs` has for each cell that is not wide enough the prices at
    its bounds, and `witnesses` for each that is the cells in which two tables that show it differ.
    """

    low: Numbers
    high: Numbers
    proofs: dict[int, list[Proof]] = field(default_factory=dict)
    witnesses: dict[int, Indices] = field(default_factory=dict)

    @property
    def width(self) -> Numbers:
        """How far apart the bounds are."""
        with np.errstate(invalid="ignore"):
            return self.high - self.low


def intervals(system: System, values: Numbers, hidden: Marks, needed: Numbers | None = None) -> Intervals:
    """The attacker's interval of every cell.

    `values` has the shown cells' values, and the hidden ones' true values where they are known, else NaN (a known
    truth saves the search for a first table). With `needed`, widths by cell, the search for a cell ends once its
    interval is known to be that wide. Raises Contradiction where the shown values cannot be true together.
    """
    low, high = np.where(hidden, np.nan, values), np.where(hidden, np.nan, values)
    check(system, values, hidden)
    for component in components(system, values, hidden):
        cells = component.cells
        found = of_component(component, values[cells], None if needed is None else needed[cells])
        low[cells], high[cells] = found.low, found.high
    return Intervals(low, high)


def completed(system: System, values: Numbers) -> Numbers:
    """The values with some possible one in the place of each that is not known (NaN).

    Raises Contradiction where there is none.
    """
    found, unknown = values.copy(), np.isnan(values)
    check(system, values, unknown)
    for component in components(system, values, unknown):
        found[component.cells] = _Attack(component, values[component.cells]).truth
    return found


def refuted(system: System, values: Numbers, doubtful: Numbers) -> Marks:
    """The doubtful relations to give up so that the others can hold, by as little as they can be off in all.

    `doubtful` is what being off by one costs, zero for relations that hold. `values` that are not known are NaN. Of
    several ways one is taken: an attacker who cannot tell which knows less. Raises Contradiction where shown values
    alone cannot be true together; relations of hidden cells that cannot hold are left to the attacker to find.
    """
    check(system, values, np.isnan(values))
    found, unknown = np.zeros(doubtful.size, np.bool_), np.isnan(values)
    for component in components(system, values, unknown):
        prices = doubtful[component.relations]
        loose = np.flatnonzero(prices)
        if loose.size:
            off = _off(component.system, loose, prices[loose])
            found[component.relations[loose]] = off > NEAR
    return found


def _off(system: System, loose: Indices, prices: Numbers) -> Numbers:
    """How far these relations are off their bounds, where all of them together are off the least."""
    count, ends = system.cells, system.starts[1:]
    behind = np.repeat(ends[loose], 2)  # each has two cells more: what is too little, and what is too much
    more = System(
        count + 2 * loose.size,
        system.starts + 2 * np.searchsorted(loose, np.arange(system.starts.size)),
        np.insert(system.columns, behind, count + np.arange(2 * loose.size)),
        np.insert(system.coefficients, behind, np.tile([1.0, -1.0], loose.size)),
        system.low,
        system.high,
        whole=False,
    )
    cost = np.concatenate([np.zeros(count), np.repeat(prices, 2)])
    solver = _solver(more, anew=True, cost=cost)
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return np.zeros(loose.size)
    found: Numbers = np.array(solver.getSolution().col_value)[count:].reshape(-1, 2).sum(1)
    return found


def of_component(
    component: Component,
    truth: Numbers,
    needed: Numbers | None,
    beyond: Numbers | None = None,
    *,
    fractions: bool = False,
) -> Intervals:
    """`intervals` of one component: everything is by place in its `cells`.

    `beyond` says by cell how far the interval must reach from the true value on either side (down to zero at most),
    in addition to the width.

    With `fractions` a cell is only found too narrow where the linear programmes already say so, and has neither proof
    nor witness where whole numbers are still to decide.
    """
    attack = _Attack(component, truth)
    if needed is None:
        attack.settle()
        return Intervals(attack.low, attack.high)
    attack.beyond = np.zeros(needed.size) if beyond is None else beyond
    proofs = attack.widen(needed, fractions)
    wanted = (needed > 0) | (attack.beyond > 0)
    wide = [place for place in np.flatnonzero(wanted).tolist() if not attack.lacking(place, float(needed[place]))]
    return Intervals(attack.low, attack.high, proofs, {place: attack.witness(place) for place in wide})


def check(system: System, values: Numbers, hidden: Marks | None = None) -> None:
    """Relations among shown cells alone must hold as they are. Raises Contradiction."""
    hidden = np.zeros(system.cells, np.bool_) if hidden is None else hidden
    unknown = np.bincount(system.rows, hidden[system.columns], system.low.size) > 0
    sums = system.sums(np.where(hidden, 0.0, values))
    slack = _slack(system, sums, NEAR)
    wrong = ~unknown & ((sums < system.low - slack) | (sums > system.high + slack))
    if wrong.any():
        raise Contradiction(np.flatnonzero(wrong).tolist())


def _slack(system: System, sums: Numbers, share: float) -> Numbers:
    """How far sums may be off their bounds: a share of them, and of whole numbers never as much as one."""
    slack: Numbers = share * (1 + np.abs(sums))
    return np.minimum(slack, 0.25) if system.whole else slack


class _Attack:
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
        self.beyond = np.zeros(count)
        self.loose_low, self.loose_high = truth.copy(), truth.copy()  # of tables of fractions too
        sums = self.system.sums(truth)
        self.moves = replace(self.system, low=self.system.low - sums, high=self.system.high - sums)
        self.supports = [np.zeros(0, np.int64)]  # where each table seen differs from the first
        self.low_at, self.high_at = np.zeros(count, np.int64), np.zeros(count, np.int64)

    @cached_property
    def solver(self) -> highspy.Highs:
        """The programme of the component, for one cell after the other: not made where no cell needs it."""
        return _solver(self.moves, floor=-self.truth)

    def settle(self) -> None:
        """Find both bounds of every cell."""
        self._mark_unbounded()
        for place in range(self.truth.size):
            for sign in (-1.0, 1.0):
                if np.isfinite(self._reached(place, sign)) and not (sign > 0 and self.low[place] == 0):
                    bound, _ = self._relaxed(place, sign)
                    if self._beyond(place, sign, bound):
                        self._whole(place, sign)

    def widen(self, needed: Numbers, fractions: bool) -> dict[int, list[Proof]]:
        """Find intervals that are wide enough, and prices that prove it of each cell that has none."""
        proofs: dict[int, list[Proof]] = {}
        if self._lack(needed, self.low, self.high).any():
            self._mark_unbounded()
            self._sweep(needed, whole=False)
            if self.system.whole and not fractions:
                self._sweep(needed, whole=True)
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
            | (self.truth - low < np.minimum(self.beyond, self.truth))
        )

    def _sweep(self, needed: Numbers, *, whole: bool) -> None:
        """Push up all cells that are not wide enough, no further than they need, as many as go together, repeatedly.

        Each programme finds one table that widens many intervals; what none widens is looked at one by one.
        """
        level = np.maximum(needed, self.beyond)
        ceiling = np.where(level > 0, level, np.inf)
        left = self._lack(needed, *self._seen(whole))
        for _ in range(SWEEPS):
            if left.sum() < MANY:
                return
            solver = _solver(
                self.moves, whole=whole, anew=True, floor=-self.truth, ceiling=ceiling, cost=np.where(left, -1.0, 0.0)
            )
            if whole:
                solver.setOptionValue("mip_rel_gap", SWEEP_GAP)
                solver.setOptionValue("mip_max_nodes", 1)
            run_whole(solver) if whole else solver.run()
            if solver.getInfo().primal_solution_status != 2:
                return
            self._take(self.truth + np.array(solver.getSolution().col_value))
            before, left = left, self._lack(needed, *self._seen(whole))
            if left.sum() > 0.97 * before.sum():
                return

    def _seen(self, whole: bool) -> tuple[Numbers, Numbers]:
        return (self.low, self.high) if whole else (self.loose_low, self.loose_high)

    def lacking(self, place: int, needed: float, *, loose: bool = False) -> list[tuple[float, tuple[float, ...]]]:
        """What a cell's interval, as far as it is known, falls short of: the distance, and the sides of it."""
        lows, highs = self._seen(whole=not loose)
        low, high, truth = lows[place], highs[place], self.truth[place]
        beyond = float(self.beyond[place])
        short: list[tuple[float, tuple[float, ...]]] = []
        if high - low < needed:
            short.append((needed, (-1.0, 1.0)))
        if high - truth < beyond:
            short.append((beyond, (-1.0,)))
        if truth - low < min(beyond, truth):
            short.append((float(min(beyond, truth)), (1.0,)))
        return short

    def witness(self, place: int) -> Indices:
        """The cells in which the two tables differ that make an interval as wide as it is known to be."""
        return np.union1d(self.supports[self.low_at[place]], self.supports[self.high_at[place]])

    def _too_narrow(self, place: int, needed: float, fractions: bool) -> list[Proof]:
        """The prices that prove that a cell's interval is not wide enough; none where it is."""
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
                    self._whole(place, sign)
        return [
            Proof(least, tuple((sign, duals[sign]) for sign in sides)) for least, sides in self.lacking(place, needed)
        ]

    def _short(self, place: int, needed: float, bounds: dict[float, float]) -> bool:
        """Whether already the linear programmes' bounds fall short."""
        top, bottom, truth, beyond = bounds[-1.0], bounds[1.0], self.truth[place], self.beyond[place]
        return bool(
            top - bottom < needed - NEAR or top - truth < beyond - NEAR or truth - bottom < min(beyond, truth) - NEAR
        )

    def _reached(self, place: int, sign: float) -> float:
        return float(self.low[place] if sign > 0 else self.high[place])

    def _beyond(self, place: int, sign: float, bound: float) -> bool:
        """Whether whole numbers are left between what was reached and the linear programme's bound."""
        return self.system.whole and self._reached(place, sign) != sign * np.ceil(sign * bound - NEAR)

    def _relaxed(self, place: int, sign: float) -> tuple[float, Duals]:
        """Push one cell as far as it goes, down with sign 1 and up with -1: the bound, and the prices at it."""
        status, solution = _pushed(self.solver, place, sign)
        if status != highspy.HighsModelStatus.kOptimal:  # where figures differ much in size: once more from the start
            status, solution = _pushed(_solver(self.moves, floor=-self.truth, anew=True), place, sign)
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
        slack = _slack(self.system, sums, 1e-9 if self.system.whole else NEAR)
        within = (sums >= self.system.low - slack) & (sums <= self.system.high + slack)
        return bool(within.all() and (point >= 0).all())

    def _first(self) -> Numbers:
        """Some table that agrees with everything shown."""
        solver = _solver(self.system)
        solver.run()
        if solver.getModelStatus() == highspy.HighsModelStatus.kInfeasible:
            raise Contradiction(self.component.relations.tolist())
        point: Numbers = np.maximum(solver.getSolution().col_value, 0.0)
        if not self.system.whole:
            return point
        point = np.rint(point)
        if self._agrees(point):
            return point
        solver = _solver(self.system, whole=True)
        run_whole(solver)
        point = np.rint(solver.getSolution().col_value)
        if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal or not self._agrees(point):
            raise Contradiction(self.component.relations.tolist())
        return point

    def _whole(self, place: int, sign: float) -> None:
        """Push one cell as far as it goes among tables of whole numbers."""
        solver = _solver(self.moves, whole=True, floor=-self.truth)
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
        solver = _solver(doubled, ceiling=ceiling, cost=np.concatenate([np.full(count, -1.0), np.zeros(count)]))
        solver.run()
        if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            raise RuntimeError(f"the linear programme of directions ended as {solver.getModelStatus()}")
        endless = np.array(solver.getSolution().col_value)[:count] > 0.5
        self.high[endless] = self.loose_high[endless] = np.inf
        self.high_at[endless] = len(self.supports)
        self.supports.append(np.flatnonzero(endless))


def bounded(system: System) -> Marks:
    """The cells that are seen without a programme to be bounded; others may be so all the same.

    A sum with an upper bound bounds the cells that it adds, where all that it takes away are bounded; one with a lower
    bound bounds what it takes away, where all that it adds are.
    """
    found, before = np.zeros(system.cells, np.bool_), -1
    adds, takes = system.coefficients > 0, system.coefficients < 0
    above, below = np.isfinite(system.high)[system.rows], np.isfinite(system.low)[system.rows]
    while found.sum() > before:
        before = int(found.sum())
        loose = ~found[system.columns]
        adding, taking = (np.bincount(system.rows[loose & each], minlength=system.low.size) for each in (adds, takes))
        capped = above & adds & (taking[system.rows] == 0)
        floored = below & takes & (adding[system.rows] == 0)
        found[system.columns[capped | floored]] = True
    return found


def _pushed(solver: highspy.Highs, place: int, sign: float) -> tuple[highspy.HighsModelStatus, highspy.HighsSolution]:
    """How a programme with one cell as its objective ends."""
    solver.changeColCost(place, sign)
    solver.run()
    ended = solver.getModelStatus(), solver.getSolution()
    solver.changeColCost(place, 0.0)
    return ended


def _no_duals() -> Duals:
    """The proof that a cell is not below zero needs no relation."""
    return Duals(np.zeros(0, np.int64), np.zeros(0))


def _solver(
    system: System,
    *,
    whole: bool = False,
    anew: bool = False,
    floor: Numbers | None = None,
    ceiling: Numbers | None = None,
    cost: Numbers | None = None,
) -> highspy.Highs:
    """HiGHS with the system's relations; every cell is zero or more, or `floor` or more."""
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = system.cells, system.low.size
    model.col_cost_ = np.zeros(system.cells) if cost is None else cost
    model.col_lower_ = np.zeros(system.cells) if floor is None else floor
    model.col_upper_ = np.full(system.cells, highspy.kHighsInf) if ceiling is None else ceiling
    model.row_lower_, model.row_upper_ = system.low, system.high
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = system.starts.astype(np.int32)
    model.a_matrix_.index_ = system.columns.astype(np.int32)
    model.a_matrix_.value_ = system.coefficients
    if whole:
        model.integrality_ = [highspy.HighsVarType.kInteger] * system.cells
    solver = quiet()
    if whole:
        solver.setOptionValue("mip_max_nodes", NODES)
    elif not anew:
        solver.setOptionValue("presolve", "off")  # each bound starts where the one before ended
        solver.setOptionValue("solver", "simplex")
        solver.setOptionValue("simplex_strategy", 4)  # primal: only the objective changes
    solver.passModel(model)
    return solver
