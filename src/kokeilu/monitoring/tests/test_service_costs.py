"""What costs tell: nothing that the figures beside them do not. Asked of the exact attacker."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kokeilu.disclosure import attacker
from kokeilu.disclosure.relations import Relation, System
from kokeilu.monitoring import service_comparison_queries, service_comparison_rules
from kokeilu.monitoring.models import ServiceCost
from kokeilu.monitoring.service_comparison_queries import COUNTED, Compared
from kokeilu.monitoring.service_comparison_rules import MEASURES, OUTCOMES, Cell

AREAS, SERVICES = ("espoo", "helsinki"), ("coaching", "work_trial", "training")
PRICES = {"coaching": ("month", 7), "work_trial": ("start", 11), "training": ("year", 13)}
Name = tuple[str, Cell]


@st.composite
def of_area(draw) -> dict[Cell, int]:
    """The true figures of an area's year: small ones among them, ends the sum of what followed."""
    found: dict[Cell, int] = {}
    for service in SERVICES:
        followed = draw(st.lists(st.sampled_from([0, 1, 2, 3, 7, 30]), min_size=len(OUTCOMES), max_size=len(OUTCOMES)))
        persons = draw(st.sampled_from([1, 3, 6, 40]))
        stock = draw(st.integers(0, persons))
        counts = dict(zip(OUTCOMES, followed, strict=True)) | {
            "stock": stock, "persons": persons, "person_months": persons + draw(st.integers(0, 11 * persons)),
            "starts": draw(st.sampled_from([0, 1, 4, 25])), "ends": sum(followed),
        }  # fmt: skip
        found |= {Cell(service, measure): counts[measure] for measure in MEASURES}
    return found


def pages(shown: dict[Name, int | None]) -> list[tuple[str | None, list[Compared]]]:
    """What the pages tell of each area, and of the areas together, as they work it out."""
    prices = {
        (area, service): ServiceCost(area=area, service=service, per=per, cents=cents)
        for area in AREAS
        for service, (per, cents) in PRICES.items()
    }
    found = []
    for place in (*AREAS, None):
        areas = AREAS if place is None else (place,)
        values = {
            service: {area: {measure: shown[area, Cell(service, measure)] for measure in MEASURES} for area in areas}
            for service in SERVICES
        }
        compared = [service_comparison_queries.of_service(one, values[one], prices) for one in SERVICES]
        found.append((place, compared))
    return found


def told(shown: dict[Name, int | None], place: dict[Name, int]) -> list[Relation]:
    """What each cost on the pages says of the counts behind it, hidden ones too, as the attacker writes it."""
    found = []
    for at, compared in pages(shown):
        areas = AREAS if at is None else (at,)
        for one in compared:
            per, cents = PRICES[one.service]
            counted = [place[area, Cell(one.service, COUNTED[ServiceCost.Per(per)])] for area in areas]
            if one.costs.year is not None:
                found.append(Relation(counted, [float(cents)] * len(counted), one.costs.year, one.costs.year))
            for measure, amount in (("starts", one.costs.per_start), (OUTCOMES[0], one.costs.per_exit)):
                if amount is None:
                    continue
                unit = Cell(one.service, COUNTED[ServiceCost.Per(per)])
                some = [
                    area for area in areas
                    if amount.areas is None or None not in (shown[area, unit], shown[area, Cell(one.service, measure)])
                ]  # fmt: skip
                cells = [place[area, cell] for cell in (unit, Cell(one.service, measure)) for area in some]
                terms = [*[float(cents)] * len(some), *[-amount.cents] * len(some)]
                least = -np.inf if amount.at_most else -1e-6
                found.append(Relation(cells, terms, least, 1e-6))
    return found


def derived(figures: dict[Name, int], gone: set[Name], more) -> np.ndarray:
    """How wide the attacker's interval of every hidden figure is, from what is shown and `more` relations."""
    cells = list(figures)
    place = {cell: number for number, cell in enumerate(cells)}
    relations = []
    for number, area in enumerate(AREAS):
        own = [cell for at, cell in cells if at == area]
        first = number * len(own)
        relations += [
            one._replace(cells=[each + first for each in one.cells])
            for one in service_comparison_rules.relations(own, [])
        ]
    values = np.array([np.nan if cell in gone else figures[cell] for cell in cells], np.float64)
    hides = np.array([cell in gone for cell in cells])
    system = System.of(len(cells), [*relations, *more(place)])
    return attacker.intervals(system, values, hides).width[hides]


@given(st.tuples(of_area(), of_area()))
@settings(max_examples=8, deadline=None)
def test_costs_tell_nothing_that_the_figures_do_not(areas) -> None:
    figures = {(area, cell): value for area, of in zip(AREAS, areas, strict=True) for cell, value in of.items()}
    gone = {
        (area, cell)
        for area, of in zip(AREAS, areas, strict=True)
        for cell in service_comparison_rules.hidden(of, set())
    }
    shown = {cell: None if cell in gone else value for cell, value in figures.items()}
    alone = derived(figures, gone, lambda place: [])
    beside = derived(figures, gone, lambda place: told(shown, place))
    assert beside == pytest.approx(alone, abs=1e-4)


def test_a_cost_of_a_hidden_count_would_give_it_back() -> None:
    """What the pages would tell if they priced hidden counts too: the attacker of the test above finds it."""
    of = {Cell(service, measure): 40 for service in SERVICES for measure in MEASURES}
    of |= {Cell(service, "ends"): 40 * len(OUTCOMES) for service in SERVICES}
    figures = {(area, cell): value for area in AREAS for cell, value in of.items()}
    gone = {("espoo", Cell("coaching", "person_months")), ("espoo", Cell("work_trial", "starts"))}
    alone = derived(figures, gone, lambda place: [])
    shown: dict[Name, int | None] = dict(figures)  # nothing is hidden from the costs
    assert alone.min() > 0
    assert derived(figures, gone, lambda place: told(shown, place)) == pytest.approx([0.0, 0.0], abs=1e-4)


def test_a_price_is_always_of_a_person() -> None:
    """A sum paid in all, beside the price of one person, would be a count: none of the kinds of price is one."""
    values = dict.fromkeys(MEASURES, 3)
    for per in ServiceCost.Per.values:
        price = SimpleNamespace(per=per, cents=5)
        assert service_comparison_queries.of_year(price, values) == 15
        assert service_comparison_queries.of_year(price, dict.fromkeys(MEASURES)) is None
