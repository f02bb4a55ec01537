"""The page of services side by side, and what they cost."""

import re
from html import unescape
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kokeilu.access.models import ChangeLog, Role
from kokeilu.monitoring import service_cost_actions
from kokeilu.monitoring.goal_models import STANDING
from kokeilu.monitoring.models import ServiceCost, ServiceFigure
from kokeilu.monitoring.service_comparison_rules import MEASURES
from kokeilu.monitoring.service_cost_actions import NewCost
from kokeilu.problems import Problem
from kokeilu.web.browser import DESKTOP, PHONE, axe_faults, overflow

PAGE = "/monitoring/services/"
COACHING = {
    "stock": 40, "persons": 90, "person_months": 600, "starts": 110, "ends": 90, "followed_open_market": 18,
    "followed_supported_work": None, "followed_service": 20, "followed_unemployed": 40, "followed_outside": None,
    "followed_unknown": 5,
}  # fmt: skip
TRIAL = dict.fromkeys(MEASURES, 10) | {"person_months": 200, "followed_open_market": 0}


def figures(area: str, service: str, values: dict[str, int | None]) -> None:
    ServiceFigure.objects.bulk_create(
        ServiceFigure(area=area, year=2020, service=service, measure=key, value=value) for key, value in values.items()
    )


@pytest.fixture
def services(db: None) -> None:
    """Espoo's coaching with a price, a service that nobody knows without one; Helsinki hides its coaching's starts."""
    figures("espoo", "coaching", COACHING)
    figures("espoo", "new_thing", TRIAL)
    figures("helsinki", "coaching", COACHING | {"starts": None})
    price = NewCost("coaching", "month", 41_250, "budget of 2020")
    service_cost_actions.set_cost("espoo", price, reason="why", actor=None)


def row(response, table: str, name: str) -> list[str]:
    page = response.content.decode()
    page = page[page.index(f"<caption>{table}") :]
    cells = re.search(rf"<tr[^>]*>\s*<th[^>]*>{name}</th>(.*?)</tr>", page, re.DOTALL)
    assert cells
    found = re.findall(r"<td[^>]*>(.*?)</td>", cells[1], re.DOTALL)
    return [unescape(cell).replace("\xa0", " ").strip() for cell in found]


def test_a_service_by_use_cost_and_outcome(logged_in, services) -> None:
    page = logged_in(Role.WORKER, "helsinki").get(f"{PAGE}?area=espoo")
    assert row(page, "Use", "Coaching") == ["40", "90", "110", "90", "6.0", "€2 250"]
    assert row(page, "Where", "Coaching") == [
        "90", "18 (20.0%)", "hidden", "20 (22.2%)", "40 (44.4%)", "hidden", "5 (5.6%)",
    ]  # fmt: skip
    assert row(page, "Cost and result", "Coaching") == [
        "€13 750", "18 (20.0%)", "€247 500", "€412.50 a month",
    ]  # fmt: skip
    assert "budget of 2020" in page.content.decode()
    assert "is no effect" in page.content.decode()


def test_without_a_price_the_cost_is_not_given_and_never_zero(logged_in, services) -> None:
    page = logged_in(Role.ANALYST, "ely").get(f"{PAGE}?area=espoo")
    found = row(page, "Cost and result", "new_thing")
    assert [found[at] for at in (0, 2, 3)] == ["not given"] * 3
    assert row(page, "Use", "new_thing")[-1] == "not given"


def test_a_hidden_count_hides_the_cost_that_would_give_it_back(logged_in, services) -> None:
    client = logged_in(Role.ANALYST, "ely")
    price = NewCost("coaching", "start", 100, "budget")
    service_cost_actions.set_cost("helsinki", price, reason="why", actor=None)
    assert row(client.get(f"{PAGE}?area=helsinki"), "Cost and result", "Coaching") == [
        "hidden", "18 (20.0%)", "hidden", "€1.00 a start",
    ]  # fmt: skip


