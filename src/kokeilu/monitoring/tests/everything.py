"""Everything that a reader of the published tables sees, as one system for the exact attacker.

Each panel that was published has all true figures as unknowns (true_figures.py) with what ties them by definition
(definition_ties.py). A figure is known where some table or release that was made of that panel showed it. Where the
tables of both panels hold a figure, shown or hidden, the attacker knows whether it was revised: if not, both are the
same. Of figures that stay as first published nobody is told what a later panel says of them.
"""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import numpy as np

from kokeilu.disclosure import attacker
from kokeilu.disclosure.linked import THRESHOLD
from kokeilu.disclosure.relations import Relation, System
from kokeilu.monitoring import release_queries
from kokeilu.monitoring.breakdown_rules import DIMENSIONS
from kokeilu.monitoring.indicators import INDICATORS
from kokeilu.monitoring.models import (
    DurationMedian,
    MonthlyBreakdown,
    MonthlyFigure,
    NationalFigure,
    Release,
    ServiceFigure,
    SurvivalStep,
)
from kokeilu.monitoring.rules import month_number
from kokeilu.monitoring.tests.definition_ties import Tie, ties
from kokeilu.monitoring.tests.true_figures import Name
from kokeilu.panel.rules import month_named

STAY: Final = ("class", "duration", "year")
"""What stays as it was first published."""
RATE: Final = 1e-6
"""How far 100 x part - rate x whole may be from zero for a rate that is shown with all its digits."""


class Found(NamedTuple):
    """A figure of which the attacker knows too much."""

    panel: int
    name: Name
    low: float
    high: float
    truth: int


class Seen(NamedTuple):
    """What the tables hold: `shown` has None where a figure is hidden; steps by cohort and months, medians, rates."""

    shown: dict[Name, float | None]
    steps: dict[Name, tuple[int, ...]]
    medians: dict[Name, int | None]
    rates: dict[Name, float]


def seen() -> Seen:
    """Everything that the published tables hold now."""
    shown: dict[Name, float | None] = {}
    rates: dict[Name, float] = {}
    rows = MonthlyFigure.objects.order_by("id").values_list(
        "area", "population", "month", "indicator", "value", "suppressed"
    )
    for area, population, month, key, value, suppressed in rows:
        name = "page", area, population, _at(month), key
        if INDICATORS[key].unit == "persons":
            shown[name] = None if suppressed else value
        elif value is not None:
            rates[name] = value
    for population, month, key, value, suppressed in NationalFigure.objects.order_by("id").values_list(
        "population", "month", "indicator", "value", "suppressed"
    ):
        if INDICATORS[key].unit == "persons":
            shown["all", population, _at(month), key] = None if suppressed else value
        elif value is not None:
            rates["all", population, _at(month), key] = value
    for one in MonthlyBreakdown.objects.order_by("id"):
        dimension = DIMENSIONS[one.dimension]
        if dimension.indicators is None:
            name = "class", one.dimension, one.area, _at(one.month), one.indicator, one.group
        else:
            name = "duration", one.area, "residents", _at(one.month), dimension.indicators[one.indicator][one.group]
        shown[name] = one.value
    for figure in ServiceFigure.objects.order_by("id"):
        shown["year", figure.area, figure.year, figure.service, figure.measure] = figure.value
    steps = {
        (one.area, _at(one.began), one.until): (one.at_risk, one.open_market, one.service, one.other)
        for one in SurvivalStep.objects.order_by("id")
    }
    medians = {
        (one.area, _at(one.month), one.kind): one.months
        for one in DurationMedian.objects.order_by("id")
        if not one.hidden
    }
    return Seen(shown, steps, medians, rates)


def released(release: Release) -> dict[Name, float | None]:
    """What a release shows of people."""
    rows = (
        release_queries.table_of(release)
        .cells.select("area", "population", "month", "indicator", "value", "status")
        .rows()
    )
    return {
        ("page", area, population, month_number(month_named(month)), key): value if status == "published" else None
        for area, population, month, key, value, status in rows
        if INDICATORS[key].unit == "persons"
    }


def _at(month: Any) -> int:
    return month.year * 12 + month.month - 1


