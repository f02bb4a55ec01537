"""The embedded server: whatever was killed, left behind or forbidden, the next start works or says why."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from kokeilu import cluster
from kokeilu.problems import Problem

# A process of its own that uses the server, prints what it is told to, and waits for a line before it ends.
USER = """
from kokeilu import postgres
started = postgres.ensure()
print(started, postgres.connect().execute("SELECT 40 + 2").fetchone()[0], flush=True)
input()
"""

Use = Callable[[], subprocess.Popen]


@contextmanager
def installation(home: Path) -> Iterator[None]:
    """Have `home` as the installation's folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KOKEILU_HOME", str(home))
        patch.delenv("KOKEILU_DATABASE_URL", raising=False)
        yield


def remove_installation(home: Path) -> None:
    """Check that nothing of it runs, and remove what lies outside the folder."""
    with installation(home):
        assert server_id() is None, "a server was left running"
        for folder in (cluster._folder(), cluster.socket_dir()):
            shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An installation whose data are there; making them takes seconds."""
    home = tmp_path_factory.mktemp("made")
    with installation(home):
        end(begin())
    yield home
    remove_installation(home)


@pytest.fixture
def place(made: Path) -> Iterator[Path]:
    """Stand in that installation."""
    with installation(made):
        yield made


@pytest.fixture
def new_place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """Stand in an installation that is not there yet."""
    home = tmp_path / getattr(request, "param", "home")
    with installation(home):
        yield home
    remove_installation(home)


def begin() -> subprocess.Popen:
    command = [sys.executable, "-c", USER]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


@pytest.fixture
def use() -> Iterator[Use]:
    """Begin a process that uses the server; killed at the end where it still runs."""
    begun: list[subprocess.Popen] = []

    def remembered() -> subprocess.Popen:
        begun.append(begin())
        return begun[-1]

    yield remembered
    for process in begun:
        process.kill()
        process.communicate()


def end(process: subprocess.Popen) -> None:
    process.communicate("\n", timeout=300)
    assert process.returncode == 0


def server_id() -> int | None:
    return cluster._postmaster(cluster._folder() / "data")


def kill_server() -> None:
    process = server_id()
    assert process
    os.kill(process, signal.SIGKILL)


@pytest.mark.parametrize(
    "new_place",
    ["ä 'quotes' \"others\" and $HOME", "comma,", "/".join(["long" * 20] * 3)],
    indirect=True,
    ids=["quotes", "comma", "long"],
)
def test_two_processes_at_once_share_one_server_that_the_last_one_stops(new_place: Path, use: Use) -> None:
    first, second = use(), use()
    assert sorted([first.stdout.readline(), second.stdout.readline()]) == ["False 42\n", "True 42\n"]
    end(first)
    assert server_id()
    end(second)
    assert server_id() is None


def test_killed_at_any_moment_it_starts_the_next_time(new_place: Path, use: Use) -> None:
    for seconds in (0.3, 0.6, 0.9, 1.2, 1.5, 2.0):
        killed = use()
        time.sleep(seconds)
        killed.kill()
        killed.communicate()
    last = use()
    assert last.stdout.readline().endswith("42\n")
    end(last)


def test_a_killed_server_starts_again(place: Path, use: Use) -> None:
    process = use()
    assert process.stdout.readline() == "True 42\n"
    kill_server()
    end(process)
    again = use()
    assert again.stdout.readline() == "True 42\n"
    end(again)


def test_a_number_left_behind_that_went_to_another_process_does_not_count(place: Path, use: Use) -> None:
    left_behind = cluster._folder() / "data" / "postmaster.pid"
    left_behind.write_text(f"{os.getpid()}\n{left_behind.parent}\n")
    process = use()
    assert process.stdout.readline() == "True 42\n"
    end(process)


def test_data_of_another_version_are_left_alone(place: Path) -> None:
    version = cluster._folder() / "data" / "PG_VERSION"
    true_version = version.read_text()
    version.write_text("16\n")
    with pytest.raises(Problem, match="the data are PostgreSQL 16's"):
        cluster.start()
    version.write_text(true_version)


def test_data_whose_keys_are_gone_are_not_taken_over(new_place: Path, use: Use) -> None:
    end(use())
    mark = cluster._folder() / "data" / "left by another installation"
    mark.touch()
    shutil.rmtree(new_place / "secrets")
    process = use()
    assert process.stdout.readline() == "True 42\n"
    end(process)
    assert not mark.exists()


def test_a_folder_that_cannot_be_written_is_told() -> None:
    with (
        installation(Path("/proc/kokeilu")),
        pytest.raises(Problem, match=r"/proc/kokeilu: .* cannot be written: .*set KOKEILU_HOME"),
    ):
        cluster.start()


def test_a_socket_folder_that_others_may_enter_is_refused(place: Path) -> None:
    cluster.socket_dir().chmod(0o777)
    with pytest.raises(Problem, match="closed to others"):
        cluster.start()
    cluster.socket_dir().chmod(0o700)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as another account")
def test_other_accounts_do_not_reach_the_data(place: Path, use: Use) -> None:
    process = use()
    process.stdout.readline()
    socket_dir = str(cluster.socket_dir())

    def attempt() -> str:
        as_other = os.fork()
        if as_other == 0:  # in this interpreter: the other account may not reach the virtual environment
            os.setgroups([])
            os.setgid(1)
            os.setuid(1)
            try:
                psycopg.connect(host=socket_dir, user="kokeilu", dbname="postgres")
            except psycopg.OperationalError as error:
                os._exit(13 if "Permission denied" in str(error) else 14 if "Peer" in str(error) else 1)
            os._exit(0)
        return {13: "closed", 14: "refused"}.get(os.waitstatus_to_exitcode(os.waitpid(as_other, 0)[1]), "reached")

    assert attempt() == "closed"
    cluster.socket_dir().chmod(0o755)
    for socket in cluster.socket_dir().iterdir():
        socket.chmod(0o777)
    assert attempt() == "refused"
    cluster.socket_dir().chmod(0o700)
    end(process)