def test_nobody_in_the_open_market_has_no_cost_per_person(logged_in, services) -> None:
    price = NewCost("new_thing", "month", 100, "budget")
    service_cost_actions.set_cost("espoo", price, reason="why", actor=None)
    page = logged_in(Role.ANALYST, "ely").get(f"{PAGE}?area=espoo")
    result = row(page, "Cost and result", "new_thing")
    assert result[0] == "no one"
    assert "0 (0.0%): low" in result[1]
    assert result[2:] == ["€200", "€1.00 a month"]
    assert (
        "No one was in the open labour market 3 months after: new_thing (cost of the year: €200)."
        in page.content.decode()
    )


def test_areas_together_are_the_sum_of_what_is_shown(logged_in, services) -> None:
    page = logged_in(Role.ANALYST, "ely").get(PAGE)
    assert row(page, "Use", "Coaching") == ["80", "180", "at least 110", "180", "–", "€2 250 in 1 of 2 areas"]
    result = row(page, "Cost and result", "Coaching")  # Helsinki has told no price
    assert (result[0], result[2]) == ("€13 750 in 1 of 2 areas", "not given")


def test_a_cost_that_an_area_hides_is_that_of_the_others(logged_in, services) -> None:
    ServiceFigure.objects.filter(area="helsinki", measure="person_months").update(value=None)
    price = NewCost("coaching", "month", 100, "budget")
    service_cost_actions.set_cost("helsinki", price, reason="why", actor=None)
    page = logged_in(Role.ANALYST, "ely").get(PAGE)
    result = row(page, "Cost and result", "Coaching")
    assert (result[0], result[2]) == ("€13 750 in 1 of 2 areas", "hidden")


def test_where_an_area_hides_its_exits_each_costs_at_most(logged_in, services) -> None:
    figures("oulu", "coaching", COACHING | {"followed_open_market": None})
    ServiceFigure.objects.filter(area="helsinki").delete()
    price = NewCost("coaching", "month", 41_250, "budget")
    service_cost_actions.set_cost("oulu", price, reason="why", actor=None)
    page = logged_in(Role.ANALYST, "ely").get(PAGE)
    result = row(page, "Cost and result", "Coaching")
    assert result[:3] == ["at most €27 500", "at least 18", "€495 000"]
    assert "costs by at most" in page.content.decode()


def test_bars_and_sentence_of_a_sum_that_an_area_hides_its_part_of_say_no_more_than_the_table(
    logged_in, services
) -> None:
    for service, exits in (("coaching", 18), ("work_trial", 60)):
        figures("oulu", service, COACHING | {"followed_open_market": exits})
        figures("turku", service, COACHING | {"followed_open_market": None})
        for area in ("oulu", "turku"):
            price = NewCost(service, "month", 41_250, "budget")
            service_cost_actions.set_cost(area, price, reason="why", actor=None)
    ServiceFigure.objects.filter(area__in=["espoo", "helsinki"]).delete()
    client = logged_in(Role.ANALYST, "ely")
    page = client.get(PAGE)
    assert row(page, "Cost and result", "Coaching")[1] == "at least 18"
    address = unescape(re.search(r'<img src="([^"]+)"', page.content.decode())[1])
    svg = client.get(address).content.decode()
    assert "at least 18" in svg
    assert "at least 60" in svg
    assert "hidden" not in svg
    assert "Counted from the figures that are shown, Coaching costs most" in page.content.decode()


