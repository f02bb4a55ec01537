"""Which figures of all areas together are hidden, so that they do not give back what the areas' own pages hide.

A figure of all areas is the sum of theirs and is shown where every area shows its part: anybody can add it up. So it
tells nothing that the areas' pages do not, whatever was published before and whatever comes after: later months, pages
of revised panels, releases, figures by class.
"""

from typing import Final

import polars as pl

from kokeilu.disclosure.linked import PRIMARY, PUBLISHED, SECONDARY, THRESHOLD
from kokeilu.monitoring.rules import CELL

KEY: Final = tuple(name for name in CELL if name != "area")
"""What names a figure of all areas together."""


def together(figures: pl.DataFrame) -> pl.DataFrame:
    """The sums over areas: KEY and `persons`, ordered. An area counts in the months and populations that it has."""
    return figures.group_by(KEY).agg(pl.col("persons").sum()).select(*KEY, "persons").sort(KEY)


def hidden(figures: pl.DataFrame) -> pl.DataFrame:
    """`together` with `status`: published, primary or secondary.

    `figures` is what is shown of the areas: CELL, `persons` and `status`. The order of its rows does not matter.
    """
    shown = figures.group_by(KEY).agg(shown=(pl.col("status") == PUBLISHED).all())
    small = pl.when(pl.col("persons").is_between(1, THRESHOLD - 1)).then(pl.lit(PRIMARY)).otherwise(pl.lit(SECONDARY))
    status = pl.when("shown").then(pl.lit(PUBLISHED)).otherwise(small).alias("status")
    return together(figures).join(shown, on=KEY, how="left", maintain_order="left").with_columns(status).drop("shown")


def opened(areas: pl.DataFrame, sums: pl.DataFrame) -> pl.DataFrame:
    """KEY of the sums that are shown though an area hides its part: `areas` and `sums` say of each whether it is
    `suppressed`.
    """
    gone = areas.filter("suppressed").select(KEY).unique()
    return sums.filter(~pl.col("suppressed")).join(gone, on=KEY, how="semi").select(KEY).sort(KEY)
