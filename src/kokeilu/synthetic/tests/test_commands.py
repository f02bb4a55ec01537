import sys
from pathlib import Path

import pytest

from kokeilu import cli


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["kokeilu", "synth", *arguments])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    return int(ended.value.code or 0)


def test_it_writes_and_says_what(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert run(monkeypatch, "--seed", "1", "--last", "2018-02", "--out", str(tmp_path)) == 0
    assert capsys.readouterr().out.startswith("2 extracts of ")
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
def test_wrong_use_is_one_line_and_status_two(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    options: list[str],
    message: str,
) -> None:
    seed = [] if "--seed" in options else ["--seed", "1"]
    assert run(monkeypatch, *seed, *options, "--out", str(tmp_path / "new")) == 2
    told = capsys.readouterr().err
    assert told.startswith(f"error: {message}")
    assert told.count("\n") == 1
    assert not (tmp_path / "new").exists()


def test_a_folder_that_cannot_be_made_is_one_line_and_status_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    assert run(monkeypatch, "--seed", "1", "--out", str(tmp_path / "file" / "below")) == 1
    told = capsys.readouterr().err
    assert "cannot make the folder" in told
    assert told.count("\n") == 1


def test_help_has_an_example(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(monkeypatch, "--help") == 0
    assert "Example: kokeilu synth" in capsys.readouterr().out
