"""The page of all areas together: what it shows, what it says where figures are hidden, and how it is found."""

import re
from datetime import date
from html import unescape
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kokeilu.access.models import Role
from kokeilu.monitoring import charts, national_charts, national_map, national_pages, national_queries, queries
from kokeilu.monitoring.indicators import INDICATORS, POPULATIONS
from kokeilu.monitoring.models import DrawnChart, MonthlyFigure, NationalFigure
from kokeilu.monitoring.national_charts import Comparison
from kokeilu.monitoring.queries import Figure
from kokeilu.monitoring.reading import HEADLINE
from kokeilu.monitoring.tests.conftest import MONTHS
from kokeilu.web.browser import DESKTOP, PHONE, axe_faults, overflow

pytestmark = pytest.mark.django_db

PAGE = "/monitoring/national/"
MONTH = date(2021, 5, 1)


@pytest.fixture
def analyst(logged_in, published):
    return logged_in(Role.ANALYST, "ely")


def text(content: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", content)))


def rows(page: str, section: str) -> list[list[str]]:
    """The texts of the rows of a section's table."""
    table = re.search(rf'<section[^>]*id="{section}".*?<tbody[^>]*>(.*?)</tbody>', page, re.DOTALL).group(1)
    found = re.findall("<tr.*?</tr>", table, re.DOTALL)
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in found]
    return [[text(cell).strip() for cell in row] for row in cells]


def test_without_figures_the_page_says_so(logged_in):
    page = logged_in(Role.ANALYST, "ely").get(PAGE)
    assert "No figures have been published yet" in text(page.content.decode())
    assert logged_in(Role.ANALYST, "ely").get(f"{PAGE}wide.svg").status_code == 404
    assert logged_in(Role.ANALYST, "ely").get(f"{PAGE}areas-wide.svg").status_code == 404


def test_the_sums_are_those_of_the_areas_where_all_show_their_part(published):
    for key in (*HEADLINE, "inflow"):
        parts = MonthlyFigure.objects.filter(month=MONTH, population="residents", indicator=key)
        sum_ = NationalFigure.objects.get(month=MONTH, population="residents", indicator=key)
        if not parts.filter(suppressed=True).exists():
            assert sum_.value == sum(part.value for part in parts)
        elif parts.filter(suppressed=True).count() == 1:
            assert sum_.suppressed


def test_the_three_figures_stand_first_and_together(analyst):
    page = analyst.get(PAGE, {"month": "2021-05"}).content.decode()
    stats = re.findall(r'k-stat__label">(.*?)</dt>', page, re.DOTALL)
    assert [text(each).strip() for each in stats] == [INDICATORS[key].name["en"] for key in HEADLINE]
    heads = re.findall(r'<th scope="col"[^>]*>(.*?)</th>', page, re.DOTALL)
    assert [text(each).strip() for each in heads[1:4]] == [INDICATORS[key].brief["en"] for key in HEADLINE]


def test_a_hidden_sum_says_what_it_is_at_least(analyst):
    NationalFigure.objects.filter(month=MONTH, population="residents", indicator=HEADLINE[0]).update(
        value=None, suppressed=True
    )
    MonthlyFigure.objects.filter(
        month=MONTH, population="residents", indicator=HEADLINE[0], area="raasepori-hanko"
    ).update(value=None, suppressed=True)
    shown = MonthlyFigure.objects.filter(month=MONTH, population="residents", indicator=HEADLINE[0], suppressed=False)
    least = f"{sum(figure.value for figure in shown):.0f}"
    assert f"hidden At least {least}; one area hides its part." in text(
        analyst.get(PAGE, {"month": "2021-05"}).content.decode()
    )


