"""What people are told whose responsibility changed: one message for all who are told the same."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, Final

import polars as pl
from django.utils import translation
from django.utils.translation import gettext as _

from kokeilu.access.models import Organisation
from kokeilu.law.explain import Reason
from kokeilu.transfer import notices_reasons
from kokeilu.transfer.letters import ITEM
from kokeilu.transfer.models import Message, Run
from kokeilu.transfer.notices_reasons import Basis, Trials
from kokeilu.transfer.rules import STATE
from kokeilu.web import formats

BOTH = "fi+sv"  # where the service language is unknown: neither is taken for granted
BETWEEN_SUBJECTS, BETWEEN_BODIES = " / ", "\n\n– – –\n\n"  # of a message in both languages

# Whose organisation a run changed, from whom to whom, and on what the new responsibility rests (notices_reasons.Basis;
# `decided_by` is the run of that decision).
CHANGED: Final = pl.Schema(
    {
        "person": pl.String(), "came_from": pl.String(), "goes_to": pl.String(), "day": pl.Date(),
        "basis": pl.String(), "trial": pl.String(), "on": pl.Date(), "pattern": pl.Int64(), "decision": pl.String(),
        "area": pl.String(), "ground": pl.String(), "decided_by": pl.String(),
    }
)  # fmt: skip
# What a message is the same for; `replaces` is the day on which people had been told something else, `undone` whether
# that was undone.
_OF_ONE: Final = ("person", "came_from")
_ALIKE: Final = (*(name for name in CHANGED if name not in _OF_ONE), "language", "replaces", "undone")


@dataclass(frozen=True)
class _Told:
    """What one message tells of."""

    run: Run
    kind: str
    organisation: Organisation
    day: date
    basis: Basis
    replaces: date | None
    undone: bool


def language_of(service_language: pl.Expr) -> pl.Expr:
    """The language of each person's notice."""
    return service_language.replace_strict({"fi": "fi", "sv": "sv"}, default=BOTH, return_dtype=pl.String)


def by_law(run: Run, moved: pl.DataFrame) -> pl.DataFrame:
    """CHANGED of people whom a run moved by its law; `moved` as of rules.moving_days."""
    return moved.select(
        "person", came_from="responsible", goes_to="goes_to", day="day", basis=pl.lit(Message.Kind.LAW.value),
        trial=pl.lit(run.trial), on=pl.lit(run.on), pattern="pattern", decision="decision", area="area",
        ground=pl.lit(None, pl.String), decided_by=pl.lit(str(run.pk)),
    )  # fmt: skip


def without_decision(run: Run, moved: pl.DataFrame, basis: str, ground: str | None = None) -> pl.DataFrame:
    """CHANGED of people whom a run moved by no decision of the law; `moved` has person, responsible, goes_to, day."""
    nothing = {name: pl.lit(None, CHANGED[name]) for name in ("pattern", "decision", "area", "decided_by")}
    return moved.select(
        "person", came_from="responsible", goes_to="goes_to", day="day", basis=pl.lit(basis), trial=pl.lit(run.trial),
        on=pl.lit(run.on), ground=pl.lit(ground, pl.String), **nothing,
    ).select(CHANGED.names())  # fmt: skip


def compose(
    run: Run, told: pl.DataFrame, organisations: Mapping[str, Organisation], trials: Trials
) -> tuple[list[Message], pl.DataFrame]:
    """The messages of a run, not stored yet, and `told` with `number`, the place of each person's message among them.

    `told` is CHANGED with language, replaces and undone. Problem: as notices_reasons.of_basis.
    """
    alike = told.select(_ALIKE).unique().sort(_ALIKE).with_row_index("number")
    messages = [_message(run, row, organisations, trials) for row in alike.iter_rows(named=True)]
    return messages, told.join(alike, on=list(_ALIKE), how="left", nulls_equal=True)


