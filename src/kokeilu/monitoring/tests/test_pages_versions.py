"""Pages and releases of revised panels: whoever has all of them derives no hidden figure."""

from pathlib import Path

import polars as pl
import pytest
from django.db import Error, connection, transaction

from kokeilu.monitoring import actions, release_actions, release_again, release_audit, release_queries, table
from kokeilu.monitoring.models import MonthlyFigure, PagesVersion
from kokeilu.monitoring.release_audit import KEY, Version
from kokeilu.monitoring.tests.panels import person_months, write_panel
from kokeilu.panel.check import open_panel

pytestmark = pytest.mark.django_db

FIRST = person_months(*["uuu"] * 40, *["uuo"] * 9, *["sss"] * 9, *["lll"] * 3, *["ooo"] * 20)
"""Three people are laid off; the unemployed who are not are hidden with them."""
LATER = person_months(*["lll"] * 3).with_columns(pl.col("person") + 900)
"""A correction: three more, so that those laid off may be shown."""
CELL = {"area": "espoo", "population": "residents", "month": "2020-12"}
LAST = 202101


@pytest.fixture
def panels(tmp_path: Path) -> tuple[Path, Path]:
    """A panel and its revision."""
    return (
        write_panel(tmp_path / "first", FIRST, 3),
        write_panel(tmp_path / "second", pl.concat([FIRST, LATER]), 3),
    )


def seen(name: str, panel: Path) -> Version:
    """What the pages show now, read from them, beside the truth of their panel: nothing that was kept is trusted."""
    truth = release_audit.cells_of(table.count(open_panel(panel)).figures)
    shown = pl.DataFrame(
        [
            (area, population, f"{month:%Y-%m}", indicator, suppressed)
            for area, population, month, indicator, suppressed in MonthlyFigure.objects.values_list(*KEY, "suppressed")
        ],
        [*KEY, "suppressed"], orient="row",
    )  # fmt: skip
    small = pl.col("value").is_between(1, 4)
    status = pl.when(~pl.col("suppressed")).then(pl.lit("published")).when(small).then(pl.lit("primary"))
    both = truth.join(shown, on=KEY).with_columns(status=status.otherwise(pl.lit("secondary")))
    assert both.height == truth.height
    return Version(name, both.select(release_audit.COLUMNS))


def released(panel: Path, analysts) -> Version:
    """A release of the panel, published at once."""
    preparer, checker = analysts
    release = release_actions.prepare(open_panel(panel), LAST, reason="A correction", actor=preparer)
    release_actions.check(release.pk, actor=checker)
    release_actions.schedule(release.pk, actor=preparer)
    return release_queries.version_of(release)


def exposed(*versions: Version) -> list[tuple]:
    """What the exact attacker derives too narrowly from all of them together."""
    found = release_audit.audit([Version(f"v{number}", one.cells) for number, one in enumerate(versions)])
    return found.filter("exposed").select("version", *KEY, "low", "high").rows()


def status(version: Version, indicator: str) -> str:
    return version.cells.filter(**CELL, indicator=indicator).get_column("status").item()


def test_the_correction_alone_would_give_the_three_away(panels, analysts):
    """Each panel protected by itself: the attacker subtracts, so the tests below can fail."""
    first, second = (Version(path.name, _alone(path)) for path in panels)
    assert status(first, "laid_off") == "primary"
    assert status(first, "unemployed_not_laid_off") == "secondary"
    assert status(second, "laid_off") == "published"
    assert ("v0", *CELL.values(), "laid_off", 3.0, 3.0) in exposed(first, second)


def _alone(path: Path) -> pl.DataFrame:
    decided = table.shown(path).decided
    return release_audit.cells_of(decided).with_columns(decided.get_column("status"))


def test_pages_of_a_revised_panel_and_an_earlier_release_tell_nothing_together(panels, analysts):
    first, second = panels
    actions.publish(first)
    release = released(first, analysts)
    actions.publish(second)
    assert exposed(release, seen("pages", second)) == []


def test_a_release_of_a_revised_panel_and_the_pages_tell_nothing_together(panels, analysts):
    first, second = panels
    actions.publish(first)
    pages = seen("pages", first)
    release = released(second, analysts)
    assert exposed(pages, release) == []


def test_yesterdays_page_and_todays_tell_nothing_together(panels):
    first, second = panels
    actions.publish(first)
    yesterday = seen("yesterday", first)
    actions.publish(second)
    assert exposed(yesterday, seen("today", second)) == []


def test_back_and_forth_and_a_further_month_tell_nothing_together(panels, analysts, tmp_path):
    first, second = panels
    versions = []
    for panel in (first, second, first):
        actions.publish(panel)
        versions.append(seen("pages", panel))
    versions.append(released(second, analysts))
    rows = person_months(*["uuuu"] * 40, *["uuol"] * 9, *["ssss"] * 9, *["llll"] * 3, *["oooo"] * 20)
    third = write_panel(tmp_path / "third", rows, 4)
    actions.publish(third)
    versions.append(seen("pages", third))
    for number, _version in enumerate(versions):
        assert exposed(*versions[:number], *versions[number + 1 :], versions[number]) == []


def test_a_release_of_the_pages_panel_hides_what_they_hide(panels, analysts):
    first, _second = panels
    actions.publish(first)
    release = released(first, analysts)
    pages = seen("pages", first)
    both = pages.cells.join(release.cells, on=KEY, suffix="_released")
    assert both.height == pages.cells.height
    assert both.filter(pl.col("status") != pl.col("status_released")).is_empty()


def test_a_release_made_before_pages_changed_is_looked_at_again(panels, analysts):
    """Prepared first, the pages published after it: they are decided beside it, and its checks see them."""
    first, second = panels
    preparer, checker = analysts
    release = release_actions.prepare(open_panel(first), LAST, actor=preparer)
    actions.publish(second)
    release_actions.check(release.pk, actor=checker)
    assert exposed(release_queries.version_of(release), seen("pages", second)) == []


def test_a_release_is_made_again_with_the_pages_that_there_were(panels, analysts):
    first, second = panels
    preparer, _checker = analysts
    actions.publish(first)
    release = release_actions.prepare(open_panel(second), LAST, actor=preparer)
    assert release.made_from["parameters"]["earlier"] == [f"pages-{PagesVersion.objects.get().pk}"]
    actions.publish(second)
    assert release_again.differences(release, open_panel(second)) == []


def test_the_same_pages_are_noted_once_and_never_changed(panels):
    first, second = panels
    for panel in (first, first, second, second):
        actions.publish(panel)
    assert PagesVersion.objects.count() == 2
    for sql in ("UPDATE monitoring_pagesversion SET at = now()", "DELETE FROM monitoring_pagesversion"):
        with pytest.raises(Error) as error, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
        assert error.value.__cause__.diag.constraint_name == "append_only"
