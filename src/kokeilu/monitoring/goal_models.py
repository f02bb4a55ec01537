"""A trial's goals: targets, work packages, and the measures in them with what each is expected to move.

Nothing is overwritten: whatever is said of a goal anew is a row of its own that supersedes the one before it, with who
said it, when and why; a row that is `ended` says that the goal no longer holds. A trigger (goal_guarantee) refuses
every other change.
"""

import uuid
from typing import Final

from django.conf import settings
from django.contrib.postgres.fields import ArrayField, DateRangeField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kokeilu.access.models import Organisation
from kokeilu.monitoring.goal_rules import Whose
from kokeilu.web import formats


class Direction(models.TextChoices):
    """Which way a figure is wanted, or expected, to go."""

    UP = "up", _("rises")
    DOWN = "down", _("falls")


LANGUAGES: Final = [
    ("fi", pgettext_lazy("language", "Finnish")),
    ("sv", pgettext_lazy("language", "Swedish")),
    ("en", pgettext_lazy("language", "English")),
]
"""The languages in which an area may write."""
STANDING: Final = Q(superseded_by=None, ended=False)
"""What nothing supersedes and nobody has ended."""


class Statement(models.Model):
    """What every row says beside its content: who set it, when and why, and what superseded it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # Null: the system itself, on behalf of a file that was loaded.
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    set_at = models.DateTimeField(db_default=Now())  # when it was set
    reason = models.TextField()  # why it was set, changed or ended
    language = models.CharField(max_length=2, choices=LANGUAGES, default="fi")  # of the texts of the row
    ended = models.BooleanField(default=False)  # the row says that the goal no longer holds
    superseded_by = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="supersedes"
    )  # the row that says it anew

    class Meta:
        abstract = True


class Target(Statement):
    """The value that an area wants an indicator of its residents to reach."""

    area = models.SlugField()  # the area's key
    indicator = models.CharField(max_length=60)  # key of indicators.INDICATORS
    value = models.DecimalField(max_digits=12, decimal_places=2)  # in the indicator's unit: people, per cent, euros
    direction = models.CharField(max_length=4, choices=Direction)  # which way it is to be reached
    from_day = models.DateField()  # the day from which on it is pursued
    by_day = models.DateField(null=True)  # the day on which it is to be reached; null: the source gives no day
    source = models.TextField()  # who decided it, and where that is written

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["area", "indicator", "by_day"],
                condition=STANDING,
                nulls_distinct=False,
                name="one_target_of_a_day",
            ),
            models.CheckConstraint(
                condition=Q(by_day=None) | Q(by_day__gt=models.F("from_day")), name="a_target_is_ahead"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.area}: {self.indicator} {self.value}"


class WorkPackage(Statement):
    """A part of an area's plan, in which measures are taken."""

    area = models.SlugField()  # the area's key
    # Measures belong to the first row of their package, whatever is said of the package later.
    first = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    number = models.PositiveSmallIntegerField()  # its number in the area's plan
    name_fi = models.CharField(max_length=200)  # in Finnish
    name_sv = models.CharField(max_length=200)  # in Swedish
    name_en = models.CharField(max_length=200)  # in English
    translated = ArrayField(
        models.CharField(max_length=2), default=list
    )  # languages of the names that are a translation of Kokeilu's own
    description = models.TextField(blank=True)  # what is done in it
    source = models.TextField()  # where the plan is written

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["area", "number"], condition=STANDING, name="one_package_of_a_number")
        ]

    def __str__(self) -> str:
        return f"{self.area}: {self.number}"

    @property
    def name(self) -> str:
        """The name in the language of the user interface."""
        return str(getattr(self, f"name_{formats.language()}"))

    @property
    def is_translated(self) -> bool:
        """Whether that name is a translation of Kokeilu's own, not the plan's."""
        return formats.language() in self.translated


class Measure(Statement):
    """Something that is done in a work package over a period."""

    package = models.ForeignKey(WorkPackage, models.PROTECT, related_name="measures")  # its first row
    name = models.CharField(max_length=200)  # as the area calls it
    description = models.TextField(blank=True)  # what is done
    valid = DateRangeField()  # the days on which it is taken
    responsible = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    illustrative = models.BooleanField(default=False)  # invented for a demonstration

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["package", "name"], condition=STANDING, name="one_measure_of_a_name"),
            models.CheckConstraint(condition=Q(valid__isempty=False), name="a_measure_takes_days"),
        ]

    def __str__(self) -> str:
        return self.name


class Expectation(models.Model):
    """What a measure is expected to move. Rows are only added, with the row of the measure that they belong to."""

    id = models.BigAutoField(primary_key=True)
    measure = models.ForeignKey(Measure, models.PROTECT, related_name="expectations")
    indicator = models.CharField(max_length=60)  # key of indicators.INDICATORS
    population = models.CharField(max_length=20)  # for whom: one of indicators.POPULATIONS
    group = models.CharField(max_length=200, blank=True)  # for whom more closely, in words
    dimension = models.CharField(max_length=20, blank=True)  # the group's division: key of breakdown_rules.DIMENSIONS
    classes = ArrayField(models.CharField(max_length=30), default=list, blank=True)  # of it, those that make the group
    direction = models.CharField(max_length=4, choices=Direction)  # which way the figure is to go
    size = models.DecimalField(
        max_digits=12, decimal_places=2, null=True
    )  # by how much, in the indicator's unit; null: not told
    by_day = models.DateField(null=True)  # by when; null: not told

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["measure", "indicator", "population", "group", "dimension", "classes"],
                name="one_expectation_of_a_figure",
            ),
            models.CheckConstraint(
                condition=Q(dimension="", classes=[]) | (~Q(dimension="") & ~Q(classes=[])),
                name="a_group_has_its_classes",
            ),
            models.CheckConstraint(condition=Q(size=None) | Q(size__gt=0), name="an_expectation_has_a_size"),
        ]

    def __str__(self) -> str:
        return f"{self.indicator} {self.direction}"

    @property
    def whose(self) -> Whose:
        """Whose figure it is."""
        return Whose(self.population, self.dimension, tuple(self.classes))
