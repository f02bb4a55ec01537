import django.db.models.deletion
from django.db import migrations, models

from kokeilu.monitoring import release_guarantee


class Migration(migrations.Migration):
    dependencies = [("monitoring", "0010_own_groups")]

    operations = [
        migrations.CreateModel(
            name="ReleaseTable",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("position", models.PositiveSmallIntegerField()),
                ("dimension", models.CharField(max_length=20)),
                (
                    "content",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="monitoring.releasecontent",
                    ),
                ),
                (
                    "protection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="monitoring.releasecontent",
                    ),
                ),
                (
                    "release",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tables",
                        to="monitoring.release",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("release", "dimension"), name="one_table_by_a_dimension")
                ],
            },
        ),
        migrations.AddField(
            model_name="releasefile",
            name="of",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="files",
                to="monitoring.releasetable",
            ),
        ),
        migrations.RunSQL(release_guarantee.TABLES, release_guarantee.DROP_TABLES),
    ]
