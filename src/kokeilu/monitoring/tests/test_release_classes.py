"""Releases with tables by class: taken over as they are out, decided beside it, audited, in every format."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from django.db import Error, transaction
from django.test import Client
from django.urls import reverse
from django.utils.translation import override
from pytest_django.fixtures import Settings
from typer.testing import Result

from kokeilu import clock
from kokeilu.access.models import Role
from kokeilu.access.policy import Actor
from kokeilu.monitoring import (
    actions,
    breakdown_actions,
    breakdown_out,
    builder_texts,
    format_px,
    release_actions,
    release_again,
    release_queries,
    release_source,
)
from kokeilu.monitoring.breakdown_rules import DIMENSIONS
from kokeilu.monitoring.models import MonthlyBreakdown, Release, ReleaseCheck, ReleaseFile, ReleaseTable
from kokeilu.monitoring.published_table import LANGUAGES, PublishedTable
from kokeilu.monitoring.release_class_tables import Wanted
from kokeilu.monitoring.tests.panels import person_months, with_classes, write_panel
from kokeilu.monitoring.tests.readers import read_csv, read_jsonstat, read_px, read_xlsx, valid
from kokeilu.monitoring.tests.released import Analysts
from kokeilu.monitoring.tests.tables import by_cell
from kokeilu.monitoring.tests.test_format_dcat import faults
from kokeilu.panel.check import open_panel
from kokeilu.problems import Problem

pytestmark = pytest.mark.django_db

NOW = datetime(2021, 3, 31, 9, 0, tzinfo=clock.HELSINKI)
ROWS = with_classes(person_months(*["uuu"] * 40, *["uo."] * 30, *["sss"] * 30))
BY = [DIMENSIONS["age"], DIMENSIONS["sex"], DIMENSIONS["duration"]]
DECEMBER, JANUARY = 202012, 202101


@pytest.fixture(autouse=True)
def _then(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    with override("en"):
        yield


@pytest.fixture
def panel(tmp_path: Path) -> Path:
    return write_panel(tmp_path / "panel", ROWS, 3)


@pytest.fixture
def out(panel: Path) -> Path:
    """The panel, published on the pages and by class."""
    actions.publish(panel)
    breakdown_actions.publish(panel, BY)
    return panel


def published(panel: Path, last: int, analysts: Analysts, reason: str = "") -> Release:
    release = release_actions.prepare(panel, last, BY, reason=reason, actor=analysts[0])
    release_actions.check(release.pk, actor=analysts[1])
    return release_actions.schedule(release.pk, actor=analysts[0])


def pages(dimension: str) -> dict[tuple[str, ...], float | str]:
    """What the pages have by a dimension, as the formats' readers give it."""
    rows = MonthlyBreakdown.objects.filter(dimension=dimension)
    return {
        (one.area, one.population, f"{one.month:%Y-%m}", one.indicator, one.group):
        "hidden" if one.value is None else float(one.value)
        for one in rows
    }  # fmt: skip


def table(release: Release, dimension: str) -> PublishedTable:
    return next(table for one, table in release_queries.further(release) if one.dimension == dimension)


# What is in them


def test_a_release_takes_over_what_is_out_by_class_in_every_format(
    out: Path, analysts: Analysts, tmp_path: Path
) -> None:
    release = release_actions.prepare(out, JANUARY, BY, actor=analysts[0])
    assert [one.dimension for one in release.tables.order_by("position")] == ["age", "sex", "duration"]
    assert release.files.count() == 9 * 4
    for file in ReleaseFile.objects.filter(release=release):
        (tmp_path / file.name).write_bytes(bytes(file.content.content))
    for dimension in BY:
        wanted, one = pages(dimension.key), table(release, dimension.key)
        assert by_cell(one) == wanted
        assert "hidden" in wanted.values() or dimension.key != "age"
        stem = tmp_path / f"monthly-figures-by-{dimension.key}-2021-01"
        assert valid(stem.with_suffix(".csv"))
        assert read_csv(stem.with_suffix(".csv")) == wanted
        for language in LANGUAGES:
            assert read_jsonstat(Path(f"{stem}-{language}.json").read_bytes()) == wanted
            assert read_xlsx(Path(f"{stem}-{language}.xlsx").read_bytes(), language) == wanted
            assert read_px(stem.with_suffix(".px"), one, language) == wanted
    assert [builder_texts.NO_DURATION in table(release, one.key).notes for one in BY] == [False, False, True]
    said = release.made_from["by_class"]["age"]
    assert said["out"] == {"espoo": "2021-01"}
    assert len(said["sha256"]) == 64


