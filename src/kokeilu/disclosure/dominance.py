"""Which totals of contributions tell too much of one contributor, and how uncertain they must stay.

A cell of a magnitude table (euros paid, hours bought) is a sum X of contributions x1 >= x2 >= ... of its contributors.
The rules and the distances are those of Hundepool et al., Statistical Disclosure Control (2012), sections 4.2 and 4.3,
and of the manual of tau-Argus:

- p% rule: sensitive where X - x1 - x2 < p/100 x1: the second largest contributor could subtract its own contribution
  and know the largest to within p per cent. Needed: p/100 x1 - (X - x1 - x2).
- (n, k) dominance: sensitive where x1 + ... + xn > k/100 X. Needed: 100/k (x1 + ... + xn) - X.
- threshold: sensitive where 0 < contributors < threshold. Needed: RANGE/100 X.

The distance needed is how far beyond X, on either side, the attacker's interval must reach: at X plus it the cell would
be sensitive no longer.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import polars as pl

RANGE: Final = 30
"""Per cent of the value by which a cell of few contributors must stay uncertain: the usual choice in tau-Argus."""


@dataclass(frozen=True)
class Rules:
    """The rules that apply; `dominance` is n and k per cent, `p_percent` is p, `threshold` the least contributors."""

    dominance: tuple[int, Decimal] | None = None
    p_percent: Decimal | None = None
    threshold: int | None = None

    @property
    def largest(self) -> int:
        """How many of the largest contributions the rules look at."""
        return max(self.dominance[0] if self.dominance else 0, 2 if self.p_percent is not None else 0)


def needed(cells: pl.DataFrame, rules: Rules) -> pl.Series:
    """How far beyond its value each cell must stay uncertain, zero where it is not sensitive; in the values' units.

    `cells` has `value` (Int64), and where the rules need them `largest` (a list of at least as many of the largest
    contributions as there are, the largest first) and `contributors` (how many there are).
    """
    return cells.select(needed=pl.max_horizontal(pl.lit(0.0), *_distances(rules)).ceil()).get_column("needed")


def _distances(rules: Rules) -> list[pl.Expr]:
    value = pl.col("value").cast(pl.Float64)
    found: list[pl.Expr] = []
    if rules.p_percent is not None:
        first, second = (pl.col("largest").list.get(place, null_on_oob=True).fill_null(0) for place in (0, 1))
        # Calculated in hundredths, so that a rule that is just kept is not broken by rounding.
        short = float(rules.p_percent) * first - 100 * (value - first - second)
        found.append(pl.when(short > 0).then(short / 100))
    if rules.dominance is not None:
        number, share = rules.dominance
        top = pl.col("largest").list.head(number).list.sum()
        found.append(pl.when(100 * top > float(share) * value).then(100 / float(share) * top - value))
    if rules.threshold is not None:
        few = pl.col("contributors").is_between(1, rules.threshold - 1)
        found.append(pl.when(few & (value > 0)).then(value * RANGE / 100))
    return found
