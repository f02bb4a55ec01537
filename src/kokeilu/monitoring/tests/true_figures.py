"""Every true figure of a panel, by name: those that are published, and those that are published nowhere."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import polars as pl

from kokeilu.monitoring import duration_medians, engines, rules, service_comparison_actions, survival_steps, table
from kokeilu.monitoring.breakdown_counting import COUNTED
from kokeilu.monitoring.breakdown_rules import DIMENSIONS
from kokeilu.monitoring.indicators import SUMS
from kokeilu.monitoring.rules import month_number
from kokeilu.monitoring.service_comparison_rules import MEASURES, OUTCOMES
from kokeilu.monitoring.survival import CAUSES
from kokeilu.monitoring.tests.panels import write_panel
from kokeilu.panel.check import open_panel

Name = tuple[Any, ...]
"""The kind of figure, then what names it; months are rules.month_number."""
AFTER: Final = 3
YEARLY: Final = {"stock": "in_services", "starts": "service_starts", "ends": "service_ends"} | {
    key: key for key in OUTCOMES
}
"""What a month's services add up to on the area's page."""


def truth(
    path: Path, rows: pl.DataFrame, dimensions: tuple[str, ...], pairs: tuple[tuple[str, str], ...]
) -> dict[Name, int]:
    """Every figure of a panel by name, those that are published nowhere among them."""
    counted = table.count(path)
    found: dict[Name, int] = {}
    for area, population, month, key, persons in counted.figures.select(*rules.CELL, "persons").rows():
        found["page", area, population, month_number(month), key] = persons
        whole = "all", population, month_number(month), key
        found[whole] = found.get(whole, 0) + persons
    panel = open_panel(path)
    for key in dimensions:
        column = DIMENSIONS[key].column
        found |= {("class", key, *name): value for name, value in _by(path, column, found).items()}
    for one, other in pairs:
        found |= _joint(path, rows, one, other, found)
    found |= _services(panel)
    found |= _durations(counted)
    return found


def _by(path: Path, column: str | None, pages: Mapping[Name, int]) -> dict[Name, int]:
    """area, month, indicator, class: every figure that the classes add up to."""
    panel = open_panel(path)
    [events] = engines.events_by(panel, [column]) if column else [engines.events(panel)]
    counts = rules.counts(events)
    sums = counts.group_by("area", "month", "indicator", "by").agg(pl.col("persons").sum()).rows()
    held = {(area, month_number(month), key, group): persons for area, month, key, group, persons in sums}
    groups = {
        area: {one[3] for one, persons in held.items() if one[0] == area and persons}
        for area in {one[0] for one in held}
    }
    found: dict[Name, int] = {}
    for _kind, area, population, at, key in (one for one in pages if one[0] == "page"):
        if population == "residents" and key in COUNTED:
            found |= {(area, at, key, group): held.get((area, at, key, group), 0) for group in groups[area]}
    for whole, parts in SUMS.items():
        for area, at, group in {(one[0], one[1], one[3]) for one in found}:
            if all((area, at, part, group) in found for part in parts):
                found[area, at, whole, group] = sum(found[area, at, part, group] for part in parts)
    return found


def _joint(path: Path, rows: pl.DataFrame, one: str, other: str, pages: Mapping[Name, int]) -> dict[Name, int]:
    """The same of two dimensions together."""
    columns = DIMENSIONS[one].column, DIMENSIONS[other].column
    both = rows.with_columns(education=pl.concat_str(*columns, separator="/"))
    count = both.get_column("month").n_unique()
    made = write_panel(path.parent / f"{path.name}-{one}-{other}", both, count)
    found = _by(made, "education", pages)
    return {
        ("joint", one, other, area, at, key, *group.split("/")): value
        for (area, at, key, group), value in found.items()
    }


def _services(panel: Any) -> dict[Name, int]:
    counted = service_comparison_actions.count(panel)
    monthly = counted.monthly.select("area", "service", "measure", "at", "people").rows()
    found: dict[Name, int] = {("service", *name): people for *name, people in monthly}
    years = {at // 12 for at in counted.yearly.get_column("at")}
    for area, service in {one[1:3] for one in found}:
        for year in years:
            for measure in MEASURES:
                months = [12 * year + month + (AFTER if measure in OUTCOMES else 0) for month in range(12)]
                months = months[-1:] if measure == "stock" else months
                of = "stock" if measure == "person_months" else measure
                found["year", area, year, service, measure] = sum(
                    found.get(("service", area, service, of, at), 0) for at in months
                )
    for area, service, at, people in counted.yearly.select("area", "service", "at", "people").rows():
        found["year", area, at // 12, service, "persons"] = people
    # Months of a service in which nobody came or left are zero, and a reader knows that they exist.
    last = month_number(panel.manifest.last_month)
    for area, service in {one[1:3] for one in found if one[0] == "service"}:
        for at in range(month_number(panel.manifest.first_month), last + 1):
            for measure in YEARLY:
                found.setdefault(("service", area, service, measure, at), 0)
    return found


def _durations(counted: table.Counted) -> dict[Name, int]:
    begun, manifest = counted.events.begun, counted.panel.manifest
    assert begun is not None
    first, last = month_number(manifest.first_month), month_number(manifest.last_month)
    found: dict[Name, int] = {}
    for area, began, months, cause, persons in begun.select("area", "began", "months", "cause", "persons").rows():
        found["began", area, began, months, cause] = persons
    areas = counted.figures.get_column("area").unique().sort()
    for area in areas:
        for half in survival_steps.halves(first + 1, last):
            of = {
                one: persons
                for one, persons in found.items()
                if one[:2] == ("began", area) and half <= one[2] < half + 6
            }
            found["cohort", area, half] = sum(of.values())
            for months in range(1, last - half - 5 + 1):
                for cause in range(len(CAUSES)):
                    found["exits", area, half, months, cause] = sum(
                        persons for one, persons in of.items() if one[3:] == (months, cause)
                    )
    lengths = duration_medians.lengths(counted.events)
    for area, at, kind, months, persons in lengths.select("area", "at", "kind", "months", "persons").rows():
        found["length", area, at, kind, months] = persons
    return found
