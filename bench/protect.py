"""Disclosure control of a table against a greedy one.

The greedy peer hides, for each cell that the exact attacker still derives too narrowly, the cell of fewest people in a
sum with it, and asks the attacker again. Both end with a table that no attacker opens; the cost is the people, and one
a cell, hidden in addition to the small cells.
"""

from functools import reduce
from itertools import product

import numpy as np
import polars as pl

from bench.report import Row, seconds
from kokeilu.disclosure import attacker, protection
from kokeilu.disclosure.linked import THRESHOLD, TOTAL, Linked, Table
from kokeilu.disclosure.relations import Indices, Marks, Numbers, System

SHAPE, MEAN, SEED = (6, 8, 3), 30, 2021


def table(shape: tuple[int, ...] = SHAPE, mean: float = MEAN, seed: int = SEED) -> Table:
    """A generated table with all its totals; areas and groups differ in size as they do in life."""
    random = np.random.default_rng(seed)
    weights = [random.dirichlet(np.full(size, 0.7)) * size for size in shape]
    values = random.poisson(mean * reduce(np.multiply.outer, weights))
    for axis in range(len(shape)):
        values = np.concatenate([values, values.sum(axis, keepdims=True)], axis)
    codes = [[*(f"{code:02}" for code in range(size)), TOTAL] for size in shape]
    names = tuple(f"dimension_{number}" for number in range(len(shape)))
    rows = pl.DataFrame(list(product(*codes)), schema=list(names), orient="row")
    return Table("generated", names, rows.with_columns(value=values.ravel(), status=pl.lit(None, pl.String)))


def greedy(system: System, values: Numbers, needed: Numbers, costs: Numbers) -> Marks:
    """A safe pattern, made one cheapest neighbour at a time."""
    hidden = needed > 0
    while True:
        found = attacker.intervals(system, values, hidden, needed)
        exposed = np.flatnonzero(hidden & (found.width < needed))
        if not exposed.size:
            return hidden
        before = int(hidden.sum())
        for cell in exposed:
            _hide_near(system, np.array([cell]), hidden, costs)
        if hidden.sum() == before:  # all around them is hidden already
            _hide_near(system, np.flatnonzero(hidden), hidden, costs)


def _hide_near(system: System, cells: Indices, hidden: Marks, costs: Numbers) -> None:
    """Hide the cheapest cell that is in a sum with one of these."""
    relations = np.unique(system.rows[np.isin(system.columns, cells)])
    near = np.unique(system.columns[system.terms(relations)])
    open_ = near[~hidden[near] & np.isfinite(costs[near])]
    if open_.size:
        hidden[open_[np.argmin(costs[open_])]] = True


def run() -> list[Row]:
    """Cost and time of both on the same table."""
    joint = Linked((table(),)).joint()
    small = (joint.values > 0) & (joint.values < THRESHOLD)
    needed = np.where(small, float(THRESHOLD), 0.0)
    costs = np.where(joint.values > 0, joint.values + 1, np.inf)
    arguments = (joint.system, joint.values, needed, costs)
    ours, theirs = protection.protect(*arguments), greedy(*arguments)
    for hidden in (ours.hidden, theirs):
        found = attacker.intervals(joint.system, joint.values, hidden, needed)
        assert (found.width[small] >= THRESHOLD).all()
    cells = f"{joint.values.size} cells, {int(small.sum())} small; "
    proven = "proven least" if ours.optimal else f"within {ours.gap:.1%} of the least"
    time = seconds(lambda: protection.protect(*arguments), 1)
    audited = seconds(lambda: attacker.intervals(joint.system, joint.values, ours.hidden))
    return [
        Row("people hidden in addition", ours.cost, "greedy, audited", float(costs[theirs & ~small].sum()), 1.0,
            cells + proven, "people"),
        Row("time to a safe table", time, "greedy, audited", seconds(lambda: greedy(*arguments), 1), None,
            "the least loss is searched for, not guessed"),
        Row("time to audit it, every interval exact", audited, "protecting it", time, 1.0),
    ]  # fmt: skip
