"""A person's facts over time, subject by subject, for a timeline."""

from collections.abc import Callable, Iterable
from datetime import date
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kokeilu.extract import NONE
from kokeilu.register import labels
from kokeilu.register.models import Details, Period, Situation
from kokeilu.web import timeline as web

Value = str | bool | None
Span = tuple[Value, date, date | None]


def spans(periods: Iterable[Period], fact: str) -> list[Span]:
    """The values of one fact with the days [from, to) over which each held without a break; rows whose other facts
    changed are one. Rows come in the order of their days and do not overlap."""
    found: list[Span] = []
    for period in periods:
        value, start, until = getattr(period, fact), period.valid.lower, period.valid.upper
        if found and found[-1][0] == value and found[-1][2] == start:
            found[-1] = (value, found[-1][1], until)
        else:
            found.append((value, start, until))
    return found


def _job_search(valid: Value) -> str | Promise:
    if valid is None:
        return labels.UNKNOWN
    return _("Valid") if valid else _("Not valid")


def _immigrant(value: Value) -> str | Promise:
    if value is None:
        return labels.UNKNOWN
    return _("Within the integration act") if value else _("Not within the integration act")


def _placed_in(code: str | None) -> str | Promise:
    return _("Placed in no municipality") if code == NONE else labels.municipality(code)


# Subject, the table and fact it shows, the words, the values that are nothing to show, and the colours.
_SUBJECTS: tuple[tuple[str | Promise, type[Period], str, Callable[..., str | Promise], tuple[Value, ...]], ...] = (
    (_("Job search"), Situation, "job_search_valid", _job_search, ()),
    (_("Employment status"), Situation, "employment_code", labels.employment, ()),
    (_("Service"), Situation, "service", labels.service, (NONE,)),
    (_("Benefit"), Situation, "benefit", labels.benefit, (NONE,)),
    (_("Home municipality"), Situation, "municipality", labels.municipality, ()),
    (_("Placed in"), Situation, "placed_in", _placed_in, (NONE,)),
    (_("Mother tongue"), Details, "language", labels.language, ()),
    (_("Service language"), Details, "service_language", labels.language, ()),
    (_("Immigrant"), Details, "immigrant", _immigrant, (False,)),
)

_RESIDENCE = ("municipality", "placed_in")

_COLORS: dict[tuple[str, Value], str] = {
    ("job_search_valid", True): "accent",
    ("employment_code", "00"): "info",
    ("employment_code", "01"): "success",
    ("employment_code", "02"): "warning",
    ("employment_code", "03"): "warning",
}


def timeline(person: UUID, *, residence: bool = True) -> list[web.Row]:
    """What the register reported of a person: a row per subject with its periods, as known now.

    Subjects without anything to show are left out, and where the person lives is too unless `residence`, for people
    whose address is protected. Two queries.
    """
    rows: dict[type[Period], list[Period]] = {
        table: list(table.objects.filter(person=person, superseded_by=None).order_by("valid"))
        for table in (Situation, Details)
    }
    found = []
    for label, table, fact, words, nothing in _SUBJECTS:
        if fact in _RESIDENCE and not residence:
            continue
        periods = [
            web.Period(words(value), start, until, _color(fact, value))
            for value, start, until in spans(rows[table], fact)
            if value not in nothing
        ]
        if periods:
            found.append(web.Row(label, periods))
    return found


def _color(fact: str, value: Value) -> str:
    if fact == "service":
        return "info"
    return _COLORS.get((fact, value), "neutral")
