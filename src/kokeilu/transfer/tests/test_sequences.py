"""Any sequence of imports and runs keeps exactly one responsible organisation for everybody on every day."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kokeilu.law.definition import shipped
from kokeilu.problems import Problem
from kokeilu.register.models import Person
from kokeilu.transfer import actions
from kokeilu.transfer.models import Responsibility
from kokeilu.transfer.tests.people import OUT, UNDECIDED, close, extract, people, report

TRIAL = shipped("kuntakokeilu")
FIRST = date(2021, 2, 28)
LAST_DAY = date(2030, 1, 1)

FACTS = st.sampled_from([{}, OUT, UNDECIDED, {"municipality": "049"}, {"municipality": "257"}, {"municipality": None}])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("import"), st.integers(0, 20), st.lists(st.none() | FACTS, min_size=4, max_size=4), FACTS),
        st.tuples(st.just("run"), st.integers(0, 20)),
        st.tuples(st.just("preview"), st.integers(0, 20)),
    ),
    max_size=8,
)


@pytest.fixture(autouse=True)
def _organisations(db: None) -> None:
    actions.ensure_organisations(TRIAL)


@pytest.mark.django_db
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_exactly_one_organisation_each_day(steps: list[tuple]) -> None:
    with transaction.atomic():
        day = FIRST
        people(extract(day), {}, OUT, UNDECIDED, {"municipality": None})
        for step in steps:
            day += timedelta(days=step[1])
            apply(step, day)
            check()
        transaction.set_rollback(True)


def apply(step: tuple[Any, ...], day: date) -> None:
    """One step: facts of known people (None: the extract does not have them) and a new person; or a run."""
    if step[0] == "import":
        source = extract(day)
        for person, facts in zip(Person.objects.order_by("known_since", "pk"), step[2], strict=False):
            if facts is None:
                close(source, [person])
            else:
                report(source, person, facts)
        people(source, step[3])
        return
    try:
        (actions.run if step[0] == "run" else actions.preview)(TRIAL, day)
    except Problem as problem:
        assert day < date(2021, 3, 1) or day >= date(2021, 6, 1), problem  # the version's days


def check() -> None:
    """The database's own check, and the same said in plain Python around every day on which something changes."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    standing = list(Responsibility.objects.standing())
    for person in Person.objects.order_by("pk"):
        held = [each.valid for each in standing if each.person_id == person.pk]
        ends = {end for valid in held for end in (valid.lower, valid.upper) if end}
        for day in {near for end in ends for near in (end - timedelta(days=1), end)} | {LAST_DAY}:
            assert sum(day in valid for valid in held) == (day >= person.known_since), (person, day)
        assert sum(valid.upper is None for valid in held) == 1
