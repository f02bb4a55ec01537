"""The pages of goals: what they tell, who sets what, and that they can be used by everybody."""

import re
from datetime import date
from decimal import Decimal
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kokeilu.access.models import Organisation, Role
from kokeilu.monitoring import goal_actions, goal_file, goal_queries
from kokeilu.monitoring.goal_actions import NewExpectation, NewMeasure, NewPackage, NewTarget
from kokeilu.monitoring.goal_models import STANDING, Measure, Target
from kokeilu.monitoring.models import MonthlyFigure
from kokeilu.web.browser import DESKTOP, PHONE, axe_faults, overflow

ALL, ESPOO = "/monitoring/goals/", "/monitoring/goals/espoo/"
START, NOW = date(2020, 3, 1), date(2021, 3, 1)


def text(response) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", response.content.decode()))).strip()


def publish(area: str, before: tuple[int, int, int], now: tuple[int, int, int]) -> None:
    """Registered unemployment, people in services and exits to the open market in March 2020 and in March 2021."""
    for month, (registered, served, exits) in ((START, before), (NOW, now)):
        values = {
            "registered_unemployed": registered, "in_services": served, "broad_unemployment": registered + served,
            "open_market_exits": exits,
        }  # fmt: skip
        MonthlyFigure.objects.bulk_create(
            MonthlyFigure(area=area, population="residents", month=month, indicator=key, value=value)
            for key, value in values.items()
        )


@pytest.fixture
def espoo(db: None) -> None:
    """A target and a measure that are to lower registered unemployment; people have moved into services."""
    publish("espoo", (1000, 200, 50), (800, 400, 50))
    publish("helsinki", (1000, 200, 50), (950, 210, 60))
    names = dict.fromkeys(("name_fi", "name_sv", "name_en"), "Espoo")
    Organisation.objects.create(key="espoo", kind=Organisation.Kind.TRIAL_AREA, **names)
    aim = NewTarget("registered_unemployed", Decimal(850), "down", date(2020, 4, 1), date(2021, 12, 31), "The council")
    goal_actions.set_target("espoo", aim, reason="strategy", actor=None)
    plan = NewPackage(1, "Neuvonta", "Rådgivning", "Advice", "The plan", translated=["en"])
    package = goal_actions.set_package("espoo", plan, reason="plan", actor=None)
    expected = NewExpectation("registered_unemployed", "down", size=Decimal(100), group="under 30")
    measure = NewMeasure(
        "Evening advice", date(2020, 4, 1), None, "espoo", expectations=(expected,), illustrative=True
    )  # fmt: skip
    goal_actions.set_measure(package, measure, reason="plan", actor=None)


@pytest.mark.django_db
def test_moving_people_into_services_reaches_no_target(logged_in, espoo) -> None:
    client = logged_in(Role.WORKER, "helsinki")
    for page in (text(client.get(ALL)), text(client.get(ESPOO))):
        assert "Not told: people have moved into services" in page
        assert "Reached" not in page
    page = text(client.get(ESPOO))
    assert "Registered unemployment is lower than before, but broad unemployment is not" in page


@pytest.mark.django_db
def test_a_measure_stands_with_what_belongs_beside_it(logged_in, espoo) -> None:
    page = text(logged_in(Role.TEAM_LEAD, "espoo").get(ESPOO))
    measure = page[page.index("Evening advice") :]
    assert "invented for the demonstration" in measure
    assert "falls by 100" in measure
    assert "1 000 March 2020 800 March 2021 \u221220.0% \u22125.0% the middle of 1 area" in measure.replace("\xa0", " ")
    assert "Broad unemployment All residents always read together" in measure
    assert "Exits to the open labour market" in measure
    assert "A movement is not the measure's effect." in measure
    assert "effect of" not in measure


@pytest.mark.django_db
def test_what_is_missing_for_espoos_targets_is_said(logged_in, espoo) -> None:
    goal_file.load(goal_file.read(goal_file.shipped("espoo")))
    client = logged_in(Role.ANALYST, "ely")
    for page in (text(client.get(ALL)), text(client.get(ESPOO))):
        assert "Not published: Employment rate, Unemployment rate" in page
        assert "--labour-force FILE.csv" in page
    figures = [
        MonthlyFigure(area="espoo", population="residents", month=NOW, indicator=key, value=value)
        for key, value in (("employment_rate", 74.0), ("unemployment_rate", 9.5))
    ]
    MonthlyFigure.objects.bulk_create(figures)
    page = text(client.get(ESPOO))
    assert "Not published" not in page
    assert "at least 75.0%" in page
    assert "1.0 percentage points" in page
    assert "The source gives no day, so there is no path to the target." in page
    assert "Kokeilu's translation" in page


