"""The attacker: what the shown cells of linked tables tell of each hidden one, exactly.

The attacker knows every shown figure, all relations between the cells, and that no cell is negative; what can be
said of a hidden cell is the interval from its least to its greatest possible value. The bounds come from linear
programmes over the hidden cells that hang together; where a bound is not reached by whole numbers, an integer
programme gives it (Hundepool et al., Statistical Disclosure Control, 2012, section 4.3, the "audit").

Whole numbers are checked, not trusted: a cell counts as protected because of two tables of whole numbers that agree
with everything shown and differ in that cell, and these are verified in exact arithmetic. What a solver cannot settle
counts as known to the attacker.
"""

from dataclasses import dataclass
from typing import Final

import highspy
import numpy as np

from kokeilu.monitoring.relations import Component, Indices, Marks, Numbers, System, components

NEAR: Final = 1e-6
"""How far a solver's number may be from what it stands for."""
NODES: Final = 100_000
"""The most nodes that one integer programme may look at: a count, not a time, so that every machine says the same."""


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


@dataclass(frozen=True)
class Intervals:
    """What the attacker can say of each cell: `low` to `high`, infinite where nothing bounds it.

    Shown cells have their value. Where only a width was asked for, the true interval may be wider than the one
    given, which is then already wide enough. `proofs` has for each cell that is not wide enough the prices at its
    upper and its lower bound.
    """

    low: Numbers
    high: Numbers
    proofs: dict[int, tuple[Duals, Duals]]

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
    proofs: dict[int, tuple[Duals, Duals]] = {}
    check(system, values, hidden)
    for component in components(system, values, hidden):
        cells = component.cells
        found = of_component(component, values[cells], None if needed is None else needed[cells])
        low[cells], high[cells] = found.low, found.high
        proofs |= {int(cells[place]): proof for place, proof in found.proofs.items()}
    return Intervals(low, high, proofs)


def of_component(component: Component, truth: Numbers, needed: Numbers | None) -> Intervals:
    """`intervals` of one component: everything is by place in its `cells`."""
    attack = _Attack(component, truth)
    attack.narrow(needed)
    return Intervals(attack.low, attack.high, attack.proofs)


def check(system: System, values: Numbers, hidden: Marks | None = None) -> None:
    """Relations among shown cells alone must hold as they are. Raises Contradiction."""
    hidden = np.zeros(system.cells, np.bool_) if hidden is None else hidden
    unknown = np.bincount(system.rows, hidden[system.columns], system.low.size) > 0
    sums = system.sums(np.where(hidden, 0.0, values))
    slack = NEAR * (1 + np.abs(sums))
    wrong = ~unknown & ((sums < system.low - slack) | (sums > system.high + slack))
    if wrong.any():
        raise Contradiction(np.flatnonzero(wrong).tolist())


