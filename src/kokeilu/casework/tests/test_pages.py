"""The pages: what they show to whom, in which order, with how many queries, and what is written down of it."""

from collections.abc import Callable
from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kokeilu.access.models import ReadLog, Role
from kokeilu.access.policy import Actor
from kokeilu.casework.models import Assignment, WorkerProfile
from kokeilu.casework.queries import ORDERS
from kokeilu.casework.tests.conftest import START, TODAY, City
from kokeilu.law.definition import shipped
from kokeilu.register.identity import code_hashes, encrypt
from kokeilu.register.models import Contact, Details, Person, PersonCode, Situation
from kokeilu.transfer import actions as transfer
from kokeilu.transfer.tests import people as register

PORTFOLIO = "/portfolio/"


def logged_in(user: Any, language: str = "en") -> Client:
    user.language = language
    user.save()
    client = Client()
    client.force_login(user)
    return client


def portfolio_of(city: City, *people: dict[str, Any]) -> tuple[Client, WorkerProfile, list[Person]]:
    worker = city.worker(capacity=500)
    persons = [city.customer(**facts) for facts in people]
    for person in persons:
        city.assign(person, worker)
    return logged_in(worker.membership.user), worker, persons


def names(response: Any) -> list[str]:
    return [row["name"].split(",")[0] for row in response.context["rows"]]


def family(*families: str) -> list[dict[str, Any]]:
    return [{"family_name": name, "given_names": "Testi"} for name in families]


def counts(response: Any) -> dict[str, dict[str, int]]:
    return {
        each["name"]: {str(choice["label"]): choice["count"] for choice in each["choices"]}
        for each in response.context["filters"]
    }


def test_a_worker_sees_their_own_customers_in_finnish_order(city: City) -> None:
    client, _, persons = portfolio_of(city, *family("Öhman", "Åström", "Ärjä", "von Essen", "Wirtanen", "Virtanen"))
    city.assign(city.customer(family_name="Toisen"), city.worker("Toinen"))
    response = client.get(PORTFOLIO)
    assert names(response) == ["Virtanen", "von Essen", "Wirtanen", "Åström", "Ärjä", "Öhman"]
    log = ReadLog.objects.get()
    assert (log.operation, sorted(log.persons)) == ("casework.portfolio", sorted(each.pk for each in persons))


def facts(name: str, born: date | None, since: date, unemployed: date | None) -> dict[str, Any]:
    return {"family_name": name, "birth_date": born, "since": since, "unemployed_since": unemployed}


@pytest.mark.parametrize("order", ORDERS)
def test_every_order_and_its_opposite(city: City, order: str) -> None:
    client, _, _ = portfolio_of(
        city,
        {
            "family_name": "Aho",
            "birth_date": date(1990, 1, 1),
            "since": date(2021, 3, 3),
            "unemployed_since": date(2020, 1, 1),
        },
        {
            "family_name": "Elo",
            "birth_date": date(1980, 1, 1),
            "since": date(2021, 3, 4),
            "unemployed_since": date(2020, 2, 1),
        },
        {"family_name": "Ilo", "birth_date": None, "since": date(2021, 3, 5), "unemployed_since": None},
    )
    forward = ["Aho", "Elo", "Ilo"]
    backward = ["Ilo", "Elo", "Aho"] if order.strip("-") in ("name", "customer_since") else ["Elo", "Aho", "Ilo"]
    response = client.get(PORTFOLIO, {"sort": order})
    assert names(response) == (backward if order.startswith("-") else forward)
    state = "descending" if order.startswith("-") else "ascending"
    assert f'aria-sort="{state}"' in response.content.decode()


def test_an_address_that_asks_for_nonsense_shows_everybody(city: City) -> None:
    client, _, _ = portfolio_of(city, *family("Aho", "Elo"))
    response = client.get(PORTFOLIO, {"sort": "1; DROP", "status": "'", "age": "old", "page": "999"})
    assert names(response) == ["Aho", "Elo"]


