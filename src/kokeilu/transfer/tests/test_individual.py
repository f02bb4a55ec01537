"""Decisions about one person: who may make one on which ground, that it holds, and how it ends."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import psycopg
import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.utils import translation

from kokeilu.access.models import ChangeLog, Organisation, Role
from kokeilu.access.policy import Actor
from kokeilu.law.definition import shipped
from kokeilu.problems import Problem
from kokeilu.register.models import Person
from kokeilu.transfer import actions, individual, queries, undo
from kokeilu.transfer.locking import changing
from kokeilu.transfer.models import IndividualTransfer, Responsibility, Run
from kokeilu.transfer.tests.people import extract, people, report

TRIAL = shipped("kuntakokeilu")
MAY, JUNE, LATER = date(2021, 5, 31), date(2021, 6, 2), date(2021, 7, 1)
REASON = "Asked for service in Swedish."


@pytest.fixture(autouse=True)
def _summer(db: None, settings) -> None:
    settings.KOKEILU_TODAY = JUNE
    translation.activate("en")
    actions.ensure_organisations(TRIAL)


@pytest.fixture
def customer(db: None) -> Person:
    """A customer of Helsinki."""
    with transaction.atomic():
        (person,) = people(extract(MAY), {})
    actions.run(TRIAL, date(2021, 6, 1))
    return person


@pytest.fixture
def lead(actor_of: Callable) -> Actor:
    return actor_of(Role.TEAM_LEAD, "helsinki")


def place(key: str) -> Organisation:
    return Organisation.objects.get(key=key)


def held(person: Person) -> Responsibility:
    return Responsibility.objects.current().get(person=person)


def decide(person: Person, actor: Actor, to: str = "espoo", **changes: object) -> IndividualTransfer:
    given = {"ground": "language_rights", "reason": REASON, "day": JUNE, "seen": held(person).pk} | changes
    return individual.transfer(person.pk, TRIAL, given.pop("ground"), place(to), actor=actor, **given)


@pytest.mark.django_db
def test_a_decision_moves_the_customer_with_ground_reason_decider_and_day(customer: Person, lead: Actor) -> None:
    made = decide(customer, lead)
    now = held(customer)
    assert (now.organisation.key, now.valid.lower, now.ground) == ("espoo", JUNE, "individual")
    assert (now.opened_by, made.came_from.key, made.goes_to.key) == (made.run, "helsinki", "espoo")
    assert (made.ground, made.reason, made.run.started_by, made.decided_in) == (
        "language_rights", REASON, lead.user, lead.organisation,
    )  # fmt: skip
    assert "language rights" in queries.reasons(now, "en")[0].text
    line = ChangeLog.objects.get(action="transfer.individual")
    assert (line.user, line.subject_id, line.new["organisation"]) == (lead.user, str(customer.pk), "espoo")
    assert REASON not in str(line.new)


@pytest.mark.django_db
@pytest.mark.parametrize("to", ["espoo", "te"])
def test_no_run_moves_the_customer_back_before_it_is_ended(
    customer: Person, lead: Actor, actor_of: Callable, to: str
) -> None:
    made = decide(customer, lead, to)
    report(extract(LATER), customer, {"municipality": "092"})
    for changed_only in (False, True):
        actions.run(TRIAL, LATER, changed_only=changed_only)
        assert held(customer).organisation.key == to
    there = actor_of(Role.TEAM_LEAD if to == "espoo" else Role.STATE_OFFICER, to)
    ended = individual.end(made.pk, "Wants back.", actor=there)
    assert (ended.ended_on, ended.ended_by, held(customer).organisation.key) == (JUNE, there.user, to)
    assert individual.end(made.pk, "", actor=there).end_reason == "Wants back."
    actions.run(TRIAL, date(2021, 7, 2), changed_only=True)
    assert held(customer).organisation.key == "vantaa-kerava"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"reason": " "}, "needs a reason in words"),
        ({"reason": "x" * 2001}, "needs a reason in words"),
        ({"day": date(2021, 6, 3)}, "still to come"),
        ({"day": date(2021, 5, 20)}, "has no transfer ground 'language_rights' on 2021-05-20"),
        ({"ground": "wish"}, "has no transfer ground 'wish'"),
        ({"to": "helsinki"}, "responsible already"),
        ({"to": "elsewhere"}, "nobody goes to"),
        ({"seen": 0}, "Somebody else is responsible by now"),
    ],
)
def test_what_is_no_decision_is_refused(customer: Person, lead: Actor, changes: dict, told: str) -> None:
    Organisation.objects.create(key="elsewhere", kind="trial_area", name_fi="E", name_sv="E", name_en="E")
    with pytest.raises(Problem, match=told) as refused:
        decide(customer, lead, **changes)
    assert refused.value.mend
    assert held(customer).organisation.key == "helsinki"
    assert not IndividualTransfer.objects.exists()


@pytest.mark.django_db
def test_a_day_before_the_present_responsibility_is_refused(actor_of: Callable, settings) -> None:
    settings.KOKEILU_TODAY = LATER
    (person,) = people(extract(MAY), {})
    actions.run(TRIAL, date(2021, 6, 20))
    with pytest.raises(Problem, match="responsible since 20 June 2021 only"):
        decide(person, actor_of(Role.TEAM_LEAD, "helsinki"))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("role", "organisation"),
    [(Role.WORKER, "helsinki"), (Role.TEAM_LEAD, "espoo"), (Role.STATE_OFFICER, "te"), (Role.ANALYST, "ely")],
)
def test_only_a_leader_of_the_responsible_organisation_decides(
    customer: Person, actor_of: Callable, role: Role, organisation: str
) -> None:
    with pytest.raises(PermissionDenied):
        decide(customer, actor_of(role, organisation))


@pytest.mark.django_db
def test_a_second_decision_replaces_the_first(customer: Person, lead: Actor, actor_of: Callable) -> None:
    first = decide(customer, lead)
    second = decide(customer, actor_of(Role.TEAM_LEAD, "espoo"), "porvoo")
    first.refresh_from_db()
    assert (first.ended_on, second.ended_on) == (JUNE, None)
    assert held(customer).organisation.key == "porvoo"
    assert list(IndividualTransfer.objects.holding(JUNE)) == [second]


@pytest.mark.django_db
def test_a_decision_is_undone_like_a_run_and_keeps_back_the_undoing_of_the_run_before(
    customer: Person, lead: Actor
) -> None:
    first = Run.objects.get(kind="full")
    made = decide(customer, lead)
    with pytest.raises(Problem, match="Later runs rest on it: Decision about one person, kuntakokeilu, 2 June 2021"):
        undo.undo(first.pk)
    undo.undo(made.pk)
    assert held(customer).organisation.key == "helsinki"
    assert not IndividualTransfer.objects.holding(JUNE).exists()
    undo.undo(first.pk)
    assert held(customer).organisation.key == "te"


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_is_told_that_somebody_else_was_first(customer: Person, actor_of: Callable) -> None:
    leads = [actor_of(Role.TEAM_LEAD, "helsinki") for _ in range(2)]
    seen = held(customer).pk

    def work(number: int) -> str:
        translation.activate("en")
        try:
            return decide(customer, leads[number], ("espoo", "porvoo")[number], seen=seen).goes_to.key
        except Problem as problem:
            return problem.what
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        told = sorted(pool.map(work, range(2)))
    assert told[0] == "Somebody else is responsible by now."
    assert held(customer).organisation.key == told[1]


@pytest.mark.django_db(transaction=True)
def test_it_does_not_wait_for_a_long_run(customer: Person, lead: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    from kokeilu.transfer.locking import RUN_LOCK

    monkeypatch.setattr(individual, "WAIT", "100ms")
    with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": psycopg.Cursor}) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [RUN_LOCK])
        with pytest.raises(Problem, match="Another run or an import is under way"):
            decide(customer, lead)


@pytest.mark.django_db
def test_two_organisations_on_a_day_are_refused_in_plain_words(customer: Person) -> None:
    with pytest.raises(Problem) as refused, changing() as cursor:
        cursor.execute(
            "INSERT INTO transfer_responsibility (person_id, organisation_id, valid, ground)"
            " VALUES (%s, %s, '[2021-06-10,)', 'intake')",
            [customer.pk, place("espoo").pk],
        )
    assert refused.value.what == (
        "Two organisations would be responsible for one person on the same day: Helsinki is on 1 June 2021 –,"
        " and another would be on 10 June 2021 –."
    )
