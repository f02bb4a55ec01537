"""From one table to another that agrees with everything shown, by the smallest change of all cells together.

Such a change touches few cells, and most often is of whole numbers already. A table of whole numbers that makes an
interval wide enough is found so in a small part of the time that an integer programme over all cells takes.
"""

from typing import Final

import highspy
import numpy as np

from kokeilu.disclosure.relations import Numbers, System
from kokeilu.disclosure.solver import programme, run_whole

NEAR: Final = 1e-6
MULTIPLES: Final = 3
"""A change in halves or thirds is tried twice or three times over."""


class SmallestMoves:
    """Changes of the table `truth` that keep `moves`, the relations between changes, and no cell below zero."""

    def __init__(self, moves: System, truth: Numbers) -> None:
        self.moves, self.truth, count = moves, truth, moves.cells
        doubled = System(  # each cell goes up by one unknown and down by another, so that their sum is the size
            2 * count,
            moves.starts * 2,
            np.stack([moves.columns, moves.columns + count], 1).ravel(),
            np.stack([moves.coefficients, -moves.coefficients], 1).ravel(),
            moves.low,
            moves.high,
            whole=False,
        )
        self.most = np.concatenate([np.full(count, np.inf), truth])
        self.solver = programme(doubled, anew=True, ceiling=self.most, cost=np.ones(2 * count))
        self.solver.setOptionValue("presolve", "off")
        self.solver.setOptionValue("solver", "simplex")
        self.solver.setOptionValue("simplex_strategy", 1)  # dual: to change nothing is the cheapest start

    def of(self, place: int, by: float) -> Numbers | None:
        """A change of whole numbers that moves the cell up by `by` at least, or down where it is negative, if found."""
        found = self._fractions(place, by)
        if found is None:
            return None
        for times in range(1, MULTIPLES + 1):
            change: Numbers = np.rint(times * found)
            if np.abs(times * found - change).max() < NEAR and (self.truth + change >= 0).all():
                return change
        return self._whole(place, by, found)

    def _fractions(self, place: int, by: float) -> Numbers | None:
        count = self.truth.size
        used, other = (place, place + count) if by > 0 else (place + count, place)
        if abs(by) > self.most[used]:
            return None
        self.solver.clearSolver()  # from nothing changed: near, whatever was looked for before
        self.solver.changeColBounds(used, abs(by), self.most[used])
        self.solver.changeColBounds(other, 0.0, 0.0)
        self.solver.run()
        ended, solution = self.solver.getModelStatus(), self.solver.getSolution()
        for column in (used, other):
            self.solver.changeColBounds(column, 0.0, self.most[column])
        if ended != highspy.HighsModelStatus.kOptimal:
            return None
        found = np.array(solution.col_value)
        change: Numbers = found[:count] - found[count:]
        return change

    def _whole(self, place: int, by: float, near: Numbers) -> Numbers | None:
        """A change of the cells that this one changes."""
        touched = np.abs(near) > NEAR
        floor, ceiling = np.where(touched, -self.truth, 0.0), np.where(touched, np.inf, 0.0)
        if by > 0:
            floor[place] = by
        else:
            ceiling[place] = by
        solver = programme(self.moves, whole=True, floor=floor, ceiling=ceiling)
        solver.setOptionValue("mip_rel_gap", 1.0)  # any will do
        run_whole(solver)
        if solver.getInfo().primal_solution_status != 2:
            return None
        change: Numbers = np.rint(solver.getSolution().col_value)
        return change
