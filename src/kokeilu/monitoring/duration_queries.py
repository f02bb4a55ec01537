"""Reading the published durations of an area."""

from datetime import date
from typing import TypeVar

from django.db.models import QuerySet

from kokeilu.monitoring import release_calendar, survival_curves
from kokeilu.monitoring.duration_medians import Kind, Median
from kokeilu.monitoring.indicators import INDICATORS
from kokeilu.monitoring.models import DurationMedian, MonthlyFigure, SurvivalStep
from kokeilu.monitoring.queries import Figure
from kokeilu.monitoring.survival import CAUSES
from kokeilu.monitoring.survival_curves import Curve, Step

Row = TypeVar("Row", SurvivalStep, DurationMedian, MonthlyFigure)

CLASSES = (*INDICATORS["registered_unemployed"].also_sum, *INDICATORS["outflow"].also_sum)
SHOWN = (*CLASSES, "registered_unemployed", "outflow")


def curves(area: str) -> dict[date, Curve]:
    """The survival curves of an area's cohorts by the first day of the half-year, oldest first.

    A month whose release is under way waits for it.
    """
    steps: dict[date, list[Step]] = {}
    rows = _before_embargo(SurvivalStep.objects.filter(area=area)).order_by("began", "until")
    for began, until, at_risk, *left in rows.values_list("began", "until", "at_risk", *CAUSES):
        steps.setdefault(began, []).append(Step(until, at_risk, tuple(left)))
    return {began: survival_curves.curve(began, found) for began, found in steps.items()}


def months(area: str) -> list[date]:
    """The months with durations of an area, newest first."""
    rows = _before_embargo(DurationMedian.objects.filter(area=area))
    return list(rows.order_by("-month").values_list("month", flat=True).distinct())


def of_months(area: str, *wanted: date) -> dict[tuple[date, str], Figure]:
    """The classes of duration and their sums, of an area's residents, by month and indicator."""
    rows = _before_embargo(MonthlyFigure.objects.filter(area=area, month__in=wanted))
    found = rows.filter(population="residents", indicator__in=SHOWN).order_by("id")
    return {(row.month, row.indicator): Figure(row.value, row.suppressed) for row in found}


def medians(area: str, *wanted: date) -> dict[tuple[date, Kind], Median]:
    """The medians of an area by month and kind."""
    rows = _before_embargo(DurationMedian.objects.filter(area=area, month__in=wanted)).order_by("id")
    return {(row.month, _kind(row.kind)): Median(row.months, row.hidden) for row in rows}


def _kind(kind: str) -> Kind:
    return "running" if kind == "running" else "ended"


def _before_embargo(rows: QuerySet[Row]) -> QuerySet[Row]:
    embargo = release_calendar.embargoed_from()
    return rows.filter(month__lt=embargo) if embargo else rows
