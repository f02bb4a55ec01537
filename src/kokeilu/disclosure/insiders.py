"""Contributors as attackers: each knows its own part of every cell, and a cell in which it is alone as it is.

Hundepool et al., Statistical Disclosure Control (2012), section 4.2: that the interval of a sensitive value is wide
enough for outsiders does not suffice where a contributor has parts in several hidden cells of a sum, or where two
contributors are each alone in one of them (the singleton problem); see also Cox, Disclosure risk for tabular economic
data, in Doyle et al., Confidentiality, Disclosure, and Data Access (2001).
"""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
import polars as pl

from kokeilu.disclosure.protection import Insider
from kokeilu.disclosure.relations import Indices, Marks, Numbers

WHO: Final = "contributor of the part"
OWN: Final = "part of the contributor"
ALONE: Final = "whether it is alone"
LEVEL: Final = "distance that it needs"
"""The columns of what contributors know, beside the dimensions: `LEVEL` is how far above the true value of a sensitive
cell the interval that it calculates must reach, as `beyond` is for outsiders."""

_CELL: Final = "number of the cell"


class Insiders:
    """The contributors of numbered cells; `outside` is by cell the distance needed against who has no part in it."""

    def __init__(self, known: pl.DataFrame, outside: Numbers) -> None:
        self.outside = outside
        ordered = known.sort(WHO, _CELL)
        cuts = np.flatnonzero(ordered.get_column(WHO).ne_missing(ordered.get_column(WHO).shift()).to_numpy())
        self.ends: Indices = np.append(cuts, ordered.height)
        self.cells = ordered.get_column(_CELL).to_numpy()
        self.own = ordered.get_column(OWN).to_numpy().astype(np.float64)
        self.alone = ordered.get_column(ALONE).to_numpy()
        self.level = ordered.get_column(LEVEL).to_numpy()

    def of(self, hidden: Marks) -> Iterator[Insider]:
        """Those who know more of the hidden cells than their part of a single one."""
        for first, last in zip(self.ends[:-1].tolist(), self.ends[1:].tolist(), strict=True):
            cells, alone = self.cells[first:last], self.alone[first:last]
            seen = hidden[cells]
            if seen.sum() > 1 or (seen & alone).any():
                floor, exactly, beyond = np.zeros(hidden.size), np.zeros(hidden.size, np.bool_), self.outside.copy()
                floor[cells], exactly[cells], beyond[cells] = self.own[first:last], alone, self.level[first:last]
                yield Insider(floor, exactly, beyond)


def of_tables(tables: Sequence[tuple[tuple[str, ...], pl.DataFrame, pl.DataFrame | None]]) -> Insiders | None:
    """The contributors of tables, each its dimensions, its rows in their order and what contributors know of them.

    None where nothing is known of any. Who contributes to two tables is one contributor.
    """
    offset, known, outside = 0, [], []
    for dimensions, rows, parts in tables:
        numbered = rows.select(*dimensions, pl.int_range(offset, offset + pl.len(), dtype=pl.Int64).alias(_CELL))
        offset += rows.height
        if parts is None:
            outside.append(np.zeros(rows.height))
            continue
        known.append(parts.join(numbered, on=list(dimensions)).select(WHO, OWN, ALONE, LEVEL, _CELL))
        outside.append(rows.get_column(LEVEL).to_numpy())
    return Insiders(pl.concat(known), np.concatenate(outside)) if known else None
