"""A nightly run asks only about people of whom something changed, and leaves what a run of everybody would leave."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from kokeilu import clock
from kokeilu.law.definition import shipped
from kokeilu.problems import Problem
from kokeilu.register.actions import import_extracts
from kokeilu.register.models import Details, Person
from kokeilu.register.tests import people as register
from kokeilu.transfer import actions, nightly, queries, undo
from kokeilu.transfer.models import Responsibility, Run
from kokeilu.transfer.tests.people import OUT, START, UNDECIDED, close, extract, people, report

pytestmark = pytest.mark.django_db

TRIAL = shipped("kuntakokeilu")
FEBRUARY, MARCH, APRIL = date(2021, 2, 28), date(2021, 3, 31), date(2021, 4, 1)


@pytest.fixture(autouse=True)
def _organisations(db: None) -> None:
    actions.ensure_organisations(TRIAL)


def asked(on: date) -> set:
    """About whom a nightly run of the day asks."""
    with connection.cursor() as cursor:
        found = nightly.changed_since_last_run(cursor, TRIAL, on)
    return None if found is None else set(found)


def ids(*persons: Person) -> set[str]:
    return {str(person.pk) for person in persons}


def test_without_a_run_before_it_asks_about_everybody() -> None:
    people(extract(), {}, OUT)
    result = actions.run(TRIAL, START, changed_only=True)
    assert (result.run.kind, result.counts.total()) == ("full", 2)


def test_it_asks_about_those_whose_facts_changed() -> None:
    source = extract()
    same, moves, gone, _out = people(source, {}, {}, {}, OUT)
    actions.run(TRIAL, START)
    assert asked(MARCH) == set()
    later = extract(MARCH)
    report(later, moves, {"municipality": "049"})
    close(later, [gone])
    (new,) = people(later, {})
    assert asked(MARCH) == ids(moves, gone, new)
    result = actions.run(TRIAL, MARCH, changed_only=True)
    assert (result.run.kind, result.counts.total(), result.counts.moved) == ("changed", 3, 2)
    keys = dict(Responsibility.objects.on(MARCH).values_list("person", "organisation__key"))
    assert keys == {same.pk: "helsinki", moves.pk: "espoo", gone.pk: "helsinki", _out.pk: "te", new.pk: "helsinki"}


def test_it_asks_about_birthdays_between_the_days() -> None:
    born = [date(1991, 3, 2), date(1991, 3, 10), date(1992, 2, 29), date(1991, 3, 1)]
    today, later, leap, before = people(extract(), *({**OUT, "birth_date": day} for day in born))
    actions.run(TRIAL, date(2021, 2, 28) + timedelta(days=1))
    assert asked(date(2021, 3, 2)) == ids(today)
    assert asked(date(2021, 3, 10)) == ids(today, later)
    assert nightly.birthdays(date(2021, 2, 28), START) == ["0229", "0301"]
    assert not asked(START) & ids(leap, before)


def test_it_asks_about_everybody_where_the_law_changes() -> None:
    people(extract(), {})
    actions.run(TRIAL, date(2021, 5, 30))
    assert asked(date(2021, 5, 31)) == set()
    assert asked(date(2021, 6, 1)) is None
    assert actions.run(TRIAL, date(2021, 6, 1), changed_only=True).run.kind == "full"


def test_it_asks_about_whom_an_undo_gave_back() -> None:
    source = extract()
    (person, _other) = people(source, {}, {})
    actions.run(TRIAL, START)
    later = extract(MARCH)
    report(later, person, {"municipality": "257"})
    undo.undo(actions.run(TRIAL, MARCH, changed_only=True).run.pk)
    assert asked(APRIL) == ids(person)
    assert actions.run(TRIAL, APRIL, changed_only=True).counts.moved == 1


def test_the_same_night_twice_changes_nothing() -> None:
    people(extract(), {})
    first = actions.run(TRIAL, START)
    assert actions.run(TRIAL, START, changed_only=True).run == first.run
    night = actions.run(TRIAL, APRIL, changed_only=True)
    assert actions.run(TRIAL, APRIL, changed_only=True).done_before
    assert night.counts.total() == 0


def test_the_undecided_are_those_of_the_last_run_of_everybody_and_since() -> None:
    source = extract()
    stays, decided, gone, _inside = people(source, UNDECIDED, UNDECIDED, UNDECIDED, {})
    actions.run(TRIAL, START)
    later = extract(MARCH)
    report(later, decided, {})
    close(later, [gone])
    (new,) = people(later, UNDECIDED)
    actions.run(TRIAL, MARCH, changed_only=True)
    newest = queries.latest_run("kuntakokeilu")
    assert {each.person_id for each in queries.undecided(newest)} == {stays.pk, new.pk}
    assert queries.missing_facts(newest) == {"earnings_related_right": 2}


# -- the same result as a run of everybody ---------------------------------------------------------

PEOPLE = 6
HOMES = ["091", "049", "257", None]
BORN = [date(1991, 3, day) for day in (3, 15, 29)] + [date(1980, 5, 5)]


@st.composite
def reports(draw: st.DrawFn) -> dict[int, dict[str, Any]]:
    """What an extract says of whom; who is left out is not reported."""
    chosen = draw(st.sets(st.integers(0, PEOPLE - 1), min_size=1))
    return {number: draw(FACTS) for number in sorted(chosen)}


FACTS = st.fixed_dictionaries(
    {
        "municipality": st.sampled_from(HOMES),
        "earnings_related_right": st.sampled_from([True, True, False, None]),
        "job_search_valid": st.sampled_from([True, True, True, False, None]),
        "employment_code": st.sampled_from(["02", "02", "03", "01"]),
    }
)
STEP = st.one_of(
    st.tuples(st.just("extract"), reports(), st.integers(1, 40)),
    st.tuples(st.just("correction"), reports(), st.integers(0, 3)),
    st.tuples(st.just("run"), st.integers(0, 45)),
    st.tuples(st.just("run"), st.integers(0, 3)),
    st.tuples(st.just("undo")),
)


@settings(
    max_examples=15,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # an example takes a second: a failure is told as it is
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(reports(), st.lists(STEP, min_size=3, max_size=9))
def test_it_leaves_what_a_run_of_everybody_leaves(first: dict, steps: list[tuple]) -> None:
    """Any sequence of extracts, corrections, runs and undos, once with every run of everybody and once with each run
    after the first asking only about whom something changed.

    Equal are: the responsibilities that stand (person, organisation, days, ground, the days of their runs), and the
    newest decision (outcome, area, pattern, missing facts) about everybody about whom a run of everybody decides on the
    day: those whom the register reports then, and customers. About others the last decision is left as it was.
    """
    outcomes = []
    for changed_only in (False, True):
        with rolled_back():
            outcomes.append(play(first, steps, changed_only=changed_only))
    full, night = outcomes
    for (step, responsible, decisions), (_same, responsible_then, asked_then) in zip(full, night, strict=True):
        assert responsible_then == responsible, step
        assert {person: asked_then[person] for person in decisions} == decisions, step


@contextmanager
def rolled_back() -> Iterator[None]:
    with transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "today", lambda: date(2030, 1, 1))
        yield
        transaction.set_rollback(True)


def play(first: dict, steps: list[tuple], *, changed_only: bool) -> list[tuple]:
    """After each step: the step, who is responsible for whom, and the newest decision about each."""
    states = []
    with tempfile.TemporaryDirectory() as folder:
        days = [FEBRUARY]
        load(Path(folder), first, FEBRUARY)
        today = actions.run(TRIAL, START).run.on
        for number, step in enumerate(steps):
            match step:
                case ("extract", said, after):
                    days.append(days[-1] + timedelta(days=after))
                    load(Path(folder) / str(number), said, days[-1])
                case ("correction", said, back):
                    day = days[-1 - back % len(days)]
                    load(Path(folder) / str(number), said, day, correction=True)
                case ("run", after):
                    today = max(today + timedelta(days=after), days[-1])
                    try:
                        actions.run(TRIAL, today, changed_only=changed_only)
                    except Problem as problem:
                        assert "later day" in problem.what, problem
                case ("undo",):
                    newest = Run.objects.standing().order_by("-finished_at").first()
                    if newest.on > START:
                        undo.undo(newest.pk)
            states.append((step, responsibilities(), decisions()))
    return states


def load(folder: Path, said: dict, as_of: date, *, correction: bool = False) -> None:
    folder.mkdir(exist_ok=True)
    rows = [
        register.person(number, person=register.code(born, 900 + number), birth_date=born, family_name=str(number))
        | facts
        for number, facts in said.items()
        for born in [BORN[number % len(BORN)]]
    ]
    import_extracts([(register.write(folder / f"register-{as_of}.parquet", rows), as_of)], correction=correction)


def names() -> dict:
    return dict(Details.objects.values_list("person", "family_name"))


def responsibilities() -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    called = names()
    rows = Responsibility.objects.standing().values_list(
        "person", "organisation__key", "valid", "ground", "decision__run__on", "closed_by__on"
    )
    return sorted(((called[person], *rest) for person, *rest in rows), key=lambda row: (row[0], row[2].lower))


def decisions() -> dict[str, tuple]:
    newest = queries.newest_decisions(queries.latest_run("kuntakokeilu"))
    called = names()
    rows = newest.values_list("person", "outcome", "area", "pattern", "missing")
    return {called[person]: tuple(rest) for person, *rest in rows}
