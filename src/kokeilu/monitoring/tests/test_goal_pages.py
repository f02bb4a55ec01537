"""The pages of goals: what they tell, and that they can be used by everybody."""

import re
from dataclasses import asdict, replace
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kokeilu.access.models import Role
from kokeilu.monitoring import goal_actions, goal_charts, goal_file, goal_queries
from kokeilu.monitoring.goal_actions import NewExpectation, NewMeasure, NewTarget
from kokeilu.monitoring.goal_charts import Line, TargetChart, has_lonely_points
from kokeilu.monitoring.goal_models import STANDING, Measure, Target
from kokeilu.monitoring.models import MonthlyBreakdown, MonthlyFigure
from kokeilu.monitoring.tests import goals
from kokeilu.monitoring.tests.goals import ALL, ESPOO, HISTORY, NOW, START, publish_month, text
from kokeilu.web.browser import DESKTOP, PHONE, axe_faults, overflow


@pytest.fixture
def espoo(db: None) -> None:
    goals.make()


@pytest.mark.django_db
def test_moving_people_into_services_reaches_no_target(logged_in, espoo) -> None:
    client = logged_in(Role.WORKER, "helsinki")
    for page in (text(client.get(ALL)), text(client.get(ESPOO))):
        assert "Not told: registered unemployment alone does not show it" in page
        assert "Reached" not in page
    page = text(client.get(ESPOO))
    assert "Registered unemployment is lower than before, but broad unemployment is not" in page


@pytest.mark.django_db
def test_among_all_targets_registered_unemployment_stands_with_the_figures_beside_it(logged_in, espoo) -> None:
    page = text(logged_in(Role.WORKER, "helsinki").get(ALL)).replace("\xa0", " ")
    assert "Espoo Broad unemployment always read together 1 200 people March 2021" in page
    assert "Espoo Exits to the open labour market always read together 50 people March 2021" in page


@pytest.mark.django_db
def test_a_target_whose_day_is_past_is_told_by_the_figure_of_that_day(logged_in, espoo) -> None:
    """People went into services up to March 2021, and came to work in the month after; the day was in March."""
    [target] = goal_queries.standing_targets("espoo")
    said = replace(goal_file.said_of_target(target), by_day=date(2021, 3, 31), value=Decimal(700))
    Target.objects.create(area="espoo", reason="a term that has ended", **asdict(said))
    publish_month("espoo", date(2021, 4, 1), (600, 100, 400))
    page = text(logged_in(Role.WORKER, "helsinki").get(ESPOO))
    told = page[page.index("at most 700 people") :]
    assert told.startswith("at most 700 people Not reached by its day Now 600 people (April 2021)")
    assert "Still to go 0 people On its day 800 people (March 2021)" in told
    assert "Not reached by its day" in text(logged_in(Role.WORKER, "helsinki").get(ALL))


@pytest.mark.django_db
def test_a_measure_stands_with_what_belongs_beside_it(logged_in, espoo) -> None:
    page = text(logged_in(Role.TEAM_LEAD, "espoo").get(ESPOO))
    measure = page[page.index("Evening advice") :]
    assert "invented for the demonstration" in measure
    assert "falls by 100 people" in measure
    told = "1 000 March 2020 800 March 2021 \u221220.0% \u22126.0% the middle of 2 areas"
    assert told in measure.replace("\xa0", " ")
    assert "the middle one of the comparable areas: Oulu, Helsinki. Why these areas are comparable" in page
    assert "Broad unemployment all residents always read together" in measure
    assert "Exits to the open labour market" in measure
    assert "A movement is not the measure's effect." in measure
    assert "effect of" not in measure


UNDER_30 = ("under_25", "25_29")


