"""The pages: what they show to whom, with how many queries, what is written down of it, and what they refuse."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kokeilu.access.models import ReadLog
from kokeilu.law.definition import shipped
from kokeilu.register.models import Details, Person
from kokeilu.services import actions
from kokeilu.services.models import Request, ResponseTime
from kokeilu.services.tests.conftest import (
    AFTER,
    DEADLINE,
    FAVOURABLE,
    OTHER,
    SELECTION,
    TODAY,
    VALIDITY,
    Place,
    logged_in,
)  # fmt: skip
from kokeilu.transfer import actions as transfer
from kokeilu.transfer.tests.people import extract, people

pytestmark = pytest.mark.django_db

LIST = "/services/"


def asks(place: Place) -> str:
    return reverse("services:ask", args=[place.person.pk])


def page_of(request: Request, name: str = "request") -> str:
    return reverse(f"services:{name}", args=[request.person_id, request.pk])


def shown(response: Any) -> list[Any]:
    return [row["request"].pk for row in response.context["rows"]]


def counts(response: Any) -> dict[str, dict[str, int]]:
    return {
        each["name"]: {str(choice["label"]): choice["count"] for choice in each["choices"]}
        for each in response.context["filters"]
    }


def test_the_queue_is_sorted_by_deadline_and_its_reading_is_logged(place: Place) -> None:
    later, first = place.ask(deadline=date(2021, 5, 3)), place.ask(place.persons[1], deadline=date(2021, 4, 1))
    same = place.ask(place.persons[2], deadline=date(2021, 5, 3))
    response = logged_in(place.officer).get(LIST)
    assert shown(response)[0] == first.pk
    assert set(shown(response)) == {first.pk, later.pk, same.pk}
    log = ReadLog.objects.get()
    assert (log.operation, log.ground, len(log.persons)) == ("services.requests", "role", 3)
    assert log.query == {"state": "open", "page": 1}


def test_the_counts_of_each_filter_follow_the_others(place: Place) -> None:
    place.taken_up(deadline=date(2021, 3, 31))
    place.ask(place.persons[1], task=SELECTION, deadline=date(2021, 4, 1))
    place.ask(place.elsewhere, actor=place.espoo)
    actions.withdraw(place.ask(place.persons[2]).pk, "Not needed.", actor=place.worker)
    client = logged_in(place.officer)
    assert counts(client.get(LIST)) == {
        "kind": {"All": 3, "Unemployment-security statement": 2, "Training selection": 1},
        "state": {"Open": 3, "In the queue": 2, "Taken up": 1},
        "area": {"All": 3, "Helsinki": 2, "Espoo": 1},
        "whose": {"All": 3, "Taken up by me": 1, "By nobody": 2},
        "time": {"All": 3, "Due soon": 2, "Not due yet": 1},
    }
    for each in client.get(LIST, {"area": "helsinki", "kind": "statement"}).context["filters"]:
        for choice in each["choices"]:
            assert len(shown(client.get(LIST + choice["href"]))) == choice["count"], choice
    assert len(shown(client.get(LIST, {"state": "withdrawn", "area": "'", "page": "999", "time": "x"}))) == 3


def test_what_is_late_is_late(place: Place, settings: Any) -> None:
    place.ask(deadline=TODAY)
    settings.KOKEILU_TODAY = date(2021, 4, 1)
    response = logged_in(place.officer).get(LIST, {"time": "late"})
    assert "Overdue" in response.content.decode()
    assert "reminded" not in response.content.decode()
    actions.remind()
    assert "reminded" in logged_in(place.worker).get(LIST).content.decode()


def test_a_municipality_sees_the_requests_about_its_customers(place: Place) -> None:
    mine, leads = place.ask(), place.ask(place.persons[1], actor=place.lead)
    done = place.answered(person=place.persons[2])
    actions.acknowledge(done.pk, actor=place.worker)
    place.ask(place.elsewhere, actor=place.espoo)
    client = logged_in(place.worker)
    response = client.get(LIST)
    assert set(shown(response)) == {mine.pk, leads.pk}
    assert set(counts(response)) == {"kind", "state", "whose", "time"}
    assert shown(client.get(LIST, {"whose": "mine"})) == [mine.pk]
    assert shown(client.get(LIST, {"state": "acknowledged"})) == [done.pk]
    assert len(shown(logged_in(place.espoo).get(LIST))) == 1


def more(place: Place, number: int) -> list[Person]:
    """More customers of Helsinki, moved there by a later run."""
    found = people(extract(date(2021, 3, 2)), *({"given_names": f"Lisä {each}"} for each in range(number)))
    transfer.run(shipped("kuntakokeilu"), date(2021, 3, 2))
    return found


def test_the_list_asks_the_database_as_often_for_one_as_for_a_hundred(place: Place) -> None:
    def asked(client: Client) -> int:
        client.get(LIST)  # what is kept for later requests is there
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(LIST).status_code == 200
        return len(queries)

    place.ask()
    clients = [logged_in(place.officer), logged_in(place.worker)]
    before = [asked(client) for client in clients]
    for person in more(place, 99):
        place.ask(person)
    assert [asked(client) for client in clients] == before
    second = clients[0].get(LIST, {"page": 2})
    assert len(shown(second)) == 25
    assert len(ReadLog.objects.order_by("-pk")[0].persons) == 25


def test_asking_by_the_form(place: Place) -> None:
    actions.set_response_time(ResponseTime.Subject.STATEMENT, 10, TODAY, "Agreed.", actor=None)
    client = logged_in(place.worker)
    form = client.get(asks(place)).content.decode()
    assert "1290/2002 (not verified)" in form
    assert "by agreement answered by 16 April 2021" in form
    response = client.post(asks(place), {"task": OTHER, "question": "Was the job left for a reason?"})
    request = Request.objects.get()
    assert response.headers["Location"] == page_of(request)
    assert (request.deadline, request.question) == (DEADLINE, "Was the job left for a reason?")
    assert "other statements" in client.get(page_of(request)).content.decode().lower()


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"task": OTHER}, "This field is required"),
        ({"task": OTHER, "question": "?"}, "say by when the answer is needed"),
        ({"task": SELECTION, "question": "?", "deadline": "2021-05-01"}, "Name the training."),
        ({"task": OTHER, "question": "?", "training": "X", "deadline": "2021-05-01"}, "leave this empty"),
        ({"task": OTHER, "question": "?", "deadline": "2021-03-30"}, "The day has passed."),
        ({"task": "intake", "question": "?", "deadline": "2021-05-01"}, "Select a valid choice"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_beside_the_form(place: Place, given: dict[str, str], told: str) -> None:
    response = logged_in(place.worker).post(asks(place), given)
    assert (response.status_code, Request.objects.count()) == (422, 0)
    assert told in response.content.decode()


def test_what_the_municipality_decides_itself_is_said_and_refused(place: Place, settings: Any) -> None:
    settings.KOKEILU_TODAY = AFTER
    client = logged_in(place.worker)
    form = client.get(asks(place)).content.decode()
    assert form.count("the municipality itself; it is not sent to the state") == 2
    response = client.post(asks(place), {"task": VALIDITY, "question": "?", "deadline": "2021-11-01"})
    assert (response.status_code, Request.objects.count()) == (422, 0)
    told = (
        "The municipality decides this itself, so that it is not sent to the state: 1269/2020, 421/2021 (not verified)."
    )
    assert told in response.content.decode()


def test_a_request_from_the_queue_to_the_customers_page(place: Place) -> None:
    request = place.ask(task=SELECTION, question="For the course in May?")
    officer, worker = logged_in(place.officer), logged_in(place.worker)
    page = officer.get(page_of(request)).content.decode()
    assert "For the course in May?" in page
    assert "Laitoshuoltajan koulutus" in page
    assert f'href="{reverse("casework:customer", args=[request.person_id])}"' not in page  # not the state's to open
    officer.post(page_of(request, "handle"), {"step": "take_up"})
    lacking = officer.post(page_of(request, "handle"), {"step": "answer", "outcome": "selected"})
    assert (lacking.status_code, Request.objects.get().state) == (422, "taken_up")
    answer = {"step": "answer", "outcome": "reserve", "text": "Third in line.", "citation": "The course's criteria"}
    assert officer.post(page_of(request, "handle"), answer).status_code == 302
    customer = worker.get(reverse("casework:customer", args=[request.person_id])).content.decode()
    assert "Selection of students for labour market training: In reserve" in customer
    assert "Read and acknowledge the answer" in customer
    assert "Third in line." in worker.get(page_of(request)).content.decode()
    worker.post(page_of(request, "follow"), {"step": "acknowledge"})
    customer = worker.get(reverse("casework:customer", args=[request.person_id])).content.decode()
    assert "Answer acknowledged" in customer
    assert "Read and acknowledge the answer" not in customer


def test_every_step_by_its_form(place: Place) -> None:
    request = place.ask()
    officer, worker = logged_in(place.officer), logged_in(place.worker)
    for client, address, step, state in [
        (officer, "handle", "take_up", "taken_up"), (officer, "handle", "put_back", "sent"),
        (officer, "handle", "take_up", "taken_up"), (officer, "handle", "return", "returned"),
        (worker, "follow", "supply", "sent"), (officer, "handle", "close", "closed"),
    ]:  # fmt: skip
        assert f'value="{step}"' in client.get(page_of(request)).content.decode()
        client.post(page_of(request, address), {"step": step, "text": f"Because of {step}."})
        request.refresh_from_db()
        assert request.state == state
    history = worker.get(page_of(request)).content.decode()
    for step in ("put_back", "return", "supply", "close"):
        assert f"Because of {step}." in history
    assert "<form" not in history.split('id="history"')[0].split("<h1")[1]  # nothing is left to do


def test_a_step_that_is_not_offered_is_refused(place: Place) -> None:
    request = place.ask()
    for given in ({}, {"step": "acknowledge"}, {"step": "send"}, {"step": "put_back", "text": "Because."}):
        response = logged_in(place.officer).post(page_of(request, "handle"), given)
        assert response.status_code == 422
    request.refresh_from_db()
    assert request.state == "sent"


def test_a_request_is_found_under_its_own_person_alone(place: Place) -> None:
    request = place.ask()
    place.ask(place.persons[1])
    wrong = reverse("services:request", args=[place.persons[1].pk, request.pk])
    assert logged_in(place.officer).get(wrong).status_code == 404
    assert logged_in(place.worker).get(wrong).status_code == 404


def test_a_protected_person_is_marked_and_not_located(place: Place) -> None:
    request = place.ask()
    Details.objects.filter(person=place.person).update(protected=True)
    for actor in (place.officer, place.worker):
        assert "Protected address" in logged_in(actor).get(LIST).content.decode()
        page = logged_in(actor).get(page_of(request)).content.decode()
        assert "The address is protected" in page
        assert "Koekatu" not in page
        assert "00100" not in page


def test_the_response_times_are_set_from_a_day_on(place: Place) -> None:
    client = logged_in(place.officer)
    address = reverse("services:response_times")
    assert "None is agreed yet" in client.get(address).content.decode()
    given = {"subject": "statement", "working_days": 10, "from_day": "2021-04-01", "reason": "Steering group"}
    assert client.post(address, given).status_code == 302
    assert "Steering group" in client.get(address).content.decode()
    assert client.post(address, given | {"from_day": "2021-03-01"}).status_code == 422
    assert client.post(address, given | {"working_days": 0}).status_code == 422
    assert ResponseTime.objects.get().set_by == place.officer.user


def test_the_state_that_answers_is_told_who_was_first(place: Place) -> None:
    request = place.ask()
    logged_in(place.other_officer).post(page_of(request, "handle"), {"step": "take_up"})
    response = logged_in(place.officer).post(page_of(request, "handle"), {"step": "take_up"})
    assert response.status_code == 422
    assert f"{place.other_officer.user.name} has taken the request up." in response.content.decode()


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_the_matter_is_named_in_each_language(place: Place, language: str) -> None:
    request = place.answered()
    words = {"fi": "Muut työttömyysturvalausunnot", "sv": "Övriga utlåtanden", "en": "Other statements"}
    for actor in (place.officer, place.worker):
        assert words[language] in logged_in(actor, language).get(LIST).content.decode()
        assert FAVOURABLE.text in logged_in(actor, language).get(page_of(request)).content.decode()
