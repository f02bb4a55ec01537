"""What may be asked of whom on which day, where an answer goes, deadlines and reminders."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import translation

from kokeilu.access import policy
from kokeilu.access.models import ChangeLog, Organisation, Role
from kokeilu.access.policy import Deny, Operation, Permit
from kokeilu.problems import Problem
from kokeilu.services import actions, operations, queries, rules
from kokeilu.services.models import Reminder, ResponseTime
from kokeilu.services.tests.conftest import (
    AFTER,
    DEADLINE,
    FAVOURABLE,
    OTHER,
    SELECTION,
    TODAY,
    UNEMPLOYMENT,
    VALIDITY,
    Place,
    settle,
)  # fmt: skip
from kokeilu.transfer.models import Responsibility, Run
from kokeilu.transfer.tests.people import extract

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


def give(place: Place, to: Organisation, day: date) -> None:
    """Another organisation is responsible for the person from a day on."""
    held = Responsibility.objects.on(day).get(person=place.person)
    run = Run.objects.order_by("-finished_at")[0]
    later = Run.objects.create(
        kind="individual", trial=run.trial, version=run.version, definition_sha256=run.definition_sha256, on=day,
        extract=extract(day), counts={},
    )  # fmt: skip
    with transaction.atomic():
        held.valid, held.closed_by = (held.valid.lower, day), later
        held.save()
        Responsibility.objects.create(
            person=place.person, organisation=to, valid=(day, None), ground="individual", opened_by=later
        )
        settle()


@pytest.mark.parametrize("task", [VALIDITY, UNEMPLOYMENT, OTHER, SELECTION])
def test_at_first_everything_is_the_states(place: Place, task: str) -> None:
    request = place.ask(task=task)
    settle()
    assert (request.state, request.task, request.trial) == ("sent", task, "kuntakokeilu")
    assert not request.law_verified  # no statute text seen says so
    assert request.law in ("1290/2002", "1269/2020")
    assert ChangeLog.objects.filter(action="services.send", subject_id=str(request.pk)).exists()


@pytest.mark.parametrize(("task", "own"), [(VALIDITY, True), (UNEMPLOYMENT, True), (OTHER, False), (SELECTION, False)])
def test_from_october_on_some_statements_are_the_municipalitys(
    place: Place, settings: Any, task: str, own: bool
) -> None:
    settings.KOKEILU_TODAY = AFTER.replace(day=1)
    assert place.ask(task=task, deadline=AFTER).state == "sent"
    settings.KOKEILU_TODAY = AFTER
    if not own:
        assert place.ask(task=task, deadline=AFTER).state == "sent"
        return
    with pytest.raises(Problem, match=r"itself.*421/2021 \(not verified\)"):
        place.ask(task=task, deadline=AFTER)


def test_what_the_law_does_not_know_is_not_sent(place: Place, settings: Any) -> None:
    for task in ("startup_grant", "interviews_and_plan", "nothing"):
        with pytest.raises(Problem, match="says nothing"):
            place.ask(task=task)
    settings.KOKEILU_TODAY = date(2025, 1, 1)  # the trial has ended
    with pytest.raises(Problem, match="says nothing"):
        place.ask(deadline=date(2025, 2, 1))


def test_only_who_is_responsible_asks(place: Place, actor_of: Any) -> None:
    for actor in (place.espoo, place.officer, actor_of(Role.ANALYST, "ely"), actor_of(Role.WORKER, "te")):
        with pytest.raises(PermissionDenied):
            place.ask(actor=actor)
    assert place.ask(actor=place.lead).asked_for == place.lead.organisation


@pytest.mark.parametrize(
    "given",
    [
        {"question": "  "}, {"question": "x" * 4001}, {"deadline": date(2021, 3, 30)}, {"deadline": None},
        {"question": "About 010160-9000, also"}, {"task": SELECTION, "training": "For 010103b900x"},
        {"task": SELECTION, "training": " "}, {"task": OTHER, "training": "Koulutus"},
    ],
)  # fmt: skip
def test_what_is_left_out_is_told(place: Place, given: dict[str, Any]) -> None:
    with pytest.raises(Problem) as told:
        place.ask(**given)
    assert "010160" not in str(told.value)
    assert "010103" not in str(told.value)


def test_the_deadline_follows_from_what_was_agreed_for_the_day(place: Place, settings: Any) -> None:
    for working_days, from_day in ((10, TODAY), (5, date(2021, 4, 1)), (3, date(2021, 4, 1))):
        actions.set_response_time(
            ResponseTime.Subject.STATEMENT, working_days, from_day, "Agreed.", actor=place.officer
        )
    first = place.ask(deadline=None)
    assert (first.deadline, first.due) == (date(2021, 4, 16), date(2021, 4, 16))
    assert first.events.get().response_time.working_days == 10
    assert place.ask(deadline=date(2021, 4, 2)).events.get().response_time is None  # the asker's own day
    with pytest.raises(Problem, match="by when"):
        place.ask(task=SELECTION, deadline=None)  # agreed for statements alone
    settings.KOKEILU_TODAY = date(2021, 4, 1)
    assert place.ask(deadline=None).deadline == date(2021, 4, 8)  # three days, as set last; over Easter
    with pytest.raises(Problem, match="passed"):
        actions.set_response_time(ResponseTime.Subject.STATEMENT, 1, TODAY, "Too late.", actor=place.officer)
    with pytest.raises(PermissionDenied):
        actions.set_response_time(ResponseTime.Subject.STATEMENT, 1, date(2021, 5, 1), "No right.", actor=place.worker)


def test_the_deadline_stands_still_while_the_asker_has_it(place: Place, settings: Any) -> None:
    actions.set_response_time(ResponseTime.Subject.FACTS, 5, TODAY, "Agreed.", actor=None)
    request = place.taken_up()
    settings.KOKEILU_TODAY = date(2021, 4, 1)
    actions.send_back(request.pk, "Since when?", actor=place.officer)
    request.refresh_from_db()
    assert (request.state, request.officer, request.due) == ("returned", None, date(2021, 4, 12))
    settings.KOKEILU_TODAY = date(2021, 4, 7)  # two working days later: those of Thursday and, after Easter, Tuesday
    actions.supply(request.pk, "Since January.", actor=place.lead)
    request.refresh_from_db()
    assert (request.state, request.deadline, request.due) == ("sent", date(2021, 4, 20), date(2021, 4, 20))
    actions.take_up(request.pk, actor=place.other_officer)
    request.refresh_from_db()
    assert (request.due, request.officer) == (request.deadline, place.other_officer.user)


def test_the_answer_goes_to_who_is_responsible_then(place: Place, settings: Any) -> None:
    request = place.taken_up()
    settings.KOKEILU_TODAY = date(2021, 4, 6)
    give(place, place.espoo.organisation, date(2021, 4, 6))
    assert list(queries.listed(place.worker, date(2021, 4, 6))) == []
    assert list(queries.listed(place.espoo, date(2021, 4, 6))) == [request]
    event = actions.answer(request.pk, FAVOURABLE, actor=place.officer)
    assert event.answered_to == place.espoo.organisation
    with pytest.raises(PermissionDenied):
        actions.acknowledge(request.pk, actor=place.worker)
    actions.acknowledge(request.pk, actor=place.espoo)
    request.refresh_from_db()
    assert (request.state, request.asked_for) == ("acknowledged", place.worker.organisation)


def test_where_the_person_goes_to_the_state_it_is_the_state_that_acknowledges(place: Place, settings: Any) -> None:
    request = place.answered()
    settings.KOKEILU_TODAY = date(2021, 4, 6)
    give(place, place.officer.organisation, date(2021, 4, 6))
    actions.acknowledge(request.pk, actor=place.other_officer)
    request.refresh_from_db()
    assert request.state == "acknowledged"


def test_the_states_ground_is_the_request_and_for_its_pages_alone(place: Place, settings: Any) -> None:
    officer, person = place.officer, place.person.pk
    another = Operation("casework.customer", frozenset({Role.STATE_OFFICER}), "person")
    assert policy.decide(officer, operations.REQUEST, person) == Deny("no_ground")
    request = place.ask()
    assert policy.decide(officer, operations.REQUEST, person) == Permit("request")
    assert policy.decide(officer, operations.HANDLE, person) == Permit("request")
    assert policy.decide(officer, another, person) == Deny("no_ground")
    assert policy.decide(officer, operations.FOLLOW, person) == Deny("no_ground")
    assert policy.decide(officer, operations.REQUEST, place.persons[1].pk) == Deny("no_ground")
    actions.withdraw(request.pk, "Not needed.", actor=place.worker)
    assert policy.decide(officer, operations.REQUEST, person) == Permit("request")  # to be told so
    settings.KOKEILU_TODAY = date(2021, 4, 1)
    assert policy.decide(officer, operations.REQUEST, person) == Deny("no_ground")


def test_who_comes_late_is_told_how_it_stands(place: Place) -> None:
    request = place.ask()
    actions.take_up(request.pk, actor=place.officer)
    with pytest.raises(Problem, match=f"^{place.officer.user.name} has taken the request up"):
        actions.take_up(request.pk, actor=place.other_officer)
    with pytest.raises(Problem, match=f"^{place.officer.user.name} has taken the request up"):
        actions.answer(request.pk, FAVOURABLE, actor=place.other_officer)
    actions.withdraw(request.pk, "Not needed.", actor=place.worker)
    with pytest.raises(Problem, match=r"^The request has been withdrawn"):
        actions.answer(request.pk, FAVOURABLE, actor=place.officer)


def test_an_answered_request_is_closed_only_where_nobody_is_responsible(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = place.answered()
    with pytest.raises(Problem, match="acknowledges"):
        actions.close(request.pk, "Nobody reads it.", actor=place.officer)
    monkeypatch.setattr(actions, "responsible", lambda person, day: None)  # as after a death
    actions.close(request.pk, "The person has died.", actor=place.officer)
    request.refresh_from_db()
    assert request.state == "closed"


def test_reminders_are_made_once_for_each_notch(place: Place) -> None:
    late, soon = place.ask(deadline=TODAY), place.ask(place.persons[1], deadline=date(2021, 4, 7))
    place.ask(place.persons[2], deadline=date(2021, 5, 7))
    withdrawn = place.ask(place.persons[3], deadline=TODAY)
    actions.withdraw(withdrawn.pk, "Not needed.", actor=place.worker)
    near, over = rules.Notch.NEAR, rules.Notch.OVER
    assert actions.remind(date(2021, 4, 1), dry_run=True) == {near: 1, over: 1}
    assert not Reminder.objects.exists()
    assert actions.remind(date(2021, 4, 1)) == {near: 1, over: 1}
    assert actions.remind(date(2021, 4, 1)) == {near: 0, over: 0}
    assert actions.remind(date(2021, 4, 6)) == {near: 0, over: 0}
    assert actions.remind(date(2021, 4, 8)) == {near: 0, over: 1}
    made = set(Reminder.objects.values_list("request", "notch", "on"))
    assert made == {
        (late.pk, "over", date(2021, 4, 1)), (soon.pk, "near", date(2021, 4, 1)), (soon.pk, "over", date(2021, 4, 8)),
    }  # fmt: skip


def test_a_deadline_that_moved_is_reminded_of_anew(place: Place, settings: Any) -> None:
    request = place.taken_up(deadline=date(2021, 4, 1))
    assert actions.remind(TODAY)[rules.Notch.NEAR] == 1
    assert [each.reminded for each in queries.listed(place.worker, TODAY)] == [True]
    actions.send_back(request.pk, "Since when?", actor=place.officer)
    assert actions.remind(TODAY)[rules.Notch.NEAR] == 0  # nothing is agreed on facts
    settings.KOKEILU_TODAY = date(2021, 4, 8)
    actions.supply(request.pk, "Since January.", actor=place.worker)
    assert [each.reminded for each in queries.listed(place.worker, date(2021, 4, 8))] == [False]
    request.refresh_from_db()
    assert request.deadline == date(2021, 4, 9)
    assert actions.remind(date(2021, 4, 8))[rules.Notch.NEAR] == 1


def test_the_command_reminds(place: Place, command_line: Any) -> None:
    place.ask(deadline=DEADLINE)
    dry = command_line("services", "remind", "--on", "2021-04-19", "--dry-run")
    assert (dry.exit_code, dry.output) == (0, "0 would be reminded of as near, 1 would be reminded of as over\n")
    assert command_line("services", "remind", "--on", "2021-04-19").output.endswith("1 reminded of as over\n")
    assert command_line("services", "remind", "--on", "2021-04-19").output.endswith("0 reminded of as over\n")
    assert command_line("services", "remind", "--on", "soon").exit_code == 2
