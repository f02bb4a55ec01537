"""Responsibility follows who is whom: it ends with a person's days, and records that are united hand it over."""

from django.db import migrations, models

from kokeilu.transfer.identity_guarantee import COVER_KNOWN_DAYS, COVER_WITHOUT_END


class Migration(migrations.Migration):
    dependencies = [
        ("register", "0003_identity"),
        ("transfer", "0010_outbox"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="responsibility", name="responsibility_ground"),
        migrations.AlterField(
            model_name="responsibility",
            name="ground",
            field=models.CharField(
                choices=[
                    ("intake", "New job seekers register with the state"),
                    ("decision", "The law of the trial"),
                    ("correction", "The law of the trial, by corrected facts"),
                    ("individual", "A decision about this person"),
                    ("end", "The trial has ended"),
                    ("identity", "Another record of the same person"),
                ],
                max_length=20,
            ),
        ),
        migrations.AlterField(
            model_name="run",
            name="kind",
            field=models.CharField(
                choices=[
                    ("full", "Everybody"),
                    ("changed", "People whose facts changed"),
                    ("undo", "Undoing of a run"),
                    ("correction", "Correction"),
                    ("individual", "Decision about one person"),
                    ("end", "End of the trial"),
                    ("identity", "Statement on who is whom"),
                ],
                default="full",
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            model_name="responsibility",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decision", None), ("ground", "intake"), ("opened_by", None)),
                    models.Q(("decision__isnull", False), ("ground", "decision"), ("opened_by", None)),
                    models.Q(("ground", "correction"), ("opened_by__isnull", False)),
                    models.Q(
                        ("decision", None),
                        ("ground__in", ("individual", "end", "identity")),
                        ("opened_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="responsibility_ground",
            ),
        ),
        migrations.RunSQL(COVER_KNOWN_DAYS, COVER_WITHOUT_END),
    ]