def test_the_counts_of_each_filter_follow_the_others(city: City) -> None:
    long, short = date(2019, 1, 1), date(2021, 2, 1)
    client, _, _ = portfolio_of(
        city,
        {"family_name": "Aho", "birth_date": date(2000, 1, 1), "unemployed_since": long},
        {"family_name": "Elo", "birth_date": date(2000, 1, 1), "unemployed_since": short},
        {"family_name": "Ilo", "birth_date": date(1960, 1, 1), "unemployed_since": long},
        {"family_name": "Oja", "birth_date": date(1960, 1, 1), "service": "coaching", "unemployed_since": long},
        {"family_name": "Uro", "birth_date": None, "employment_code": None, "unemployed_since": None},
        {"family_name": "Yli", "job_search_valid": False, "employment_code": "01", "unemployed_since": None},
    )
    everybody = counts(client.get(PORTFOLIO))
    assert everybody == {
        "status": {"All": 6, "Unemployed": 3, "In a service": 1, "Job search ended": 1, "Unknown": 1},
        "age": {"All": 6, "Under 30": 2, "30 to 54": 1, "55 or over": 2, "Unknown": 1},
        "duration": {"All": 6, "Under 6 months": 1, "12 months or more": 3, "Unknown": 2},
    }
    young = client.get(PORTFOLIO, {"age": "under_30", "duration": "from_12"})
    assert names(young) == ["Aho"]
    assert counts(young) == {
        "status": {"All": 1, "Unemployed": 1},
        "age": {"All": 3, "Under 30": 1, "55 or over": 2},
        "duration": {"All": 2, "Under 6 months": 1, "12 months or more": 1},
    }
    for each in young.context["filters"]:
        for choice in each["choices"]:
            shown = client.get(PORTFOLIO + choice["href"])
            assert len(shown.context["rows"]) == choice["count"], choice


def test_pages_of_the_list(city: City) -> None:
    client, _, _ = portfolio_of(city, *family(*(f"Nimi{number:02}" for number in range(60))))
    third = client.get(PORTFOLIO, {"page": 3})
    assert names(third) == [f"Nimi{number}" for number in range(50, 60)]
    assert "60 customers" in third.content.decode()
    assert len(ReadLog.objects.get().persons) == 10


def test_the_borders_of_ages_and_durations(city: City) -> None:
    client, _, _ = portfolio_of(
        city,
        {"family_name": "Aho", "birth_date": date(1991, 4, 1), "unemployed_since": date(2020, 10, 1)},
        {"family_name": "Elo", "birth_date": date(1991, 3, 31), "unemployed_since": date(2020, 9, 30)},
        {"family_name": "Ilo", "birth_date": date(1966, 4, 1), "unemployed_since": date(2020, 4, 1)},
        {"family_name": "Oja", "birth_date": date(1966, 3, 31), "unemployed_since": date(2020, 3, 31)},
    )
    assert names(client.get(PORTFOLIO, {"age": "under_30"})) == ["Aho"]
    assert names(client.get(PORTFOLIO, {"age": "30_to_54"})) == ["Elo", "Ilo"]
    assert names(client.get(PORTFOLIO, {"age": "from_55"})) == ["Oja"]
    assert names(client.get(PORTFOLIO, {"duration": "under_6"})) == ["Aho"]
    assert names(client.get(PORTFOLIO, {"duration": "6_to_12"})) == ["Elo", "Ilo"]
    assert names(client.get(PORTFOLIO, {"duration": "from_12"})) == ["Oja"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("åst", ["Åström"]), ("ÅSTRÖM anna", ["Åström"]), ("anna", ["Åström"]), ("liisa", ["Åström"]), ("ast", []),
        ("niem", ["Mäki-Niemi"]), ("mäki niemi", ["Mäki-Niemi"]), ("mäki-niemi", ["Mäki-Niemi"]), ("iemi", []),
        ("%", []), ("_", []), ("\\", []), ("  ", ["Mäki-Niemi", "Åström"]),
    ],
)  # fmt: skip
def test_search_by_the_beginnings_of_names(city: City, text: str, found: list[str]) -> None:
    client, _, _ = portfolio_of(
        city,
        {"family_name": "Åström", "given_names": "Anna-Liisa"},
        {"family_name": "Mäki-Niemi", "given_names": "Kalle"},
    )
    response = client.post(PORTFOLIO, {"search": text}, follow=True)
    assert names(response) == found


