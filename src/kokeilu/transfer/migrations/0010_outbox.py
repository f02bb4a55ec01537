import django.contrib.postgres.functions
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

from kokeilu.transfer import outbox_guarantee


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0001_initial"),
        ("register", "0001_initial"),
        ("transfer", "0002_undo_moves_corrections"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Letterhead",
            fields=[
                (
                    "organisation",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="letterhead",
                        serialize=False,
                        to="access.organisation",
                    ),
                ),
                ("address_fi", models.TextField(blank=True, default="")),
                ("address_sv", models.TextField(blank=True, default="")),
                ("phone", models.CharField(blank=True, default="", max_length=40)),
                ("email", models.EmailField(blank=True, default="", max_length=254)),
                ("website", models.CharField(blank=True, default="", max_length=200)),
            ],
        ),
        migrations.CreateModel(
            name="ContactChoice",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("channel", models.CharField(choices=[("email", "E-mail")], max_length=10)),
                ("allowed", models.BooleanField()),
                (
                    "recorded_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="contact_choices",
                        to="register.person",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["person", "channel", "-id"], name="contact_choice_newest")],
            },
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        db_default=django.contrib.postgres.functions.RandomUUID(),
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[("letter", "Letter"), ("email", "E-mail"), ("suomifi", "Suomi.fi Messages")],
                        max_length=10,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("sending", "On its way"),
                            ("sent", "Sent"),
                            ("failed", "To be tried again"),
                            ("given_up", "Given up"),
                            ("withheld", "To be delivered by hand"),
                            ("cancelled", "Cancelled"),
                        ],
                        db_default="waiting",
                        max_length=10,
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(db_default=0)),
                ("next_try", models.DateTimeField(null=True)),
                (
                    "fault",
                    models.CharField(
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
                        ],
                        max_length=20,
                        null=True,
                    ),
                ),
                ("reply", models.PositiveSmallIntegerField(null=True)),
                ("message_id", models.CharField(max_length=200, null=True)),
                ("changed_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("sent_at", models.DateTimeField(null=True)),
                (
                    "notice",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deliveries",
                        to="transfer.notice",
                    ),
                ),
                (
                    "sent_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("channel", "email"), ("state__in", ("waiting", "sending", "failed"))),
                        fields=["next_try"],
                        name="delivery_due",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("notice", "channel"), name="one_delivery_per_channel"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("sent_at__isnull", False), ("state", "sent")),
                            models.Q(models.Q(("state", "sent"), _negated=True), ("sent_at", None)),
                            _connector="OR",
                        ),
                        name="delivery_sent_at",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ("failed", "given_up", "withheld", "cancelled")), _negated=True),
                            ("fault__isnull", False),
                            _connector="OR",
                        ),
                        name="delivery_fault",
                    ),
                ],
            },
        ),
        migrations.RunSQL(outbox_guarantee.CREATE, outbox_guarantee.DROP),
    ]
