"""The pages of the monthly figures: what they show, to whom, in each language."""

import re
from html import unescape
from xml.etree import ElementTree

import pytest
from django.urls import reverse
from django.utils import translation

from kokeilu.access.models import ReadLog, Role
from kokeilu.monitoring import charts, dashboard_queries, drawing, month_table, small_charts
from kokeilu.monitoring.dashboard import PANELS
from kokeilu.monitoring.figure_texts import shown
from kokeilu.monitoring.indicators import INDICATORS
from kokeilu.monitoring.models import DrawnChart, MonthlyFigure
from kokeilu.monitoring.queries import Figure
from kokeilu.web.browser import DESKTOP, PHONE, axe_faults, overflow

AREA = "/monitoring/espoo/"


def text(response) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", response.content.decode())))


@pytest.mark.parametrize(
    ("language", "money", "share"),
    [("fi", "161\xa0759\xa0€", "18,7\xa0%"), ("sv", "161\xa0759\xa0€", "18,7\xa0%"), ("en", "€161\xa0759", "18.7%")],
)
def test_a_figure_is_written_with_its_unit(language, money, share):
    with translation.override(language):
        assert shown(Figure(161_759.0, False), INDICATORS["municipal_share"]) == money
        assert shown(Figure(18.7, False), INDICATORS["activation_rate"]) == share


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("role", "organisation", "status"),
    [
        (Role.ANALYST, "ely", 200), (Role.TEAM_LEAD, "helsinki", 200), (Role.WORKER, "espoo", 200),
        (Role.STATE_OFFICER, "te", 200), (Role.ADMINISTRATOR, "espoo", 403),
    ],
)  # fmt: skip
def test_who_may_see_the_figures(logged_in, published, role, organisation, status):
    client = logged_in(role, organisation)
    for path in ("/monitoring/", AREA, f"{AREA}narrow.svg"):
        assert client.get(path).status_code == status
    assert not ReadLog.objects.exists()  # the figures hold no personal data


@pytest.mark.django_db
def test_before_log_in_nothing_is_shown(client, published):
    for path in ("/monitoring/", AREA, f"{AREA}wide.svg"):
        assert client.get(path).status_code == 302


@pytest.mark.django_db
def test_without_figures_the_overview_says_so_and_no_area_is_there(logged_in):
    client = logged_in(Role.ANALYST, "ely")
    assert "No figures have been published yet" in text(client.get("/monitoring/"))
    assert client.get(AREA).status_code == 404
    assert client.get(f"{AREA}wide.svg").status_code == 404


