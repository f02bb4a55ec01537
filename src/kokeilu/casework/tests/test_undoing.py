"""Assignments keep the undoing of a run back until somebody accepts that they lapse, and go on under restored rows."""

from datetime import date

import pytest
from django.db import connection
from django.utils import translation

from kokeilu.access.models import Organisation
from kokeilu.casework import actions
from kokeilu.casework.models import Assignment, WorkerProfile
from kokeilu.casework.tests.conftest import City, settle
from kokeilu.casework.undoing import carry_over
from kokeilu.law.definition import shipped
from kokeilu.problems import Problem
from kokeilu.transfer import actions as transfer
from kokeilu.transfer import undo
from kokeilu.transfer.models import Responsibility, Run
from kokeilu.transfer.tests import people as register

pytestmark = pytest.mark.django_db

TRIAL = shipped("kuntakokeilu")
START, MARCH = date(2021, 3, 1), date(2021, 3, 31)


@pytest.fixture
def moved(city: City) -> tuple[Run, WorkerProfile]:
    """Two customers of Helsinki who have a responsible worker, and the run that moved them there."""
    translation.activate("en")
    transfer.ensure_organisations(TRIAL)
    register.people(register.extract(), {}, {})
    run = transfer.run(TRIAL, START).run
    worker = city.worker()
    assert actions.assign("helsinki", START, actor=None).assigned == 2
    return run, worker


def test_assignments_keep_an_undo_back_until_they_are_given_up(moved: tuple) -> None:
    run, _worker = moved
    told = r"2 customers have been given a responsible worker since: Helsinki 2 \(1 workers\)"
    with pytest.raises(Problem, match=told) as refused:
        undo.undo(run.pk)
    assert refused.value.mend == "accept that these lose their force: assignments"
    assert [each.key for each in undo.preview(run.pk).lapsing] == ["assignments"]
    assert undo.undo(run.pk, accept=["assignments"]).people == 2
    assert Assignment.objects.count() == 2  # nothing is deleted
    assert not Assignment.objects.on(MARCH).exists()


def test_an_assignment_goes_on_where_its_customer_comes_back(moved: tuple) -> None:
    _run, worker = moved
    person = Responsibility.objects.current().filter(organisation__key="helsinki").order_by("person")[0].person
    register.report(register.extract(MARCH), person, {"municipality": "257"})
    away = transfer.run(TRIAL, MARCH).run
    assert not Assignment.objects.on(MARCH).filter(person=person).exists()
    undo.undo(away.pk)
    settle()
    assert Assignment.objects.on(MARCH).get(person=person).worker == worker
    assert Assignment.objects.on(START).get(person=person).worker == worker


def test_a_corrected_customer_keeps_the_worker_for_the_days_that_stay(moved: tuple) -> None:
    """The carrying over itself: of two rows in one place each keeps its own days."""
    _run, worker = moved
    old = Assignment.objects.order_by("pk")[0]
    state = Organisation.objects.get(key="te")
    with connection.cursor() as cursor:
        made = Run.objects.create(
            kind="correction", trial="kuntakokeilu", version=START, definition_sha256="0" * 64, on=START,
            extract=Run.objects.get().extract, counts={},
        )  # fmt: skip
        Responsibility.objects.filter(pk=old.responsibility_id).update(superseded_by=made)
        place = {"person_id": old.person_id, "ground": "correction", "opened_by": made}
        new = Responsibility.objects.create(organisation=old.organisation, valid=(START, MARCH), **place)
        Responsibility.objects.create(organisation=state, valid=(MARCH, None), **place)
        cursor.execute("CREATE TEMP TABLE carried (old bigint, new bigint, days daterange) ON COMMIT DROP")
        cursor.execute("INSERT INTO carried VALUES (%s, %s, '[2021-03-10,)')", [old.responsibility_id, new.pk])
        carry_over(cursor)
        cursor.execute("DROP TABLE carried")
    settle()
    kept = Assignment.objects.on(date(2021, 3, 15)).get(person=old.person_id)
    assert (kept.worker, kept.responsibility, kept.valid.lower) == (worker, new, date(2021, 3, 10))
    assert not Assignment.objects.on(MARCH).filter(person=old.person_id).exists()
