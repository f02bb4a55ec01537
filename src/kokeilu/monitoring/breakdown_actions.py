"""What changes the published breakdowns: publishing them of a panel."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Final

import polars as pl
from django.db import connection, transaction

from kokeilu.access.logs import record_change
from kokeilu.access.policy import Actor, require
from kokeilu.monitoring import breakdown_table, operations
from kokeilu.monitoring.actions import Published
from kokeilu.monitoring.breakdown_rules import DIMENSIONS, Dimension
from kokeilu.monitoring.breakdown_table import KEY
from kokeilu.monitoring.engines import Engine
from kokeilu.monitoring.linked import PUBLISHED, SECONDARY
from kokeilu.monitoring.models import MonthlyBreakdown, MonthlyFigure
from kokeilu.monitoring.table import Source
from kokeilu.panel.rules import month_name
from kokeilu.problems import Problem

SCHEMA: Final = {
    "id": pl.Int64, "area": pl.String, "population": pl.String, "month": pl.Date, "indicator": pl.String,
    "group": pl.String, "value": pl.Int64, "suppressed": pl.Boolean,
}  # fmt: skip


def publish(
    source: Source,
    dimensions: Sequence[Dimension] = tuple(DIMENSIONS.values()),
    *,
    last: int | None = None,
    actor: Actor | None = None,
    engine: Engine = "duckdb",
    tell: Callable[[str], None] = lambda key: None,
) -> Published:
    """Show a panel's figures by these dimensions, up to the month `last` (202103), after disclosure control.

    The figures that they are of must be on the pages already. `actor` None is the system itself. The same panel
    again changes nothing; what another panel says differently is replaced and stands in the change log with the old
    value; other dimensions and later months keep what was published of them. One transaction. `tell` hears each
    dimension's key when it is counted. Raises PermissionDenied, and Problem where the folder is no panel, its
    figures do not add up, or the pages show others.
    """
    if actor is not None:
        require(actor, operations.PUBLISH)
    made = []
    for one, rows in breakdown_table.all_published(source, dimensions, last, engine, on_pages):
        tell(one.key)
        made.append((one, rows))
    return publish_made(made, actor=actor)


def on_pages(figures: pl.DataFrame) -> pl.DataFrame:
    """The figures (`rules.figures`) with the `status` that they have on the pages: published, or else secondary.

    Raises Problem where the pages do not have them, or show other values: classes are of what everybody sees.
    """
    months = figures.get_column("month").unique().to_list()
    rows = MonthlyFigure.objects.filter(month__in=[date(month // 100, month % 100, 1) for month in months])
    names = ("area", "population", "month", "indicator", "value", "suppressed")
    schema = {name: SCHEMA[name] for name in names} | {"value": pl.Float64}
    shown = pl.DataFrame(list(rows.values_list(*names)), schema, orient="row").with_columns(
        month=(pl.col("month").dt.year() * 100 + pl.col("month").dt.month()).cast(pl.Int32)
    )
    both = figures.join(shown, on=names[:4], how="left", maintain_order="left")
    other = both.filter(
        pl.col("suppressed").is_null() | (~pl.col("suppressed") & pl.col("value").ne_missing(pl.col("persons")))
    )
    if other.height:
        month = other.get_column("month").sort().item(0)
        raise Problem(
            f"the pages do not show this panel's figures of {month_name(month)}",
            mend="publish them first: kokeilu monitor --publish",
        )
    status = pl.when("suppressed").then(pl.lit(SECONDARY)).otherwise(pl.lit(PUBLISHED))
    return both.with_columns(status=status).select(*figures.columns, "status")


@transaction.atomic
def publish_made(made: Sequence[tuple[Dimension, pl.DataFrame]], *, actor: Actor | None = None) -> Published:
    """`publish` of what `breakdown_table.all_published` has made. Raises PermissionDenied."""
    if actor is not None:
        require(actor, operations.PUBLISH)
    with connection.cursor() as cursor:  # two publications at once would both find the same figures missing
        cursor.execute("LOCK TABLE monitoring_monthlybreakdown IN SHARE ROW EXCLUSIVE MODE")
    month = pl.col("month")
    done = [_store(one, rows.with_columns(month=pl.date(month // 100, month % 100, 1)), actor) for one, rows in made]
    return Published(
        sum(each.added for each in done), sum(each.replaced for each in done), sum(each.removed for each in done)
    )


def _store(dimension: Dimension, figures: pl.DataFrame, actor: Actor | None) -> Published:
    months = figures.get_column("month").unique().to_list()
    rows = MonthlyBreakdown.objects.filter(dimension=dimension.key, month__in=months)
    held = pl.DataFrame(list(rows.order_by("id").values_list(*SCHEMA)), SCHEMA, orient="row")
    both = held.join(figures, on=KEY, how="full", suffix="_new", coalesce=True)
    is_old, is_new = pl.col("suppressed").is_not_null(), pl.col("suppressed_new").is_not_null()
    differs = pl.col("value").ne_missing(pl.col("value_new")) | (pl.col("suppressed") != pl.col("suppressed_new"))
    added, removed, replaced = (both.filter(condition) for condition in (~is_old, ~is_new, is_old & is_new & differs))
    gone = pl.concat([removed, replaced])
    MonthlyBreakdown.objects.filter(id__in=gone.get_column("id").to_list()).delete()
    new = pl.concat([added, replaced])
    _insert(new.select(*KEY, value="value_new", suppressed="suppressed_new", dimension=pl.lit(dimension.key)))
    _log(dimension, added, gone, actor)
    return Published(added.height, replaced.height, removed.height)


def _insert(figures: pl.DataFrame) -> None:
    columns = ", ".join(f'"{name}"' for name in figures.columns)
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY monitoring_monthlybreakdown ({columns}) FROM STDIN (FORMAT csv)") as copy,
    ):
        copy.write(figures.write_csv(include_header=False))


def _log(dimension: Dimension, added: pl.DataFrame, gone: pl.DataFrame, actor: Actor | None) -> None:
    """One line for all that is new of a dimension, one per area and month for what was replaced or removed."""
    if added.height:
        first, last = (_name(added.get_column("month").min()), _name(added.get_column("month").max()))
        new = {"from": first, "to": last, "figures": added.height, "by": dimension.key}
        record_change(actor, "publish", "monthly_breakdowns", f"{dimension.key}/{last}", new=new)
    for (area, month), part in gone.sort(KEY).group_by("area", "month", maintain_order=True):
        names = ["/".join(row) for row in part.select("population", "indicator", "group").rows()]
        old = dict(zip(names, part.get_column("value"), strict=True))
        new = dict(zip(names, part.get_column("value_new"), strict=True))
        name = f"{dimension.key}/{area}/{_name(month)}"
        record_change(actor, "republish", "monthly_breakdowns", name, old=old, new=new)


def _name(month: object) -> str:
    return f"{month:%Y-%m}" if isinstance(month, date) else str(month)
