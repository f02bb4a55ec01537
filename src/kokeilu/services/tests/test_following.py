"""Requests where a person turns out to be another or has died, and where the run behind them is undone."""

from collections.abc import Iterator
from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation

from kokeilu.law.definition import shipped
from kokeilu.problems import Problem
from kokeilu.register import statements
from kokeilu.register.models import Union
from kokeilu.services import actions, matters, queries
from kokeilu.services.models import Request
from kokeilu.services.tests.conftest import TODAY, Place, settle
from kokeilu.transfer import actions as transfer
from kokeilu.transfer import undo
from kokeilu.transfer.models import Responsibility, Run
from kokeilu.transfer.tests.people import extract, people

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


def person_of(request: Request) -> object:
    request.refresh_from_db()
    return request.person


def test_requests_follow_united_records_and_go_back(place: Place) -> None:
    kept, merged, third = place.persons[:3]
    own, other, thirds = place.ask(kept), place.ask(merged), place.ask(third)
    first = statements.merge(merged.pk, third.pk, "The same name", actor=None).statement
    second = statements.merge(kept.pk, merged.pk, "The same name", actor=None).statement
    assert [person_of(each) for each in (own, other, thirds)] == [kept, kept, kept]
    assert set(queries.listed(place.worker, TODAY)) == {own, other, thirds}
    actions.take_up(other.pk, actor=place.officer)  # what was asked of the one goes on with the other
    together = place.ask(kept)
    settle()
    assert isinstance(first, Union)
    assert isinstance(second, Union)
    stated = statements.revoke(second, "They are two", actor=None)
    assert [person_of(each) for each in (own, together, other, thirds)] == [kept, kept, merged, merged]
    assert any("sent while the records were one" in str(each) for each in stated.notes)
    statements.revoke(first, "They are three", actor=None)
    assert [person_of(each) for each in (other, thirds)] == [merged, third]
    settle()


def test_a_request_goes_to_no_other_person(place: Place) -> None:
    request = place.ask()
    with pytest.raises(IntegrityError, match="only added"), transaction.atomic():
        Request.objects.filter(pk=request.pk).update(person=place.persons[1])


def test_what_was_taken_over_from_another_record_is_by_that_records_law(place: Place) -> None:
    """The kept record is known later: who was responsible for the other one is so for the days before."""
    (late,) = people(extract(date(2021, 3, 15)), {})
    transfer.run(shipped("kuntakokeilu"), date(2021, 3, 15))
    statements.merge(late.pk, place.person.pk, "The same name", actor=None)
    taken = Responsibility.objects.standing().filter(person=late, ground="identity").order_by("valid")
    trials = [(held.organisation.key, matters.trial_of(held)) for held in taken.select_related("organisation")]
    assert trials == [("te", None), ("helsinki", shipped("kuntakokeilu"))]
    assert place.ask(late).trial == "kuntakokeilu"


def test_of_a_person_who_has_died_the_officer_is_told_what_is_open(place: Place) -> None:
    request = place.ask()
    stated = statements.record_death(place.person.pk, date(2021, 3, 20), "The population register", actor=None)
    assert [str(each) for each in stated.notes if "state" in str(each)] == [
        "1 request to the state about the person is open: close it."
    ]
    assert [each.area for each in queries.listed(place.officer, TODAY)] == [None]
    actions.close(request.pk, "The person has died.", actor=place.officer)


def test_an_undo_says_how_many_requests_are_open(place: Place) -> None:
    request = place.ask()
    run = Run.objects.get()
    with pytest.raises(Problem, match="1 request to the state is open"):
        undo.undo(run.pk, "Wrong day", actor=None)
    undo.undo(run.pk, "Wrong day", accept=["requests"], actor=None)
    held = Responsibility.objects.on(TODAY).get(person=place.person)
    assert held.organisation == place.officer.organisation
    actions.take_up(request.pk, actor=place.officer)
    actions.put_back(request.pk, "Our own now.", actor=place.officer)
    actions.withdraw(request.pk, "Our own now.", actor=place.officer)
    settle()
