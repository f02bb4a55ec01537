"""Until a release is out, nothing under /monitoring/ tells of the months that it is the first to hold.

Every address is asked twice, with other figures in those months each time: the answers must be the same bytes. So it
does not matter how a page would tell them: as a number, a chart, a sentence, a sum or a file.
"""

import re
from collections.abc import Iterator
from datetime import date

import pytest
from django.apps import apps
from django.db import models
from django.test import Client

from kokeilu.access.models import Role
from kokeilu.access.policy import Actor
from kokeilu.monitoring import breakdown_rules, release_actions, release_calendar
from kokeilu.monitoring.indicators import INDICATORS, POPULATIONS
from kokeilu.monitoring.models import MonthlyBreakdown, Release
from kokeilu.monitoring.tests import released
from kokeilu.tests.addresses import addresses
from kokeilu.tests.world import World

pytestmark = pytest.mark.django_db

EMBARGOED = date(2021, 3, 1)
NO_FIGURES = {"id", "until"}  # numbers that name a row
EVERY_TABLE = "&".join(
    [
        "first=2021-01&last=2021-03&column=month&area=helsinki&area=espoo&area=together",
        *(f"population={one}" for one in POPULATIONS),
        *(f"indicator={one}" for one in INDICATORS),
    ]
)
TOKENS = re.compile(r'csrfmiddlewaretoken" value="[^"]+"|"X-CSRFToken": "[^"]+"')


def paths(world: World) -> Iterator[str]:
    """Every address of monitoring that is read, as it is and asked for the embargoed month."""
    for address in addresses():
        if address.route.startswith("/monitoring/") and "GET" in address.methods:
            path = address.path(world.parameters)
            yield from (path, f"{path}?month=2021-03")
            if "/tables/" in path:
                yield from (f"{path}?{EVERY_TABLE}", f"{path}?{EVERY_TABLE.replace('last=2021-03', 'last=2021-02')}")


def told(world: World, who: str) -> dict[str, tuple[int, str]]:
    """What every address answers somebody."""
    client = Client()
    client.force_login(world.staff[who])
    found = {}
    for path in paths(world):
        response = client.get(path)
        content = b"".join(response.streaming_content) if response.streaming else response.content
        found[path] = (response.status_code, TOKENS.sub("", content.decode("latin-1")))
    return found


def set_figures(value: int) -> None:
    """Give every figure of the embargoed month a value, in every table of figures that there is."""
    changed = 0
    for model in apps.get_app_config("monitoring").get_models():
        fields = {field.name: field for field in model._meta.concrete_fields}
        if isinstance(fields.get("month"), models.DateField):
            numbers = [
                name for name, field in fields.items()
                if name not in NO_FIGURES and isinstance(field, models.IntegerField | models.FloatField)
            ]  # fmt: skip
            rows = model._default_manager.filter(month=EMBARGOED, **{f"{name}__isnull": False for name in numbers})
            changed += rows.update(**dict.fromkeys(numbers, value))
    assert changed > len(INDICATORS)


@pytest.fixture
def embargo(world: World) -> Release:
    """March has figures everywhere, and a release that is the first to hold it has been prepared."""
    MonthlyBreakdown.objects.bulk_create((
        MonthlyBreakdown(
            area=area, population="residents", month=date(2021, month, 1), indicator=indicator, dimension=one.key,
            group=group, value=100 + month,
        )
        for area in ("helsinki", "espoo")
        for month in (1, 2, 3)
        for one in breakdown_rules.DIMENSIONS.values()
        for indicator in breakdown_rules.indicators(one)
        for group in (one.classes if one.key != "municipality" else ("091",))
    ), ignore_conflicts=True)  # fmt: skip
    user = world.staff["analyst"]
    analyst = Actor(user, user.memberships.get().organisation, Role.ANALYST)
    months = (*released.MONTHS, "2021-03")
    return released.keep(analyst, released.figures(months))


def changed(world: World, who: str) -> set[str]:
    """The addresses whose answer follows the figures of the embargoed month."""
    set_figures(1111)
    first = told(world, who)
    set_figures(22222)
    second = told(world, who)
    assert {status for status, _ in first.values()} <= {200, 403, 404, 422}
    return {path for path, answer in first.items() if answer != second[path]}


def test_no_address_tells_of_an_embargoed_month_until_the_embargo_is_gone(world: World, embargo: Release):
    assert release_calendar.embargoed_from() == EMBARGOED
    assert changed(world, "worker") == set()
    assert changed(world, "analyst") == set()  # who makes the release sees it, and no page early
    user = world.staff["analyst"]
    analyst = Actor(user, user.memberships.get().organisation, Role.ANALYST)
    release_actions.withdraw(embargo.pk, "The panel was wrong", actor=analyst)
    telling = {path.partition("?")[0] for path in changed(world, "worker")}
    assert {"/monitoring/", "/monitoring/helsinki/", "/monitoring/helsinki/wide.svg"} <= telling
    assert {"/monitoring/tables/", "/monitoring/tables/csv"} <= telling
    files = ("helsinki/development", "helsinki/durations/month", "national/comparison")
    assert {f"/monitoring/{file}/csv" for file in files} <= telling
