"""Linked tables as one problem: everything published together, and what ties it together.

A table is long: one column per dimension, then `value` and `status`. A row whose code is `total` in a dimension is
the sum of the rows that are the same otherwise; a hierarchy says which codes are summed into another code before
that. Identities tie cells of any tables: stock(t) = stock(t-1) + in - out, the same cell in two tables or in two
versions of one, a rate that bounds its numerator. A row that is not there is of no one: zero, as everybody knows.

`audit` tells what an attacker derives of each hidden cell from all of it together. `protect` decides what else must
be hidden, at the least loss, so that no hidden cell can be derived too narrowly.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
import polars as pl

from kokeilu.disclosure import attacker, insiders, protection
from kokeilu.disclosure.attacker import Contradiction
from kokeilu.disclosure.protection import Unprotectable
from kokeilu.disclosure.relations import Marks, Numbers, Relation, System, from_floor

TOTAL: Final = "total"
PUBLISHED, PRIMARY, SECONDARY = "published", "primary", "secondary"
UNPUBLISHED: Final = "unpublished"
"""A sum that the table does not have, where another table may tell it: neither shown nor to be protected."""
THRESHOLD: Final = 5
"""The least number of people that a cell may show, zero apart."""


@dataclass(frozen=True)
class Table:
    """A published table, or one to be.

    `rows` has a text column for each of `dimensions`, and `value` and `status`: `published`, `primary` (hidden
    because it is small), `secondary` (hidden to protect another), `unpublished`, or null: to be decided. For an
    audit `value` may be null where the status says that it is hidden. A column `cost` says what hiding a row costs,
    null where it must stay shown; without it that is the value and one. A column `beyond` says how far beyond the true
    value, on either side, the interval of a primary row must reach, which then needs no width of the threshold. `parts`
    has for a dimension the code that each code is summed into, where that is not `total`: {"municipality": {"091":
    "uusimaa"}}. Of money `insiders` may tell what contributors know of its cells (`insiders.Insiders`).
    """

    name: str
    dimensions: tuple[str, ...]
    rows: pl.DataFrame
    parts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    insiders: pl.DataFrame | None = None


class Term(NamedTuple):
    """`coefficient` times the cell of `table` with these codes, in the order of its dimensions."""

    table: str
    codes: tuple[str, ...]
    coefficient: float = 1.0


@dataclass(frozen=True)
class Identity:
    """What every reader knows: the sum of the terms lies within `low` and `high`, zero without them.

    One that is `doubtful` readers only suppose: that a figure was not revised.
    """

    terms: tuple[Term, ...]
    low: float = 0.0
    high: float = 0.0
    name: str = ""
    doubtful: bool = False


@dataclass(frozen=True)
class Linked:
    """Tables and the identities between them. `whole`: the values are whole numbers, as counts are."""

    tables: tuple[Table, ...]
    identities: tuple[Identity, ...] = ()
    whole: bool = True

    def joint(self) -> "Joint":
        """All cells numbered through, with every relation."""
        offsets = np.cumsum([0, *(table.rows.height for table in self.tables)]).tolist()
        relations: list[Relation] = []
        names: list[str] = []
        places: dict[tuple[str, tuple[str, ...]], int] = {}
        for table, offset in zip(self.tables, offsets, strict=False):
            for dimension in table.dimensions:
                sums = _sums(table, dimension, offset)
                relations += sums
                names += [f"{table.name}: sums over {dimension}"] * len(sums)
            codes = table.rows.select(table.dimensions).rows()
            places |= {(table.name, row): offset + number for number, row in enumerate(codes)}
        for identity in self.identities:
            known = [(places[key], term.coefficient) for term in identity.terms if (key := term[:2]) in places]
            cells, coefficients = zip(*known, strict=True) if known else ((), ())
            relations.append(Relation(cells, coefficients, identity.low, identity.high))
            names.append(identity.name or "identity")
        rows = pl.concat([table.rows.select(_VALUE, _STATUS) for table in self.tables])
        values = rows.get_column("value").to_numpy().astype(np.float64)
        status = rows.get_column("status").to_list()
        system = System.of(offsets[-1], relations, whole=self.whole)
        return Joint(system, values, status, tuple(offsets), tuple(names))


_VALUE: Final = pl.col("value").cast(pl.Float64)
_STATUS: Final = pl.col("status").cast(pl.String)


@dataclass(frozen=True)
class Joint:
    """A linked problem as arrays. Table i has the cells `offsets[i]` to `offsets[i + 1]`, in the order of its rows;
    `names` says of each relation where it comes from. A value that is not known is NaN.
    """

    system: System
    values: Numbers
    status: list[str | None]
    offsets: tuple[int, ...]
    names: tuple[str, ...]


_CELL: Final = "number of the cell"
_PART: Final = "number of the part"
_PLACE: Final = "place in the table"
RESERVED: Final = frozenset({"value", "status", "cost", "beyond", _CELL, _PART, _PLACE})
"""What a dimension cannot be called."""


def _sums(table: Table, dimension: str, offset: int) -> list[Relation]:
    """The sums over one dimension of a table: total (or a code between) less its parts is zero."""
    parent = table.parts.get(dimension, {})
    others = [name for name in table.dimensions if name != dimension]
    cells = table.rows.select(*table.dimensions, pl.int_range(offset, offset + pl.len(), dtype=pl.Int64).alias(_CELL))
    code = pl.col(dimension)
    above = code.replace_strict(dict(parent), default=TOTAL, return_dtype=pl.String) if parent else pl.lit(TOTAL)
    parts = cells.filter(code != TOTAL).with_columns(above.alias(dimension))
    parts = parts.rename({_CELL: _PART})
    tied = cells.join(parts, on=[*others, dimension]).group_by(_CELL).agg(_PART).sort(_CELL)
    return [Relation((whole, *members), (1.0, *(-1.0 for _ in members))) for whole, members in tied.iter_rows()]


def same(one: Term, other: Term, name: str = "same cell", *, doubtful: bool = False) -> Identity:
    """Two cells that everybody knows to be equal: in two tables, or in two versions where neither was revised."""
    return Identity((one, Term(other.table, other.codes, -other.coefficient)), name=name, doubtful=doubtful)


def reconciled(linked: Linked) -> tuple[Linked, list[Identity]]:
    """The problem without the doubtful identities that the figures refute, and these.

    Hidden figures that hang together with revised ones may have been revised too. Readers suppose that as little was as
    can be, and a total rather than its parts. Raises Contradiction where shown figures do not add up.
    """
    joint = linked.joint()
    doubtful = np.zeros(joint.system.low.size)
    first = doubtful.size - len(linked.identities)
    doubtful[first:] = [each.doubtful * _parted(each.terms[0]) for each in linked.identities]
    refuted = attacker.refuted(joint.system, joint.values, doubtful)[first:].tolist()
    kept = tuple(each for each, gone in zip(linked.identities, refuted, strict=True) if not gone)
    return replace(linked, identities=kept), [
        each for each, gone in zip(linked.identities, refuted, strict=True) if gone
    ]


def _parted(term: Term) -> int:
    """One for a total of everything, and one more for each dimension that a cell is a part in."""
    return 1 + sum(code != TOTAL for code in term.codes)


def rate(
    numerator: Sequence[Term], denominator: Sequence[Term], shown: Decimal, per: int = 100
) -> tuple[Identity, ...]:
    """What a published rate tells of counts: `shown` is `per` x numerator / denominator, rounded half up.

    The rate's decimals are those of `shown`: 12.5 means from 12.45 up to and not including 12.55. Exact for whole
    numbers: per x 2s x n >= (2s x shown - 1) x d and per x 2s x n <= (2s x shown + 1) x d - 1, with s = 10 ** decimals.
    A rate is only published where its denominator is above zero.
    """
    exponent = shown.as_tuple().exponent
    scale = 2 * 10 ** max(0, -int(exponent))
    twice = int(shown * scale)

    def terms(middle: int) -> tuple[Term, ...]:
        above = [Term(each.table, each.codes, per * scale * each.coefficient) for each in numerator]
        below = [Term(each.table, each.codes, -middle * each.coefficient) for each in denominator]
        return _gathered([*above, *below])

    return (
        Identity(terms(twice - 1), 0.0, np.inf, "rate"),
        Identity(terms(twice + 1), -np.inf, -1.0, "rate"),
    )


def _gathered(terms: Sequence[Term]) -> tuple[Term, ...]:
    """Each cell once."""
    sums: dict[tuple[str, tuple[str, ...]], float] = {}
    for table, codes, coefficient in terms:
        sums[table, codes] = sums.get((table, codes), 0.0) + coefficient
    return tuple(Term(*cell, coefficient) for cell, coefficient in sums.items())


def widths(status: Sequence[str | None], threshold: float) -> Numbers:
    """How wide an attacker's interval must be: `threshold` for a primary cell, one for a secondary one."""
    return np.array([threshold if each == PRIMARY else 1.0 if each == SECONDARY else 0.0 for each in status])


