"""Who is responsible for whom, since when and why; runs, and who is undecided."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from uuid import UUID

from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Count, Exists, Func, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from kokeilu.access.models import Organisation
from kokeilu.law import explain
from kokeilu.law.definition import shipped
from kokeilu.law.explain import Reason
from kokeilu.problems import Problem
from kokeilu.register.models import Details, Person
from kokeilu.register.queries import finnish_key, on_day
from kokeilu.transfer import notices_reasons
from kokeilu.transfer.models import Contradiction, Decision, Message, Responsibility, Run
from kokeilu.transfer.notices_reasons import Basis
from kokeilu.web import formats


def responsible(person: UUID, day: date) -> Responsibility | None:
    """The responsibility for a person that holds on a day, with its organisation; None before they are known."""
    return Responsibility.objects.on(day).filter(person=person).select_related("organisation").first()


def history(person: UUID) -> QuerySet[Responsibility]:
    """A person's responsibilities from the first day to the last, each with organisation, decision, run and extract."""
    held = Responsibility.objects.standing().filter(person=person)
    return held.select_related("organisation", "decision__run__extract", "opened_by__transfer").order_by("valid")


def as_known(person: UUID, moment: datetime) -> list[Responsibility]:
    """A person's responsibilities from the first day to the last as they were known at a moment (with a time zone).

    A row counts from the run (or the intake) that wrote it until the one that superseded it, and has its end from the
    one that closed it.
    """
    rows = (
        Responsibility.objects.filter(person=person)
        .filter(Q(superseded_by=None) | Q(superseded_by__finished_at__gt=moment))
        .select_related("organisation", "closed_by", "decision__run", "opened_by", "restored_by")
    )
    known = []
    for row in rows:
        written = row.written_by.finished_at if row.written_by else row.recorded_at
        if written > moment:
            continue
        if row.closed_by and row.closed_by.finished_at > moment:
            row.valid = DateRange(row.valid.lower, None)
        known.append(row)
    return sorted(known, key=lambda row: row.valid.lower)


def customers(organisation: Organisation) -> QuerySet[Person]:
    """Everybody for whom an organisation is responsible without end: its customers after the newest run."""
    current = Responsibility.objects.current().filter(organisation=organisation)
    return Person.objects.filter(pk__in=current.values("person"))


def reasons(responsibility: Responsibility, language: str, *, residence: bool = True) -> list[Reason]:
    """Why the organisation is responsible, by the law or a decision about the person: none where it is so from intake.

    Without `residence` no reason names the area where the person lives, for those whose address is protected.
    Raises Problem where the trial's definition has changed since so that the pattern is not to be read any more.
    """
    decision = responsibility.decision
    if decision is None:
        return _without_decision(responsibility, language)
    basis = Basis(
        Message.Kind.LAW, decision.run.trial, decision.run.on, responsibility.organisation.key, decision.pattern,
        decision.outcome, decision.area,
    )  # fmt: skip
    return list(_reasons(basis, language, residence))


def _without_decision(responsibility: Responsibility, language: str) -> list[Reason]:
    run = responsibility.opened_by
    grounds = Responsibility.Ground
    if run is None or responsibility.ground in (grounds.CORRECTION, grounds.IDENTITY):
        return []
    if responsibility.ground == Responsibility.Ground.END:
        return [explain.trial_ended(shipped(run.trial), language)]
    transfer = run.transfer
    ground = shipped(run.trial).transfer_ground(transfer.ground, run.on)
    if ground.sha256 != transfer.ground_sha256:
        raise Problem(_("The ground says something else by now."))
    return [explain.transferred(ground, language)]


@lru_cache(maxsize=4096)
def _reasons(basis: Basis, language: str, residence: bool) -> tuple[Reason, ...]:
    """Kept: a page about one person asks for few of them, again and again, and each takes some 10 ms to write out."""
    return tuple(notices_reasons.by_law(shipped(basis.trial), basis, language, residence=residence))


