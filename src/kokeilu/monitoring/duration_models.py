"""Durations of unemployment as pages show them: the steps of survival curves, and medians."""

from django.db import models


class SurvivalStep(models.Model):
    """Those of a cohort who left unemployment between two times since it began, none of the counts small.

    A cohort is all of an area whose unemployment began in one half of a calendar year. The step begins where the
    cohort's one before ends, the first with the beginning.
    """

    id = models.BigAutoField(primary_key=True)
    area = models.SlugField()  # the area's key
    began = models.DateField()  # the first day of the half-year
    until = models.PositiveSmallIntegerField()  # months since the beginning at the step's end
    month = models.DateField()  # the first day of the last month that the step rests on
    at_risk = models.PositiveIntegerField()  # people unemployed at the step's beginning
    open_market = models.PositiveIntegerField()  # people who left for the open labour market in the step
    service = models.PositiveIntegerField()  # people who left for a service
    other = models.PositiveIntegerField()  # people who left for anything else, or to an unknown situation

    class Meta:
        constraints = [models.UniqueConstraint(fields=["area", "began", "until"], name="one_survival_step")]

    def __str__(self) -> str:
        return f"{self.area}, began {self.began:%Y-%m}, until {self.until} months"


class DurationMedian(models.Model):
    """The median of running or of ended unemployment in a month; null where hidden, or of no one."""

    id = models.BigAutoField(primary_key=True)
    area = models.SlugField()  # the area's key
    month = models.DateField()  # the first day of the month
    kind = models.CharField(max_length=10)  # running or ended
    months = models.PositiveSmallIntegerField(null=True)  # full months
    hidden = models.BooleanField(default=False)  # left out because it would tell of fewer than five

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["area", "month", "kind"], name="one_duration_median"),
            models.CheckConstraint(
                condition=models.Q(hidden=True, months=None) | models.Q(hidden=False),
                name="a_hidden_median_has_no_months",
            ),
        ]

    def __str__(self) -> str:
        return f"median of {self.kind} unemployment, {self.area}, {self.month:%Y-%m}"
