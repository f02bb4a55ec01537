"""Two runs never interleave, and one that is killed at any moment leaves nothing behind."""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from django.db import connection, transaction
from django.utils import translation

from kokeilu.law.definition import shipped
from kokeilu.problems import Problem
from kokeilu.register.transaction import IMPORT_LOCK
from kokeilu.transfer import actions, locking, writing
from kokeilu.transfer.models import Decision, Message, Notice, Responsibility, Run
from kokeilu.transfer.tests.people import OUT, START, UNDECIDED, extract, people

pytestmark = pytest.mark.django_db(transaction=True)

TRIAL = shipped("kuntakokeilu")

# A process that runs the transfer and kills itself before the statement with the number given; `end` after the last.
KILLED = """
import os, signal, sys
import django
django.setup()
from django.db import connection
from kokeilu.law.definition import shipped
from kokeilu.transfer import actions
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
    actions.run(shipped("kuntakokeilu"), START)
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


def run_apart(kill_at: int) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-c", KILLED, connection.settings_dict["NAME"], str(kill_at)],
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
