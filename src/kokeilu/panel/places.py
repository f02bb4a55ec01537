"""Which area a municipality counts for on which day: the trial's table and the mergers, as the panel reads them."""

from datetime import date

import polars as pl

from kokeilu.law.areas import municipalities
from kokeilu.law.trial import Trial
from kokeilu.panel import rules


def area_table(trial: Trial) -> pl.DataFrame:
    """The trial's municipalities with their area and its days: municipality, area, from, to."""
    rows = [(row.municipality, row.area, row.from_day, row.to_day) for row in trial.areas]
    schema = {"municipality": pl.String, "area": pl.String, "from": pl.Date, "to": pl.Date}
    return pl.DataFrame(rows, schema, orient="row")


def merger_table() -> pl.DataFrame:
    """The municipalities that were merged, with their successor and the day: municipality, successor, from."""
    rows = [(place.code, place.successor, place.to_day) for place in municipalities().values() if place.successor]
    return pl.DataFrame(rows, {"municipality": pl.String, "successor": pl.String, "from": pl.Date}, orient="row")


def areas_on(trial: Trial, day: date) -> dict[str, str]:
    """The area of each municipality that counts for one on a day, as in the panel's spells (`rules.area_periods`)."""
    held = (pl.col("from") <= day) & (pl.col("to").is_null() | (pl.col("to") > day)) & pl.col("area").is_not_null()
    found = rules.area_periods(area_table(trial)).filter(held).sort("municipality")
    return dict(found.select("municipality", "area").iter_rows())
