"""What must be hidden, as conditions that the attacker's prices prove.

Where the attacker derives a cell too narrowly, the prices of the relations in the linear programmes of its bounds say
which cells would have helped, and how much: that is a condition which every safe pattern keeps. Where only whole
numbers betray a cell, the condition is that some neighbour of the cells it hangs together with must be hidden.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from kokeilu.disclosure import attacker
from kokeilu.disclosure.attacker import NEAR, Duals, Proof
from kokeilu.disclosure.relations import Component, Indices, Marks, Numbers, System, components


class Unprotectable(Exception):
    """Hiding every cell that may be hidden leaves these cells derivable."""

    def __init__(self, cells: list[int]) -> None:
        self.cells = cells
        super().__init__(f"the cells {cells[:5]} cannot be protected")


class Condition(NamedTuple):
    """The sum of weights of the cells hidden must reach `least`."""

    cells: Indices
    weights: Numbers
    least: float

    def holds(self, hidden: Marks) -> bool:
        """Whether a pattern keeps it."""
        return bool(self.weights[hidden[self.cells]].sum() >= self.least - NEAR)

    def missing(self, hidden: Marks) -> float:
        """How much a pattern lacks."""
        return self.least - float(self.weights[hidden[self.cells]].sum())


class View:
    """One attacker: what is known to it, what it must not come to know, and what it said of components before.

    `values` are by how much each cell can go down, as far as this attacker knows; `forced` are the cells that are
    hidden in every pattern, `free` those that may be hidden in addition. Other than outsiders, an attacker may know
    some cells as if they were shown, `told`; downwards its intervals need not reach `beyond`.
    """

    def __init__(
        self,
        system: System,
        values: Numbers,
        needed: Numbers,
        beyond: Numbers,
        forced: Marks,
        free: Marks,
        told: Marks | None = None,
    ) -> None:
        self.system, self.values, self.needed, self.beyond = system, values, needed, beyond
        self.below = beyond if told is None else np.zeros(beyond.size)
        self.secret = np.ones(forced.size, np.bool_) if told is None else ~told
        self.forced, self.free = forced & self.secret, free & self.secret
        self.protected = (needed > 0) | (beyond > 0)
        self.known: dict[tuple[bytes, bool], list[Condition]] = {}
        self.witnesses: dict[int, tuple[Indices, Indices]] = {}
        sums = system.sums(values)
        self.slack_low, self.slack_high = sums - system.low, system.high - sums

    def broken(self, hidden: Marks, fractions: bool) -> Iterator[tuple[list[Condition], bool]]:
        """The conditions that a pattern breaks, component by component, and whether they are new.

        With `fractions` only what linear programmes show: a quick look before whole numbers are searched for.
        """
        open_ = self._open(hidden)
        for component in components(self.system, self.values, hidden & self.secret):
            if open_[component.cells].any():
                key = (component.cells.tobytes(), fractions)
                new = key not in self.known
                if new:
                    self.known[key] = self._found(component, open_[component.cells], hidden, fractions)
                yield self.known[key], new

    def _open(self, hidden: Marks) -> Marks:
        """The cells to be protected, but those that two tables found earlier still show to be wide enough."""
        tables = {id(one): one for both in self.witnesses.values() for one in both}
        still = {name: bool(hidden[differing].all()) for name, differing in tables.items()}
        open_ = self.protected.copy()
        open_[[cell for cell, (low, high) in self.witnesses.items() if still[id(low)] and still[id(high)]]] = False
        return open_

    def _found(self, component: Component, open_: Marks, hidden: Marks, fractions: bool) -> list[Condition]:
        cells = component.cells
        levels = self.needed, self.beyond, self.below
        distances = (np.where(open_, level[cells], 0.0) for level in levels)
        found = attacker.of_component(component, self.values[cells], *distances, fractions=fractions)
        tables = {id(one): cells[one] for both in found.witnesses.values() for one in both}
        for place, (low, high) in found.witnesses.items():
            self.witnesses[int(cells[place])] = tables[id(low)], tables[id(high)]
        conditions = []
        for place, proofs in found.proofs.items():
            for proof in proofs:
                one = self._priced(int(cells[place]), proof)
                if one.holds(hidden):  # betrayed by whole numbers alone
                    one = self._neighbours(component, hidden)
                if not one.cells.size:
                    raise Unprotectable([int(cells[place])])
                conditions.append(one)
        return conditions

    def _priced(self, cell: int, proof: Proof) -> Condition:
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
        return Condition(cells[kept], np.minimum(weights[kept], max(least, 0.0)), least)

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

    def _neighbours(self, component: Component, hidden: Marks) -> Condition:
        """Some shown cell that has a relation with these must be hidden, else all stays as it is."""
        touched = np.unique(self.system.columns[self.system.terms(component.relations)])
        cells = touched[self.free[touched] & ~hidden[touched]]
        return Condition(cells, np.ones(cells.size), 1.0)
