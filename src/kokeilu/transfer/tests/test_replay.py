"""Corrected and confirmed, everybody has the responsibilities that right facts would have given at once."""

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
from kokeilu.register.actions import import_extracts
from kokeilu.register.models import Details
from kokeilu.register.tests import people as register
from kokeilu.transfer import actions, correction
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


def play(said: list[list[dict]], wrong: int | None = None, right: list[dict] | None = None) -> dict[str, list[tuple]]:
    """Import and run month by month, then correct one of the extracts and confirm all; who is responsible when."""
    with transaction.atomic(), pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as folder:
        patch.setattr(clock, "today", lambda: date(2030, 1, 1))
        for number, (facts, as_of, on) in enumerate(zip(said, DAYS, RUNS, strict=True)):
            load(Path(folder) / f"{number}.parquet", facts, as_of)
            actions.run(TRIAL, on, changed_only=number > 0)
        assert correction.differences(TRIAL).changes == ()
        if wrong is not None and right is not None:
            load(Path(folder) / "right.parquet", right, DAYS[wrong], correction=True)
            found = correction.differences(TRIAL)
            if found.changes:
                correction.confirm(TRIAL, found.state)
            assert correction.differences(TRIAL).changes == ()
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        held = timelines()
        transaction.set_rollback(True)
    return held


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
