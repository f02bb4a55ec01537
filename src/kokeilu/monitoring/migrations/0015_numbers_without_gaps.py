from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """A withdrawn release's number is the next one's too. Back again it works until two have one number."""

    dependencies = [("monitoring", "0014_safe_parts")]

    operations = [
        migrations.RemoveConstraint("release", "one_release_of_a_number"),
        migrations.AddConstraint(
            "release",
            models.UniqueConstraint(
                fields=("table", "number"), condition=Q(withdrawn_at=None), name="one_release_of_a_number"
            ),
        ),
    ]
