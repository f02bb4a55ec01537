"""What everybody knows of a panel's figures, from their definitions alone: apart from the code that hides."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import numpy as np

from kokeilu.monitoring.breakdown_rules import DIMENSIONS
from kokeilu.monitoring.indicators import BALANCES, INDICATORS
from kokeilu.monitoring.rules import DURATIONS, ENDED_AFTER
from kokeilu.monitoring.service_comparison_rules import OUTCOMES
from kokeilu.monitoring.survival import CAUSES
from kokeilu.monitoring.tests.true_figures import AFTER, YEARLY, Name

Tie = tuple[dict[Name, float], float, float]
"""A sum of figures and the bounds within which it lies."""
WITHIN: Final = {
    "outflow": ("registered_unemployed", -1), "service_ends": ("in_services", -1),
    "inflow": ("registered_unemployed", 0), "service_starts": ("in_services", 0),
    "exits_from_services": ("service_ends", 0),
}  # fmt: skip
"""Flows and what they are at most: a stock of so many months later, or another flow. Of all residents."""
APART: Final = (
    ("registered_unemployed", ("long_term_unemployed", "recurrently_unemployed", "unemployed_after_service")),
    ("registered_unemployed", ("paid_300_days", "paid_1000_days")),
)
"""Groups of which nobody is in two."""
WAYS: Final = {"open_market": ("outflow_open_market",), "service": ("outflow_service",)}
OTHERS: Final = ("outflow_supported_work", "outflow_outside", "outflow_moved", "outflow_unknown")
RESIDENTS: Final = "residents"


def ties(held: Mapping[Name, int], *, moves: bool) -> Iterator[Tie]:
    """Everything that ties the figures. Without `moves` the attacker knows that nobody changes the area."""
    divisions: dict[tuple[Name, Any], list[Name]] = {}
    for name in held:
        if name[0] in OWN:
            yield from OWN[name[0]](name, held)
        for whole, division in _wholes(name):
            if whole in held:
                divisions.setdefault((whole, division), []).append(name)
    for (whole, _), parts in divisions.items():
        yield {whole: 1.0} | dict.fromkeys(parts, -1.0), 0.0, 0.0
    yield from _began(held, moves=moves)


def _wholes(name: Name) -> Iterator[tuple[Name, Any]]:
    """The figures that this one is a part of, and the division that all parts of it belong to: they add up."""
    kind, *of = name
    if kind == "page":
        yield ("all", *of[1:]), "areas"
    elif kind == "class":
        dimension, area, at, key, _ = of
        yield ("page", area, RESIDENTS, at, key), dimension
    elif kind == "joint":
        one, other, area, at, key, group, second = of
        yield ("class", one, area, at, key, group), other
        yield ("class", other, area, at, key, second), one
    elif kind == "service":
        area, _, measure, at = of
        yield ("page", area, RESIDENTS, at, YEARLY[measure]), "services"
    elif kind == "length":
        area, at, which, months = of
        low = max(limit for limit in DURATIONS if limit <= months)
        yield ("page", area, RESIDENTS, at, (DURATIONS if which == "running" else ENDED_AFTER)[low]), "lengths"
    elif kind == "began":
        area, began, months, cause = of
        half = began // 6 * 6
        yield ("cohort", area, half), "began"
        yield ("exits", area, half, months, cause), "began"


def _page(name: Name, held: Mapping[Name, int]) -> Iterator[Tie]:
    kind, area, population, at, key = name
    one = INDICATORS[key]
    for parts in (one.sum, one.also_sum):
        of = [(kind, area, population, at, part) for part in parts]
        if parts and all(part in held for part in of):
            yield {name: 1.0} | dict.fromkeys(of, -1.0), 0.0, 0.0
    whole = kind, area, population, at, one.part_of
    if whole in held:
        yield {whole: 1.0, name: -1.0}, 0.0, np.inf
    if population == RESIDENTS:
        customers, state = ((kind, area, each, at, key) for each in ("customers", "state"))
        if customers in held:
            yield {name: 1.0, customers: -1.0, state: -1.0}, 0.0, 0.0
        yield from _through_time(name, held)


def _through_time(name: Name, held: Mapping[Name, int]) -> Iterator[Tie]:
    """What ties all residents' figures of a month, and of months apart."""
    key = name[-1]

    def of(other: str | None, later: int = 0) -> Name:
        return (*name[:3], name[3] + later, other)

    if key in BALANCES and of(key, -1) in held:
        inflow, outflow = BALANCES[key]
        yield {name: 1.0, of(key, -1): -1.0, of(inflow): -1.0, of(outflow): 1.0}, 0.0, 0.0
    for more in (of(INDICATORS[key].leaves, -1), of(*WITHIN.get(key, (None,)))):
        if more in held:
            yield {more: 1.0, name: -1.0}, 0.0, np.inf
    for whole, parts in APART:
        if key == whole:
            yield {name: 1.0} | {of(part): -1.0 for part in parts if of(part) in held}, 0.0, np.inf
    if key == "followed_services" and of("service_ends", -AFTER) in held:
        yield {name: 1.0, of("service_ends", -AFTER): -1.0}, 0.0, 0.0


