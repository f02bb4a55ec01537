"""A build gives way to the pages: what is lowered, what is not, and that it ends with whoever asked for it."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import Result
from django.db import connection

from kokeilu import postgres
from kokeilu.panel import build, giving_way

WAITING = "import sys; print('here', flush=True); sys.stdin.read()"
# A command beside the others that says who it is and works until it is told to end.
WORKING = """
import os, time
from kokeilu import cli
from kokeilu.panel import giving_way

@cli.app.command()
def work():
    if not giving_way.apart():
        raise SystemExit(giving_way.run_apart(["work"]))
    giving_way.end_with_whoever_asked()
    print(os.getpid(), flush=True)
    time.sleep(60)
"""


@contextmanager
def waiting(*, apart: bool) -> Iterator[int]:
    """A process that does nothing, in a session of its own or in this one."""
    with subprocess.Popen(
        [sys.executable, "-c", WAITING], stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=apart
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process.pid


def share(process: int) -> str:
    """The session by which Linux shares out to a process, and how nice it is: `/autogroup-7 nice 0`.

    Nothing where this system does not share out by session, and nothing for those who never began one of their own.
    """
    told = Path(f"/proc/{process}/autogroup")
    return told.read_text() if told.exists() else ""


def test_a_process_is_lowered_and_the_session_that_it_leads() -> None:
    with waiting(apart=True) as process:
        shares_by_session = bool(share(process))
        giving_way.lower(process)
        assert os.getpriority(os.PRIO_PROCESS, process) == 19
        if not shares_by_session:
            pytest.skip("this system does not share out by session")
        assert share(process).endswith("nice 19\n")


def test_a_session_that_others_work_in_is_not_lowered() -> None:
    with waiting(apart=False) as process:
        before = share(process)
        giving_way.lower(process)
        assert os.getpriority(os.PRIO_PROCESS, process) == 19
        assert share(process) == before


def test_a_session_is_asked_again_where_the_system_is_busy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([BlockingIOError(), BlockingIOError(), None])

    def write_text(path: Path, text: str) -> None:
        if answer := next(answers):
            raise answer
        path.write_bytes(text.encode())

    monkeypatch.setattr(Path, "write_text", write_text)
    monkeypatch.setattr(giving_way, "PAUSE", 0)
    giving_way._lower_session(tmp_path / "autogroup")
    assert (tmp_path / "autogroup").read_bytes() == b"19"


def test_a_process_that_is_gone_or_anothers_is_left() -> None:
    giving_way.lower(2**22 + 1)  # above every process id


@pytest.fixture
def lowered(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The processes that are lowered; none really is."""
    processes: list[int] = []
    monkeypatch.setattr(giving_way, "lower", processes.append)
    return processes


@pytest.mark.django_db
def test_the_embedded_servers_process_is_lowered_and_reads_by_itself(
    lowered: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "embedded", lambda: True)
    giving_way.lower_server()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid(), current_setting('effective_io_concurrency')")
        assert cursor.fetchone() == (*lowered, "0")


@pytest.mark.django_db
def test_the_processes_of_an_ordinary_server_are_not_ours(lowered: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "embedded", lambda: False)
    giving_way.lower_server()
    assert lowered == []


@pytest.mark.django_db
def test_the_command_lowers_itself_and_its_server_before_it_reads(
    lowered: list[int], monkeypatch: pytest.MonkeyPatch, command_line: Callable[..., Result], tmp_path: Path
) -> None:
    class Read(Exception):
        pass

    def begin(*_: object, **__: object) -> None:
        raise Read(*lowered)

    monkeypatch.setattr(postgres, "embedded", lambda: True)
    monkeypatch.setattr(giving_way, "apart", lambda: True)
    monkeypatch.setattr(build, "build", begin)
    done = command_line("panel", "build", "--out", tmp_path / "panel")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (server,) = cursor.fetchone()
    assert isinstance(done.exception, Read)
    assert done.exception.args == (os.getpid(), server)


def test_the_command_works_in_a_session_of_its_own(
    lowered: list[int], monkeypatch: pytest.MonkeyPatch, command_line: Callable[..., Result]
) -> None:
    asked: list[list[str]] = []

    def run_apart(arguments: list[str]) -> int:
        asked.append(arguments)
        return 7

    monkeypatch.setattr(giving_way, "apart", lambda: False)
    monkeypatch.setattr(giving_way, "run_apart", run_apart)
    done = command_line("panel", "build", "--whole", "--from", "2020-01", "--out", "there")
    assert asked == [["panel", "build", "--out", "there", "--from", "2020-01", "--trial", "kuntakokeilu", "--whole"]]
    assert done.exit_code == 7
    assert lowered == []


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -9)])
def test_the_work_ends_with_whoever_asked_for_it(tmp_path: Path, number: int, status: int) -> None:
    (tmp_path / "sitecustomize.py").write_text(WORKING)
    surroundings = {**os.environ, "PYTHONPATH": str(tmp_path)}
    command = [sys.executable, "-m", "kokeilu", "work"]
    with subprocess.Popen(command, env=surroundings, stdout=subprocess.PIPE, text=True) as asking:
        assert asking.stdout is not None
        working = int(asking.stdout.readline())
        assert os.getsid(working) == working != asking.pid
        asking.send_signal(number)
        assert asking.stdout.read() == ""  # both have ended: nobody holds the other end any more
    assert asking.returncode == status
