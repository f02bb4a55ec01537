"""The municipalities' share of labour market support."""

from datetime import date

import polars as pl
import pytest

from kokeilu.law.support import month_cents, rates_on, weekdays


def cents(people, percent, day):
    return pl.select(month_cents(pl.lit(people, pl.Int64), percent, rates_on(day), day)).item()


@pytest.mark.parametrize(
    ("day", "days"), [(date(2021, 2, 28), 20), (date(2021, 3, 1), 23), (date(2024, 2, 29), 21), (date(2022, 8, 15), 23)]
)
def test_weekdays_of_the_month(day, days):
    assert weekdays(day) == days


def test_share_of_a_month():
    # 21 days of 37.21 are 781.41, of which 50 % is 390.705 and 70 % 546.987
    day = date(2024, 2, 29)
    assert (cents(1, 50, day), cents(1, 70, day)) == (39071, 54699)
    assert cents(1000, 50, day) == 39070500
    assert cents(0, 50, day) == 0


def test_rates_are_dated_and_marked():
    assert rates_on(date(2022, 7, 31)).cents_per_day == 3450
    assert rates_on(date(2022, 8, 1)).cents_per_day == 3572
    assert [rates_on(date(year, 7, 1)).verified for year in range(2019, 2025)] == [
        False,
        False,
        False,
        True,
        False,
        True,
    ]
    assert rates_on(date(2021, 3, 1)).steps == ((300, 50), (1000, 70))


@pytest.mark.parametrize("day", [date(2018, 12, 31), date(2025, 1, 1)])
def test_no_estimate_where_the_rates_are_not_known(day):
    assert rates_on(day) is None
