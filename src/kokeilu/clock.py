"""The day and moment at which Kokeilu stands: those of Finland, or the day that a demonstration is set to."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.conf import settings

HELSINKI = ZoneInfo("Europe/Helsinki")


def today() -> date:
    """The current day in Finland, or `KOKEILU_TODAY` where a demonstration or a test sets one."""
    return settings.KOKEILU_TODAY or datetime.now(HELSINKI).date()


def now() -> datetime:
    """The moment in Finland; noon of the day that a demonstration or a test sets, whose clock stands."""
    day = settings.KOKEILU_TODAY
    return datetime.combine(day, time(12), HELSINKI) if day else datetime.now(HELSINKI)


def moment(shown: datetime) -> datetime | None:
    """When clocks in Finland show this; None where the change of summer time skips it or shows it twice."""
    before, after = (shown.replace(tzinfo=HELSINKI, fold=fold) for fold in (0, 1))
    return before if before.utcoffset() == after.utcoffset() else None