def test_the_sentence_is_that_of_all_areas(analyst):
    def page() -> str:
        return text(analyst.get(PAGE, {"month": "2022-05"}).content.decode())

    def put(year: int, **values: float) -> None:
        for key, value in values.items():
            rows = NationalFigure.objects.filter(month=date(year, 5, 1), population="residents", indicator=key)
            rows.update(value=value, suppressed=False)

    put(2021, registered_unemployed=1000, broad_unemployment=1200, open_market_exits=100)
    put(2022, registered_unemployed=800, broad_unemployment=1200, open_market_exits=100)
    assert "comes from more people being in services" in page()
    put(2022, broad_unemployment=1000, open_market_exits=150)
    assert "During the month more people went to the open labour market" in page()


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, ["Espoo", "Raasepori–Hanko", "Vantaa–Kerava"]),
        ({"sort": "name", "order": "descending"}, ["Vantaa–Kerava", "Raasepori–Hanko", "Espoo"]),
        ({"sort": "registered_unemployed"}, ["Espoo", "Vantaa–Kerava", "Raasepori–Hanko"]),
        (
            {"sort": "registered_unemployed", "order": "ascending"},
            ["Raasepori–Hanko", "Vantaa–Kerava", "Espoo"],
        ),
        ({"sort": "nonsense", "order": "sideways"}, ["Espoo", "Raasepori–Hanko", "Vantaa–Kerava"]),
    ],
)
def test_the_areas_are_ordered_as_the_address_asks(analyst, asked, expected):
    page = analyst.get(PAGE, {"month": "2020-11", **asked}).content.decode()
    assert [row[0] for row in rows(page, "areas")] == [*expected, "All areas together"]


def test_an_area_that_hides_the_figure_comes_last_in_both_directions(analyst):
    figure = MonthlyFigure.objects.filter(month=MONTH, population="residents", area="espoo", indicator="inflow")
    figure.update(value=None, suppressed=True)
    for order in ("ascending", "descending"):
        page = analyst.get(PAGE, {"month": "2021-05", "sort": "inflow", "order": order}).content.decode()
        place = 1 + national_pages.SIDE_BY_SIDE.index("inflow")
        hidden = [row[place] == "hidden" for row in rows(page, "areas")[:-1]]
        assert hidden == sorted(hidden)
        assert any(hidden)
        assert not all(hidden)


def test_areas_are_compared_per_100_job_seekers_from_shown_figures_alone():
    figures = {"job_seekers": Figure(400, False), "inflow": Figure(30, False), "laid_off": Figure(None, True),
               "activation_rate": Figure(21.5, False)}  # fmt: skip
    assert national_queries.compared(figures, "inflow") == Figure(7.5, False)
    assert national_queries.compared(figures, "laid_off") == Figure(None, True)
    assert national_queries.compared(figures, "activation_rate") == Figure(21.5, False)
    assert national_queries.compared(figures, "outflow") is None
    assert national_queries.compared(figures | {"job_seekers": Figure(None, True)}, "inflow") == Figure(None, True)
    assert national_queries.compared(figures | {"job_seekers": Figure(0, False)}, "inflow") is None


def test_the_table_the_map_and_the_picture_of_a_comparison_say_the_same(analyst):
    page = analyst.get(PAGE, {"month": "2020-11", "indicator": "registered_unemployed"}).content.decode()
    table = {row[0]: row[1] for row in rows(page, "comparison")}
    together = table.pop("All areas together")
    squares = dict(re.findall(r'<a href="[^"]*" aria-label="([^"]*): ([^"]*)">', page))
    assert squares == table
    address = unescape(re.findall(r'<img src="([^"]+areas-wide[^"]+)"', page)[0])
    picture = analyst.get(address)
    assert "immutable" in picture["Cache-Control"]
    drawn = "".join(ElementTree.fromstring(picture.content).itertext())  # noqa: S314 - our own
    for area, value in table.items():
        assert area in drawn
        assert value in drawn
    assert f"All areas together: {together}." in text(page)


@pytest.mark.parametrize("indicator", ["registered_unemployed", "long_term_unemployed", "outflow"])
def test_a_comparison_by_registered_unemployment_shows_what_always_stands_beside_it(analyst, indicator):
    page = analyst.get(PAGE, {"month": "2021-05", "indicator": indicator}).content.decode()
    pictures = [unescape(each) for each in re.findall(r'<img src="([^"]+areas-wide[^"]+)"', page)]
    shown = [indicator, *HEADLINE[1:]]
    assert [re.search("indicator=([a-z_]+)", each)[1] for each in pictures] == shown
    assert all(analyst.get(each).status_code == 200 for each in pictures)
    section = page[page.index('id="comparison"') :]
    heads = [text(each).strip() for each in re.findall(r'<th scope="col"[^>]*>(.*?)</th>', section, re.DOTALL)]
    briefs = [INDICATORS[key].brief["en"] for key in shown]
    assert heads[1:8] == [*(f"{name}, per 100 job seekers" for name in briefs), *briefs, "Job seekers"]
    for area, *cells in rows(page, "comparison")[:-1]:
        key = next(key for key, names in queries.area_names().items() if names["en"] == area)
        figures = queries.of_month(key, MONTH)["residents"]
        assert cells[3:6] == [shown_text(figures[one]) for one in shown]


