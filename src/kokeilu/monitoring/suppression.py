"""The figures as they may be shown: the hidden ones without value, and the rates of those that are shown."""

from collections.abc import Callable
from typing import NamedTuple

import polars as pl

from kokeilu.disclosure.linked import PUBLISHED, THRESHOLD
from kokeilu.monitoring import monthly_hiding, national_hiding, rates
from kokeilu.monitoring.indicators import INDICATORS, POPULATIONS
from kokeilu.monitoring.labour_force import LabourForce
from kokeilu.monitoring.rules import CELL

__all__ = ["THRESHOLD", "Decide", "Shown", "published", "published_with_sums"]


Decide = Callable[[pl.DataFrame], pl.DataFrame]
"""Gives the outcome of `rules.figures` its `status`: published, primary or secondary."""


class Shown(NamedTuple):
    """What may be shown of the areas (CELL, value, suppressed) and of all together (the same without `area`).

    `decided` are the areas' true figures with their status, which nobody is shown.
    """

    areas: pl.DataFrame
    together: pl.DataFrame
    decided: pl.DataFrame


def published(figures: pl.DataFrame, labour_force: LabourForce | None = None) -> pl.DataFrame:
    """The figures as they may be shown: CELL, value (null where there is none to show), suppressed.

    `figures` is the outcome of `rules.figures`; what is hidden of them, `monthly_hiding` decides. Rates are calculated
    here, from shown figures only; the rate of no one is null and not suppressed.
    """
    return _shown(monthly_hiding.hidden(figures), labour_force)


def published_with_sums(
    figures: pl.DataFrame, decide: Decide = monthly_hiding.hidden, labour_force: LabourForce | None = None
) -> Shown:
    """The figures of the areas as `published` has them, and those of all areas together, which tell no more.

    `decide` gives the figures their `status`.
    """
    decided = decide(figures)
    sums = national_hiding.hidden(decided).with_columns(area=pl.lit(""))
    return Shown(_shown(decided, labour_force), _shown(sums).drop("area"), decided)


def _shown(decided: pl.DataFrame, labour_force: LabourForce | None = None) -> pl.DataFrame:
    hidden = pl.col("status") != PUBLISHED
    shown = decided.select(
        *CELL,
        pl.when(~hidden).then(pl.col("persons")).cast(pl.Float64).alias("value"),
        hidden.alias("suppressed"),
    )
    place = {key: number for number, key in enumerate((*POPULATIONS, *INDICATORS))}
    order = [pl.col(name).replace_strict(place, return_dtype=pl.Int32) for name in ("population", "indicator")]
    return pl.concat([shown, rates.rates(shown, labour_force)]).sort("area", "month", *order)
