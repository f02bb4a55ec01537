"""The small charts, on what they hold and on the SVG itself."""

from datetime import date
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from kokeilu.monitoring import dashboard, small_charts
from kokeilu.monitoring.small_charts import small_chart, ticks_to

MONTHS = [date(2019 + number // 12, number % 12 + 1, 1) for number in range(24)]


def chart(own, targets=(), others=None, began=MONTHS[12]):
    made = dashboard.panel("registered_unemployed", MONTHS, own, others or {}, targets, began, MONTHS[:12])
    return small_chart(made)


def test_a_hidden_month_is_a_gap_and_one_month_alone_is_a_point():
    made = chart([None, 5.0, None, *[7.0] * 21])
    assert [len(run) for run in made.own] == [1, 21]
    assert [row["month"] for row in small_charts.spec(made)["datasets"]["alone"]] == ["2019-02-01"]


def test_where_every_figure_is_hidden_there_is_no_picture():
    assert chart([None] * 24) is None


@pytest.mark.parametrize(
    ("day", "months"),
    [(date(2020, 12, 31), 0), (date(2021, 3, 31), 3), (date(2021, 12, 31), 12), (date(2025, 1, 1), 12)],
)
def test_a_target_ahead_is_drawn_up_to_its_day_and_a_year_at_most(day, months):
    made = chart([5.0] * 24, [(day, 4.0)])
    assert len(made.target) == 12 + months
    assert {value for _month, value in made.target} == {4.0}


def test_pictures_side_by_side_have_one_axis():
    """A target ahead of one measure makes room in all that have a picture; one without figures makes none."""

    def panel(own, *targets):
        return dashboard.panel("registered_unemployed", MONTHS, own, {}, targets, MONTHS[12], MONTHS[:12])

    long, short, none, without = (
        panel([5.0] * 24, (date(2021, 6, 30), 4.0)), panel([5.0] * 24, (date(2021, 2, 28), 4.0)), panel([5.0] * 24),
        panel([None] * 24, (date(2021, 12, 31), 4.0)),
    )  # fmt: skip
    made = [small_chart(one) for one in dashboard.on_one_axis([long, short, none, without])]
    assert made[3] is None
    assert {one.ends for one in made[:3]} == {small_chart(long).ends}
    assert [len(one.target) for one in made[:3]] == [18, 14, 0]
    assert small_chart(none).ends != small_chart(long).ends


def test_targets_ahead_follow_each_other():
    made = chart([5.0] * 24, [(date(2021, 2, 28), 4.0), (date(2021, 4, 30), 3.0)])
    assert [value for _month, value in made.target[-4:]] == [4.0, 4.0, 3.0, 3.0]


@pytest.mark.parametrize("highest", [0, 0.4, 1, 3, 4.5, 7, 12, 38, 41, 99, 1000, 12345, 50_000, 99_999, 1_234_567])
def test_ticks_are_few_whole_numbers_that_reach_the_highest(highest):
    ticks = ticks_to(highest)
    assert ticks[0] == 0
    assert highest <= ticks[-1] <= max(2.5 * highest, 1)
    assert 2 <= len(ticks) <= small_charts.TICKS + 1
    assert all(tick == int(tick) for tick in ticks)
    assert len({after - before for before, after in pairwise(ticks)}) == 1


def test_the_picture_has_no_words_and_nothing_from_elsewhere():
    own = [100.0 + 3 * (number % 5) for number in range(24)]
    svg = small_charts.draw(chart(own, [(date(2021, 12, 31), 90.0)], {"other": own[::-1]}))
    root = ElementTree.fromstring(svg)  # noqa: S314 - our own
    texts = [node.text or "" for node in root.iter("{http://www.w3.org/2000/svg}text")]
    assert {"2019", "2020", "2021"} <= set(texts)
    assert all(text.replace("\u00a0", "").isdecimal() for text in texts)
    assert "<style" not in svg
    assert "style=" not in svg
    assert "<script" not in svg
    assert small_charts.OTHERS_COLOUR in svg
    assert small_charts.TARGET_COLOUR in svg


def test_what_is_shown_decides_the_hash():
    assert chart([5.0] * 24).sha256 == chart([5.0] * 24).sha256
    assert len({chart([5.0] * 24).sha256, chart([6.0] * 24).sha256, chart([5.0] * 24, began=None).sha256}) == 3
