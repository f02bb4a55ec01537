"""Safe patterns: any pattern closed to one, and one without what it does not need."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from kokeilu.disclosure import attacker
from kokeilu.disclosure.attacker import NEAR
from kokeilu.disclosure.conditions import Condition, Unprotectable, View
from kokeilu.disclosure.master import Master
from kokeilu.disclosure.relations import Marks, Numbers

TRIED: Final = 200_000
"""Cells tried to be shown after all, times cells of the part, at most."""


class Search:
    """The patterns of one part that no attacker of `views` opens; the first view is of cells that may be zero.

    `costs` are infinite where a cell stays shown. What the attackers say goes to the `master` as conditions.
    """

    def __init__(self, views: Sequence[View], costs: Numbers, master: Master) -> None:
        self.views, self.master = views, master
        self.forced, self.free = views[0].forced, views[0].free
        self.costs = np.where(self.free, costs, 0.0)

    def cost(self, hidden: Marks) -> float:
        """What a pattern costs."""
        return float(self.costs[hidden].sum())

    def closed(self, hidden: Marks, best: Marks | None = None) -> Marks:
        """The pattern with more cells hidden until it is safe: what helps most for its cost first.

        `best` is given back instead where it costs no more.
        """
        hidden = hidden | self.forced
        for fractions in (True, False):
            while broken := self._broken(hidden, fractions):
                for one in broken:
                    self._satisfy(one, hidden)
            if best is not None and self.cost(hidden) >= self.cost(best):
                return best
        return self._without_derived(hidden)

    def without_needless(self, hidden: Marks) -> Marks:
        """The pattern without the cells that it is safe without, the dearest first, as many as effort allows."""
        hidden = hidden.copy()
        extra = np.flatnonzero(hidden & self.free)
        most = TRIED // hidden.size + 1
        for cell in extra[np.argsort(-self.costs[extra], kind="stable")][:most].tolist():
            hidden[cell] = False
            # What breaks a condition known already needs no attack.
            known = any(cell in one.cells and not one.holds(hidden) for one in self.master.found)
            hidden[cell] = known or bool(self._broken(hidden, fractions=True) or self._broken(hidden))
        return self._without_derived(hidden)

    def _broken(self, hidden: Marks, fractions: bool = False) -> list[Condition]:
        """The conditions that a pattern breaks, as the first attacker shows that breaks any; none where it is safe."""
        found: list[Condition] = []
        for view in self.views:
            for conditions, new in view.broken(hidden, fractions):
                found += conditions
                if new:
                    self.master.add(conditions)
            if found:
                return found
        return found

    def _satisfy(self, one: Condition, hidden: Marks) -> None:
        missing = one.missing(hidden)
        order = np.argsort(self.costs[one.cells] / np.minimum(one.weights, max(missing, NEAR)), kind="stable")
        for place in order.tolist():
            if missing <= NEAR:
                return
            if not hidden[one.cells[place]]:
                hidden[one.cells[place]] = True
                missing -= float(one.weights[place])
        if missing > NEAR:
            raise Unprotectable(np.flatnonzero(self.forced).tolist())

    def _without_derived(self, hidden: Marks) -> Marks:
        """Cells that were hidden in addition and can be derived exactly protect nothing: they are shown."""
        extra = np.where(hidden & ~self.forced, 1.0, 0.0)
        found = attacker.intervals(self.views[0].system, self.views[0].values, hidden, extra)
        return hidden & ~((extra > 0) & (found.high - found.low < 1.0))
