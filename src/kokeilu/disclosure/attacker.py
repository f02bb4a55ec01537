"""The attacker: what the shown cells of linked tables tell of each hidden one, exactly.

The attacker knows every shown figure, all relations between the cells, and that no cell is negative; what can be
said of a hidden cell is the interval from its least to its greatest possible value. The bounds come from linear
programmes over the hidden cells that hang together; where a bound is not reached by whole numbers, an integer
programme gives it (Hundepool et al., Statistical Disclosure Control, 2012, section 4.3, the "audit").

Whole numbers are checked, not trusted: a cell counts as protected because of two tables of whole numbers that agree
with everything shown and differ in that cell, and these are verified in exact arithmetic. What a solver cannot settle
counts as known to the attacker.
"""

from dataclasses import dataclass, field

import highspy
import numpy as np

from kokeilu.disclosure.component_attack import NEAR, Attack, Contradiction, Duals, Proof, slack_of
from kokeilu.disclosure.relations import Component, Indices, Marks, Numbers, System, components
from kokeilu.disclosure.solver import programme

__all__ = [
    "NEAR",
    "Contradiction",
    "Duals",
    "Intervals",
    "Proof",
    "check",
    "completed",
    "intervals",
    "of_component",
    "refuted",
]


@dataclass(frozen=True)
class Intervals:
    """What the attacker can say of each cell: `low` to `high`, infinite where nothing bounds it.

    Shown cells have their value. Where only a width was asked for, the true interval may be wider than the one
    given, which is then already wide enough. Then `proofs` has for each cell that is not wide enough the prices at
    its bounds, and `witnesses` for each that is the cells in which two tables that show it differ from the first.
    """

    low: Numbers
    high: Numbers
    proofs: dict[int, list[Proof]] = field(default_factory=dict)
    witnesses: dict[int, tuple[Indices, Indices]] = field(default_factory=dict)

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
        found[component.cells] = Attack(component, values[component.cells]).truth
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
    solver = programme(more, anew=True, cost=cost)
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
    below: Numbers | None = None,
    *,
    fractions: bool = False,
) -> Intervals:
    """`intervals` of one component: everything is by place in its `cells`.

    `beyond` says by cell how far the interval must reach from the true value on either side (down to zero at most),
    in addition to the width; downwards `below` says it where that is another distance.

    With `fractions` a cell is only found too narrow where the linear programmes already say so, and has neither proof
    nor witness where whole numbers are still to decide.
    """
    attack = Attack(component, truth)
    if needed is None:
        attack.settle()
        return Intervals(attack.low, attack.high)
    attack.beyond = np.zeros(needed.size) if beyond is None else beyond
    attack.below = attack.beyond if below is None else below
    proofs = attack.widen(needed, fractions)
    wanted = (needed > 0) | (attack.beyond > 0)
    wide = [place for place in np.flatnonzero(wanted).tolist() if not attack.lacking(place, float(needed[place]))]
    return Intervals(attack.low, attack.high, proofs, {place: attack.witness(place) for place in wide})


def check(system: System, values: Numbers, hidden: Marks | None = None) -> None:
    """Relations among shown cells alone must hold as they are. Raises Contradiction."""
    hidden = np.zeros(system.cells, np.bool_) if hidden is None else hidden
    unknown = np.bincount(system.rows, hidden[system.columns], system.low.size) > 0
    sums = system.sums(np.where(hidden, 0.0, values))
    slack = slack_of(system, sums, NEAR)
    wrong = ~unknown & ((sums < system.low - slack) | (sums > system.high + slack))
    if wrong.any():
        raise Contradiction(np.flatnonzero(wrong).tolist())
