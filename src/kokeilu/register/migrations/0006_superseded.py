"""Rows that were superseded are found by their person too: what was known earlier of one reads no whole table."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("register", "0005_sex"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(
                condition=models.Q(("superseded_by__isnull", False)), fields=["person"], name="contact_superseded"
            ),
        ),
        migrations.AddIndex(
            model_name="details",
            index=models.Index(
                condition=models.Q(("superseded_by__isnull", False)), fields=["person"], name="details_superseded"
            ),
        ),
        migrations.AddIndex(
            model_name="situation",
            index=models.Index(
                condition=models.Q(("superseded_by__isnull", False)), fields=["person"], name="situation_superseded"
            ),
        ),
        migrations.AddIndex(
            model_name="supportdays",
            index=models.Index(
                condition=models.Q(("superseded_by__isnull", False)), fields=["person"], name="supportdays_superseded"
            ),
        ),
    ]
