"""What changes the published figures: publishing a panel."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import polars as pl
from django.db import connection, transaction

from kokeilu.access.logs import record_change
from kokeilu.access.policy import Actor, require
from kokeilu.monitoring import operations, table
from kokeilu.monitoring.engines import Engine
from kokeilu.monitoring.models import MonthlyFigure

COLUMNS: Final = ("area", "population", "month", "indicator", "value", "suppressed")
KEY: Final = ("area", "population", "month", "indicator")
SCHEMA: Final = {
    "id": pl.Int64, "area": pl.String, "population": pl.String, "month": pl.Date, "indicator": pl.String,
    "value": pl.Float64, "suppressed": pl.Boolean,
}  # fmt: skip


@dataclass(frozen=True)
class Published:
    """How many figures a publication changed; all are zero where the panel says what was published before."""

    added: int
    replaced: int
    removed: int


def publish(
    panel_dir: Path,
    months: Collection[int] | None = None,
    *,
    last: int | None = None,
    actor: Actor | None = None,
    engine: Engine = "duckdb",
) -> Published:
    """Show a panel's figures on the pages, after disclosure control; `actor` None is the system itself.

    `months` (202103) are those to publish, without it all of the panel's up to `last`; other months keep what
    was published of them. The same panel again changes nothing; what another panel says differently is
    replaced and stands in the change log with the old value. One transaction. Raises PermissionDenied, and
    Problem where the folder is no panel or lacks a month.
    """
    if actor is not None:
        require(actor, operations.PUBLISH)
    figures = table.all_published(panel_dir, max(months) if months else last, engine)
    if months is not None:
        figures = figures.filter(pl.col("month").is_in(list(months)))
    month = pl.col("month")
    return _store(figures.with_columns(month=pl.date(month // 100, month % 100, 1)), actor)


@transaction.atomic
def _store(figures: pl.DataFrame, actor: Actor | None) -> Published:
    with connection.cursor() as cursor:  # two publications at once would both find the same figures missing
        cursor.execute("LOCK TABLE monitoring_monthlyfigure IN SHARE ROW EXCLUSIVE MODE")
    rows = MonthlyFigure.objects.filter(month__in=figures.get_column("month").unique().to_list())
    held = pl.DataFrame(list(rows.order_by("id").values_list(*SCHEMA)), SCHEMA, orient="row")
    both = held.join(figures, on=KEY, how="full", suffix="_new", coalesce=True)
    is_old, is_new = pl.col("suppressed").is_not_null(), pl.col("suppressed_new").is_not_null()
    differs = pl.col("value").ne_missing(pl.col("value_new")) | (pl.col("suppressed") != pl.col("suppressed_new"))
    added, removed, replaced = (both.filter(condition) for condition in (~is_old, ~is_new, is_old & is_new & differs))
    gone = pl.concat([removed, replaced])
    MonthlyFigure.objects.filter(id__in=gone.get_column("id").to_list()).delete()
    new = pl.concat([added, replaced])
    _insert(new.select(*KEY, value="value_new", suppressed="suppressed_new"))
    _log(added, gone, actor)
    return Published(added.height, replaced.height, removed.height)


def _insert(figures: pl.DataFrame) -> None:
    columns = ", ".join(COLUMNS)
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY monitoring_monthlyfigure ({columns}) FROM STDIN (FORMAT csv)") as copy,
    ):
        copy.write(figures.select(*COLUMNS).write_csv(include_header=False))


def _log(added: pl.DataFrame, gone: pl.DataFrame, actor: Actor | None) -> None:
    """One line for all that is new, one per area and month for what was replaced or removed."""
    if added.height:
        first, last = added.get_column("month").min(), added.get_column("month").max()
        new = {"from": _name(first), "to": _name(last), "figures": added.height}
        record_change(actor, "publish", "monthly_figures", _name(last), new=new)
    for (area, month), part in gone.sort(KEY).group_by("area", "month", maintain_order=True):
        names = [f"{population}/{indicator}" for population, indicator in part.select("population", "indicator").rows()]
        old = dict(zip(names, part.get_column("value"), strict=True))
        new = dict(zip(names, part.get_column("value_new"), strict=True))
        record_change(actor, "republish", "monthly_figures", f"{area}/{_name(month)}", old=old, new=new)


def _name(month: Any) -> str:
    return f"{month:%Y-%m}" if isinstance(month, date) else str(month)
