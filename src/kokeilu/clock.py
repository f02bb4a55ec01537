"""The day on which Kokeilu stands: today in Finland, or the day that a demonstration is set to."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings

HELSINKI = ZoneInfo("Europe/Helsinki")


def today() -> date:
    """The current day in Finland, or `KOKEILU_TODAY` where a demonstration or a test sets one."""
    return settings.KOKEILU_TODAY or datetime.now(HELSINKI).date()
