"""Services side by side: what is published of each, and what it costs."""

from django.db import models

from kokeilu.monitoring.goal_models import STANDING, Statement


class ServiceFigure(models.Model):
    """One figure of an area's service and calendar year; null where it is hidden."""

    id = models.BigAutoField(primary_key=True)
    area = models.SlugField()  # the area's key
    year = models.PositiveSmallIntegerField()  # the calendar year
    service = models.CharField(max_length=40)  # the service's code in the register; unknown: it tells none
    measure = models.CharField(max_length=30)  # one of service_comparison_rules.MEASURES
    value = models.PositiveBigIntegerField(null=True)  # people, or month ends that people were there; null: hidden

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["area", "year", "service", "measure"], name="one_figure_of_a_service")
        ]

    def __str__(self) -> str:
        return f"{self.measure} of {self.service}, {self.area}, {self.year}"


class ServiceCost(Statement):
    """What a service costs an area, as the area tells it, for the calendar years from one on until the next price.

    Superseded, never overwritten. Always the price of one person: a sum paid in all, divided by it, would be a count.
    """

    class Per(models.TextChoices):
        """What the price is of."""

        MONTH = "month", "person and month"
        START = "start", "person who starts"
        YEAR = "year", "person and calendar year"

    area = models.SlugField()  # the area's key
    service = models.CharField(max_length=40)  # the service's code in the register
    per = models.CharField(max_length=5, choices=Per)  # what the price is of
    from_year = models.PositiveSmallIntegerField(null=True)  # the first calendar year of the price; null: any before
    cents = models.PositiveBigIntegerField()  # the price in cents
    source = models.TextField()  # where the price is from
    illustrative = models.BooleanField(default=False)  # invented for a demonstration

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["area", "service", "from_year"], condition=STANDING, nulls_distinct=False,
                name="one_cost_of_a_service",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.service}, {self.area}"
