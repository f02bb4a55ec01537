"""Two who do something to one request at the same time: one does it, the other is told."""

import threading
from collections.abc import Callable
from functools import partial

import pytest
from django.db import connection, transaction
from django.utils import translation

from kokeilu.problems import Problem
from kokeilu.services import actions
from kokeilu.services.models import Reminder
from kokeilu.services.tests.conftest import FAVOURABLE, make

pytestmark = pytest.mark.django_db(transaction=True)


def both(*work: Callable[[], object]) -> list[object]:
    """What each of the works gives, or the Problem that it raises, where they begin at once."""
    start, given = threading.Barrier(len(work)), [None] * len(work)

    def run(number: int) -> None:
        try:
            with translation.override("en"):
                start.wait()
                given[number] = work[number]()
        except Problem as problem:
            given[number] = problem.what
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[number]) for number in range(len(work))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return given


def test_one_of_two_officers_takes_a_request_up(actor_of: Callable) -> None:
    place = make(actor_of)
    officers = (place.officer, place.other_officer)
    for person in place.persons:
        request = place.ask(person)
        given = both(*(partial(actions.take_up, request.pk, actor=actor) for actor in officers))
        request.refresh_from_db()
        told = [each for each in given if isinstance(each, str)]
        assert told == [f"{request.officer.name} has taken the request up."]
        assert request.events.filter(step="take_up").get().by == request.officer


def test_a_request_is_answered_or_withdrawn(actor_of: Callable) -> None:
    place = make(actor_of)
    for person in place.persons:
        request = place.taken_up(person=person)
        given = both(
            partial(actions.answer, request.pk, FAVOURABLE, actor=place.officer),
            partial(actions.withdraw, request.pk, "Not needed.", actor=place.worker),
        )
        request.refresh_from_db()
        told = {"answered": "The request has been answered.", "withdrawn": "The request has been withdrawn."}
        assert [each for each in given if isinstance(each, str)] == [told[request.state]]


def test_a_second_waits_for_the_first(actor_of: Callable) -> None:
    """The request is locked until the first is done: no chance decides."""
    place = make(actor_of)
    request = place.ask()
    told: list[str] = []

    def second() -> None:
        try:
            with translation.override("en"):
                actions.take_up(request.pk, actor=place.other_officer)
        except Problem as problem:
            told.append(problem.what)
        finally:
            connection.close()

    with transaction.atomic():
        actions.take_up(request.pk, actor=place.officer)
        waiting = threading.Thread(target=second)
        waiting.start()
        waiting.join(0.5)
        assert waiting.is_alive()
    waiting.join(60)
    assert told == [f"{place.officer.user.name} has taken the request up."]


def test_two_timers_remind_once(actor_of: Callable) -> None:
    place = make(actor_of)
    for person in place.persons:
        place.ask(person, deadline=actions.clock.today())
    both(actions.remind, actions.remind, actions.remind)
    assert Reminder.objects.count() == len(place.persons)
