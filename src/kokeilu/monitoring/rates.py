"""Rates and amounts that follow from published figures alone: who sees the figures can calculate them too.

So they are calculated after disclosure control, hidden where any of their figures is, and add nothing to protect.
"""

from collections.abc import Iterator, Mapping
from typing import Final

import polars as pl

from kokeilu.law.support import month_cents, rates_on
from kokeilu.monitoring.labour_force import LabourForce
from kokeilu.panel.rules import month_end

PAGE: Final = ("area", "population", "month")
COLUMNS: Final = (*PAGE, "indicator", "value", "suppressed")
PAID: Final = {300: "paid_300_days", 1000: "paid_1000_days"}
"""The stock of those whose paid days reach a step of the municipality's share, up to the next step."""
CENTS: Final = 100
COUNTS: Final = {
    "activation_rate": ("in_services", "broad_unemployment"),
    "municipal_share": tuple(PAID.values()),
    "unemployment_rate": ("registered_unemployed",),
    "employment_rate": (),
}
"""The published counts that each rate or amount is calculated from."""


def rates(shown: pl.DataFrame, labour_force: LabourForce | None = None) -> pl.DataFrame:
    """Every rate of the shown figures: COLUMNS. A rate of no one is null and not suppressed.

    Without `labour_force` there is no unemployment or employment rate, and none in months that it does not tell.
    """
    found = [_activation_rate(shown), _municipal_share(shown)]
    if labour_force is not None:
        found += [_unemployment_rate(shown, labour_force), _employment_rate(shown, labour_force)]
    return pl.concat(found)


def opened(status: Mapping[tuple[str, ...], str]) -> Iterator[tuple[str, ...]]:
    """The published rates one of whose counts is hidden: whoever knows the other gets it back.

    By what names a figure, the indicator last: published, hidden, or none where there is no such figure.
    """
    for key in sorted(status):
        counts = COUNTS.get(key[-1], ())
        if status[key] == "published" and any(status.get((*key[:-1], one)) == "hidden" for one in counts):
            yield key


def _side_by_side(shown: pl.DataFrame, *keys: str) -> pl.DataFrame:
    """The pages that have all these figures, with a column each and `suppressed`, whether any is hidden."""
    first, *others = (
        shown.filter(indicator=key).select(
            *PAGE, pl.col("value").alias(key), pl.col("suppressed").alias(f"{key}_hidden")
        )
        for key in keys
    )
    for other in others:
        first = first.join(other, on=PAGE, maintain_order="left")
    return first.with_columns(suppressed=pl.any_horizontal(f"{key}_hidden" for key in keys))


def _named(pages: pl.DataFrame, indicator: str, value: pl.Expr) -> pl.DataFrame:
    return pages.select(
        *PAGE,
        pl.lit(indicator).alias("indicator"),
        pl.when(~pl.col("suppressed")).then(value).cast(pl.Float64).alias("value"),
        "suppressed",
    )


def _activation_rate(shown: pl.DataFrame) -> pl.DataFrame:
    """People in services per hundred of the broadly unemployed."""
    pages = _side_by_side(shown, "in_services", "broad_unemployment")
    whole = pl.col("broad_unemployment")
    return _named(pages, "activation_rate", pl.when(whole > 0).then(100 * pl.col("in_services") / whole))


def _municipal_share(shown: pl.DataFrame) -> pl.DataFrame:
    """Euros of the month by the people of each step, in months whose law has these steps (law/support.py)."""
    pages = _side_by_side(shown, *PAID.values())
    parts = [_share_of_month(page) for _, page in pages.group_by("month", maintain_order=True)]
    return pl.concat(parts) if parts else _named(pages, "municipal_share", pl.lit(None))


def _share_of_month(page: pl.DataFrame) -> pl.DataFrame:
    day = month_end(page.item(0, "month"))
    rates = rates_on(day)
    if rates is None or dict(rates.steps).keys() != PAID.keys():
        return _named(page.clear(), "municipal_share", pl.lit(None))
    cents = [month_cents(pl.col(PAID[days]).cast(pl.Int64), percent, rates, day) for days, percent in rates.steps]
    return _named(page, "municipal_share", pl.sum_horizontal(cents) / CENTS)


def _with_force(shown: pl.DataFrame, labour_force: LabourForce) -> pl.DataFrame:
    pages = _side_by_side(shown, "registered_unemployed").filter(population="residents")
    return pages.join(labour_force.by_area, on=("area", "month"), maintain_order="left")


def _unemployment_rate(shown: pl.DataFrame, labour_force: LabourForce) -> pl.DataFrame:
    """Registered unemployed residents per hundred of the labour force."""
    force = pl.col("labour_force")
    pages = _with_force(shown, labour_force).filter(force.is_not_null())
    return _named(pages, "unemployment_rate", pl.when(force > 0).then(100 * pl.col("registered_unemployed") / force))


def _employment_rate(shown: pl.DataFrame, labour_force: LabourForce) -> pl.DataFrame:
    """The employed per hundred of the population of the file; nothing of it comes from the register."""
    people = pl.col("population_of_age")
    pages = _with_force(shown, labour_force).filter(people.is_not_null() & pl.col("employed").is_not_null())
    open_ = pages.with_columns(suppressed=pl.lit(False))
    return _named(open_, "employment_rate", pl.when(people > 0).then(100 * pl.col("employed") / people))
