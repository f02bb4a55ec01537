"""The metadata beside the files of `kokeilu monitor`: valid by a third party's validator, and what it tells."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from kokeilu.monitoring.tests.panels import person_months, with_beginnings, write_panel
from kokeilu.monitoring.tests.readers import valid

MONTH = "2021-09"
FILES = ("monthly-{}", "durations-{}", "monthly-{}-by-duration", "monthly-{}-by-sex")


@pytest.fixture
def out(command_line, tmp_path: Path) -> Path:
    """The files of a month, of a panel in which unemployment begins and ends and people have a trial's customers."""
    courses = [*["ssuuuuuuuuu"] * 12, *["ssuuuooooo"] * 8, *["suuusssssss"] * 9, *["uuuuuuuuuuu"] * 30, "uox"]
    rows = with_beginnings(person_months(*courses)).with_columns(sex=pl.lit("male"))
    panel = write_panel(tmp_path / "panel", rows, 11)
    asked = ("--panel", panel, "--month", MONTH, "--out", tmp_path / "out", "--by", "duration", "--by", "sex")
    result = command_line("monitor", *asked, catch_exceptions=False)
    assert result.exit_code == 0
    assert result.output.split() == [str(tmp_path / "out" / f"{name.format(MONTH)}.csv") for name in FILES]
    return tmp_path / "out"


def metadata(out: Path, name: str) -> dict[str, Any]:
    return json.loads((out / f"{name.format(MONTH)}.csv-metadata.json").read_text())


def said(out: Path, name: str) -> list[str]:
    """The notes in English of the whole file."""
    notes = metadata(out, name)["notes"]
    return [note["body"]["en"] for note in notes if "of" not in note and isinstance(note.get("body"), dict)]


def of_code(out: Path, name: str, code: str) -> dict[str, Any]:
    return next(note for note in metadata(out, name)["notes"] if note.get("code") == code)


def test_a_validator_finds_every_file_as_its_metadata_says(out: Path) -> None:
    for name in FILES:
        assert valid(out / f"{name.format(MONTH)}.csv"), name


def test_a_validator_objects_to_a_figure_that_is_none_and_to_an_unknown_code(out: Path) -> None:
    for path in (out / f"{name.format(MONTH)}.csv" for name in FILES):
        whole = path.read_text()
        last = whole.splitlines()[-1]
        for broken in (f"{last.rpartition(',')[0]},many", last.replace("espoo", "atlantis")):
            path.write_text(whole.replace(last, broken))
            assert not valid(path)


def test_by_duration_the_file_says_what_cannot_be_divided_and_where_it_stands(out: Path) -> None:
    [told] = [text for text in said(out, FILES[2]) if "cannot be divided by duration" in text]
    assert "Broad unemployment and the exits to the open labour market" in told
    assert "read them together with registered unemployment" in told
    assert not any("cannot be divided" in text for name in (FILES[0], FILES[3]) for text in said(out, name))


def test_unit_source_and_what_nobody_has_verified_are_told(out: Path) -> None:
    rate = of_code(out, FILES[0], "activation_rate")
    assert (rate["unit"]["sv"], rate["source"], rate["verified"]) == ("procent", "no source found", False)
    assert of_code(out, FILES[2], "registered_unemployed")["unit"]["en"] == "persons"
    assert of_code(out, FILES[1], "median_running")["unit"]["fi"] == "täyttä kuukautta"
    assert "The division is not verified: Sex." in said(out, FILES[3])
    assert metadata(out, FILES[0])["dc:source"][0]["@value"].startswith("TE-palvelujen asiakasrekisteri")
    for name in FILES:
        assert any(text.startswith("An empty figure is hidden") for text in said(out, name))


def test_customers_rest_on_law_that_nobody_has_verified(command_line, tmp_path: Path) -> None:
    panel = write_panel(tmp_path / "panel", person_months(*["uuuuu"] * 40, responsible="espoo"), 5)
    asked = ("--panel", panel, "--month", "2021-03", "--out", tmp_path, "--by", "sex")
    command_line("monitor", *asked, catch_exceptions=False)
    laws = {
        name: [note["body"] for note in json.loads(path.read_text())["notes"] if isinstance(note.get("body"), str)]
        for name in ("monthly-2021-03", "monthly-2021-03-by-sex")
        for path in [tmp_path / f"{name}.csv-metadata.json"]
    }
    assert any("1269/2020" in law for law in laws["monthly-2021-03"])
    assert laws["monthly-2021-03-by-sex"] == []  # all residents rest on no trial's law


def test_a_panel_without_cohorts_has_metadata_too(command_line, tmp_path: Path) -> None:
    panel = write_panel(tmp_path / "panel", person_months(*["uuu"] * 40), 3)
    command_line("monitor", "--panel", panel, "--month", "2021-01", "--out", tmp_path, catch_exceptions=False)
    assert valid(tmp_path / "durations-2021-01.csv")


def test_the_command_needs_no_database_for_it() -> None:
    code = "import sys, kokeilu.monitoring.command_metadata; sys.exit('kokeilu.monitoring.models' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
