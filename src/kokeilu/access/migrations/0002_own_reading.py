"""A person who reads their own data is in the read log: no user, no organisation, no role, the ground `self`."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("access", "0001_initial")]

    operations = [
        migrations.AlterField(
            model_name="readlog",
            name="organisation",
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to="access.organisation"),
        ),
        migrations.AlterField(
            model_name="readlog",
            name="role",
            field=models.CharField(
                blank=True,
                choices=[
                    ("worker", "Responsible worker"),
                    ("team_lead", "Team lead"),
                    ("state_officer", "State officer"),
                    ("analyst", "Analyst"),
                    ("administrator", "Administrator"),
                ],
                max_length=20,
            ),
        ),
        migrations.AlterField(
            model_name="readlog",
            name="user",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddConstraint(
            model_name="readlog",
            constraint=models.CheckConstraint(
                condition=Q(ground="self", organisation=None, role="", user=None)
                | (~Q(ground="self") & ~Q(role="") & Q(organisation__isnull=False, user__isnull=False)),
                name="read_log_reader",
            ),
        ),
    ]
