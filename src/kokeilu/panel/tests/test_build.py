"""Building the panel from PostgreSQL: what it holds, and that it is replaced as a whole or not at all."""

import errno
import json
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from django.conf import settings

from kokeilu.panel import build as building
from kokeilu.panel import folder, queries
from kokeilu.panel.build import build
from kokeilu.panel.tests.register_rows import extract, person
from kokeilu.problems import Problem
from kokeilu.register.models import Situation

JANUARY, FEBRUARY, MARCH = date(2021, 1, 31), date(2021, 2, 28), date(2021, 3, 31)


def months_of(panel: Path) -> pl.DataFrame:
    return pl.read_parquet(panel / "person_months" / "month=*" / "*.parquet", hive_partitioning=True)


@pytest.mark.django_db
def test_the_panel_holds_each_person_once_a_month_under_a_pseudonym(tmp_path: Path) -> None:
    someone = person(
        {"from": JANUARY},
        {"from": MARCH, "service": "coaching", "unemployed_since": None},
        moves_on=date(2021, 3, 1),
    )
    other = person({"from": FEBRUARY, "municipality": "734"})
    made = build(tmp_path / "panel")
    assert (made.first_month, made.last_month, made.persons, made.spells, made.person_months) == (
        202101,
        202103,
        2,
        4,
        5,
    )
    alias = queries.pseudonyms(pl.Series([str(someone.id)]), settings.PSEUDONYM_KEY).item()
    rows = months_of(tmp_path / "panel")
    theirs = rows.filter(person=alias).sort("month")
    assert theirs.select("month", "status", "area", "responsible", "service", "unemployed_since").rows() == [
        ("2021-01", "unemployed", "helsinki", "te", "none", 202001),
        ("2021-02", "unemployed", "helsinki", "te", "none", 202001),
        ("2021-03", "service", "helsinki", "helsinki", "coaching", None),
    ]
    assert rows.filter(pl.col("person") != alias).get_column("area").to_list() == ["salo", "salo"]
    spells = pl.read_parquet(tmp_path / "panel" / "spells" / "*.parquet")
    assert spells.filter(person=alias).get_column("to").to_list() == [date(2021, 3, 1), MARCH, None]
    written = b"".join(file.read_bytes() for file in (tmp_path / "panel").rglob("*") if file.is_file())
    for real in (someone, other):
        assert str(real.id).encode() not in written
        assert real.id.bytes not in written


@pytest.mark.django_db
def test_rows_that_a_correction_replaced_are_left_out(tmp_path: Path) -> None:
    person({"from": JANUARY})
    correction = extract(FEBRUARY)
    someone_else = person()
    Situation.objects.create(
        person=someone_else, valid=(JANUARY, None), opened_by=extract(JANUARY), superseded_by=correction
    )
    assert build(tmp_path / "panel").persons == 1


@pytest.mark.django_db
def test_the_first_month_cuts_months_and_ended_spells(tmp_path: Path) -> None:
    person(
        {"from": JANUARY},
        {"from": FEBRUARY, "employment_code": "03"},
        {"from": MARCH, "employment_code": "00"},
    )
    made = build(tmp_path / "panel", 202103)
    assert (made.first_month, made.spells, made.person_months) == (202103, 1, 1)
    assert [path.name for path in (tmp_path / "panel" / "person_months").iterdir()] == ["month=2021-03"]


@pytest.mark.django_db
def test_a_month_that_the_register_has_not_ended_is_left_out(tmp_path: Path) -> None:
    person({"from": JANUARY}, {"from": date(2021, 3, 15), "employment_code": "03"})
    assert build(tmp_path / "panel").last_month == 202102


@pytest.mark.django_db
def test_the_same_register_gives_the_same_bytes(tmp_path: Path) -> None:
    for _ in range(3):
        person({"from": JANUARY})
    for name in ("one", "two"):
        build(tmp_path / name)
    files = [
        sorted(path.relative_to(tmp_path / name) for path in (tmp_path / name).rglob("*.*")) for name in ("one", "two")
    ]
    assert files[0] == files[1]
    for file in files[0]:
        if (tmp_path / "one" / file).is_file():
            assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


