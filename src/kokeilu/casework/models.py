"""Who works with whom: workers' profiles and the responsible worker of each customer."""

import uuid

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models

from kokeilu.access.models import Membership, Organisation, User
from kokeilu.register.models import Person


class WorkerProfile(models.Model):
    """What the assignment needs to know of a responsible worker."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    membership = models.OneToOneField(Membership, models.PROTECT, related_name="profile")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    capacity = models.PositiveIntegerField()  # customers at once
    languages = ArrayField(models.TextField())  # service and other languages, ISO 639
    specialities = ArrayField(models.TextField(), default=list)  # see rules.Speciality
    districts = ArrayField(models.TextField(), default=list)  # postal-code beginnings

    class Meta:
        constraints = [models.UniqueConstraint(fields=["id", "organisation"], name="profile_organisation")]


class AssignmentRun(models.Model):
    """One exact assignment of an organisation's customers without a responsible worker."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, models.PROTECT)
    on = models.DateField()
    started_by = models.ForeignKey(User, models.PROTECT, null=True)
    finished_at = models.DateTimeField(auto_now_add=True)
    counts = models.JSONField()


class Assignment(models.Model):
    """The responsible worker of a customer over `valid`, and why this one."""

    id = models.BigAutoField(primary_key=True)
    person = models.ForeignKey(Person, models.PROTECT, related_name="assignments")
    worker = models.ForeignKey(WorkerProfile, models.PROTECT, related_name="assignments")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    valid = DateRangeField()
    run = models.ForeignKey(AssignmentRun, models.PROTECT, null=True)
    reasons = ArrayField(models.TextField(), default=list)  # keys of rules.Reason, strongest first

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="one_responsible_worker",
                expressions=[("person", RangeOperators.EQUAL), ("valid", RangeOperators.OVERLAPS)],
            )
        ]
