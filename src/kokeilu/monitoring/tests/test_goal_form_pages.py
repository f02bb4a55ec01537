"""The forms in which an area's analysts set its goals: what they tell, and who may use them."""

import re
from datetime import date

import pytest

from kokeilu.access.models import Role
from kokeilu.monitoring import goal_queries
from kokeilu.monitoring.goal_models import STANDING, Measure, Target
from kokeilu.monitoring.tests import goals
from kokeilu.monitoring.tests.goals import ESPOO, text


@pytest.fixture
def espoo(db: None) -> None:
    goals.make()


TARGET = {
    "indicator": "inflow", "direction": "down", "value": "10", "from_day": "2021-01-01", "by_day": "2022-01-01",
    "source": "The council", "reason": "strategy", "language": "en",
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
        ({"value": "0.5"}, "value"),
        ({"reason": " "}, "reason"), ({"by_day": "2021-03-31"}, "by_day"), ({"source": "x" * 2001}, "source"),
        ({"language": "de"}, "language"),
        ({"from_day": "0001-01-01"}, "from_day"), ({"by_day": "9999-12-31"}, "by_day"),
        ({"source": ""}, "source"), ({"from_day": "yesterday"}, "from_day"),
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
        "responsible": "espoo", "reason": "plan", "language": "en",
        "expected-TOTAL_FORMS": "2", "expected-INITIAL_FORMS": "0",
        "expected-0-indicator": "inflow", "expected-0-direction": "down", "expected-0-population": "customers",
        "expected-1-indicator": "", "expected-1-direction": "up", "expected-1-population": "residents",
    }  # fmt: skip
    many = client.post(f"{ESPOO}measure/add/", sent | {"expected-TOTAL_FORMS": "100000"})
    assert many.status_code == 422
    assert "at most 20 forms" in text(many)
    assert many.content.count(b"-indicator-error") == 0
    assert many.content.count(b"</fieldset>") < 1000
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
def test_classes_are_chosen_in_the_form(logged_in, espoo) -> None:
    client = logged_in(Role.ANALYST, "espoo")
    sent = {
        "package": goal_queries.packages("espoo")[0].pk, "name": "Youth desk", "from_day": "2021-01-01",
        "responsible": "espoo", "reason": "plan", "language": "en",
        "expected-TOTAL_FORMS": "1", "expected-INITIAL_FORMS": "0", "expected-0-indicator": "inflow",
        "expected-0-direction": "down", "expected-0-population": "residents",
        "expected-0-classes": ["age:25_29", "age:under_25"],
    }  # fmt: skip
    mixed = client.post(f"{ESPOO}measure/add/", sent | {"expected-0-classes": ["age:25_29", "sex:male"]})
    assert mixed.status_code == 422
    assert "Choose classes of one division only." in text(mixed)
    unknown = client.post(f"{ESPOO}measure/add/", sent | {"expected-0-classes": ["age:90_over"]})
    assert unknown.status_code == 422
    assert client.post(f"{ESPOO}measure/add/", sent).status_code == 302
    one = Measure.objects.get(STANDING, name="Youth desk").expectations.get()
    assert (one.dimension, one.classes) == ("age", ["under_25", "25_29"])
    again = client.get(f"{ESPOO}measure/{one.measure.pk}/").content.decode()
    assert re.findall(r'value="([a-z_]+:[a-z0-9_]+)"[^>]* checked', again) == ["age:under_25", "age:25_29"]


@pytest.mark.django_db
def test_what_two_write_at_once_is_told_and_not_lost(logged_in) -> None:
    client = logged_in(Role.ANALYST, "espoo")
    client.post(f"{ESPOO}target/add/", TARGET)
    path = f"{ESPOO}target/{Target.objects.get().pk}/"
    assert client.post(path, TARGET | {"value": "9"}).status_code == 302
    late = client.post(path, TARGET | {"value": "8", "reason": "mine"})
    assert late.status_code == 422
    assert "Somebody else has changed or ended it meanwhile" in text(late)
    assert "mine" in text(late)
    assert Target.objects.get(STANDING).value == 9


@pytest.mark.django_db
def test_a_name_that_was_changed_is_no_translation_of_kokeilu_any_more(logged_in, espoo) -> None:
    package = goal_queries.packages("espoo")[0]
    sent = {
        "number": "1", "name_fi": "Neuvonta", "name_sv": "Rådgivning", "name_en": "Open advice", "source": "The plan",
        "reason": "the city's own name", "language": "en",
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
    assert "Change" not in page.replace("Change Same change", "").replace("Change – Kokeilu", "")
    for path in ("target/add/", f"target/{target.pk}/", f"target/{target.pk}/end/", "package/add/", "measure/add/"):
        assert client.get(ESPOO + path).status_code == 403
        assert client.post(ESPOO + path, TARGET).status_code == 403
    assert Target.objects.count() == 1
