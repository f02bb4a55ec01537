"""Requests to the state about a person: what is asked, all that is done with it, by when, and reminders."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from kokeilu.access.models import Organisation, User
from kokeilu.register.models import Person
from kokeilu.services import rules
from kokeilu.transfer.models import Responsibility


def _organisation(*, null: bool = False) -> "models.ForeignKey[Organisation, Organisation]":
    return models.ForeignKey(Organisation, models.PROTECT, related_name="+", db_index=False, null=null)


def _user(*, null: bool = False) -> "models.ForeignKey[User, User]":
    return models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False, null=null)


class ResponseTime(models.Model):
    """In how many working days something is to be done, from a day on: agreed between the authorities, no law.

    Append-only. On a day the row of the newest `from_day` counts, of several of one day the one recorded last.
    """

    class Subject(models.TextChoices):
        STATEMENT = "statement", _("Answer to a request for a statement")
        SELECTION = "selection", _("Answer to a request for training selection")
        FACTS = "facts", _("More facts for a returned request")
        ACKNOWLEDGEMENT = "acknowledgement", _("Acknowledgement of an answer")

    id = models.BigAutoField(primary_key=True)
    subject = models.CharField(max_length=15, choices=Subject)
    working_days = models.PositiveSmallIntegerField()  # counted from the day after; Finland's public holidays are none
    from_day = models.DateField()  # the first day on which it counts
    reason = models.TextField()  # where it was agreed, as the officer wrote it
    set_by = _user(null=True)
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)  # when the row was written

    class Meta:
        constraints = [
            models.CheckConstraint(name="response_time_some_days", condition=Q(working_days__range=(1, 250))),
        ]


class Request(models.Model):
    """What an organisation asks of the state's office about a person for whom it is responsible.

    What was asked is never changed. `state`, `officer`, `since`, `deadline` and `due` follow from the events: the
    database's triggers write them, and refuse every other update (guarantee.py).
    """

    class Kind(models.TextChoices):
        STATEMENT = "statement", _("Unemployment-security statement")
        SELECTION = "selection", _("Training selection")

    class State(models.TextChoices):
        NEW = rules.State.NEW, _("Not sent")
        SENT = rules.State.SENT, _("In the queue")
        TAKEN_UP = rules.State.TAKEN_UP, _("Taken up")
        RETURNED = rules.State.RETURNED, _("Returned for more facts")
        ANSWERED = rules.State.ANSWERED, _("Answered")
        ACKNOWLEDGED = rules.State.ACKNOWLEDGED, _("Answer acknowledged")
        WITHDRAWN = rules.State.WITHDRAWN, _("Withdrawn")
        CLOSED = rules.State.CLOSED, _("Closed without an answer")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="requests")
    # A trigger holds that it is the person's, the organisation's, and holds on the day of asking.
    responsibility = models.ForeignKey(Responsibility, models.PROTECT, related_name="+", db_index=False)
    asked_for = _organisation()
    asked_by = _user()
    asked_on = models.DateField()  # the day whose law and responsibility count
    trial = models.SlugField(db_index=False)  # key of the trial whose law divides the tasks
    task = models.SlugField(db_index=False)  # key of the task in the trial's definition
    kind = models.CharField(max_length=10, choices=Kind)
    law = models.TextField()  # the citation that makes the task the state's, as it was on the day
    law_verified = models.BooleanField()  # whether a statute text seen confirms it
    training = models.TextField(default="", blank=True)  # which training, of a selection; empty for a statement
    question = models.TextField()  # in the asker's words
    state = models.CharField(max_length=12, choices=State, default=State.NEW)
    officer = _user(null=True)  # who has taken it up
    since = models.DateField(null=True)  # the day of the newest event
    deadline = models.DateField(null=True)  # by when the state is to answer
    due = models.DateField(null=True)  # by when whoever has the request now is to act; null: no time is agreed

    class Meta:
        indexes = [
            models.Index(
                fields=["due", "id"], name="request_open", condition=Q(state__in=[state.value for state in rules.OPEN])
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="request_training",
                condition=(Q(kind="selection") & ~Q(training="")) | Q(kind="statement", training=""),
            ),
            models.CheckConstraint(name="request_says_something", condition=~Q(question="")),
            models.CheckConstraint(
                name="request_officer",
                condition=Q(state__in=("taken_up", "answered", "acknowledged"), officer__isnull=False)
                | (~Q(state__in=("taken_up", "answered", "acknowledged")) & Q(officer=None)),
            ),
        ]


class Event(models.Model):
    """A step of a request: who did it, when, for which organisation, and in which words. Append-only."""

    class Step(models.TextChoices):
        SEND = rules.Step.SEND, _("Sent to the state")
        TAKE_UP = rules.Step.TAKE_UP, _("Taken up by an officer")
        PUT_BACK = rules.Step.PUT_BACK, _("Put back into the queue")
        RETURN = rules.Step.RETURN, _("Returned: more facts are needed")
        SUPPLY = rules.Step.SUPPLY, _("More facts given")
        ANSWER = rules.Step.ANSWER, _("Answer given")
        ACKNOWLEDGE = rules.Step.ACKNOWLEDGE, _("Acknowledged")
        WITHDRAW = rules.Step.WITHDRAW, _("Taken back")
        CLOSE = rules.Step.CLOSE, _("Closed by an officer")

    class Outcome(models.TextChoices):
        FAVOURABLE = "favourable", _("Favourable")
        UNFAVOURABLE = "unfavourable", _("Unfavourable")
        NO_STATEMENT = "no_statement", _("No statement is given")
        SELECTED = "selected", _("Selected")
        RESERVE = "reserve", _("In reserve")
        NOT_SELECTED = "not_selected", _("Not selected")

    id = models.BigAutoField(primary_key=True)
    request = models.ForeignKey(Request, models.PROTECT, related_name="events")
    step = models.CharField(max_length=12, choices=Step)
    at = models.DateTimeField(db_default=Now(), editable=False)  # the moment
    on = models.DateField()  # the day on which Kokeilu stood
    by = _user()
    organisation = _organisation()
    text = models.TextField(default="", blank=True)  # what is lacking, given, answered, or why
    outcome = models.CharField(max_length=12, choices=Outcome, default="", blank=True)  # of an answer
    citation = models.TextField(default="", blank=True)  # what an answer rests on
    answered_to = _organisation(null=True)  # of an answer: who was responsible for the person then; null: nobody
    response_time = models.ForeignKey(ResponseTime, models.PROTECT, null=True, related_name="+", db_index=False)
    deadline = models.DateField(null=True)  # by when the state is to answer from here on; null: as before
    due = models.DateField(null=True)  # by when whoever has it next is to act; null: no time is agreed

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="event_answer",
                condition=(Q(step="answer") & ~Q(outcome="") & ~Q(text="") & ~Q(citation=""))
                | (~Q(step="answer") & Q(outcome="", citation="", answered_to=None)),
            ),
            models.CheckConstraint(
                name="event_says_why",
                condition=Q(step__in=("send", "take_up", "acknowledge")) | ~Q(text=""),
            ),
            models.CheckConstraint(
                name="event_deadline",
                condition=Q(step__in=("send", "supply"), deadline__isnull=False)
                | (~Q(step__in=("send", "supply")) & Q(deadline=None)),
            ),
        ]


class Reminder(models.Model):
    """That whoever had a request was reminded of the day on which it is due. Append-only, once for each notch."""

    class Notch(models.TextChoices):
        NEAR = rules.Notch.NEAR, _("Due soon")
        OVER = rules.Notch.OVER, _("Overdue")

    id = models.BigAutoField(primary_key=True)
    request = models.ForeignKey(Request, models.PROTECT, related_name="reminders", db_index=False)
    notch = models.CharField(max_length=4, choices=Notch)
    due = models.DateField()  # the day it reminds of; where the request is due on another day now, it is over
    on = models.DateField()  # the day on which Kokeilu stood
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)  # when the row was written

    class Meta:
        constraints = [models.UniqueConstraint(fields=["request", "due", "notch"], name="reminded_once")]
