"""Reading services side by side: an area's figures of a year, or those of the areas together, with what they cost."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from kokeilu.monitoring import release_calendar, service_cost_queries
from kokeilu.monitoring.models import ServiceCost, ServiceFigure
from kokeilu.monitoring.service_comparison_rules import MEASURES, OUTCOMES, mean_months
from kokeilu.monitoring.structure import AFTER

Values = Mapping[str, int | None]  # by measure; None is hidden
CENTS = 100


@dataclass(frozen=True)
class Costs:
    """What a service cost in a year, in cents; None where no price is given or a count that it needs is hidden."""

    given: bool
    year: int | None = None
    per_start: "Amount | None" = None
    per_exit: "Amount | None" = None


class Amount(NamedTuple):
    """Cents of a person.

    `at_most` where an area hides its part of those whom the cost is shared among. `areas` where the cost of an area is
    hidden: of how many areas it is then, those that show both.
    """

    cents: float
    at_most: bool = False
    areas: int | None = None


@dataclass(frozen=True)
class Compared:
    """A service's figures. `prices` are those of the areas it is of; `areas` how many, `hiding` by measure how many of
    them hide theirs: a sum over areas is of the others.
    """

    service: str
    values: Values
    costs: Costs
    prices: list[ServiceCost]
    areas: int
    hiding: Mapping[str, int]

    @property
    def mean_months(self) -> float | None:
        """See service_comparison_rules.mean_months; of areas together only where none hides a part."""
        used = ("person_months", "starts", "ends")
        return None if any(self.hiding.get(key) for key in used) else mean_months(self.values)

    def share(self, outcome: str) -> float | None:
        """The share of those who ended whose state is this three months later."""
        ends, people = self.values["ends"], self.values[outcome]
        if not ends or people is None or self.hiding.get("ends") or self.hiding.get(outcome):
            return None
        return people / ends


def years() -> list[int]:
    """The published years, the newest first; a year waits for the release of the months that it rests on."""
    found = ServiceFigure.objects.order_by("-year").values_list("year", flat=True).distinct()
    embargo = release_calendar.embargoed_from()
    return [year for year in found if embargo is None or date(year + 1, AFTER, 1) < embargo]


def areas(year: int) -> list[str]:
    """The areas with figures of a year."""
    return list(ServiceFigure.objects.filter(year=year).order_by("area").values_list("area", flat=True).distinct())


def compared(year: int, area: str | None) -> list[Compared]:
    """The services of an area, or of all areas together, by their codes. Two queries."""
    rows = ServiceFigure.objects.filter(year=year, **({"area": area} if area else {})).order_by("area", "service")
    found: dict[str, dict[str, dict[str, int | None]]] = defaultdict(lambda: defaultdict(dict))
    for place, service, measure, value in rows.values_list("area", "service", "measure", "value"):
        found[service][place][measure] = value
    costs = service_cost_queries.of_year(service_cost_queries.standing(area), year)
    return [of_service(service, places, costs) for service, places in sorted(found.items())]


def of_service(service: str, places: Mapping[str, Values], costs: Mapping[tuple[str, str], ServiceCost]) -> Compared:
    """A service's figures of the areas (`places`) added up, with what they cost by the prices of area and service."""
    hiding = {key: sum(values[key] is None for values in places.values()) for key in MEASURES}
    shown = {
        key: None if hiding[key] == len(places) else sum(values[key] or 0 for values in places.values())
        for key in MEASURES
    }
    prices = [costs[place, service] for place in places if (place, service) in costs]
    cost = _costs(places, {one.area: one for one in prices}, shown, hiding)
    return Compared(service, shown, cost, prices, len(places), hiding)


def _costs(
    places: Mapping[str, Values], prices: Mapping[str, ServiceCost], shown: Values, hiding: Mapping[str, int]
) -> Costs:
    """A price times a count: hidden with the count, which it would give back.

    So every cost is worked out from figures that are shown, and tells nothing that these do not.
    """
    parts = {place: of_year(prices[place], values) for place, values in places.items() if place in prices}
    told = {place: part for place, part in parts.items() if part is not None}
    given, whole = len(prices) == len(places), sum(told.values())
    if given and len(told) == len(places):
        return Costs(True, whole, _each(whole, "starts", shown, hiding), _each(whole, OUTCOMES[0], shown, hiding))
    return Costs(given, None, _of_some(places, told, "starts"), _of_some(places, told, OUTCOMES[0]))


def _each(whole: int, measure: str, shown: Values, hiding: Mapping[str, int]) -> Amount | None:
    """The cost of each of those counted. Where an area hides its part there are more of them, so it is at most that."""
    people = shown[measure]
    return Amount(whole / people, at_most=bool(hiding[measure])) if people else None


def _of_some(places: Mapping[str, Values], told: Mapping[str, int], measure: str) -> Amount | None:
    """The same of those areas alone that show both the cost and those counted."""
    both = {place: people for place in told if (people := places[place][measure]) is not None}
    people = sum(both.values())
    return Amount(sum(told[place] for place in both) / people, areas=len(both)) if people else None


COUNTED = {ServiceCost.Per.MONTH: "person_months", ServiceCost.Per.START: "starts", ServiceCost.Per.YEAR: "persons"}
"""The count that a price is multiplied with."""


def of_year(price: ServiceCost, values: Values) -> int | None:
    """What a service cost in a year, in cents; None where the count that it needs is hidden."""
    count = values[COUNTED[ServiceCost.Per(price.per)]]
    return None if count is None else price.cents * count