def test_later_months_are_decided_in_the_release_and_the_pages_take_them_over(panel: Path, analysts: Analysts) -> None:
    release = release_actions.prepare(panel, DECEMBER, BY, actor=analysts[0])
    assert all(one.passed for one in release.checks.all())
    wanted = {one.key: by_cell(table(release, one.key)) for one in BY}
    assert "hidden" in wanted["age"].values()
    assert not MonthlyBreakdown.objects.exists()
    actions.publish(panel)
    done = breakdown_actions.publish(panel, BY)
    assert done.added == MonthlyBreakdown.objects.count()
    for one in BY:
        assert {key: value for key, value in pages(one.key).items() if key[2] <= "2020-12"} == wanted[one.key]
        assert any(key[2] == "2021-01" for key in pages(one.key))


def test_a_revised_panel_leaves_the_figures_by_class_as_they_are_out(
    out: Path, analysts: Analysts, tmp_path: Path
) -> None:
    first = published(out, DECEMBER, analysts)
    more = person_months(*["uuu"] * 20).with_columns(
        pl.col("person") + 900, sex=pl.lit("male"), age_class=pl.lit("30_49")
    )
    revised = write_panel(tmp_path / "revised", pl.concat([ROWS, more]), 3)
    with pytest.raises(Problem, match="published figures change"):
        release_actions.prepare(revised, DECEMBER, BY, actor=analysts[0])
    second = published(revised, JANUARY, analysts, reason="A late extract")
    for one in BY:
        held = by_cell(table(second, one.key))
        assert {key: value for key, value in held.items() if key[2] <= "2020-12"} == by_cell(table(first, one.key))
        assert held == pages(one.key)
    passed = second.checks.order_by("id")[0]
    assert {one["key"]: one["found"] for one in passed.findings}["classes"] == 0


# The checks


def test_a_figure_by_class_that_is_out_otherwise_blocks(out: Path, analysts: Analysts) -> None:
    release = release_actions.prepare(out, JANUARY, BY, actor=analysts[0])
    MonthlyBreakdown.objects.filter(dimension="sex", indicator="job_seekers", group="male").update(value=1)
    with pytest.raises(Problem, match="Figures by class stay as they were first published"):
        release_actions.check(release.pk, actor=analysts[1])
    assert [one.passed for one in ReleaseCheck.objects.order_by("id")] == [True, False]


def test_a_pattern_that_gives_a_small_class_away_blocks(panel: Path, analysts: Analysts) -> None:
    """The attack is on what the release keeps: with only the small classes hidden, the totals give them back."""
    wanted = Wanted(BY, breakdown_out.anywhere, release_queries.beside)
    made = release_source.prepare(panel, JANUARY, [], release_actions.about(analysts[0]), None, wanted)
    age = made.by_class[0].classes
    assert {"primary", "secondary"} <= set(age.cells.get_column("status"))
    shown = pl.when(pl.col("status") == "secondary").then(pl.lit("published")).otherwise("status")
    age.cells.replace_column(age.cells.columns.index("status"), age.cells.select(status=shown).to_series())
    release = release_actions.keep(made, actor=analysts[0])
    finding = next(one for one in release.checks.get().findings if one["key"] == "disclosure")
    assert not finding["passed"]
    assert any(
        place.startswith("age / espoo / residents / ") and place.endswith(": 3–3") for place in finding["places"]
    )
    with pytest.raises(Problem, match="No hidden figure can be derived"):
        release_actions.check(release.pk, actor=analysts[1])


def test_a_table_that_the_last_release_had_is_left_out_with_a_reason_only(
    out: Path, analysts: Analysts, monkeypatch: pytest.MonkeyPatch
) -> None:
    published(out, DECEMBER, analysts)
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(hours=1))
    with override("en"), pytest.raises(Problem, match="are left out: monthly-figures-by-age"):
        release_actions.prepare(out, JANUARY, BY[1:], actor=analysts[0])
    release = release_actions.prepare(out, JANUARY, BY[1:], reason="Ages are wrong in the register", actor=analysts[0])
    revised = next(one for one in release.checks.get().findings if one["key"] == "revised")
    assert revised["places"] == ["monthly-figures-by-age"]
    assert revised["passed"]


# Made again, and never changed


