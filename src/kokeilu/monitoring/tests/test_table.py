"""`kokeilu monitor`: the table it writes and the errors it tells."""

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from typer.testing import Result

from kokeilu.monitoring import breakdown_table, duration_table, engines, table
from kokeilu.monitoring.breakdown_rules import DIMENSIONS
from kokeilu.monitoring.tests.panels import FIRST, month_row, person_months, write_panel
from kokeilu.panel import folder
from kokeilu.problems import Problem

MONTHS = month_row(FIRST, 3)


@pytest.fixture
def panel(tmp_path: Path) -> Path:
    rows = person_months(*["uuu"] * 40, *["uo."] * 10, *["ux."] * 2, *["sss"] * 9)
    return write_panel(tmp_path / "panel", rows, 3)


@pytest.fixture
def monitor(command_line: Callable[..., Result]) -> Callable[..., str]:
    """Run the command; the Problem it raises is what the command line prints."""

    def run(*arguments: object) -> str:
        result = command_line("monitor", *arguments, catch_exceptions=False)
        assert result.exit_code in (0, 2)
        return result.output

    return run


@pytest.mark.parametrize("engine", ["duckdb", "polars"])
def test_the_table_is_long_and_every_engine_writes_the_same(
    monitor: Callable[..., str], panel: Path, tmp_path: Path, engine: str
) -> None:
    monitor("--panel", panel, "--month", "2020-12", "--out", tmp_path / "out", "--engine", engine)
    table = pl.read_csv(tmp_path / "out" / "monthly-2020-12.csv")
    assert table.columns == ["area", "population", "month", "indicator", "value"]
    values = dict(table.filter(population="residents").select("indicator", "value").rows())
    assert (values["registered_unemployed"], values["outflow"], values["laid_off"]) == (40, 12, 0)
    assert (values["outflow_outside"], values["outflow_open_market"]) == (None, None)
    lines = (tmp_path / "out" / "monthly-2020-12.csv").read_text().splitlines()
    assert "espoo,residents,2020-12,registered_unemployed,40" in lines
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "durations-2020-12.csv",
        "durations-2020-12.csv-metadata.json",
        "monthly-2020-12.csv",
        "monthly-2020-12.csv-metadata.json",
    ]


def test_rates_have_two_decimals(monitor: Callable[..., str], tmp_path: Path) -> None:
    panel = write_panel(tmp_path / "panel", person_months(*["u"] * 20, *["s"] * 10), 1)
    monitor("--panel", panel, "--month", "2020-11", "--out", tmp_path)
    assert "espoo,residents,2020-11,activation_rate,33.33" in (tmp_path / "monthly-2020-11.csv").read_text()


def test_a_month_that_the_panel_lacks_is_told_with_those_it_has(
    monitor: Callable[..., str], panel: Path, tmp_path: Path
) -> None:
    with pytest.raises(Problem, match=r"the panel has no 2021-02 \(it covers 2020-11 to 2021-01\)"):
        monitor("--panel", panel, "--month", "2021-02", "--out", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_folder_that_is_no_panel_is_told(monitor: Callable[..., str], tmp_path: Path) -> None:
    with pytest.raises(Problem, match="not a panel folder"):
        monitor("--panel", tmp_path, "--month", "2021-01", "--out", tmp_path / "out")
    with pytest.raises(Problem, match="no such panel folder"):
        monitor("--panel", tmp_path / "none", "--month", "2021-01", "--out", tmp_path / "out")


@pytest.mark.parametrize("people", [person_months(*["uuu"] * 40, area=None), person_months("uuu").clear()])
def test_a_panel_of_nobody_in_an_area_is_told(
    monitor: Callable[..., str], tmp_path: Path, people: pl.DataFrame
) -> None:
    panel = write_panel(tmp_path / "panel", people, 3)
    with pytest.raises(Problem, match="nobody in the panel lives in an area of the trial kuntakokeilu"):
        monitor("--panel", panel, "--month", "2020-12", "--out", tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("engine", ["duckdb", "polars"])
def test_a_damaged_panel_is_told(monitor: Callable[..., str], panel: Path, tmp_path: Path, engine: str) -> None:
    [file] = (panel / folder.part_folder("person_months", MONTHS[1])).iterdir()
    file.write_bytes(file.read_bytes()[:100])
    with pytest.raises(Problem, match="missing or damaged"):
        monitor("--panel", panel, "--month", "2021-01", "--out", tmp_path / "out", "--engine", engine)


@pytest.mark.parametrize("month", ["2021", "2021-13", "march", "202103"])
def test_a_month_that_is_none_is_wrong_use(
    monitor: Callable[..., str], panel: Path, tmp_path: Path, month: str
) -> None:
    assert "is not a month" in monitor("--panel", panel, "--month", month, "--out", tmp_path / "out")


@pytest.mark.django_db
def test_publishing_shows_the_months_up_to_it_and_draws_their_charts(
    monitor: Callable[..., str], panel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kokeilu.monitoring import charts
    from kokeilu.monitoring.models import MonthlyFigure, NationalFigure

    monkeypatch.setattr(charts, "draw", lambda chart: "<svg/>")
    told = monitor("--panel", panel, "--month", "2020-12", "--out", tmp_path, "--publish")
    added = MonthlyFigure.objects.count() + NationalFigure.objects.count()
    assert f"{added} figures added, 0 replaced, 0 removed" in told
    assert {str(month) for month in MonthlyFigure.objects.values_list("month", flat=True)} == {
        "2020-11-01",
        "2020-12-01",
    }


def test_a_place_that_cannot_be_written_is_told(monitor: Callable[..., str], panel: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Problem, match="cannot be written"):
        monitor("--panel", panel, "--month", "2021-01", "--out", tmp_path / "file")


def test_a_counted_panel_gives_its_figures_and_durations_without_being_counted_again(
    panel: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from_folder = table.shown(panel)
    durations = duration_table.published(panel, from_folder.areas)
    counted = table.count(panel)

    def again(*_: object) -> None:
        raise AssertionError("the panel is counted again")

    monkeypatch.setattr(engines, "events", again)
    told = table.shown(counted)
    assert told.areas.equals(from_folder.areas)
    assert told.together.equals(from_folder.together)
    found = duration_table.published(counted, told.areas)
    assert found.steps.equals(durations.steps)
    assert found.medians.sort("area", "month", "kind").equals(durations.medians.sort("area", "month", "kind"))
    assert len(list(breakdown_table.all_published(counted, [DIMENSIONS["duration"]]))) == 1
