"""The page of services side by side, and what they cost."""

import re
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kokeilu.access.models import Role
from kokeilu.monitoring import service_cost_actions
from kokeilu.monitoring.models import ServiceFigure
from kokeilu.monitoring.service_comparison_rules import MEASURES
from kokeilu.monitoring.service_cost_actions import NewCost
from kokeilu.monitoring.tests.readers import Cells, files_of
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
    result = row(page, "Cost and result", "Coaching")  # Helsinki has given no price
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
    assert ">hidden<" not in svg
    assert "Counted from the figures that are shown, Coaching costs most" in page.content.decode()


def test_what_stands_out_is_told_first(logged_in, services) -> None:
    for service, exits in (("work_trial", 60), ("training", 30), ("dear", 3)):
        figures("espoo", service, COACHING | {"followed_open_market": exits})
        price = NewCost(service, "month", 41_250, "budget")
        service_cost_actions.set_cost("espoo", price, reason="why", actor=None)
    page = unescape(logged_in(Role.ANALYST, "ely").get(f"{PAGE}?area=espoo").content.decode()).replace("\xa0", " ")
    told = page[page.index("What to look at first") : page.index("The figures do not show the effect of the services")]
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
    assert "There are no figures for what was asked for." in response.content.decode()


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


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("language", "width"), [("fi", DESKTOP), ("sv", PHONE), ("en", PHONE)])
def test_the_page_is_accessible_at_every_width(visit, services, actor_of, language, width) -> None:
    user = actor_of(Role.ANALYST, "ely").user
    for path in (PAGE, f"{PAGE}?area=espoo&sort=persons&order=falling", f"{PAGE}?year=1999"):
        page = visit(path, user, language, width)
        assert axe_faults(page) == []
        assert overflow(page) == 0


# The file


def told(found: Cells, area: str, service: str, measure: str) -> tuple[str, float | str] | None:
    """How a figure of the file holds, and the figure."""
    [*rows] = [(key[3], value) for key, value in found.items() if (key[0], key[2], key[4]) == (area, service, measure)]
    assert len(rows) < 2
    return rows[0] if rows else None


def test_the_file_of_an_area_holds_what_its_page_shows(logged_in, services, tmp_path) -> None:
    client = logged_in(Role.ANALYST, "ely")
    found = files_of(client, client.get(f"{PAGE}?area=espoo").content.decode(), "Use", tmp_path)
    shown = {
        key: told(found, "espoo", "coaching", key) for key in {measure for *_others, measure in found}
    }  # fmt: skip
    assert shown == {
        "stock": ("exactly", 40), "persons": ("exactly", 90), "starts": ("exactly", 110), "ends": ("exactly", 90),
        "mean_months": ("exactly", 6), "cost_per_start": ("exactly", 2250), "cost_per_exit": ("exactly", 13_750),
        "cost_of_year": ("exactly", 247_500), "price_per_month": ("exactly", 412.5),
        "followed_open_market": ("exactly", 18), "share_followed_open_market": ("exactly", 20),
        "followed_supported_work": ("exactly", "hidden"), "share_followed_supported_work": None,
        "followed_service": ("exactly", 20), "share_followed_service": ("exactly", 22.22),
        "followed_unemployed": ("exactly", 40), "share_followed_unemployed": ("exactly", 44.44),
        "followed_outside": ("exactly", "hidden"), "share_followed_outside": None,
        "followed_unknown": ("exactly", 5), "share_followed_unknown": ("exactly", 5.56),
    }  # fmt: skip
    assert told(found, "espoo", "new_thing", "cost_of_year") is None  # no price is given: never zero, and no row


def test_of_areas_together_the_file_says_how_a_figure_holds(logged_in, services, tmp_path) -> None:
    """As on the page: what an area hides is not in a sum, and a cost is then of the other areas or at most."""
    price = NewCost("coaching", "month", 41_250, "budget of 2020")
    service_cost_actions.set_cost("helsinki", price, reason="why", actor=None)
    client = logged_in(Role.ANALYST, "ely")
    page = client.get(PAGE)
    found = files_of(client, page.content.decode(), "Use", tmp_path)
    assert row(page, "Use", "Coaching") == ["80", "180", "at least 110", "180", "–", "at most €4 500"]
    keys = ("stock", "persons", "starts", "ends", "mean_months")
    assert [told(found, "together", "coaching", key) for key in keys] == [
        ("exactly", 80), ("exactly", 180), ("at_least", 110), ("exactly", 180), ("exactly", "none"),
    ]  # fmt: skip
    assert told(found, "together", "coaching", "cost_per_start") == ("at_most", 4500)
    assert told(found, "together", "coaching", "followed_outside") == ("exactly", "hidden")
    notes = (tmp_path / "services-side-by-side-2020.csv-metadata.json").read_text()
    assert "is no effect" in notes
    assert "budget of 2020" in notes
    assert 'TIMEVAL("Vuosi")=TLIST(A1),"2020";' in (tmp_path / "services-side-by-side-2020.px").read_text()


def test_a_cost_of_some_areas_says_of_how_many(logged_in, services, tmp_path) -> None:
    price = NewCost("coaching", "start", 100_000, "budget of 2020")
    service_cost_actions.set_cost("helsinki", price, reason="why", actor=None)
    client = logged_in(Role.ANALYST, "ely")
    page = client.get(PAGE)
    found = files_of(client, page.content.decode(), "Use", tmp_path)
    assert row(page, "Use", "Coaching")[-1] == "€2 250 in 1 of 2 areas"
    assert told(found, "together", "coaching", "cost_per_start") == ("some_areas", 2250)
    assert told(found, "together", "coaching", "areas_of_cost_per_start") == ("exactly", 1)
    assert told(found, "together", "coaching", "cost_of_year") == ("exactly", "hidden")


def test_a_file_of_what_is_not_there_is_not_found(logged_in, services) -> None:
    client = logged_in(Role.ANALYST, "ely")
    for asked in ("csv?area=atlantis", "csv?year=1999", "exe"):
        assert client.get(f"{PAGE}figures/{asked}").status_code == 404
