"""What is out of services by year and of durations, for the attack on what is out."""

from datetime import date

import polars as pl

from kokeilu.disclosure.linked import PUBLISHED, UNPUBLISHED
from kokeilu.monitoring.further_ties import SCHEMA, Cohort, Further, Middle
from kokeilu.monitoring.models import DurationMedian, ServiceFigure, SurvivalStep


def as_known() -> Further:
    """All of it. What is hidden of services is not kept, so that nothing is known of it."""
    names = [name for name in SCHEMA if name != "status"]
    rows = ServiceFigure.objects.order_by("area", "year", "service", "measure").values_list(*names)
    services = pl.DataFrame(list(rows), {name: SCHEMA[name] for name in names}, orient="row")
    shown = pl.when(pl.col("value").is_not_null()).then(pl.lit(PUBLISHED)).otherwise(pl.lit(UNPUBLISHED))
    return Further(services.with_columns(status=shown), _cohorts(), _medians())


def _cohorts() -> list[Cohort]:
    """Of each half-year the first step, which begins with all of it."""
    steps = SurvivalStep.objects.order_by("area", "began", "until").distinct("area", "began")
    return [
        Cohort(area, _number(began), _number(month), persons)
        for area, began, month, persons in steps.values_list("area", "began", "month", "at_risk")
    ]


def _medians() -> list[Middle]:
    told = DurationMedian.objects.order_by("area", "month", "kind")
    return [
        Middle(area, _number(month), "running" if kind == "running" else "ended", months)
        for area, month, kind, months in told.values_list("area", "month", "kind", "months")
        if months is not None
    ]


def _number(day: date) -> int:
    return day.year * 12 + day.month - 1
