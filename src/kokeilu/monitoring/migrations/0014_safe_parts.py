from django.db import migrations, models

from kokeilu.monitoring import release_guarantee


class Migration(migrations.Migration):
    dependencies = [("monitoring", "0013_pages_by_class")]

    operations = [
        migrations.CreateModel(
            name="SafePart",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("sha256", models.CharField(max_length=64)),
                ("by", models.CharField(max_length=64)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("sha256", "by"), name="one_safe_part")],
            },
        ),
        migrations.RunSQL(release_guarantee.SAFE_PARTS_ONLY_ADDED, migrations.RunSQL.noop),
    ]
