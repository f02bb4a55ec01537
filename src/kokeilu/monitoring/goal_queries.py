"""Reading what an area has set out to do."""

from collections import defaultdict
from datetime import date

from kokeilu.monitoring.goal_models import STANDING, Target


def targets(area: str) -> dict[str, list[tuple[date, float]]]:
    """An area's standing targets by indicator: the day of each and its value in the indicator's unit, in order of time.

    The day is the one by which the value is to be reached; where the target gives none, the one from which on it is
    pursued.
    """
    found: dict[str, list[tuple[date, float]]] = defaultdict(list)
    for target in Target.objects.filter(STANDING, area=area).order_by("indicator"):
        found[target.indicator].append((target.by_day or target.from_day, float(target.value)))
    return {indicator: sorted(points) for indicator, points in found.items()}
