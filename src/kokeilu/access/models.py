"""Organisations, the people who work there, their roles, and the logs of reading and changing."""

import uuid

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kokeilu import clock
from kokeilu.web import formats


class Role(models.TextChoices):
    """What a person does for an organisation; decides, with the organisation, what they may see."""

    WORKER = "worker", _("Responsible worker")
    TEAM_LEAD = "team_lead", _("Team lead")
    STATE_OFFICER = "state_officer", _("State officer")
    ANALYST = "analyst", _("Analyst")
    ADMINISTRATOR = "administrator", _("Administrator")


class Organisation(models.Model):
    """A public authority that is responsible for job seekers or follows the trial."""

    class Kind(models.TextChoices):
        TRIAL_AREA = "trial_area", _("Trial area")
        STATE = "state", _("State employment service")
        CENTRE = "centre", _("Centre for economic development (ELY)")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key = models.SlugField(unique=True)  # a trial area's key of the trial definition, or `te`
    kind = models.CharField(max_length=20, choices=Kind)
    name_fi = models.CharField(max_length=200)  # in Finnish
    name_sv = models.CharField(max_length=200)  # in Swedish
    name_en = models.CharField(max_length=200)  # in English

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the language of the user interface."""
        return str(getattr(self, f"name_{formats.language()}"))


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, name: str, password: str | None = None) -> "User":
        user = self.model(email=self.normalize_email(email), name=name)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A person who works with Kokeilu. Provisioned by an administrator, never signed up."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(unique=True)  # what the person logs in with by password
    name = models.CharField(max_length=200)  # given names and family name
    language = models.CharField(max_length=2, default="fi")  # of the user interface: fi, sv or en
    is_active = models.BooleanField(default=True)  # may log in

    objects = UserManager()
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]


class Membership(models.Model):
    """A person's role in an organisation during a period."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role)
    valid = DateRangeField()  # the days on which the person has the role

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="one_membership_per_role_at_a_time",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    ("organisation", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
            )
        ]

    @property
    def ongoing(self) -> bool:
        """Whether the role is held today or will be."""
        upper = self.valid.upper
        return not self.valid.isempty and (upper is None or upper > clock.today())


class ReadLog(models.Model):
    """Who saw whom, when, what and on which ground. Append-only, kept so by the database.

    A person who read their own data (ground self) is no user, and has neither organisation nor role.
    """

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(auto_now_add=True)
    user = models.ForeignKey(User, models.PROTECT, null=True)
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True)
    role = models.CharField(max_length=20, choices=Role, blank=True)
    operation = models.CharField(max_length=60)  # key of the operation, such as casework.portfolio
    ground = models.CharField(max_length=60)  # the reason for which they might: a key of the policy
    persons = ArrayField(models.UUIDField())  # everyone whose data the answer held
    query = models.JSONField(default=dict)  # search and filters of a list; never an identity code

    class Meta:
        indexes = [
            GinIndex(fields=["persons"], name="read_log_by_person"),
            models.Index(fields=["user", "at"], name="read_log_by_user"),
        ]
        constraints = [
            models.CheckConstraint(
                name="read_log_reader",
                condition=Q(ground="self", organisation=None, role="", user=None)
                | (~Q(ground="self") & ~Q(role="") & Q(organisation__isnull=False, user__isnull=False)),
            )
        ]


class ChangeLog(models.Model):
    """What changed, from what to what, by whom (nobody: the system itself). Append-only."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(auto_now_add=True)
    user = models.ForeignKey(User, models.PROTECT, null=True)
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True)
    role = models.CharField(max_length=20, choices=Role, blank=True)
    action = models.CharField(max_length=60)  # key of what was done
    subject = models.CharField(max_length=60)  # kind of the thing that changed
    subject_id = models.CharField(max_length=60)  # its key
    old = models.JSONField(null=True)  # what it was before; null: it is new
    new = models.JSONField(null=True)  # what it is now; null: it is gone

    class Meta:
        indexes = [models.Index(fields=["subject", "subject_id", "id"], name="change_log_by_subject")]

    WORDS = {
        "add_user": _("User added"),
        "add_membership": _("Role added"),
        "end_membership": _("Role ended"),
        "set_subject": _("Log-in identifier changed"),
        "set_password": _("Password changed"),
    }

    def in_words(self) -> str:
        """The action in the words of the user interface; other rooms' actions by their key."""
        return str(self.WORDS.get(self.action, self.action))
