"""Reading what an area has set out to do."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal
from uuid import UUID

from django.db.models import Prefetch

from kokeilu.monitoring import queries
from kokeilu.monitoring.goal_models import STANDING, Expectation, Measure, Target, WorkPackage
from kokeilu.monitoring.indicators import INDICATORS, POPULATIONS
from kokeilu.monitoring.queries import Figure
from kokeilu.monitoring.reading import HEADLINE, Headline

Kind = Literal["target", "package", "measure"]
MODELS: Final[dict[Kind, type[Target | WorkPackage | Measure]]] = {
    "target": Target, "package": WorkPackage, "measure": Measure,
}  # fmt: skip


def targets(area: str) -> dict[str, list[tuple[date, float]]]:
    """An area's standing targets by indicator: the day of each and its value in the indicator's unit, in order of time.

    The day is the one by which the value is to be reached; where the target gives none, the one from which on it is
    pursued.
    """
    found: dict[str, list[tuple[date, float]]] = defaultdict(list)
    for target in Target.objects.filter(STANDING, area=area).order_by("indicator"):
        found[target.indicator].append((target.by_day or target.from_day, float(target.value)))
    return {indicator: sorted(points) for indicator, points in found.items()}


def packages(area: str) -> list[WorkPackage]:
    """The area's standing work packages in the order of their numbers."""
    return list(WorkPackage.objects.filter(STANDING, area=area).order_by("number"))


def measures(area: str) -> dict[UUID, list[Measure]]:
    """The area's standing measures by the first row of their package, in order of time, with what they are to move."""
    rows = Measure.objects.filter(STANDING, package__area=area).select_related("responsible", "package", "set_by")
    expectations = Prefetch("expectations", Expectation.objects.order_by("pk"))
    found: dict[UUID, list[Measure]] = defaultdict(list)
    for measure in rows.prefetch_related(expectations).order_by("valid", "name"):
        found[measure.package_id].append(measure)
    return dict(found)


def standing_targets(area: str | None = None) -> list[Target]:
    """The standing targets of all areas or of one, by area and in the order of the indicators."""
    rows = Target.objects.filter(STANDING).select_related("set_by")
    place = {key: number for number, key in enumerate(INDICATORS)}
    found = rows.filter(area=area) if area else rows
    return sorted(
        found.order_by("by_day"), key=lambda one: (one.area, place.get(one.indicator, -1), one.by_day or date.max)
    )


def find(kind: Kind, area: str, goal: UUID) -> Target | WorkPackage | Measure | None:
    """The standing goal of this area by its id; None where there is none."""
    model: type[Target | WorkPackage | Measure] = MODELS[kind]
    place = "package__area" if model is Measure else "area"
    return model._default_manager.filter(STANDING, pk=goal, **{place: area}).first()


@dataclass(frozen=True)
class Published:
    """Published figures by area, population and indicator, each by month; a figure that is not there is left out."""

    by_key: dict[tuple[str, str, str], dict[date, Figure]]
    months: list[date]

    def history(self, area: str, indicator: str, population: str = POPULATIONS[0]) -> list[tuple[date, float | None]]:
        """The months of the figure with their values, oldest first; None where hidden."""
        return [(month, one.value) for month, one in sorted(self.by_key.get((area, population, indicator), {}).items())]

    def value(self, area: str, indicator: str, month: date | None, population: str = POPULATIONS[0]) -> Figure | None:
        """A month's figure; None where there is none."""
        return None if month is None else self.by_key.get((area, population, indicator), {}).get(month)

    def headline(self, area: str, month: date | None) -> Headline:
        """The three figures of the area's residents that always stand together."""
        found = [self.value(area, key, month) for key in HEADLINE]
        return Headline(*(one.value if one else None for one in found))


def published(indicators: Iterable[str]) -> Published:
    """Everything published of these indicators and of those that always stand together, in one query."""
    wanted = {*indicators, *HEADLINE}
    rows = queries.visible().filter(indicator__in=sorted(wanted)).order_by("month", "indicator")
    found: dict[tuple[str, str, str], dict[date, Figure]] = defaultdict(dict)
    for area, population, indicator, month, value, suppressed in rows.values_list(
        "area", "population", "indicator", "month", "value", "suppressed"
    ):
        found[area, population, indicator][month] = Figure(value, suppressed)
    return Published(dict(found), sorted({month for months in found.values() for month in months}))
