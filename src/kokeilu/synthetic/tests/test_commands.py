from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from kokeilu.problems import Problem
from kokeilu.synthetic import commands


def run(*arguments: str) -> Result:
    app = typer.Typer()
    app.command()(commands.synth)
    return CliRunner().invoke(app, arguments)


def test_it_writes_and_says_what(tmp_path: Path) -> None:
    result = run("--seed", "1", "--last", "2018-02", "--out", str(tmp_path))
    assert result.exit_code == 0
    assert result.stdout.startswith("2 extracts of ")
    names = ["register-2018-01-31.parquet", "register-2018-02-28.parquet", "truth.json"]
    assert sorted(path.name for path in tmp_path.iterdir()) == names


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--scale", "huge"], "there is no scale 'huge' (take one of small, uusimaa, national)"),
        (["--first", "2019-01", "--last", "2018-12"], "the last month 2018-12 is before the first, 2019-01"),
        (["--first", "soon"], "'soon' is not a month (write it as 2021-03)"),
        (["--effect", "wages=1"], "'wages=1' is not an effect"),
        (["--format", "xlsx"], "there is no format 'xlsx'"),
        (["--seed", "-1"], "the seed is negative"),
    ],
)
def test_wrong_use_is_one_line_and_status_two(tmp_path: Path, options: list[str], message: str) -> None:
    seed = [] if "--seed" in options else ["--seed", "1"]
    result = run(*seed, *options, "--out", str(tmp_path / "new"))
    assert result.exit_code == 2
    assert result.stderr.startswith(f"error: {message}")
    assert result.stderr.count("\n") == 1
    assert not (tmp_path / "new").exists()


def test_a_folder_that_cannot_be_made_stops_before_the_work(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    result = run("--seed", "1", "--out", str(tmp_path / "file" / "below"))
    assert isinstance(result.exception, Problem)
    assert "cannot make the folder" in str(result.exception)
    assert "people" not in result.stderr


def test_help_has_an_example() -> None:
    result = run("--help")
    assert result.exit_code == 0
    assert "Example: kokeilu synth" in result.stdout
