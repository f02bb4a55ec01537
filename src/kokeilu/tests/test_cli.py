"""The command line as a person uses it: help, wrong use, faults in one line, Ctrl-C."""

import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
import typer

from kokeilu.cli import app


def kokeilu(*arguments: str, **surroundings: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "kokeilu", *arguments],
        env=os.environ | surroundings,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def _commands(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    if hasattr(command, "commands"):
        for name, inner in command.commands.items():
            yield from _commands(inner, (*path, name))
    else:
        yield path


COMMANDS = sorted(_commands(typer.main.get_command(app)))


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_helps_with_an_example(command: tuple[str, ...]) -> None:
    from typer.testing import CliRunner

    helped = CliRunner().invoke(app, [*command, "--help"])
    assert helped.exit_code == 0
    assert f"Example: kokeilu {' '.join(command)}" in " ".join(helped.output.split())


def test_helping_loads_nothing_heavy() -> None:
    heavy = "{'django', 'polars', 'numpy', 'duckdb', 'psycopg', 'granian'}"
    script = f"import sys, kokeilu.cli; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_the_scales_that_help_names_are_those_that_are_made(monkeypatch: pytest.MonkeyPatch) -> None:
    from typer.testing import CliRunner

    from kokeilu import demo
    from kokeilu.synthetic.places import SCALES, places

    begun: list[str] = []
    monkeypatch.setattr(demo, "make", begun.append)
    monkeypatch.setenv("COLUMNS", "200")  # nothing is broken over two lines
    for command in ("demo", "synth"):
        assert "|".join(SCALES) in CliRunner().invoke(app, [command, "--help"]).output
    for name in (*SCALES, "nordic"):
        done = CliRunner().invoke(app, ["demo", "--scale", name, "--no-serve"])
        assert done.exit_code == (0 if name in SCALES else 2)
    assert begun == list(SCALES)
    assert len({len(places(name).municipalities) for name in begun}) == 2  # Uusimaa's, and all of them


@pytest.mark.parametrize("wrong", [["demo", "--scale", "huge"], ["serve", "--port", "0"], ["nothing"]])
def test_wrong_use_is_status_2(wrong: list[str]) -> None:
    done = kokeilu(*wrong)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("postgresql://someone:hidden@127.0.0.1:1/kokeilu", "the database cannot be reached"),
        ("mysql://someone:hidden@127.0.0.1/kokeilu", "KOKEILU_DATABASE_URL is no address"),
        ("postgresql://someone:hidden@127.0.0.1", "KOKEILU_DATABASE_URL is no address"),
        ("postgresql:///kokeilu?host=/nowhere", "the database cannot be reached"),
    ],
)
def test_a_database_that_cannot_be_used_is_told_in_one_line(url: str, told: str) -> None:
    done = kokeilu("django", "check", KOKEILU_DATABASE_URL=url)
    assert done.returncode == 1
    assert done.stderr.startswith(f"error: {told}")
    assert len(done.stderr.splitlines()) == 1
    assert "hidden" not in done.stderr


@pytest.mark.parametrize("command", ["assign --area helsinki", "panel build --out {folder}"])
def test_a_database_without_its_tables_is_told_in_one_line(command: str, tmp_path: Path) -> None:
    place = {"KOKEILU_DATABASE": "kokeilu_without_tables", "KOKEILU_DATABASE_URL": ""}
    done = kokeilu(*command.format(folder=tmp_path / "panel").split(), **place)
    assert done.returncode == 1
    assert done.stderr.startswith("error: the database is not up to date")
    assert len(done.stderr.splitlines()) == 1


def test_a_folder_that_cannot_be_written_is_told_in_one_line() -> None:
    done = kokeilu("django", "check", KOKEILU_HOME="/proc/kokeilu", KOKEILU_DATABASE_URL="")
    assert done.returncode == 1
    assert done.stderr.startswith("error: /proc/kokeilu: ")
    assert len(done.stderr.splitlines()) == 1


def test_output_that_nobody_reads_to_its_end_is_no_fault() -> None:
    script = f"set -o pipefail; {shlex.quote(sys.executable)} -m kokeilu data-dictionary --out - | head -n 1"
    done = subprocess.run(["/bin/bash", "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1)
    assert done.stdout == "# Data dictionary\n"
    assert done.stderr == ""


WORKING = """
import signal, sys, time
# What runs the tests may ignore these, as nohup and a shell's background do, and a child inherits that.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)
from kokeilu import cli

@cli.app.command()
def work():
    print("working", flush=True)
    time.sleep(60)

sys.argv = ["kokeilu", "work"]
cli.main()
"""


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_stopped_it_ends_at_once_without_a_word_of_python(number: int, status: int) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", WORKING], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "working\n"
        process.send_signal(number)
        _, told = process.communicate(timeout=300)
    assert process.returncode == status
    assert told == ""
