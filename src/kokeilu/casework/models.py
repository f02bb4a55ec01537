"""Who works with whom: workers' profiles and the responsible worker of each customer."""

import uuid
from datetime import date

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models
from django.db.models import Q

from kokeilu.access.models import Membership, Organisation
from kokeilu.register.models import Person
from kokeilu.transfer.models import Responsibility


class WorkerProfiles(models.QuerySet["WorkerProfile"]):
    """Profiles, and whose work goes on."""

    def working(self, day: date) -> "WorkerProfiles":
        """Those whose membership holds on the day."""
        return self.filter(membership__valid__contains=day, membership__user__is_active=True)


class WorkerProfile(models.Model):
    """What the assignment needs to know of a responsible worker."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # The migration has a foreign key on both together: a profile is of the organisation that its membership is of.
    membership = models.OneToOneField(Membership, models.PROTECT, related_name="profile")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    capacity = models.PositiveIntegerField()  # customers at once
    languages = ArrayField(models.TextField())  # service and other languages, ISO 639
    specialities = ArrayField(models.TextField(), default=list, blank=True)  # rules.Speciality
    districts = ArrayField(models.TextField(), default=list, blank=True)  # beginnings of postal codes; none: all

    objects = WorkerProfiles.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["id", "organisation"], name="profile_organisation")]


class AssignmentRun(models.Model):
    """One exact assignment of an organisation's customers without a responsible worker."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, models.PROTECT)
    on = models.DateField()  # the first day of what it gives
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True)
    finished_at = models.DateTimeField(auto_now_add=True)
    counts = models.JSONField()  # kokeilu.casework.actions.Result.counts


class Assignments(models.QuerySet["Assignment"]):
    """Assignments, and which of them hold."""

    def on(self, day: date) -> "Assignments":
        """Those that hold on the day: the assignment does, and so does the responsibility under which it was made."""
        return self.filter(valid__contains=day, responsibility__valid__contains=day, responsibility__superseded_by=None)


class Assignment(models.Model):
    """The responsible worker of a customer, and why this one.

    It is made under one responsibility of the worker's organisation for the person (composite foreign keys in the
    migration) and holds on the days of `valid` that are also that responsibility's: where the person goes to another
    organisation it is over without anybody ending it. Responsibilities of a person do not overlap, and neither do
    assignments under one, so that nobody has two responsible workers on a day.
    """

    id = models.BigAutoField(primary_key=True)
    # The migration's composite foreign keys hold all four: one each would check every row four times more.
    person = models.ForeignKey(Person, models.PROTECT, related_name="assignments", db_constraint=False)
    responsibility = models.ForeignKey(
        Responsibility, models.PROTECT, related_name="assignments", db_index=False, db_constraint=False
    )
    worker = models.ForeignKey(
        WorkerProfile, models.PROTECT, related_name="assignments", db_index=False, db_constraint=False
    )
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    valid = DateRangeField()
    run = models.ForeignKey(AssignmentRun, models.PROTECT, null=True, db_index=False)  # none: chosen by a team lead
    reasons = ArrayField(models.TextField(), default=list)  # keys of rules.Reason, the strongest first

    objects = Assignments.as_manager()

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="one_responsible_worker",
                expressions=[("responsibility", RangeOperators.EQUAL), ("valid", RangeOperators.OVERLAPS)],
            ),
            models.CheckConstraint(
                name="assignment_has_a_first_day", condition=Q(valid__isempty=True) | Q(valid__lower_inf=False)
            ),
        ]
        indexes = [
            models.Index(fields=["worker", "person"], name="assignment_by_worker"),
        ]
