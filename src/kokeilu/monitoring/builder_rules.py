"""What a person may ask the table builder for, and how the table lies on the page. Pure.

The builder only picks cells that were published; it adds nothing up. A table of hidden cells' neighbours therefore
tells nothing that the area pages do not tell already.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, product
from typing import Any, Final

from kokeilu.monitoring.published_table import Code, Dimension

MOST_CELLS: Final = 10_000
"""The cells that one table may have: what a browser still shows and a person may still read."""


def months_between(offered: Iterable[str], first: str, last: str) -> list[str]:
    """The offered months (2021-03) from `first` to `last`, in order."""
    return sorted(month for month in offered if first <= month <= last)


@dataclass(frozen=True)
class Head:
    """A head above `span` columns: the code that they share, of the dimension `key`."""

    key: str
    code: Code
    span: int


@dataclass(frozen=True)
class Row:
    """A row: its codes by dimension, and in each column the cell that the table has there."""

    heads: tuple[tuple[str, Code], ...]
    cells: tuple[Any, ...]


@dataclass(frozen=True)
class Layout:
    """A table as it lies on the page.

    `fixed` are the dimensions with one code that need no place; `beside` those that the rows are told apart by, in the
    columns before the cells; `above` the heads of the columns, a list for each dimension that is told apart there.
    """

    fixed: tuple[tuple[Dimension, Code], ...]
    beside: tuple[Dimension, ...]
    above: tuple[tuple[Head, ...], ...]
    rows: tuple[Row, ...]


def layout(dimensions: Sequence[Dimension], columns: Sequence[str], cells: Mapping[tuple[str, ...], Any]) -> Layout:
    """Lay cells out, by their codes in the order of `dimensions`; those in `columns` stand above, the others beside.

    A cell that is not there is None; rows without any cell are left out. At least one dimension must stand beside, else
    ValueError is raised.
    """
    beside = [one for one in dimensions if one.key not in columns]
    if not beside:
        raise ValueError("no dimension is left for the rows")
    wide = [one for one in beside if len(one.codes) > 1] or beside[:1]
    above = [one for one in dimensions if one.key in columns and len(one.codes) > 1]
    placed = {one.key for one in (*wide, *above)}
    fixed = [(one, one.codes[0]) for one in dimensions if one.key not in placed]
    known = {one.key: code.key for one, code in fixed}
    down = list(product(*(one.codes for one in wide)))
    across = list(product(*(one.codes for one in above)))
    rows = []
    for row in down:
        names = known | {one.key: code.key for one, code in zip(wide, row, strict=True)}
        found = []
        for column in across:
            names |= {one.key: code.key for one, code in zip(above, column, strict=True)}
            found.append(cells.get(tuple(names[one.key] for one in dimensions)))
        if any(cell is not None for cell in found):
            rows.append(Row(tuple((one.key, code) for one, code in zip(wide, row, strict=True)), tuple(found)))
    return Layout(tuple(fixed), tuple(wide), _heads(above, across), tuple(rows))


def _heads(above: Sequence[Dimension], across: Sequence[tuple[Code, ...]]) -> tuple[tuple[Head, ...], ...]:
    """A line of heads for each dimension; columns that share all codes so far stand under one head."""
    lines = []
    for level, one in enumerate(above):
        groups = groupby(across, key=lambda column: [code.key for code in column[: level + 1]])
        spans = [list(columns) for _, columns in groups]
        lines.append(tuple(Head(one.key, columns[0][level], len(columns)) for columns in spans))
    return tuple(lines)
