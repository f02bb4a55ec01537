"""An area's dashboard: targets, comparable areas at the area's level, and charts that hold what their tables say."""

import re
from datetime import date
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from kokeilu.access.models import Role
from kokeilu.monitoring import (
    comparable,
    dashboard,
    dashboard_queries,
    dashboard_texts,
    definition_texts,
    queries,
    small_charts,
)
from kokeilu.monitoring.dashboard import PANELS, Change
from kokeilu.monitoring.figure_texts import written
from kokeilu.monitoring.goal_models import Target
from kokeilu.monitoring.indicators import INDICATORS
from kokeilu.monitoring.models import MonthlyFigure
from kokeilu.monitoring.reading import HEADLINE
from kokeilu.monitoring.tests.readers import cells_of, files_of
from kokeilu.web.browser import PHONE, axe_faults, overflow

AREA = "/monitoring/espoo/"
OTHERS = ("helsinki", "porvoo", "raasepori-hanko", "vantaa-kerava")
KEYS = tuple({*PANELS, *comparable.INDICATORS, *queries.HISTORY})
MONTHS = [date(2019 + number // 12, number % 12 + 1, 1) for number in range(24)]
YEAR = MONTHS[:12]


def panel(own, others=None, targets=(), began=MONTHS[12], indicator="registered_unemployed"):
    return dashboard.panel(indicator, MONTHS, own, others or {}, targets, began, YEAR)


def figures(area: str, size: int) -> list[MonthlyFigure]:
    """MONTHS of an area's figures; every seventh is hidden but in the area that the tests look at."""
    found = []
    for at, month in enumerate(MONTHS):
        for number, key in enumerate(KEYS):
            hidden = area != "espoo" and at >= 12 and (at + number) % 7 == 0
            value = 15.0 + at % 5 if INDICATORS[key].unit == "per cent" else float(size * (number + 2) + 3 * at)
            found.append(MonthlyFigure(
                area=area, month=month, population="residents", indicator=key, value=None if hidden else value,
                suppressed=hidden,
            ))  # fmt: skip
        if month >= MONTHS[12]:
            found.append(
                MonthlyFigure(area=area, month=month, population="customers", indicator="job_seekers", value=9)
            )
    return found


@pytest.fixture
def five(db):
    """Five areas' figures, two of which are compared with Espoo; their trial began in January 2020."""
    for number, area in enumerate(("espoo", *OTHERS)):
        MonthlyFigure.objects.bulk_create(figures(area, 50 * (number + 1)))


def test_a_comparable_area_is_drawn_at_the_areas_level_of_the_year_before():
    one = panel([100.0] * 24, {"other": [10.0] * 12 + [20.0] * 12})
    assert one.others["other"] == [100.0] * 12 + [200.0] * 12


def test_what_comes_after_the_base_does_not_change_the_level():
    other = [10.0] * 24
    before = panel([100.0] * 24, {"other": other}).others["other"][:12]
    assert panel([100.0] * 12 + [5.0] * 12, {"other": other[:12] + [99.0] * 12}).others["other"][:12] == before


def test_a_rate_is_drawn_as_it_is():
    assert panel([10.0] * 24, {"other": [20.0] * 24}, indicator="activation_rate").others["other"] == [20.0] * 24


@pytest.mark.parametrize(("hidden", "drawn"), [(3, True), (4, False)])
def test_an_area_too_hidden_before_the_trial_is_left_out(hidden, drawn):
    other = [None] * hidden + [10.0] * (24 - hidden)
    one = panel([100.0] * 24, {"other": other})
    assert ("other" in one.others) == drawn
    assert one.others.get("other", [None])[0] is None  # a hidden figure is a gap, not zero
    assert ("other" in panel(other, {"other": [10.0] * 24}).others) == drawn


def test_a_base_of_nobody_has_no_level():
    assert panel([100.0] * 24, {"other": [0.0] * 24}).others == {}


def test_targets_are_steps_from_the_trials_start_to_their_days():
    one = panel([100.0] * 24, targets=[(date(2020, 3, 31), 90.0), (date(2021, 12, 31), 80.0)])
    assert one.targets == [None] * 12 + [90.0] * 3 + [80.0] * 9
    assert one.ahead == [(date(2021, 12, 31), 80.0)]


def test_after_the_last_targets_day_it_still_stands():
    one = panel([100.0] * 24, targets=[(date(2020, 3, 31), 90.0)])
    assert one.targets[-1] == 90.0
    assert one.ahead == []


def test_an_area_that_has_not_begun_shows_its_target_at_the_end():
    assert panel([1.0] * 24, targets=[(date(2022, 1, 1), 5.0)], began=None).targets == [None] * 23 + [5.0]


def test_without_a_target_nothing_is_drawn_and_no_column_is_there():
    one = panel([100.0] * 24)
    assert not one.has_targets
    chart = small_charts.small_chart(one)
    assert chart.target == []
    assert "target" not in str(small_charts.spec(chart)["layer"])


def test_a_change_is_told_where_both_figures_are_known():
    assert dashboard.change(80.0, 100.0) == Change(20.0, 0.25)
    assert dashboard.change(0.0, 3.0) == Change(3.0, None)
    assert dashboard.change(None, 3.0) is None
    assert dashboard.change(3.0, None) is None


@pytest.mark.django_db
def test_the_pictures_hold_exactly_what_the_tables_say(five):
    Target.objects.create(
        area="espoo", indicator="registered_unemployed", value=150, direction="down", from_day=date(2020, 1, 1),
        by_day=date(2022, 12, 31), reason="test", source="test",
    )  # fmt: skip
    shows = dashboard_queries.read("espoo")
    assert [one.indicator for one in shows.panels] == list(PANELS)
    with translation.override("en"):
        for one in shows.panels:
            assert len(one.others) == 2
            indicator, chart = INDICATORS[one.indicator], small_charts.small_chart(one)
            table = dashboard_texts.panel(shows, one, MONTHS[-1])["rows"][::-1]
            lines = [chart.own, *([[chart.target]] if one.has_targets else []), *chart.others]
            for column, runs in enumerate(lines):
                drawn = {month: written(value, indicator) for run in runs for month, value in run}
                told = {month.isoformat(): row[1][column] for month, row in zip(MONTHS, table, strict=True)}
                ahead = [month for month in drawn if month > MONTHS[-1].isoformat()]
                assert len(ahead) == (12 if runs == [chart.target] else 0)
                assert {month: drawn.get(month, "hidden") for month in told if told[month] != "–"} == {
                    month: text for month, text in told.items() if text != "–"
                }
                assert all(told[month] != "–" for month in drawn if month not in ahead)
    assert "hidden" in str(table)


@pytest.mark.django_db
def test_the_file_of_the_charts_holds_what_their_tables_say(logged_in, five, tmp_path):
    """Month by month: the area's figures, its targets, comparable areas at its level; what is hidden stays hidden."""
    Target.objects.create(
        area="espoo", indicator="registered_unemployed", value=150, direction="down", from_day=date(2020, 1, 1),
        by_day=date(2022, 12, 31), reason="test", source="test",
    )  # fmt: skip
    client = logged_in(Role.ANALYST, "ely")
    page = client.get(AREA).content.decode()
    shows = dashboard_queries.read("espoo")
    last = shows.panels[-1].indicator
    found = files_of(client, page, definition_texts.whole_name(last), tmp_path)
    told = 0
    for one in shows.panels:
        drawn = "at_level" if INDICATORS[one.indicator].unit == "persons" else "figure"
        columns = [("espoo", "figure"), *([("espoo", "target")] if one.has_targets else [])]
        columns += [(area, drawn) for area in one.others]
        cells = [
            found.get((area, f"{month:%Y-%m}", one.indicator, line))
            for month in reversed(shows.own)
            for area, line in columns
        ]
        texts = [
            "–" if cell is None else cell if cell == "hidden" else written(cell, INDICATORS[one.indicator])
            for cell in cells
        ]
        assert cells_of(page, re.escape(definition_texts.whole_name(one.indicator))) == texts
        told += len([cell for cell in cells if cell is not None])
    assert told == len(found)
    assert "hidden" in found.values()
    assert client.get(f"{AREA}development/exe").status_code == 404
    assert client.get("/monitoring/atlantis/development/csv").status_code == 404


@pytest.mark.django_db
def test_a_target_of_another_measure_has_a_panel_of_its_own(published):
    Target.objects.create(
        area="espoo", indicator="laid_off", value=1, direction="down", from_day=date(2021, 3, 1), reason="test",
        source="test",
    )  # fmt: skip
    assert [one.indicator for one in dashboard_queries.read("espoo").panels] == [*PANELS, "laid_off"]


@pytest.mark.django_db
def test_a_target_without_figures_says_that_there_are_none_yet(logged_in, published):
    Target.objects.create(
        area="espoo", indicator="employment_rate", value=75, direction="up", from_day=date(2021, 3, 1), reason="test",
        source="test",
    )  # fmt: skip
    page = unescape(logged_in(Role.ANALYST, "ely").get(AREA).content.decode())
    panel_of_it = page[page.index('id="panel-employment_rate"') :].partition("</li>")[0]
    assert "There are no figures for this yet." in panel_of_it
    assert "Target: 75.0%" in panel_of_it
    assert "<details>" not in panel_of_it
    assert "The change" not in panel_of_it


@pytest.mark.parametrize(
    ("indicator", "before", "now", "said"),
    [
        ("activation_rate", 20.01, 20.04, "The same as a year before."),
        ("activation_rate", 20.0, 20.1, "Up 0.1 percentage points from a year before."),
        ("inflow", 10.0, 10.0, "The same as a year before."),
        ("inflow", 12.0, 10.0, "Down 2 (16.7%) from a year before."),
        ("inflow", 0.0, 3.0, "Up 3 from a year before."),
        ("inflow", None, 3.0, "The change from a year before is not known."),
    ],
)
def test_a_change_is_told_as_far_as_a_reader_sees_it(indicator, before, now, said):
    with translation.override("en"):
        assert dashboard_texts.changed(before, now, INDICATORS[indicator]) == said


@pytest.mark.django_db
def test_areas_are_compared_by_the_year_before_the_first_trial_alone(five):
    before = dashboard_queries.read("espoo")
    assert before.base == YEAR
    assert [one.area for one in before.comparables] == ["helsinki", "porvoo"]
    MonthlyFigure.objects.filter(month__gte=MONTHS[12], suppressed=False).update(value=7)
    after = dashboard_queries.read("espoo")
    assert (after.base, after.comparables, after.profiles) == (before.base, before.comparables, before.profiles)


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_the_dashboard_says_how_much_and_never_that_it_is_good(logged_in, published, language):
    page = unescape(logged_in(Role.ANALYST, "ely", language).get(AREA).content.decode())
    for key in PANELS:
        assert f'id="panel-{key}"' in page
    assert re.findall(r'id="panel-(\w+)"', page)[:3] == list(HEADLINE)
    words = re.sub(r"<[^>]+>", " ", page).lower()
    for praise in ("success", "onnist", "paran", "framgång", "bättre", "improve", "better"):
        assert praise not in words


@pytest.mark.django_db
def test_every_picture_has_a_text_that_says_what_it_shows(logged_in, published):
    page = logged_in(Role.ANALYST, "ely").get(AREA).content.decode()
    pictures = re.findall(r'<img src="(/monitoring/espoo/(\w+)[.]svg[^"]+)"[^>]* alt="([^"]*)"', page)
    small = {name: alt for _src, name, alt in pictures if name in INDICATORS}
    assert small.keys() == set(PANELS)
    for key, alt in small.items():
        assert unescape(alt).startswith(f"Line chart of {INDICATORS[key].name['en']}, Espoo: lowest")


@pytest.mark.django_db
def test_a_small_picture_comes_by_its_hash_and_lasts(logged_in, published, monkeypatch):
    client = logged_in(Role.ANALYST, "ely")
    page = client.get(AREA).content.decode()
    [address] = re.findall(r'<img src="([^"]+inflow[.]svg[^"]+)"', page)
    first = client.get(address)
    assert first["Content-Type"] == "image/svg+xml"
    assert "immutable" in first["Cache-Control"]
    monkeypatch.setattr(small_charts, "draw", lambda chart: pytest.fail("drawn again"))
    assert client.get(address).content == first.content
    for asked in ("", "?v=", "?v=%00", f"?v={'0' * 64}", "?v=1'"):
        answer = client.get(address.partition("?")[0] + asked)
        assert answer.content == first.content
        assert "immutable" not in answer["Cache-Control"]


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/monitoring/nowhere/inflow.svg", f"{AREA}nothing.svg", f"{AREA}laid_off.svg"])
def test_a_picture_that_is_not_there_is_not_found(logged_in, published, path):
    assert logged_in(Role.ANALYST, "ely").get(path).status_code == 404


@pytest.mark.django_db
def test_the_page_asks_the_database_as_often_with_five_areas_as_with_25(logged_in, five):
    client = logged_in(Role.ANALYST, "ely")
    client.get(AREA)
    with CaptureQueriesContext(
        connection,
    ) as many:
        client.get(AREA)
    for number in range(20):
        MonthlyFigure.objects.bulk_create(figures(f"area-{number}", 45 + number))
    with CaptureQueriesContext(connection) as most:
        client.get(AREA)
    assert len(most) == len(many) < 40


@pytest.mark.django_db
def test_an_area_with_one_other_says_that_there_is_nothing_to_compare(logged_in, five):
    MonthlyFigure.objects.exclude(area__in=("espoo", "vantaa-kerava")).delete()
    page = logged_in(Role.ANALYST, "ely").get(AREA).content.decode()
    assert "There are fewer than two other areas" in page
    assert "k-legend__others" not in page


@pytest.mark.django_db
def test_the_areas_stand_side_by_side_with_why_they_are_comparable(logged_in, five):
    page = unescape(logged_in(Role.ANALYST, "ely", "fi").get(AREA).content.decode())
    assert "Miksi vertailualueina ovat Helsinki ja Porvoo" in page
    part = page[page.index("Miksi vertailualueina") :]
    for variable in comparable.VARIABLES:
        with translation.override("fi"):
            assert str(dashboard_texts.VARIABLE_NAMES[variable.key]) in part


@pytest.mark.django_db(transaction=True)
def test_a_chart_opens_as_a_table_with_the_keyboard_alone(visit, five, actor_of):
    page = visit(AREA, actor_of(Role.ANALYST, "ely").user, "en", PHONE)
    summary = page.locator("#panel-inflow summary")
    assert not page.locator("#panel-inflow table").is_visible()
    summary.focus()
    page.keyboard.press("Enter")
    assert page.locator("#panel-inflow table").is_visible()
    assert (axe_faults(page), overflow(page)) == ([], 0)


@pytest.mark.django_db(transaction=True)
def test_on_paper_stand_area_and_month_whole_tables_and_no_navigation(visit, five, actor_of):
    page = visit(f"{AREA}?month=2020-10", actor_of(Role.ANALYST, "ely").user, "en")
    page.set_viewport_size({"width": 680, "height": 960})  # A4 within its margins
    page.emulate_media(media="print")
    assert page.get_by_role("heading", level=1).inner_text() == "Espoo, October 2020"
    for left_out in (".k-nav", ".k-tabs", "main form", ".k-footer"):
        assert not page.locator(left_out).first.is_visible()
    assert overflow(page) == 0
    cut = "[...document.querySelectorAll('.k-scroll')].filter(region => region.scrollWidth > region.clientWidth).length"
    assert page.evaluate(cut) == 0
    after = "[...document.querySelectorAll('main a')].map(link => getComputedStyle(link, '::after').content)"
    assert set(page.evaluate(after)) == {"none"}
