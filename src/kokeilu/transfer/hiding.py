"""Disclosure control of laws side by side: which figures are hidden, so that none tells of a few people.

Small figures are hidden, and so is what would give them back by adding and subtracting whatever else is shown: areas
and their total, the people in and all job seekers, one law and another. Where two laws differ by a few people of an
area, that difference is a small figure too. The check is by linear algebra, over all sums at once: a quantity is told
where it is a combination of shown figures. Zero is shown.

This guards one day's answer. It does not guard against several answers compared, nor against the bounds that follow
from counts being no less than zero.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np

THRESHOLD = 5
"""The least number of people that a figure may tell of, zero apart."""

_TINY = 1e-9

Vector = dict[int, int]  # of unknowns, by their number


class Cell(NamedTuple):
    """A figure of an area under a law; `area` is None for the whole, the sum of all areas."""

    law: str
    area: str | None
    figure: str


class _Quantity(NamedTuple):
    """Something that is not to be told, and the cells that it is calculated from at once."""

    vector: Vector
    cells: tuple[Cell, ...]


def hidden_cells(values: Mapping[Cell, int], least: int, leftovers: Sequence[tuple[str, ...]] = ()) -> set[Cell]:
    """The cells to hide, so that no quantity of 1 to `least` - 1 can be calculated from the others.

    `values` are the cells of one day: of each law all its areas, with or without the whole, which then is their sum.
    `leftovers` are figures that are never shown but can be calculated: the first named less the others. The outcome is
    the same for the same figures, in whatever order they come.
    """
    return _Control(values, least, leftovers).run()


class _Control:
    def __init__(self, values: Mapping[Cell, int], least: int, leftovers: Sequence[tuple[str, ...]]) -> None:
        self.values = {cell: values[cell] for cell in sorted(values, key=_order)}
        self.least = least
        # What has the same value in the same area under two laws may be known to be the same: one unknown.
        numbers: dict[tuple[str | None, str, int], int] = {}
        self.unknown = {
            cell: numbers.setdefault((cell.area, cell.figure, value), len(numbers))
            for cell, value in self.values.items()
            if cell.area is not None
        }
        self.amount = {number: key[2] for key, number in numbers.items()}
        self.vectors = {cell: self._vector(cell) for cell in values}
        self.hidden: set[Cell] = set()
        self.never = [each for each in self._quantities(leftovers) if self._small(each.vector)]

    def _vector(self, cell: Cell) -> Vector:
        if cell.area is not None:
            return {self.unknown[cell]: 1}
        return _sum((1, {number: 1}) for part, number in self.unknown.items() if part._replace(area=None) == cell)

    def _small(self, vector: Vector) -> bool:
        return 0 < abs(sum(self.amount[number] * times for number, times in vector.items())) < self.least

    def _quantities(self, leftovers: Sequence[tuple[str, ...]]) -> Iterator[_Quantity]:
        """Every figure and leftover, and what each differs by from one law to another."""
        figures = sorted({cell.figure for cell in self.values})
        places = sorted({cell.area for cell in self.values}, key=lambda area: (area is not None, area or ""))
        laws = sorted({cell.law for cell in self.values})
        for whole, *parts in [*((figure,) for figure in figures), *leftovers]:
            for area in places:
                of_law: list[_Quantity] = []
                for law in laws:
                    cells = [Cell(law, area, figure) for figure in (whole, *parts)]
                    if all(cell in self.values for cell in cells):
                        signs = [1, *(-1 for _ in parts)]
                        vector = _sum((s, self.vectors[cell]) for s, cell in zip(signs, cells, strict=True))
                        of_law.append(_Quantity(vector, tuple(cells)))
                yield from of_law
                for one, other in combinations(of_law, 2):
                    yield _Quantity(_sum([(1, one.vector), (-1, other.vector)]), one.cells + other.cells)

    def _columns(self) -> Iterator[_Quantity]:
        """What a law's hidden areas sum up to, and what that differs by between laws that hide the same areas."""
        sums: dict[tuple[str, str], tuple[frozenset[str | None], Vector]] = {}
        for cell in self.values:
            if cell.area is None:
                parts = [part for part in self.hidden if part.area is not None and part._replace(area=None) == cell]
                vector = _sum((1, self.vectors[part]) for part in parts)
                sums[cell.figure, cell.law] = (frozenset(part.area for part in parts), vector)
                yield _Quantity(vector, ())
        for (one, first), (other, second) in combinations(sorted(sums.items(), key=lambda item: item[0]), 2):
            if one[0] == other[0] and first[0] == second[0]:
                yield _Quantity(_sum([(1, first[1]), (-1, second[1])]), ())

    def run(self) -> set[Cell]:
        for cell in self.values:
            if 0 < abs(self.values[cell]) < self.least:
                self._hide(cell)
        while (told := self._told()) is not None:
            self._hide(min(self._candidates(*told), key=self._cost))
        return self.hidden

    def _hide(self, cell: Cell) -> None:
        """A cell, and those of other laws that are known to be the same."""
        self.hidden |= {each for each, vector in self.vectors.items() if vector == self.vectors[cell] and (
            (each.area is None) == (cell.area is None)
        )}  # fmt: skip

    def _cost(self, cell: Cell) -> tuple[bool, bool, int, tuple[object, ...]]:
        value = self.values[cell]
        return (value == 0, cell.area is None, value, _order(cell))

    def _told(self) -> tuple[_Quantity, list[Cell]] | None:
        """The first small quantity that can be calculated from what is shown, and the wholes needed for it."""
        numbers = sorted({self.unknown[cell] for cell in self.hidden if cell.area is not None})
        wholes = [cell for cell in self.values if cell.area is None and cell not in self.hidden]
        equations = _matrix([self.vectors[cell] for cell in wholes], numbers)
        never = [*self.never, *(column for column in self._columns() if self._small(column.vector))]
        wanted = _matrix([each.vector for each in never], numbers)
        sums = _basis(equations)
        not_told = np.abs(wanted - wanted @ sums @ sums.T).max(axis=1, initial=0.0)
        for at in np.flatnonzero(not_told < _TINY):
            return never[at], [wholes[number] for number in _needed(equations, wanted[at])]
        return None

    def _candidates(self, told: _Quantity, wholes: Sequence[Cell]) -> list[Cell]:
        """Which cells can be hidden against it: its own, or other areas of the sums that it follows from."""
        own = [cell for cell in told.cells if cell not in self.hidden]
        if own and not wholes:
            return own
        numbers = {number for whole in wholes for number in self.vectors[whole]} or set(told.vector)
        others = [cell for cell, number in self.unknown.items() if cell not in self.hidden and number in numbers]
        return [cell for cell in others if self.values[cell]] or own or list(wholes) or others