@pytest.mark.django_db
def test_the_pages_ask_as_often_for_one_area_as_for_all(logged_in, espoo) -> None:
    client = logged_in(Role.ANALYST, "ely")
    client.get(ALL)

    def asked(path: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(path)
        return len(queries)

    before = asked(ALL), asked(ESPOO)
    aim = NewTarget("inflow", Decimal(10), "down", date(2020, 4, 1), None, "The council")
    for area in ("helsinki", "vantaa-kerava", "turku", "oulu", "espoo"):
        goal_actions.set_target(area, aim, reason="why", actor=None)
    package = goal_queries.packages("espoo")[0]
    for number in range(5):
        expected = NewExpectation("inflow", "down")
        measure = NewMeasure(f"M{number}", date(2020, 4, 1), None, "espoo", expectations=(expected,))
        goal_actions.set_measure(package, measure, reason="why", actor=None)
    assert (asked(ALL), asked(ESPOO)) == before


TARGET = {
    "indicator": "inflow", "direction": "down", "value": "10", "from_day": "2021-01-01", "by_day": "2022-01-01",
    "source": "The council", "reason": "strategy",
}  # fmt: skip


@pytest.mark.django_db
def test_an_analyst_of_the_area_sets_changes_and_ends_a_target(logged_in) -> None:
    client = logged_in(Role.ANALYST, "espoo")
    assert "Add a target" in text(client.get(ESPOO))
    assert client.get(f"{ESPOO}target/add/").status_code == 200
    assert "Added." in text(client.post(f"{ESPOO}target/add/", TARGET, follow=True))
    target = Target.objects.get()
    assert (target.indicator, target.value, target.reason) == ("inflow", 10, "strategy")
    changed = client.post(f"{ESPOO}target/{target.pk}/", TARGET | {"value": "9", "reason": "less"}, follow=True)
    assert "Changed. What stood before stays on record." in text(changed)
    target = Target.objects.get(STANDING)
    assert client.get(f"{ESPOO}target/{target.pk}/end/").status_code == 200
    refused = client.post(f"{ESPOO}target/{target.pk}/end/", {"reason": ""})
    assert refused.status_code == 422
    assert "Ended." in text(client.post(f"{ESPOO}target/{target.pk}/end/", {"reason": "over"}, follow=True))
    assert not Target.objects.filter(STANDING).exists()
    assert client.get(f"{ESPOO}target/{target.pk}/").status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"value": ""}, "value"), ({"value": "many"}, "value"), ({"by_day": "2021-01-01"}, "by_day"),
        ({"indicator": "activation_rate", "value": "101"}, "value"), ({"indicator": "joy"}, "indicator"),
        ({"reason": " "}, "reason"), ({"source": ""}, "source"), ({"from_day": "yesterday"}, "from_day"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_form_is_told_at_its_field(logged_in, change, field) -> None:
    response = logged_in(Role.ANALYST, "espoo").post(f"{ESPOO}target/add/", TARGET | change)
    assert response.status_code == 422
    assert re.search(rf'id="id_{field}-error"', response.content.decode())
    assert not Target.objects.exists()


@pytest.mark.django_db
def test_a_measure_and_its_expectations_are_set_in_one_form(logged_in, espoo) -> None:
    client = logged_in(Role.ANALYST, "espoo")
    package = goal_queries.packages("espoo")[0]
    sent = {
        "package": package.pk, "name": "Youth desk", "from_day": "2021-01-01", "last_day": "2021-12-31",
        "responsible": "espoo", "reason": "plan", "expected-TOTAL_FORMS": "2", "expected-INITIAL_FORMS": "0",
        "expected-0-indicator": "inflow", "expected-0-direction": "down", "expected-0-population": "customers",
        "expected-1-indicator": "", "expected-1-direction": "up", "expected-1-population": "residents",
    }  # fmt: skip
    wrong = sent | {"expected-0-indicator": "long_term_unemployed"}
    refused = client.post(f"{ESPOO}measure/add/", wrong)
    assert refused.status_code == 422
    assert "The figure is not published of these people." in text(refused)
    assert client.post(f"{ESPOO}measure/add/", sent).status_code == 302
    measure = Measure.objects.get(STANDING, name="Youth desk")
    assert measure.valid.upper == date(2022, 1, 1)
    assert [(one.indicator, one.population) for one in measure.expectations.order_by("pk")] == [("inflow", "customers")]
    page = client.get(f"{ESPOO}measure/{measure.pk}/")
    assert 'value="2021-12-31"' in page.content.decode()


@pytest.mark.django_db
def test_a_name_that_was_changed_is_no_translation_of_kokeilu_any_more(logged_in, espoo) -> None:
    package = goal_queries.packages("espoo")[0]
    sent = {
        "number": "1", "name_fi": "Neuvonta", "name_sv": "Rådgivning", "name_en": "Open advice", "source": "The plan",
        "reason": "the city's own name",
    }  # fmt: skip
    logged_in(Role.ANALYST, "espoo").post(f"{ESPOO}package/{package.pk}/", sent)
    assert goal_queries.packages("espoo")[0].translated == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("role", "organisation"), [(Role.ANALYST, "ely"), (Role.ANALYST, "helsinki"), (Role.TEAM_LEAD, "espoo")]
)
def test_others_read_and_set_nothing(logged_in, espoo, role, organisation) -> None:
    client = logged_in(role, organisation)
    target = Target.objects.get()
    page = text(client.get(ESPOO))
    assert "Add a target" not in page
    assert "Change" not in page.replace("Change Same change", "")
    for path in ("target/add/", f"target/{target.pk}/", f"target/{target.pk}/end/", "package/add/", "measure/add/"):
        assert client.get(ESPOO + path).status_code == 403
        assert client.post(ESPOO + path, TARGET).status_code == 403
    assert Target.objects.count() == 1


