"""Who is responsible for whom: runs of the law, their decisions, and responsibility day by day."""

import uuid

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models
from django.utils.translation import gettext_lazy as _

from kokeilu.access.models import Organisation
from kokeilu.register.models import Extract, Person


class Run(models.Model):
    """One application of a trial's law to the whole register on a day."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    trial = models.SlugField()
    version = models.DateField()  # the definition's version that decided
    definition_sha256 = models.CharField(max_length=64)
    on = models.DateField()
    extract = models.ForeignKey(Extract, models.PROTECT)  # the newest that the facts rest on
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True)
    finished_at = models.DateTimeField(auto_now_add=True)
    counts = models.JSONField()  # by area and pattern, as shown on the result page


class Decision(models.Model):
    """What the law says of one person in one run; made again from its columns it is the same."""

    class Outcome(models.TextChoices):
        IN = "in", _("In the trial")
        OUT = "out", _("Not in the trial")
        UNDECIDED = "undecided", _("Undecided: a fact is missing")

    id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(Run, models.PROTECT, related_name="decisions")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=9, choices=Outcome)
    area = models.SlugField(null=True)
    pattern = models.BigIntegerField()  # base 3 over the criteria
    missing = ArrayField(models.TextField(), default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "person"], name="one_decision_per_run")]


class Responsibility(models.Model):
    """The organisation responsible for a person over `valid`: no overlap, no gap, from the first
    day the person is known and without end. The exclusion constraint and a deferred constraint
    trigger (migration) hold it."""

    class Ground(models.TextChoices):
        INTAKE = "intake", _("New job seekers register with the state")
        DECISION = "decision", _("The law of the trial")

    id = models.BigAutoField(primary_key=True)
    person = models.ForeignKey(Person, models.PROTECT, related_name="responsibilities")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    valid = DateRangeField()
    ground = models.CharField(max_length=20, choices=Ground)
    decision = models.ForeignKey(Decision, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="one_responsible_organisation",
                expressions=[("person", RangeOperators.EQUAL), ("valid", RangeOperators.OVERLAPS)],
            )
        ]


class Notice(models.Model):
    """What a person is to be told after a run, in their service language; sent by a later step."""

    id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(Run, models.PROTECT, related_name="notices")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    language = models.CharField(max_length=2)
    decision = models.OneToOneField(Decision, models.PROTECT, related_name="notice")
