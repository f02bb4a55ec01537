"""Reading what an area has set out to do."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final, Literal
from uuid import UUID

from django.db.models import Prefetch

from kokeilu.access.models import ChangeLog
from kokeilu.monitoring import breakdown_queries, queries
from kokeilu.monitoring.goal_models import STANDING, Expectation, Measure, Statement, Target, WorkPackage
from kokeilu.monitoring.goal_rules import EVERYBODY, Whose
from kokeilu.monitoring.indicators import INDICATORS
from kokeilu.monitoring.queries import Figure
from kokeilu.monitoring.reading import HEADLINE, Headline

Kind = Literal["target", "package", "measure"]
Goal = Target | WorkPackage | Measure
MODELS: Final[dict[Kind, type[Goal]]] = {
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


def said(area: str) -> list[tuple[Kind, Goal]]:
    """Everything that was said of an area's goals, superseded and ended too, the newest first. Five queries."""
    beside = ("set_by", "supersedes")
    found: list[tuple[Kind, Goal]] = [
        ("target", one) for one in Target.objects.filter(area=area).select_related(*beside)
    ]
    found += [("package", one) for one in WorkPackage.objects.filter(area=area).select_related(*beside)]
    measures = Measure.objects.filter(package__area=area).select_related("responsible", *beside)
    expectations = Prefetch("expectations", Expectation.objects.order_by("pk"))
    found += [("measure", one) for one in measures.prefetch_related(expectations)]
    place = places(goal for _kind, goal in found)
    return sorted(found, key=lambda each: place[each[1].pk], reverse=True)


def places(rows: Iterable[Statement]) -> dict[UUID, tuple[datetime, int]]:
    """What rows are put in the order of time by: when each was said, and in one moment its line of the change log."""
    held = {row.pk: row for row in rows}
    lines = ChangeLog.objects.filter(
        subject__in={row._meta.model_name for row in held.values()}, subject_id__in=[str(key) for key in held]
    )
    logged = dict(lines.values_list("subject_id", "id"))
    return {key: (row.set_at, logged.get(str(key), 0)) for key, row in held.items()}


def find(kind: Kind, area: str, goal: UUID, *, standing: bool = True) -> Goal | None:
    """The goal of this area by its id, the standing ones alone unless told otherwise; None where there is none."""
    model: type[Goal] = MODELS[kind]
    place = "package__area" if model is Measure else "area"
    rows = model._default_manager.filter(pk=goal, **{place: area})
    return (rows.filter(STANDING) if standing else rows).first()


@dataclass(frozen=True)
class Published:
    """Published figures: `by_key` by area, population and indicator, each by month; `by_class` by area, dimension and
    indicator, each by month and class. A figure that is not there is left out.
    """

    by_key: dict[tuple[str, str, str], dict[date, Figure]]
    months: list[date]
    by_class: dict[tuple[str, str, str], dict[date, dict[str, Figure]]] = field(default_factory=dict)

    def figures(self, area: str, indicator: str, whose: Whose = EVERYBODY) -> dict[date, Figure]:
        """The figure by month, oldest first. That of a group is the sum of its classes: hidden where one of them is."""
        if not whose.dimension:
            return dict(sorted(self.by_key.get((area, whose.population, indicator), {}).items()))
        months = self.by_class.get((area, whose.dimension, indicator), {})
        return {
            month: _together([held[group] for group in whose.classes])
            for month, held in sorted(months.items())
            if held.keys() >= set(whose.classes)
        }

    def history(self, area: str, indicator: str, whose: Whose = EVERYBODY) -> list[tuple[date, float | None]]:
        """The months of the figure with their values, oldest first; None where hidden."""
        return [(month, one.value) for month, one in self.figures(area, indicator, whose).items()]

    def value(self, area: str, indicator: str, month: date | None, whose: Whose = EVERYBODY) -> Figure | None:
        """A month's figure; None where there is none."""
        return None if month is None else self.figures(area, indicator, whose).get(month)

    def headline(self, area: str, month: date | None, whose: Whose = EVERYBODY) -> Headline:
        """The three figures that always stand together."""
        found = [self.value(area, key, month, whose) for key in HEADLINE]
        return Headline(*(one.value if one else None for one in found))


def _together(classes: list[Figure]) -> Figure:
    if any(one.value is None for one in classes):
        return Figure(None, suppressed=True)
    return Figure(sum(one.value or 0 for one in classes), suppressed=False)


def published(
    indicators: Iterable[str], areas: Collection[str] | None = None, dimensions: Iterable[str] = ()
) -> Published:
    """Everything published of these indicators and of those that always stand together, of the areas or of all.

    One query, and another for each of the `dimensions` (keys) by which figures are wanted too.
    """
    wanted = sorted({*indicators, *HEADLINE})
    rows = queries.visible().filter(indicator__in=wanted).order_by("month", "indicator")
    if areas is not None:
        rows = rows.filter(area__in=areas)
    found: dict[tuple[str, str, str], dict[date, Figure]] = defaultdict(dict)
    for area, population, indicator, month, value, suppressed in rows.values_list(
        "area", "population", "indicator", "month", "value", "suppressed"
    ):
        found[area, population, indicator][month] = Figure(value, suppressed)
    months = sorted({month for held in found.values() for month in held})
    places = areas or sorted({area for area, _population, _indicator in found})
    classes: dict[tuple[str, str, str], dict[date, dict[str, Figure]]] = defaultdict(lambda: defaultdict(dict))
    for dimension in sorted(set(dimensions)):
        for row in breakdown_queries.cells(wanted, dimension, places, months):
            classes[row.area, dimension, row.indicator][row.month][row.group] = Figure(row.value, row.suppressed)
    return Published(dict(found), months, dict(classes))