def audit(linked: Linked, threshold: int = THRESHOLD, *, zeros_shown: bool = False) -> pl.DataFrame:
    """What an attacker derives of each hidden cell from everything that is published together, exactly.

    One row per cell whose status is primary or secondary, in the order of the tables and rows: `table`, `row` (its
    number in the table's rows, from 0), `status`, `low` and `high` (Float64, infinite where nothing bounds the cell
    from above), `needed` (the width that the interval must have), `exposed`, `by_zeros`. With `zeros_shown` attackers
    know that no zero is hidden: a small count that they derive exactly by that, and not otherwise, is exposed
    `by_zeros`. Every status must be given. Raises Contradiction where the published values cannot be true together.
    """
    joint = linked.joint()
    if None in joint.status:
        raise ValueError("an audit is of what is published: every row has a status")
    hidden = np.array([each != PUBLISHED for each in joint.status])
    found = attacker.intervals(joint.system, np.where(hidden, np.nan, joint.values), hidden)
    cells = np.flatnonzero(hidden & np.array([each != UNPUBLISHED for each in joint.status]))
    needed = widths(joint.status, threshold)[cells]
    exposed = found.width[cells] < needed
    least = _known_least(joint, hidden) if zeros_shown else None
    low, high, by_zeros = found.low[cells], found.high[cells], np.zeros(cells.size, np.bool_)
    if least is not None:
        primary = np.array([joint.status[cell] == PRIMARY for cell in cells], np.bool_)
        by_zeros = ~exposed & (least.width[cells] < 1) & primary
        low, high = (np.where(by_zeros, ends[cells] + 1, own) for ends, own in ((least.low, low), (least.high, high)))
    tables = np.searchsorted(joint.offsets, cells, side="right") - 1
    return pl.DataFrame(
        {
            "table": [linked.tables[table].name for table in tables],
            "row": cells - np.array(joint.offsets)[tables],
            "status": [joint.status[cell] for cell in cells],
            "low": low,
            "high": high,
            "needed": needed,
            "exposed": exposed | by_zeros,
            "by_zeros": by_zeros,
        },
        schema={
            "table": pl.String,
            "row": pl.Int64,
            "status": pl.String,
            "low": pl.Float64,
            "high": pl.Float64,
            "needed": pl.Float64,
            "exposed": pl.Boolean,
            "by_zeros": pl.Boolean,
        },
    )


