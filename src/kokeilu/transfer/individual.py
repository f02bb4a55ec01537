"""Decisions about one person: an authority moves a customer on a ground of the law, and ends such a decision.

The grounds, who may decide on each and where it may lead are the trial definition's. Whom such a decision has put
somewhere stays there, whatever the law says of them, until it is ended; the next run then decides again.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

import polars as pl
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from kokeilu import clock
from kokeilu.access import logs, policy
from kokeilu.access.models import Organisation, Role
from kokeilu.access.policy import Actor
from kokeilu.law.definition import shipped, shipped_keys
from kokeilu.law.duties import TransferGround
from kokeilu.law.trial import Trial
from kokeilu.problems import Problem
from kokeilu.register.queries import newest_extract
from kokeilu.transfer import notices, order, outbox_due, rules, writing
from kokeilu.transfer.locking import changing
from kokeilu.transfer.models import IndividualTransfer, Message, Responsibility, Run
from kokeilu.transfer.operations import INDIVIDUAL
from kokeilu.transfer.rules import STATE
from kokeilu.web import formats

LONGEST_REASON = 2_000  # characters
WAIT = "10s"  # somebody looks at the page meanwhile
_AUTHORITIES = {Role.TEAM_LEAD: "municipality", Role.STATE_OFFICER: "state"}  # of kokeilu.law.duties.AUTHORITIES


@dataclass(frozen=True)
class Choice:
    """What an actor may decide about a person today: the trial, its grounds open to the actor, and where to go."""

    trial: Trial
    grounds: tuple[TransferGround, ...]
    destinations: tuple[Organisation, ...]


def choice(held: Responsibility, actor: Actor, day: date) -> Choice | None:
    """What the actor may decide about the person of a responsibility on a day; None: nothing by any law of the day."""
    for trial in _trials(day):
        grounds = tuple(each for each in trial.transfer_grounds_on(day) if _authority(actor) in each.decided_by)
        keys = {STATE, *(row.area for row in trial.areas_on(day) if row.area)}
        allowed = {kind for ground in grounds for kind in ground.leads_to}
        found = [
            each
            for each in Organisation.objects.filter(key__in=keys).exclude(pk=held.organisation_id)
            if _kind(each) in allowed
        ]
        if grounds and held.organisation.key in keys:
            return Choice(trial, grounds, tuple(sorted(found, key=lambda each: each.name)))
    return None


def _trials(day: date) -> list[Trial]:
    return [trial for trial in map(shipped, shipped_keys()) if trial.transfer_grounds_on(day)]


def _authority(actor: Actor) -> str:
    return _AUTHORITIES.get(actor.role, "")


def _kind(organisation: Organisation) -> str:
    """The destination's kind, of kokeilu.law.duties.DESTINATIONS."""
    return "state" if organisation.key == STATE else "area"


def transfer(
    person: UUID, trial: Trial, ground: str, goes_to: Organisation, reason: str, day: date, *, seen: int, actor: Actor
) -> IndividualTransfer:
    """Move a customer to another area or to the state from a day on, on a ground of the trial in force on that day, and
    note that they are to be told.

    `seen` is the responsibility that the actor looked at. A decision about the person that holds is replaced. One
    transaction. Raises PermissionDenied where the actor may not, or the organisation is not responsible; Problem where
    there is no such ground on the day, the actor may not decide on it, it does not lead there, the day is to come or
    before the present responsibility, there is no reason, or something changed since.
    """
    policy.require(actor, INDIVIDUAL, person)
    found = trial.transfer_ground(ground, day)
    _check_ground(found, goes_to, trial, day, actor)
    if not reason.strip() or len(reason) > LONGEST_REASON:
        raise Problem(_("The decision needs a reason in words."), mend=_("write why, in a few sentences"))
    if day > clock.today():
        raise Problem(_("The day is still to come."), mend=_("choose today or an earlier day"))
    with changing(WAIT) as cursor:
        held = Responsibility.objects.current().filter(person=person).select_related("organisation").first()
        if held is None or held.pk != seen:
            raise Problem(_("Somebody else is responsible by now."), mend=_("look at the person again"))
        if held.organisation_id == goes_to.pk:
            raise Problem(_("This organisation is responsible already."), mend=_("choose another one"))
        if day < held.valid.lower:
            raise Problem(
                _("The present organisation is responsible since %(day)s only.")
                % {"day": formats.day(held.valid.lower)},
                mend=_("choose that day or a later one"),
            )
        run = _run(trial, day, held, goes_to, actor)
        moved = pl.DataFrame(
            [(str(person), held.pk, held.organisation.key, goes_to.key, day, held.valid.lower == day)],
            schema=["person", "responsibility", "responsible", "goes_to", "day", "whole"], orient="row",
        )  # fmt: skip
        for before in IndividualTransfer.objects.holding(day).filter(person=person):
            _end(before, day, _("Another decision replaces this one."), actor)
        writing.move_without_decision(cursor, run, moved, Responsibility.Ground.INDIVIDUAL)
        made = IndividualTransfer.objects.create(
            run=run, person_id=person, ground=found.key, ground_sha256=found.sha256, reason=reason.strip(),
            decided_in=actor.organisation, came_from=held.organisation, goes_to=goes_to,
        )  # fmt: skip
        told = notices.without_decision(run, moved, Message.Kind.INDIVIDUAL, found.key)
        outbox_due.tell(cursor, run, told, lambda _key: trial, actor=actor)
        writing.check(cursor)
        logs.record_change(
            actor, INDIVIDUAL.key, "person", person, old={"organisation": held.organisation.key},
            new={"organisation": goes_to.key, "from": day.isoformat(), "ground": found.key, "run": str(run.pk)},
        )  # fmt: skip
    return made


