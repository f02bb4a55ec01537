"""Responsibility follows who is whom: unions, deaths, and both revoked."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.utils import translation

from kokeilu.law.definition import shipped
from kokeilu.problems import Problem
from kokeilu.register import statements
from kokeilu.register.models import Death, Person, Union
from kokeilu.transfer import actions, undo
from kokeilu.transfer.models import Responsibility, Run
from kokeilu.transfer.outbox_models import Delivery, Fault, State
from kokeilu.transfer.tests.people import FEBRUARY, OUT, START, extract, people

pytestmark = pytest.mark.django_db

TRIAL = "kuntakokeilu"


@pytest.fixture(autouse=True)
def today(settings) -> None:
    settings.KOKEILU_TODAY = date(2021, 3, 31)


def held(person: Person) -> list[tuple[date, date | None, str]]:
    """Who is responsible for a person, as (first day, end, organisation)."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    rows = Responsibility.objects.standing().filter(person=person).select_related("organisation").order_by("valid")
    return [(row.valid.lower, row.valid.upper, row.organisation.key) for row in rows]


def moved(*facts: dict[str, object]) -> list[Person]:
    """People as given, after a run."""
    actions.ensure_organisations(shipped(TRIAL))
    found = people(extract(), *facts)
    actions.run(shipped(TRIAL), START)
    return found


def test_a_person_of_two_records_has_one_responsible_organisation() -> None:
    customer, other = moved({}, OUT)
    before = held(customer), held(other)
    union = statements.merge(customer.pk, other.pk, "", actor=None).statement
    assert (held(customer), held(other)) == (before[0], [])
    assert isinstance(union, Union)
    statements.revoke(union, "", actor=None)
    assert (held(customer), held(other)) == before


def test_days_before_the_kept_record_are_those_of_the_other() -> None:
    (early,) = people(extract(date(2021, 1, 31)), {})
    (late,) = moved({})
    union = statements.merge(late.pk, early.pk, "", actor=None).statement
    assert held(late) == [
        (date(2021, 1, 31), FEBRUARY, "te"), (FEBRUARY, START, "te"), (START, None, "helsinki"),
    ]  # fmt: skip
    assert isinstance(union, Union)
    statements.revoke(union, "", actor=None)
    assert held(late) == [(FEBRUARY, START, "te"), (START, None, "helsinki")]
    assert held(early) == [(date(2021, 1, 31), START, "te"), (START, None, "helsinki")]


def test_responsibility_ends_with_the_day_of_death_and_comes_back() -> None:
    (customer,) = moved({})
    before = held(customer)
    for day in (START + timedelta(days=9), START, FEBRUARY):
        death = statements.record_death(customer.pk, day, "", actor=None).statement
        assert [end for _first, end, _key in held(customer)][-1] == day + timedelta(days=1)
        assert Responsibility.objects.on(day + timedelta(days=1)).filter(person=customer).count() == 0
        assert isinstance(death, Death)
        statements.revoke(death, "", actor=None)
        assert _joined(held(customer)) == before


@pytest.mark.parametrize("day", [FEBRUARY, START])
def test_a_run_before_a_death_is_not_undone_beneath_it(day: date) -> None:
    """The death, revoked, brings back what the run gave, also where none of its days was left."""
    customer, _other = moved({}, {})
    run = Run.objects.deciding().get()
    before = held(customer)
    death = statements.record_death(customer.pk, day, "", actor=None).statement
    with translation.override("en"), pytest.raises(Problem, match="rest on it: Statement on who is whom, 28"):
        undo.undo(run.pk, "wrong")
    assert isinstance(death, Death)
    statements.revoke(death, "", actor=None)
    assert _joined(held(customer)) == before


def _joined(rows: list[tuple[date, date | None, str]]) -> list[tuple[date, date | None, str]]:
    """Rows of one organisation that follow each other as one."""
    found: list[tuple[date, date | None, str]] = []
    for first, end, key in rows:
        if found and found[-1][1:] == (first, key):
            found[-1] = (found[-1][0], end, key)
        else:
            found.append((first, end, key))
    return found


def test_whoever_is_merged_or_dead_is_neither_decided_nor_moved() -> None:
    actions.ensure_organisations(shipped(TRIAL))
    kept, merged, dead = people(extract(), {}, {}, {})
    statements.merge(kept.pk, merged.pk, "", actor=None)
    statements.record_death(dead.pk, FEBRUARY, "", actor=None)
    run = actions.run(shipped(TRIAL), START).run
    assert list(run.decisions.values_list("person", flat=True)) == [kept.pk]
    assert held(kept)[-1] == (START, None, "helsinki")
    assert (held(merged), held(dead)) == ([], [(FEBRUARY, START, "te")])


def test_what_was_decided_while_records_were_one_stays_with_the_kept_one_and_is_told() -> None:
    actions.ensure_organisations(shipped(TRIAL))
    kept, merged = people(extract(), {}, OUT)
    union = statements.merge(kept.pk, merged.pk, "", actor=None).statement
    actions.run(shipped(TRIAL), START)
    assert isinstance(union, Union)
    with translation.override("en"):
        notes = statements.revoke(union, "", actor=None).notes
    assert "Helsin" in str(notes[0])
    assert "until somebody has looked at it" in str(notes[1])
    assert len(notes) == 2
    assert (held(kept)[-1][2], held(merged)) == ("helsinki", [(FEBRUARY, None, "te")])


def test_statements_are_no_runs_to_a_reader() -> None:
    customer, other = moved({}, OUT)
    statements.merge(customer.pk, other.pk, "", actor=None)
    assert Run.objects.deciding().count() == 1
    assert Run.objects.filter(kind=Run.Kind.IDENTITY).count() == 1


def test_to_the_dead_nothing_is_sent() -> None:
    customer, other = moved({}, {})
    waiting = Delivery.objects.filter(notice__person=customer)
    assert set(waiting.values_list("state", flat=True)) == {State.WAITING}
    notes = statements.record_death(customer.pk, START, "", actor=None).notes
    assert len(notes) == 1
    assert set(waiting.values_list("state", "fault")) == {(State.CANCELLED, Fault.DECEASED)}
    assert Delivery.objects.filter(notice__person=other, state=State.WAITING).exists()
