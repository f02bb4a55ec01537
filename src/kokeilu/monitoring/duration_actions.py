"""What changes the published durations: publishing a panel's."""

from typing import Final

import polars as pl
from django.db import connection, models, transaction

from kokeilu.access.logs import record_change
from kokeilu.access.policy import Actor, require
from kokeilu.monitoring import duration_table, operations
from kokeilu.monitoring.actions import Published
from kokeilu.monitoring.engines import Engine
from kokeilu.monitoring.indicators import INDICATORS
from kokeilu.monitoring.models import DurationMedian, MonthlyFigure, SurvivalStep
from kokeilu.monitoring.table import Source
from kokeilu.panel.rules import month_of

STEP: Final = ("area", "began", "until", "month", "at_risk", "open_market", "service", "other")
MEDIAN: Final = ("area", "month", "kind", "months", "hidden")


def publish(
    source: Source, *, last: int | None = None, actor: Actor | None = None, engine: Engine = "duckdb"
) -> Published:
    """Show a panel's durations on the pages; `actor` None is the system itself.

    Medians are those of the months whose figures are published, up to `last` (202103). The same panel again changes
    nothing; what another panel says differently is replaced, which stands in the change log. One transaction. Raises
    PermissionDenied, and Problem where the folder is no panel.
    """
    if actor is not None:
        require(actor, operations.PUBLISH)
    found = duration_table.published(source, _classes(), last, engine)
    return _store(found, actor)


def _classes() -> pl.DataFrame:
    """The published classes of duration: area, population, month, indicator, value."""
    keys = [key for whole in ("registered_unemployed", "outflow") for key in INDICATORS[whole].also_sum]
    rows = MonthlyFigure.objects.filter(population="residents", indicator__in=keys).order_by("id")
    texts = dict.fromkeys(("area", "population", "indicator"), pl.String)
    schema = texts | {"month": pl.Int32, "value": pl.Float64}
    told = [(*names, month_of(month), value) for *names, month, value in rows.values_list(*schema)]
    return pl.DataFrame(told, schema, orient="row")


@transaction.atomic
def _store(found: duration_table.Durations, actor: Actor | None) -> Published:
    with connection.cursor() as cursor:  # two publications at once would both find the same rows missing
        cursor.execute("LOCK TABLE monitoring_survivalstep, monitoring_durationmedian IN SHARE ROW EXCLUSIVE MODE")
    steps = found.steps.with_columns(_day("began"), _day("month"))
    medians = found.medians.with_columns(_day("month"))
    parts = [_merge(SurvivalStep, STEP, steps, 3), _merge(DurationMedian, MEDIAN, medians, 3)]
    done = Published(*(sum(numbers) for numbers in zip(*parts, strict=True)))
    if any((done.added, done.replaced, done.removed)):
        new = {"added": done.added, "replaced": done.replaced, "removed": done.removed}
        last = found.medians.get_column("month").max()
        record_change(actor, "publish", "durations", str(last), new=new)
    return done


def _day(name: str) -> pl.Expr:
    """The first day of a month (202103), under the same name."""
    month = pl.col(name)
    return pl.date(month // 100, month % 100, 1).alias(name)


def _merge(model: type[models.Model], columns: tuple[str, ...], wanted: pl.DataFrame, keys: int) -> tuple[int, ...]:
    """Make a table hold the wanted rows: how many were added, replaced and removed. The first columns are the key."""
    schema = {"id": pl.Int64} | {name: wanted.schema[name] for name in columns}
    held = pl.DataFrame(list(model.objects.order_by("id").values_list(*schema)), schema, orient="row")  # type: ignore[attr-defined]
    key = list(columns[:keys])
    gone = held.join(wanted, on=list(columns), how="anti", nulls_equal=True)
    new = wanted.select(columns).join(held, on=list(columns), how="anti", nulls_equal=True)
    replaced = new.join(gone, on=key, how="semi").height
    model.objects.filter(id__in=gone.get_column("id").to_list()).delete()  # type: ignore[attr-defined]
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {model._meta.db_table} ({', '.join(columns)}) FROM STDIN (FORMAT csv)") as copy,
    ):
        copy.write(new.write_csv(include_header=False))
    return new.height - replaced, replaced, gone.height - replaced
