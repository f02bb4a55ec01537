"""Reading the published figures."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db.models import QuerySet

from kokeilu.law.definition import area_names as area_names
from kokeilu.monitoring import release_calendar
from kokeilu.monitoring.indicators import POPULATIONS
from kokeilu.monitoring.models import MonthlyFigure
from kokeilu.monitoring.reading import HEADLINE, Headline

OVERVIEW: Final = (*HEADLINE, "in_services", "activation_rate", "job_seekers")
HISTORY: Final = (*HEADLINE, "in_services", "activation_rate", "inflow", "outflow")
"""The three of the headline come first, so that a narrow window shows them together: registered unemployment never
stands without broad unemployment and the exits to the open labour market, for moving people into services lowers the
first alone (Nieminen et al. 2021).
"""


@dataclass(frozen=True)
class Figure:
    """A published figure; `value` is None where it is suppressed, or where there is none."""

    value: float | None
    suppressed: bool


Figures = dict[str, Figure]  # by indicator


def area_name(area: str, language: str) -> str:
    """An area's name in the language; an area that no definition names goes by its key."""
    return area_names().get(area, {}).get(language, area)


def visible() -> QuerySet[MonthlyFigure]:
    """The figures that pages may show: a month whose release is under way waits for it."""
    embargo = release_calendar.embargoed_from()
    return MonthlyFigure.objects.filter(month__lt=embargo) if embargo else MonthlyFigure.objects.all()


def months(area: str | None = None) -> list[date]:
    """The months with published figures, of all areas or of one, newest first."""
    figures = visible().filter(area=area) if area else visible()
    return list(figures.order_by("-month").values_list("month", flat=True).distinct())


def overview(month: date) -> dict[str, Figures]:
    """The overview's figures of all residents, by area."""
    rows = visible().filter(month=month, population="residents", indicator__in=OVERVIEW)
    found: dict[str, Figures] = defaultdict(dict)
    for row in rows.order_by("area", "indicator"):
        found[row.area][row.indicator] = Figure(row.value, row.suppressed)
    return dict(found)


def of_month(area: str, month: date) -> dict[str, Figures]:
    """Everything published of an area in a month, by population in the order of POPULATIONS."""
    found: dict[str, Figures] = {population: {} for population in POPULATIONS}
    for row in visible().filter(area=area, month=month).order_by("population", "indicator"):
        found[row.population][row.indicator] = Figure(row.value, row.suppressed)
    return {population: figures for population, figures in found.items() if figures}


def history(area: str) -> dict[date, Figures]:
    """The HISTORY figures of an area's residents, by month, oldest first."""
    rows = visible().filter(area=area, population="residents", indicator__in=HISTORY)
    found: dict[date, Figures] = defaultdict(dict)
    for row in rows.order_by("month", "indicator"):
        found[row.month][row.indicator] = Figure(row.value, row.suppressed)
    return dict(found)


def began(area: str) -> date | None:
    """The first month in which a trial area is responsible for people of the area."""
    rows = visible().filter(area=area, population="customers").order_by("month")
    return rows.values_list("month", flat=True).first()


def headline(figures: Figures) -> Headline:
    """The three figures that always stand together, of a month's figures; None where hidden or not there."""
    return Headline(*(figures[key].value if key in figures else None for key in HEADLINE))
