"""The cheapest pattern that keeps the conditions found so far: a linear programme at first, then an integer one."""

from typing import Final

import highspy
import numpy as np

from kokeilu.disclosure.attacker import NEAR
from kokeilu.disclosure.conditions import Condition
from kokeilu.disclosure.relations import Indices, Marks, Numbers
from kokeilu.disclosure.solver import quiet, run_whole

NODES: Final = 20_000
LOOKED_AT: Final = 2_000_000
"""The most nodes that the integer programme of one round may look at, and the most nodes times its terms."""
SLACK: Final = 1.1
"""Conditions that a linear programme keeps by more than so many times are left out of the integer one until broken."""
TOLERANCE: Final = 1e-7
"""The share of a linear programme's cost that its solver leaves open."""


class Master:
    """The conditions `found` so far, those that bind, and what the integer programmes cost: their `terms`, and their
    `steps`, which are those of the simplex times the terms that each looked through.
    """

    def __init__(self, costs: Numbers, forced: Marks) -> None:
        self.costs, self.forced = costs, forced
        self.found: list[Condition] = []
        self.binding: list[Condition] = []
        self.terms, self.steps = 0, 0

    def add(self, conditions: list[Condition]) -> None:
        """Take new conditions, which bind from now on."""
        self.found += conditions
        self.binding += conditions

    def relaxed(self, bound: float) -> tuple[Marks, float]:
        """The bound of the linear programme of the conditions, and the cells that it hides by more than a half.

        It costs a small part of the integer programme and finds most of the conditions that matter.
        """
        hidden = self.forced.copy()
        self.binding = self.found.copy()
        if not self.found:
            return hidden, bound
        cells, solver = self._programme(whole=False)
        solver.run()
        if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return hidden, bound
        chosen = np.array(solver.getSolution().col_value)
        hidden[cells[chosen > 0.5]] = True
        reached = np.array(solver.getSolution().row_value)
        self.binding = [one for one, sum_ in zip(self.found, reached, strict=True) if sum_ < SLACK * one.least + NEAR]
        return hidden, max(bound, _reached(solver.getInfo().objective_function_value))

    def cheapest(self, bound: float, best: Marks) -> tuple[Marks, float]:
        """The cheapest pattern that keeps the conditions that bind, and the bound that it gives.

        Conditions that it breaks bind from then on. `best` is a safe pattern, from which the search starts.
        """
        hidden = self.forced.copy()
        if not self.binding:
            self.binding = self.found.copy()
        if not self.binding:
            return hidden, 0.0
        cells, solver = self._programme(whole=True)
        start = highspy.HighsSolution()
        start.col_value = best[cells].astype(np.float64).tolist()
        solver.setSolution(start)
        run_whole(solver)
        self.steps += solver.getInfo().simplex_iteration_count * solver.getNumNz()
        chosen = np.array(solver.getSolution().col_value)
        if chosen.size:
            hidden[cells[chosen > 0.5]] = True
        kept = {id(one) for one in self.binding}
        self.binding += [one for one in self.found if id(one) not in kept and not one.holds(hidden)]
        return hidden, max(bound, solver.getInfo().mip_dual_bound)

    def _programme(self, *, whole: bool) -> tuple[Indices, highspy.Highs]:
        """The programme of the conditions that bind, and the cells that its variables stand for."""
        terms = np.concatenate([one.cells for one in self.binding])
        cells = np.unique(terms)
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = cells.size, len(self.binding)
        model.col_cost_ = self.costs[cells]
        model.col_lower_, model.col_upper_ = np.zeros(cells.size), np.ones(cells.size)
        model.row_lower_ = np.array([one.least for one in self.binding])
        model.row_upper_ = np.full(len(self.binding), highspy.kHighsInf)
        model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        model.a_matrix_.start_ = np.cumsum([0, *(one.cells.size for one in self.binding)]).astype(np.int32)
        model.a_matrix_.index_ = np.searchsorted(cells, terms).astype(np.int32)
        model.a_matrix_.value_ = np.concatenate([one.weights for one in self.binding])
        if whole:
            model.integrality_ = [highspy.HighsVarType.kInteger] * cells.size
            self.terms += terms.size
        solver = quiet()
        solver.setOptionValue("mip_rel_gap", 0.0)
        solver.setOptionValue("mip_max_nodes", max(1, min(NODES, LOOKED_AT // terms.size)))
        solver.passModel(model)
        return cells, solver


def _reached(objective: float) -> float:
    """What a linear programme's least cost is for certain: its solver's tolerance less."""
    return objective - TOLERANCE * (1 + abs(objective))
