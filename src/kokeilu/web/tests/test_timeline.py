"""Periods placed on an axis."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kokeilu.web.timeline import Period, Row, timeline

FIRST, UNTIL = date(2021, 1, 1), date(2021, 4, 11)  # 100 days


def place(*periods):
    return timeline([Row("Row", list(periods))], FIRST, UNTIL).rows[0].periods


def test_a_period_takes_its_share_of_the_axis():
    (placed,) = place(Period("Valid", date(2021, 1, 11), date(2021, 2, 10), "success"))
    assert (placed.left, placed.width, placed.color, placed.label) == ("10.000", "30.000", "success", "Valid")


def test_what_lies_outside_is_cut_or_left_out_but_keeps_its_days():
    before, open_ended = place(
        Period("Later", date(2021, 4, 1), None),
        Period("Earlier", date(2020, 1, 1), date(2021, 1, 11)),
        Period("Gone", date(2020, 1, 1), FIRST),
        Period("To come", UNTIL, None),
    )
    assert (before.left, before.width) == ("0.000", "10.000")
    assert "2020" in before.days
    assert (open_ended.left, open_ended.width) == ("90.000", "10.000")
    assert open_ended.days.endswith("–")


def test_an_axis_without_a_day_is_refused():
    with pytest.raises(ValueError, match="at least one day"):
        timeline([], FIRST, FIRST)


@given(first=st.dates(date(1990, 1, 1), date(2030, 1, 1)), days=st.integers(1, 20_000))
def test_the_axis_has_few_labels_in_order_and_inside(first, days):
    ticks = timeline([], first, first + timedelta(days=days)).ticks
    places = [float(tick.left) for tick in ticks]
    assert len(ticks) <= 7
    assert places == sorted(set(places))
    assert all(0 <= place <= 95 for place in places)


@pytest.mark.parametrize(
    ("until", "labels"),
    [
        (date(2021, 4, 1), ["1/2021", "2/2021", "3/2021"]),
        (date(2022, 1, 1), ["1/2021", "3/2021", "5/2021", "7/2021", "9/2021", "11/2021"]),
        (date(2024, 1, 1), ["1/2021", "7/2021", "1/2022", "7/2022", "1/2023", "7/2023"]),
        (date(2026, 1, 1), ["2021", "2022", "2023", "2024", "2025"]),
    ],
)
def test_labels_are_months_or_years(until, labels):
    assert [tick.label for tick in timeline([], FIRST, until).ticks] == labels


def test_two_timelines_on_a_page_have_their_own_ids():
    assert timeline([], FIRST, UNTIL).key != timeline([], FIRST, UNTIL).key