def shown_text(figure: Figure) -> str:
    return "hidden" if figure.suppressed else f"{figure.value:,.0f}".replace(",", "\xa0")


def test_a_comparison_by_another_figure_shows_it_alone(analyst):
    page = analyst.get(PAGE, {"month": "2021-05", "indicator": "inflow"}).content.decode()
    assert page.count("areas-wide") == 1


@pytest.mark.parametrize("asked", [{"indicator": "nonsense"}, {"indicator": "job_seekers"}, {"indicator": "<b>"}])
def test_an_indicator_that_cannot_be_compared_gives_way_to_broad_unemployment(analyst, asked):
    page = analyst.get(PAGE, asked).content.decode()
    assert '<option value="broad_unemployment" selected>' in page
    assert "<b>" not in page


@pytest.mark.parametrize("month", ["1999-01", "march", ""])
def test_a_month_that_is_not_there_is_told_and_the_newest_shown(analyst, month):
    page = text(analyst.get(PAGE, {"month": month}).content.decode())
    assert "There are no figures for what was asked for." in page
    assert "Shown instead: March 2023, Broad unemployment." in page
    assert "All figures of the areas together, March 2023" in page


def test_a_figure_that_is_not_there_is_told(analyst):
    page = text(analyst.get(PAGE, {"indicator": "nothing"}).content.decode())
    assert "Shown instead: March 2023, Broad unemployment." in page
    assert analyst.get(f"{PAGE}areas-wide.svg", {"indicator": "nothing"}).status_code == 404
    assert analyst.get(f"{PAGE}areas-wide.svg", {"month": "1999-01"}).status_code == 404


@pytest.mark.parametrize("picture", ["wide.svg", "areas-wide.svg"])
def test_a_picture_without_its_hash_is_not_kept(analyst, picture):
    page = unescape(analyst.get(PAGE).content.decode())
    [address] = re.findall(rf'<img src="({PAGE}{picture}[^"]+)"', page)
    assert "immutable" in analyst.get(address)["Cache-Control"]
    for asked in (address.partition("?")[0], re.sub("v=.+", f"v={'0' * 64}", address)):
        assert analyst.get(asked)["Cache-Control"] == "private, no-cache"


def test_all_months_have_a_chart_and_the_same_in_a_table(analyst):
    page = analyst.get(PAGE).content.decode()
    [address] = [unescape(each) for each in re.findall(r'<img src="([^"]+/wide[^"]+)"', page)]
    history = national_queries.history()
    chart = charts.chart_of(history, national_queries.began(), "wide")
    assert address.endswith(chart.sha256)
    assert analyst.get(address).content.decode() == charts.worded(charts.draw(chart.drawing), chart)
    assert DrawnChart.objects.get().sha256 == chart.drawing.sha256
    table = page[page.rindex("All months, all residents</caption>") :]
    assert table.count('<th scope="row"') == len(history) == MONTHS


def test_the_longest_name_of_an_area_is_whole_in_the_narrow_picture():
    longest = max((names["sv"] for names in queries.area_names().values()), key=len)
    drawn = national_charts.draw(Comparison("narrow", ((longest, 7.0, "7"), ("Espoo", 6.0, "6")), 6.5, "Alla"))
    assert f">{longest}</text>" in drawn


def test_a_comparison_is_drawn_once(analyst, monkeypatch):
    first = analyst.get(f"{PAGE}areas-narrow.svg").content
    monkeypatch.setattr(national_charts, "draw", lambda wanted: pytest.fail("drawn again"))
    assert analyst.get(f"{PAGE}areas-narrow.svg").content == first


def test_figures_of_all_areas_are_no_areas(analyst):
    """Neither the list of areas nor an address takes them for one."""
    assert set(queries.overview(MONTH)) == {"espoo", "vantaa-kerava", "raasepori-hanko"}
    assert not MonthlyFigure.objects.filter(area__in=["", "national"]).exists()
    assert "national" not in queries.area_names()