def runs() -> QuerySet[Run]:
    """All runs but what was decided or stated of one person, the newest first, each with what undid it or what it
    undid."""
    made = Run.objects.exclude(kind__in=(Run.Kind.INDIVIDUAL, Run.Kind.IDENTITY))
    return made.select_related("extract", "started_by", "undone_by", "undoes").order_by("-finished_at", "pk")


def titles(some: Iterable[Run]) -> list[str]:
    """Runs by kind, trial where they are of one, and day, in words."""
    return [", ".join(filter(None, (run.get_kind_display(), run.trial, formats.day(run.on)))) for run in some]


def latest_run(trial: str) -> Run | None:
    """The newest run that decided by a trial's law and stands."""
    deciding = Run.objects.deciding().filter(trial=trial).select_related("extract")
    return deciding.order_by("-on", "-finished_at").first()


def newest_trial() -> str:
    """The trial of the newest run that decided and stands; empty without one."""
    found = Run.objects.deciding().order_by("-on", "-finished_at").values_list("trial", flat=True).first()
    return found or ""


def newest_decisions(run: Run) -> QuerySet[Decision]:
    """Of each person the newest decision up to a run, from the last run on that asked about everybody.

    Runs between the two asked only about people whose facts had changed: about the others the last decision stands.
    """
    upto = Run.objects.deciding().filter(trial=run.trial, finished_at__lte=run.finished_at)
    whole = upto.filter(kind=Run.Kind.FULL).order_by("-finished_at").first()
    made = upto.filter(finished_at__gte=whole.finished_at) if whole else upto
    keys = list(made.values_list("pk", flat=True))
    later = Decision.objects.filter(run__in=keys, person=OuterRef("person"), pk__gt=OuterRef("pk"))
    return Decision.objects.filter(~Exists(later), run__in=keys)


def undecided(run: Run, missing: str = "") -> QuerySet[Decision]:
    """The decisions up to a run that a missing fact leaves open, of people whom the register reports on its day.

    Only those that the fact `missing` leaves open, where it is named. A later run that decides takes them off.
    """
    reported = on_day(Details, run.on).filter(person=OuterRef("person"))
    decisions = newest_decisions(run).filter(Exists(reported), outcome=Decision.Outcome.UNDECIDED)
    return decisions.filter(missing__contains=[missing]) if missing else decisions


def missing_facts(run: Run) -> dict[str, int]:
    """How many of the undecided lack which fact, the most first."""
    lacking = undecided(run).values_list(Func("missing", function="unnest"), flat=True)
    counted = Counter(lacking)
    return dict(sorted(counted.items(), key=lambda pair: (-pair[1], pair[0])))


def contradictory(run: Run, rule: str = "") -> QuerySet[Decision]:
    """The decisions up to a run that moved nobody because facts contradict each other; of one rule, where named."""
    found = Contradiction.objects.filter(rule=rule) if rule else Contradiction.objects.all()
    return newest_decisions(run).filter(pk__in=found.values("decision"))


def contradictions(run: Run) -> dict[str, int]:
    """How many people each rule of contradictory facts names."""
    found = Contradiction.objects.filter(decision__in=contradictory(run))
    return dict(found.values_list("rule").annotate(people=Count("pk")).order_by("rule"))


def by_name(decisions: QuerySet[Decision], day: date) -> QuerySet[Details]:
    """What the people of these decisions were called on a day, in Finnish order."""
    named = on_day(Details, day).filter(person__in=decisions.values("person"))
    return named.order_by(finnish_key("family_name"), finnish_key("given_names"), "person")


def of_persons(decisions: QuerySet[Decision], persons: Sequence[UUID]) -> dict[UUID, Decision]:
    """The decisions about these people, each with its contradictions."""
    found = decisions.filter(person__in=persons).prefetch_related("contradictions")
    return {decision.person_id: decision for decision in found}


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
