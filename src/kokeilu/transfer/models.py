"""Who is responsible for whom: runs of the law, their decisions, and responsibility day by day."""

import uuid
from datetime import date

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from kokeilu.access.models import Organisation
from kokeilu.register.models import Extract, Person

# A row that holds now: open-ended, and not replaced.
CURRENT = Q(valid__upper_inf=True, superseded_by=None)


class Run(models.Model):
    """One application of a trial's law to the whole register on a day."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    trial = models.SlugField()  # the definition's key
    version = models.DateField()  # the definition's version that decided
    definition_sha256 = models.CharField(max_length=64)  # of the definition's files
    on = models.DateField()  # the day of which the law is asked
    extract = models.ForeignKey(Extract, models.PROTECT)  # the newest that the facts rest on
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True)
    finished_at = models.DateTimeField(auto_now_add=True)
    counts = models.JSONField()  # kokeilu.transfer.rules.Counts


class Decision(models.Model):
    """What the law says of one person in one run; made again from its columns it is the same."""

    class Outcome(models.TextChoices):
        IN = "in", _("In the trial")
        OUT = "out", _("Not in the trial")
        UNDECIDED = "undecided", _("Undecided: a fact is missing")

    id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(Run, models.PROTECT, related_name="decisions")
    # The person is first in a constraint's index.
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    outcome = models.CharField(max_length=9, choices=Outcome)
    area = models.SlugField(null=True, db_index=False)  # where the person lives, whatever the outcome
    pattern = models.BigIntegerField()  # base 3 over the version's criteria
    missing = ArrayField(models.TextField(), default=list)  # facts that would decide, by their names

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "run"], name="one_decision_per_run"),
            models.UniqueConstraint(fields=["id", "person"], name="decision_person"),  # for composite foreign keys
        ]
        indexes = [
            models.Index(fields=["run", "person"], name="decision_undecided", condition=Q(outcome="undecided")),
        ]


class Responsibilities(models.QuerySet["Responsibility"]):
    """Responsibilities, and which of them hold."""

    def standing(self) -> "Responsibilities":
        """Those that nothing supersedes: of each person one for every day."""
        return self.filter(superseded_by=None)

    def on(self, day: date) -> "Responsibilities":
        """Those that hold on the day: one of each person who is known then."""
        return self.standing().filter(valid__contains=day)

    def current(self) -> "Responsibilities":
        """Those without end; their index makes this the fast way to an organisation's customers."""
        return self.filter(CURRENT)


class Responsibility(models.Model):
    """The organisation responsible for a person over `valid`.

    The rows of a person that nothing supersedes follow each other without overlap or gap, from the first day the
    person is known and without end: an exclusion constraint and deferred constraint triggers (migration) hold it.
    Nothing is overwritten: an open-ended row is closed once (`closed_by` says by which run), or superseded where
    it turns out that it should have held on no day; a trigger refuses any other change. As known on day K a row
    counts from `recorded_at` until it was superseded, and is open-ended until it was closed.
    """

    class Ground(models.TextChoices):
        INTAKE = "intake", _("New job seekers register with the state")
        DECISION = "decision", _("The law of the trial")

    id = models.BigAutoField(primary_key=True)
    # Found through the exclusion constraint's index and the partial one of current rows.
    person = models.ForeignKey(Person, models.PROTECT, related_name="responsibilities", db_index=False)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", db_index=False)
    valid = DateRangeField()
    ground = models.CharField(max_length=20, choices=Ground)
    # The migration has the foreign key: with the person, so that a decision on somebody else is no ground.
    decision = models.ForeignKey(
        Decision, models.PROTECT, null=True, related_name="+", db_index=False, db_constraint=False
    )
    closed_by = models.ForeignKey(Run, models.PROTECT, null=True, related_name="+", db_index=False)
    superseded_by = models.ForeignKey(Run, models.PROTECT, null=True, related_name="+", db_index=False)
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)  # when the row was written

    objects = Responsibilities.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["organisation", "person"], name="responsibility_current", condition=CURRENT),
        ]
        constraints = [
            ExclusionConstraint(
                name="one_responsible_organisation",
                expressions=[("person", RangeOperators.EQUAL), ("valid", RangeOperators.OVERLAPS)],
                condition=Q(superseded_by=None),
            ),
            models.CheckConstraint(
                name="responsibility_has_days",
                condition=Q(valid__isempty=False, valid__lower_inf=False),
            ),
            models.CheckConstraint(
                name="responsibility_closed_by",
                condition=Q(valid__upper_inf=False) | Q(closed_by=None),
            ),
            models.CheckConstraint(
                name="responsibility_ground",
                condition=Q(ground="intake", decision=None) | Q(ground="decision", decision__isnull=False),
            ),
        ]


class Message(models.Model):
    """What people of one pattern who go to one organisation are told after a run."""

    id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(Run, models.PROTECT, related_name="messages")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", db_index=False)
    pattern = models.BigIntegerField()  # the answers that the message explains
    language = models.CharField(max_length=5)  # fi or sv; `fi+sv` where the service language is unknown
    subject = models.TextField()  # the letter's heading
    body = models.TextField()  # the letter's text

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["run", "organisation", "pattern", "language"], name="one_message_per_pattern"
            )
        ]


class Notice(models.Model):
    """That a person is to be told of a decision, and with which message; sent by a later step."""

    decision = models.OneToOneField(Decision, models.PROTECT, primary_key=True, related_name="notice")
    message = models.ForeignKey(Message, models.PROTECT, related_name="notices")
