from django.db import migrations, models

from kokeilu.monitoring import release_guarantee


class Migration(migrations.Migration):
    dependencies = [("monitoring", "0011_release_tables")]

    operations = [
        migrations.AddField(
            model_name="release", name="recorded_at", field=models.DateTimeField(null=True, editable=False)
        ),
        migrations.RunSQL(release_guarantee.CLOCK, release_guarantee.NO_CLOCK),
        migrations.RunSQL(release_guarantee.NEVER_EMPTIED, release_guarantee.MAY_BE_EMPTIED),
    ]