def many(areas: int, months: int = 3) -> None:
    """Figures of so many areas, made up."""
    keys = [f"area-{number}" for number in range(areas)]
    days = [date(2018 + number // 12, number % 12 + 1, 1) for number in range(months)]
    MonthlyFigure.objects.bulk_create(
        MonthlyFigure(area=area, month=day, population=population, indicator=key, value=100.0 + place)
        for place, area in enumerate(keys)
        for day in days
        for population in POPULATIONS
        for key in INDICATORS
    )
    NationalFigure.objects.bulk_create(
        NationalFigure(month=day, population=population, indicator=key, value=100.0 * areas)
        for day in days
        for population in POPULATIONS
        for key in INDICATORS
    )


def count(client) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert client.get(PAGE).status_code == 200
    return len(asked)


def test_the_number_of_queries_is_the_same_for_one_and_for_25_areas(logged_in):
    client = logged_in(Role.ANALYST, "ely")
    many(1)
    client.get(PAGE)
    alone = count(client)
    MonthlyFigure.objects.all().delete()
    NationalFigure.objects.all().delete()
    many(25)
    assert count(client) == alone


def test_every_trial_area_of_the_law_has_its_own_square():
    places = national_map.places()
    assert len({(place.column, place.row) for place in places.values()}) == len(places)
    assert set(places) <= set(queries.area_names())
    assert all(len(short) <= national_map.LETTERS for place in places.values() for short in place.short.values())


def test_areas_without_a_place_in_the_scheme_stand_below():
    names = {"helsinki": "Helsinki", "x": "Somewhere else", "y": "Y"}
    drawn = national_map.draw({"helsinki": 1.0, "x": 2.0, "y": None}, names, "en")
    by_area = {one.area: one for one in drawn.squares}
    assert (by_area["x"].short, by_area["y"].class_) == ("Somewher.", 0)
    assert by_area["x"].y == by_area["y"].y > by_area["helsinki"].y
    assert len({(one.x, one.y) for one in drawn.squares}) == 3


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], []),
        ([3.0], [(3.0, 3.0)]),
        ([2.0, 2.0, 2.0], [(2.0, 2.0)]),
        ([1.0, 2.0, 3.0], [(1.0, 1.0), (2.0, 2.0), (3.0, 3.0)]),
        ([float(number) for number in range(10)], [(0.0, 1.0), (2.0, 3.0), (4.0, 5.0), (6.0, 7.0), (8.0, 9.0)]),
    ],
)
def test_classes_hold_about_as_many_values_each_and_equal_ones_together(values, expected):
    assert national_map.classes(values) == expected


@pytest.mark.django_db(transaction=True)
def test_the_map_is_used_with_the_keyboard_alone(visit, published, actor_of):
    page = visit(f"{PAGE}?month=2020-11", actor_of(Role.ANALYST, "ely").user)
    first = page.locator(".k-map a").first
    first.focus()
    assert first.locator("rect").evaluate("rect => getComputedStyle(rect).strokeWidth") == "4px"
    page.keyboard.press("Enter")
    page.wait_for_url("**/monitoring/*/?month=2020-11")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("language", "width"), [("fi", PHONE), ("sv", DESKTOP), ("en", PHONE)])
def test_the_page_is_accessible_at_every_width(visit, published, actor_of, language, width):
    page = visit(f"{PAGE}?month=2021-05&sort=inflow", actor_of(Role.ANALYST, "ely").user, language, width)
    assert axe_faults(page) == []
    assert overflow(page) == 0


@pytest.mark.django_db(transaction=True)
def test_the_map_and_its_key_have_the_same_colours_on_paper(visit, published, actor_of):
    page = visit(f"{PAGE}?month=2021-05", actor_of(Role.ANALYST, "ely").user)
    page.emulate_media(media="print")
    keys = "[...document.querySelectorAll('.k-map__key')].map(key => getComputedStyle(key).borderTopColor)"
    squares = "[...document.querySelectorAll('.k-map rect')].map(square => getComputedStyle(square).fill)"
    assert len(page.evaluate(keys)) > 2
    assert set(page.evaluate(squares)) == set(page.evaluate(keys))