def test_a_name_that_is_searched_for_is_in_no_address(city: City) -> None:
    client, _, _ = portfolio_of(city, *family("Aho", "Elo"))
    response = client.post(f"{PORTFOLIO}?sort=-name", {"search": "elo"})
    assert response["Location"] == f"{PORTFOLIO}?sort=-name"
    shown = client.get(response["Location"])
    assert names(shown) == ["Elo"]
    assert "elo" not in "".join(str(each["href"]) for part in shown.context["filters"] for each in part["choices"])
    assert ReadLog.objects.order_by("-id")[0].query == {"search": "elo", "page": 1}
    assert names(client.post(PORTFOLIO, {"search": ""}, follow=True)) == ["Aho", "Elo"]


CODE = "010180-999J"  # in the range of test codes


def with_code(person: Person, code: str = CODE) -> None:
    (found_by,) = code_hashes([code])
    PersonCode.objects.create(hash=found_by, ciphertext=encrypt([code], [found_by])[0], person=person)


@pytest.mark.parametrize("htmx", [False, True])
def test_an_identity_code_opens_its_customer_and_is_kept_nowhere(city: City, htmx: bool) -> None:
    client, _, (person,) = portfolio_of(city, *family("Aho"))
    with_code(person)
    response = client.post(PORTFOLIO, {"search": CODE.lower()}, headers={"HX-Request": "true"} if htmx else {})
    assert response["HX-Redirect" if htmx else "Location"] == f"/customers/{person.pk}/"
    assert dict(client.session).get("casework.search") is None
    assert all(CODE.lower() not in str(value).lower() for value in client.session.values())
    assert ReadLog.objects.get().query == {"search": "identity code"}


@pytest.mark.parametrize("whose", ["another organisation's", "nobody's"])
def test_an_identity_code_does_not_tell_whether_somebody_else_has_it(city: City, whose: str) -> None:
    client, _, _ = portfolio_of(city, *family("Aho"))
    if whose != "nobody's":
        with_code(city.customer(organisation=city.state))
    response = client.post(PORTFOLIO, {"search": CODE}, follow=True)
    assert "No customer of your organisation has this identity code." in response.content.decode()
    assert CODE not in response.content.decode()


def test_htmx_gets_the_part_that_changes(city: City) -> None:
    client, _, _ = portfolio_of(city, *family("Aho", "Elo"))
    part = client.get(f"{PORTFOLIO}?sort=-name", headers={"HX-Request": "true"}).content.decode()
    whole = client.get(f"{PORTFOLIO}?sort=-name").content.decode()
    assert part.strip().startswith('<div id="customers"') and "<html" not in part

    def without_token(text: str) -> str:
        return "".join(line for line in text.splitlines(True) if "csrfmiddlewaretoken" not in line)

    assert without_token(part.strip()) in without_token(whole)


@pytest.mark.parametrize("page", ["portfolio", "customer", "caseloads"])
def test_as_many_queries_for_one_row_as_for_a_hundred(city: City, lead: Actor, page: str) -> None:
    client, worker, (person, *_) = portfolio_of(city, *family("Aho"))
    if page == "caseloads":
        client = logged_in(lead.user)
    address = reverse("casework:customer", args=[person.pk]) if page == "customer" else PORTFOLIO
    client.get(address)

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert client.get(address).status_code == 200
        return len(captured)

    few = queries()
    for number in range(100):
        city.assign(
            city.customer(family_name=f"Nimi{number}"), worker if page == "portfolio" else city.worker(f"W{number}")
        )
    assert queries() == few
    assert few <= 20