def _known_least(joint: Joint, hidden: Marks) -> attacker.Intervals | None:
    """What is known of what each hidden cell has above one, where no zero is hidden; nothing if one must be."""
    floor = np.where([each in (PRIMARY, SECONDARY) for each in joint.status], 1.0, 0.0)
    primary = np.where([each == PRIMARY for each in joint.status], 1.0, 0.0)
    values = np.where(hidden, np.nan, joint.values)
    try:
        return attacker.intervals(from_floor(joint.system, floor), values - floor, hidden, primary)
    except Contradiction:
        return None


@dataclass(frozen=True)
class Protected:
    """The tables with every status decided and hidden values null; the cost, and how far it may be from the least."""

    tables: tuple[Table, ...]
    cost: float
    gap: float

    @property
    def optimal(self) -> bool:
        """Whether no safe choice costs less."""
        return self.gap <= attacker.NEAR


def protect(
    linked: Linked,
    threshold: int = THRESHOLD,
    *,
    hide_zeros: bool = False,
    zeros_shown: bool = False,
    rounds: int | None = None,
    told: Callable[[float], None] | None = None,
) -> Protected:
    """Decide every status that is null, so that `audit` finds no exposed cell, at the least cost.

    Counts from one to below `threshold` become primary (from zero with `hide_zeros`); what else must be hidden becomes
    secondary. Statuses that are given stay as they are: what was published stays published, and what was hidden must
    stay protected. True values must be given, but of what was hidden before. Zeros are otherwise never hidden: a reader
    may know that no one can be there. With `zeros_shown` that is the rule and attackers know it: no small count can be
    derived exactly by knowing that nothing hidden is zero. The order of rows does not matter. `told` is called with the
    share of the work that is done. Raises protection.Unprotectable, with the numbers of cells in the order of tables
    and rows, where what was published before leaves no safe choice, and attacker.Contradiction where the values do not
    add up.
    """
    ordered = replace(linked, tables=tuple(_sorted(table) for table in linked.tables))
    joint = ordered.joint()
    open_ = np.array([each is None for each in joint.status], np.bool_)
    if np.isnan(joint.values[[each in (None, PUBLISHED) for each in joint.status]]).any():
        raise ValueError("protection needs the true value of every cell that was not hidden before")
    values, floor = _completed(joint, above_zero=zeros_shown and linked.whole)
    small = open_ & (values < threshold) & (values >= (0 if hide_zeros else 1)) & linked.whole
    status = [PRIMARY if one else each for one, each in zip(small.tolist(), joint.status, strict=True)]
    costs = np.where(open_, np.concatenate([_costs(table, hide_zeros) for table in ordered.tables]), np.inf)
    costs[[each == UNPUBLISHED for each in joint.status]] = 0.0
    beyond = np.concatenate([_beyond(table) for table in ordered.tables])
    needed = np.where(beyond > 0, np.minimum(widths(status, threshold), 1.0), widths(status, threshold))
    try:
        contributors = insiders.of_tables([(each.dimensions, each.rows, each.insiders) for each in ordered.tables])
        knowing = contributors.of if contributors else None
        pattern = protection.protect(
            joint.system, values, needed, costs, rounds, beyond=beyond, floor=floor, insiders=knowing, told=told
        )
    except Unprotectable as error:
        places = np.concatenate(
            [
                table.rows.get_column(_PLACE).to_numpy() + offset
                for table, offset in zip(ordered.tables, joint.offsets, strict=False)
            ]
        )
        raise Unprotectable(places[error.cells].tolist()) from error
    decided = [
        each if each is not None else SECONDARY if hidden else PUBLISHED
        for each, hidden in zip(status, pattern.hidden.tolist(), strict=True)
    ]
    tables = tuple(
        _decided(table, decided[first:last])
        for table, (first, last) in zip(ordered.tables, pairwise(joint.offsets), strict=True)
    )
    return Protected(tables, pattern.cost, pattern.gap)


