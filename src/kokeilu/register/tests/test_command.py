"""`kokeilu register import` as a person meets it: what it prints, how it ends."""

from datetime import date
from functools import partial
from pathlib import Path

import pytest

from kokeilu.problems import Problem
from kokeilu.register.models import Extract, Person
from kokeilu.register.tests.people import FIRST, SECOND, person, write

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(command_line, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    return partial(command_line, "register", "import")


def test_one_file_with_its_day(run, tmp_path: Path) -> None:
    path = write(tmp_path / "extract.csv", [person(0), person(1)])
    result = run(path, "--as-of", FIRST)
    assert result.exit_code == 0
    assert result.stdout.splitlines()[1].split() == [str(FIRST), "2", "2", "0", "0", "0", "0", "0"]
    assert "Already imported: nothing changed." in run(path, "--as-of", FIRST).stdout
    assert Extract.objects.get().as_of == FIRST


def test_a_folder_takes_its_days_from_the_names(run, tmp_path: Path) -> None:
    for day in (SECOND, FIRST):
        write(tmp_path / f"register-{day}.parquet", [person(0)])
    write(tmp_path / f"register-{FIRST}.errors.csv", [])
    assert run(tmp_path).exit_code == 0
    assert set(Extract.objects.values_list("as_of", flat=True)) == {FIRST, SECOND}


def test_a_dry_run_says_so(run, tmp_path: Path) -> None:
    path = write(tmp_path / f"register-{FIRST}.csv", [person(0)])
    assert "nothing was stored" in run(path, "--dry-run").stdout
    assert not Person.objects.exists()


def test_bad_rows_are_shown_up_to_twenty(run, tmp_path: Path) -> None:
    rows = [person(number, education=12) for number in range(30)]
    result = run(write(tmp_path / f"register-{FIRST}.csv", rows))
    assert isinstance(result.exception, Problem)
    assert result.stderr.count("education: not an ISCED 2011 level") == 20
    assert "... and 10 more" in result.stderr
    assert not any(row["person"] in result.output + str(result.exception) for row in rows)


@pytest.mark.parametrize(
    "arguments",
    [("extract.csv",), ("extract.csv", "--as-of", "31.1.2021"), ("a.csv", "b.csv", "--as-of", "2021-01-31"),
     ("register-2021-02-30.csv",), (), (".", "--as-of", "2021-01-31")],
)  # fmt: skip
def test_wrong_use_ends_with_2(run, arguments: tuple[str, ...]) -> None:
    assert run(*arguments).exit_code == 2


def test_a_folder_without_extracts(run, tmp_path: Path) -> None:
    result = run(tmp_path)
    assert isinstance(result.exception, Problem)
    assert "no extract" in str(result.exception)


def test_help_has_an_example(run) -> None:
    assert "Example: kokeilu register import" in run("--help").stdout


def test_a_generated_register_goes_in(run, tmp_path: Path) -> None:
    """The generator's extracts are what the import takes, and the facts of each day are its rows."""
    import polars as pl

    from kokeilu.extract import COLUMNS
    from kokeilu.register import queries
    from kokeilu.synthetic import extracts, world

    made = world.generate("small", 1, first="2020-12", last="2021-02")
    extracts.write(made, tmp_path, None, fmt="csv")
    assert run(tmp_path).exit_code == 0
    for day in Extract.objects.values_list("as_of", flat=True):
        written = pl.read_csv(tmp_path / f"register-{day}.csv", separator=";", schema_overrides=dict(COLUMNS))
        facts = queries.facts_on(day)
        names = [name for name in COLUMNS if name != "person"]
        assert facts.select(names).sort(names).equals(written.select(names).sort(names))
    assert date(2021, 2, 28) in set(Extract.objects.values_list("as_of", flat=True))
