"""What is done with requests to the state, step by step; response times; reminders.

A step locks its request, asks the policy and the table of transitions, and adds an event, from which the database
writes where the request stands. Who comes second is told who came first.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from kokeilu import clock
from kokeilu.access.logs import record_change
from kokeilu.access.policy import Actor, require
from kokeilu.problems import Problem
from kokeilu.services import matters, operations, queries, rules
from kokeilu.services.models import Event, Reminder, Request, ResponseTime
from kokeilu.services.rules import State, Step
from kokeilu.transfer.queries import responsible
from kokeilu.web import formats

LONGEST = 4_000  # characters of a text


@dataclass(frozen=True)
class Answer:
    """What the state answers: one of Event.Outcome that fits the request's kind, its grounds, and what it rests on."""

    outcome: str
    text: str
    citation: str


@transaction.atomic
def ask(
    person: UUID, task: str, question: str, *, training: str = "", deadline: date | None = None, actor: Actor
) -> Request:
    """Ask the state about a person, by a task of the law that is the state's today, for the organisation responsible.

    Without a `deadline` it follows from the response time agreed for today. Raises PermissionDenied; Problem where the
    law leaves the task to the municipality, or does not know it, where no deadline follows, or something is left out.
    """
    require(actor, operations.ASK, person)
    today = clock.today()
    held = responsible(person, today)
    if held is None or held.organisation_id != actor.organisation.pk:
        raise PermissionDenied("no_ground")
    matter = _matter(held, task, today)
    kind = Request.Kind(matter.task.kind)
    agreed = None if deadline else queries.response_time(kind, today)
    if agreed:
        deadline = rules.working_day_after(today, agreed.working_days)
    if deadline is None:
        raise Problem(_("No response time is agreed for this: say by when the answer is needed."))
    if deadline < today:
        raise Problem(_("The deadline has passed already."))
    if (kind == Request.Kind.SELECTION) != bool(training.strip()):
        raise Problem(_("Name the training for a selection, and only then."))
    trial = matters.trial_of(held)
    request = Request.objects.create(
        person_id=person, responsibility=held, asked_for=actor.organisation, asked_by=actor.user, asked_on=today,
        trial=trial.key if trial else "", task=task, kind=kind, law=matter.task.law, law_verified=matter.task.verified,
        training=_text(training) if training.strip() else "", question=_text(question),
    )  # fmt: skip
    _add(request, Step.SEND, actor, response_time=agreed, deadline=deadline, due=deadline)
    return request


def _matter(held: Any, task: str, today: date) -> matters.Matter:
    """The task on the day. Raises Problem where it is not asked of the state."""
    trial = matters.trial_of(held)
    known = {each.task.key: each for each in matters.matters(trial, today, formats.language())} if trial else {}
    if task not in known:
        raise Problem(_("The law of the trial says nothing of this task today: it cannot be sent to the state."))
    if known[task].own:
        told = _("The municipality decides this itself, so that it is not sent to the state: %(law)s.")
        raise Problem(told % {"law": known[task].citation})
    return known[task]


def take_up(request: UUID, *, actor: Actor) -> Event:
    """Take a request from the queue to answer it. Raises PermissionDenied; Problem where somebody else has it."""
    return _step(request, Step.TAKE_UP, actor)


def put_back(request: UUID, reason: str, *, actor: Actor) -> Event:
    """Put a request back into the queue, also another officer's. Raises PermissionDenied; Problem."""
    return _step(request, Step.PUT_BACK, actor, text=_text(reason))


def send_back(request: UUID, lacking: str, *, actor: Actor) -> Event:
    """Return a request that one has taken up, because facts are lacking. Raises PermissionDenied; Problem."""
    due = queries.due_after(ResponseTime.Subject.FACTS, clock.today())
    return _step(request, Step.RETURN, actor, text=_text(lacking), due=due)


def answer(request: UUID, given: Answer, *, actor: Actor) -> Event:
    """Answer a request that one has taken up; the answer goes to who is responsible for the person today.

    Raises PermissionDenied; Problem where one has not taken it up, or something is left out.
    """
    due = queries.due_after(ResponseTime.Subject.ACKNOWLEDGEMENT, clock.today())
    return _step(
        request, Step.ANSWER, actor, due=due, outcome=given.outcome, text=_text(given.text),
        citation=_text(given.citation),
    )  # fmt: skip


def supply(request: UUID, facts: str, *, actor: Actor) -> Event:
    """Give the facts that were lacking: the request goes back into the queue, and its deadline moves by the working
    days on which it was not there. Raises PermissionDenied; Problem."""
    return _step(request, Step.SUPPLY, actor, text=_text(facts))


def acknowledge(request: UUID, *, actor: Actor) -> Event:
    """Say that the answer has been read, where one is responsible for the person. Raises PermissionDenied; Problem."""
    return _step(request, Step.ACKNOWLEDGE, actor)


def withdraw(request: UUID, reason: str, *, actor: Actor) -> Event:
    """Take a request back, where one is responsible for the person. Raises PermissionDenied; Problem."""
    return _step(request, Step.WITHDRAW, actor, text=_text(reason))


