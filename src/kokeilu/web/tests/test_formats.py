"""Days and numbers as each language writes them."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.utils import translation

from kokeilu.web import formats
from kokeilu.web.templatetags import shell

START, END = date(2021, 3, 1), date(2021, 7, 1)
N = "\u00a0"


@pytest.mark.parametrize(
    ("language", "day", "month", "period", "moment"),
    [
        ("fi", "1.3.2021", "maaliskuu 2021", "1.3.2021–30.6.2021", "1.3.2021 klo 9.05"),
        ("sv", "1.3.2021", "mars 2021", "1.3.2021–30.6.2021", "1.3.2021 kl. 09:05"),
        ("en", "1 March 2021", "March 2021", "1 March 2021 – 30 June 2021", "1 March 2021 at 09:05"),
    ],
)
def test_days(language, day, month, period, moment):
    with translation.override(language):
        assert formats.day(START) == day
        assert formats.month(START) == month
        assert formats.days(START, END) == period
        assert formats.moment(datetime(2021, 3, 1, 7, 5, tzinfo=UTC)) == moment  # two hours behind Finland


def test_a_period_is_open_or_one_day_or_unknown():
    with translation.override("fi"):
        assert formats.days(START, None) == "1.3.2021–"
        assert formats.days(None, END) == "–30.6.2021"
        assert formats.days(START, date(2021, 3, 2)) == "1.3.2021"
        assert formats.days(None, None) == "–"
    with translation.override("en"):
        assert formats.days(START, None) == "1 March 2021 –"


@pytest.mark.parametrize(
    ("value", "decimals", "fi", "en"),
    [
        (49871, None, f"49{N}871", f"49{N}871"),
        (-1234567, None, f"−1{N}234{N}567", f"−1{N}234{N}567"),
        (1153.5, None, f"1{N}153,5", f"1{N}153.5"),
        (Decimal("0.125"), 2, "0,12", "0.12"),
        (0, None, "0", "0"),
        (0, 1, "0,0", "0.0"),
        (None, None, "–", "–"),
        ("none", None, "none", "none"),
        (True, None, "True", "True"),
    ],
)
def test_numbers(value, decimals, fi, en):
    for language, expected in (("fi", fi), ("sv", fi), ("en", en)):
        with translation.override(language):
            assert formats.number(value, decimals) == expected


def test_shares():
    for language, expected in (("fi", f"12,5{N}%"), ("sv", f"12,5{N}%"), ("en", "12.5%")):
        with translation.override(language):
            assert formats.share(0.125) == expected
            assert formats.share(None) == "–"


def test_a_month_that_names_a_row_stays_on_one_line():
    for language, expected in (("fi", f"maaliskuu{N}2021"), ("sv", f"mars{N}2021"), ("en", f"March{N}2021")):
        with translation.override(language):
            assert formats.unbroken_month(START) == expected


def test_a_language_that_is_none_of_ours_falls_back_to_finnish():
    with translation.override("de"):
        assert formats.language() == "fi"
        assert formats.day(START) == "1.3.2021"


def test_unknown_days_are_a_dash():
    assert formats.day(None) == formats.month(None) == formats.moment(None) == shell.days(None) == "–"
