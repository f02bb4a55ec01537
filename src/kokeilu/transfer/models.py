"""Who is responsible for whom: runs of the law, their decisions, and responsibility day by day."""

import uuid
from datetime import date

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models
from django.db.models import Q
from django.db.models.functions import MD5, Now
from django.utils.translation import gettext_lazy as _

from kokeilu.access.models import Organisation
from kokeilu.register.models import Extract, Person, Union

# A row that holds now: open-ended, and not replaced.
CURRENT = Q(valid__upper_inf=True, superseded_by=None)


class Runs(models.QuerySet["Run"]):
    """Runs, and which of them stand."""

    def standing(self) -> "Runs":
        """Those that have not been undone, and are no undoing themselves."""
        return self.filter(undone_by=None).exclude(kind=Run.Kind.UNDO)

    def deciding(self) -> "Runs":
        """Standing applications of the law: to everybody, or to those whose facts had changed."""
        return self.standing().filter(kind__in=(Run.Kind.FULL, Run.Kind.CHANGED))


class Run(models.Model):
    """One act that changes who is responsible: mostly the application of a trial's law on a day.

    Whatever is written, closed or superseded in the table of responsibilities names the run that did it.
    """

    class Kind(models.TextChoices):
        FULL = "full", _("Everybody")
        CHANGED = "changed", _("People whose facts changed")
        UNDO = "undo", _("Undoing of a run")
        CORRECTION = "correction", _("Correction")
        INDIVIDUAL = "individual", _("Decision about one person")
        END = "end", _("End of the trial")
        IDENTITY = "identity", _("Statement on who is whom")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.FULL)
    trial = models.SlugField()  # the definition's key
    version = models.DateField()  # the definition's version that decided
    definition_sha256 = models.CharField(max_length=64)  # of the definition's files
    version_sha256 = models.CharField(
        max_length=64, default=""
    )  # of what the version says; empty: of the first release
    on = models.DateField()  # the day of which the law is asked
    extract = models.ForeignKey(Extract, models.PROTECT)  # the newest that the facts rest on
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True)
    finished_at = models.DateTimeField(auto_now_add=True)
    counts = models.JSONField()  # kokeilu.transfer.rules.Counts
    undoes = models.OneToOneField("self", models.PROTECT, null=True, related_name="undone_by")  # of an undoing: what
    into = models.SlugField(default="")  # of the end of a trial: the trial that its customers go on to, if any
    reason = models.TextField(default="")  # why, of an undoing or a correction, as the person wrote it

    objects = Runs.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="run_undoes",
                condition=Q(kind="undo", undoes__isnull=False) | (~Q(kind="undo") & Q(undoes=None)),
            )
        ]


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
    counts from `recorded_at` until it was superseded, and is open-ended until it was closed. What a run undone had
    closed or superseded is written again (`restored_by`), with the ground that it had.
    """

    class Ground(models.TextChoices):
        INTAKE = "intake", _("New job seekers register with the state")
        DECISION = "decision", _("The law of the trial")
        CORRECTION = "correction", _("The law of the trial, by corrected facts")
        INDIVIDUAL = "individual", _("A decision about this person")
        END = "end", _("The trial has ended")
        IDENTITY = "identity", _("Another record of the same person")

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
    # What gave the responsibility; null: intake, or the run of the decision.
    opened_by = models.ForeignKey(Run, models.PROTECT, null=True, related_name="+", db_index=False)
    restored_by = models.ForeignKey(Run, models.PROTECT, null=True, related_name="+", db_index=False)
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
                condition=Q(ground="intake", decision=None, opened_by=None)
                | Q(ground="decision", decision__isnull=False, opened_by=None)
                | Q(ground="correction", opened_by__isnull=False)
                | Q(ground__in=("individual", "end", "identity"), decision=None, opened_by__isnull=False),
            ),
        ]

    @property
    def written_by(self) -> Run | None:
        """The run that wrote the row; None where the person's intake did."""
        return self.restored_by or self.opened_by or (self.decision.run if self.decision else None)


class Contradiction(models.Model):
    """That a person's facts contradict each other so that a run left them where they were."""

    id = models.BigAutoField(primary_key=True)
    decision = models.ForeignKey(Decision, models.PROTECT, related_name="contradictions", db_index=False)
    rule = models.SlugField(db_index=False)  # kokeilu.transfer.contradictions.RULES

    class Meta:
        constraints = [models.UniqueConstraint(fields=["decision", "rule"], name="contradiction_once")]


