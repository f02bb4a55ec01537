import django.db.models.deletion
from django.db import migrations, models

from kokeilu.monitoring import release_guarantee


class Migration(migrations.Migration):
    dependencies = [("monitoring", "0006_durations")]

    operations = [
        migrations.CreateModel(
            name="PagesVersion",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                (
                    "content",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="monitoring.releasecontent",
                    ),
                ),
            ],
        ),
        migrations.RunSQL(release_guarantee.PAGES_ONLY_ADDED, migrations.RunSQL.noop),
    ]
