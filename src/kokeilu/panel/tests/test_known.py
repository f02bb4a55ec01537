"""A build computes the people of whom something is told otherwise, and ends in the files of one that computes all."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from uuid import uuid4

import polars as pl
import pytest
from django.db import connection
from typer.testing import Result

from kokeilu.panel import giving_way, known, places, queries
from kokeilu.panel.build import Built, build
from kokeilu.panel.check import open_panel
from kokeilu.panel.tests.register_rows import extract, organisation, person
from kokeilu.problems import Problem
from kokeilu.register.models import Details, Extract, Situation, SupportDays
from kokeilu.transfer.models import Responsibility, Run

JANUARY, FEBRUARY, MARCH = date(2021, 1, 31), date(2021, 2, 28), date(2021, 3, 31)

pytestmark = pytest.mark.django_db


@pytest.fixture
def panel(tmp_path: Path) -> Path:
    """A panel up to February of three people; one of them turns 30 in March, for one an area is responsible then."""
    person({"from": JANUARY})
    person({"from": JANUARY}, birth_date=date(1991, 3, 15))
    person({"from": JANUARY}, moves_on=date(2021, 3, 1))
    extract(FEBRUARY)
    assert build(tmp_path / "panel").computed == 3
    return tmp_path / "panel"


def is_whole(panel: Path, built: Built) -> Built:
    """The panel holds what one built from nothing does."""
    fresh = build(panel.parent / str(uuid4())).manifest
    held = open_panel(panel).manifest
    assert held == built.manifest
    assert [(part.content, part.month, part.sha256) for part in held.parts] == [
        (part.content, part.month, part.sha256) for part in fresh.parts
    ]
    return built


def sql(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_month_computes_those_whose_facts_have_a_day_in_it(panel: Path) -> None:
    extract(MARCH)
    built = is_whole(panel, build(panel))
    assert (built.revised, built.computed) == (True, 2)  # the birthday, and the responsibility known beforehand


def test_a_person_told_otherwise_is_computed_alone(panel: Path) -> None:
    someone = person({"from": FEBRUARY, "service": "coaching"})
    built = is_whole(panel, build(panel))
    assert (built.revised, built.computed) == (True, 1)
    Situation.objects.filter(person=someone).update(superseded_by=extract(FEBRUARY))
    assert is_whole(panel, build(panel)).computed == 1


def test_a_state_that_lasts_ends_with_the_death(panel: Path) -> None:
    died = date(2021, 3, 10)
    someone = person({"from": JANUARY, "employment_code": "01"}, died=died)
    Situation.objects.filter(person=someone).update(valid=(JANUARY, FEBRUARY))
    build(panel)
    assert lasted(panel).to_list() == [FEBRUARY, None]  # the register does not reach the day yet
    extract(MARCH)
    is_whole(panel, build(panel))
    assert lasted(panel).to_list() == [FEBRUARY, date(2021, 3, 11)]


def lasted(panel: Path) -> pl.Series:
    """The ends of the spells in the open market."""
    return pl.read_parquet(open_panel(panel).spells).filter(status="open_market").sort("from").get_column("to")


@pytest.mark.parametrize(
    ("change", "revised"),
    [
        (
            "UPDATE register_situation SET service = 'coaching' WHERE id = (SELECT min(id) FROM register_situation)",
            True,
        ),
        ("UPDATE register_details SET education = 7 WHERE id = (SELECT min(id) FROM register_details)", True),
        ("UPDATE register_person SET sex = 'male' WHERE id = (SELECT id FROM register_person LIMIT 1)", True),
        ("DELETE FROM register_situation WHERE id = (SELECT min(id) FROM register_situation)", True),
        # No class of the panel tells them apart.
        ("UPDATE register_details SET language = 'ru' WHERE id = (SELECT min(id) FROM register_details)", True),
        ("UPDATE register_details SET education = 4 WHERE id = (SELECT min(id) FROM register_details)", False),
    ],
)
def test_a_change_that_nothing_else_tells_of_is_found(panel: Path, change: str, revised: bool) -> None:
    sql(change)
    built = is_whole(panel, build(panel))
    assert (built.revised, built.computed) == (revised, 1)


def test_each_kind_of_fact_counts(panel: Path) -> None:
    someone = Details.objects.order_by("id").values_list("person", flat=True)[0]
    SupportDays.objects.create(person_id=someone, as_of=FEBRUARY, days=700, extract=extract(FEBRUARY))
    assert is_whole(panel, build(panel)).computed == 1
    run = Run.objects.create(
        kind="individual", trial="kuntakokeilu", version=MARCH, on=FEBRUARY, extract=extract(FEBRUARY), counts={}
    )
    Responsibility.objects.filter(person_id=someone).update(valid=(JANUARY, FEBRUARY), closed_by=run)
    Responsibility.objects.create(
        person_id=someone,
        organisation=organisation("helsinki"),
        valid=(FEBRUARY, None),
        ground="individual",
        opened_by=run,
    )
    assert is_whole(panel, build(panel)).computed == 1


def test_where_nothing_is_told_otherwise_nobody_is_computed(panel: Path) -> None:
    built = build(panel)
    assert (built.revised, built.computed) == (False, 0)
    whole = build(panel, whole=True)
    assert (whole.revised, whole.computed, whole.manifest) == (False, 3, built.manifest)


def test_areas_and_mergers_that_change_compute_everybody(panel: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    extract(MARCH)
    merger = pl.DataFrame({"municipality": ["734"], "successor": ["091"], "from": [date(2021, 3, 10)]})
    with monkeypatch.context() as patch:
        patch.setattr(places, "merger_table", lambda: merger)
        built = is_whole(panel, build(panel))
        assert built.computed == 3
        assert build(panel).computed == 0
    assert is_whole(panel, build(panel)).computed == 3


def test_a_merger_known_beforehand_computes_everybody_when_its_day_comes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    merger = pl.DataFrame({"municipality": ["734"], "successor": ["091"], "from": [date(2021, 3, 10)]})
    monkeypatch.setattr(places, "merger_table", lambda: merger)
    person({"from": JANUARY, "municipality": "734"})
    extract(FEBRUARY)
    build(tmp_path / "panel")
    extract(MARCH)
    assert is_whole(tmp_path / "panel", build(tmp_path / "panel")).computed == 1
    rows = pl.read_parquet(open_panel(tmp_path / "panel").spells)
    assert sorted(rows.get_column("municipality")) == ["091", "734"]


def test_another_version_of_the_program_computes_everybody(panel: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known, "_code", lambda: "another")
    assert build(panel).computed == 3
    assert build(panel).computed == 0


@pytest.mark.parametrize("damage", [Path.unlink, lambda file: file.write_bytes(b"PAR1")])
def test_without_the_numbers_everybody_is_computed(panel: Path, damage: Callable[[Path], object]) -> None:
    [file] = (panel / "known").iterdir()
    damage(file)
    person({"from": FEBRUARY})
    assert is_whole(panel, build(panel)).computed == 4
    assert len(list((panel / "known").iterdir())) == 1


def test_spells_that_were_altered_are_not_built_upon(panel: Path) -> None:
    file = Path(open_panel(panel).spells[0])
    pl.read_parquet(file).with_columns(service=pl.lit("coaching")).write_parquet(file)
    person({"from": FEBRUARY})
    with pytest.raises(Problem, match="files of the panel are missing or damaged"):
        build(panel)


def test_the_numbers_need_the_databases_key(panel: Path) -> None:
    source = queries.read()
    assert len(source.secret) == 32
    other = known.numbers(replace(source, secret=bytes(32)))
    ours = known.numbers(source)
    assert ours.get_column("person").equals(other.get_column("person"))
    assert not set(ours.get_column("told")) & set(other.get_column("told"))
    sql("UPDATE panel_key SET inner_block = sha256(inner_block) || sha256(outer_block)")
    assert queries.read().secret != source.secret


def test_the_command_computes_everybody_when_told(
    panel: Path, command_line: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(giving_way, "apart", lambda: True)  # in this process, which keeps its priority
    monkeypatch.setattr(giving_way, "lower", lambda process: None)
    done = command_line("panel", "build", "--whole", "--out", panel)
    assert done.output.strip() == f"nothing has changed since revision 1: {panel}"
    assert Extract.objects.count() == 2
