"""Lengths of time as definitions write them."""

from datetime import date

import polars as pl
import pytest

from kokeilu.law.spans import Span


@pytest.mark.parametrize(
    ("text", "day", "after"),
    [
        ("12 months", date(2019, 11, 1), date(2020, 11, 1)),
        ("12 months", date(2020, 2, 29), date(2021, 2, 28)),
        ("12 months", date(2019, 2, 28), date(2020, 2, 28)),
        ("1 month", date(2021, 1, 31), date(2021, 2, 28)),
        ("1 month", date(2020, 12, 31), date(2021, 1, 31)),
        ("13 months", date(2019, 11, 30), date(2020, 12, 30)),
        ("30 days", date(2020, 2, 15), date(2020, 3, 16)),
        ("1 day", date(2020, 12, 31), date(2021, 1, 1)),
    ],
)
def test_first_day_after(text, day, after):
    assert Span.parse(text).after(day) == after
    assert str(Span.parse(text)) == text
    column = pl.DataFrame({"day": [day, None]}).select(Span.parse(text).after_each(pl.col("day")))
    assert column.to_series().to_list() == [after, None]


@pytest.mark.parametrize("text", ["", "12", "0 months", "-1 days", "1 year", "12 Months", "1.5 months", "12 months "])
def test_what_is_no_length_of_time(text):
    with pytest.raises(ValueError):
        Span.parse(text)
