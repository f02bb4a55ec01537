"""Durations published from a panel, on their page, in their file; with bad input."""

import re
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kokeilu.access.models import ChangeLog, Role
from kokeilu.monitoring import (
    actions,
    duration_actions,
    duration_queries,
    duration_table,
    duration_texts,
    queries,
    table,
)
from kokeilu.monitoring.duration_files import LEFT, STILL
from kokeilu.monitoring.duration_pages import FLOW, STOCK
from kokeilu.monitoring.figure_texts import shown
from kokeilu.monitoring.indicators import INDICATORS
from kokeilu.monitoring.models import DurationMedian, MonthlyFigure, SurvivalStep
from kokeilu.monitoring.reading import HEADLINE
from kokeilu.monitoring.survival import CAUSES
from kokeilu.monitoring.tests.conftest import MONTHS, people
from kokeilu.monitoring.tests.panels import with_beginnings, write_panel
from kokeilu.monitoring.tests.readers import cells_of, files_of
from kokeilu.panel.check import open_panel
from kokeilu.web import formats

SHARES = (STILL, *LEFT)
ESPOO = reverse("monitoring:durations", args=["espoo"])


@pytest.fixture(scope="module")
def panel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A panel of one area."""
    rows = with_beginnings(people("espoo", 900))
    return write_panel(tmp_path_factory.mktemp("durations") / "panel", rows, MONTHS)


@pytest.fixture(scope="module")
def classes(panel: Path) -> pl.DataFrame:
    """The panel's classes of duration, with the small ones hidden: what else would be is not looked at here."""
    figures = table.count(open_panel(panel)).figures.filter(pl.col("indicator").is_in(duration_queries.SHOWN))
    small = pl.col("persons").is_between(1, 4)
    shown = pl.when(~small).then("persons").cast(pl.Float64)
    return figures.filter(population="residents").with_columns(value=shown, suppressed=small)


