"""The pages and files of what services cost: who says it, what is refused, and that nothing said is lost."""

import re
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied

from kokeilu.access.models import ChangeLog, Role
from kokeilu.monitoring import service_cost_actions
from kokeilu.monitoring.goal_models import STANDING
from kokeilu.monitoring.models import ServiceCost
from kokeilu.monitoring.service_cost_actions import NewCost
from kokeilu.monitoring.tests.goals import text
from kokeilu.problems import Problem
from kokeilu.web.browser import DESKTOP, PHONE, axe_faults, overflow

COSTS = "/monitoring/services/costs/espoo/"
PRICE = NewCost("coaching", "month", 41_250, "budget of 2020")
SENT = {
    "service": "coaching", "euros": "412.50", "per": "month", "from_year": "2020", "source": "The budget",
    "language": "en", "reason": "the new budget",
}  # fmt: skip


@pytest.mark.django_db
def test_an_analyst_of_the_area_sets_changes_and_ends_a_price(logged_in) -> None:
    client = logged_in(Role.ANALYST, "espoo")
    assert "The area has given no prices." in text(client.get(COSTS))
    assert client.get(f"{COSTS}add/").status_code == 200
    assert "Added." in text(client.post(f"{COSTS}add/", SENT, follow=True))
    cost = ServiceCost.objects.get()
    assert (cost.service, cost.cents, cost.per, cost.from_year) == ("coaching", 41_250, "month", 2020)
    again = client.post(f"{COSTS}add/", SENT)
    assert again.status_code == 422
    assert "The service has a price from this year" in text(again)
    assert 'value="412.50"' in client.get(f"{COSTS}{cost.pk}/").content.decode()
    sent = SENT | {"euros": "500", "service": "work_trial", "illustrative": "on"}
    page = text(client.post(f"{COSTS}{cost.pk}/", sent, follow=True))
    assert "€500.00" in page
    assert "€412.50" in page[page.index("Earlier prices") :]
    shown = ["412.50"]
    for euros in ("510", "520", "530"):
        [last] = ServiceCost.objects.filter(STANDING)
        shown = [f"{last.cents / 100:.2f}", *shown]
        client.post(f"{COSTS}{last.pk}/", sent | {"euros": euros})
    page = text(client.get(COSTS))
    assert re.findall(r"€(\d+\.\d\d)", page[page.index("Earlier prices") :]) == shown
    new = ServiceCost.objects.get(STANDING)
    assert (new.service, new.cents, new.illustrative, new.set_by) == ("coaching", 53_000, True, cost.set_by)
    late = client.post(f"{COSTS}{cost.pk}/", SENT | {"reason": "mine"})
    assert late.status_code == 422
    assert "Somebody else has changed or ended it meanwhile" in text(late)
    assert client.post(f"{COSTS}{new.pk}/end/", {"reason": ""}).status_code == 422
    assert "Ended." in text(client.post(f"{COSTS}{new.pk}/end/", {"reason": "no more"}, follow=True))
    assert not ServiceCost.objects.filter(STANDING).exists()
    assert client.get(f"{COSTS}{new.pk}/").status_code == 404
    assert list(ChangeLog.objects.order_by("id").values_list("action", "subject")) == [
        ("set", "servicecost"), *[("change", "servicecost")] * 4, ("end", "servicecost"),
    ]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"euros": "-1"}, "euros"), ({"euros": "1.005"}, "euros"), ({"euros": "free"}, "euros"),
        ({"euros": ""}, "euros"),
        ({"per": "decade"}, "per"), ({"service": "none"}, "service"), ({"from_year": "1999"}, "from_year"),
        ({"from_year": "2020.5"}, "from_year"), ({"source": " "}, "source"), ({"source": "x" * 2001}, "source"),
        ({"reason": ""}, "reason"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_the_form_is_told_at_its_field(logged_in, change, field) -> None:
    response = logged_in(Role.ANALYST, "espoo").post(f"{COSTS}add/", SENT | change)
    assert response.status_code == 422
    assert f'id="id_{field}-error"' in response.content.decode()
    assert not ServiceCost.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(("role", "organisation"), [(Role.ANALYST, "ely"), (Role.ANALYST, "helsinki")])
def test_others_read_prices_and_set_none(logged_in, role, organisation) -> None:
    client = logged_in(role, organisation)
    cost = service_cost_actions.set_cost("espoo", PRICE, reason="why", actor=None)
    page = text(client.get(COSTS))
    assert "€412.50" in page
    assert "Add a price" not in page
    assert "Change the price" not in page
    for path in ("add/", f"{cost.pk}/", f"{cost.pk}/end/"):
        assert client.get(COSTS + path).status_code == 403
        assert client.post(COSTS + path, SENT).status_code == 403
    assert ServiceCost.objects.get() == cost
    assert client.get("/monitoring/services/costs/narnia/").status_code == 404


CSV = "area;service;per;euros;source\nespoo;coaching;month;412,50;budget\nespoo;work_trial;start;80;budget\n"


@pytest.mark.django_db
def test_prices_are_loaded_once_and_superseded(tmp_path: Path, command_line) -> None:
    path = tmp_path / "costs.csv"
    path.write_text(CSV)
    dry = command_line("goals", "costs", str(path), "--dry-run")
    assert dry.output.strip() == "2 prices read (dry run: nothing is changed)"
    assert command_line("goals", "costs", str(path)).output.strip() == "2 prices read, 2 new or changed"
    assert command_line("goals", "costs", str(path)).output.strip() == "2 prices read, 0 new or changed"
    path.write_text(CSV.replace("412,50", "500"))
    assert command_line("goals", "costs", str(path)).output.strip() == "2 prices read, 1 new or changed"
    rows = ServiceCost.objects.filter(service="coaching").order_by("set_at").values_list("cents", flat=True)
    assert list(rows) == [41_250, 50_000]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("old", "new", "line", "told"),
    [
        ("412,50", "free", 2, "no price in euros"), ("412,50", "1.005", 2, "no price in euros"),
        ("412,50", "-1", 2, "no price in euros"), ("412,50", "NaN", 2, "no price in euros"),
        ("espoo;work", "narnia;work", 3, "no trial area"), (";start", ";decade", 3, "'decade' is not known"),
        ("work_trial", "coaching", 3, "twice"), ("source\n", "\n", 1, "has no column source"),
        (CSV[: CSV.index("espoo;work")], CSV.splitlines()[0] + ";from_year\nespoo;coaching;year;1;b;soon\n", 2,
         "no year"),
        ("80;budget", "80;", 3, "names no source"), ("work_trial", "", 3, "names no service"),
        ("412,50", "1_000", 2, "no price in euros"), ("412,50", "1e3", 2, "no price in euros"),
        ("412,50", "1" * 11, 2, "no price in euros"), ("work_trial", "coachin", 3, "'coachin' is not known"),
        ("source\n", "source;form_year\n", 1, "a column 'form_year'"), ("source\n", "source;per\n", 1, "per twice"),
        ("412,50;budget", "412,50;budget; of 2020", 2, "has 6 cells under 5 columns"),
        ("80;budget", "80", 3, "has 4 cells under 5 columns"), ("80;budget", '80;"budget', 3, "is not CSV"),
        ("80;budget", "80;bud\0get", 3, "no text"),
        (CSV, CSV.splitlines()[0] + ";illustrative\nespoo;coaching;year;1;b;perhaps\n", 2, "'perhaps' is not known"),
        (CSV, CSV.splitlines()[0] + ";language\nespoo;coaching;year;1;b;de\n", 2, "'de' is not known"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_file_is_told_at_its_line(tmp_path: Path, command_line, old, new, line, told) -> None:
    path = tmp_path / "costs.csv"
    path.write_text(CSV.replace(old, new))
    result = command_line("goals", "costs", str(path))
    assert isinstance(result.exception, Problem)
    assert f"costs.csv:{line}: " in str(result.exception)
    assert told in str(result.exception)
    assert not ServiceCost.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["", CSV.splitlines()[0]])
def test_a_file_without_prices_is_refused(tmp_path: Path, command_line, text) -> None:
    path = tmp_path / "costs.csv"
    path.write_text(text)
    assert isinstance(command_line("goals", "costs", str(path)).exception, Problem)
    assert isinstance(command_line("goals", "costs", str(tmp_path / "none.csv")).exception, Problem)


@pytest.mark.django_db
def test_a_file_says_which_prices_are_examples_and_in_what_language(tmp_path: Path, logged_in, command_line) -> None:
    path = tmp_path / "costs.csv"
    path.write_text(
        "area,service,per,euros,source,language,illustrative\n"
        'espoo,coaching,month,412.5,"An example,\nnot the budget",en,yes\nespoo,work_trial,start,80,budjetti,,no\n'
    )
    assert command_line("goals", "costs", str(path)).output.strip() == "2 prices read, 2 new or changed"
    said = ServiceCost.objects.order_by("service").values_list("cents", "source", "language", "illustrative")
    assert list(said) == [(41_250, "An example,\nnot the budget", "en", True), (8_000, "budjetti", "fi", False)]
    page = text(logged_in(Role.ANALYST, "espoo").get(COSTS))
    assert "Coaching illustrative" in page
    assert "Work trial illustrative" not in page


@pytest.mark.django_db
@pytest.mark.parametrize(("role", "organisation"), [(Role.ANALYST, "ely"), (Role.TEAM_LEAD, "espoo")])
def test_only_an_analyst_of_the_area_says_what_its_services_cost(actor_of, role, organisation) -> None:
    price = NewCost("coaching", "month", 1, "budget")
    with pytest.raises(PermissionDenied):
        service_cost_actions.set_cost("espoo", price, reason="why", actor=actor_of(role, organisation))
    own = actor_of(Role.ANALYST, "espoo")
    assert service_cost_actions.set_cost("espoo", price, reason="why", actor=own).set_by == own.user


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("language", "width"), [("fi", DESKTOP), ("sv", PHONE), ("en", PHONE)])
def test_the_pages_are_accessible_at_every_width(visit, actor_of, language, width) -> None:
    user = actor_of(Role.ANALYST, "espoo").user
    cost = service_cost_actions.set_cost("espoo", PRICE, reason="why", actor=None)
    for path in (COSTS, f"{COSTS}add/", f"{COSTS}{cost.pk}/", f"{COSTS}{cost.pk}/end/"):
        page = visit(path, user, language, width)
        assert axe_faults(page) == []
        assert overflow(page) == 0


@pytest.mark.django_db(transaction=True)
def test_a_price_is_set_with_the_keyboard_alone(visit, actor_of) -> None:
    page = visit(COSTS, actor_of(Role.ANALYST, "espoo").user, "fi", DESKTOP)
    page.get_by_role("link", name="Lisää hinta").press("Enter")
    page.wait_for_url("**/add/")
    page.locator("#id_service").focus()
    page.keyboard.press("Tab")
    for typed in ("412,50", "", "2020", "Talousarvio", " ", "", "Uusi talousarvio"):
        if typed:
            page.keyboard.type(typed)
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{COSTS}")
    cost = ServiceCost.objects.get()
    assert (cost.cents, cost.from_year, cost.source, cost.illustrative, cost.language, cost.reason) == (
        41_250, 2020, "Talousarvio", True, "fi", "Uusi talousarvio",
    )  # fmt: skip
