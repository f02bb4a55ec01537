"""Corrected facts give a list of differences; who confirms it makes the responsibilities that should have stood."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.utils import translation

from kokeilu.access.models import ChangeLog, Role
from kokeilu.law.definition import shipped
from kokeilu.problems import Problem
from kokeilu.register.actions import import_extracts
from kokeilu.register.models import Details
from kokeilu.register.tests import people as register
from kokeilu.transfer import actions, correction, replay, undo
from kokeilu.transfer.models import Decision, Delivery, Notice, Responsibility
from kokeilu.transfer.replay import Segment
from kokeilu.transfer.tests.outbox import post

pytestmark = pytest.mark.django_db

TRIAL = shipped("kuntakokeilu")
JANUARY, FEBRUARY, MARCH = date(2021, 1, 31), date(2021, 2, 28), date(2021, 3, 31)
START = date(2021, 3, 1)
RIGHT = {"benefit": "earnings_related", "earnings_related_right": True}


@pytest.fixture(autouse=True)
def _in_english(db: None) -> None:
    actions.ensure_organisations(TRIAL)
    translation.activate("en")


@pytest.fixture
def load(tmp_path: Path) -> Callable:
    """Import an extract of numbered people with facts; `correction` where the day was reported before."""

    def do(as_of: date, people: dict[int, dict], *, correction: bool = False) -> None:
        rows = [register.person(number, family_name=str(number)) | facts for number, facts in people.items()]
        path = register.write(tmp_path / f"register-{as_of}-{correction}.parquet", rows)
        import_extracts([(path, as_of)], correction=correction)

    return do


def person(number: int) -> object:
    return Details.objects.filter(family_name=str(number)).values_list("person", flat=True)[:1].get()


def told(found: correction.Differences) -> list[tuple]:
    return sorted(
        (Details.objects.filter(person=c.person)[:1].get().family_name, c.since, c.until, c.held_by, c.belongs_to)
        for c in found.changes
    )


def history(number: int) -> list[tuple]:
    rows = Responsibility.objects.standing().filter(person=person(number)).order_by("valid")
    return [(row.organisation.key, row.valid.lower, row.valid.upper, row.ground) for row in rows]


def settle() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def test_without_a_correction_nothing_differs(load: Callable) -> None:
    load(FEBRUARY, {0: {}, 1: RIGHT, 2: {"municipality": "049"}})
    actions.run(TRIAL, START)
    load(MARCH, {0: {"municipality": "049"}, 1: {}, 3: {}})
    actions.run(TRIAL, MARCH, changed_only=True)
    assert correction.differences(TRIAL).changes == ()


def test_the_list_says_whose_responsibility_changes_from_when_to_when(load: Callable) -> None:
    load(FEBRUARY, {0: {}, 1: RIGHT, 2: {}, 3: {}})
    actions.run(TRIAL, START)
    load(MARCH, {0: {}, 1: {}, 2: {}, 3: {}})
    actions.run(TRIAL, MARCH)
    load(FEBRUARY, {0: RIGHT, 1: {}, 2: {"municipality": "049"}, 3: {"city": "Espoo"}}, correction=True)
    found = correction.differences(TRIAL)
    assert told(found) == [
        ("0", START, MARCH, "helsinki", "te"),  # was not in before the end of March
        ("1", START, MARCH, "te", "helsinki"),  # was in from the first day on
        ("2", START, MARCH, "helsinki", "espoo"),  # lived in Espoo until the end of March
    ]
    assert found.to_tell == frozenset()


def test_confirmed_it_supersedes_and_writes_what_should_have_stood(load: Callable, actor_of: Callable) -> None:
    load(FEBRUARY, {0: {}, 1: RIGHT})
    actions.run(TRIAL, START)
    post()
    load(FEBRUARY, {0: RIGHT, 1: {}}, correction=True)
    found = correction.differences(TRIAL)
    assert len(found.to_tell) == 2
    before = Responsibility.objects.count()
    actor = actor_of(Role.STATE_OFFICER, "te")
    done = correction.confirm(TRIAL, found.state, reason="the benefit was wrong", actor=actor)
    settle()
    assert history(0) == [("te", FEBRUARY, None, "correction")]
    assert history(1) == [("te", FEBRUARY, START, "correction"), ("helsinki", START, None, "correction")]
    assert (done.people, done.told, done.run.kind) == (2, 2, "correction")
    assert Responsibility.objects.count() > before  # nothing was deleted
    assert Decision.objects.filter(run=done.run).count() == 2
    bodies = dict(Notice.objects.filter(run=done.run).values_list("person", "message__body"))
    assert set(bodies) == set(found.persons)
    assert Delivery.objects.filter(notice__run=done.run, channel="letter").count() == 2
    assert correction.differences(TRIAL).changes == ()
    line = ChangeLog.objects.get(action="transfer.correct")
    assert (line.user, line.new["people"], line.new["told"]) == (actor.user, 2, 2)


def test_chosen_people_only(load: Callable) -> None:
    load(FEBRUARY, {0: {}, 1: {}})
    actions.run(TRIAL, START)
    load(FEBRUARY, {0: RIGHT, 1: RIGHT}, correction=True)
    found = correction.differences(TRIAL)
    assert correction.confirm(TRIAL, found.state, [person(0)]).people == 1
    assert told(correction.differences(TRIAL)) == [("1", START, None, "helsinki", "te")]
    with pytest.raises(Problem, match="Nobody on the list is chosen"):
        correction.confirm(TRIAL, correction.differences(TRIAL).state, [person(0)])


@pytest.mark.parametrize("what", ["correction", "run"])
def test_a_list_that_changed_since_is_refused(load: Callable, what: str) -> None:
    load(FEBRUARY, {0: {}, 1: {}})
    actions.run(TRIAL, START)
    load(FEBRUARY, {0: RIGHT, 1: {}}, correction=True)
    seen = correction.differences(TRIAL).state
    if what == "correction":
        load(FEBRUARY, {0: RIGHT, 1: RIGHT}, correction=True)
    else:
        actions.run(TRIAL, date(2021, 3, 2))
    before = history(0)
    with pytest.raises(Problem, match="The list has changed since you looked at it"):
        correction.confirm(TRIAL, seen)
    assert history(0) == before


def test_a_confirmation_is_undone_like_a_run(load: Callable) -> None:
    load(FEBRUARY, {0: {}, 1: RIGHT})
    actions.run(TRIAL, START)
    load(FEBRUARY, {0: RIGHT, 1: {}}, correction=True)
    before = [history(0), history(1)]
    found = correction.differences(TRIAL)
    undo.undo(correction.confirm(TRIAL, found.state).run.pk)
    settle()
    assert [history(0), history(1)] == before
    assert correction.differences(TRIAL).state == found.state


def test_the_next_nightly_run_leaves_what_was_corrected(load: Callable) -> None:
    load(FEBRUARY, {0: {}, 1: RIGHT})
    actions.run(TRIAL, START)
    load(FEBRUARY, {0: {"municipality": "049"}, 1: {}}, correction=True)
    correction.confirm(TRIAL, correction.differences(TRIAL).state)
    assert actions.run(TRIAL, date(2021, 3, 2), changed_only=True).counts.moved == 0
    assert [row[0] for row in history(0)] == ["te", "espoo"]


def test_who_was_known_earlier_would_have_moved_with_the_others(load: Callable) -> None:
    load(FEBRUARY, {0: {}})
    actions.run(TRIAL, START)
    load(MARCH, {0: {}, 1: {}})
    actions.run(TRIAL, MARCH)
    load(FEBRUARY, {0: {}, 1: {}}, correction=True)
    assert told(correction.differences(TRIAL)) == [("1", START, MARCH, "te", "helsinki")]


def test_only_the_state_officer_confirms(load: Callable, actor_of: Callable) -> None:
    load(FEBRUARY, {0: {}})
    for role in set(Role) - {Role.STATE_OFFICER}:
        with pytest.raises(PermissionDenied):
            correction.confirm(TRIAL, "", actor=actor_of(role, "helsinki"))


def test_differences_of_timelines_are_whole_days_and_joined() -> None:
    stands = (Segment("te", JANUARY, START), Segment("helsinki", START, None))
    should = (Segment("te", JANUARY, MARCH), Segment("espoo", MARCH, None))
    key = "00000000-0000-4000-8000-000000000001"
    found = [(c.since, c.until, c.held_by, c.belongs_to) for c in replay.changes({key: stands}, {key: should})]
    assert found == [(START, MARCH, "helsinki", "te"), (MARCH, None, "helsinki", "espoo")]
    parted = (Segment("te", JANUARY, FEBRUARY), Segment("te", FEBRUARY, START), Segment("helsinki", START, None))
    assert replay.changes({key: stands}, {key: parted}) == []
