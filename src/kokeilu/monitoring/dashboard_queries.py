"""Reading what an area's dashboard shows: its own figures, the areas comparable with it, and its targets."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from kokeilu.monitoring import comparable, dashboard, goal_queries, queries
from kokeilu.monitoring.comparable import Comparable, Profile
from kokeilu.monitoring.dashboard import PANELS, Panel
from kokeilu.monitoring.indicators import INDICATORS
from kokeilu.monitoring.queries import Figure, Figures

ALWAYS: Final = frozenset((*PANELS, *queries.HISTORY))
"""The measures whose months the page needs in any case."""

Months = dict[date, Figures]  # by month, oldest first


@dataclass(frozen=True)
class Dashboard:
    """All months of an area. `base` are the months of the year before the trial; `profiles` are those of the area
    itself and of the comparable ones, `others` the comparable ones' figures.
    """

    area: str
    began: date | None
    base: list[date]
    own: Months
    comparables: list[Comparable]
    profiles: dict[str, Profile]
    others: dict[str, Months]
    panels: list[Panel]


def read(area: str) -> Dashboard:
    """The dashboard of an area that has figures, in as many queries for 1 area as for 25."""
    began = starts()
    targets = goal_queries.targets(area)
    wanted = [*PANELS, *(key for key in targets if key in INDICATORS and key not in PANELS)]
    own = histories([area], ALWAYS | set(wanted)).get(area, {})
    base = _base(began, own)
    profiles = {key: comparable.profile(rows) for key, rows in _of_year(base).items()}
    chosen = comparable.nearest(area, profiles)
    others = histories([one.area for one in chosen], wanted) if chosen else {}
    panels = [
        dashboard.panel(
            key, list(own), values(own, own, key),
            {one.area: values(own, others.get(one.area, {}), key) for one in chosen},
            targets.get(key, ()), began.get(area), base,
        )
        for key in wanted
    ]  # fmt: skip
    shown = {key: profiles[key] for key in (area, *(one.area for one in chosen)) if key in profiles}
    return Dashboard(area, began.get(area), base, own, chosen, shown, others, dashboard.on_one_axis(panels))


def comparables(area: str) -> list[Comparable]:
    """The areas that an area may be compared with, the nearest first: those of its dashboard. Three queries."""
    base = _base(starts(), reversed(queries.months(area)))
    return comparable.nearest(area, {key: comparable.profile(rows) for key, rows in _of_year(base).items()})


def starts() -> dict[str, date]:
    """The first month of each area whose trial has begun: that in which a trial area is responsible for people."""
    rows = queries.visible().filter(population="customers", indicator="job_seekers").order_by("month")
    found: dict[str, date] = {}
    for area, month in rows.values_list("area", "month"):
        found.setdefault(area, month)
    return found


def histories(areas: Collection[str], indicators: Collection[str]) -> dict[str, Months]:
    """The areas' residents' figures by month, oldest first."""
    rows = queries.visible().filter(population="residents", area__in=areas, indicator__in=indicators)
    found: dict[str, Months] = defaultdict(dict)
    for area, month, indicator, value, suppressed in rows.order_by("month").values_list(
        "area", "month", "indicator", "value", "suppressed"
    ):
        found[area].setdefault(month, {})[indicator] = Figure(value, suppressed)
    return dict(found)


def values(months: Collection[date], figures: Mapping[date, Figures], indicator: str) -> list[float | None]:
    """An indicator's value in each of the months; None where hidden or not there."""
    nothing = Figure(None, suppressed=False)
    return [figures.get(month, {}).get(indicator, nothing).value for month in months]


def _base(began: Mapping[str, date], own: Iterable[date]) -> list[date]:
    """The months of the year before the first trial of any area; before one has begun, the newest ones.

    The first of all and not the area's own: so nothing that a trial has moved is in them, in whichever area.
    """
    first = min(began.values(), default=None)
    before = [month for month in own if first is None or month < first]
    return before[-comparable.MONTHS :]


def _of_year(base: list[date]) -> dict[str, list[comparable.Values]]:
    """The months of `base` of every area, as variables of comparison are worked out from."""
    rows = queries.visible().filter(
        population="residents", indicator__in=comparable.INDICATORS, month__in=base
    ).values_list("area", "month", "indicator", "value")  # fmt: skip
    found: dict[str, dict[date, dict[str, float | None]]] = defaultdict(lambda: defaultdict(dict))
    for area, month, indicator, value in rows:
        found[area][month][indicator] = value
    return {area: list(months.values()) for area, months in found.items()}