@pytest.mark.django_db
def test_an_empty_register_is_told(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="register is empty"):
        build(tmp_path / "panel")
    assert list(tmp_path.glob("panel*")) == []


@pytest.mark.django_db
def test_a_first_month_after_the_register_is_told(tmp_path: Path) -> None:
    person({"from": JANUARY})
    with pytest.raises(Problem, match="no month's end from 2021-02"):
        build(tmp_path / "panel", 202102)


@pytest.mark.django_db
def test_a_build_that_fails_leaves_the_panel_before_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    person({"from": JANUARY})
    build(tmp_path / "panel")
    before = {path: path.read_bytes() for path in (tmp_path / "panel").rglob("*") if path.is_file()}
    person({"from": JANUARY})

    def full(frame: pl.DataFrame, path: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(building, "_write", full)
    with pytest.raises(Problem, match="disk is full"):
        build(tmp_path / "panel")
    after = {path: path.read_bytes() for path in (tmp_path / "panel").rglob("*") if path.is_file()}
    assert before == after
    assert list(tmp_path.glob(".panel-building-*")) == []


@pytest.mark.django_db
def test_what_a_killed_build_left_is_cleared_and_the_panel_replaced(tmp_path: Path) -> None:
    person({"from": JANUARY})
    build(tmp_path / "panel")
    left = tmp_path / ".panel-building-killed"
    left.mkdir()
    (left / "part").write_text("half")
    person({"from": JANUARY})
    assert build(tmp_path / "panel").persons == 2
    assert folder.open_panel(tmp_path / "panel").manifest.persons == 2
    assert not left.exists()


@pytest.mark.parametrize("exchange", [True, False])
def test_a_panel_is_replaced_with_and_without_the_systems_exchange(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exchange: bool
) -> None:
    if not exchange:
        monkeypatch.setattr(folder, "_exchange", lambda new, old: False)
    for content in ("one", "two"):
        with folder.replacing(tmp_path / "panel") as making:
            (making / folder.MANIFEST).write_text(content)
    assert (tmp_path / "panel" / folder.MANIFEST).read_text() == "two"
    assert sorted(path.name for path in tmp_path.iterdir()) == [".panel.lock", "panel"]


def test_a_folder_that_is_no_panel_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "dear").write_text("one")
    with pytest.raises(Problem, match="is not a panel"), folder.replacing(tmp_path / "letters"):
        pass
    assert (tmp_path / "letters" / "dear").read_text() == "one"


def test_two_builds_of_one_panel_do_not_meet(tmp_path: Path) -> None:
    with folder.replacing(tmp_path / "panel") as making:
        (making / folder.MANIFEST).write_text("{}")
        with pytest.raises(Problem, match="under way"), folder.replacing(tmp_path / "panel"):
            pass


@pytest.mark.parametrize("content", [None, "", "{", "[]", '{"format": "panel/1"}'])
def test_a_folder_without_a_whole_manifest_is_no_panel(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / folder.MANIFEST).write_text(content)
    with pytest.raises(Problem, match="not a panel folder"):
        folder.open_panel(tmp_path)


def test_a_panel_of_another_format_is_refused(tmp_path: Path) -> None:
    manifest = folder.Manifest("kuntakokeilu", "2021-03-31", 202101, 202103, 1, 1, 1, format="panel/9")
    folder.write_manifest(tmp_path, manifest)
    with pytest.raises(Problem, match="panel/9"):
        folder.open_panel(tmp_path)
    assert json.loads((tmp_path / folder.MANIFEST).read_text())["first_month"] == 202101


def test_pseudonyms_depend_on_the_key_and_on_the_person() -> None:
    people = pl.Series(["00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"])
    one, two = queries.pseudonyms(people, "a"), queries.pseudonyms(people, "b")
    assert one.n_unique() == 2
    assert one.to_list() == queries.pseudonyms(people, "a").to_list()
    assert not set(one) & set(two)
