"""The month that the address of a page asks for."""

from collections.abc import Sequence
from datetime import date

from django.http import HttpRequest

from kokeilu.panel.rules import month_end, month_named


def chosen_month(request: HttpRequest, months: Sequence[date]) -> tuple[date, bool]:
    """The month that `month` of the address names (2021-03), and whether it is among `months`; else the newest.

    `months` are first days, the newest first. Without `month` in the address the newest is what was asked for.
    """
    asked = request.GET.get("month")
    if asked is None:
        return months[0], True
    try:
        wanted = month_end(month_named(asked)).replace(day=1)
    except ValueError:
        return months[0], False
    return (wanted, True) if wanted in months else (months[0], False)
