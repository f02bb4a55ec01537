"""The monthly figures that pages show, after disclosure control."""

from django.db import models


class MonthlyFigure(models.Model):
    """One figure of one area at one month's end; null where suppressed."""

    id = models.BigAutoField(primary_key=True)
    area = models.SlugField()
    month = models.DateField()  # the first day of the month
    indicator = models.CharField(max_length=60)  # key of rules.INDICATORS
    value = models.FloatField(null=True)
    suppressed = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["area", "month", "indicator"], name="one_figure"),
            models.CheckConstraint(
                condition=models.Q(suppressed=True, value=None) | models.Q(suppressed=False),
                name="a_suppressed_figure_has_no_value",
            ),
        ]
