"""The day and moment at which Kokeilu stands: those of Finland, or the day that a demonstration is set to."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings

HELSINKI = ZoneInfo("Europe/Helsinki")


def today() -> date:
    """The current day in Finland, or `KOKEILU_TODAY` where a demonstration or a test sets one."""
    return settings.KOKEILU_TODAY or datetime.now(HELSINKI).date()


def now() -> datetime:
    """The moment in Finland: on `today()`, at the present time of day."""
    moment = datetime.now(HELSINKI)
    return datetime.combine(settings.KOKEILU_TODAY, moment.timetz()) if settings.KOKEILU_TODAY else moment
