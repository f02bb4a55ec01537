"""Why somebody is responsible, in words: each reason with the facts that it rests on and where each comes from.

Of one person `explained`; of many `Origins(run, persons)` once, and `told` for each person and language.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.utils import translation
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from kokeilu.extract import NONE
from kokeilu.law.definition import shipped
from kokeilu.law.explain import NOT_VERIFIED, Reason
from kokeilu.law.facts import FACTS
from kokeilu.law.logic import Value
from kokeilu.law.trial import NOWHERE, Trial
from kokeilu.register import labels
from kokeilu.transfer.models import Responsibility
from kokeilu.transfer.origins import Origin, Origins
from kokeilu.transfer.queries import reasons
from kokeilu.transfer.reporting import Report
from kokeilu.web import formats

RESIDENCE = ("trial_area", "municipality", "placed_in")  # facts that tell where a person lives


@dataclass(frozen=True)
class Told:
    """A fact in words: what it is called, its value, and what it comes from, a line for each source."""

    fact: str
    value: str
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Explained:
    """A reason and the facts behind it; without facts where it rests on none of the person's."""

    reason: Reason
    facts: tuple[Told, ...]


def explained(responsibility: Responsibility, language: str, *, residence: bool = True) -> list[Explained]:
    """The reasons of a responsibility (as `queries.reasons`) with their facts as known when it was decided.

    Without `residence` nothing names where the person lives, for those whose address is protected. Problem: as
    `queries.reasons`.
    """
    why = reasons(responsibility, language, residence=residence)
    decision = responsibility.decision
    if decision is None:
        return [Explained(reason, ()) for reason in why]
    origins = Origins(decision.run, [decision.person_id])
    return [
        Explained(reason, told(origins.of(decision.person_id, reason.facts), decision.run.trial, language, residence))
        for reason in why
    ]


def told(origins: Iterable[Origin], trial: str, language: str, residence: bool) -> tuple[Told, ...]:
    """Facts in words of a language, of a decision by the trial of that key; `residence` as above."""
    with translation.override(language):
        return tuple(_told(origin, trial, language, residence) for origin in origins)


@lru_cache(maxsize=4096)
def _told(origin: Origin, key: str, language: str, residence: bool) -> Told:
    """In the language that is active. Kept: thousands of people share their facts, and writing one out takes 0.5 ms."""
    trial = shipped(key)
    label, sources = capfirst(FACTS[origin.fact].label[language]), _reported(origin, language)
    if origin.fact in RESIDENCE and not residence:
        hidden = _("not shown: the address is protected")
        return Told(label, hidden, tuple(dict.fromkeys(_source(each) for each in origin.reports)))
    if origin.fact == "trial_area":
        return Told(label, _area(origin.value, trial, language), (*sources, _table(origin, trial, language)))
    return Told(label, _value(origin.fact, origin.value), sources)


def _reported(origin: Origin, language: str) -> tuple[str, ...]:
    """A line for each report; what was reported is said where the fact was derived from it."""
    return tuple(
        _source(each)
        if each.column == origin.fact
        else _("%(fact)s: %(value)s (%(source)s)") % {
            "fact": FACTS[each.column].label[language], "value": _value(each.column, each.value),
            "source": _source(each),
        }
        for each in origin.reports
    )  # fmt: skip


def _source(report: Report) -> str:
    if report.day is None:
        return _("in no register extract")
    told = {
        "correction": _("corrected register extract as of %(day)s"),
        "identity": _("register extract as of %(day)s, by a statement on who is whom"),
        "absence": _("no longer in the register extract as of %(day)s"),
    }.get(report.source, _("register extract as of %(day)s"))
    return told % {"day": formats.day(report.day)}


def _area(area: Value | None, trial: Trial, language: str) -> str:
    if area is None:
        return _("unknown")
    return _("no") if area == NOWHERE else trial.area_names(language)[str(area)]


def _table(origin: Origin, trial: Trial, language: str) -> str:
    """The area table that the area was read from, marked where its row has not been verified."""
    name = _("area table of the trial: %(trial)s") % {"trial": trial.names[language]}
    return name if origin.row is None or origin.row.verified else f"{name} ({NOT_VERIFIED[language]})"


def _value(name: str, value: Value | None) -> str:
    """A value of a fact or a column in words of the language that is active."""
    if value is None:
        return _("unknown")
    if name in _WORDS:
        return str(_WORDS[name](value))
    match value:
        case bool():
            return _("yes") if value else _("no")
        case int():
            return formats.number(value)
        case str():
            return value
    return formats.day(value)


def _place(code: str) -> str | Promise:
    return _("in none") if code == NONE else labels.municipality(code)


def _employment(code: str) -> str:
    return f"{code} {labels.employment(code)}"


_WORDS: Mapping[str, Callable[[Any], str | Promise]] = {
    "municipality": labels.municipality,
    "placed_in": _place,
    "language": labels.language,
    "service_language": labels.language,
    "employment_code": _employment,
    "service": labels.service,
    "benefit": labels.benefit,
    "education": labels.education,
}
