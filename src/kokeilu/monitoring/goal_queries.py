"""Reading what an area has set out to do."""

from collections import defaultdict
from datetime import date
from uuid import UUID

from django.db.models import Prefetch

from kokeilu.monitoring.goal_models import STANDING, Expectation, Measure, Target, WorkPackage


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
