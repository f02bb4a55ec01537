"""Reading what services cost: the prices that stand, the one of a year, and all that was ever said."""

from collections.abc import Iterable

from kokeilu.extract import NONE
from kokeilu.monitoring import goal_queries
from kokeilu.monitoring.goal_models import STANDING
from kokeilu.monitoring.models import ServiceCost, ServiceFigure
from kokeilu.register import labels

UNKNOWN = "unknown"


def name(service: str) -> str:
    """A service's name in the active language; a code that is not known goes as it is."""
    return str(labels.service(None if service == UNKNOWN else service))


def said(area: str) -> list[ServiceCost]:
    """Everything said of an area's prices, the newest first."""
    rows = list(ServiceCost.objects.filter(area=area).select_related("set_by", "superseded_by").order_by("pk"))
    place = goal_queries.places(rows)
    return sorted(rows, key=lambda one: place[one.pk], reverse=True)


def standing(area: str | None = None) -> list[ServiceCost]:
    """The prices that stand, of an area or of all."""
    rows = ServiceCost.objects.filter(STANDING)
    return list((rows.filter(area=area) if area else rows).order_by("area", "service", "from_year"))


def of_year(prices: Iterable[ServiceCost], year: int) -> dict[tuple[str, str], ServiceCost]:
    """The price of each area and service in a calendar year: the one said from the newest year up to it."""
    held = [one for one in prices if one.from_year is None or one.from_year <= year]
    return {(one.area, one.service): one for one in sorted(held, key=lambda one: one.from_year or 0)}


def services(area: str) -> list[str]:
    """The services that a price may be of: those known to the register, and those that the area has figures of."""
    used = ServiceFigure.objects.filter(area=area).order_by("service").values_list("service", flat=True).distinct()
    return sorted({*used, *labels.SERVICES} - {NONE}, key=name)
