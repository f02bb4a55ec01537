"""What stops a panel whose files contradict each other, and counts that do not meet in one DuckDB."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from kokeilu.monitoring import engines, rules, steps
from kokeilu.monitoring.tests.panels import FIRST, counted, month_row, person_months, spells, write_panel
from kokeilu.panel.check import open_panel
from kokeilu.problems import Problem

HISTORIES = ("uus", "uou", "suu", ".uu", "lxo")
MONTHS = month_row(FIRST, 3)


def file(folder: Path, *histories: str) -> str:
    """The spells of so many histories; one file for each number of them."""
    path = folder / f"spells-of-{len(histories)}.parquet"
    spells(person_months(*histories)).write_parquet(path)
    return str(path)


@pytest.mark.parametrize("engine", ["duckdb", "polars"])
def test_a_file_of_spells_given_twice_is_told_by_its_month(tmp_path: Path, engine: engines.Engine) -> None:
    panel = open_panel(write_panel(tmp_path / "panel", person_months(*HISTORIES), 3))
    assert engines.counts(panel, engine).height
    [part] = panel.manifest.of("spells")
    doubled = replace(panel, manifest=replace(panel.manifest, parts=(*panel.manifest.parts, part)))
    told = "the spells hold 8 people at the end of 2020-11, the person-months 4"
    with pytest.raises(Problem, match=told):
        engines.counts(doubled, engine)


def test_a_file_of_spells_that_lacks_a_person_is_told_by_its_month(tmp_path: Path) -> None:
    panel = open_panel(write_panel(tmp_path / "panel", person_months(*HISTORIES), 3))
    [held] = panel.spells
    rows = pl.read_parquet(held)
    rows.filter(~((pl.col("person") == 1) & (pl.col("from").dt.month() == 12))).write_parquet(held)
    with pytest.raises(Problem, match="the spells hold 4 people at the end of 2020-12, the person-months 5"):
        engines.counts(panel)


def test_a_count_within_another_one_reads_its_own_steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outer, inner = file(tmp_path, *HISTORIES), file(tmp_path, "ss", "ss")
    found: list[rules.Events] = []
    everyone = steps.everyone

    def begins_another(rows: steps.Rows) -> steps.Rows:
        monkeypatch.setattr(steps, "everyone", everyone)  # the other one begins no third
        found.append(engines.on_duckdb([inner], MONTHS[0], MONTHS[1]))
        return everyone(rows)

    monkeypatch.setattr(steps, "everyone", begins_another)
    events = engines.on_duckdb([outer], MONTHS[0], MONTHS[-1])
    expected = counted(person_months(*HISTORIES), 3)
    assert_frame_equal(rules.figures(rules.counts(events), MONTHS), expected)
    within = rules.figures(rules.counts(found[0]), MONTHS[:2])
    assert_frame_equal(within, counted(person_months("ss", "ss"), 2))


def test_a_count_leaves_the_default_connection_alone(tmp_path: Path) -> None:
    before = duckdb.execute("SELECT table_name FROM duckdb_tables()").fetchall()
    engines.on_duckdb([file(tmp_path, "uu")], MONTHS[0], MONTHS[1])
    assert duckdb.execute("SELECT table_name FROM duckdb_tables()").fetchall() == before


def test_settings_reach_the_count(tmp_path: Path) -> None:
    with pytest.raises(duckdb.Error):
        engines.on_duckdb([file(tmp_path, "uu")], MONTHS[0], MONTHS[1], settings={"memory_limit": "1KB"})


def changed(figures: pl.DataFrame, by: int, **cell: Any) -> pl.DataFrame:
    """The figures with one of them greater by so many."""
    here = pl.all_horizontal(pl.col(name) == value for name, value in cell.items())
    assert figures.filter(here).height == 1
    return figures.with_columns(persons=pl.col("persons") + pl.when(here).then(by).otherwise(0))


CELL = {"area": "espoo", "population": "residents", "month": MONTHS[1]}


@pytest.mark.parametrize(
    ("broken", "by", "named"),
    [
        ("registered_unemployed", 1, "espoo / residents / 202012 / registered_unemployed"),
        ("inflow", 1, "espoo / residents / 202012 / registered_unemployed"),
        ("outflow", -1, "espoo / residents / 202012 / registered_unemployed"),
        ("service_starts", 2, "espoo / residents / 202012 / in_services"),
        ("other_job_seekers", -9, "espoo / residents / 202012 / other_job_seekers"),
    ],
)
def test_figures_that_do_not_add_up_are_told_by_their_cell(broken: str, by: int, named: str) -> None:
    figures = counted(person_months(*HISTORIES), 3)
    rules.check(figures)
    with pytest.raises(rules.Inconsistent) as error:
        rules.check(changed(figures, by, **CELL, indicator=broken))
    assert error.value.cell == named
