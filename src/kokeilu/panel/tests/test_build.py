"""Building the panel from PostgreSQL: what it holds, and that a build leaves a whole panel or the one before."""

import errno
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from kokeilu.panel import columns, folder
from kokeilu.panel.build import build
from kokeilu.panel.check import open_panel
from kokeilu.panel.rules import COLUMNS, DIMENSIONS
from kokeilu.panel.tests.register_rows import extract, person
from kokeilu.problems import Problem
from kokeilu.register.models import Situation, SupportDays

JANUARY, FEBRUARY, MARCH = date(2021, 1, 31), date(2021, 2, 28), date(2021, 3, 31)

pytestmark = pytest.mark.django_db


def months_of(panel: Path) -> pl.DataFrame:
    files = open_panel(panel).person_months
    return pl.read_parquet(files, hive_partitioning=True, try_parse_hive_dates=False)


def spells_of(panel: Path) -> pl.DataFrame:
    return pl.read_parquet(open_panel(panel).spells).sort("person", "from")


def files_of(panel: Path) -> dict[str, bytes]:
    return {str(path.relative_to(panel)): path.read_bytes() for path in panel.rglob("*") if path.is_file()}


def test_the_panel_holds_each_person_once_a_month_under_a_pseudonym(tmp_path: Path) -> None:
    someone = person(
        {"from": JANUARY},
        {"from": MARCH, "service": "coaching", "unemployed_since": None},
        moves_on=date(2021, 3, 1),
        sex="male",
    )
    other = person({"from": FEBRUARY, "municipality": "734"})
    made = build(tmp_path / "panel").manifest
    assert (made.first_month, made.last_month, made.persons, made.spells, made.person_months) == (
        202101,
        202103,
        2,
        4,
        5,
    )
    rows = months_of(tmp_path / "panel")
    theirs = rows.filter(sex="male").sort("month")
    since = date(2020, 1, 15)
    assert theirs.select("month", "status", "area", "responsible", "service", "unemployed_since").rows() == [
        ("2021-01", "unemployed", "helsinki", "te", "none", since),
        ("2021-02", "unemployed", "helsinki", "te", "none", since),
        ("2021-03", "service", "helsinki", "helsinki", "coaching", None),
    ]
    assert rows.filter(pl.col("sex").is_null()).get_column("area").to_list() == ["salo", "salo"]
    spells = spells_of(tmp_path / "panel")
    assert spells.filter(sex="male").get_column("to").to_list() == [date(2021, 3, 1), MARCH, None]
    written = b"".join(files_of(tmp_path / "panel").values())
    for real in (someone, other):
        assert str(real.id).encode() not in written
        assert real.id.bytes not in written


def test_every_column_is_written_in_its_type(tmp_path: Path) -> None:
    person({"from": JANUARY})
    build(tmp_path / "panel")
    assert dict(spells_of(tmp_path / "panel").schema) == COLUMNS
    assert dict(months_of(tmp_path / "panel").drop("month").schema) == {"person": pl.Int64(), **DIMENSIONS}


def test_unknown_facts_come_as_unknown(tmp_path: Path) -> None:
    nothing = dict.fromkeys(("municipality", "placed_in", "job_search_valid", "employment_code", "service", "benefit",
                             "job_search_since", "unemployed_since"))  # fmt: skip
    person({"from": JANUARY, **nothing}, birth_date=None, language=None, immigrant=None, education=None)
    build(tmp_path / "panel")
    [row] = months_of(tmp_path / "panel").filter(month="2021-01").select(*DIMENSIONS).to_dicts()
    assert {name for name, value in row.items() if value is not None} == {"responsible"}


def test_the_class_of_the_newest_reading_of_support_days_holds(tmp_path: Path) -> None:
    someone = person({"from": JANUARY})
    for day, days in ((JANUARY, 280), (FEBRUARY, None), (MARCH, 1000)):
        SupportDays.objects.create(person=someone, as_of=day, days=days, extract=extract(day))
    build(tmp_path / "panel")
    rows = months_of(tmp_path / "panel").sort("month")
    assert rows.get_column("support_days").to_list() == [200, None, 1000]


def test_rows_that_a_correction_replaced_are_left_out(tmp_path: Path) -> None:
    person({"from": JANUARY})
    correction = extract(FEBRUARY)
    someone_else = person()
    Situation.objects.create(
        person=someone_else, valid=(JANUARY, None), opened_by=extract(JANUARY), superseded_by=correction
    )
    assert build(tmp_path / "panel").manifest.persons == 1


