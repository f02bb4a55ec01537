"""What goes wrong around an import: killed at any moment, two at once, no room left, bad surroundings."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from kokeilu.problems import Problem
from kokeilu.register import intake, transaction
from kokeilu.register.actions import import_extracts
from kokeilu.register.models import Details, Extract, Person, SupportDays
from kokeilu.register.tests.people import FIRST, SECOND, THIRD, person, write
from kokeilu.register.tests.test_import import contents, empty

pytestmark = pytest.mark.django_db(transaction=True)

# A process of its own that imports into the test's database.
IMPORT = """
import sys
import django
from django.conf import settings
django.setup()
settings.DATABASES["default"]["NAME"] = sys.argv[1]
from datetime import date
from pathlib import Path
from kokeilu.problems import Problem
from kokeilu.register.actions import import_extracts
plan = [(Path(path), date.fromisoformat(Path(path).stem)) for path in sys.argv[2:]]
print("begun", flush=True)
try:
    import_extracts(plan)
except Problem as problem:
    sys.exit(f"problem: {problem}")
"""


def start(files: list[Path], **options) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-c", IMPORT, connection.settings_dict["NAME"], *map(str, files)],
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "kokeilu.settings", "KOKEILU_TODAY": "2021-03-31"},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options,
    )  # fmt: skip


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Three months of some two thousand people each: an import that takes a moment."""
    return [
        write(
            tmp_path / f"{day}.csv",
            [
                person(number, city=("Espoo", "Vantaa")[(number + month) % 7 == 0])
                for number in range(2000)
                if (number + month) % 11
            ],
        )
        for month, day in enumerate((FIRST, SECOND, THIRD))
    ]


def test_killed_at_any_moment_and_run_again(files: list[Path]) -> None:
    """Whenever it is killed, either all of it is stored or nothing; run again the end is the same."""
    days = [FIRST, SECOND, THIRD]
    import_extracts(list(zip(files, days, strict=True)))
    whole = contents()
    empty()
    began = time.monotonic()
    process = start(files)
    assert process.wait() == 0, process.communicate()[1]
    lasts = time.monotonic() - began
    assert contents() == whole
    process.communicate()
    dice = random.Random(20210301)
    for _ in range(4):
        empty()
        process = start(files)
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        time.sleep(dice.uniform(0, lasts / 2))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        import_extracts(list(zip(files, days, strict=True)))  # waits for the killed one's server process
        assert contents() == whole


def test_the_second_import_waits_for_the_first(files: list[Path]) -> None:
    first, second = start(files[:2]), start(files[:2])
    for process in (first, second):
        _, errors = process.communicate()
        assert process.returncode == 0, errors
    assert Extract.objects.count() == 2
    assert Person.objects.count() == Details.objects.filter(valid__contains=FIRST).count() + len(
        {*range(2000)} - {number for number in range(2000) if number % 11}
    )


def test_an_import_that_cannot_begin_says_so(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(transaction, "LOCK_WAIT", "100ms")
    path = write(tmp_path / "extract.csv", [person(0)])
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": None}) as other:
            other.execute("SELECT pg_advisory_xact_lock(%s)", [transaction.IMPORT_LOCK])
            held.set()
            done.wait(30)

    thread = threading.Thread(target=hold)
    thread.start()
    try:
        assert held.wait(30)
        with pytest.raises(Problem, match="another import is running"):
            import_extracts([(path, FIRST)])
    finally:
        done.set()
        thread.join()
    import_extracts([(path, FIRST)])
    assert Person.objects.count() == 1


@pytest.fixture
def full_disk():
    """The server answers as it does when its disk is full, on the table of counters' readings."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$"
        )
        cursor.execute(
            "CREATE TRIGGER no_room BEFORE INSERT ON register_supportdays FOR EACH STATEMENT EXECUTE FUNCTION no_room()"
        )
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP FUNCTION IF EXISTS no_room CASCADE")


def test_a_full_disk_of_the_database(tmp_path: Path, full_disk) -> None:
    path = write(tmp_path / "extract.csv", [person(0)])
    with pytest.raises(Problem, match="no room") as caught:
        import_extracts([(path, FIRST)])
    assert "\n" not in str(caught.value)
    for model in (Extract, Person, Details, SupportDays):
        assert not model.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute("DROP FUNCTION no_room CASCADE")
    import_extracts([(path, FIRST)])
    assert Person.objects.count() == 1


def no_room_for_files() -> None:
    """In a child process: nothing may be written to files, as on a full disk; and no signal of it."""
    import resource

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def test_a_full_disk_under_the_report(tmp_path: Path) -> None:
    path = write(tmp_path / f"{FIRST}.csv", [person(0), person(1, education=12)])
    process = start([path], preexec_fn=no_room_for_files)
    _, errors = process.communicate()
    assert process.returncode == 1
    assert errors.startswith("problem: ")
    assert errors.count("\n") == 1
    assert "nothing was stored" in errors
    assert not Extract.objects.exists()
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_a_lost_connection_is_one_clear_error(tmp_path: Path, monkeypatch) -> None:
    path = write(tmp_path / "extract.csv", [person(0)])

    def lose(cursor, *_: object) -> None:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    monkeypatch.setattr(intake, "announce", lose)
    with pytest.raises(Problem, match="connection to the database was lost"):
        import_extracts([(path, FIRST)])
    connection.close()
    assert not Extract.objects.exists()
