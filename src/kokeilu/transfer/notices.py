"""What moved people are told: one message for each new organisation, pattern and language."""

from datetime import date

import polars as pl
from django.utils import translation
from django.utils.translation import gettext as _

from kokeilu.access.models import Organisation
from kokeilu.law import explain
from kokeilu.law.trial import Trial
from kokeilu.transfer.models import Message, Run
from kokeilu.transfer.rules import STATE
from kokeilu.web import formats

BOTH = "fi+sv"  # where the service language is unknown: neither is taken for granted


def language_of(service_language: pl.Series) -> pl.Series:
    """The language of each person's notice."""
    return service_language.replace_strict({"fi": "fi", "sv": "sv"}, default=BOTH, return_dtype=pl.String)


def compose(trial: Trial, run: Run, moved: pl.DataFrame, organisations: dict[str, Organisation]) -> list[Message]:
    """The messages of a run, not stored yet. `moved` has goes_to, pattern, decision, language; repeats do no harm."""
    keys = ["goes_to", "pattern", "decision", "language"]
    made = []
    for goes_to, pattern, decision, language in moved.select(keys).unique().sort(keys).rows():
        texts = [_text(trial, run.on, organisations[goes_to], pattern, decision, each) for each in language.split("+")]
        made.append(
            Message(
                run=run, organisation=organisations[goes_to], pattern=pattern, language=language,
                subject=" / ".join(subject for subject, _body in texts),
                body="\n\n– – –\n\n".join(body for _subject, body in texts),
            )
        )  # fmt: skip
    return made


def _text(
    trial: Trial, on: date, organisation: Organisation, pattern: int, decision: str, language: str
) -> tuple[str, str]:
    area = None if organisation.key == STATE else organisation.key
    reasons = explain.reasons(trial, on, pattern, decision, language, area=area)
    with translation.override(language):
        places = {"organisation": organisation.name, "day": formats.day(on), "trial": trial.names[language]}
        subject = _("The responsibility for your employment services moves to: %(organisation)s") % places
        if area:
            opening = _("From %(day)s your services are the responsibility of %(organisation)s (%(trial)s).") % places
        else:
            opening = _("From %(day)s your services are again the responsibility of %(organisation)s.") % places
        why = [_("Why:"), *(f"– {reason.text} [{reason.citation}]" for reason in reasons)]
        body = "\n".join([opening, "", *why, "", _("You need not do anything. Your job search goes on as before.")])
    return subject, body