def test_the_first_month_cuts_months_and_ended_spells(tmp_path: Path) -> None:
    person(
        {"from": JANUARY},
        {"from": FEBRUARY, "employment_code": "03"},
        {"from": MARCH, "employment_code": "00"},
    )
    made = build(tmp_path / "panel", 202103).manifest
    assert (made.first_month, made.spells, made.person_months) == (202103, 1, 1)
    assert [path.name for path in (tmp_path / "panel" / "person_months").iterdir()] == ["month=2021-03"]


def test_a_month_that_the_register_has_not_ended_is_left_out(tmp_path: Path) -> None:
    person({"from": JANUARY}, {"from": date(2021, 3, 15), "employment_code": "03"})
    assert build(tmp_path / "panel").manifest.last_month == 202102


def test_the_same_register_gives_the_same_bytes(tmp_path: Path) -> None:
    for _ in range(3):
        person({"from": JANUARY})
    for name in ("one", "two"):
        build(tmp_path / name)
    assert files_of(tmp_path / "one") == files_of(tmp_path / "two")


def test_a_table_is_read_block_by_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(200):  # more rows than fit on a page
        person({"from": JANUARY}, {"from": MARCH, "employment_code": "03"})
    build(tmp_path / "one")
    monkeypatch.setattr(columns, "PAGES", 1)
    build(tmp_path / "two")
    assert files_of(tmp_path / "one") == files_of(tmp_path / "two")


def test_an_empty_register_is_told(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="register is empty"):
        build(tmp_path / "panel")
    assert list(tmp_path.iterdir()) == []


def test_a_first_month_after_the_register_is_told(tmp_path: Path) -> None:
    person({"from": JANUARY})
    with pytest.raises(Problem, match="no month's end from 2021-02"):
        build(tmp_path / "panel", 202102)


@pytest.mark.parametrize("write", range(9))
def test_a_build_that_ends_at_any_write_leaves_the_panel_before_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write: int
) -> None:
    person({"from": JANUARY})
    build(tmp_path / "panel")
    before = open_panel(tmp_path / "panel").manifest
    person({"from": JANUARY}, {"from": MARCH, "employment_code": "03"})
    writes = iter(range(100))
    put = folder._put

    def ends(file: Path, content: bytes) -> None:
        if next(writes) == write:
            raise KeyboardInterrupt
        put(file, content)

    monkeypatch.setattr(folder, "_put", ends)
    try:
        build(tmp_path / "panel")
    except KeyboardInterrupt:
        assert open_panel(tmp_path / "panel").manifest == before
    monkeypatch.setattr(folder, "_put", put)
    after = build(tmp_path / "panel").manifest
    assert (after.revision, after.persons) == (2, 2)
    build(tmp_path / "new")
    assert open_panel(tmp_path / "panel").manifest.parts == open_panel(tmp_path / "new").manifest.parts
    named = {part.path for number in (1, 2) for part in folder.read_manifest(tmp_path / "panel", number).parts}
    left = {name for name in files_of(tmp_path / "panel") if name.endswith((".parquet", ".part"))} - named
    assert [name.split("/")[0] for name in left] == ["known"]


def test_a_full_disk_is_told_and_the_panel_before_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    person({"from": JANUARY})
    build(tmp_path / "panel")
    before = open_panel(tmp_path / "panel").manifest
    person({"from": JANUARY})

    def full(file: Path, content: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(folder, "_put", full)
    with pytest.raises(Problem, match="disk is full"):
        build(tmp_path / "panel")
    assert open_panel(tmp_path / "panel").manifest == before


def test_a_folder_that_is_no_panel_is_left_alone(tmp_path: Path) -> None:
    person({"from": JANUARY})
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "dear").write_text("one")
    with pytest.raises(Problem, match="is not a panel"):
        build(tmp_path / "letters")
    assert files_of(tmp_path) == {"letters/dear": b"one"}


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    person({"from": JANUARY})
    (tmp_path / "letter").write_text("one")
    with pytest.raises(Problem, match="cannot be written: Not a directory"):
        build(tmp_path / "letter" / "panel")


def test_two_builds_of_one_panel_do_not_meet(tmp_path: Path) -> None:
    with (
        folder.building(tmp_path / "panel"),
        pytest.raises(Problem, match="under way"),
        folder.building(tmp_path / "panel"),
    ):
        pass


def test_a_panel_of_the_first_format_is_replaced(tmp_path: Path) -> None:
    panel = tmp_path / "panel"
    (panel / "spells").mkdir(parents=True)
    (panel / "spells" / "spells.parquet").write_bytes(b"old")
    (panel / folder.MANIFEST).write_text('{"format": "panel/1", "as_of": "2021-01-31"}')
    with pytest.raises(Problem, match="format is panel/1, not panel/2"):
        open_panel(panel)
    person({"from": JANUARY})
    assert build(panel).manifest.revision == 1
    assert not (panel / "spells" / "spells.parquet").exists()
    assert open_panel(panel).manifest.persons == 1
