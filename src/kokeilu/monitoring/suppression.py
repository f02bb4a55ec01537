"""The figures as they may be shown: the hidden ones without value, and the rates of those that are shown."""

import polars as pl

from kokeilu.monitoring import monthly_hiding, rates
from kokeilu.monitoring.indicators import INDICATORS, POPULATIONS
from kokeilu.monitoring.labour_force import LabourForce
from kokeilu.monitoring.linked import PUBLISHED, THRESHOLD
from kokeilu.monitoring.rules import CELL

__all__ = ["THRESHOLD", "published"]


def published(figures: pl.DataFrame, labour_force: LabourForce | None = None) -> pl.DataFrame:
    """The figures as they may be shown: CELL, value (null where there is none to show), suppressed.

    `figures` is the outcome of `rules.figures`; what is hidden of them, `monthly_hiding` decides. Rates are calculated
    here, from shown figures only; the rate of no one is null and not suppressed.
    """
    decided = monthly_hiding.hidden(figures)
    hidden = pl.col("status") != PUBLISHED
    shown = decided.select(
        *CELL,
        pl.when(~hidden).then(pl.col("persons")).cast(pl.Float64).alias("value"),
        hidden.alias("suppressed"),
    )
    place = {key: number for number, key in enumerate((*POPULATIONS, *INDICATORS))}
    order = [pl.col(name).replace_strict(place, return_dtype=pl.Int32) for name in ("population", "indicator")]
    return pl.concat([shown, rates.rates(shown, labour_force)]).sort("area", "month", *order)
