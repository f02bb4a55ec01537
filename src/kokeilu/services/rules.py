"""What a request to the state may go through, who has it, by when, and what is reminded of. Pure."""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from typing import Final

from holidays import HolidayBase, country_holidays

from kokeilu.register.rules import CODE_FORM

# What looks like a personal identity code: it has no place in the texts of a request.
IDENTITY_CODE: Final = re.compile(rf"\b{CODE_FORM.strip('^$')}\b", re.IGNORECASE)
NEAR_DAYS: Final = 2  # working days before the day that something is due: from then on it is reminded of


class State(StrEnum):
    """Where a request stands."""

    NEW = "new"  # written and not yet sent: no request stays so at the end of a transaction
    SENT = "sent"
    TAKEN_UP = "taken_up"
    RETURNED = "returned"
    ANSWERED = "answered"
    ACKNOWLEDGED = "acknowledged"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"


class Step(StrEnum):
    """What is done with a request."""

    SEND = "send"
    TAKE_UP = "take_up"
    PUT_BACK = "put_back"
    RETURN = "return"
    SUPPLY = "supply"
    ANSWER = "answer"
    ACKNOWLEDGE = "acknowledge"
    WITHDRAW = "withdraw"
    CLOSE = "close"


class Notch(StrEnum):
    """How far the day that something is due has come: each is reminded of once."""

    NEAR = "near"
    OVER = "over"


# The database holds the same table (guarantee.py); a test compares them.
TRANSITIONS: Final[Mapping[tuple[State, Step], State]] = {
    (State.NEW, Step.SEND): State.SENT,
    (State.SENT, Step.TAKE_UP): State.TAKEN_UP,
    (State.SENT, Step.WITHDRAW): State.WITHDRAWN,
    (State.SENT, Step.CLOSE): State.CLOSED,
    (State.TAKEN_UP, Step.PUT_BACK): State.SENT,
    (State.TAKEN_UP, Step.RETURN): State.RETURNED,
    (State.TAKEN_UP, Step.ANSWER): State.ANSWERED,
    (State.TAKEN_UP, Step.WITHDRAW): State.WITHDRAWN,
    (State.TAKEN_UP, Step.CLOSE): State.CLOSED,
    (State.RETURNED, Step.SUPPLY): State.SENT,
    (State.RETURNED, Step.WITHDRAW): State.WITHDRAWN,
    (State.RETURNED, Step.CLOSE): State.CLOSED,
    (State.ANSWERED, Step.ACKNOWLEDGE): State.ACKNOWLEDGED,
    (State.ANSWERED, Step.CLOSE): State.CLOSED,
}
WITH_STATE: Final = (State.SENT, State.TAKEN_UP)  # the state's office has to act
WITH_ASKER: Final = (State.RETURNED, State.ANSWERED)  # who is responsible for the person has to act
OPEN: Final = (*WITH_STATE, *WITH_ASKER)
OVER: Final = (State.ACKNOWLEDGED, State.WITHDRAWN, State.CLOSED)
OFFICERS_STEPS: Final = (Step.TAKE_UP, Step.PUT_BACK, Step.RETURN, Step.ANSWER, Step.CLOSE)
HOLDERS_STEPS: Final = (Step.RETURN, Step.ANSWER)  # only by the officer who took the request up
ASKERS_STEPS: Final = (Step.SUPPLY, Step.ACKNOWLEDGE, Step.WITHDRAW)


@cache
def _holidays() -> HolidayBase:
    """Finland's public holidays with the eves of Midsummer and Christmas; years are added as they are asked for."""
    return country_holidays("FI")


def is_working_day(day: date) -> bool:
    """Whether the day is Monday to Friday and no public holiday of Finland, nor Midsummer's or Christmas's eve."""
    return day.weekday() < 5 and day not in _holidays()


def working_day_after(day: date, count: int) -> date:
    """The `count`-th working day after a day; the day itself for 0, whatever it is. ValueError: a negative count."""
    return _counted(day, count, timedelta(days=1))


def working_day_before(day: date, count: int) -> date:
    """The `count`-th working day before a day; the day itself for 0, whatever it is. ValueError: a negative count."""
    return _counted(day, count, timedelta(days=-1))


def _counted(day: date, count: int, stride: timedelta) -> date:
    if count < 0:
        raise ValueError("working days are counted from 0")
    while count:
        day += stride
        count -= is_working_day(day)
    return day


def working_days(first: date, until: date) -> int:
    """How many working days `[first, until)` has; 0 where it is empty."""
    return sum(is_working_day(first + timedelta(days=each)) for each in range((until - first).days))


def moved(deadline: date, returned: date, supplied: date) -> date:
    """A deadline later by the working days of `[returned, supplied)`, on which the request was with the asker."""
    return working_day_after(deadline, working_days(returned, supplied))


def notch(due: date | None, today: date) -> Notch | None:
    """What is to be reminded of today where something is due on a day; None while there is time, or no such day."""
    if due is None or today < working_day_before(due, NEAR_DAYS):
        return None
    return Notch.NEAR if today <= due else Notch.OVER
