"""An area with goals and published figures, for the tests of its pages."""

import re
from datetime import date
from decimal import Decimal
from html import unescape

from django.http import HttpResponse

from kokeilu.access.models import Organisation
from kokeilu.monitoring import comparable, goal_actions
from kokeilu.monitoring.goal_actions import NewExpectation, NewMeasure, NewPackage, NewTarget
from kokeilu.monitoring.models import MonthlyFigure

ALL, ESPOO, HISTORY = "/monitoring/goals/", "/monitoring/goals/espoo/", "/monitoring/goals/espoo/history/"
START, NOW = date(2020, 3, 1), date(2021, 3, 1)


def text(response: HttpResponse) -> str:
    """The words of a page."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", response.content.decode()))).strip()


def publish(area: str, before: tuple[int, int, int], now: tuple[int, int, int]) -> None:
    """Registered unemployment, people in services and exits to the open market in March 2020 and in March 2021."""
    publish_month(area, START, before)
    publish_month(area, NOW, now)


def publish_month(area: str, month: date, figures: tuple[int, int, int]) -> None:
    """The same of one month."""
    registered, served, exits = figures
    values = {
        "registered_unemployed": registered, "in_services": served, "broad_unemployment": registered + served,
        "open_market_exits": exits,
    }  # fmt: skip
    MonthlyFigure.objects.bulk_create(
        MonthlyFigure(area=area, population="residents", month=month, indicator=key, value=value)
        for key, value in values.items()
    )


def publish_a_year(*areas: str) -> None:
    """The figures by which areas are compared, alike in all, of the eleven months between the two."""
    months = [date(2020 + (month > 12), (month - 1) % 12 + 1, 1) for month in range(4, 15)]
    MonthlyFigure.objects.bulk_create(
        MonthlyFigure(area=area, population="residents", month=month, indicator=key, value=1000 + place)
        for area in areas
        for month in months
        for place, key in enumerate(comparable.INDICATORS)
    )


def make() -> None:
    """A target and a measure that are to lower registered unemployment; people have moved into services.

    Helsinki and Oulu are comparable with Espoo; of the unemployed of Turku fewer are in services.
    """
    publish("espoo", (1000, 200, 50), (800, 400, 50))
    publish("helsinki", (1000, 200, 50), (950, 210, 60))
    publish("oulu", (1000, 200, 50), (930, 210, 60))
    publish("turku", (1000, 200, 50), (500, 10, 60))
    publish_a_year("espoo", "helsinki", "oulu", "turku")
    names = dict.fromkeys(("name_fi", "name_sv", "name_en"), "Espoo")
    Organisation.objects.create(key="espoo", kind=Organisation.Kind.TRIAL_AREA, **names)
    aim = NewTarget("registered_unemployed", Decimal(850), "down", date(2020, 4, 1), date(2021, 12, 31), "The council")
    goal_actions.set_target("espoo", aim, reason="strategy", actor=None)
    plan = NewPackage(1, "Neuvonta", "Rådgivning", "Advice", "The plan", translated=["en"])
    package = goal_actions.set_package("espoo", plan, reason="plan", actor=None)
    expected = NewExpectation("registered_unemployed", "down", size=Decimal(100))
    measure = NewMeasure(
        "Evening advice", date(2020, 4, 1), None, "espoo", expectations=(expected,), illustrative=True
    )  # fmt: skip
    goal_actions.set_measure(package, measure, reason="plan", actor=None)
