"""Every sequence of steps is allowed or refused as the table says, by the actions and by the database alike."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from kokeilu.problems import Problem
from kokeilu.services import actions, rules
from kokeilu.services.models import Event, Request
from kokeilu.services.rules import State, Step
from kokeilu.services.tests.conftest import DEADLINE, FAVOURABLE, TODAY, Place, settle

pytestmark = pytest.mark.django_db


def act(step: Step, request: Request, place: Place, officer: int = 0) -> Event:
    """The action that does a step, as who may."""
    actor = (place.officer, place.other_officer)[officer] if step in rules.OFFICERS_STEPS else place.worker
    with_text: dict[Step, Callable[..., Event]] = {
        Step.PUT_BACK: actions.put_back, Step.RETURN: actions.send_back, Step.CLOSE: actions.close,
        Step.SUPPLY: actions.supply, Step.WITHDRAW: actions.withdraw,
    }  # fmt: skip
    if step in with_text:
        return with_text[step](request.pk, "Because.", actor=actor)
    if step == Step.ANSWER:
        return actions.answer(request.pk, FAVOURABLE, actor=actor)
    return {Step.TAKE_UP: actions.take_up, Step.ACKNOWLEDGE: actions.acknowledge}[step](request.pk, actor=actor)


def raw(step: Step, request: Request, place: Place, **given: Any) -> Event:
    """A step written past the actions."""
    actor = place.officer if step in rules.OFFICERS_STEPS else place.worker
    facts: dict[str, Any] = {"text": "Because."}
    if step in (Step.SEND, Step.SUPPLY):
        facts |= {"deadline": DEADLINE, "due": DEADLINE}
    if step == Step.ANSWER:
        facts |= {"outcome": "favourable", "citation": "1290/2002"}
    facts |= {"on": TODAY, "by": actor.user, "organisation": actor.organisation}
    return Event.objects.create(request=request, step=step, **(facts | given))


def into(state: State, place: Place) -> Request:
    """A request that stands in a state."""
    ways: dict[State, tuple[Step, ...]] = {
        State.SENT: (), State.TAKEN_UP: (Step.TAKE_UP,), State.RETURNED: (Step.TAKE_UP, Step.RETURN),
        State.ANSWERED: (Step.TAKE_UP, Step.ANSWER),
        State.ACKNOWLEDGED: (Step.TAKE_UP, Step.ANSWER, Step.ACKNOWLEDGE),
        State.WITHDRAWN: (Step.WITHDRAW,), State.CLOSED: (Step.CLOSE,),
    }  # fmt: skip
    request = place.ask()
    for step in ways[state]:
        act(step, request, place)
    request.refresh_from_db()
    assert request.state == state
    return request


@pytest.mark.parametrize("state", [state for state in State if state != State.NEW])
def test_the_database_has_the_table_of_the_rules(place: Place, state: State) -> None:
    for step in Step:
        request = into(state, place)
        reached = rules.TRANSITIONS.get((state, step))
        if reached is None:
            with pytest.raises(IntegrityError, match="cannot"), transaction.atomic():
                raw(step, request, place)
            continue
        raw(step, request, place)
        request.refresh_from_db()
        assert request.state == reached


def test_any_sequence_of_steps(place: Place) -> None:
    """A model of the table, and requests on which hypothesis tries whatever it likes."""

    class Sequences(RuleBasedStateMachine):
        @initialize()
        def begin(self) -> None:
            self.request, self.state, self.holder, self.events = place.ask(), State.SENT, -1, 1

        @rule(step=st.sampled_from([step for step in Step if step != Step.SEND]), officer=st.integers(0, 1))
        def take(self, step: Step, officer: int) -> None:
            reached = rules.TRANSITIONS.get((self.state, step))
            foreign = step in rules.HOLDERS_STEPS and officer != self.holder
            answered = step == Step.CLOSE and self.state == State.ANSWERED  # somebody is responsible for the person
            if reached is None or foreign or answered:
                with pytest.raises(Problem):
                    act(step, self.request, place, officer)
                return
            act(step, self.request, place, officer)
            self.state, self.events = reached, self.events + 1
            if step == Step.TAKE_UP:
                self.holder = officer
            elif reached not in (State.ANSWERED, State.ACKNOWLEDGED):
                self.holder = -1

        @invariant()
        def stands_as_the_table_says(self) -> None:
            if hasattr(self, "request"):
                self.request.refresh_from_db()
                assert self.request.state == self.state
                officers = {-1: None, 0: place.officer.user.pk, 1: place.other_officer.user.pk}
                assert self.request.officer_id == officers[self.holder]
                assert self.request.events.count() == self.events
                assert self.request.deadline == DEADLINE  # everything happens on one day

    quick = settings(
        max_examples=15, stateful_step_count=12, deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )  # fmt: skip
    run_state_machine_as_test(Sequences, settings=quick)


@pytest.mark.parametrize("table", ["request", "event", "reminder", "responsetime"])
def test_nothing_is_overwritten_or_deleted(place: Place, table: str) -> None:
    request = place.taken_up()
    actions.set_response_time("statement", 5, TODAY, "Agreed.", actor=place.officer)
    actions.remind(DEADLINE)
    column = {"request": "question", "event": "text", "reminder": "notch", "responsetime": "reason"}[table]
    for change in (f"UPDATE services_{table} SET {column} = 'near'", f"DELETE FROM services_{table}"):
        with pytest.raises(IntegrityError, match="only added"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change)
    with pytest.raises(IntegrityError, match="only added"), transaction.atomic():
        Request.objects.filter(pk=request.pk).update(state="sent", officer=None)


def test_only_the_officer_who_has_it_answers_even_past_the_actions(place: Place) -> None:
    request = place.taken_up()
    with pytest.raises(IntegrityError, match="only the officer"), transaction.atomic():
        raw(Step.ANSWER, request, place, by=place.other_officer.user)
    with pytest.raises(IntegrityError, match="only the state"), transaction.atomic():
        raw(Step.ANSWER, request, place, by=place.worker.user, organisation=place.worker.organisation)
    with pytest.raises(IntegrityError, match="another kind"), transaction.atomic():
        raw(Step.ANSWER, request, place, outcome="selected")
    with pytest.raises(IntegrityError, match="is before"), transaction.atomic():
        raw(Step.ANSWER, request, place, on=TODAY.replace(day=1))


def test_a_request_is_of_who_is_responsible_even_past_the_actions(place: Place) -> None:
    request = place.ask()
    kept = {field.attname: getattr(request, field.attname) for field in Request._meta.concrete_fields}
    new = kept | {"state": "new", "since": None, "deadline": None, "due": None}
    del new["id"]
    others = [
        {"person_id": place.persons[1].pk}, {"asked_for_id": place.espoo.organisation.pk},
        {"asked_on": TODAY.replace(month=2, day=20)},
    ]  # fmt: skip
    for other in others:
        with pytest.raises(IntegrityError, match="not responsible"), transaction.atomic():
            Request.objects.create(**(new | other))
    with pytest.raises(IntegrityError, match="begins"), transaction.atomic():
        Request.objects.create(**(new | {"state": "sent"}))
    with pytest.raises(IntegrityError, match="not sent"), transaction.atomic():
        Request.objects.create(**new)
        settle()
