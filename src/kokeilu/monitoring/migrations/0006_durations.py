from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("monitoring", "0005_national"),
    ]

    operations = [
        migrations.CreateModel(
            name="SurvivalStep",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("area", models.SlugField()),
                ("began", models.DateField()),
                ("until", models.PositiveSmallIntegerField()),
                ("month", models.DateField()),
                ("at_risk", models.PositiveIntegerField()),
                ("open_market", models.PositiveIntegerField()),
                ("service", models.PositiveIntegerField()),
                ("other", models.PositiveIntegerField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("area", "began", "until"), name="one_survival_step"),
                ],
            },
        ),
        migrations.CreateModel(
            name="DurationMedian",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("area", models.SlugField()),
                ("month", models.DateField()),
                ("kind", models.CharField(max_length=10)),
                ("months", models.PositiveSmallIntegerField(null=True)),
                ("hidden", models.BooleanField(default=False)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("area", "month", "kind"), name="one_duration_median"),
                    models.CheckConstraint(
                        condition=models.Q(("hidden", True), ("months", None)) | models.Q(("hidden", False)),
                        name="a_hidden_median_has_no_months",
                    ),
                ],
            },
        ),
    ]
