"""The long table of an area's month: every figure of it, in groups, by who is responsible."""

from collections.abc import Iterable
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kokeilu.monitoring import definition_texts
from kokeilu.monitoring.figure_texts import shown
from kokeilu.monitoring.indicators import INDICATORS, SUMS
from kokeilu.monitoring.queries import Figures
from kokeilu.web import formats

GROUPS: Final[dict[str, Promise]] = {
    "job_seekers": _("Job seekers at the month's end"),
    "structural_unemployment": _("Structural unemployment at the month's end"),
    "paid_300_days": _("Labour market support"),
    "unemployment_rate": _("Rates by the labour force"),
    "inflow": _("Into and out of unemployment during the month"),
    "service_starts": _("Into and out of services during the month"),
    "followed_services": _("Three months after services"),
}
"""The groups' names by the indicator that each begins with; the others follow in the order of the indicators."""


def indicators(by_population: dict[str, Figures]) -> list[str]:
    """The table's indicators: those that any population has."""
    return [key for key in INDICATORS if any(key in figures for figures in by_population.values())]


def groups(by_population: dict[str, Figures]) -> list[dict[str, Any]]:
    """The table's groups with their rows; what no population has is left out, and so is an empty group."""
    depths = _depths(indicators(by_population))
    found: list[dict[str, Any]] = []
    name: Promise | str = ""
    for key in INDICATORS:
        name = GROUPS.get(key, name)
        if key not in depths:
            continue
        if not found or found[-1]["name"] != name:
            found.append({"name": name, "rows": []})
        found[-1]["rows"].append(_row(key, depths[key], by_population))
    return found


def _row(key: str, depth: int, by_population: dict[str, Figures]) -> dict[str, Any]:
    one = INDICATORS[key]
    return {
        "name": one.name[formats.language()],
        "href": definition_texts.href(key),
        "depth": depth,
        "verified": one.verified,
        "cells": [shown(figures.get(key), one) for figures in by_population.values()],
    }


def _depths(keys: Iterable[str]) -> dict[str, int]:
    """How far each row is set in: below the nearest one above that it is a part of."""
    depths: dict[str, int] = {}
    above: list[str] = []
    for key in keys:
        while above and INDICATORS[key].part_of != above[-1] and key not in SUMS.get(above[-1], ()):
            above.pop()
        depths[key] = len(above)
        above.append(key)
    return depths
