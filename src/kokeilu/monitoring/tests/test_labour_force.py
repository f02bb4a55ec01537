"""Employment and unemployment rates where the labour force is given."""

from pathlib import Path

import polars as pl
import pytest

from kokeilu.monitoring import labour_force, table
from kokeilu.monitoring.tests.panels import FIRST, month_row, person_months, write_panel
from kokeilu.problems import Problem

HEAD = "municipality;month;labour_force;employed;population\n"
AREAS = {"092": "vantaa-kerava", "245": "vantaa-kerava", "049": "espoo"}


def file(folder: Path, text: str) -> Path:
    path = folder / "force.csv"
    path.write_text(HEAD + text)
    return path


def test_municipalities_are_summed_and_an_area_that_is_not_whole_has_no_number(tmp_path: Path) -> None:
    rows = "092;2021-03;100;90;150\n245;2021-03;50;45;70\n049;2021-03;10;;20\n092;2021-04;1;1;1\n"
    found = labour_force.read(file(tmp_path, rows), lambda month: AREAS, 202112).by_area
    assert found.rows() == [("espoo", 202103, 10, None, 20), ("vantaa-kerava", 202103, 150, 135, 220)]


def test_who_joins_an_area_later_does_not_count_for_it_before(tmp_path: Path) -> None:
    rows = "092;2021-03;100;90;150\n245;2021-03;50;45;70\n092;2021-04;100;90;150\n245;2021-04;50;45;70\n"
    joins = {202103: {"092": "vantaa-kerava"}, 202104: {"092": "vantaa-kerava", "245": "vantaa-kerava"}}
    path = file(tmp_path, rows)
    assert labour_force.read(path, joins.__getitem__, 202104).by_area.get_column("labour_force").to_list() == [100, 150]
    assert labour_force.read(path, joins.__getitem__, 202103).by_area.get_column("month").to_list() == [202103]


def test_the_rates_are_in_the_table_where_the_file_tells_and_else_left_out(tmp_path: Path) -> None:
    panel = write_panel(tmp_path / "panel", person_months(*["uu"] * 20), 2)
    figures = table.all_published(panel, labour_force=file(tmp_path, "049;2020-12;200;150;200\n"))
    rates = figures.filter(pl.col("indicator").is_in(["unemployment_rate", "employment_rate"]))
    assert rates.select("month", "indicator", "value", "suppressed").rows() == [
        (month_row(FIRST, 2)[1], "unemployment_rate", 10, False),
        (month_row(FIRST, 2)[1], "employment_rate", 75, False),
    ]
    without = table.all_published(panel).get_column("indicator").unique().to_list()
    assert not {"unemployment_rate", "employment_rate"} & set(without)


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ("049;2021-3;1;1;1\n", "not a municipality's numbers"),
        ("49;2021-03;1;1;1\n", "not a municipality's numbers"),
        ("049;2021-03;many;1;1\n", "not a municipality's numbers"),
        ("049;2021-03;-1;1;1\n", "not a municipality's numbers"),
        ("049;2021-03;1;1;1\n049;2021-03;1;1;2\n", "twice"),
        ("049;2021-03;1.5;1;1\n", "not a municipality's numbers"),
        ("049;2021-03;1_000;1;2000\n", "not a municipality's numbers"),
        ("049;2021-03;99999999999999999999;1;\n", "not a municipality's numbers"),
        ("\n049;2021-03;x;1;1\n", "not a municipality's numbers"),
        ("\n049;2021-03;1;1;1\n049;2021-03;1;1;2\n", "twice"),
        ("999;2021-03;1;1;1\n", "there is no municipality 999"),
        ("911;2019-12;1;1;1\n911;2020-01;1;1;1\n", "municipality 911 is part of 541 since 2020-01-01"),
        ("049;2021-03;1;1;1\n092;2021-03;1\n", "has 3 cells, the head has 5"),
        ("049;2021-03;1;1;1;1\n", "has 6 cells, the head has 5"),
        ("049;2021-03;1;2;3\n", "more employed than labour force"),
        ("049;2021-03;3;1;2\n", "more than the population"),
        ("049;2021-03;;3;2\n", "more than the population"),
    ],
)
def test_a_bad_row_is_told_by_its_line(tmp_path: Path, rows: str, told: str) -> None:
    with pytest.raises(Problem, match=told) as problem:
        labour_force.read(file(tmp_path, rows), lambda month: AREAS, 202112)
    assert problem.value.line == rows.count("\n") + 1


def test_a_file_without_the_columns_or_none_at_all_is_told(tmp_path: Path) -> None:
    path = tmp_path / "other.csv"
    path.write_text("a;b\n1;2\n")
    with pytest.raises(Problem, match="has no column municipality"):
        labour_force.read(path, lambda month: AREAS, 202112)
    path.write_text(HEAD.replace("\n", ";month\n") + "049;2021-03;1;1;1;2021-04\n")
    with pytest.raises(Problem, match="the column month twice"):
        labour_force.read(path, lambda month: AREAS, 202112)
    with pytest.raises(Problem, match="has no rows"):
        labour_force.read(file(tmp_path, "\n"), lambda month: AREAS, 202112)
    with pytest.raises(Problem, match="no such file"):
        labour_force.read(tmp_path / "none.csv", lambda month: AREAS, 202112)