@pytest.mark.django_db
def test_the_overview_links_to_each_area_in_its_month(logged_in, published):
    client = logged_in(Role.ANALYST, "ely", "sv")
    page = client.get("/monitoring/?month=2021-05").content.decode()
    assert "maj 2021" in page
    links = re.findall(r'href="(/monitoring/[^"]+[?]month=[^"]+)">([^<]+)<', page)
    assert links == [
        ("/monitoring/espoo/?month=2021-05", "Esbo"),
        ("/monitoring/raasepori-hanko/?month=2021-05", "Raseborg–Hangö"),
        ("/monitoring/vantaa-kerava/?month=2021-05", "Vanda–Kervo"),
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_an_area_names_every_indicator_with_its_definition_one_click_away(logged_in, published, language):
    page = unescape(logged_in(Role.ANALYST, "ely", language).get(AREA).content.decode())
    for key, indicator in INDICATORS.items():
        told = f'<a class="k-term" href="/monitoring/definitions/#{key}">{indicator.name[language]}</a>' in page
        assert told == MonthlyFigure.objects.filter(area="espoo", month="2023-03-01", indicator=key).exists()


@pytest.mark.django_db
def test_an_area_shows_the_months_figures_by_population(logged_in, published):
    page = logged_in(Role.ANALYST, "ely").get(f"{AREA}?month=2021-05").content.decode()
    row = re.search(r"Registered unemployed</a></th>(.*?)</tr>", page, re.DOTALL)
    cells = [int(cell.replace("\u00a0", "")) for cell in re.findall(r">([\d\u00a0]+)<", row.group(1))]
    stored = MonthlyFigure.objects.filter(area="espoo", month="2021-05-01", indicator="registered_unemployed")
    assert cells == [stored.get(population=each).value for each in ("residents", "customers", "state")]
    assert cells[0] == cells[1] + cells[2]


@pytest.mark.django_db
def test_before_the_trial_only_residents_are_shown(logged_in, published):
    page = text(logged_in(Role.ANALYST, "ely").get(f"{AREA}?month=2021-02"))
    assert "All residents" in page
    assert "Customers of the trial" not in page


@pytest.mark.django_db
def test_hidden_figures_are_a_word_and_their_values_nowhere(logged_in, published):
    hidden = MonthlyFigure.objects.filter(area="raasepori-hanko", month="2021-05-01", suppressed=True)
    assert hidden.exists()
    page = logged_in(Role.ANALYST, "ely").get("/monitoring/raasepori-hanko/?month=2021-05").content.decode()
    table = page[page.index("<caption", page.index("Figures for May 2021")) : page.index("All residents are people")]
    assert table.count(">hidden<") == hidden.count()


@pytest.mark.django_db
@pytest.mark.parametrize("month", ["1999-01", "2021-13", "march", "", "2021-05-01", "9999-12", "0001-01"])
def test_a_month_that_is_not_there_is_told_and_the_newest_shown(logged_in, published, month):
    page = text(logged_in(Role.ANALYST, "ely").get(AREA, {"month": month}))
    assert "There are no figures for what was asked for." in page
    assert "Shown instead: March 2023." in page
    assert "Figures for March 2023" in page


@pytest.mark.django_db
def test_an_area_that_is_not_there_is_not_found(logged_in, published):
    assert logged_in(Role.ANALYST, "ely").get("/monitoring/nowhere/").status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/monitoring/", AREA, "/monitoring/national/"])
def test_every_page_tells_its_days_and_its_source(logged_in, published, path):
    page = text(logged_in(Role.ANALYST, "ely").get(path, {"month": "2021-03"}))
    assert "Figures as of 31 March 2021; what happened during the month is counted from 28 February 2021" in page
    assert "Source: the client register of the employment services" in page


@pytest.mark.django_db
def test_a_chart_without_its_hash_is_not_kept(logged_in, published):
    client = logged_in(Role.ANALYST, "ely")
    for asked in ("", f"?v={'0' * 64}"):
        assert client.get(f"{AREA}wide.svg{asked}")["Cache-Control"] == "private, no-cache"


@pytest.mark.django_db
def test_a_chart_is_drawn_once_for_what_it_shows(logged_in, published, monkeypatch):
    client = logged_in(Role.ANALYST, "ely", "fi")
    page = client.get(AREA).content.decode()
    [address] = re.findall(r'<img src="([^"]+wide[.]svg[^"]+)"', page)
    first = client.get(address)
    assert first["Content-Type"] == "image/svg+xml"
    assert "immutable" in first["Cache-Control"]
    assert DrawnChart.objects.count() == 1
    monkeypatch.setattr(charts, "draw", lambda drawing: pytest.fail("drawn again"))
    assert client.get(address).content == first.content
    swedish = logged_in(Role.ANALYST, "ely", "sv")
    [other] = re.findall(r'<img src="([^"]+wide[.]svg[^"]+)"', swedish.get(AREA).content.decode())
    assert other != address
    assert "Bred arbetslöshet" in swedish.get(other).content.decode()


@pytest.mark.django_db
def test_a_chart_changes_its_address_with_its_figures(logged_in, published):
    client = logged_in(Role.ANALYST, "ely")
    before = re.findall(r'src="([^"]+svg[^"]+)"', client.get(AREA).content.decode())
    MonthlyFigure.objects.filter(area="espoo", population="residents", indicator="in_services").update(value=7)
    after = re.findall(r'src="([^"]+svg[^"]+)"', client.get(AREA).content.decode())
    assert before != after


@pytest.mark.django_db
def test_a_chart_holds_the_three_measures_and_nothing_from_elsewhere(logged_in, published):
    svg = logged_in(Role.ANALYST, "ely", "fi").get(reverse("monitoring:chart", args=["espoo", "wide"])).content.decode()
    ElementTree.fromstring(svg)  # noqa: S314 - our own
    for words in ("Laaja työttömyys", "Työttömät", "Siirtyneet avoimille työmarkkinoille", "Kokeilu alkoi"):
        assert words in svg
    assert set(re.findall(r'(?:href|src)="([^"]*)"', svg)) == set()
    assert "<style" not in svg
    assert "<script" not in svg


@pytest.mark.django_db
def test_all_charts_are_drawn_ahead_and_old_ones_forgotten(published, monkeypatch):
    for module in (charts, small_charts):
        monkeypatch.setattr(module, "draw", lambda chart: "<svg/>")
    DrawnChart.objects.create(sha256="0" * 64, area="espoo", svg="<svg/>")
    drawn = list(drawing.draw_all())
    panels = [one for area in dashboard_queries.starts() for one in dashboard_queries.read(area).panels]
    without = sum(small_charts.small_chart(one) is None for one in panels)  # all of its figures are hidden
    assert drawing.how_many() == 3 * (2 + len(PANELS))
    assert len(drawn) == drawing.how_many() - without
    assert set(DrawnChart.objects.values_list("sha256", flat=True)) == set(drawn)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("language", "width"), [("fi", DESKTOP), ("sv", PHONE), ("en", PHONE)])
def test_the_pages_are_accessible_at_every_width(visit, published, actor_of, language, width):
    user = actor_of(Role.ANALYST, "ely").user
    for path in ("/monitoring/", AREA, "/monitoring/raasepori-hanko/", "/monitoring/?month=1999-01"):
        page = visit(path, user, language, width)
        assert axe_faults(page) == []
        assert overflow(page) == 0


@pytest.mark.django_db(transaction=True)
def test_the_month_is_chosen_with_the_keyboard_alone(visit, published, actor_of):
    page = visit(AREA, actor_of(Role.ANALYST, "ely").user)
    page.get_by_label("Month", exact=True).focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**month=2023-02")
    assert page.evaluate("[...document.images].every(image => image.complete && image.naturalWidth > 0)")


def test_a_row_is_set_in_below_what_it_is_a_part_of_and_nothing_else() -> None:
    depths = month_table._depths(INDICATORS)
    assert depths["registered_unemployed"] == 1
    assert depths["laid_off"] == 2
    assert (depths["activation_rate"], depths["structural_unemployment"], depths["long_term_unemployed"]) == (0, 0, 1)
    assert depths["paid_300_days"] == 0
    assert depths["outflow_moved"] == 1
