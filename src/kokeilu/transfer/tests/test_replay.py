"""Confirmed, everybody has the responsibilities that right facts, extracts in time and early statements would give."""

import tempfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from kokeilu import clock
from kokeilu.law.definition import shipped
from kokeilu.register import statements
from kokeilu.register.actions import import_extracts
from kokeilu.register.models import Death, Details, Protection, Union
from kokeilu.register.queries import find_person
from kokeilu.register.tests import people as register
from kokeilu.transfer import actions, correction
from kokeilu.transfer.differences import differences
from kokeilu.transfer.models import Responsibility

pytestmark = pytest.mark.django_db

TRIAL = shipped("kuntakokeilu")
DAYS = [date(2021, 2, 28), date(2021, 3, 31), date(2021, 6, 30)]
RUNS = [date(2021, 3, 1), date(2021, 3, 31), date(2021, 7, 1)]
PEOPLE = 4

FACTS = st.fixed_dictionaries(
    {
        "municipality": st.sampled_from(["091", "049", "257", None]),
        "earnings_related_right": st.sampled_from([True, False, None]),
        "job_search_valid": st.sampled_from([True, True, False]),
    }
)
# What an extract says of everybody.
SAID = st.lists(FACTS, min_size=PEOPLE, max_size=PEOPLE)
# What is stated of people, and after which run.
STATED = st.tuples(st.sampled_from(["merge", "new code", "death", "protection"]), st.integers(0, 2))


@pytest.fixture(autouse=True)
def _organisations(db: None) -> None:
    actions.ensure_organisations(TRIAL)


@settings(
    max_examples=15,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(SAID, min_size=3, max_size=3), st.integers(0, 2), SAID)
def test_a_confirmed_correction_is_as_if_the_facts_had_been_right(
    said: list[list[dict]], wrong: int, right: list[dict]
) -> None:
    later = play(said, wrong, right)
    at_once = play([right if number == wrong else facts for number, facts in enumerate(said)])
    assert later == at_once


@settings(
    max_examples=20,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    st.lists(SAID, min_size=3, max_size=3), st.integers(0, 2), SAID, STATED,
    st.sampled_from([None, 1, 2]), st.booleans(),
)  # fmt: skip
def test_whatever_came_to_be_known_late_is_confirmed_as_if_it_had_been_known_in_time(
    said: list[list[dict]], wrong: int, right: list[dict], stated: tuple[str, int], late: int | None, revoked: bool
) -> None:
    what, after = stated
    later = play(said, wrong, right, late=late, stated=(what, after), revoked=revoked)
    in_time = [right if number == wrong else facts for number, facts in enumerate(said)]
    in_time_stated = 1 if what == "death" else -1  # nobody knows of a death before it
    at_once = play(in_time) if revoked else play(in_time, stated=(what, in_time_stated))
    assert later == at_once


def play(
    said: list[list[dict]], wrong: int | None = None, right: list[dict] | None = None, *,
    late: int | None = None, stated: tuple[str, int] = ("nothing", -1), revoked: bool = False,
) -> dict[str, list[tuple]]:  # fmt: skip
    """Import and run month by month, then correct one of the extracts and confirm all; who is responsible when.

    The extract `late` is imported after the run of its day; `stated` is stated after a run (-1: before the first), and
    revoked at the end.
    """
    with transaction.atomic(), pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as folder:
        patch.setattr(clock, "today", lambda: date(2030, 1, 1))
        what, after = stated
        for number, (facts, as_of, on) in enumerate(zip(said, DAYS, RUNS, strict=True)):
            steps = [lambda f=facts, d=as_of, n=number: load(Path(folder) / f"{n}.parquet", f, d)]
            if number == 0 and after < 0:
                steps.append(lambda: state(what))
            steps.insert(0 if number == late else len(steps), lambda d=on, n=number: run(d, n))
            if number == after:
                steps.append(lambda: state(what))
            for step in steps:
                step()
        if late is None and after < 0:
            assert differences(TRIAL).changes == ()
        if wrong is not None and right is not None:
            load(Path(folder) / "right.parquet", right, DAYS[wrong], correction=True)
        if revoked:
            for statement in [*Union.objects.all(), *Death.objects.all(), *Protection.objects.all()]:
                statements.revoke(statement, "", actor=None)
        found = differences(TRIAL)
        if found.changes:
            assert set(found.causes) == set(found.persons)
            correction.confirm(TRIAL, found.state)
        assert differences(TRIAL).changes == ()
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        held = timelines()
        transaction.set_rollback(True)
    return held


def run(on: date, number: int) -> None:
    actions.run(TRIAL, on, changed_only=number > 0)


def state(what: str) -> None:
    """State something of the first people."""
    first, second, third = (find_person(register.person(number)["person"]) for number in range(3))
    if what == "merge":
        statements.merge(first, second, "", actor=None)
    elif what == "new code":
        statements.add_code(third, register.person(50)["person"], "", actor=None)
    elif what == "death":
        statements.record_death(second, date(2021, 4, 15), "", actor=None)
    elif what == "protection":
        statements.protect(third, date(2021, 3, 1), "", actor=None)


def load(path: Path, facts: list[dict[str, Any]], as_of: date, *, correction: bool = False) -> None:
    rows = [register.person(number, family_name=str(number)) | each for number, each in enumerate(facts)]
    import_extracts([(register.write(path, rows), as_of)], correction=correction)


def timelines() -> dict[str, list[tuple]]:
    """Of each person the organisations and days; neighbours of one organisation are one."""
    called = dict(Details.objects.values_list("person", "family_name"))
    rows = Responsibility.objects.standing().order_by("person", "valid")
    found: dict[str, list[tuple]] = {}
    for person, key, valid in rows.values_list("person", "organisation__key", "valid"):
        mine = found.setdefault(called[person], [])
        if mine and mine[-1][0] == key:
            mine[-1] = (key, mine[-1][1], valid.upper)
        else:
            mine.append((key, valid.lower, valid.upper))
    return found