def test_what_stands_out_is_told_first(logged_in, services) -> None:
    for service, exits in (("work_trial", 60), ("training", 30), ("dear", 3)):
        figures("espoo", service, COACHING | {"followed_open_market": exits})
        price = NewCost(service, "month", 41_250, "budget")
        service_cost_actions.set_cost("espoo", price, reason="why", actor=None)
    page = unescape(logged_in(Role.ANALYST, "ely").get(f"{PAGE}?area=espoo").content.decode()).replace("\xa0", " ")
    told = page[page.index("What to look at first") : page.index("Not the effect of the services")]
    assert "dear costs most: €82 500. The middle one of the services costs €11 000." in told
    assert "after dear: 3.3%. Of all who ended a service it is 30.0%." in told
    assert "3 months after: new_thing (cost of the year: not given)." in told
    assert "is not known of" not in told
    table = page[page.index("<caption>Cost and result") :]
    assert re.findall(r'<th scope="row"[^>]*>(.*?)</th>', table)[:4] == ["dear", "Coaching", "training", "Work trial"]
    assert "€82 500: high" in table
    assert "3 (3.3%): low" in table
    assert (table.count("%): low"), table.count(": high")) == (2, 1)


@pytest.mark.parametrize(("year", "price"), [(2019, "€1.00 a start"), (2020, "€2.00 a start"), (2021, "€2.00 a start")])
def test_a_price_holds_from_its_year_until_the_next(logged_in, db, year, price) -> None:
    ServiceFigure.objects.bulk_create(
        ServiceFigure(area="espoo", year=year, service="coaching", measure=key, value=100) for key in MEASURES
    )
    for from_year, cents in ((None, 100), (2020, 200), (2022, 300)):
        said = NewCost("coaching", "start", cents, "budget", from_year=from_year)
        service_cost_actions.set_cost("espoo", said, reason="why", actor=None)
    page = logged_in(Role.ANALYST, "ely").get(f"{PAGE}?area=espoo")
    assert row(page, "Cost and result", "Coaching")[-1] == price


def test_a_price_of_a_person_and_year_is_of_different_people(logged_in, services) -> None:
    price = NewCost("new_thing", "year", 1000, "budget")
    service_cost_actions.set_cost("espoo", price, reason="why", actor=None)
    ServiceFigure.objects.filter(service="new_thing", measure="persons").update(value=40)
    page = logged_in(Role.ANALYST, "ely").get(f"{PAGE}?area=espoo")
    assert row(page, "Cost and result", "new_thing")[2:] == ["€400", "€10.00 a year"]


@pytest.mark.parametrize(
    ("order", "first"), [("rising", "new_thing"), ("falling", "Coaching")]
)  # fmt: skip
def test_the_address_sorts(logged_in, services, order, first) -> None:
    page = logged_in(Role.ANALYST, "ely").get(f"{PAGE}?area=espoo&sort=starts&order={order}").content.decode()
    assert re.search(r'<th scope="row"[^>]*>(.*?)</th>', page)[1] == first
    assert 'aria-sort="' in page


@pytest.mark.parametrize("query", ["year=1999", "area=narnia", "sort=luck", "order=up", "year=many"])
def test_what_is_not_there_is_told(logged_in, services, query) -> None:
    response = logged_in(Role.ANALYST, "ely").get(f"{PAGE}?{query}")
    assert response.status_code == 200
    assert "There are no figures of what was asked for." in response.content.decode()


def test_before_the_first_publication_the_page_says_so(logged_in) -> None:
    assert "No figures have been published yet." in logged_in(Role.ANALYST, "ely").get(PAGE).content.decode()


def test_the_page_asks_as_often_for_one_area_as_for_many(logged_in, services) -> None:
    client = logged_in(Role.ANALYST, "ely")
    client.get(PAGE)
    with CaptureQueriesContext(connection) as before:
        client.get(PAGE)
    for area in ("turku", "oulu", "lahti", "pori"):
        figures(area, "coaching", COACHING)
    with CaptureQueriesContext(connection) as after:
        client.get(PAGE)
    assert len(after) == len(before)


def test_the_chart_holds_each_service(logged_in, services) -> None:
    service_cost_actions.set_cost("espoo", NewCost("new_thing", "month", 100, "b"), reason="why", actor=None)
    client = logged_in(Role.ANALYST, "ely")
    page = client.get(f"{PAGE}?area=espoo").content.decode()
    address = unescape(re.search(r'<img src="([^"]+)"', page)[1])
    svg = client.get(address).content.decode()
    assert "Coaching" in svg
    assert "new_thing" in svg
    assert "<script" not in svg
    assert client.get("/monitoring/services/huge.svg").status_code == 404


