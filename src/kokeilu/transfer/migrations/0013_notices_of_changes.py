import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models

from kokeilu.transfer import outbox_migration


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0001_initial"),
        ("register", "0003_identity"),
        ("transfer", "0012_deceased"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="message", name="one_message_per_pattern"),
        migrations.AddField(
            model_name="message",
            name="kind",
            field=models.CharField(
                choices=[
                    ("law", "The law of the trial"),
                    ("correction", "Corrected facts"),
                    ("individual", "A decision about this person"),
                    ("end", "The end of the trial"),
                    ("undone", "An earlier change is void"),
                ],
                default="law",
                max_length=10,
            ),
        ),
        migrations.AddField(model_name="message", name="replaces", field=models.DateField(null=True)),
        migrations.AddField(
            model_name="message",
            name="decided_by",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="transfer.run",
            ),
        ),
        migrations.AlterField(model_name="message", name="pattern", field=models.BigIntegerField(null=True)),
        migrations.RunSQL(outbox_migration.TOLD_OF, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.UniqueConstraint(
                models.F("run"),
                models.F("organisation"),
                models.F("language"),
                models.F("kind"),
                models.F("day"),
                models.F("replaces"),
                models.F("decided_by"),
                models.F("pattern"),
                django.db.models.functions.text.MD5("body"),
                name="one_message_per_text",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.UniqueConstraint(fields=("id", "run"), name="message_run"),
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(outbox_migration.KEY_BY_CHANGE, outbox_migration.KEY_BY_DECISION),
            ],
            state_operations=[
                migrations.RemoveField(model_name="notice", name="decision"),
                migrations.AddField(
                    model_name="notice", name="id", field=models.BigAutoField(primary_key=True, serialize=False)
                ),
                migrations.AddField(
                    model_name="notice",
                    name="run",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="notices", to="transfer.run"
                    ),
                ),
                migrations.AddField(
                    model_name="notice",
                    name="person",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="register.person",
                    ),
                ),
                migrations.AlterField(
                    model_name="notice",
                    name="message",
                    field=models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notices",
                        to="transfer.message",
                    ),
                ),
                migrations.AddField(
                    model_name="notice",
                    name="came_from",
                    field=models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="access.organisation",
                    ),
                ),
                migrations.AddField(
                    model_name="notice",
                    name="superseded_by",
                    field=models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="transfer.run",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="notice",
                    constraint=models.UniqueConstraint(fields=("person", "run"), name="one_notice_per_change"),
                ),
            ],
        ),
        migrations.AlterField(
            model_name="delivery",
            name="fault",
            field=models.CharField(
                choices=[
                    ("protected", "The address is protected"),
                    ("protection_unknown", "It is not known whether the address is protected"),
                    ("no_address", "The register has no address"),
                    ("typesetting", "The letter could not be typeset"),
                    ("no_email", "The register has no usable e-mail address"),
                    ("not_allowed", "The person does not allow e-mail"),
                    ("recipient_refused", "The mail server refused the address"),
                    ("message_refused", "The mail server refused the message"),
                    ("later", "The mail server asked to try later"),
                    ("connection_lost", "The connection broke while sending"),
                    ("undone", "The run was undone"),
                    ("superseded", "A later notice takes its place"),
                    ("withdrawn", "It no longer holds, and the person had not been told"),
                    ("deceased", "The person has died"),
                ],
                max_length=20,
                null=True,
            ),
        ),
    ]
