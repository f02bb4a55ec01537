"""What changes the published durations: publishing a panel's."""

from typing import Final

import polars as pl
from django.db import models, transaction

from kokeilu.access.logs import record_change
from kokeilu.access.policy import Actor, require
from kokeilu.monitoring import duration_table, further_out, operations, published_attack, writing
from kokeilu.monitoring.actions import Published
from kokeilu.monitoring.engines import Engine
from kokeilu.monitoring.indicators import INDICATORS
from kokeilu.monitoring.models import DurationMedian, MonthlyFigure, PagesVersion, SurvivalStep
from kokeilu.monitoring.survival_steps import WITHIN
from kokeilu.monitoring.table import Source
from kokeilu.panel.rules import month_of

STEP: Final = ("area", "began", "until", "month", "at_risk", "open_market", "service", "other")
MEDIAN: Final = ("area", "month", "kind", "months", "hidden")
COHORT: Final = ("area", "began")


def publish(
    source: Source, *, last: int | None = None, actor: Actor | None = None, engine: Engine = "duckdb"
) -> Published:
    """Show a panel's durations on the pages; `actor` None is the system itself.

    Medians are those of the months whose figures are published, up to `last` (202103). What is out of a month stays as
    it is, and a half-year is followed on only where the panel tells its published steps as they are; `kept` is how many
    rows it tells differently. One transaction. Raises PermissionDenied, and Problem where the folder is no panel.
    """
    if actor is not None:
        require(actor, operations.PUBLISH)
    found = duration_table.published(source, _shown(), last, engine)
    return _store(found, actor)


def _shown() -> pl.DataFrame:
    """What the pages have of the classes of duration and of the inflow: area, population, month, indicator, value."""
    keys = [*WITHIN, *(key for whole in ("registered_unemployed", "outflow") for key in INDICATORS[whole].also_sum)]
    rows = MonthlyFigure.objects.filter(population="residents", indicator__in=keys).order_by("id")
    texts = dict.fromkeys(("area", "population", "indicator"), pl.String)
    schema = texts | {"month": pl.Int32, "value": pl.Float64}
    told = [(*names, month_of(month), value) for *names, month, value in rows.values_list(*schema)]
    return pl.DataFrame(told, schema, orient="row")


@transaction.atomic
def _store(found: duration_table.Durations, actor: Actor | None) -> Published:
    writing.lock(SurvivalStep, DurationMedian, PagesVersion)
    before = further_out.as_known()
    steps = found.steps.with_columns(_day("began"), _day("month"))
    medians = found.medians.with_columns(_day("month"))
    told, numbers = _held(SurvivalStep, STEP, steps), _held(DurationMedian, MEDIAN, medians)
    revised = _missing(_until(told, steps), steps, STEP)
    ends = told.group_by(COHORT).agg(out=pl.col("until").max())
    later = steps.join(ends, on=COHORT, how="left").filter(pl.col("out").is_null() | (pl.col("until") > pl.col("out")))
    new = _missing(later, revised, COHORT).select(STEP), _missing(medians, numbers, MEDIAN[:3]).select(MEDIAN)
    writing.insert(SurvivalStep, new[0])
    writing.insert(DurationMedian, new[1])
    published_attack.of_further(before, further_out.as_known())
    kept = revised.height + _missing(_until(numbers, medians), medians, MEDIAN).height
    done = Published(sum(rows.height for rows in new), 0, 0, kept)
    if done.added:
        last = found.medians.get_column("month").max()
        record_change(actor, "publish", "durations", str(last), new={"added": done.added, "kept": done.kept})
    return done


def _day(name: str) -> pl.Expr:
    """The first day of a month (202103), under the same name."""
    month = pl.col(name)
    return pl.date(month // 100, month % 100, 1).alias(name)


def _held(model: type[models.Model], columns: tuple[str, ...], wanted: pl.DataFrame) -> pl.DataFrame:
    """What a table holds, with the types of the wanted rows."""
    rows = model.objects.order_by("id").values_list(*columns)  # type: ignore[attr-defined]
    return pl.DataFrame(list(rows), {name: wanted.schema[name] for name in columns}, orient="row")


def _until(held: pl.DataFrame, wanted: pl.DataFrame) -> pl.DataFrame:
    """What is held of the wanted months and earlier ones."""
    last = wanted.get_column("month").max()
    return held.clear() if last is None else held.filter(pl.col("month") <= last)


def _missing(rows: pl.DataFrame, others: pl.DataFrame, on: tuple[str, ...]) -> pl.DataFrame:
    """The rows that the others have not."""
    return rows.join(others, on=list(on), how="anti", nulls_equal=True)
