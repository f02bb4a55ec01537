"""What readers know by the rule that zeros are shown: what is hidden is one at least, where no zero is hidden. Pure.

A zero is hidden only where nothing else will do, or with the whole month. So of a month, in one table, either no zero
is hidden, and whoever supposes so is right: five hidden figures that sum to five are one each; or some is, and whoever
supposes so is wrong. The attacker is taken to know which months are of the first kind.
"""

from collections.abc import Hashable, Sequence

import numpy as np

from kokeilu.disclosure import attacker, protection
from kokeilu.disclosure.protection import Unprotectable
from kokeilu.disclosure.relations import Marks, Numbers, System, from_floor


def least(values: Numbers, hidden: Marks, blocks: Sequence[Hashable]) -> Numbers:
    """What each hidden figure is known to be at least: one, where no zero is hidden in its block, else zero.

    `blocks` says of each figure which month of which table it is of; where a hidden value is not known (NaN) nothing
    is.
    """
    number = {block: at for at, block in enumerate(dict.fromkeys(blocks))}
    of = np.array([number[block] for block in blocks], np.int64)
    zeros = np.bincount(of[hidden & ~(values > 0)], minlength=len(number)) > 0
    return np.where(hidden & ~zeros[of], 1.0, 0.0)


def told(system: System, values: Numbers, hidden: Marks, needed: Numbers, known: Numbers) -> Marks:
    """Which small figures, those that need a width of more than one, follow exactly by what is `known` at least."""
    exact = np.where(hidden & (needed > 1), 1.0, 0.0)
    if not known.any() or not exact.any():
        return np.zeros(system.cells, np.bool_)
    found = attacker.intervals(from_floor(system, known), values - known, hidden, exact)
    return (exact > 0) & (found.width < 1)


def pattern(
    system: System, values: Numbers, needed: Numbers, costs: Sequence[Numbers], blocks: Sequence[Hashable],
    rounds: int | None = None,
) -> tuple[protection.Pattern, bool]:  # fmt: skip
    """The pattern that costs least by the first of the costs that allow one, safe too against who goes by the rule.

    `blocks` are as in `least`. Where no pattern is safe against that reader, the first that is safe otherwise: whether
    it is safe against both is told with it. Raises Unprotectable where there is none.
    """
    kept = None
    for cost in costs:
        # Whoever knows of each figure above zero that it is one at least knows more than that reader.
        for known in (None, np.where(values > 0, 1.0, 0.0)):
            try:
                found = protection.protect(system, values, needed, cost, rounds, floor=known)
            except Unprotectable:
                continue
            kept = kept or found
            if not told(system, values, found.hidden, needed, least(values, found.hidden, blocks)).any():
                return found, True
    if kept is None:
        raise Unprotectable(np.flatnonzero(needed > 0).tolist())
    return kept, False
