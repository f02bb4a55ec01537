"""A run decides about everybody and moves responsibility; a preview does the same and rolls back."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied

from kokeilu.access.models import ChangeLog, Organisation, Role
from kokeilu.law.definition import shipped
from kokeilu.problems import Problem
from kokeilu.transfer import actions
from kokeilu.transfer.models import Decision, Message, Notice, Responsibility, Run
from kokeilu.transfer.tests.people import FEBRUARY, OUT, START, UNDECIDED, extract, people

pytestmark = pytest.mark.django_db

TRIAL = shipped("kuntakokeilu")


@pytest.fixture(autouse=True)
def _organisations(db: None) -> None:
    actions.ensure_organisations(TRIAL)


def responsible(person: object, day: date) -> str:
    return Responsibility.objects.on(day).get(person=person).organisation.key


def test_those_whom_the_law_includes_move_on_the_day_and_nobody_else() -> None:
    inside, outside, unclear, elsewhere = people(
        extract(), {}, OUT, UNDECIDED, {"municipality": "257"}
    )  # Kirkkonummi is in no trial area
    result = actions.run(TRIAL, START)
    assert result.run is not None
    assert not result.done_before
    assert [responsible(inside, day) for day in (FEBRUARY, START, date(2030, 1, 1))] == ["te", "helsinki", "helsinki"]
    assert {responsible(person, START) for person in (outside, unclear, elsewhere)} == {"te"}
    outcomes = dict(Decision.objects.values_list("person", "outcome"))
    assert outcomes == {inside.pk: "in", outside.pk: "out", unclear.pk: "undecided", elsewhere.pk: "out"}
    assert (result.counts.total(), result.counts.total("moved")) == (4, 1)
    assert result.counts.missing == {"earnings_related_right": 1}
