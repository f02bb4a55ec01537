"""The search for what protects each hidden figure of many tables: close to it first, in all of them last. Pure.

A figure is protected by two tables that agree with everything shown and differ in it by the width needed. Where they
differ only close by, with everything else as it truly is, they are found in a small part of all figures, and stand in
the whole: nothing is lost. Where nothing close protects a figure all that hangs together with it is searched, so that
the answer is the same as without these steps.
"""

import hashlib
from collections.abc import Collection, Iterable, Iterator
from typing import Final, NamedTuple, Protocol

import numpy as np

from kokeilu.disclosure import attacker
from kokeilu.disclosure.relations import Component, Indices, Numbers, System, components

STEPS: Final = ((True, 1), (False, 1), (False, 3))
"""Where tables are looked for: of the figure's own dimension alone or of all, and how many months around its own."""


ANY_MONTH: Final = -1
"""The month of a figure that is close to all others: one of many months together."""


class Places(NamedTuple):
    """By figure: the number of the dimension that it is by, and its month (`rules.month_number`) or ANY_MONTH."""

    dimension: Indices
    month: Indices

    def of(self, cells: Indices) -> "Places":
        """Those of some figures."""
        return Places(self.dimension[cells], self.month[cells])


class Narrow(NamedTuple):
    """A figure that follows too narrowly: its number, the least and the most that it can be."""

    cell: int
    low: float
    high: float


class Memory(Protocol):
    """What was found safe before, by hash: the same unknowns, tied by the same, asked for the same."""

    def known(self, hashes: Collection[str]) -> set[str]:
        """Those of the hashes that are of what was found safe."""

    def note(self, hashes: Collection[str]) -> None:
        """Keep that these are safe."""


def searched(
    parts: Iterable[Component], values: Numbers, needed: Numbers, places: Places, memory: Memory | None = None
) -> Iterator[Narrow]:
    """`narrow` of every component, but for those that were found safe before."""
    wanted = [(_hash(one, needed), one) for one in parts if needed[one.cells].any()]
    known = memory.known({key for key, _ in wanted}) if memory else set()
    for key, part in wanted:
        if key not in known:
            found = list(narrow(part, values, needed, places))
            yield from found
            if memory and not found:
                memory.note([key])


def _hash(part: Component, needed: Numbers) -> str:
    """What the answer rests on: neither the true values, which the attacker does not know, nor the names."""
    system = part.system
    found = hashlib.sha256(f"{system.cells} {system.whole}".encode())
    for each in (system.starts, system.columns, system.coefficients, system.low, system.high, needed[part.cells]):
        found.update(each.tobytes())
    return found.hexdigest()


def narrow(component: Component, values: Numbers, needed: Numbers, places: Places) -> Iterator[Narrow]:
    """The figures of a component whose intervals are not as wide as needed.

    `values` are the true ones where they are known, NaN otherwise; all three are by figure of the whole problem, as
    `component.cells` numbers them. Raises attacker.Contradiction where no values agree with everything shown.
    """
    cells = component.cells
    left = needed[cells].copy()
    if not left.any():
        return
    table = _agreeing(component.system, values[cells])
    for own, around in STEPS:
        _settle(component.system, table, left, places.of(cells), own, around)
    if left.any():
        found = attacker.of_component(component, table, left)
        for place in np.flatnonzero((left > 0) & (found.width < left)).tolist():
            yield Narrow(int(cells[place]), float(found.low[place]), float(found.high[place]))


def _settle(system: System, table: Numbers, left: Numbers, places: Places, own: bool, around: int) -> None:
    """Take out of `left`, the widths still to be shown, what tables that differ close by show."""
    wanted = np.flatnonzero(left > 0)
    centres = {(int(places.dimension[one]) if own else -1, int(places.month[one])) for one in wanted.tolist()}
    for dimension, month in sorted(centres):
        close = np.abs(places.month - month) <= around
        middle = places.month == month
        if own:
            close &= places.dimension == dimension
        close |= places.month == ANY_MONTH
        for part in components(system, table, close):
            here = np.where(middle[part.cells], left[part.cells], 0.0)
            if here.any():
                found = attacker.of_component(part, table[part.cells], here, fractions=True)
                left[part.cells[(here > 0) & (found.width >= here)]] = 0.0


def _agreeing(system: System, values: Numbers) -> Numbers:
    """A table that agrees with everything shown: the true one, where it is known."""
    if agrees(system, values):
        return values
    try:
        return attacker.completed(system, values)
    except attacker.Contradiction:
        return attacker.completed(system, np.full(values.size, np.nan))


def agrees(system: System, values: Numbers) -> bool:
    """Whether the values are all known and hold to all relations."""
    if np.isnan(values).any():
        return False
    sums = system.sums(values)
    return bool(((sums >= system.low) & (sums <= system.high)).all())
