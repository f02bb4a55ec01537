"""What moved people are told: one message for each new organisation, pattern and language."""

from datetime import date

import polars as pl
from django.utils import translation
from django.utils.translation import gettext as _

from kokeilu.access.models import Organisation
from kokeilu.law import explain
from kokeilu.law.trial import Trial
from kokeilu.transfer.letters import ITEM
from kokeilu.transfer.models import Message, Run
from kokeilu.transfer.rules import STATE
from kokeilu.web import formats

BOTH = "fi+sv"  # where the service language is unknown: neither is taken for granted
BETWEEN_SUBJECTS, BETWEEN_BODIES = " / ", "\n\n– – –\n\n"  # of a message in both languages


def language_of(service_language: pl.Series) -> pl.Series:
    """The language of each person's notice."""
    return service_language.replace_strict({"fi": "fi", "sv": "sv"}, default=BOTH, return_dtype=pl.String)


def compose(trial: Trial, run: Run, moved: pl.DataFrame, organisations: dict[str, Organisation]) -> list[Message]:
    """The messages of a run, not stored yet. `moved` has goes_to, day (from which), pattern, decision, language;
    repeats do no harm."""
    keys = ["goes_to", "day", "pattern", "decision", "language"]
    made = []
    for goes_to, day, pattern, decision, language in moved.select(keys).unique().sort(keys).rows():
        texts = [
            _text(trial, run.on, day, organisations[goes_to], pattern, decision, each) for each in language.split("+")
        ]
        made.append(
            Message(
                run=run, organisation=organisations[goes_to], day=day, pattern=pattern, language=language,
                subject=BETWEEN_SUBJECTS.join(subject for subject, _body in texts),
                body=BETWEEN_BODIES.join(body for _subject, body in texts),
            )
        )  # fmt: skip
    return made


def _text(
    trial: Trial, on: date, day: date, organisation: Organisation, pattern: int, decision: str, language: str
) -> tuple[str, str]:
    area = None if organisation.key == STATE else organisation.key
    reasons = explain.reasons(trial, on, pattern, decision, language, area=area)
    with translation.override(language):
        places = {"organisation": organisation.name, "day": formats.day(day), "trial": trial.names[language]}
        subject = _("The responsibility for your employment services moves to: %(organisation)s") % places
        if area:
            opening = _("From %(day)s your services are the responsibility of %(organisation)s (%(trial)s).") % places
        else:
            opening = _("From %(day)s your services are again the responsibility of %(organisation)s.") % places
        why = [f"{each.text} [{each.citation}]" if each.citation else each.text for each in reasons]
        pieces = [opening, _listed(_("Why:"), why)]
        if not all(reason.verified for reason in reasons):
            pieces.append(
                _(
                    "“Not verified”: the text of that part of the law has not been checked; the sentence follows the"
                    " authorities' descriptions."
                )
            )
        pieces.append(_listed(_("What happens next:"), _next(area, places)))
    return subject, "\n\n".join(pieces)


def _next(area: str | None, places: dict[str, str]) -> list[str]:
    steps = [_("You need not do anything. Your job search goes on as before.")]
    if area:
        steps.append(_("You get a responsible worker of your own at %(organisation)s.") % places)
    return steps


def _listed(heading: str, items: list[str]) -> str:
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
