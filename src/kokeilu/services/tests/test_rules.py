"""Working days, deadlines, and what is reminded of when."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kokeilu.services import rules
from kokeilu.services.rules import Notch, State, Step

days = st.dates(date(2019, 1, 1), date(2027, 12, 31))
counts = st.integers(0, 40)


@pytest.mark.parametrize(
    ("sent", "count", "due"),
    [
        (date(2021, 3, 29), 1, date(2021, 3, 30)),  # Monday to Tuesday
        (date(2021, 4, 1), 1, date(2021, 4, 6)),  # over Good Friday, the weekend and Easter Monday
        (date(2021, 3, 31), 10, date(2021, 4, 16)),
        (date(2021, 6, 24), 1, date(2021, 6, 28)),  # Midsummer's eve is a Friday
        (date(2021, 12, 3), 1, date(2021, 12, 7)),  # Independence Day
        (date(2020, 12, 23), 1, date(2020, 12, 28)),  # Christmas's eve is a Thursday
        (date(2021, 12, 30), 5, date(2022, 1, 7)),  # into the next year, over Epiphany on a Thursday
        (date(2021, 4, 30), 1, date(2021, 5, 3)),  # May Day is a Saturday
        (date(2021, 4, 3), 0, date(2021, 4, 3)),
    ],
)
def test_working_days_go_over_weekends_and_holidays(sent: date, count: int, due: date) -> None:
    assert rules.working_day_after(sent, count) == due


@given(days, st.integers(1, 40))
def test_the_working_day_after_is_one_and_so_many_later(day: date, count: int) -> None:
    due = rules.working_day_after(day, count)
    assert rules.is_working_day(due)
    assert rules.working_days(day + timedelta(days=1), due + timedelta(days=1)) == count


@given(days, counts)
def test_before_undoes_after_on_working_days(day: date, count: int) -> None:
    start = rules.working_day_after(day, 1)
    assert rules.working_day_before(rules.working_day_after(start, count), count) == start


@given(days, days)
def test_a_deadline_moves_by_the_days_that_it_stood_still(deadline: date, returned: date) -> None:
    supplied = returned + timedelta(days=9)
    assert rules.moved(deadline, returned, returned) == deadline
    later = rules.moved(deadline, returned, supplied)
    away = rules.working_days(returned, supplied)
    assert rules.working_days(deadline + timedelta(days=1), later + timedelta(days=1)) == away


def test_a_negative_number_of_days_is_refused() -> None:
    with pytest.raises(ValueError, match="from 0"):
        rules.working_day_after(date(2021, 3, 1), -1)


@pytest.mark.parametrize(
    ("today", "notch"),
    [
        (date(2021, 3, 31), None),
        (date(2021, 4, 1), Notch.NEAR),  # Maundy Thursday: two working days before Wednesday after Easter
        (date(2021, 4, 7), Notch.NEAR),
        (date(2021, 4, 8), Notch.OVER),
    ],
)
def test_reminders_come_two_working_days_before_and_after(today: date, notch: Notch | None) -> None:
    assert rules.notch(date(2021, 4, 7), today) == notch
    assert rules.notch(None, today) is None


@given(days, st.integers(-20, 20))
def test_near_is_the_same_seen_from_either_day(due: date, apart: int) -> None:
    """The list asks the database by today, the rule by the day that something is due."""
    today = due + timedelta(days=apart)
    by_today = due <= rules.working_day_after(today, rules.NEAR_DAYS)
    assert (rules.notch(due, today) is not None) == by_today


def test_every_state_but_the_ends_leads_on_and_every_step_is_possible() -> None:
    assert {state for state, _ in rules.TRANSITIONS} == set(State) - set(rules.OVER)
    assert {step for _, step in rules.TRANSITIONS} == set(Step)
    assert set(rules.OFFICERS_STEPS) | set(rules.ASKERS_STEPS) | {Step.SEND} == set(Step)
    assert set(rules.OPEN) | set(rules.OVER) | {State.NEW} == set(State)