def close(request: UUID, reason: str, *, actor: Actor) -> Event:
    """Close a request that there is no use in answering; an answered one only where nobody is responsible any more.

    Raises PermissionDenied; Problem.
    """
    return _step(request, Step.CLOSE, actor, text=_text(reason))


@transaction.atomic
def _step(pk: UUID, step: Step, actor: Actor, **facts: Any) -> Event:
    found = Request.objects.select_for_update(of=("self",)).filter(pk=pk).first()
    if found is None:
        raise PermissionDenied("no_ground")
    operation = operations.HANDLE if step in rules.OFFICERS_STEPS else operations.FOLLOW
    require(actor, operation, found.person_id)
    if (State(found.state), step) not in rules.TRANSITIONS:
        raise Problem(_refused(found))
    if step in rules.HOLDERS_STEPS and found.officer_id != actor.user.pk:
        raise Problem(_refused(found))
    today = clock.today()
    if step == Step.SUPPLY and found.deadline and found.since:  # both there since it was sent
        facts["deadline"] = facts["due"] = rules.moved(found.deadline, found.since, today)
    elif step in (Step.TAKE_UP, Step.PUT_BACK):
        facts["due"] = found.deadline
    if step in (Step.ANSWER, Step.CLOSE):
        held = responsible(found.person_id, today)
        if step == Step.ANSWER:
            facts["answered_to"] = held.organisation if held else None
        elif held and found.state == State.ANSWERED:
            raise Problem(_("The request is answered: who is responsible for the person acknowledges the answer."))
    return _add(found, step, actor, **facts)


def _refused(request: Request) -> str:
    """Why a step cannot be done now, in plain words: how the request stands, and who has it."""
    if request.state == State.TAKEN_UP and request.officer:
        return _("%(name)s has taken the request up.") % {"name": request.officer.name}
    told = {
        State.SENT: _("The request is in the queue: take it up first."),
        State.RETURNED: _("The request has been returned for more facts."),
        State.ANSWERED: _("The request has been answered."),
        State.ACKNOWLEDGED: _("The answer has been acknowledged already."),
        State.WITHDRAWN: _("The request has been withdrawn."),
        State.CLOSED: _("The request has been closed."),
    }
    return told[State(request.state)]


def _text(text: str) -> str:
    """A text without white space around it. Raises Problem where nothing is left, where it is too long, or where it
    holds what looks like an identity code, which is not repeated."""
    text = text.strip()
    if not text:
        raise Problem(_("Say in words what it is about."))
    if rules.IDENTITY_CODE.search(text):
        raise Problem(_("Leave identity codes out: the request is about the person as it is."))
    if len(text) > LONGEST:
        raise Problem(_("The text is longer than %(most)s characters.") % {"most": formats.number(LONGEST)})
    return text


def _add(request: Request, step: Step, actor: Actor, **facts: Any) -> Event:
    """Add an event; the database moves the request."""
    old = request.state
    event = Event.objects.create(
        request=request, step=step, on=clock.today(), by=actor.user, organisation=actor.organisation, **facts
    )
    request.refresh_from_db()
    record_change(actor, f"services.{step}", "request", request.pk, old=_kept(old), new=_kept(request.state))
    return event


def _kept(state: str) -> Mapping[str, str] | None:
    return None if state == State.NEW else {"state": state}


@transaction.atomic
def set_response_time(
    subject: ResponseTime.Subject, working_days: int, from_day: date, reason: str, *, actor: Actor | None
) -> ResponseTime:
    """Say in how many working days something is to be done from a day on. What has a deadline already keeps it.

    Raises PermissionDenied; Problem where the day has passed.
    """
    if actor is not None:
        require(actor, operations.RESPONSE_TIMES)
    if from_day < clock.today():
        raise Problem(_("The day has passed: deadlines that were computed stay as they are."))
    agreed = ResponseTime.objects.create(
        subject=subject, working_days=working_days, from_day=from_day, reason=_text(reason),
        set_by=actor.user if actor else None,
    )  # fmt: skip
    new = {"subject": str(subject), "working_days": working_days, "from": from_day.isoformat()}
    record_change(actor, operations.RESPONSE_TIMES.key, "response_time", agreed.pk, new=new)
    return agreed


@transaction.atomic
def remind(day: date | None = None, *, dry_run: bool = False) -> dict[rules.Notch, int]:
    """Make a reminder for every open request whose day is near or has passed (today where `day` is None).

    Done again it makes none; two at once make each once. Returns how many were made, or would be, by notch.
    """
    day = day or clock.today()
    wanted = queries.to_remind(day)
    made = {notch: sum(each.notch == notch for each in wanted) for notch in rules.Notch}
    if wanted and not dry_run:
        rows = [Reminder(request_id=each.request, notch=each.notch, due=each.due, on=day) for each in wanted]
        Reminder.objects.bulk_create(rows, ignore_conflicts=True)
        new = {"on": day.isoformat(), **{notch.value: number for notch, number in made.items()}}
        record_change(None, "services.remind", "reminders", day.isoformat(), new=new)
    return made