def _message(run: Run, row: Mapping[str, Any], organisations: Mapping[str, Organisation], trials: Trials) -> Message:
    basis = Basis(row["basis"], **{field.name: row[field.name] for field in fields(Basis) if field.name != "kind"})
    undoing = run.kind == Run.Kind.UNDO and row["undone"]
    told = _Told(
        run, Message.Kind.UNDONE if undoing else basis.kind, organisations[basis.goes_to], row["day"],
        basis, row["replaces"], row["undone"],
    )  # fmt: skip
    texts = [_text(told, each, trials) for each in row["language"].split("+")]
    return Message(
        run=run, organisation=told.organisation, kind=told.kind, day=told.day, replaces=told.replaces,
        pattern=basis.pattern if basis.by_law else None, decided_by_id=row["decided_by"] if basis.by_law else None,
        language=row["language"], subject=BETWEEN_SUBJECTS.join(subject for subject, _body in texts),
        body=BETWEEN_BODIES.join(body for _subject, body in texts),
    )  # fmt: skip


def _text(told: _Told, language: str, trials: Trials) -> tuple[str, str]:
    why = _reasons(told, language, trials)
    with translation.override(language):
        places = {"organisation": told.organisation.name, "day": formats.day(told.day)}
        if told.replaces:
            places["told"] = formats.day(told.replaces)
        if told.basis.trial:
            places["trial"] = trials(told.basis.trial).names[language]
        pieces = [_opening(told, places), *_in_place_of(told, places)]
        if why:
            pieces.append(_listed(_("Why:"), [f"{e.text} [{e.citation}]" if e.citation else e.text for e in why]))
        if not all(reason.verified for reason in why):
            pieces.append(
                _(
                    "“Not verified”: the text of that part of the law has not been checked; the sentence follows the"
                    " authorities' descriptions."
                )
            )
        pieces.append(_listed(_("What happens next:"), _next(told.organisation, places)))
        return _subject(told, places), "\n\n".join(pieces)


def _reasons(told: _Told, language: str, trials: Trials) -> list[Reason]:
    if told.kind == Message.Kind.UNDONE:
        return notices_reasons.of_undone(told.basis, told.run, trials, language)
    return notices_reasons.of_basis(told.basis, trials, language)


def _subject(told: _Told, places: Mapping[str, str]) -> str:
    if told.kind == Message.Kind.UNDONE:
        return _("Responsible for your employment services again: %(organisation)s") % places
    return _("The responsibility for your employment services moves to: %(organisation)s") % places


def _opening(told: _Told, places: Mapping[str, str]) -> str:
    kinds = Message.Kind
    if told.kind == kinds.UNDONE:
        return _("What we told you on %(told)s no longer holds: %(organisation)s is responsible as before.") % places
    if told.kind == kinds.INDIVIDUAL:
        return _("It has been decided that %(organisation)s is responsible for your services from %(day)s.") % places
    if told.kind == kinds.END:
        return (
            _("The trial has ended (%(trial)s). From %(day)s your services are the responsibility of %(organisation)s.")
            % places
        )
    if told.organisation.key != STATE and "trial" in places:
        return _("From %(day)s your services are the responsibility of %(organisation)s (%(trial)s).") % places
    return _("From %(day)s your services are again the responsibility of %(organisation)s.") % places


def _in_place_of(told: _Told, places: Mapping[str, str]) -> list[str]:
    """What the letter does to the one before it."""
    if told.replaces is None or told.kind == Message.Kind.UNDONE:
        return []
    if told.undone or told.kind == Message.Kind.CORRECTION:
        return [_("This letter replaces what we told you on %(told)s.") % places]
    return [_("From then on this letter holds in place of what we told you on %(told)s.") % places]


def _next(organisation: Organisation, places: Mapping[str, str]) -> list[str]:
    steps = [_("You need not do anything. Your job search goes on as before.")]
    if organisation.key != STATE:
        steps.append(_("You get a responsible worker of your own at %(organisation)s.") % places)
    return steps


def _listed(heading: str, items: Sequence[str]) -> str:
    """A list under its heading, as kokeilu.transfer.letters reads it."""
    return "\n".join([heading, *(f"{ITEM}{item}" for item in items)])


def parts(message: Message) -> list[tuple[str, str, str]]:
    """A stored message apart by language: language, subject, body."""
    languages = message.language.split("+")
    bodies = message.body.split(BETWEEN_BODIES)
    subjects = message.subject.split(BETWEEN_SUBJECTS)
    each = len(subjects) // len(languages)  # an organisation's name may hold the sign that is between subjects
    return [
        (language, BETWEEN_SUBJECTS.join(subjects[number * each : (number + 1) * each]), bodies[number])
        for number, language in enumerate(languages)
    ]
