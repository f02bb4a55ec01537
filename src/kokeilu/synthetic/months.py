"""Months as whole numbers: `year * 12 + month - 1`. Days are counted from 1970-01-01, as numpy does."""

import calendar
import re
from datetime import date, timedelta

import numpy as np

from kokeilu.problems import Problem

EPOCH = date(1970, 1, 1)


def parse(text: str) -> int:
    """The number of a month written as `2021-03`; a Problem if it is not one."""
    if not re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])", text):
        raise Problem(f"'{text}' is not a month", mend="write it as 2021-03")
    return int(text[:4]) * 12 + int(text[5:]) - 1


def label(month: int) -> str:
    """The month as `2021-03`."""
    return f"{month // 12:04d}-{month % 12 + 1:02d}"


def first_day(month: int) -> date:
    """The month's first day."""
    return date(month // 12, month % 12 + 1, 1)


def last_day(month: int) -> date:
    """The month's last day: the day as of which its extract is."""
    return date(month // 12, month % 12 + 1, calendar.monthrange(month // 12, month % 12 + 1)[1])


def day_number(day: date) -> int:
    """Days from 1970-01-01."""
    return (day - EPOCH).days


def from_day_number(number: int) -> date:
    """The day that is so many days from 1970-01-01."""
    return EPOCH + timedelta(days=number)


def weekdays(month: int) -> int:
    """Days of the month on which a benefit is paid, Monday to Friday."""
    return int(np.busday_count(first_day(month), first_day(month + 1)))
