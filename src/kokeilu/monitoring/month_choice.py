"""What the address of a page asks for: a month, and what else its form lets a reader choose."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from django.http import HttpRequest
from django.utils.translation import gettext as _

from kokeilu.panel.rules import month_end, month_named
from kokeilu.web import formats

Month = TypeVar("Month", date, date | None)


@dataclass(frozen=True)
class Choice:
    """A list to choose from, as the template `choices.html` writes it: `options` are values with their labels."""

    name: str
    label: str
    options: Sequence[tuple[str, str]]
    chosen: str


def named(text: str) -> date | None:
    """The first day of a month named 2021-03; None for anything else."""
    try:
        return month_end(month_named(text)).replace(day=1)
    except ValueError:
        return None


def asked(request: HttpRequest, name: str, known: Collection[date], otherwise: Month) -> tuple[Month | date, bool]:
    """The month that `name` of the address names (2021-03), and whether it is among `known`; else `otherwise`.

    Without `name` in the address `otherwise` is what was asked for.
    """
    if name not in request.GET:
        return otherwise, True
    wanted = named(request.GET[name])
    return (wanted, True) if wanted is not None and wanted in known else (otherwise, False)


def chosen_month(request: HttpRequest, months: Sequence[date]) -> tuple[date, bool]:
    """The month that `month` of the address names, and whether it is among `months`, the newest first; else the
    newest.
    """
    return asked(request, "month", months, months[0])


def month(months: Sequence[date], chosen: date) -> Choice:
    """The choice of a month among `months`."""
    return Choice("month", _("Month"), [(f"{one:%Y-%m}", formats.month(one)) for one in months], f"{chosen:%Y-%m}")


def choices(known: bool, *offered: Choice, **kept: str) -> dict[str, Any]:
    """What `choices.html` shows: the lists, what the address keeps besides, and where what was asked for is not there
    (`known` is false) what is shown instead.
    """
    chosen = [label for one in offered for value, label in one.options if value == one.chosen]
    return {"choices": offered, "kept": kept, "shown_instead": "" if known else ", ".join(chosen)}