@pytest.fixture
def figures(classes: pl.DataFrame, db: None) -> None:
    """The classes, published."""
    MonthlyFigure.objects.bulk_create(
        MonthlyFigure(**row | {"month": date(row["month"] // 100, row["month"] % 100, 1)})
        for row in classes.drop("persons").iter_rows(named=True)
    )


@pytest.fixture
def durations(panel: Path, figures: None) -> Path:
    """The panel's durations, published."""
    duration_actions.publish(panel)
    return panel


def test_what_is_published_is_what_the_panel_holds_and_publishing_again_changes_nothing(durations: Path) -> None:
    steps = SurvivalStep.objects.filter(area="espoo", began=date(2021, 1, 1)).order_by("until")
    assert steps.count() > 2
    before = None
    for step in steps:
        assert before is None or step.at_risk == before
        left = [getattr(step, cause) for cause in CAUSES]
        assert all(count == 0 or count >= 5 for count in left)
        before = step.at_risk - sum(left)
    assert DurationMedian.objects.filter(area="espoo", kind="running", months__isnull=False).exists()
    assert ChangeLog.objects.filter(subject="durations").count() == 1
    again = duration_actions.publish(durations)
    assert (again.added, again.replaced, again.removed) == (0, 0, 0)
    assert ChangeLog.objects.filter(subject="durations").count() == 1


def test_what_is_out_stays_and_a_half_year_told_otherwise_is_not_followed_on(durations: Path) -> None:
    cohort = list(SurvivalStep.objects.filter(area="espoo", began=date(2021, 1, 1)).order_by("until"))
    other = list(SurvivalStep.objects.filter(area="espoo", began=date(2022, 1, 1)).order_by("until"))
    SurvivalStep.objects.filter(id=cohort[0].id).update(at_risk=cohort[0].at_risk + 1)
    SurvivalStep.objects.filter(id__in=[cohort[-1].id, other[-1].id]).delete()
    median = DurationMedian.objects.filter(months__isnull=False).order_by("id")[0]
    DurationMedian.objects.filter(id=median.id).update(months=99)
    done = duration_actions.publish(durations)
    assert done == actions.Published(added=1, replaced=0, removed=0, kept=2)
    assert SurvivalStep.objects.get(id=cohort[0].id).at_risk == cohort[0].at_risk + 1
    assert not SurvivalStep.objects.filter(area="espoo", began=date(2021, 1, 1), until=cohort[-1].until).exists()
    assert SurvivalStep.objects.filter(area="espoo", began=date(2022, 1, 1), until=other[-1].until).exists()
    assert DurationMedian.objects.get(id=median.id).months == 99


def test_months_after_the_last_have_no_median_and_no_step(panel: Path, figures: None) -> None:
    duration_actions.publish(panel, last=202206)
    assert max(DurationMedian.objects.values_list("month", flat=True)) == date(2022, 6, 1)
    assert max(SurvivalStep.objects.values_list("month", flat=True)) <= date(2022, 6, 1)


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_the_page_says_in_words_what_chart_and_tables_show(durations: Path, logged_in, language: str) -> None:  # type: ignore[no-untyped-def]
    client: Client = logged_in(Role.ANALYST, "ely", language)
    shown = client.get(ESPOO, {"began": "2022-01"}).content.decode()
    curve = duration_queries.curves("espoo")[date(2022, 1, 1)]
    people = f"{curve.persons:,}".replace(",", "," if language == "en" else "\u00a0")
    assert shown.count(people) >= 2  # in a sentence and above the table
    assert shown.count("<table") == 3  # the cohort, the year before, the classes
    assert {"fi": "tammi–kesäkuu 2022", "sv": "januari–juni 2022", "en": "January to June 2022"}[language] in shown


def test_the_chart_is_a_picture_of_its_cohort(durations: Path, logged_in) -> None:  # type: ignore[no-untyped-def]
    client: Client = logged_in(Role.ANALYST, "ely", "en")
    address = reverse("monitoring:duration_chart", args=["espoo", "wide"])
    picture = client.get(address, {"began": "2022-01"})
    assert picture["Content-Type"] == "image/svg+xml"
    assert b"January to June 2022" in picture.content
    assert client.get(address, {"began": "1900-01"}).status_code == 404


@pytest.mark.parametrize("asked", [{"began": "nonsense"}, {"began": "2021-02"}, {"month": "2030-01"}, {"month": ""}])
def test_what_is_not_there_is_told_and_the_newest_is_shown(durations: Path, logged_in, asked: dict[str, str]) -> None:  # type: ignore[no-untyped-def]
    client: Client = logged_in(Role.ANALYST, "ely", "en")
    response = client.get(ESPOO, asked)
    assert response.status_code == 200
    page = response.content.decode()
    assert "There are no figures for what was asked for." in page
    assert re.search("Shown instead: (January to June|July to December) 202[0-9], March 2023[.]", page)


def test_the_months_stand_below_the_figure_that_they_are_of(durations: Path, logged_in) -> None:  # type: ignore[no-untyped-def]
    page = logged_in(Role.ANALYST, "ely", "en").get(ESPOO).content.decode()
    groups = re.findall(r'<th scope="colgroup" colspan="2"[^>]*><a[^>]*>([^<]+)</a>', page)
    assert groups == ["Registered unemployed", "Outflow from unemployment"]
    head = page[page.index('scope="colgroup"') : page.index("</thead>", page.index('scope="colgroup"'))]
    assert re.findall(r'scope="col"[^>]*>([^<]+)<', head) == ["March 2023", "March 2022"] * 2


def test_registered_unemployment_stands_with_the_figures_beside_it(durations: Path, logged_in) -> None:  # type: ignore[no-untyped-def]
    page = logged_in(Role.ANALYST, "ely", "en").get(ESPOO, {"month": "2022-06"}).content.decode()
    stats = re.findall(r'k-stat__label"><a[^>]*>([^<]+)</a>.*?k-stat__value">([^<]+)<', page, re.DOTALL)
    figures = queries.of_month("espoo", date(2022, 6, 1))["residents"]
    assert stats == [(INDICATORS[key].name["en"], shown(figures.get(key), INDICATORS[key])) for key in HEADLINE]
    assert figures[HEADLINE[0]].value is not None
    assert "cannot be divided by duration" in page


def test_an_area_that_is_not_there_is_not_found(durations: Path, logged_in) -> None:  # type: ignore[no-untyped-def]
    client: Client = logged_in(Role.ANALYST, "ely", "en")
    assert client.get(reverse("monitoring:durations", args=["atlantis"])).status_code == 404
    assert client.get(reverse("monitoring:duration_chart", args=["atlantis", "wide"])).status_code == 404


def test_an_area_without_a_curve_says_so(durations: Path, logged_in) -> None:  # type: ignore[no-untyped-def]
    SurvivalStep.objects.all().delete()
    client: Client = logged_in(Role.ANALYST, "ely", "en")
    shown = client.get(ESPOO).content.decode()
    assert "No half-year of beginnings can be shown" in shown
    assert "<picture>" not in shown


def test_the_page_asks_the_database_as_often_for_one_cohort_as_for_many(durations: Path, logged_in) -> None:  # type: ignore[no-untyped-def]
    client: Client = logged_in(Role.ANALYST, "ely", "en")
    client.get(ESPOO)
    with CaptureQueriesContext(connection) as many:
        client.get(ESPOO)
    SurvivalStep.objects.exclude(began=date(2021, 1, 1)).delete()
    with CaptureQueriesContext(connection) as one:
        client.get(ESPOO)
    assert len(one) == len(many)


def test_the_file_of_a_month(panel: Path, classes: pl.DataFrame, tmp_path: Path) -> None:
    found = duration_table.published(panel, classes, 202206)
    path = duration_table.write_csv(found, 202206, tmp_path / "out")
    assert path.name == "durations-2022-06.csv"
    rows = pl.read_csv(path, schema_overrides={"began": pl.String})
    espoo = rows.filter(area="espoo", began="2021-01")
    steps = found.steps.filter(area="espoo", began=202101)
    assert espoo.filter(measure="unemployed").get_column("value").to_list() == steps.get_column("at_risk").to_list()
    assert espoo.filter(measure="left_service").get_column("months").to_list() == steps.get_column("until").to_list()
    assert rows.filter(measure="median_running").height == 1
    assert max(found.steps.get_column("month")) <= 202206


# The files


def as_shown(value: float | str | None, key: str) -> str:
    """A cell of a file as the page writes it."""
    if value is None or value == "none":
        return "–"
    if isinstance(value, str):
        return value
    return formats.number(value, 0) if key not in SHARES else formats.share(value / 100)


def test_the_files_hold_what_the_page_shows(durations: Path, logged_in, tmp_path: Path) -> None:
    """Cohort by cohort, class by class; a hidden class and a hidden median stay hidden."""
    MonthlyFigure.objects.filter(month=date(2022, 6, 1), indicator="unemployed_3_to_6_months").update(
        value=None, suppressed=True
    )
    DurationMedian.objects.filter(month=date(2022, 6, 1), kind="ended").update(months=None, hidden=True)
    MonthlyFigure.objects.bulk_create(
        MonthlyFigure(area="espoo", month=date(2022, 6, 1), population="residents", indicator=key, value=700.0)
        for key in ("broad_unemployment", "open_market_exits")
    )
    analyst = logged_in(Role.ANALYST, "ely")
    page = analyst.get(f"{ESPOO}?month=2022-06&began=2021-01").content.decode()
    found = files_of(analyst, page, "Unemployment that began in January to June 2021", tmp_path)
    cohorts = list(dict.fromkeys(began for _area, began, _months, _key in found))
    assert {"2021-01", "2020-01"} & set(cohorts)
    for began in cohorts:
        words = duration_texts.half_year(date.fromisoformat(f"{began}-01"))
        people = formats.number(found["espoo", began, "0", "persons"])
        steps = [months for _area, one, months, key in found if (one, key) == (began, "still_unemployed")]
        shown = [as_shown(found["espoo", began, months, key], key) for months in steps for key in SHARES]
        assert cells_of(page, f"Unemployment that began in {words}: {people} people") == shown
    found = files_of(analyst, page, "By duration", tmp_path)
    keys = [*zip(STOCK.also_sum, FLOW.also_sum, strict=True), (STOCK.key, FLOW.key), ("median_running", "median_ended")]
    assert cells_of(page, "By duration") == [
        as_shown(found.get(("espoo", "residents", month, key)), key)
        for row in keys for key in row for month in ("2022-06", "2021-06")
    ]  # fmt: skip
    assert found["espoo", "residents", "2022-06", "unemployed_3_to_6_months"] == "hidden"
    assert found["espoo", "residents", "2022-06", "median_ended"] == "hidden"
    assert {key for *_, key in found} == {one for row in keys for one in row} | set(HEADLINE)


def test_a_file_of_what_is_not_there_is_not_found(durations: Path, logged_in) -> None:
    analyst = logged_in(Role.ANALYST, "ely")
    for asked in ("beginnings/csv?began=1999-01", "month/csv?month=1999-01", "month/exe", "beginnings/exe"):
        assert analyst.get(f"{ESPOO}{asked}").status_code == 404
    assert analyst.get("/monitoring/atlantis/durations/month/csv").status_code == 404
    assert analyst.get(f"{ESPOO}month/csv").status_code == 200