class _Attack:
    """The search over one component. `low` and `high` grow to the exact interval of each of its cells."""

    def __init__(self, component: Component, truth: Numbers) -> None:
        self.component, self.system = component, component.system
        self.proofs: dict[int, tuple[Duals, Duals]] = {}
        self.solver = _solver(self.system)
        count = component.cells.size
        self.low, self.high = np.full(count, np.inf), np.full(count, -np.inf)
        if np.isnan(truth).any() or not self._agrees(truth):
            truth = self._first()
        self._seen(truth)

    def narrow(self, needed: Numbers | None) -> None:
        """Settle both bounds of every cell, or only of those whose interval is not `needed` wide yet."""
        if needed is not None and (self.high - self.low >= needed).all():
            return
        self.high[self._unbounded()] = np.inf
        for place in np.argsort(self.high - self.low, kind="stable").tolist():  # each search may settle others
            if not self._wide(place, needed):
                up = self._bound(place, -1.0) if np.isfinite(self.high[place]) else _no_duals()
                down = _no_duals()
                if self.low[place] > 0 and not self._wide(place, needed):
                    down = self._bound(place, 1.0)
                if not self._wide(place, needed):
                    self.proofs[place] = (up, down)

    def _wide(self, place: int, needed: Numbers | None) -> bool:
        return needed is not None and bool(self.high[place] - self.low[place] >= needed[place])

    def _bound(self, place: int, sign: float) -> Duals:
        """Push one cell as far as it goes: down with sign 1, up with -1."""
        solver = self.solver
        solver.changeColCost(place, sign)
        solver.run()
        status, solution = solver.getModelStatus(), solver.getSolution()
        solver.changeColCost(place, 0.0)
        if status != highspy.HighsModelStatus.kOptimal:
            raise RuntimeError(f"the linear programme of a bound ended as {status}")
        point, prices = np.array(solution.col_value), np.array(solution.row_dual)
        self._take(point)
        reached = self.low[place] if sign > 0 else self.high[place]
        if self.system.whole and reached != sign * np.ceil(sign * point[place] - NEAR):
            self._whole_bound(place, sign)
        return Duals(self.component.relations, prices)

    def _take(self, point: Numbers) -> None:
        """Note a solver's point if it is a table: of whole numbers where cells are counts, and exactly agreeing."""
        point = np.maximum(np.rint(point) if self.system.whole else point, 0.0)
        if self._agrees(point):
            self._seen(point)

    def _seen(self, point: Numbers) -> None:
        np.minimum(self.low, point, out=self.low)
        np.maximum(self.high, point, out=self.high)

    def _agrees(self, point: Numbers) -> bool:
        sums = self.system.sums(point)
        slack = NEAR * (1 + np.abs(sums)) if not self.system.whole else 1e-9 * (1 + np.abs(sums))
        within = (sums >= self.system.low - slack) & (sums <= self.system.high + slack)
        return bool(within.all() and (point >= 0).all())

    def _first(self) -> Numbers:
        """Some table that agrees with everything shown."""
        self.solver.run()
        if self.solver.getModelStatus() == highspy.HighsModelStatus.kInfeasible:
            raise Contradiction(self.component.relations.tolist())
        point: Numbers = np.maximum(self.solver.getSolution().col_value, 0.0)
        if not self.system.whole:
            return point
        point = np.rint(point)
        if self._agrees(point):
            return point
        solver = _solver(self.system, whole=True)
        solver.run()
        point = np.rint(solver.getSolution().col_value)
        if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal or not self._agrees(point):
            raise Contradiction(self.component.relations.tolist())
        return point

    def _whole_bound(self, place: int, sign: float) -> None:
        """The bound among tables of whole numbers, where the linear programme's is not one."""
        solver = _solver(self.system, whole=True)
        solver.setOptionValue("mip_rel_gap", 0.0)
        solver.setOptionValue("mip_abs_gap", 0.5)
        solver.changeColCost(place, sign)
        solver.run()
        if solver.getInfo().primal_solution_status == 2:
            self._take(np.array(solver.getSolution().col_value))

    def _unbounded(self) -> Marks:
        """The cells that can be as large as one likes.

        They are those that some direction without end enlarges. Directions can be added and stretched, so one
        linear programme finds all at once: as many cells as possible go up by u <= 1 (and by any w more).
        """
        system, count = self.system, self.component.cells.size
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
        return np.array(solver.getSolution().col_value)[:count] > 0.5


def _no_duals() -> Duals:
    """The proof that a cell is not below zero needs no relation."""
    return Duals(np.zeros(0, np.int64), np.zeros(0))


def _solver(
    system: System, *, whole: bool = False, ceiling: Numbers | None = None, cost: Numbers | None = None
) -> highspy.Highs:
    """HiGHS with the system's relations; every cell is zero or more."""
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = system.cells, system.low.size
    model.col_cost_ = np.zeros(system.cells) if cost is None else cost
    model.col_lower_ = np.zeros(system.cells)
    model.col_upper_ = np.full(system.cells, highspy.kHighsInf) if ceiling is None else ceiling
    model.row_lower_, model.row_upper_ = system.low, system.high
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = system.starts.astype(np.int32)
    model.a_matrix_.index_ = system.columns.astype(np.int32)
    model.a_matrix_.value_ = system.coefficients
    if whole:
        model.integrality_ = [highspy.HighsVarType.kInteger] * system.cells
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("random_seed", 0)
    if whole:
        solver.setOptionValue("mip_max_nodes", NODES)
    else:
        solver.setOptionValue("presolve", "off")  # each bound starts where the one before ended
        solver.setOptionValue("solver", "simplex")
        solver.setOptionValue("simplex_strategy", 4)  # primal: only the objective changes
    solver.passModel(model)
    return solver
