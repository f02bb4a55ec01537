from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("monitoring", "0004_breakdowns"),
    ]

    operations = [
        migrations.CreateModel(
            name="NationalFigure",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("population", models.CharField(max_length=20)),
                ("month", models.DateField()),
                ("indicator", models.CharField(max_length=60)),
                ("value", models.FloatField(null=True)),
                ("suppressed", models.BooleanField(default=False)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("month", "population", "indicator"), name="one_figure_of_all_areas"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("suppressed", True), ("value", None)), ("suppressed", False), _connector="OR"
                        ),
                        name="a_suppressed_figure_of_all_areas_has_no_value",
                    ),
                ],
            },
        ),
    ]
