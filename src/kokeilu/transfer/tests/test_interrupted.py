"""Two runs never interleave, and one that is killed at any moment leaves nothing behind."""

import os
import random
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import psycopg
import pytest
from django.db import connection, transaction
from django.utils import translation

from kokeilu.law.definition import shipped
from kokeilu.problems import Problem
from kokeilu.register.models import Extract, Person
from kokeilu.register.transaction import IMPORT_LOCK
from kokeilu.transfer import actions, locking, undo, writing
from kokeilu.transfer.models import Decision, Message, Notice, Responsibility, Run
from kokeilu.transfer.tests.people import OUT, START, UNDECIDED, extract, people, report

pytestmark = pytest.mark.django_db(transaction=True)

TRIAL = shipped("kuntakokeilu")
MARCH = date(2021, 3, 31)

# A process that does some work and kills itself before the statement with the number given.
KILLED = """
import os, signal, sys
from datetime import date
import django
django.setup()
from django.db import connection
from kokeilu.law.definition import shipped
from kokeilu.transfer import actions, undo
from kokeilu.transfer.models import Run
from kokeilu.transfer.tests.people import START

connection.settings_dict["NAME"] = sys.argv[1]
kill_at, seen = int(sys.argv[2]), 0

def count(execute, *arguments):
    global seen
    seen += 1
    if seen == kill_at:
        os.kill(os.getpid(), signal.SIGKILL)
    return execute(*arguments)

with connection.execute_wrapper(count):
    match sys.argv[3]:
        case "run":
            actions.run(shipped("kuntakokeilu"), START)
        case "nightly":
            actions.run(shipped("kuntakokeilu"), date(2021, 3, 31), changed_only=True)
        case "undo":
            undo.undo(Run.objects.get(on=START, kind="full").pk)
print(seen)
"""


@pytest.fixture(autouse=True)
def _people() -> None:
    translation.activate("en")
    actions.ensure_organisations(TRIAL)
    with transaction.atomic():
        people(extract(), {}, {"service_language": "sv"}, OUT, UNDECIDED, {"municipality": "049"})


def rows() -> list[int]:
    """How many rows a run may have added to."""
    return [model.objects.count() for model in (Run, Decision, Message, Notice, Responsibility)]


def run_apart(kill_at: int, work: str = "run") -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-c", KILLED, connection.settings_dict["NAME"], str(kill_at), work],
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "kokeilu.settings"}, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_killed_at_any_moment_it_leaves_nothing_and_the_next_run_does_all() -> None:
    before = rows()
    with connection.execute_wrapper(lambda execute, *arguments: counted.append(1) or execute(*arguments)):
        counted: list[int] = []
        actions.preview(TRIAL, START)
    statements = len(counted)
    for kill_at in (statements // 3, statements * 2 // 3, statements - 2):
        assert run_apart(kill_at).returncode == -signal.SIGKILL
        assert rows() == before
    done = run_apart(0)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) == pytest.approx(statements, abs=3)
    after = rows()
    assert after == [1, 5, 3, 3, before[-1] + 3]
    assert actions.run(TRIAL, START).done_before
    assert rows() == after


@pytest.mark.parametrize("work", ["undo", "nightly"])
def test_an_undo_and_a_nightly_run_are_whole_or_not_at_all(work: str) -> None:
    """Killed before statements chosen at random, each leaves nothing; done again it does all."""
    actions.run(TRIAL, START)
    with transaction.atomic():
        people(extract(MARCH), {})
        report(Extract.objects.latest("as_of"), Person.objects.order_by("pk")[0], {"municipality": "092"})
    before = state()
    moments = random.Random(work).sample(range(3, 14), 3)
    for kill_at in moments:
        assert run_apart(kill_at, work).returncode == -signal.SIGKILL
        assert state() == before, kill_at
    done = run_apart(0, work)
    assert done.returncode == 0, done.stderr
    after = state()
    assert after != before
    assert run_apart(0, work).returncode == 0
    assert state() == after


def state() -> list[tuple]:
    """All responsibilities with what opened, closed and superseded them, and how many of all else."""
    columns = ("pk", "valid", "closed_by", "superseded_by", "restored_by", "decision")
    return [*sorted(Responsibility.objects.values_list(*columns)), tuple(rows())]


def test_of_two_undos_at_once_the_second_waits_and_finds_it_done() -> None:
    made = actions.run(TRIAL, START).run

    def work(_number: int) -> bool:
        try:
            return undo.undo(made.pk).done_before
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(work, range(2))) == [False, True]
    assert Run.objects.filter(kind="undo").count() == 1


def test_of_two_runs_at_once_the_second_waits_and_finds_it_done() -> None:
    def work(_number: int) -> bool:
        try:
            return actions.run(TRIAL, START).done_before
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(work, range(2))) == [False, True]
    assert Run.objects.count() == 1


@pytest.mark.parametrize("lock", [locking.RUN_LOCK, IMPORT_LOCK])
def test_a_run_does_not_wait_for_ever(monkeypatch: pytest.MonkeyPatch, lock: int) -> None:
    monkeypatch.setattr(locking, "LOCK_WAIT", "100ms")
    with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": psycopg.Cursor}) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [lock])
        with pytest.raises(Problem, match="Another run or an import is under way"):
            actions.run(TRIAL, START)
    assert not Run.objects.exists()


def test_a_full_disk_is_told_and_nothing_is_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    before = rows()
    monkeypatch.setattr(
        writing, "_CLOSE", "DO $$ BEGIN RAISE EXCEPTION 'full' USING ERRCODE = 'disk_full'; END $$ -- %s"
    )
    with pytest.raises(Problem, match=r"The database has no room; nothing was changed\."):
        actions.run(TRIAL, START)
    assert rows() == before
