"""Linear relations among the cells of tables, as arrays: what everybody who sees the tables can calculate with.

A system has cells 0..n-1, none of which is ever negative, and relations: the sum of coefficient x cell of each
lies within two bounds, which are equal where the relation is an equation.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Indices = NDArray[np.int64]
Marks = NDArray[np.bool_]


class Relation(NamedTuple):
    """`low` <= sum of coefficient x cell <= `high`; without bounds the sum is zero."""

    cells: Sequence[int]
    coefficients: Sequence[float]
    low: float = 0.0
    high: float = 0.0


@dataclass(frozen=True)
class System:
    """`cells` unknowns and the relations between them, row by row.

    The terms of relation r are `columns[starts[r]:starts[r + 1]]` with their `coefficients`. `whole` tells that
    every cell is a whole number, as counts are.
    """

    cells: int
    starts: Indices
    columns: Indices
    coefficients: Numbers
    low: Numbers
    high: Numbers
    whole: bool = True

    @classmethod
    def of(cls, cells: int, relations: Iterable[Relation], *, whole: bool = True) -> "System":
        """The system of the relations, in their order."""
        every = list(relations)
        lengths = [len(relation.cells) for relation in every]
        return cls(
            cells,
            np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]).astype(np.int64),
            np.fromiter((cell for one in every for cell in one.cells), np.int64, sum(lengths)),
            np.fromiter((value for one in every for value in one.coefficients), np.float64, sum(lengths)),
            np.array([relation.low for relation in every], np.float64),
            np.array([relation.high for relation in every], np.float64),
            whole,
        )

    @cached_property
    def rows(self) -> Indices:
        """The relation that each term belongs to."""
        return np.repeat(np.arange(self.low.size), np.diff(self.starts))

    def sums(self, values: Numbers) -> Numbers:
        """The sum of coefficient x value of each relation."""
        return np.bincount(self.rows, self.coefficients * values[self.columns], self.low.size).astype(np.float64)

    def terms(self, relations: Indices) -> Indices:
        """Where the terms of these relations are, one relation after the other."""
        lengths = self.starts[relations + 1] - self.starts[relations]
        ends = np.cumsum(lengths)
        shifts: Indices = np.repeat(self.starts[relations] - ends + lengths, lengths)
        return shifts + np.arange(shifts.size)

    def part(self, kept: Marks) -> "System":
        """The same cells with only the relations that are kept."""
        terms = kept[self.rows]
        lengths = np.diff(self.starts)[kept]
        return System(
            self.cells,
            np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
            self.columns[terms],
            self.coefficients[terms],
            self.low[kept],
            self.high[kept],
            self.whole,
        )


def from_floor(system: System, floor: Numbers) -> System:
    """The relations between what the cells have above `floor`."""
    sums = system.sums(floor)
    return replace(system, low=system.low - sums, high=system.high - sums)


class Component(NamedTuple):
    """Hidden cells that hang together and what is known of them: relations among `cells` alone.

    `relations` are their numbers in the system they come from; the columns of `system` are places in `cells`.
    """

    cells: Indices
    relations: Indices
    system: System


def components(system: System, values: Numbers, hidden: Marks) -> Iterator[Component]:
    """The hidden cells, apart where no relation ties them; shown cells go over to the bounds by their `values`.

    What is hidden in one component tells nothing of another, so each can be looked at alone without loss.
    """
    rows, unknown = system.rows, hidden[system.columns]
    shown = np.bincount(
        rows[~unknown], (system.coefficients * np.where(hidden, 0.0, values)[system.columns])[~unknown], system.low.size
    )
    group = _groups(system.cells, rows[unknown], system.columns[unknown], system.low.size)
    wanted = np.flatnonzero(hidden)
    order = wanted[np.argsort(group[wanted], kind="stable")]
    cuts = np.flatnonzero(np.diff(group[order])) + 1
    row_group = np.full(system.low.size, -1, np.int64)
    row_group[rows[unknown]] = group[system.columns[unknown]]
    row_order = np.argsort(row_group, kind="stable")
    sorted_groups = row_group[row_order]
    terms = np.flatnonzero(unknown)  # in the order of their relations
    term_rows = rows[terms]
    place = np.zeros(system.cells, np.int64)
    for cells in np.split(order, cuts) if order.size else []:
        first, last = np.searchsorted(sorted_groups, [group[cells[0]], group[cells[0]] + 1])
        relations = row_order[first:last]
        place[cells] = np.arange(cells.size)
        begin, end = np.searchsorted(term_rows, relations), np.searchsorted(term_rows, relations, side="right")
        chosen = np.concatenate([terms[a:b] for a, b in zip(begin, end, strict=True)] or [np.zeros(0, np.int64)])
        lengths = end - begin
        yield Component(
            cells,
            relations,
            System(
                cells.size,
                np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
                place[system.columns[chosen]],
                system.coefficients[chosen],
                system.low[relations] - shown[relations],
                system.high[relations] - shown[relations],
                system.whole,
            ),
        )


def _groups(cells: int, rows: Indices, columns: Indices, count: int) -> Indices:
    """A number for each cell, the same for cells that a chain of relations ties together."""
    label = np.arange(cells)
    while True:
        least = np.full(count, cells, np.int64)
        np.minimum.at(least, rows, label[columns])
        new = label.copy()
        np.minimum.at(new, columns, least[rows])
        new = new[new]  # halves the chains
        if np.array_equal(new, label):
            return label
        label = new


def bounded(system: System) -> Marks:
    """The cells that are seen without a programme to be bounded; others may be so all the same.

    A sum with an upper bound bounds the cells that it adds, where all that it takes away are bounded; one with a lower
    bound bounds what it takes away, where all that it adds are.
    """
    found, before = np.zeros(system.cells, np.bool_), -1
    adds, takes = system.coefficients > 0, system.coefficients < 0
    above, below = np.isfinite(system.high)[system.rows], np.isfinite(system.low)[system.rows]
    while found.sum() > before:
        before = int(found.sum())
        loose = ~found[system.columns]
        adding, taking = (np.bincount(system.rows[loose & each], minlength=system.low.size) for each in (adds, takes))
        capped = above & adds & (taking[system.rows] == 0)
        floored = below & takes & (adding[system.rows] == 0)
        found[system.columns[capped | floored]] = True
    return found
