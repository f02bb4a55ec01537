"""The outbox: by which channel each notice goes to its person, and how far it is; how a person may be reached.

`models.py` takes these tables in; they name its tables by their names alone.
"""

from django.conf import settings
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from kokeilu.access.models import Organisation
from kokeilu.register.models import Person


class Channel(models.TextChoices):
    """The ways by which a notice goes to its person."""

    LETTER = "letter", _("Letter")
    EMAIL = "email", _("E-mail")
    SUOMIFI = "suomifi", _("Suomi.fi Messages")


class State(models.TextChoices):
    """How far a delivery is."""

    WAITING = "waiting", _("Waiting")
    SENDING = "sending", _("On its way")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("To be tried again")
    GIVEN_UP = "given_up", _("Given up")
    WITHHELD = "withheld", _("To be delivered by hand")
    CANCELLED = "cancelled", _("Cancelled")


# What may follow on each state; a trigger refuses anything else (outbox_guarantee.py). Sent and cancelled are final.
NEXT: dict[str, tuple[str, ...]] = {
    "waiting": ("sending", "given_up", "withheld", "cancelled"),
    "sending": ("sent", "failed", "given_up", "waiting", "withheld", "cancelled"),
    "failed": ("sending", "waiting", "given_up", "withheld", "cancelled"),
    "given_up": ("waiting", "withheld", "cancelled"),
    "withheld": ("sent", "waiting", "cancelled"),
    "sent": (),
    "cancelled": (),
}
UNSENT = tuple(state for state, following in NEXT.items() if "cancelled" in following)


class Fault(models.TextChoices):
    """Why a delivery is not sent. Holds nothing of the person or of what a server answered but its code."""

    PROTECTED = "protected", _("The address is protected")
    PROTECTION_UNKNOWN = "protection_unknown", _("It is not known whether the address is protected")
    NO_ADDRESS = "no_address", _("The register has no address")
    TYPESETTING = "typesetting", _("The letter could not be typeset")
    NO_EMAIL = "no_email", _("The register has no usable e-mail address")
    NOT_ALLOWED = "not_allowed", _("The person does not allow e-mail")
    RECIPIENT_REFUSED = "recipient_refused", _("The mail server refused the address")
    MESSAGE_REFUSED = "message_refused", _("The mail server refused the message")
    LATER = "later", _("The mail server asked to try later")
    CONNECTION_LOST = "connection_lost", _("The connection broke while sending")
    UNDONE = "undone", _("The run was undone")
    SUPERSEDED = "superseded", _("A later notice takes its place")
    WITHDRAWN = "withdrawn", _("It no longer holds, and the person had not been told")
    DECEASED = "deceased", _("The person has died")


class Delivery(models.Model):
    """One notice by one channel."""

    id = models.UUIDField(primary_key=True, db_default=RandomUUID(), editable=False)
    notice = models.ForeignKey("transfer.Notice", models.PROTECT, related_name="deliveries", db_index=False)
    channel = models.CharField(max_length=10, choices=Channel)
    state = models.CharField(max_length=10, choices=State, db_default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(db_default=0)  # how often sending was begun
    next_try = models.DateTimeField(null=True)  # not before; while on its way: when it counts as broken off
    fault = models.CharField(max_length=20, choices=Fault, null=True)  # why it is not sent, or was not at first
    reply = models.PositiveSmallIntegerField(null=True)  # the mail server's code with the fault
    message_id = models.CharField(max_length=200, null=True)  # of the e-mail; the same in every attempt
    changed_at = models.DateTimeField(db_default=Now())  # when the state was entered
    sent_at = models.DateTimeField(null=True)  # when it was handed over
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["notice", "channel"], name="one_delivery_per_channel"),
            models.CheckConstraint(
                name="delivery_sent_at",
                condition=Q(state="sent", sent_at__isnull=False) | (~Q(state="sent") & Q(sent_at=None)),
            ),
            models.CheckConstraint(
                name="delivery_fault",
                condition=~Q(state__in=("failed", "given_up", "withheld", "cancelled")) | Q(fault__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_try"],
                name="delivery_due",
                condition=Q(channel="email", state__in=("waiting", "sending", "failed")),
            ),
        ]


class ContactChoice(models.Model):
    """What a person said about being written to by a channel; the newest of a channel counts, none is no.

    Only ever added to: the database refuses changes.
    """

    id = models.BigAutoField(primary_key=True)
    person = models.ForeignKey(Person, models.CASCADE, related_name="contact_choices", db_index=False)
    channel = models.CharField(max_length=10, choices=[(Channel.EMAIL.value, Channel.EMAIL.label)])
    allowed = models.BooleanField()  # whether the person allows it
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)  # from when it counts
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)

    class Meta:
        indexes = [models.Index(fields=["person", "channel", "-id"], name="contact_choice_newest")]


class Letterhead(models.Model):
    """What an organisation's letters say of it besides its name. Empty: nothing is said."""

    organisation = models.OneToOneField(Organisation, models.PROTECT, primary_key=True, related_name="letterhead")
    address_fi = models.TextField(default="", blank=True)  # postal address in Finnish, its lines as on the letter
    address_sv = models.TextField(default="", blank=True)  # the same in Swedish; where one is empty the other stands
    phone = models.CharField(max_length=40, default="", blank=True)  # that job seekers call
    email = models.EmailField(default="", blank=True)  # that job seekers write to
    website = models.CharField(max_length=200, default="", blank=True)  # address of its pages
