"""Publishing: the figures of the pages follow the panel, once, with what they replaced."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest
from django.core.exceptions import PermissionDenied

from kokeilu.access.models import ChangeLog, Role
from kokeilu.monitoring import actions
from kokeilu.monitoring.models import MonthlyFigure, NationalFigure
from kokeilu.monitoring.tests.panels import person_months, write_panel
from kokeilu.problems import Problem

pytestmark = pytest.mark.django_db

ROWS = person_months(*["uuu"] * 40, *["uo."] * 10, *["ux."] * 2, *["sss"] * 9)


def value(indicator: str, month: date) -> tuple[float | None, bool]:
    figure = MonthlyFigure.objects.get(area="espoo", population="residents", month=month, indicator=indicator)
    return figure.value, figure.suppressed


def test_a_panel_is_published(tmp_path: Path) -> None:
    done = actions.publish(write_panel(tmp_path / "panel", ROWS, 3))
    assert done.added == MonthlyFigure.objects.count() + NationalFigure.objects.count()
    assert MonthlyFigure.objects.exists()
    assert NationalFigure.objects.exists()
    assert value("registered_unemployed", date(2020, 11, 1)) == (52, False)
    assert value("outflow_outside", date(2020, 12, 1)) == (None, True)
    line = ChangeLog.objects.get()
    assert (line.action, line.user) == ("publish", None)
    assert line.new == {"from": "2020-11", "to": "2021-01", "figures": done.added}


def test_the_same_panel_again_changes_nothing(tmp_path: Path) -> None:
    panel = write_panel(tmp_path / "panel", ROWS, 3)
    actions.publish(panel)
    before = list(MonthlyFigure.objects.order_by("id").values_list())
    assert actions.publish(panel) == actions.Published(0, 0, 0)
    assert list(MonthlyFigure.objects.order_by("id").values_list()) == before
    assert ChangeLog.objects.count() == 1


def test_what_another_panel_says_differently_is_replaced_and_logged(tmp_path: Path) -> None:
    actions.publish(write_panel(tmp_path / "one", ROWS, 3))
    more = pl.concat([ROWS, person_months(*["..u"] * 6).with_columns(pl.col("person") + 900)])
    done = actions.publish(write_panel(tmp_path / "two", more, 3))
    assert (done.added, done.removed) == (0, 0)
    assert value("registered_unemployed", date(2021, 1, 1)) == (46, False)
    together, line = ChangeLog.objects.filter(action="republish").order_by("subject_id")
    assert (together.subject_id, line.subject_id) == ("all areas/2021-01", "espoo/2021-01")
    assert (line.old["residents/registered_unemployed"], line.new["residents/registered_unemployed"]) == (40, 46)


def test_figures_that_are_no_more_are_removed(tmp_path: Path) -> None:
    other = ROWS.with_columns(pl.col("person") + 500, area=pl.lit("helsinki"))
    actions.publish(write_panel(tmp_path / "one", pl.concat([ROWS, other]), 3))
    done = actions.publish(write_panel(tmp_path / "two", ROWS, 3))
    assert done.removed > 0
    assert set(MonthlyFigure.objects.values_list("area", flat=True)) == {"espoo"}


def test_only_the_months_asked_for_are_published(tmp_path: Path) -> None:
    panel = write_panel(tmp_path / "panel", ROWS, 3)
    actions.publish(panel, [202012])
    assert set(MonthlyFigure.objects.values_list("month", flat=True)) == {date(2020, 12, 1)}
    actions.publish(panel)
    assert MonthlyFigure.objects.values("month").distinct().count() == 3


def test_a_month_that_the_panel_lacks_publishes_nothing(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="has no 2021-02"):
        actions.publish(write_panel(tmp_path / "panel", ROWS, 3), [202012, 202102])
    assert not MonthlyFigure.objects.exists()


def test_publishing_takes_the_right(tmp_path: Path, actor_of) -> None:
    panel = write_panel(tmp_path / "panel", ROWS, 3)
    with pytest.raises(PermissionDenied):
        actions.publish(panel, actor=actor_of(Role.WORKER, "espoo"))
    analyst = actor_of(Role.ANALYST, "ely")
    actions.publish(panel, actor=analyst)
    assert ChangeLog.objects.get().user == analyst.user
