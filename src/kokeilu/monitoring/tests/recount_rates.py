"""Rates and the municipalities' share worked out again, by docs/monitoring.md and the tables of the law.

The labour force is invented: of every municipality and month but a few.
"""

from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from kokeilu.monitoring.tests.recount import Cell
from kokeilu.monitoring.tests.recount_people import AREAS, MERGED
from kokeilu.monitoring.tests.recount_states import area_of

RATES: Final = ("activation_rate", "municipal_share", "unemployment_rate", "employment_rate")
CENTS_PER_DAY: Final = {2019: 3240, 2020: 3366, 2021: 3378}
"""Full labour market support of a day (the years 2019 to 2021 are not verified)."""
MISSING: Final = ("049", 2020 * 12 + 4)
Force = dict[tuple[str, int], tuple[int, int, int]]
"""By municipality and month number: the labour force, the employed of them, the population of the same age."""


def labour_force(months: range) -> Force:
    """Invented people of each municipality of AREAS until it becomes a part of another; MISSING is left out."""
    places = sorted({place for _, place, _, _ in AREAS})
    merged = {place: day for place, (_, day) in MERGED.items()}
    return {
        (place, at): (1000 + 7 * int(place) + at % 12, 900 + 6 * int(place), 1500 + 9 * int(place))
        for place in places
        for at in months
        if (place, at) != MISSING and _month_end(at) < merged.get(place, date.max)
    }


def write(force: Force, path: Path) -> Path:
    """The file that `kokeilu monitor --labour-force` reads."""
    lines = [
        f"{place};{at // 12}-{at % 12 + 1:02};{labour};{employed};{population}"
        for (place, at), (labour, employed, population) in force.items()
    ]
    path.write_text("\n".join(["municipality;month;labour_force;employed;population", *lines]) + "\n", "utf-8")
    return path


def rates(figures: Counter[Cell], force: Force, months: range) -> dict[Cell, float]:
    """Every rate that can be worked out."""
    found: dict[Cell, float] = {}
    for area, who, at, key in list(figures):
        if key == "broad_unemployment":
            services = figures[area, who, at, "in_services"]
            found[area, who, at, "activation_rate"] = 100 * services / figures[area, who, at, key]
    for area in sorted({area for area, _, _, _ in AREAS}):
        for at in months:
            page = area, "residents", at
            found[*page, "municipal_share"] = _share(
                figures[*page, "paid_300_days"], figures[*page, "paid_1000_days"], at
            )
            if (told := _of_area(force, area, at)) is not None:
                labour, employed, population = told
                found[*page, "unemployment_rate"] = 100 * figures[*page, "registered_unemployed"] / labour
                found[*page, "employment_rate"] = 100 * employed / population
    return found


def _month_end(at: int) -> date:
    return date((at + 1) // 12, (at + 1) % 12 + 1, 1) - timedelta(days=1)


def _share(half: int, more: int, at: int) -> float:
    """Euros: support of every weekday of the month, 50 % of those of 300 days and 70 % of those of 1000, in cents."""
    last = _month_end(at)
    weekdays = sum(last.replace(day=day).weekday() < 5 for day in range(1, last.day + 1))
    whole = weekdays * CENTS_PER_DAY[last.year]
    lines = ((half * whole * 50 + 50) // 100, (more * whole * 70 + 50) // 100)  # each rounded half up
    return sum(lines) / 100


def _of_area(force: Force, area: str, at: int) -> tuple[int, int, int] | None:
    """The sums over an area's municipalities of the month, None where one is not told or there is none."""
    places = {place for _, place, _, _ in AREAS if area_of(place, _month_end(at)) == area}
    told = [force.get((place, at)) for place in sorted(places)]
    if not told or None in told:
        return None
    labour, employed, population = (sum(one) for one in zip(*filter(None, told), strict=True))
    return labour, employed, population
