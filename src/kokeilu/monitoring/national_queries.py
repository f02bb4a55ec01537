"""Reading the figures of all areas together, and those of each area beside them."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db.models import QuerySet

from kokeilu.monitoring import queries, release_calendar
from kokeilu.monitoring.indicators import INDICATORS, POPULATIONS
from kokeilu.monitoring.models import NationalFigure
from kokeilu.monitoring.queries import Figure, Figures

PER: Final = 100
"""Areas of different sizes are compared per so many job seekers."""
BASE: Final = "job_seekers"
COMPARED: Final = tuple(
    key for key, one in INDICATORS.items() if (one.unit == "persons" and key != BASE) or key == "activation_rate"
)
"""The indicators that areas are compared by: people per PER job seekers of the month's end, and rates as they are."""


@dataclass(frozen=True)
class Month:
    """A month's figures: of all areas by population, and of each area's residents by its key."""

    together: dict[str, Figures]
    areas: dict[str, Figures]


def visible() -> QuerySet[NationalFigure]:
    """The figures that pages may show: a month whose release is under way waits for it."""
    embargo = release_calendar.embargoed_from()
    return NationalFigure.objects.filter(month__lt=embargo) if embargo else NationalFigure.objects.all()


def months() -> list[date]:
    """The months with published figures of all areas, newest first."""
    return list(visible().order_by("-month").values_list("month", flat=True).distinct())


def of_month(month: date) -> Month:
    """Everything published of a month; there is nothing of a month that waits for its release."""
    together: dict[str, Figures] = {population: {} for population in POPULATIONS}
    rows = visible().filter(month=month).values_list("population", "indicator", "value", "suppressed")
    for population, key, value, suppressed in rows:
        together[population][key] = Figure(value, suppressed)
    areas: dict[str, Figures] = defaultdict(dict)
    parts = queries.visible().filter(month=month, population="residents").order_by("area")
    for area, key, value, suppressed in parts.values_list("area", "indicator", "value", "suppressed"):
        areas[area][key] = Figure(value, suppressed)
    return Month({population: figures for population, figures in together.items() if figures}, dict(areas))


def history() -> dict[date, Figures]:
    """The HISTORY figures of all areas' residents by month, oldest first."""
    found: dict[date, Figures] = defaultdict(dict)
    rows = visible().filter(population="residents", indicator__in=queries.HISTORY).order_by("month")
    for month, key, value, suppressed in rows.values_list("month", "indicator", "value", "suppressed"):
        found[month][key] = Figure(value, suppressed)
    return dict(found)


def began() -> date | None:
    """The first month in which a trial area is responsible for people."""
    return visible().filter(population="customers").order_by("month").values_list("month", flat=True).first()


def compared(figures: Figures, indicator: str) -> Figure | None:
    """A figure so that areas of different sizes can be compared, from published figures alone.

    People are counted per PER job seekers of the month's end. None where there is no figure, or no job seeker; hidden
    where either of the two is.
    """
    one, base = figures.get(indicator), figures.get(BASE)
    if one is None or INDICATORS[indicator].unit != "persons":
        return one
    if base is None:
        return None
    if one.suppressed or base.suppressed:
        return Figure(None, suppressed=True)
    if not base.value or one.value is None:
        return None
    return Figure(PER * one.value / base.value, suppressed=False)


def at_least(areas: dict[str, Figures], indicator: str) -> tuple[float, int]:
    """The sum over the areas that show a figure, and how many hide it: what a hidden sum is at least."""
    shown = [figures[indicator] for figures in areas.values() if indicator in figures]
    return sum(one.value or 0.0 for one in shown), sum(one.suppressed for one in shown)
