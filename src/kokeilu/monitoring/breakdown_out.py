"""What is out by class already, on the pages or in a release: it stays as it is, whatever is published later."""

from collections.abc import Sequence

import polars as pl

from kokeilu.disclosure.linked import PUBLISHED, SECONDARY
from kokeilu.monitoring import breakdown_table, release_classes, release_queries
from kokeilu.monitoring.breakdown_rules import DIMENSIONS, Dimension
from kokeilu.monitoring.breakdown_table import COLUMNS, KEY, SCHEMA, Made
from kokeilu.monitoring.models import MonthlyBreakdown, Release
from kokeilu.monitoring.release_audit import Version
from kokeilu.monitoring.release_classes import Classes


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


def as_known(versions: Sequence[Version], before: Release | None = None) -> list[Classes]:
    """All that is out by class as its makers know it, beside these versions of the monthly figures; with `before` only
    older releases.

    Pages did not always note what they hid: of such months only what is shown is known, and which hidden figures are
    small is not.
    """
    known = [
        one
        for dimension in DIMENSIONS.values()
        for one in (
            *release_queries.released_by_class(dimension, before),
            *release_queries.pages_by_class(dimension),
            *_unnoted(dimension, versions),
        )
    ]
    return [one for one in release_classes.together(known) if one.cells.height]


def _unnoted(dimension: Dimension, versions: Sequence[Version]) -> list[Classes]:
    pages = [one for one in versions if one.name.startswith("pages-")]
    if not pages:
        return []
    rows, noted = on_pages(dimension), release_queries.pages_by_class(dimension)
    for one in noted:
        months = one.cells.select("area", pl.col("month").str.replace("-", "").cast(pl.Int32)).unique()
        rows = rows.join(months, on=["area", "month"], how="anti", maintain_order="left")
    if rows.is_empty():
        return []
    nobody = pl.DataFrame(schema={name: SCHEMA[name] for name in KEY} | {"persons": pl.Int64})
    made = Made(dimension, rows, rows.head(0), 0, nobody)
    told = pl.DataFrame(schema=dict.fromkeys(("area", "month", "beside"), pl.String))
    found = release_classes.beside(made, pages[-1], versions, told).cells
    shown = pl.col("status") == PUBLISHED
    return [Classes(dimension, found.with_columns(status=pl.when(shown).then("status").otherwise(pl.lit(SECONDARY))))]


def number(name: str) -> pl.Expr:
    """A month (202103) of a date."""
    return (pl.col(name).dt.year() * 100 + pl.col(name).dt.month()).cast(pl.Int32)