@pytest.mark.django_db
def test_addresses_that_lead_nowhere(logged_in, espoo) -> None:
    client = logged_in(Role.ANALYST, "espoo")
    target = Target.objects.get()
    for path in (
        "/monitoring/goals/narnia/", f"{ESPOO}wish/add/", f"{ESPOO}package/{target.pk}/",
        f"{ESPOO}{target.pk}/huge.svg",
    ):  # fmt: skip
        assert client.get(path).status_code == 404


@pytest.mark.django_db
def test_the_chart_of_a_target_holds_its_lines(logged_in, espoo) -> None:
    client = logged_in(Role.ANALYST, "ely", "fi")
    target = Target.objects.get()
    response = client.get(reverse("monitoring:goal_chart", args=["espoo", target.pk, "narrow"]))
    svg = response.content.decode()
    assert response["Content-Type"] == "image/svg+xml"
    for words in ("Polku tavoitteeseen", "Laaja työttömyys"):
        assert words in svg
    assert "<script" not in svg
    assert f"narrow.svg?v={goal_sha(svg)}" in client.get(ESPOO).content.decode()


def goal_sha(svg: str) -> str:
    from kokeilu.monitoring.models import DrawnChart

    return DrawnChart.objects.get(svg=svg).sha256


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("language", "width"), [("fi", DESKTOP), ("sv", PHONE), ("en", PHONE)])
def test_the_pages_are_accessible_at_every_width(visit, espoo, actor_of, language, width) -> None:
    user = actor_of(Role.ANALYST, "espoo").user
    target, measure = Target.objects.get(), Measure.objects.get()
    for path in (
        ALL, ESPOO, f"{ESPOO}target/add/", f"{ESPOO}measure/{measure.pk}/", f"{ESPOO}package/add/",
        f"{ESPOO}target/{target.pk}/end/",
    ):  # fmt: skip
        page = visit(path, user, language, width)
        assert axe_faults(page) == []
        assert overflow(page) == 0


@pytest.mark.django_db(transaction=True)
def test_a_target_is_ended_with_the_keyboard_alone(visit, espoo, actor_of) -> None:
    page = visit(ESPOO, actor_of(Role.ANALYST, "espoo").user, "en", DESKTOP)
    page.get_by_role("link", name="End the target").press("Enter")
    page.wait_for_url("**/end/")
    page.keyboard.press("Tab")
    page.locator("#id_reason").focus()
    page.keyboard.type("A new strategy")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{ESPOO}")
    assert not Target.objects.filter(STANDING).exists()