def _order(cell: Cell) -> tuple[str, bool, str, str]:
    return (cell.law, cell.area is None, cell.area or "", cell.figure)


def _sum(parts: Iterable[tuple[int, Vector]]) -> Vector:
    total: Vector = {}
    for times, vector in parts:
        for number, amount in vector.items():
            total[number] = total.get(number, 0) + times * amount
    return {number: amount for number, amount in total.items() if amount}


def _matrix(vectors: Sequence[Vector], numbers: Sequence[int]) -> np.ndarray:
    """The vectors' parts about some unknowns, as rows."""
    place = {number: at for at, number in enumerate(numbers)}
    rows = np.zeros((len(vectors), len(numbers)))
    for at, vector in enumerate(vectors):
        for number, amount in vector.items():
            if number in place:
                rows[at, place[number]] = amount
    return rows


def _basis(rows: np.ndarray) -> np.ndarray:
    """Orthonormal columns of the space that the rows span."""
    if not rows.size:
        return rows.T
    directions, sizes, _ = np.linalg.svd(rows.T, full_matrices=False)
    return directions[:, sizes > _TINY]


def _needed(rows: np.ndarray, wanted: np.ndarray) -> list[int]:
    """The rows that a combination of them needs: one where one is enough."""
    if not rows.size or not wanted.any():
        return []
    for number, row in enumerate(rows):
        if row.any() and np.abs(wanted - row * (row @ wanted) / (row @ row)).max() < _TINY:
            return [number]
    shares = np.linalg.lstsq(rows.T, wanted, rcond=None)[0]
    return [int(number) for number in np.flatnonzero(np.abs(shares) > _TINY)]
