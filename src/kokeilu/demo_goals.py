"""The demonstration's goals: Espoo's own, with measures and prices of services that are invented and say so."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Final

from kokeilu.access import actions as access
from kokeilu.access.models import Membership, Organisation, Role
from kokeilu.monitoring import goal_actions, goal_file, goal_queries, service_comparison_actions, service_cost_actions
from kokeilu.monitoring.goal_actions import NewExpectation, NewMeasure, NewTarget
from kokeilu.monitoring.goal_models import STANDING, Measure
from kokeilu.monitoring.models import ServiceCost, ServiceFigure
from kokeilu.monitoring.service_cost_actions import NewCost
from kokeilu.monitoring.table import Source

AREA: Final = "espoo"
ANALYST: Final = ("Tavi Tavoite", f"tavi.tavoite@{AREA}.example")
INVENTED: Final = "Keksitty esittelyä varten"
YOUNG, UNDER_30 = "alle 30-vuotiaat", ("under_25", "25_29")
SHARE_AIMED_AT: Final = 0.6
"""What the target is of the newest figure, whatever the scale."""
PRICES: Final = {
    "labour_market_training": ("month", 98_000), "integration_training": ("month", 74_500),
    "self_motivated_study": ("month", 4_000), "coaching": ("start", 142_000), "work_trial": ("month", 21_500),
    "rehabilitative_work": ("month", 46_000), "unknown": ("month", 30_000),
}  # fmt: skip
"""What a month, or a start, costs in cents."""


def made() -> bool:
    """Whether the services have figures and prices, and groups their classes; what else there is was made before."""
    return ServiceCost.objects.exists() and ServiceFigure.objects.exists() and not _in_words()


def make(source: Source, start: date) -> None:
    """Load Espoo's goals, invent two measures and a target with a day, and publish services with invented prices."""
    goal_file.load(goal_file.read(goal_file.shipped(AREA)))
    place = Organisation.objects.get(key=AREA)
    if not Membership.objects.filter(organisation=place, role=Role.ANALYST).exists():  # staffed by an earlier version
        name, email = ANALYST
        access.add_user(name=name, email=email, language="fi", organisation=place, role=Role.ANALYST, since=start,
                        actor=None)  # fmt: skip
    _target(start)
    _measures(start)
    tell_classes()
    service_comparison_actions.publish(source)
    areas = ServiceFigure.objects.order_by("area", "service").values_list("area", "service").distinct()
    for area, service in areas:
        per, cents = PRICES.get(service, PRICES["unknown"])
        cost = NewCost(service, per, cents, INVENTED, illustrative=True)
        service_cost_actions.load_cost(area, cost, reason=INVENTED, actor=None)


def _target(start: date) -> None:
    key = "registered_unemployed"
    known = [value for _month, value in goal_queries.published([key]).history(AREA, key) if value]
    if known and key not in goal_queries.targets(AREA):
        begins, by = start.replace(year=start.year - 1), start.replace(year=start.year + 2)
        aim = NewTarget(key, Decimal(round(SHARE_AIMED_AT * known[-1])), "down", begins, by, INVENTED)
        goal_actions.set_target(AREA, aim, reason=INVENTED, actor=None)


def _measures(start: date) -> None:
    """One measure in the first work package and one in the fifth."""
    packages = {one.number: one for one in goal_queries.packages(AREA)}
    if goal_queries.measures(AREA):
        return
    begins = start.replace(year=start.year - 1)
    wanted = {
        1: NewMeasure(
            "Yhteinen alkukartoitus", begins, None, AREA,
            "Sosiaali- ja terveyspalvelut mukana ensimmäisestä haastattelusta.",
            (NewExpectation("long_term_unemployed", "down", size=Decimal(300)),), illustrative=True,
        ),
        5: NewMeasure(
            "Ohjaamon iltapäivystys", begins, None, AREA, "Neuvontaa ilman ajanvarausta arki-iltoina.",
            (NewExpectation("open_market_exits", "up", group=YOUNG, dimension="age", classes=UNDER_30),
             NewExpectation("registered_unemployed", "down", group=YOUNG, dimension="age", classes=UNDER_30)),
            illustrative=True,
        ),
    }  # fmt: skip
    for number, measure in wanted.items():
        goal_actions.set_measure(packages[number], measure, reason=INVENTED, actor=None)


def tell_classes() -> None:
    """Say the invented measures anew whose group an earlier version told in words only, with its classes.

    An area's own words are left to the area: nobody else knows whom they mean.
    """
    for old in _in_words():
        said = goal_file.said_of_measure(old)
        told = [
            replace(one, dimension="age", classes=UNDER_30) if (one.group, one.dimension) == (YOUNG, "") else one
            for one in said.expectations
        ]
        goal_actions.set_measure(
            old.package, replace(said, expectations=tuple(told)), reason=INVENTED, replaces=old.pk, actor=None
        )


def _in_words() -> list[Measure]:
    """The standing invented measures that tell their group in words only."""
    found = Measure.objects.filter(STANDING, illustrative=True, package__area=AREA, set_by=None)
    in_words = found.filter(expectations__group=YOUNG, expectations__dimension="")
    return list(in_words.select_related("package").order_by("pk").distinct())