class IndividualTransfers(models.QuerySet["IndividualTransfer"]):
    """Decisions about one person, and which of them hold."""

    def standing(self) -> "IndividualTransfers":
        """Those that were not undone."""
        return self.filter(run__undone_by=None)

    def holding(self, day: date) -> "IndividualTransfers":
        """Those that keep the person where they put them on the day."""
        return self.standing().filter(Q(ended_on=None) | Q(ended_on__gt=day), run__on__lte=day)


class IndividualTransfer(models.Model):
    """An authority's decision to move one customer, on a ground of the law; it holds until it is ended."""

    run = models.OneToOneField(Run, models.PROTECT, primary_key=True, related_name="transfer")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    ground = models.SlugField()  # key of a transfer ground of the trial
    ground_sha256 = models.CharField(max_length=64)  # of what the ground says
    reason = models.TextField()  # in the decider's words
    decided_in = models.ForeignKey(Organisation, models.PROTECT, related_name="+")  # where the decider works
    came_from = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    goes_to = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    ended_on = models.DateField(null=True)  # the first day on which the law decides again
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)  # when it was ended
    end_reason = models.TextField(default="")  # in the words of who ended it

    objects = IndividualTransfers.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="individual_transfer_ended",
                condition=Q(ended_on=None, ended_at=None) | Q(ended_on__isnull=False, ended_at__isnull=False),
            )
        ]


class UnionReview(models.Model):
    """That somebody has looked at what was done for a person while two records were united, after it was revoked."""

    union = models.OneToOneField(Union, models.PROTECT, primary_key=True, related_name="+")
    reviewed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    reviewed_at = models.DateTimeField(auto_now_add=True)  # when it was noted
    outcome = models.TextField()  # what came of it, in the officer's words


class Message(models.Model):
    """What people are told alike after their responsibility changed: in one language, of one organisation, for one
    reason. Names nobody."""

    class Kind(models.TextChoices):
        """What it tells of."""

        LAW = "law", _("The law of the trial")
        CORRECTION = "correction", _("Corrected facts")
        INDIVIDUAL = "individual", _("A decision about this person")
        END = "end", _("The end of the trial")
        UNDONE = "undone", _("An earlier change is void")

    id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(Run, models.PROTECT, related_name="messages")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.LAW)
    day = models.DateField(null=True)  # from which the organisation is responsible; null: the run's day
    # The run whose decisions it explains; null: it rests on no decision.
    decided_by = models.ForeignKey(Run, models.PROTECT, null=True, related_name="+", db_index=False)
    pattern = models.BigIntegerField(null=True)  # the answers that it explains; null: it rests on no decision
    replaces = models.DateField(null=True)  # the day on which its people had been told something else
    language = models.CharField(max_length=5)  # fi or sv; `fi+sv` where the service language is unknown
    subject = models.TextField()  # the letter's heading
    body = models.TextField()  # the letter's text

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "run", "organisation", "language", "kind", "day", "replaces", "decided_by", "pattern", MD5("body"),
                name="one_message_per_text", nulls_distinct=False,
            ),
            models.UniqueConstraint(fields=["id", "run"], name="message_run"),  # for a composite foreign key
        ]  # fmt: skip


class Notice(models.Model):
    """That a person is to be told of a change of their responsible organisation, and with which message.

    Of all notices of a person at most one has not gone yet: the later takes the place of the earlier
    (`kokeilu.transfer.outbox_due`).
    """

    id = models.BigAutoField(primary_key=True)
    # What changed the responsibility. The person is first in a constraint's index.
    run = models.ForeignKey(Run, models.PROTECT, related_name="notices")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    # The migration has the foreign key: with the run, so that nobody is told of another change.
    message = models.ForeignKey(Message, models.PROTECT, related_name="notices", db_constraint=False)
    # Who was responsible before the change; null: not known, of the first release.
    came_from = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+", db_index=False)
    # The change after which it was not to go any more, where it had not gone by then.
    superseded_by = models.ForeignKey(Run, models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "run"], name="one_notice_per_change")]


# The outbox's tables name those above, so they come last.
from kokeilu.transfer.outbox_models import ContactChoice, Delivery, Letterhead  # noqa: E402, F401