class Reader:
    """Someone who keeps everything: each panel's truth, what was shown of it, and what ties it all."""

    def __init__(self, *, moves: bool = True) -> None:
        self.moves = moves
        self.truths: list[dict[Name, int]] = []
        self.known: list[set[Name]] = []
        self.hidden: list[set[Name]] = []
        self.said: list[Tie] = []
        self.sensitive: list[set[Name]] = []
        self.last = Seen({}, {}, {}, {})

    def opens(self, truth: dict[Name, int]) -> None:
        """A panel is published from now on."""
        self.truths.append(truth)
        self.known.append(set())
        self.hidden.append(set())
        self.sensitive.append(set())

    def reads(self, now: Seen, released: Mapping[Name, float | None] | None = None) -> None:
        """Note what the tables show, of the panel that was opened last; what was there before is of earlier ones."""
        truth, number = self.truths[-1], len(self.truths) - 1
        for name, value in now.shown.items():
            if name[0] in STAY and name in self.last.shown:
                assert self.last.shown[name] == value
                if name[0] == "class":
                    self.sensitive[number].add(name)  # what the new panel says of it, nobody was told
                continue
            self._note(("page", *name[1:]) if name[0] == "duration" else name, value, truth, number)
        for name, value in (released or {}).items():
            self._note(name, value, truth, number)
        self._durations(now, truth, number)
        self._rates(now, truth, number)
        self.last = now

    def _note(self, name: Name, value: float | None, truth: dict[Name, int], number: int) -> None:
        if name not in truth:
            assert not value, name  # a class or service of nobody
            truth[name] = 0
        if value is None:
            self.hidden[number].add(name)
        else:
            assert truth[name] == value, (name, truth[name], value)
            self.known[number].add(name)

    def _durations(self, now: Seen, truth: dict[Name, int], number: int) -> None:
        for area, half in {one[:2] for one in now.steps.keys() - self.last.steps.keys()}:
            self._cohort(area, half, now, truth, number)
        for area, at, kind in now.medians.keys() - self.last.medians.keys():
            months = now.medians[area, at, kind]
            if months is None:
                continue
            every = [one for one in truth if one[:4] == ("length", area, at, kind)]
            below, upto = ({one: 1.0 if one[4] < limit else -1.0 for one in every} for limit in (months, months + 1))
            self.said.append(self._of(below, -np.inf, -1.0, number))  # fewer than half
            self.said.append(self._of(upto, 0.0, np.inf, number))  # half or more
            self.sensitive[number] |= set(every)

    def _cohort(self, area: str, half: int, now: Seen, truth: dict[Name, int], number: int) -> None:
        """The steps of a half-year: it is followed on only where the panel tells those of before as they are."""
        cohort, before, rest = ("cohort", area, half), 0, {("cohort", area, half): 1.0}
        for _, _, until in sorted(one for one in now.steps if one[:2] == (area, half)):
            at_risk, *left = now.steps[area, half, until]
            self._is(rest, at_risk, number)
            for cause, count in enumerate(left):
                parts = [("exits", area, half, months, cause) for months in range(before + 1, until + 1)]
                self._is(dict.fromkeys(parts, 1.0), count, number)
                self.sensitive[number] |= set(parts)
                rest = rest | dict.fromkeys(parts, -1.0)
            before = until
        over, others = ("left over", area, half), ("otherwise", area, half)
        truth[over] = sum(int(by) * truth[one] for one, by in rest.items())
        self._is(rest | {over: -1.0}, 0.0, number)
        inflow = dict.fromkeys([("page", area, "residents", at, "inflow") for at in range(half, half + 6)], 1.0)
        truth[others] = sum(truth[one] for one in inflow) - truth[cohort]
        self._is(inflow | {cohort: -1.0, others: -1.0}, 0.0, number)
        self.sensitive[number] |= {over, others}

    def _rates(self, now: Seen, truth: dict[Name, int], number: int) -> None:
        """A rate of two figures ties them, to as many digits as it is shown with; here a millionth of a person."""
        for name, value in now.rates.items():
            if name[-1] == "activation_rate":
                part, whole = ((*name[:-1], key) for key in ("in_services", "broad_unemployment"))
                if not {part, whole} <= self.known[number]:
                    self.said.append(self._of({part: 100.0, whole: -value}, -RATE, RATE, number))
            elif name[-1] == "unemployment_rate":
                self.known[number].add((*name[:-1], "registered_unemployed"))  # the labour force is public

    def _is(self, terms: dict[Name, float], value: float, number: int) -> None:
        assert sum(by * self.truths[number][one] for one, by in terms.items()) == value, terms
        self.said.append(self._of(terms, value, value, number))

    def _of(self, terms: dict[Name, float], low: float, high: float, number: int) -> Tie:
        return {(number, *one): by for one, by in terms.items()}, low, high

    def system(self) -> tuple[list[Name], System, np.ndarray, np.ndarray]:
        """Every figure of every panel, what ties them, their values, and which are hidden."""
        names = [(number, *name) for number, truth in enumerate(self.truths) for name in truth]
        place = {name: at for at, name in enumerate(names)}
        relations = []
        for number, truth in enumerate(self.truths):
            for terms, low, high in ties(truth, moves=self.moves):
                relations.append(Relation([place[number, *one] for one in terms], list(terms.values()), low, high))
            if number:
                before = self.truths[number - 1]
                for name in sorted(self._told(number) & self._told(number - 1)):
                    if before[name] == truth[name]:
                        relations.append(Relation([place[number, *name], place[number - 1, *name]], [1.0, -1.0]))
        for terms, low, high in self.said:
            relations.append(Relation([place[one] for one in terms], list(terms.values()), low, high))
        values = np.array([self.truths[number][tuple(name)] for number, *name in names], np.float64)
        hidden = np.array([tuple(name) not in self.known[number] for number, *name in names])
        return names, System.of(len(names), relations), values, hidden

    def _told(self, number: int) -> set[Name]:
        return self.known[number] | self.hidden[number]

    def needed(self, name: Name) -> float:
        """How wide the interval of a figure must be."""
        number, figure = name[0], tuple(name[1:])
        if figure not in self.hidden[number] | self.sensitive[number]:
            return 0.0
        people = self.truths[number][figure]
        if figure[0] == "year" and figure[-1] == "person_months":
            people = self.truths[number][(*figure[:-1], "persons")]
        if 0 < people < THRESHOLD:
            return float(THRESHOLD)
        return 1.0 if people and figure in self.hidden[number] else 0.0

    def exposed(self) -> list[Found]:
        """The hidden figures of which the attacker knows too much."""
        names, system, values, hidden = self.system()
        needed = np.array(
            [self.needed(name) if hides else 0.0 for name, hides in zip(names, hidden.tolist(), strict=True)]
        )
        found = attacker.intervals(system, values, hidden, needed)
        wrong = np.flatnonzero((needed > 0) & (found.width < needed)).tolist()
        return [Found(names[at][0], names[at][1:], found.low[at], found.high[at], int(values[at])) for at in wrong]