def publish_classes(area: str, before: tuple[int, int | None], now: tuple[int, int | None]) -> None:
    """The three figures that stand together, of those under 25 and of those of 25 to 29; broad is twice registered."""
    MonthlyBreakdown.objects.bulk_create(
        MonthlyBreakdown(
            area=area, population="residents", month=month, indicator=key, dimension="age", group=group,
            value=None if value is None else times * value, suppressed=value is None,
        )
        for month, values in ((START, before), (NOW, now))
        for key, times in (("registered_unemployed", 1), ("broad_unemployment", 2), ("open_market_exits", 1))
        for group, value in zip(UNDER_30, values, strict=True)
    )  # fmt: skip


def expect(*expected: NewExpectation) -> Measure:
    said = NewMeasure("Youth desk", date(2020, 4, 1), None, "espoo", expectations=expected)
    return goal_actions.set_measure(goal_queries.packages("espoo")[0], said, reason="plan", actor=None)


def of_youth_desk(client) -> str:
    page = text(client.get(ESPOO)).replace("\xa0", " ")
    return page[page.index("What the figures did: Youth desk") :]


UNEMPLOYED = NewExpectation("registered_unemployed", "down", group="under 30", dimension="age", classes=UNDER_30)


@pytest.mark.django_db
def test_a_group_stands_with_its_own_figures_here_and_elsewhere(logged_in, espoo) -> None:
    publish_classes("espoo", (100, 60), (70, 50))
    publish_classes("helsinki", (100, 100), (90, 100))
    publish_classes("oulu", (50, 50), (40, None))
    publish_classes("turku", (50, 50), (1, 1))
    expect(UNEMPLOYED)
    page = of_youth_desk(logged_in(Role.ANALYST, "ely"))
    assert "Registered unemployed all residents: Under 25 + 25 to 29 ( under 30 ) falls" in page
    assert "160 March 2020 120 March 2021 \u221225.0% \u22125.0% the middle of 1 area" in page
    broad = "Broad unemployment all residents: Under 25 + 25 to 29 always read together 320 March 2020 240 March 2021"
    assert broad in page
    assert "1 000" not in page
    assert "Under 25 + 25 to 29: Registered and broad unemployment are lower than before." in page


@pytest.mark.django_db
def test_a_group_of_which_a_class_is_hidden_is_hidden(logged_in, espoo) -> None:
    publish_classes("espoo", (100, 60), (70, None))
    expect(UNEMPLOYED)
    page = of_youth_desk(logged_in(Role.ANALYST, "ely"))
    assert "160 March 2020 hidden March 2021 –" in page
    assert "70" not in page.partition("by month")[0]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"indicator": "laid_off"}, "Not published of this group: the figure is not broken down by this division."),
        ({"population": "customers"}, "Not published of this group: classes are published of all residents only."),
        ({"dimension": "", "classes": ()}, "The group is told in words only: no published figure can be shown of it."),
    ],
)
def test_a_group_that_is_not_published_has_a_sentence_and_no_figure_of_others(logged_in, espoo, changes, told) -> None:
    publish_classes("espoo", (100, 60), (70, 50))
    expect(replace(UNEMPLOYED, **changes))
    page = of_youth_desk(logged_in(Role.ANALYST, "ely"))
    assert told in page
    assert "1 000" not in page[: page.index(told)]


@pytest.mark.django_db
def test_the_chart_of_a_group_holds_its_figures(logged_in, espoo) -> None:
    publish_classes("espoo", (100, 60), (70, 50))
    measure = expect(UNEMPLOYED)
    client = logged_in(Role.ANALYST, "ely", "fi")
    address = reverse("monitoring:goal_chart", args=["espoo", measure.pk, "narrow"])
    assert "Laaja työttömyys" in client.get(f"{address}?figure=0").content.decode()
    assert f"{address}?figure=0&amp;v=" in client.get(ESPOO).content.decode()
    assert [client.get(f"{address}{query}").status_code for query in ("", "?figure=1", "?figure=-1", "?figure=x")] == [
        404, 404, 404, 404,
    ]  # fmt: skip


@pytest.mark.django_db
def test_what_an_area_wrote_is_marked_with_its_language(logged_in, espoo) -> None:
    target = Target.objects.get()
    page = logged_in(Role.ANALYST, "ely", "sv").get(ESPOO).content.decode()
    assert target.language == "fi"
    assert '<dd lang="fi">The council</dd>' in page
    assert "Områdets egna texter" in page


