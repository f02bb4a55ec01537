"""The monthly figures broken down by class, after disclosure control."""

from django.db import models


class MonthlyBreakdown(models.Model):
    """One figure of one class of people, of one area and month; null where hidden."""

    id = models.BigAutoField(primary_key=True)
    area = models.SlugField()  # the area's key
    population = models.CharField(max_length=20)  # one of indicators.POPULATIONS
    month = models.DateField()  # the first day of the month
    indicator = models.CharField(max_length=60)  # key of indicators.INDICATORS
    dimension = models.CharField(max_length=20)  # key of breakdown_rules.DIMENSIONS
    group = models.CharField(max_length=30)  # the class: a key of the dimension's classes, or a municipality's code
    value = models.IntegerField(null=True)  # people; null: hidden
    suppressed = models.BooleanField(default=False)  # hidden because it would tell of fewer than five

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["dimension", "area", "month", "population", "indicator", "group"],
                name="one_figure_of_a_class",
            ),
            models.CheckConstraint(
                condition=models.Q(suppressed=True, value=None) | models.Q(suppressed=False, value__gte=0),
                name="a_class_has_a_value_or_is_hidden",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator} of {self.population}, {self.dimension} {self.group}, {self.area}, {self.month:%Y-%m}"