def _completed(joint: Joint, *, above_zero: bool) -> tuple[Numbers, Numbers | None]:
    """The values with possible ones in the place of those not known, and what hidden cells are known to be at least.

    With `above_zero` what is hidden is one at least; what was hidden before only where that is possible.
    """
    if not above_zero:
        return attacker.completed(joint.system, joint.values), None
    settled = np.where([each in (PRIMARY, SECONDARY) for each in joint.status], 1.0, 0.0)
    try:
        values = attacker.completed(from_floor(joint.system, settled), joint.values - settled) + settled
    except Contradiction:
        values, settled = attacker.completed(joint.system, joint.values), np.zeros(settled.size)
    decided = np.array([each is None for each in joint.status])
    return values, np.where(decided & (values > 0), 1.0, settled)


def _sorted(table: Table) -> Table:
    return replace(table, rows=table.rows.with_row_index(_PLACE).sort(table.dimensions))


def _decided(table: Table, status: list[str]) -> Table:
    rows = table.rows.with_columns(pl.Series("status", status, pl.String)).sort(_PLACE).drop(_PLACE)
    shown = pl.when(pl.col("status") == PUBLISHED).then(pl.col("value"))
    return replace(table, rows=rows.with_columns(shown.alias("value")))


def _costs(table: Table, hide_zeros: bool) -> Numbers:
    if "cost" in table.rows.columns:
        return table.rows.get_column("cost").cast(pl.Float64).fill_null(np.inf).to_numpy()
    values = table.rows.get_column("value").cast(pl.Float64).to_numpy()
    return np.where(hide_zeros | (values > 0), values + 1.0, np.inf)


def _beyond(table: Table) -> Numbers:
    if "beyond" not in table.rows.columns:
        return np.zeros(table.rows.height)
    return table.rows.get_column("beyond").cast(pl.Float64).fill_null(0.0).to_numpy()
