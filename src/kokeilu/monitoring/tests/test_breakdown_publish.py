"""Publishing figures by class: beside the pages' figures, once and never again; and the files of them."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from click.testing import Result
from django.core.exceptions import PermissionDenied

from kokeilu.access.models import ChangeLog, Role
from kokeilu.access.policy import Actor
from kokeilu.monitoring import actions, breakdown_actions, breakdown_queries, commands, release_calendar
from kokeilu.monitoring.actions import Published
from kokeilu.monitoring.breakdown_rules import DIMENSIONS
from kokeilu.monitoring.models import MonthlyBreakdown
from kokeilu.monitoring.tests.panels import person_months, with_classes, write_panel
from kokeilu.problems import Problem

ROWS = with_classes(person_months(*["uuu"] * 40, *["uo."] * 30, *["sss"] * 30))
WANTED = [DIMENSIONS["sex"], DIMENSIONS["duration"]]
NOVEMBER, JANUARY = date(2020, 11, 1), date(2021, 1, 1)


@pytest.fixture
def panel(tmp_path: Path) -> Path:
    return write_panel(tmp_path / "panel", ROWS, 3)


def by(dimension: str, month: date, indicator: str = "registered_unemployed") -> dict[str, int | None]:
    cells = breakdown_queries.cells([indicator], dimension, ["espoo"], [month])
    assert all(cell.suppressed == (cell.value is None) for cell in cells)
    return {cell.group: cell.value for cell in cells}


@pytest.mark.django_db
def test_figures_by_class_stand_beside_those_of_the_pages(panel: Path) -> None:
    actions.publish(panel)
    done = breakdown_actions.publish(panel, WANTED)
    assert done.added == MonthlyBreakdown.objects.count() > 0
    assert by("sex", NOVEMBER) == {"female": 46, "male": 24, "unknown": 0}
    assert by("duration", NOVEMBER)["unknown"] == 70
    assert [one.key for one in breakdown_queries.dimensions()] == ["sex", "duration"]
    assert breakdown_queries.months("sex") == [JANUARY, date(2020, 12, 1), NOVEMBER]
    assert breakdown_queries.indicators("duration") == ["registered_unemployed", "outflow"]
    line = ChangeLog.objects.get(subject="monthly_breakdowns", subject_id="sex/2021-01")
    assert line.action == "publish"
    assert line.new is not None
    assert (line.new["by"], line.new["from"]) == ("sex", "2020-11")


@pytest.mark.django_db
def test_a_small_class_is_hidden_with_another_one(panel: Path) -> None:
    actions.publish(panel)
    breakdown_actions.publish(panel, [DIMENSIONS["age"]])
    assert by("age", NOVEMBER) == {"under_25": None, "25_29": 0, "30_49": None, "50_over": 0, "unknown": 0}


@pytest.mark.django_db
def test_the_same_panel_again_changes_nothing(panel: Path) -> None:
    actions.publish(panel)
    breakdown_actions.publish(panel, WANTED)
    before, lines = list(MonthlyBreakdown.objects.order_by("id").values_list()), ChangeLog.objects.count()
    assert breakdown_actions.publish(panel, WANTED) == Published(0, 0, 0)
    assert list(MonthlyBreakdown.objects.order_by("id").values_list()) == before
    assert ChangeLog.objects.count() == lines


@pytest.mark.django_db
def test_months_that_are_out_stay_as_first_published(panel: Path, tmp_path: Path) -> None:
    actions.publish(panel)
    breakdown_actions.publish(panel, WANTED)
    before = list(MonthlyBreakdown.objects.order_by("id").values_list())
    more = person_months(*["..u"] * 6).with_columns(
        pl.col("person") + 900, sex=pl.lit("male"), age_class=pl.lit("30_49")
    )
    other = write_panel(tmp_path / "other", pl.concat([ROWS, more]), 3)
    actions.publish(other)
    done = breakdown_actions.publish(other, WANTED)
    assert (done.added, done.replaced, done.removed) == (0, 0, 0)
    assert done.kept > 0
    assert list(MonthlyBreakdown.objects.order_by("id").values_list()) == before
    assert by("sex", JANUARY)["male"] == 14


@pytest.mark.django_db
def test_a_revised_panel_adds_its_new_months_and_the_file_says_the_same(panel: Path, tmp_path: Path) -> None:
    actions.publish(panel)
    breakdown_actions.publish(panel, WANTED, last=202012)
    out = MonthlyBreakdown.objects.count()
    more = person_months(*["uuu"] * 6).with_columns(pl.col("person") + 900, sex=pl.lit("male"))
    other = write_panel(tmp_path / "other", pl.concat([ROWS, more], how="diagonal_relaxed"), 3)
    with pytest.raises(Problem, match="the pages do not show this panel's figures of 2021-01"):
        breakdown_actions.publish(other, WANTED)
    actions.publish(other, [202101])
    made = list(breakdown_actions.made(other, WANTED, None, "duckdb"))
    done, _ = breakdown_actions.publish_made(made)
    assert done.added == MonthlyBreakdown.objects.count() - out > 0
    assert (by("sex", NOVEMBER)["male"], by("sex", JANUARY)["male"]) == (24, 20)
    told = made[0].figures.filter(indicator="registered_unemployed", group="male").sort("month")
    assert told.get_column("value").to_list()[::2] == [24, 20]
    assert breakdown_actions.publish(other, WANTED).added == 0
    line = ChangeLog.objects.filter(subject="monthly_breakdowns", subject_id="sex/2021-01").get()
    assert line.new is not None
    assert (line.new["from"], line.new["kept"]) == ("2021-01", made[0].kept)


@pytest.mark.django_db
def test_what_others_published_meanwhile_is_not_published_again(panel: Path) -> None:
    actions.publish(panel)
    made = list(breakdown_actions.made(panel, WANTED, None, "duckdb"))
    breakdown_actions.publish_made(made)
    with pytest.raises(Problem, match="published meanwhile"):
        breakdown_actions.publish_made(made)


@pytest.mark.django_db
def test_classes_of_figures_that_the_pages_do_not_show_are_refused(panel: Path) -> None:
    with pytest.raises(Problem, match="the pages do not show this panel's figures of 2020-11"):
        breakdown_actions.publish(panel, WANTED)
    assert not MonthlyBreakdown.objects.exists()


@pytest.mark.django_db
def test_only_who_may_publish_publishes(panel: Path, actor_of: Callable[[Role, str], Actor]) -> None:
    with pytest.raises(PermissionDenied):
        breakdown_actions.publish(panel, WANTED, actor=actor_of(Role.WORKER, "espoo"))


@pytest.mark.django_db
def test_a_month_under_embargo_waits(panel: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    actions.publish(panel)
    breakdown_actions.publish(panel, WANTED)
    monkeypatch.setattr(release_calendar, "embargoed_from", lambda: JANUARY)
    assert breakdown_queries.months("sex")[0] < JANUARY
    assert by("sex", JANUARY) == {}
    assert by("sex", NOVEMBER)


@pytest.mark.django_db(transaction=True)
def test_the_command_writes_a_file_for_each_dimension(
    panel: Path, tmp_path: Path, command_line: Callable[..., Result]
) -> None:
    out = tmp_path / "out"
    arguments = ("monitor", "--panel", panel, "--month", "2021-01", "--out", out, "--by", "sex", "--by", "duration")
    assert "by-sex.csv" in command_line(*arguments, catch_exceptions=False).output
    assert not MonthlyBreakdown.objects.exists()
    lines = (out / "monthly-2021-01-by-sex.csv").read_text("utf-8").splitlines()
    assert lines[0] == "area,population,month,indicator,sex,value"
    assert "espoo,residents,2021-01,registered_unemployed,female,26" in lines
    assert (out / "monthly-2021-01-by-duration.csv").exists()
    assert "figures of classes added" in command_line(*arguments, "--publish", catch_exceptions=False).output
    assert {one.key for one in breakdown_queries.dimensions()} == {"sex", "duration"}


def test_the_command_knows_every_dimension_and_no_other(command_line: Callable[..., Result], tmp_path: Path) -> None:
    assert [one.value for one in commands.By] == list(DIMENSIONS)
    assert (
        command_line("monitor", "--panel", tmp_path, "--month", "2021-01", "--out", tmp_path, "--by", "hat").exit_code
        == 2
    )
