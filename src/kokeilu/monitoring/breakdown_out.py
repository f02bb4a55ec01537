"""What is out by class already, on the pages or in a release: it stays as it is, whatever is published later."""

import polars as pl

from kokeilu.monitoring import breakdown_table, release_queries
from kokeilu.monitoring.breakdown_rules import Dimension
from kokeilu.monitoring.breakdown_table import COLUMNS, SCHEMA
from kokeilu.monitoring.models import MonthlyBreakdown, Release


def on_pages(dimension: Dimension) -> pl.DataFrame:
    """What the pages have by a dimension: breakdown_table.COLUMNS."""
    rows = MonthlyBreakdown.objects.filter(dimension=dimension.key).order_by("id").values_list(*COLUMNS)
    held = pl.DataFrame(list(rows), SCHEMA | {"month": pl.Date}, orient="row")
    return held.with_columns(month=number("month"))


def anywhere(dimension: Dimension, before: Release | None = None) -> pl.DataFrame:
    """`on_pages`, and the later months that releases have, those under way too; with `before` only older releases."""
    held = on_pages(dimension)
    for one in release_queries.by_class(dimension, before):
        held = pl.concat([held, breakdown_table.after(one, breakdown_table.last_out(held))])
    return held


def number(name: str) -> pl.Expr:
    """A month (202103) of a date."""
    return (pl.col(name).dt.year() * 100 + pl.col(name).dt.month()).cast(pl.Int32)
