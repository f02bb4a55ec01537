"""The small demonstration from nothing: killed on the way, gone on with, served, stopped."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from http.cookiejar import CookieJar
from pathlib import Path

import psycopg
import pytest

from kokeilu import cluster

DEMO = [sys.executable, "-m", "kokeilu", "demo", "--scale", "small", "--no-serve"]
STEPS = 15


@dataclass(frozen=True)
class Made:
    """The demonstration: its surroundings, and what its last run printed."""

    surroundings: dict[str, str]
    printed: str

    @property
    def password(self) -> str:
        return re.search(r"with the password (\w+)", self.printed)[1]

    def e_mail(self, role: str) -> str:
        return re.search(rf"{role} .*?(\S+@\S+)", self.printed)[1]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    """Made in four runs: three are killed in the step after the one named."""
    home = tmp_path_factory.mktemp("demonstration")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KOKEILU_")}
    surroundings = kept | {"KOKEILU_HOME": str(home), "KOKEILU_DATABASE": "kokeilu_small", "COLUMNS": "200"}
    for step in ("organisations", "import up to February", "responsible workers"):
        process = subprocess.Popen(DEMO, env=surroundings, stdout=subprocess.PIPE, text=True)
        while step not in (line := process.stdout.readline()):
            assert line, f"it ended before the step {step}"
        time.sleep(0.5)
        process.kill()
        process.communicate()
    last = subprocess.run(DEMO, env=surroundings, stdout=subprocess.PIPE, text=True, check=True)
    yield Made(surroundings, last.stdout)
    # The last user stops the server, unless it is killed; the next one does.
    subprocess.run(
        [sys.executable, "-c", "from kokeilu import postgres; postgres.ensure()"], env=surroundings, check=True
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KOKEILU_HOME", str(home))
        assert cluster._postmaster(cluster._folder() / "data") is None, "a server was left running"
        shutil.rmtree(cluster._folder(), ignore_errors=True)


@pytest.fixture
def served(made: Made) -> Iterator[tuple[subprocess.Popen, str]]:
    """Its pages on a free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "kokeilu", "serve", "--port", str(port)]
    process = subprocess.Popen(
        command, env=made.surroundings, start_new_session=True, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == f"Kokeilu serves http://127.0.0.1:{port} until Ctrl-C\n"
    yield process, f"http://127.0.0.1:{port}"
    process.terminate()
    process.communicate(timeout=300)


def _in_session(leader: int) -> list[str]:
    """The processes of a session that still run."""
    running = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            name, state, _, _, session = re.match(r"\d+ \((.*)\) (\S) (\d+) (\d+) (\d+)", stat.read_text()).groups()
        except (OSError, ProcessLookupError):
            continue
        if int(session) == leader and state != "Z":
            running.append(name)
    return running


def test_killed_on_the_way_it_goes_on_where_it_was(made: Made) -> None:
    lines = made.printed.splitlines()
    assert sum("✓" in line for line in lines) == STEPS
    done = [line for line in lines if "there already" in line]
    assert [name for name in ("organisations", "import up to February", "transfer") if name not in " ".join(done)] == []


def test_nothing_was_done_twice(made: Made) -> None:
    # In one statement's process: the server runs as long as somebody uses it.
    script = """
from kokeilu import postgres
postgres.ensure()
with postgres.connect() as connection:
    for statement in (
        "SELECT count(*) = 39 AND count(DISTINCT as_of) = 39 FROM register_extract",
        "SELECT count(*) = 1 FROM transfer_run",
        "SELECT count(*) = count(DISTINCT organisation_id) AND count(*) > 0 FROM casework_assignmentrun",
        "SELECT count(*) > 1000 FROM casework_assignment",
        "SELECT count(DISTINCT month) = 39 FROM monitoring_monthlyfigure",
        "SELECT count(DISTINCT state) = 6 FROM services_request",
        "SELECT count(DISTINCT notch) = 2 FROM services_reminder",
        "SELECT count(*) = 4 FROM services_responsetime",
        "SELECT count(*) = 1 FROM my_demoaccount",
        "SELECT count(*) = 6 FROM access_membership WHERE role <> 'worker'",
        "SELECT count(*) = 1 FROM monitoring_release WHERE publish_at IS NOT NULL",
    ):
        print(connection.execute(statement).fetchone()[0], statement)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], env=made.surroundings, stdout=subprocess.PIPE, text=True, check=True
    )
    assert [line for line in done.stdout.splitlines() if not line.startswith("True")] == []


def test_the_second_time_everything_is_there(made: Made) -> None:
    again = subprocess.run(DEMO, env=made.surroundings, stdout=subprocess.PIPE, text=True, check=True)
    assert again.stdout.count("there already") == STEPS - 1  # the database itself is started each time
    assert again.stdout.endswith(made.printed[made.printed.index("\nAccounts") :])


def test_secrets_are_their_owners_own(made: Made) -> None:
    secrets = list((Path(made.surroundings["KOKEILU_HOME"]) / "secrets").iterdir())
    assert len(secrets) >= 4
    assert {path.stat().st_mode & 0o777 for path in secrets} == {0o600}


@pytest.mark.parametrize(
    ("role", "page"),
    [("Responsible worker", "/portfolio/"), ("State officer", "/transfer/"), ("Analyst", "/monitoring/")],
)
def test_an_account_opens_its_pages(made: Made, served: tuple, role: str, page: str) -> None:
    _, address = served
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    form = browser.open(address + "/").read().decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', form)[1]
    fields = {"csrfmiddlewaretoken": token, "login": made.e_mail(role), "password": made.password}
    browser.open(address + "/", urllib.parse.urlencode(fields).encode())
    answer = browser.open(address + page)
    assert (answer.status, answer.url) == (200, address + page)


def test_the_job_seeker_s_account_opens_their_own_page(made: Made, served: tuple) -> None:
    _, address = served
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    form = browser.open(address + "/my/").read().decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', form)[1]
    fields = {"csrfmiddlewaretoken": token, "email": made.e_mail("Job seeker"), "password": made.password}
    answer = browser.open(address + "/my/enter/", urllib.parse.urlencode(fields).encode())
    assert (answer.status, answer.url) == (200, address + "/my/")
    assert "1.3.2021" in answer.read().decode()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_stopped_it_leaves_nothing_running(served: tuple, number: int) -> None:
    process, address = served
    urllib.request.urlopen(address).close()
    if number == signal.SIGINT:  # Ctrl-C reaches the whole group of the terminal
        os.killpg(process.pid, number)
    else:
        process.send_signal(number)
    process.communicate(timeout=300)
    until = time.monotonic() + 60
    while _in_session(process.pid) and time.monotonic() < until:
        time.sleep(0.1)
    assert _in_session(process.pid) == []
    assert process.returncode == (-signal.SIGKILL if number == signal.SIGKILL else 0)


def test_a_port_that_is_taken_is_told(made: Made, served: tuple) -> None:
    port = served[1].rsplit(":", 1)[1]
    second = subprocess.run(
        [sys.executable, "-m", "kokeilu", "serve", "--port", port],
        env=made.surroundings,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    assert second.returncode == 1
    assert second.stderr == (
        f"error: 127.0.0.1:{port} cannot be listened on: Address already in use (choose another with --port)\n"
    )


def test_a_database_that_holds_something_else_is_left_alone(made: Made, served: tuple) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KOKEILU_HOME", made.surroundings["KOKEILU_HOME"])
        host = urllib.parse.quote(str(cluster.socket_dir()), safe="")
    url = f"postgresql://kokeilu@{host}/kokeilu_small"
    psycopg.connect(url).close()
    command = [sys.executable, "-m", "kokeilu", "demo", "--scale", "national", "--no-serve"]
    done = subprocess.run(
        command, env=made.surroundings | {"KOKEILU_DATABASE_URL": url}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "the database holds the Kokeilu demonstration: small" in done.stderr
    assert "Traceback" not in done.stderr