def _within_class(name: Name, held: Mapping[Name, int]) -> Iterator[Tie]:
    """The same for a class, or for two dimensions' classes together; only who never changes class is followed."""
    places = (3, 4) if name[0] == "class" else (4, 5)
    constant = all(DIMENSIONS[dimension].constant for dimension in name[1 : places[0] - 1])
    at, key = name[places[0]], name[places[1]]

    def of(other: str, later: int = 0) -> Name:
        return (*name[: places[0]], at + later, other, *name[places[1] + 1 :])

    one = INDICATORS[key]
    if one.sum and all(of(part) in held for part in one.sum):
        yield {name: 1.0} | {of(part): -1.0 for part in one.sum}, 0.0, 0.0
    if one.part_of and of(one.part_of) in held:
        yield {of(one.part_of): 1.0, name: -1.0}, 0.0, np.inf
    if key in WITHIN and of(*WITHIN[key]) in held:
        yield {of(*WITHIN[key]): 1.0, name: -1.0}, 0.0, np.inf
    if constant and key in BALANCES and of(key, -1) in held:
        inflow, outflow = BALANCES[key]
        yield {name: 1.0, of(key, -1): -1.0, of(inflow): -1.0, of(outflow): 1.0}, 0.0, 0.0


def _service(name: Name, held: Mapping[Name, int]) -> Iterator[Tie]:
    _, area, service, measure, at = name
    if measure in ("starts", "ends"):
        stock = "service", area, service, "stock", at - (measure == "ends")
        if stock in held:
            yield {stock: 1.0, name: -1.0}, 0.0, np.inf
    ends = "service", area, service, "ends", at - AFTER
    if measure == OUTCOMES[0] and ends in held:
        yield {ends: 1.0} | {("service", area, service, key, at): -1.0 for key in OUTCOMES}, 0.0, 0.0


def _year(name: Name, held: Mapping[Name, int]) -> Iterator[Tie]:
    _, area, year, service, measure = name
    months = [12 * year + month + (AFTER if measure in OUTCOMES else 0) for month in range(12)]
    if measure == "persons":
        stocks = [("service", area, service, "stock", at) for at in months]
        for stock in stocks:
            yield {name: 1.0, stock: -1.0}, 0.0, np.inf
        yield {name: -1.0} | dict.fromkeys(stocks, 1.0), 0.0, np.inf
        yield {name: 12.0} | dict.fromkeys(stocks, -1.0), 0.0, np.inf
        return
    months = months[-1:] if measure == "stock" else months
    of = "stock" if measure == "person_months" else measure
    yield {name: 1.0} | {("service", area, service, of, at): -1.0 for at in months}, 0.0, 0.0


def _began(held: Mapping[Name, int], *, moves: bool) -> Iterator[Tie]:
    """Those who began within the inflow; where nobody moves, those who left within the outflow, by way and class."""
    within: dict[Name, list[Name]] = {}
    wholes: dict[Name, list[Name]] = {}
    for name in held:
        if name[0] != "began":
            continue
        _, area, began, months, cause = name
        targets = [[("page", area, "residents", began, key)] for key in ("inflow", DURATIONS[0])]
        if months is not None and not moves:
            ways = WAYS.get(CAUSES[cause], OTHERS)
            at = began + months
            targets.append([("page", area, "residents", at, way) for way in ways])
            low = max(limit for limit in ENDED_AFTER if limit <= months - 1)
            targets.append([("page", area, "residents", at, ENDED_AFTER[low])])
        for target in targets:
            within.setdefault(tuple(target), []).append(name)
            wholes[tuple(target)] = target
    for key, parts in within.items():
        if all(one in held for one in wholes[key]):
            yield dict.fromkeys(wholes[key], 1.0) | dict.fromkeys(parts, -1.0), 0.0, np.inf


OWN: Final[Mapping[str, Callable[[Name, Mapping[Name, int]], Iterator[Tie]]]] = {
    "page": _page, "class": _within_class, "joint": _within_class, "service": _service, "year": _year,
}  # fmt: skip
"""What ties a figure to others of its own kind."""