COSTS = "/monitoring/services/costs/espoo/"
SENT = {
    "service": "coaching", "euros": "412.50", "per": "month", "from_year": "2020", "source": "The budget",
    "language": "en", "reason": "the new budget",
}  # fmt: skip


def plain(response) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", response.content.decode()))).strip()


@pytest.mark.django_db
def test_an_analyst_of_the_area_sets_changes_and_ends_a_price(logged_in) -> None:
    client = logged_in(Role.ANALYST, "espoo")
    assert "The area has told no price." in plain(client.get(COSTS))
    assert client.get(f"{COSTS}add/").status_code == 200
    assert "Added." in plain(client.post(f"{COSTS}add/", SENT, follow=True))
    cost = ServiceCost.objects.get()
    assert (cost.service, cost.cents, cost.per, cost.from_year) == ("coaching", 41_250, "month", 2020)
    again = client.post(f"{COSTS}add/", SENT)
    assert again.status_code == 422
    assert "The service has a price from this year" in plain(again)
    assert 'value="412.50"' in client.get(f"{COSTS}{cost.pk}/").content.decode()
    sent = SENT | {"euros": "500", "service": "work_trial", "illustrative": "on"}
    page = plain(client.post(f"{COSTS}{cost.pk}/", sent, follow=True))
    assert "€500.00" in page
    assert "€412.50" in page[page.index("What was said before") :]
    shown = ["412.50"]
    for euros in ("510", "520", "530"):
        [last] = ServiceCost.objects.filter(STANDING)
        shown = [f"{last.cents / 100:.2f}", *shown]
        client.post(f"{COSTS}{last.pk}/", sent | {"euros": euros})
    page = plain(client.get(COSTS))
    assert re.findall(r"€(\d+\.\d\d)", page[page.index("What was said before") :]) == shown
    new = ServiceCost.objects.get(STANDING)
    assert (new.service, new.cents, new.illustrative, new.set_by) == ("coaching", 53_000, True, cost.set_by)
    late = client.post(f"{COSTS}{cost.pk}/", SENT | {"reason": "mine"})
    assert late.status_code == 422
    assert "Somebody else has changed or ended it meanwhile" in plain(late)
    assert client.post(f"{COSTS}{new.pk}/end/", {"reason": ""}).status_code == 422
    assert "Ended." in plain(client.post(f"{COSTS}{new.pk}/end/", {"reason": "no more"}, follow=True))
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
def test_others_read_prices_and_set_none(logged_in, services, role, organisation) -> None:
    client = logged_in(role, organisation)
    cost = ServiceCost.objects.get()
    page = plain(client.get(COSTS))
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
    page = plain(logged_in(Role.ANALYST, "espoo").get(COSTS))
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
def test_the_page_is_accessible_at_every_width(visit, services, actor_of, language, width) -> None:
    user = actor_of(Role.ANALYST, "ely").user
    cost = ServiceCost.objects.get()
    for path in (COSTS, f"{COSTS}add/", f"{COSTS}{cost.pk}/", f"{COSTS}{cost.pk}/end/"):
        page = visit(path, actor_of(Role.ANALYST, "espoo").user, language, width)
        assert axe_faults(page) == []
        assert overflow(page) == 0
    for path in (PAGE, f"{PAGE}?area=espoo&sort=persons&order=falling", f"{PAGE}?year=1999"):
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
    for text in ("412,50", "", "2020", "Talousarvio", " ", "", "Uusi talousarvio"):
        if text:
            page.keyboard.type(text)
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{COSTS}")
    cost = ServiceCost.objects.get()
    assert (cost.cents, cost.from_year, cost.source, cost.illustrative, cost.language, cost.reason) == (
        41_250, 2020, "Talousarvio", True, "fi", "Uusi talousarvio",
    )  # fmt: skip
