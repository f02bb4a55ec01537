"""Who is responsible for whom, since when and why; runs, and who is undecided."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from uuid import UUID

from django.db.models import Count, QuerySet

from kokeilu.access.models import Organisation
from kokeilu.law import explain
from kokeilu.law.definition import shipped
from kokeilu.law.explain import Reason
from kokeilu.register.models import Details, Person
from kokeilu.register.queries import finnish_key, on_day
from kokeilu.transfer.models import Decision, Message, Responsibility, Run


def responsible(person: UUID, day: date) -> Responsibility | None:
    """The responsibility for a person that holds on a day, with its organisation; None before they are known."""
    return Responsibility.objects.on(day).filter(person=person).select_related("organisation").first()


def history(person: UUID) -> QuerySet[Responsibility]:
    """A person's responsibilities from the first day to the last, each with organisation, decision and run."""
    held = Responsibility.objects.standing().filter(person=person)
    return held.select_related("organisation", "decision__run").order_by("valid")


def customers(organisation: Organisation) -> QuerySet[Person]:
    """Everybody for whom an organisation is responsible without end: its customers after the newest run."""
    current = Responsibility.objects.current().filter(organisation=organisation)
    return Person.objects.filter(pk__in=current.values("person"))


def reasons(responsibility: Responsibility, language: str) -> list[Reason]:
    """Why the organisation is responsible, by the law: none where it is so from intake.

    Raises Problem where the trial's definition has changed since so that the pattern is not to be read any more.
    """
    decision = responsibility.decision
    if decision is None:
        return []
    why = _reasons(
        decision.run.trial, decision.run.on, decision.pattern, decision.outcome, language, decision.area,
        tuple(decision.missing),
    )  # fmt: skip
    return list(why)


@lru_cache(maxsize=4096)
def _reasons(
    trial: str, on: date, pattern: int, outcome: str, language: str, area: str | None, missing: tuple[str, ...]
) -> tuple[Reason, ...]:
    """Kept: a page about one person asks for few of them, again and again, and each takes some 10 ms to write out."""
    return tuple(explain.reasons(shipped(trial), on, pattern, outcome, language, area=area, missing=missing))


def runs() -> QuerySet[Run]:
    """All runs, the newest first."""
    return Run.objects.select_related("extract", "started_by").order_by("-on", "-finished_at", "pk")


def latest_run(trial: str) -> Run | None:
    """The run of a trial that says who is undecided now."""
    return runs().filter(trial=trial).first()


def undecided(run: Run, missing: str = "") -> QuerySet[Details]:
    """Those whom a run could not decide about, by name; only those who lack the fact `missing`, where it is named.

    A later run that decides about them takes them off.
    """
    decisions = Decision.objects.filter(run=run, outcome=Decision.Outcome.UNDECIDED)
    if missing:
        decisions = decisions.filter(missing__contains=[missing])
    named = on_day(Details, run.on).filter(person__in=decisions.values("person"))
    return named.order_by(finnish_key("family_name"), finnish_key("given_names"), "person")


def decisions_of(run: Run, persons: Sequence[UUID]) -> dict[UUID, Decision]:
    """What a run decided about these people."""
    return {decision.person_id: decision for decision in Decision.objects.filter(run=run, person__in=persons)}


def names_on(day: date, persons: Sequence[UUID]) -> dict[UUID, Details]:
    """What these people were called on a day."""
    return {details.person_id: details for details in on_day(Details, day).filter(person__in=persons)}


@dataclass(frozen=True)
class NoticeCount:
    """How many people get a run's messages of one organisation and language."""

    organisation: str
    language: str
    people: int


def notice_counts(run: Run, organisation: Organisation | None = None) -> list[NoticeCount]:
    """The notices of a run by new organisation and language, of one organisation where it is given."""
    messages = Message.objects.filter(run=run)
    if organisation:
        messages = messages.filter(organisation=organisation)
    counted = messages.values("organisation", "language").annotate(people=Count("notices"))
    names = {each.pk: each.name for each in Organisation.objects.filter(pk__in=messages.values("organisation"))}
    rows = [NoticeCount(names[row["organisation"]], row["language"], row["people"]) for row in counted]
    return sorted(rows, key=lambda row: (row.organisation, row.language))


def example_messages(run: Run, organisation: Organisation | None = None) -> list[Message]:
    """The message that most people get, in each language; no message names a person."""
    messages = Message.objects.filter(run=run)
    if organisation:
        messages = messages.filter(organisation=organisation)
    most_first = messages.annotate(people=Count("notices")).order_by("-people", "pk")
    found: dict[str, Message] = {}
    for message in most_first:
        found.setdefault(message.language, message)
    return [found[language] for language in sorted(found)]
