"""The municipalities' share of labour market support in euros, against examples worked by hand.

A municipality pays half of the support of a day from 300 paid days on and 70 per cent from 1000 on, until the end of
2024. Support is counted for every weekday of the month. The amounts of a day are dated data; those of 2022 (until the
end of July) and of 2024 have a source, the others are marked unverified.
"""

from datetime import date

import polars as pl
import pytest

from kokeilu.law.support import rates_on, weekdays
from kokeilu.monitoring import rates
from kokeilu.monitoring.indicators import INDICATORS


def shares(month: int, paid_300: int, paid_1000: int, hidden: str = "") -> pl.DataFrame:
    """The rates of a month with so many people of each step; `hidden` is not shown."""
    persons = {"in_services": 0, "broad_unemployment": 0, "paid_300_days": paid_300, "paid_1000_days": paid_1000}
    shown = pl.DataFrame(
        [
            ("espoo", "residents", month, key, None if key == hidden else float(value), key == hidden)
            for key, value in persons.items()
        ],
        dict(zip(rates.COLUMNS, (pl.String, pl.String, pl.Int32, pl.String, pl.Float64, pl.Boolean), strict=True)),
        orient="row",
    )
    return rates.rates(shown).filter(indicator="municipal_share").select("value", "suppressed")


@pytest.mark.parametrize(
    ("month", "days", "euros", "verified"),
    [
        # 20 days * 34.50 = 690.00: half is 345.00, 70 per cent 483.00
        (202202, 20, 10 * 345.00 + 4 * 483.00, True),
        (202203, 23, 10 * 396.75 + 4 * 555.45, True),
        (202205, 22, 10 * 379.50 + 4 * 531.30, True),
        (202411, 21, 10 * 390.705 + 4 * 546.987, True),
        # the amount of 2021, 33.78, is not verified
        (202103, 23, 10 * 388.47 + 4 * 543.858, False),
    ],
)
def test_the_share_of_a_month(month: int, days: int, euros: float, verified: bool) -> None:
    day = date(month // 100, month % 100, 1)
    law = rates_on(day)
    assert law is not None
    assert (weekdays(day), law.verified) == (days, verified)
    [(value, suppressed)] = shares(month, 10, 4).rows()
    assert value == pytest.approx(euros, abs=0.011)  # each step is rounded to a cent
    assert suppressed is False


def test_the_share_of_one_is_near_half_and_seven_tenths_of_a_month_of_21_and_a_half_days() -> None:
    # 21.5 days of 37.21 are 800.02: 400.01 and 560.01; April 2024 has 22 weekdays and June 20
    found = [shares(month, *people).item(0, 0) for month in (202404, 202406) for people in ((1, 0), (0, 1))]
    assert found == [409.31, 573.03, 372.10, 520.94]


def test_nobody_costs_nothing() -> None:
    assert shares(202203, 0, 0).rows() == [(0.0, False)]


@pytest.mark.parametrize("hidden", ["paid_300_days", "paid_1000_days"])
def test_the_share_is_hidden_where_the_people_of_a_step_are(hidden: str) -> None:
    assert shares(202203, 10, 4, hidden).rows() == [(None, True)]


def test_from_2025_on_there_is_none() -> None:
    assert shares(202412, 10, 4).height == 1
    assert shares(202501, 10, 4).is_empty()


def test_the_indicator_is_marked_unverified() -> None:
    assert INDICATORS["municipal_share"].verified is False
    assert INDICATORS["municipal_share"].unit == "euros"