def _check_ground(ground: TransferGround, goes_to: Organisation, trial: Trial, day: date, actor: Actor) -> None:
    if _authority(actor) not in ground.decided_by:
        raise PermissionDenied("role")
    keys = {STATE, *(row.area for row in trial.areas_on(day) if row.area)}
    if _kind(goes_to) not in ground.leads_to or goes_to.key not in keys:
        raise Problem(
            _("On this ground nobody goes to %(organisation)s.") % {"organisation": goes_to.name},
            mend=_("choose another ground or organisation"),
        )


def _run(trial: Trial, day: date, held: Responsibility, goes_to: Organisation, actor: Actor) -> Run:
    order.check_unchanged(trial)
    version = trial.version_on(day)
    extract = newest_extract()
    if extract is None:
        raise Problem(_("No register extract is imported."), mend=_("import one first"))
    flow = rules.Flow(origin=held.organisation.key, goes_to=goes_to.key, people=1)
    return Run.objects.create(
        kind=Run.Kind.INDIVIDUAL, trial=trial.key, version=version.from_day, version_sha256=version.sha256,
        definition_sha256=trial.sha256, on=day, extract=extract, started_by=actor.user,
        counts=rules.Counts(flows=(flow,)).to_json(),
    )  # fmt: skip


def end(run: UUID, reason: str, *, actor: Actor) -> IndividualTransfer:
    """End a decision about one person from today on: the next run decides by the law again. Nobody moves by it yet.

    Ended again it stays as it is. Raises PermissionDenied where the actor's organisation is not responsible for the
    person; Problem without a reason, and where there is no such decision.
    """
    with changing(WAIT):
        found = IndividualTransfer.objects.standing().filter(pk=run).select_related("goes_to", "came_from").first()
        if found is None:
            raise Problem(_("There is no such decision."), mend=_("look at the decisions again"))
        policy.require(actor, INDIVIDUAL, found.person_id)
        if found.ended_on is not None:
            return found
        if not reason.strip() or len(reason) > LONGEST_REASON:
            raise Problem(_("The decision needs a reason in words."), mend=_("write why, in a few sentences"))
        _end(found, max(clock.today(), found.run.on), reason.strip(), actor)
    return found


def _end(decision: IndividualTransfer, day: date, reason: str, actor: Actor) -> None:
    decision.ended_on, decision.ended_by, decision.ended_at = day, actor.user, timezone.now()
    decision.end_reason = reason
    decision.save(update_fields=["ended_on", "ended_by", "ended_at", "end_reason"])
    logs.record_change(
        actor, INDIVIDUAL.key, "individual_transfer", decision.pk, old={"ended_on": None},
        new={"ended_on": day.isoformat()},
    )  # fmt: skip


def concerning(organisation: Organisation) -> "Q":
    """The decisions that an organisation has to do with."""
    return Q(decided_in=organisation) | Q(came_from=organisation) | Q(goes_to=organisation)