def test_a_team_lead_sees_caseloads_and_each_portfolio(city: City, lead: Actor) -> None:
    worker, idle = city.worker("Kaisa Koivu", capacity=3, specialities=["youth"]), city.worker("Aatu Aalto", capacity=2)
    persons = [city.customer(family_name=name) for name in ("Aho", "Elo")]
    for person in persons:
        city.assign(person, worker)
    city.assign(city.customer(job_search_valid=False), worker)
    city.customer()
    client = logged_in(lead.user)
    response = client.get(PORTFOLIO)
    loads = [(each["load"].name, each["load"].customers, each["load"].free) for each in response.context["rows"]]
    assert loads == [("Aatu Aalto", 0, 2), ("Kaisa Koivu", 2, 1)]
    assert (response.context["customers"], response.context["places"], response.context["waiting"]) == (2, 3, 1)
    assert ReadLog.objects.get().persons == []
    theirs = client.get(reverse("casework:portfolio_of", args=[worker.pk]))
    assert len(theirs.context["rows"]) == 3
    assert names(client.get(reverse("casework:portfolio_of", args=[idle.pk]))) == []


def test_a_portfolio_elsewhere_is_not_there(city: City, actor_of: Any) -> None:
    worker = city.worker()
    client = logged_in(actor_of(Role.TEAM_LEAD, "espoo").user)
    assert client.get(reverse("casework:portfolio_of", args=[worker.pk])).status_code == 404
    assert client.get(reverse("casework:edit_worker", args=[worker.pk])).status_code == 404


def test_a_worker_sees_no_colleagues_portfolio(city: City) -> None:
    client, worker, _ = portfolio_of(city, *family("Aho"))
    assert client.get(reverse("casework:portfolio_of", args=[city.worker().pk])).status_code == 403
    assert client.get(reverse("casework:portfolio_of", args=[worker.pk])).status_code == 403


def test_a_worker_without_a_profile_is_told_so(city: City, actor_of: Any) -> None:
    response = logged_in(actor_of(Role.WORKER, "helsinki").user).get(PORTFOLIO)
    assert "Ask your team lead" in response.content.decode()


def test_a_team_lead_gives_everybody_a_worker(city: City, lead: Actor) -> None:
    city.worker(capacity=1)
    city.customer(service_language="sv")
    city.customer(since=TODAY)
    response = logged_in(lead.user).post(reverse("casework:assign"), follow=True)
    text = response.content.decode()
    assert "1 customer got a responsible worker." in text
    assert "Nobody with room serves 1 customer in their service language, Swedish." in text
    assert "1 customer still waits" in text
    assert Assignment.objects.count() == 1


def test_a_team_lead_edits_a_worker(city: City, lead: Actor) -> None:
    worker = city.worker()
    client, address = logged_in(lead.user), reverse("casework:edit_worker", args=[worker.pk])
    assert 'value="fi"' in client.get(address).content.decode()
    wrong = {"capacity": "-1", "languages": "fi, xx sven", "districts": "00 1x", "specialities": ["none"]}
    response = client.post(address, wrong)
    assert response.status_code == 422
    assert set(response.context["form"].errors) == set(wrong)
    right = {"capacity": "80", "languages": "sv, FI  so", "districts": "001;00530", "specialities": ["youth"]}
    assert client.post(address, right).status_code == 302
    worker.refresh_from_db()
    assert (worker.capacity, worker.languages) == (80, ["fi", "so", "sv"])
    assert (worker.districts, worker.specialities) == (["001", "00530"], ["youth"])


def test_a_team_lead_changes_a_customers_worker(city: City, lead: Actor) -> None:
    person, before, after = city.customer(), city.worker("Ennen Entinen"), city.worker("Uusi Uuno")
    city.assign(person, before)
    client, address = logged_in(lead.user), reverse("casework:change_worker", args=[person.pk])
    assert "Now Ennen Entinen, since 1 March 2021." in client.get(address).content.decode()
    assert client.post(address, {"worker": str(before.pk), "reason": "safety"}).status_code == 422
    assert client.post(address, {"worker": str(after.pk), "reason": "district"}).status_code == 422
    response = client.post(address, {"worker": str(after.pk), "reason": "safety"}, follow=True)
    assert response.context["worker"]["name"] == "Uusi Uuno"
    assert [row[0] for row in response.context["past"][1]["rows"]] == ["Uusi Uuno", "Ennen Entinen"]
    assert "Chosen by a team lead: safety" in response.content.decode()


