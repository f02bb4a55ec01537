"""A panel folder that is not whole, or names municipalities that are not there, is refused in one clear line."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from typer.testing import Result

from kokeilu.panel import folder, rules
from kokeilu.panel.changes import by_end
from kokeilu.panel.check import open_panel
from kokeilu.panel.folder import Manifest
from kokeilu.panel.tests.frames import details, facts, situations
from kokeilu.problems import Problem

JANUARY, MARCH = date(2021, 1, 31), date(2021, 3, 31)
MONTHS = [202101, 202102, 202103]


def written(path: Path, **given: Any) -> Path:
    """A panel of three months with two people; `given` are facts of the one who lives there from March on."""
    people = situations({"person": 1, "from": JANUARY}, {"person": 2, "from": MARCH, **given})
    spells = rules.spells(facts(MARCH, situations=people, details=details())).cast(pl.Schema(rules.COLUMNS))
    parts = [folder.write_part(path, "spells", month, rows) for month, rows in by_end(spells).items()]
    parts += [folder.write_part(path, "person_months", each, rules.at_month_end(spells, each)) for each in MONTHS]
    manifest = Manifest("kuntakokeilu", MARCH.isoformat(), MONTHS[0], MONTHS[-1], 2, 2, 4, tuple(parts))
    folder.write_manifest(path, manifest)
    return path


@pytest.fixture
def panel(tmp_path: Path) -> Path:
    return written(tmp_path / "panel")


def file_of(panel: Path, content: folder.Content, month: int | None) -> Path:
    [part] = [part for part in folder.read_manifest(panel).of(content) if part.month == month]
    return panel / part.path


def told(panel: Path) -> str:
    with pytest.raises(Problem) as found:
        open_panel(panel)
    return str(found.value)


def test_a_whole_panel_opens(panel: Path) -> None:
    opened = open_panel(panel)
    assert pl.read_parquet(opened.spells).height == 2
    assert len(opened.person_months) == 3


@pytest.mark.parametrize("content", [None, "", "{", "[]", '{"format": "panel/2"}'])
def test_a_folder_without_a_whole_manifest_is_no_panel(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / folder.MANIFEST).write_text(content)
    assert "not a panel folder" in told(tmp_path)


def test_a_panel_of_another_format_is_refused(panel: Path) -> None:
    content = json.loads((panel / folder.MANIFEST).read_text())
    (panel / folder.MANIFEST).write_text(json.dumps(content | {"format": "panel/9"}))
    assert "format is panel/9, not panel/2" in told(panel)


@pytest.mark.parametrize(
    "altered", [{"first_month": "x"}, {"last_month": 202199}, {"as_of": "tomorrow"}, {"as_of": None}]
)
def test_a_manifest_altered_by_hand_is_refused(panel: Path, altered: dict) -> None:
    content = json.loads((panel / folder.MANIFEST).read_text())
    (panel / folder.MANIFEST).write_text(json.dumps(content | altered))
    assert "panel.json is missing or damaged" in told(panel)


def test_a_manifest_whose_files_were_altered_is_refused(panel: Path) -> None:
    content = json.loads((panel / folder.MANIFEST).read_text())
    content["parts"][0]["sha256"] = "0" * 64
    (panel / folder.MANIFEST).write_text(json.dumps(content))
    assert "panel.json was altered: it names other files than were written" in told(panel)


@pytest.mark.parametrize(("times", "words"), [(0, "2021-02 is missing"), (2, "2021-02 is there twice")])
def test_a_month_taken_out_of_the_manifest_by_hand_is_told(panel: Path, times: int, words: str) -> None:
    content = json.loads((panel / folder.MANIFEST).read_text())
    parts = [each for part in content["parts"] for each in [part] * (times if part["month"] == 202102 else 1)]
    (panel / folder.MANIFEST).write_text(json.dumps(content | {"parts": parts}))
    assert f"panel.json was altered: {words}" in told(panel)


def test_a_manifest_that_may_not_be_read_is_told(panel: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(file: Path) -> str:  # root may read whatever its rights
        raise PermissionError(13, "Permission denied", str(file))

    monkeypatch.setattr(Path, "read_text", refused)
    assert told(panel).startswith(f"{panel / folder.MANIFEST}: may not be read: Permission denied")


def test_a_month_without_its_file_is_missing(panel: Path) -> None:
    file = file_of(panel, "person_months", 202102)
    shutil.rmtree(file.parent)
    assert told(panel).startswith(f"{file}: 2021-02 is missing")


def test_a_month_that_the_manifest_leaves_out_is_missing(panel: Path) -> None:
    manifest = folder.read_manifest(panel)
    kept = tuple(part for part in manifest.parts if part.month != 202102)
    folder.write_manifest(panel, replace(manifest, parts=kept))
    assert told(panel).startswith(f"{panel / folder.MANIFEST}: 2021-02 is missing")


def test_a_month_that_the_manifest_names_twice_is_doubled(panel: Path) -> None:
    manifest = folder.read_manifest(panel)
    [month] = [part for part in manifest.of("person_months") if part.month == 202103]
    folder.write_manifest(panel, replace(manifest, parts=(*manifest.parts, month)))
    assert told(panel).startswith(f"{panel / folder.MANIFEST}: 2021-03 is there twice")


def test_a_copy_beside_a_month_doubles_it(panel: Path) -> None:
    file = file_of(panel, "person_months", 202103)
    copy = file.with_name("person_months.parquet")
    shutil.copy(file, copy)
    assert told(panel).startswith(f"{copy}: 2021-03 is doubled")


def test_what_a_killed_build_left_does_not_count(panel: Path) -> None:
    folder.write_part(panel, "person_months", 202104, pl.DataFrame({"person": [1]}))
    assert open_panel(panel).manifest.last_month == 202103


@pytest.mark.parametrize("content", ["spells", "person_months"])
def test_a_file_that_is_not_as_it_was_written_is_damaged(panel: Path, content: folder.Content) -> None:
    file = file_of(panel, content, 202103 if content == "person_months" else None)
    pl.read_parquet(file, hive_partitioning=False).with_columns(person=pl.col("person") + 1).write_parquet(file)
    assert told(panel).startswith(f"{file}: ")
    assert "is missing or damaged: the file is not as it was written" in told(panel)
    file.write_bytes(b"no Parquet")
    assert "is missing or damaged" in told(panel)


@pytest.mark.parametrize("content", ["spells", "person_months"])
def test_an_unknown_municipality_is_told_with_file_and_month(panel: Path, content: folder.Content) -> None:
    file = file_of(panel, content, 202103 if content == "person_months" else None)
    rows = pl.read_parquet(file, hive_partitioning=False)
    rows.with_columns(municipality=pl.when(pl.col("person") == 2).then(pl.lit("999")).otherwise("municipality")
                      ).write_parquet(file)  # fmt: skip
    assert told(panel).startswith(f"{file}: 2021-03: there is no municipality 999")


@pytest.mark.parametrize("content", ["spells", "person_months"])
def test_a_municipality_that_was_merged_by_then_is_told(tmp_path: Path, content: folder.Content) -> None:
    """As a panel from before the list of municipalities knew of the merger."""
    panel = written(tmp_path / "panel", municipality="099")
    if content == "person_months":
        lasting = file_of(panel, "spells", None)
        rows = pl.read_parquet(lasting, hive_partitioning=False)
        manifest = folder.read_manifest(panel)
        right = folder.write_part(panel, "spells", None, rows.with_columns(municipality=pl.lit("091")))
        parts = tuple(right if panel / part.path == lasting else part for part in manifest.parts)
        folder.write_manifest(panel, replace(manifest, parts=parts))
    file = file_of(panel, content, 202103 if content == "person_months" else None)
    assert told(panel).startswith(f"{file}: 2021-03: municipality 099 is part of 214 since 2021-01-01")


def test_a_merged_municipality_stands_on_the_days_before_its_merger(tmp_path: Path) -> None:
    path, merged = tmp_path / "panel", date(2021, 1, 1)
    rows = situations({"person": 1, "from": date(2020, 12, 31), "to": merged, "municipality": "099"})
    spells = rules.spells(facts(merged, situations=rows)).cast(pl.Schema(rules.COLUMNS))
    parts = [folder.write_part(path, "spells", 202101, spells)]
    parts.append(folder.write_part(path, "person_months", 202012, rules.at_month_end(spells, 202012)))
    folder.write_manifest(path, Manifest("kuntakokeilu", "2021-01-01", 202012, 202012, 1, 1, 1, tuple(parts)))
    assert open_panel(path).manifest.person_months == 1


def test_people_who_live_nowhere_or_nobody_knows_where_are_no_fault(tmp_path: Path) -> None:
    for number, home in enumerate(("none", None)):
        open_panel(written(tmp_path / str(number), municipality=home, placed_in=home))


def test_the_commands_tell_a_panel_and_its_revisions(command_line: Callable[..., Result], panel: Path) -> None:
    whole = command_line("panel", "check", panel)
    assert whole.exit_code == 0
    assert " ".join(whole.output.split()) == (
        "revision 1: 2 people, 2 spells and 4 person-months from 2021-01 to 2021-03: whole"
    )
    manifest = folder.read_manifest(panel)
    later = replace(
        manifest, revision=2, built_on="2021-04-02", added_months=(202103,),
        changed_months=(folder.Changed(202102, 12),),
        causes=(folder.Cause("corrected_extract", "2021-02-28", "2021-04-01", 1),),
    )  # fmt: skip
    folder.write_manifest(panel, later)
    lines = command_line("panel", "revisions", panel).output.splitlines()
    assert lines[-3:] == [
        "  added: 2021-03",
        "  changed: 2021-02, 12 people",
        "  because: 1 corrected_extract of 2021-02-28, made on 2021-04-01",
    ]
    with pytest.raises(Problem, match="no revision 3"):
        command_line("panel", "check", panel, "--revision", 3, catch_exceptions=False)