@pytest.mark.django_db
def test_what_is_missing_for_espoos_targets_is_said(logged_in, espoo) -> None:
    goal_file.load(goal_file.read(goal_file.shipped("espoo")))
    client = logged_in(Role.ANALYST, "ely")
    for page in (text(client.get(ALL)), text(client.get(ESPOO))):
        assert "Not published: Employment rate, Unemployment rate" in page
        assert "--labour-force FILE.csv" in page
    figures = [
        MonthlyFigure(area="espoo", population="residents", month=NOW, indicator=key, value=value)
        for key, value in (("employment_rate", 74.0), ("unemployment_rate", 9.5))
    ]
    MonthlyFigure.objects.bulk_create(figures)
    page = text(client.get(ESPOO))
    assert "Not published" not in page
    assert "at least 75.0%" in page
    assert "1.0 percentage points" in page
    assert "The source gives no day, so there is no path to the target." in page
    assert "Kokeilu's translation" in page


@pytest.mark.django_db
def test_the_pages_ask_as_often_for_one_area_as_for_all(logged_in, espoo) -> None:
    client = logged_in(Role.ANALYST, "ely")
    client.get(ALL)

    def asked(path: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(path)
        return len(queries)

    before = asked(ALL), asked(ESPOO)
    aim = NewTarget("inflow", Decimal(10), "down", date(2020, 4, 1), None, "The council")
    for area in ("helsinki", "vantaa-kerava", "turku", "oulu", "espoo"):
        goal_actions.set_target(area, aim, reason="why", actor=None)
    package = goal_queries.packages("espoo")[0]
    for number in range(5):
        expected = NewExpectation("inflow", "down")
        measure = NewMeasure(f"M{number}", date(2020, 4, 1), None, "espoo", expectations=(expected,))
        goal_actions.set_measure(package, measure, reason="why", actor=None)
    assert (asked(ALL), asked(ESPOO)) == before


@pytest.mark.django_db
def test_addresses_that_lead_nowhere(logged_in, espoo) -> None:
    client = logged_in(Role.ANALYST, "espoo")
    target = Target.objects.get()
    for path in (
        "/monitoring/goals/narnia/", f"{ESPOO}wish/add/", f"{ESPOO}package/{target.pk}/",
        f"{ESPOO}{target.pk}/huge.svg",
    ):  # fmt: skip
        assert client.get(path).status_code == 404


@pytest.mark.django_db
def test_all_that_was_said_is_on_record_with_who_when_and_why(logged_in, espoo) -> None:
    analyst = logged_in(Role.ANALYST, "espoo")
    target = Target.objects.get()
    changed = {
        "indicator": target.indicator, "direction": "down", "value": "900", "from_day": "2020-04-01",
        "by_day": "2021-12-31", "source": "The council", "language": "en", "reason": "a new council",
    }  # fmt: skip
    assert analyst.post(f"{ESPOO}target/{target.pk}/", changed).status_code == 302
    measure = Measure.objects.get()
    assert analyst.post(f"{ESPOO}measure/{measure.pk}/end/", {"reason": "no more money"}).status_code == 302
    client = logged_in(Role.WORKER, "helsinki")
    assert f'href="{HISTORY}"' in client.get(ESPOO).content.decode()
    page = text(client.get(HISTORY)).replace("\xa0", " ")
    ended, newer, older = page.index("no more money"), page.index("at most 900"), page.index("at most 850")
    assert ended < newer < older
    assert "Measure ended Evening advice invented for the demonstration 1 April 2020 –" in page
    assert "Registered unemployed, all residents: falls by 100 people" in page
    assert re.search(r"Target changed in force Registered unemployed, at most 900 people, 31 December 2021", page)
    assert re.search(r"Target set Registered unemployed, at most 850 people", page)
    assert page.count("in force") == 2
    assert page.count("from a file") == 3
    name = Target.objects.get(STANDING).set_by.name
    assert re.search(rf"at \d\d:\d\d, {name} a new council", page)
    assert client.get(HISTORY.replace("espoo", "narnia")).status_code == 404
    assert "Nothing has been recorded" in text(client.get(HISTORY.replace("espoo", "turku")))


@pytest.mark.django_db
def test_the_record_asks_as_often_for_many_goals_as_for_one(logged_in, espoo) -> None:
    client = logged_in(Role.WORKER, "helsinki")

    def asked() -> int:
        client.get(HISTORY)
        with CaptureQueriesContext(connection) as queries:
            client.get(HISTORY)
        return len(queries)

    few = asked()
    [package] = goal_queries.packages("espoo")
    said = goal_file.said_of_measure(Measure.objects.get())
    for number in range(3):
        goal_actions.set_measure(package, replace(said, name=f"More {number}"), reason="plan", actor=None)
    assert asked() == few


@pytest.mark.django_db
def test_the_chart_of_a_target_holds_its_lines(logged_in, espoo) -> None:
    client = logged_in(Role.ANALYST, "ely", "fi")
    target = Target.objects.get()
    response = client.get(reverse("monitoring:goal_chart", args=["espoo", target.pk, "narrow"]))
    svg = response.content.decode()
    assert response["Content-Type"] == "image/svg+xml"
    for words in ("Polku tavoitteeseen", "Laaja työttömyys"):
        assert words in svg
    assert "<script" not in svg
    assert f"narrow.svg?v={goal_sha(svg)}" in client.get(ESPOO).content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("count", [3, 12, 39])
def test_no_month_is_written_twice_below_a_chart(count) -> None:
    months = [f"{2018 + each // 12}-{each % 12 + 1:02d}-01" for each in range(count)]
    svg = goal_charts.svg("espoo", TargetChart("narrow", months, [Line("inflow", [7.0] * count)], "people"))
    labels = re.findall(r">(\d\d/\d{4})<", svg)
    assert 2 < len(labels) <= goal_charts.LABELS + 1
    assert len(set(labels)) == len(labels)


@pytest.mark.parametrize(
    ("values", "lonely"),
    [([1, 2, 3], False), ([1, 2, None], False), ([1, None, 3, 4], True), ([None, 2, None], True), ([5], True)],
)
def test_a_month_between_two_gaps_is_drawn_as_a_point(values, lonely) -> None:
    months = [f"2021-0{number}-01" for number in range(1, len(values) + 1)]
    assert has_lonely_points(TargetChart("wide", months, [Line("inflow", values)], "people")) is lonely


def goal_sha(svg: str) -> str:
    from kokeilu.monitoring.models import DrawnChart

    return DrawnChart.objects.get(svg=svg).sha256


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("language", "width"), [("fi", DESKTOP), ("sv", PHONE), ("en", PHONE)])
def test_the_pages_are_accessible_at_every_width(visit, espoo, actor_of, language, width) -> None:
    user = actor_of(Role.ANALYST, "espoo").user
    target, measure = Target.objects.get(), Measure.objects.get()
    for path in (
        ALL, ESPOO, f"{ESPOO}target/add/", f"{ESPOO}measure/{measure.pk}/", f"{ESPOO}package/add/",
        f"{ESPOO}target/{target.pk}/end/", HISTORY,
    ):  # fmt: skip
        page = visit(path, user, language, width)
        assert axe_faults(page) == []
        assert overflow(page) == 0


@pytest.mark.django_db(transaction=True)
def test_a_target_is_ended_with_the_keyboard_alone(visit, espoo, actor_of) -> None:
    page = visit(ESPOO, actor_of(Role.ANALYST, "espoo").user, "en", DESKTOP)
    page.get_by_role("link", name="End the target").press("Enter")
    page.wait_for_url("**/end/")
    page.keyboard.press("Tab")
    page.locator("#id_reason").focus()
    page.keyboard.type("A new strategy")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{ESPOO}")
    assert not Target.objects.filter(STANDING).exists()