@pytest.mark.parametrize(("protected", "shown"), [(False, True), (True, False), (None, False)])
def test_contact_is_shown_only_where_the_address_is_known_not_to_be_protected(
    city: City, protected: Any, shown: bool
) -> None:
    client, _, (person,) = portfolio_of(city, {"protected": protected, "municipality": "091"})
    page = client.get(reverse("casework:customer", args=[person.pk])).content.decode()
    for secret in ("Koekatu", "00100", "maija@example.org", "040 000 0000", "Home municipality"):
        assert (secret in page) is shown, secret
    assert ("The address is protected" in page) is (protected is True)
    listed = client.get(PORTFOLIO).content.decode()
    assert ("Protected address" in listed) is (protected is True)


def test_the_customer_page_says_who_works_with_them_and_why(city: City) -> None:
    worker, person = city.worker("Kaisa Koivu"), city.customer()
    city.assign(person, worker, START, "service_language", "speciality_youth")
    page = logged_in(worker.membership.user).get(reverse("casework:customer", args=[person.pk])).content.decode()
    assert "Serves in the customer&#x27;s service language" in page
    assert "Is specialised in young people" in page
    assert "since 1 March 2021" in page
    log = ReadLog.objects.get()
    assert (log.operation, log.persons, log.ground) == ("casework.customer", [person.pk], "responsible")


@pytest.fixture
def moved(city: City) -> Callable[[], str]:
    """Somebody whom a run moved; returns how to read their page."""
    trial = shipped("kuntakokeilu")
    transfer.ensure_organisations(trial)
    (person,) = register.people(register.extract(), {})
    transfer.run(trial, START)
    worker = city.worker()
    city.assign(person, worker)
    client = logged_in(worker.membership.user)
    return lambda: unescape(client.get(reverse("casework:customer", args=[person.pk])).content.decode())


def test_the_customer_page_says_which_facts_each_reason_rests_on(moved: Callable[[], str]) -> None:
    page = moved()
    assert "The job search is valid." in page
    assert "<dt>Whether the job search is valid: yes</dt><dd>register extract as of 28 February 2021</dd>" in page
    assert "<dd>home municipality: Helsinki (register extract as of 28 February 2021)</dd>" in page
    assert "By the facts of" not in page


def test_where_the_facts_are_not_those_of_the_decision_the_run_s_extract_is_named(moved: Callable[[], str]) -> None:
    Situation.objects.update(employment_code="03")
    page = moved()
    assert "The job search is valid." in page
    assert "<dt>Whether the job search" not in page
    assert "By the facts of the register extract as of 28 February 2021." in page


def test_a_customer_whom_the_register_reports_no_more(city: City) -> None:
    client, _, (person,) = portfolio_of(city, *family("Aho"))
    for table in (Details, Situation, Contact):
        row = table.objects.get(person=person)
        row.valid, row.closed_by = (row.valid.lower, TODAY - timedelta(days=3)), city.extract
        row.save()
    page = client.get(reverse("casework:customer", args=[person.pk])).content.decode()
    assert "Aho, Testi" in page
    assert "has not reported this person since 28 March 2021" in page


@pytest.mark.parametrize("role", [Role.WORKER, Role.TEAM_LEAD, Role.STATE_OFFICER])
def test_customers_of_others_are_not_shown(city: City, actor_of: Any, role: Role) -> None:
    person = city.customer()
    elsewhere = actor_of(role, "te" if role == Role.STATE_OFFICER else "espoo")
    client = logged_in(elsewhere.user)
    assert client.get(reverse("casework:customer", args=[person.pk])).status_code == 403
    assert client.get(reverse("casework:change_worker", args=[person.pk])).status_code == 403
    assert not ReadLog.objects.exists()
