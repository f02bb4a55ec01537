"""The monthly figures that pages show, after disclosure control, and the charts drawn of them."""

from django.db import models


class MonthlyFigure(models.Model):
    """One figure of one area and month; null where suppressed, or where there is none (a rate of no one)."""

    id = models.BigAutoField(primary_key=True)
    area = models.SlugField()  # the area's key
    population = models.CharField(max_length=20)  # one of indicators.POPULATIONS
    month = models.DateField()  # the first day of the month
    indicator = models.CharField(max_length=60)  # key of indicators.INDICATORS
    value = models.FloatField(null=True)  # people, or a share of them; null: suppressed, or not known
    suppressed = models.BooleanField(default=False)  # left out because it would tell of fewer than five

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["area", "month", "population", "indicator"], name="one_figure"),
            models.CheckConstraint(
                condition=models.Q(suppressed=True, value=None) | models.Q(suppressed=False),
                name="a_suppressed_figure_has_no_value",
            ),
        ]
        # What pages compare is one figure of many areas; the constraint above finds the figures of one.
        indexes = [models.Index(fields=["population", "indicator", "area", "month"], name="figure_of_areas")]

    def __str__(self) -> str:
        return f"{self.indicator} of {self.population}, {self.area}, {self.month:%Y-%m}"


class NationalFigure(models.Model):
    """One figure of all trial areas together in a month; null where suppressed, or where there is none."""

    id = models.BigAutoField(primary_key=True)
    population = models.CharField(max_length=20)  # one of indicators.POPULATIONS
    month = models.DateField()  # the first day of the month
    indicator = models.CharField(max_length=60)  # key of indicators.INDICATORS
    value = models.FloatField(null=True)  # people, a share of them, or euros; null: suppressed, or not known
    suppressed = models.BooleanField(default=False)  # left out because it would give back what an area hides

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["month", "population", "indicator"], name="one_figure_of_all_areas"),
            models.CheckConstraint(
                condition=models.Q(suppressed=True, value=None) | models.Q(suppressed=False),
                name="a_suppressed_figure_of_all_areas_has_no_value",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator} of {self.population}, all areas, {self.month:%Y-%m}"


class DrawnChart(models.Model):
    """A drawn chart, kept under the hash of everything that it shows; made again where it is missing."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    area = models.SlugField()  # the area's key
    svg = models.TextField()  # the picture

    def __str__(self) -> str:
        return f"chart of {self.area}"


from kokeilu.monitoring.breakdown_models import MonthlyBreakdown  # noqa: E402
from kokeilu.monitoring.duration_models import DurationMedian, SurvivalStep  # noqa: E402
from kokeilu.monitoring.goal_models import Expectation, Measure, Target, WorkPackage  # noqa: E402
from kokeilu.monitoring.release_models import (  # noqa: E402
    PagesVersion,
    Release,
    ReleaseCheck,
    ReleaseContent,
    ReleaseFile,
    ReleaseTable,
    SafePart,
)
from kokeilu.monitoring.service_comparison_models import ServiceCost, ServiceFigure  # noqa: E402

__all__ = [
    "DrawnChart",
    "DurationMedian",
    "Expectation",
    "Measure",
    "MonthlyBreakdown",
    "MonthlyFigure",
    "NationalFigure",
    "PagesVersion",
    "Release",
    "ReleaseCheck",
    "ReleaseContent",
    "ReleaseFile",
    "ReleaseTable",
    "SafePart",
    "ServiceCost",
    "ServiceFigure",
    "SurvivalStep",
    "Target",
    "WorkPackage",
]  # fmt: skip
