"""All that is out is in the attack on what comes out next: releases, pages and classes, whoever is first."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from kokeilu.monitoring import (
    actions,
    breakdown_actions,
    breakdown_hiding,
    breakdown_out,
    published_attack,
    release_actions,
    release_attack,
    release_audit,
    release_queries,
    release_texts,
)
from kokeilu.monitoring.breakdown_rules import DIMENSIONS
from kokeilu.monitoring.models import MonthlyBreakdown, MonthlyFigure, PagesVersion, Release, ReleaseCheck
from kokeilu.monitoring.release_classes import CELL, Classes
from kokeilu.monitoring.tests.panels import person_months, with_classes, write_panel
from kokeilu.monitoring.tests.released import Analysts
from kokeilu.monitoring.tests.test_release_attack import BY_AGE, BY_SEX, FIGURES
from kokeilu.problems import Problem

pytestmark = pytest.mark.django_db

ROWS = with_classes(person_months(*["uuu"] * 40, *["uo."] * 30, *["sss"] * 30, *["w.."] * 3))
"""Three are in supported work in the first month: of it nothing is shown by class."""
AGE, SEX, DURATION = (DIMENSIONS[key] for key in ("age", "sex", "duration"))
JANUARY = 202101
BLOCKS = ("area", "month", "indicator")


@pytest.fixture
def panel(tmp_path: Path) -> Path:
    return write_panel(tmp_path / "panel", ROWS, 3)


@pytest.fixture
def attacked(monkeypatch: pytest.MonkeyPatch) -> list[list[Classes]]:
    """What each attack was given by class."""
    found: list[list[Classes]] = []
    attack = published_attack.exposed
    monkeypatch.setattr(
        published_attack,
        "exposed",
        lambda versions, classes, *more: found.append(classes) or attack(versions, classes, *more),
    )
    return found


def shown(classes: list[Classes]) -> set[tuple[object, ...]]:
    """Every figure by class, None where it is hidden."""
    value = pl.when(pl.col("status") == "published").then("value")
    return {(one.dimension.key, *row) for one in classes for row in one.cells.select(*CELL, value).iter_rows()}


def on_pages() -> set[tuple[object, ...]]:
    names = ("dimension", "area", "population", "month", "indicator", "group", "value")
    rows = MonthlyBreakdown.objects.values_list(*names)
    return {(*row[:3], f"{row[3]:%Y-%m}", *row[4:]) for row in rows}


def publish(panel: Path, analysts: Analysts, *by: str) -> Release:
    release = release_actions.prepare(panel, JANUARY, [DIMENSIONS[key] for key in by], actor=analysts[0])
    release_actions.check(release.pk, actor=analysts[1])
    return release_actions.schedule(release.pk, actor=analysts[0])


def test_classes_of_pages_are_attacked_with_a_release_that_has_no_table_of_them(
    panel: Path, analysts: Analysts, attacked: list[list[Classes]]
) -> None:
    actions.publish(panel)
    breakdown_actions.publish(panel, [AGE, SEX, DURATION])
    assert on_pages()
    attacked.clear()
    publish(panel, analysts, "sex")
    assert len(attacked) == 3
    assert all(shown(each) == on_pages() for each in attacked)
    values = {row for one in attacked[0] for row in one.cells.filter(status="primary").get_column("value")}
    assert values <= {1, 2, 3, 4}
    assert values


def test_classes_that_are_out_without_a_note_of_what_was_hidden_are_attacked_with_what_they_show(
    panel: Path, analysts: Analysts, attacked: list[list[Classes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    actions.publish(panel)
    with monkeypatch.context() as before:
        before.setattr(breakdown_actions.pages_versions, "keep_classes", lambda *_: None)
        breakdown_actions.publish(panel, [AGE, SEX])
    attacked.clear()
    publish(panel, analysts)
    assert shown(attacked[-1]) == on_pages()
    breakdown_actions.publish(panel, [AGE, SEX])
    noted = [one for key in (AGE, SEX) for one in release_queries.pages_by_class(key)]
    assert shown(noted) == on_pages()


def test_a_release_is_told_what_follows_by_classes_of_the_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """By sex on the pages, by age in the release: together they tell what neither tells alone."""
    monkeypatch.setattr(breakdown_out, "as_known", lambda versions, before: [BY_SEX])
    assert published_attack.of_release(Release(), [FIGURES], []) == []
    assert set(published_attack.of_release(Release(), [FIGURES], [BY_AGE])) == {
        "espoo / residents / 2021-01 / inflow: 3–6",
        "sex / espoo / residents / 2021-01 / inflow / male: 0–3",
        "age / espoo / residents / 2021-01 / inflow / under_25: 3–6",
    }


def test_what_follows_already_from_what_is_out_does_not_block_other_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    other = release_audit.Version("release-2", FIGURES.cells.with_columns(month=pl.lit("2021-02")))
    monkeypatch.setattr(breakdown_out, "as_known", lambda versions, before: [BY_SEX, BY_AGE])
    assert published_attack.of_release(Release(), [FIGURES, other], []) == []


# The other way round: pages after a release


def careless(persons: breakdown_hiding.Persons, *_: object, **__: object) -> breakdown_hiding.Statuses:
    """Only small figures are hidden."""
    return {cell: "primary" if 0 < value < 5 else "published" for cell, value in persons.items()}


def test_a_month_that_would_open_what_is_hidden_is_hidden_by_class_as_a_whole(
    panel: Path, analysts: Analysts, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(panel, analysts, "sex")
    actions.publish(panel)
    careful = breakdown_hiding.statuses

    def careless_in_january(persons: breakdown_hiding.Persons, *more: Any, **named: Any) -> breakdown_hiding.Statuses:
        shown = {cell: status for cell, status in careless(persons).items() if cell.month == JANUARY}
        return {**careful(persons, *more, **named), **shown}

    monkeypatch.setattr(breakdown_hiding, "statuses", careless_in_january)
    made = list(breakdown_actions.made(panel, [AGE], None, "duckdb"))
    done, [out] = breakdown_actions.publish_made(made)
    before, after = (one.figures.filter(area="espoo").sort(*BLOCKS, "group") for one in (made[0], out))
    hidden = after.group_by("month").agg(pl.col("suppressed").all()).filter("suppressed").get_column("month")
    assert JANUARY in hidden
    assert not before.filter(month=JANUARY).get_column("suppressed").all()
    rest = ~pl.col("month").is_in(hidden.to_list())
    assert after.filter(rest).equals(before.filter(rest))
    assert MonthlyBreakdown.objects.filter(value__isnull=True).count() == after.get_column("suppressed").sum()
    assert done.added == after.height
    versions = release_queries.versions(release_texts.KEY)
    assert published_attack.exposed(versions, breakdown_out.as_known(versions)) == []


def test_classes_that_would_open_what_is_hidden_do_not_reach_the_pages(
    panel: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    actions.publish(panel)
    monkeypatch.setattr(breakdown_hiding, "statuses", careless)
    monkeypatch.setattr(breakdown_actions, "_without", lambda one, months: one)
    with pytest.raises(Problem, match="this would tell hidden figures"):
        breakdown_actions.publish(panel, [AGE])
    assert not MonthlyBreakdown.objects.exists()
    assert not PagesVersion.objects.exclude(dimension="").exists()


def test_figures_that_would_open_hidden_classes_do_not_reach_the_pages(
    panel: Path, analysts: Analysts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(panel, analysts, "sex")
    held = MonthlyFigure.objects.count()
    decided = release_audit.decided
    monkeypatch.setattr(
        release_audit, "decided",
        lambda *given: decided(*given).with_columns(
            status=pl.when(indicator="supported_work").then(pl.lit("published")).otherwise("status")
        ),
    )  # fmt: skip
    with pytest.raises(Problem, match="this would tell hidden figures"):
        actions.publish(panel)
    assert MonthlyFigure.objects.count() == held


# What was attacked is not attacked again, and nothing comes between


def test_the_same_is_searched_once_and_what_is_new_is_searched(
    panel: Path, analysts: Analysts, monkeypatch: pytest.MonkeyPatch
) -> None:
    actions.publish(panel)
    breakdown_actions.publish(panel, [AGE, SEX])
    searched = []
    narrow = release_attack.narrow
    monkeypatch.setattr(release_attack, "narrow", lambda part, *more: searched.append(part) or narrow(part, *more))
    release = release_actions.prepare(panel, JANUARY, actor=analysts[0])
    assert searched == []
    monkeypatch.setattr(published_attack, "_code", lambda: "another")
    release_actions.check(release.pk, actor=analysts[1])
    assert searched
    searched.clear()
    release_actions.schedule(release.pk, actor=analysts[0])
    assert searched == []


def test_what_comes_out_while_a_release_is_checked_is_checked_with_it(
    panel: Path, analysts: Analysts, monkeypatch: pytest.MonkeyPatch
) -> None:
    actions.publish(panel)
    release = release_actions.prepare(panel, JANUARY, actor=analysts[0])
    release_actions.check(release.pk, actor=analysts[1])
    run, late = release_actions.run_checks, [AGE, SEX]

    def beside(*given: object) -> ReleaseCheck:
        found = run(*given)
        if late:
            breakdown_actions.publish(panel, [late.pop()])
        return found

    monkeypatch.setattr(release_actions, "run_checks", beside)
    release_actions.schedule(release.pk, actor=analysts[0])
    assert ReleaseCheck.objects.filter(step="schedule").count() == 3