def test_the_tables_come_out_the_same_bit_for_bit(
    panel: Path, analysts: Analysts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Decided by the release itself first, then taken over by the pages, then by the next release."""
    first = published(panel, DECEMBER, analysts)
    actions.publish(panel)
    breakdown_actions.publish(panel, BY)
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(hours=1))
    second = published(panel, JANUARY, analysts)
    for release in (first, second):
        assert release_again.differences(release, open_panel(panel)) == []
    monkeypatch.setattr(format_px, "px", lambda table: b"other")
    assert "monthly-figures-by-sex-2021-01.px" in release_again.differences(second)


@pytest.mark.parametrize(
    ("sql", "constraint"),
    [
        ("UPDATE monitoring_releasetable SET dimension = 'sex'", "append_only"),
        ("DELETE FROM monitoring_releasetable", "append_only"),
        (
            "INSERT INTO monitoring_releasetable (release_id, position, dimension, content_id, protection_id)"
            " SELECT id, 9, 'benefit', content_id, protection_id FROM monitoring_release",
            "release_is_whole",
        ),
        (
            "INSERT INTO monitoring_releasefile (release_id, position, name, kind, language, size, content_id)"
            " SELECT id, 99, 'more.csv', 'csv', '', 1, content_id FROM monitoring_release",
            "release_is_whole",
        ),
    ],
)
def test_the_database_keeps_the_tables_of_a_checked_release(
    out: Path, analysts: Analysts, sql: str, constraint: str
) -> None:
    from django.db import connection

    published(out, DECEMBER, analysts)
    with pytest.raises(Error) as error, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert error.value.__cause__.diag.constraint_name == constraint  # type: ignore[union-attr]


# Before and after its time


def test_until_its_time_nobody_else_sees_anything_of_the_tables(
    out: Path, analysts: Analysts, actor_of: Callable[..., Actor], client: Client
) -> None:
    release = release_actions.prepare(out, JANUARY, BY, actor=analysts[0])
    release_actions.check(release.pk, actor=analysts[1])
    release_actions.schedule(release.pk, NOW + timedelta(days=1), actor=analysts[0])
    client.force_login(actor_of(Role.WORKER, "espoo").user)
    names = list(release.files.values_list("name", flat=True))
    for name in names:
        assert client.get(reverse("monitoring:release_file", args=[release.pk, name])).status_code == 404
    listed = client.get(reverse("monitoring:releases")).content.decode()
    assert "by-" not in listed
    assert str(release.pk) not in listed
    assert json.loads(client.get(reverse("monitoring:catalogue")).content)["dcat:dataset"] == []


def test_every_table_is_a_dataset_of_the_catalogue_and_has_its_place_on_the_page(
    out: Path, analysts: Analysts, actor_of: Callable[..., Actor], client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = published(out, DECEMBER, analysts)
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(hours=1))
    second = published(out, JANUARY, analysts)
    worker = actor_of(Role.WORKER, "espoo").user
    worker.language = "en"
    worker.save()
    client.force_login(worker)
    content = client.get(reverse("monitoring:catalogue")).content
    found = json.loads(content)["dcat:dataset"]
    assert len(found) == 2 * 4
    by_age = next(one for one in found if one["@id"].endswith(f"{second.pk}/#by-age"))
    assert by_age["dcat:previousVersion"]["@id"].endswith(f"{first.pk}/#by-age")
    assert {one["@value"] for one in by_age["dct:title"]} >= {"Monthly figures of the trial areas by class: Age"}
    assert len(by_age["dcat:distribution"]) == 9
    assert faults(content) == ""
    page = client.get(reverse("monitoring:release", args=[second.pk])).content.decode()
    assert 'id="by-age"' in page
    assert "monthly-figures-by-sex-2021-01.px" in page


# The command and the form


def test_the_command_makes_them_and_names_a_dimension_that_is_none(
    out: Path, analysts: Analysts, command_line: Callable[..., Result]
) -> None:
    options = ("--panel", out, "--month", "2021-01", "--by", analysts[0].user.email)
    with pytest.raises(Problem, match="figures are not broken down by 'shoes'"):
        command_line("release", "prepare", *options, "--table-by", "shoes", catch_exceptions=False)
    made = command_line("release", "prepare", *options, "--table-by", "sex", "--table-by", "age")
    assert made.exit_code == 0
    assert "passed        classes" in made.output
    assert set(Release.objects.get().tables.values_list("dimension", flat=True)) == {"sex", "age"}


def test_the_form_offers_the_tables_of_the_last_release(
    out: Path, analysts: Analysts, client: Client, settings: Settings
) -> None:
    settings.KOKEILU_PANEL = out
    client.force_login(analysts[0].user)
    address = reverse("monitoring:release_prepare")
    sent = client.post(address, {"month": "2020-12", "by": ["sex"]})
    assert sent.status_code == 302
    release = Release.objects.get()
    release_actions.check(release.pk, actor=analysts[1])
    release_actions.schedule(release.pk, actor=analysts[0])
    assert client.get(address).content.decode().count(" checked") == 1
    assert client.post(address, {"month": "2020-12", "by": ["shoes"]}).status_code == 422
    assert [one.dimension for one in ReleaseTable.objects.all()] == ["sex"]
