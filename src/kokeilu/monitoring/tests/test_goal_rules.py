"""What goals mean in figures."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kokeilu.monitoring import goal_rules
from kokeilu.monitoring.goal_rules import Compared
from kokeilu.monitoring.indicators import INDICATORS
from kokeilu.monitoring.reading import Headline, sentence
from kokeilu.panel.rules import month_end, months

MONTHS = [date(one // 100, one % 100, 1) for one in months(month_end(201801), month_end(202103))]


def standing(history, **changes):
    said = {
        "value": 100, "direction": "down", "from_day": date(2021, 1, 15), "by_day": date(2021, 12, 31),
        "sentence": "both_fell", "registered": False,
    }  # fmt: skip
    return goal_rules.standing(history, **said | changes)


def history(*values):
    return list(zip(MONTHS[-len(values) :], values, strict=True))


def test_the_path_is_a_straight_line_between_the_two_days() -> None:
    ends = (210, date(2021, 1, 15), 100, date(2021, 12, 31))

    def at(*month: int) -> float:
        return goal_rules.path(*ends, date(*month), direction="down")

    assert [at(2021, month, 1) for month in (1, 2, 12)] == [210, 200, 100]
    assert (at(2023, 1, 1), at(2020, 1, 1)) == (100, 210)


def test_who_is_there_already_need_not_come_back_to_a_target() -> None:
    """At most 100 from 60 on: no path leads up to it. At least 75 from 80 on: none leads down."""
    assert standing(history(60, 101)).due == 100
    found = standing(history(80, 74), value=75, direction="up")
    assert (found.due, found.course) == (75, "behind")


@pytest.mark.parametrize(
    ("now", "course", "distance"),
    [(190, "on_course", 90), (191, "behind", 91), (100, "reached", 0), (80, "reached", -20)],
)
def test_one_is_on_course_below_the_path_to_a_lower_figure(now, course, distance) -> None:
    found = standing(history(210, 200, now))
    assert (found.course, found.distance, found.due) == (course, distance, 190)


@pytest.mark.parametrize(("now", "course"), [(75, "reached"), (72.9, "behind"), (73, "on_course")])
def test_one_is_on_course_above_the_path_to_a_higher_figure(now, course) -> None:
    found = standing(history(72, 72, now), value=75, direction="up", by_day=date(2021, 7, 1))
    assert found.course == course


def test_what_is_hidden_or_not_there_is_not_known() -> None:
    assert standing(history(210, None)).course == "unknown"
    assert standing([]).course == "unknown"
    assert standing(history(210, 200), by_day=None).course == "no_day"


@pytest.mark.parametrize(
    ("then", "now", "course", "distance"),
    [(100, 150, "reached", 50), (101, 90, "missed", -10), (None, 90, "unknown", -10), (90, None, "reached", None)],
)
def test_a_target_of_the_past_is_judged_on_its_day(then, now, course, distance) -> None:
    found = standing(history(210, then, now), by_day=date(2021, 2, 28))
    assert (found.course, found.distance, found.on_day) == (course, distance, date(2021, 2, 1))
    ahead = standing(history(210, then or 120), by_day=date(2021, 3, 1))
    assert ahead.on_day is None
    assert ahead.course != "missed"


def test_a_target_of_the_past_that_was_reached_by_services_stands_alone() -> None:
    by = date(2021, 2, 28)
    for told, course in (("into_services", "alone"), ("both_fell", "reached")):
        assert standing(history(210, 90, 300), by_day=by, registered=True, sentence=told).course == course
    assert standing(history(210, 110, 90), by_day=by, registered=True, sentence="into_services").course == "missed"


@pytest.mark.parametrize("now", [99, 180, 205])
def test_a_fall_by_moving_people_into_services_is_never_a_success(now) -> None:
    """Registered unemployment falls by as many as go into services; broad unemployment stands still."""
    before, after = Headline(210, 250, 20), Headline(now, 250, 20)
    told = sentence(before, after)
    found = standing(history(210, 200, now), registered=True, sentence=told)
    assert told == "into_services"
    assert found.course in ("alone", "behind")
    assert standing(history(210, 200, now), registered=True, by_day=None, sentence=told).course == "alone"


@pytest.mark.parametrize("broad", [246, 230])
def test_a_fall_that_broad_unemployment_does_not_follow_is_never_a_success(broad) -> None:
    """By less than two per cent, or by less than half of what registered unemployment fell by."""
    before, after = Headline(210, 250, 20), Headline(broad - 70, broad, 20)
    found = standing(history(210, 200, after.registered), registered=True, sentence=sentence(before, after))
    assert found.course == "alone"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (Headline(101, 120, 5), Headline(100, 120, 5)),  # neither moved, and yet the target is met
        (Headline(101, 120, 5), Headline(100, 140, 5)),  # by a hair, while broad unemployment rose
        (Headline(90, 110, 5), Headline(99, 110, 5)),  # higher than before
        (Headline(150, None, 5), Headline(90, None, 5)),  # broad unemployment is hidden
        (Headline(150, 170, 5), Headline(90, None, 5)),
        (Headline(None, None, None), Headline(90, 110, 5)),  # no month before
    ],
)
@pytest.mark.parametrize("by_day", [date(2021, 12, 31), None])
def test_without_a_known_fall_of_broad_unemployment_nothing_is_told_as_reached(before, after, by_day) -> None:
    told = sentence(before, after)
    found = standing(history(210, after.registered), registered=True, sentence=told, by_day=by_day)
    assert found.distance <= 0
    assert found.course == "alone"
    assert standing(history(210, after.registered), sentence=told, by_day=by_day).course == "reached"


figure = st.one_of(st.none(), st.integers(0, 400))


@given(st.tuples(figure, figure, figure), st.tuples(figure, figure, figure), st.integers(0, 400))
def test_a_target_of_registered_unemployment_is_reached_only_where_broad_unemployment_fell(before, now, value) -> None:
    then, after = Headline(*before), Headline(*now)
    course = standing(
        history(210, after.registered), registered=True, value=value, sentence=sentence(then, after)
    ).course
    if course in ("reached", "on_course"):
        assert None not in (then.broad, after.broad)
        assert after.broad < then.broad


def test_registered_unemployment_is_known_in_all_its_parts() -> None:
    registered = {key for key in INDICATORS if goal_rules.is_registered(key)}
    assert {"registered_unemployed", "laid_off", "long_term_unemployed", "unemployment_rate"} <= registered
    assert not registered & {"broad_unemployment", "in_services", "open_market_exits", "employment_rate", "inflow"}
    assert not registered & {"outflow_open_market", "supported_work", "exits_from_services"}


def test_every_figure_that_moving_people_into_services_moves_is_known() -> None:
    """Structural unemployment and the support lose whom services take; those who leave unemployment gain them."""
    assert {
        "structural_unemployment", "recurrently_unemployed", "paid_300_days", "municipal_share", "outflow",
        "outflow_12_months_and_more",
    } <= {key for key in INDICATORS if goal_rules.is_registered(key)}  # fmt: skip
    assert goal_rules.together(["laid_off", "inflow"]) == (
        "laid_off", "broad_unemployment", "open_market_exits", "inflow",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("begins", "until", "before", "now"),
    [
        (date(2021, 3, 1), None, date(2020, 3, 1), date(2021, 3, 1)),
        (date(2020, 4, 1), None, date(2020, 3, 1), date(2021, 3, 1)),
        (date(2019, 6, 15), None, date(2019, 3, 1), date(2021, 3, 1)),
        (date(2019, 6, 15), date(2020, 6, 1), date(2019, 5, 1), date(2020, 5, 1)),
        (date(2018, 2, 1), None, None, date(2021, 3, 1)),
        (date(2021, 4, 1), None, None, None),
    ],
)
def test_the_same_month_before_and_within_a_measure_is_compared(begins, until, before, now) -> None:
    assert goal_rules.compared(MONTHS, begins, until) == Compared(before, now)


def test_changes_are_shares_of_people_and_points_of_rates() -> None:
    assert goal_rules.change(200, 150, INDICATORS["inflow"]) == -0.25
    assert goal_rules.change(20, 22.5, INDICATORS["activation_rate"]) == 2.5
    assert goal_rules.change(None, 1, INDICATORS["inflow"]) is None
    assert goal_rules.change(0, 1, INDICATORS["inflow"]) is None
    assert goal_rules.elsewhere([0.1, None, 0.3, 0.2]) == (0.2, 3)
    assert goal_rules.elsewhere([None]) == (None, 0)
