"""Disclosure control of tables against a greedy one, and against each table by itself.

The greedy peer hides, for each cell that the exact attacker still derives too narrowly, the cell of fewest people in a
sum with it, and asks the attacker again. Both end with a table that no attacker opens; the cost is the people, and one
a cell, hidden in addition to the small cells.

Monthly stocks with their flows are protected together, and each table by itself with the same programme; then all of
it is attacked together. Times of several sizes stand beside the time that the audit of the answer takes, every interval
exact.
"""

from functools import partial, reduce
from itertools import product

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bench.report import Row, seconds
from kokeilu.disclosure import attacker, protection
from kokeilu.disclosure.linked import THRESHOLD, TOTAL, Identity, Linked, Table, Term
from kokeilu.disclosure.relations import Indices, Marks, Numbers, System

SHAPE, MEAN, SEED = (6, 8, 3), 30, 2021
SIZES = (6, 8, 3), (12, 8, 5), (25, 12, 5)
AREAS, GROUPS, MONTHS = 5, 3, 6
"""Of the stocks and flows."""


def table(shape: tuple[int, ...] = SHAPE, mean: float = MEAN, seed: int = SEED) -> Table:
    """A generated table with all its totals; areas and groups differ in size as they do in life."""
    random = np.random.default_rng(seed)
    weights = [random.dirichlet(np.full(size, 0.7)) * size for size in shape]
    return _table("generated", random.poisson(mean * reduce(np.multiply.outer, weights)))


def _table(name: str, values: NDArray[np.int64]) -> Table:
    """The table of these counts with all its totals."""
    codes = [[*(f"{code:02}" for code in range(size)), TOTAL] for size in values.shape]
    for axis in range(values.ndim):
        values = np.concatenate([values, values.sum(axis, keepdims=True)], axis)
    names = tuple(f"dimension_{number}" for number in range(values.ndim))
    rows = pl.DataFrame(list(product(*codes)), schema=list(names), orient="row")
    return Table(name, names, rows.with_columns(value=values.ravel(), status=pl.lit(None, pl.String)))


def stocks_and_flows() -> tuple[Linked, Linked]:
    """Generated stocks of each month with the flows between, tied by their balances; and the same tables untied."""
    random = np.random.default_rng(SEED)
    size = random.gamma(1.0, 12.0, (AREAS, GROUPS))
    stock = random.poisson(size)
    tables, balances = [_table("stock 0", stock)], []
    for month in range(1, MONTHS):
        into, out = random.poisson(size / 5), random.binomial(stock, 0.2)
        stock = stock + into - out
        tables += [_table(f"stock {month}", stock), _table(f"inflow {month}", into), _table(f"outflow {month}", out)]
        for codes in tables[0].rows.select(tables[0].dimensions).rows():
            names = f"stock {month}", f"outflow {month}", f"stock {month - 1}", f"inflow {month}"
            terms = zip(names, (1.0, 1.0, -1.0, -1.0), strict=True)
            balances.append(Identity(tuple(Term(name, codes, sign) for name, sign in terms)))
    return Linked(tuple(tables), tuple(balances)), Linked(tuple(tables))


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
    """What each costs, in people and in time."""
    return [*against_greedy(), *against_tables_alone(), *sizes()]


def against_tables_alone() -> list[Row]:
    """What follows from all tables together where each was protected by itself, and where all were together."""
    tied, untied = (linked.joint() for linked in stocks_and_flows())
    small = (tied.values > 0) & (tied.values < THRESHOLD)
    needed, costs = _needed(tied.values), _costs(tied.values)
    hidden, exact, narrow = [], [], []
    for system in (tied.system, untied.system):
        pattern = protection.protect(system, tied.values, needed, costs)
        found = attacker.intervals(tied.system, tied.values, pattern.hidden)
        hidden.append(float(pattern.hidden.sum()))
        exact.append(float((pattern.hidden & (found.width < 1)).sum()))
        narrow.append(float((small & (found.width < THRESHOLD)).sum()))
    peer = "each table by itself"
    told = f"{small.size} cells of {len(untied.offsets) - 1} tables, {int(small.sum())} small; attacked together"
    return [
        Row("hidden figures that follow exactly", exact[0], peer, exact[1], 0.0, told, "figures"),
        Row("small figures that follow within the threshold", narrow[0], peer, narrow[1], 0.0, told, "figures"),
        Row("figures hidden", hidden[0], peer, hidden[1], None, "what that costs", "figures"),
    ]


def sizes() -> list[Row]:
    """Time by the number of cells."""
    rows = []
    for shape in SIZES:
        joint = Linked((table(shape),)).joint()
        arguments = (joint.system, joint.values, _needed(joint.values), _costs(joint.values))
        pattern = protection.protect(*arguments)
        rows.append(
            Row(
                f"time to protect {joint.values.size} cells",
                seconds(partial(protection.protect, *arguments), 1),
                "auditing the answer",
                seconds(partial(attacker.intervals, joint.system, joint.values, pattern.hidden), 1),
                None,
                f"{int((arguments[2] > 0).sum())} small; {_proven(pattern)}",
            )
        )
    return rows


def _needed(values: Numbers) -> Numbers:
    return np.where((values > 0) & (values < THRESHOLD), float(THRESHOLD), 0.0)


def _costs(values: Numbers) -> Numbers:
    return np.where(values > 0, values + 1, np.inf)


def _proven(pattern: protection.Pattern) -> str:
    return "proven least" if pattern.optimal else f"within {pattern.gap:.1%} of the least"


def against_greedy() -> list[Row]:
    """Cost and time of both on the same table."""
    joint = Linked((table(),)).joint()
    small = (joint.values > 0) & (joint.values < THRESHOLD)
    needed, costs = _needed(joint.values), _costs(joint.values)
    arguments = (joint.system, joint.values, needed, costs)
    ours, theirs = protection.protect(*arguments), greedy(*arguments)
    for hidden in (ours.hidden, theirs):
        found = attacker.intervals(joint.system, joint.values, hidden, needed)
        assert (found.width[small] >= THRESHOLD).all()
    cells = f"{joint.values.size} cells, {int(small.sum())} small; "
    time = seconds(lambda: protection.protect(*arguments), 1)
    audited = seconds(partial(attacker.intervals, joint.system, joint.values, ours.hidden))
    return [
        Row("people hidden in addition", ours.cost, "greedy, audited", float(costs[theirs & ~small].sum()), 1.0,
            cells + _proven(ours), "people"),
        Row("time to a safe table", time, "greedy, audited", seconds(lambda: greedy(*arguments), 1), None,
            "the least loss is searched for, not guessed"),
        Row("time to audit it, every interval exact", audited, "protecting it", time, 1.0),
    ]  # fmt: skip
