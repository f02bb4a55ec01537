"""What administrators do: users, their roles, their identity at the log-in service. Each change is logged.

`actor` is None where the installation's operator acts on the command line.
"""

from datetime import date, timedelta

from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext as _

from kokeilu import clock
from kokeilu.access import operations
from kokeilu.access.logs import record_change
from kokeilu.access.models import Membership, Organisation, Role, User
from kokeilu.access.policy import Actor, require
from kokeilu.problems import Problem


def _check(actor: Actor | None) -> None:
    if actor is not None:
        require(actor, operations.ADMINISTER)


@transaction.atomic
def add_user(
    *, name: str, email: str, language: str, organisation: Organisation, role: Role, since: date, actor: Actor | None
) -> User:
    """Add a person with one role from `since` on. They log in once they have a subject or a password.

    Raises PermissionDenied; Problem where the e-mail address is in use.
    """
    _check(actor)
    email = email.strip().lower()
    if User.objects.filter(email__iexact=email).exists():
        raise Problem(_("The e-mail address is in use already."))
    user = User.objects.create_user(email, name.strip())
    user.language = language
    user.save(update_fields=["language"])
    record_change(actor, "add_user", "user", user.pk, new={"name": user.name, "email": email, "language": language})
    add_membership(user=user, organisation=organisation, role=role, since=since, actor=actor)
    return user


@transaction.atomic
def add_membership(
    *, user: User, organisation: Organisation, role: Role, since: date, actor: Actor | None
) -> Membership:
    """Give a person a role in an organisation from `since` on, without end.

    Raises PermissionDenied; Problem where they hold it on a day from `since` on.
    """
    _check(actor)
    held = Membership.objects.filter(
        user=user, organisation=organisation, role=role, valid__overlap=DateRange(since, None)
    )
    if held.exists():
        raise Problem(_("The person has this role already."))
    membership = Membership.objects.create(
        user=user, organisation=organisation, role=role, valid=DateRange(since, None)
    )
    new = {"user": str(user.pk), "organisation": organisation.key, "role": str(role), "from": since.isoformat()}
    record_change(actor, "add_membership", "membership", membership.pk, new=new)
    return membership


@transaction.atomic
def end_membership(*, membership: Membership, last_day: date | None, actor: Actor | None) -> None:
    """End a role after `last_day`, at once where it is None. The days that were stay as they were.

    Raises PermissionDenied; Problem where it has ended, where the day has passed, or where nobody would be left to
    administer.
    """
    _check(actor)
    membership = Membership.objects.select_for_update(of=("self",)).get(pk=membership.pk)
    today = clock.today()
    until = last_day + timedelta(days=1) if last_day else today
    if membership.valid.isempty or (membership.valid.upper and membership.valid.upper <= today):
        raise Problem(_("The role has ended already."))
    if until < today:
        raise Problem(_("The last day has passed. Leave it empty to end the role at once."))
    _keep_an_administrator(membership)
    start = membership.valid.lower
    old = {"until": membership.valid.upper.isoformat() if membership.valid.upper else None}
    membership.valid = DateRange(start, until) if until > start else DateRange(empty=True)
    membership.save(update_fields=["valid"])
    record_change(actor, "end_membership", "membership", membership.pk, old=old, new={"until": until.isoformat()})


def _keep_an_administrator(membership: Membership) -> None:
    if membership.role != Role.ADMINISTRATOR:
        return
    others = Membership.objects.filter(
        role=Role.ADMINISTRATOR, user__is_active=True, valid__contains=clock.today(), valid__upper_inf=True
    ).exclude(pk=membership.pk)
    # Locked, so that two administrators who end each other's role at one time do not both succeed.
    if not list(others.select_for_update(of=("self",)).order_by("pk")):
        raise Problem(_("This is the last administrator. Add another one first."))


@transaction.atomic
def set_subject(*, user: User, subject: str, actor: Actor | None) -> None:
    """Say who the person is at the log-in service: their subject (`sub`) there; empty takes it away.

    Raises PermissionDenied; Problem where no service is set or another person has the subject.
    """
    _check(actor)
    if not settings.KOKEILU_OIDC:
        raise Problem(_("No log-in service is set up here."))
    mine = SocialAccount.objects.filter(user=user, provider=settings.KOKEILU_OIDC["provider"])
    old = mine.values_list("uid", flat=True).first()
    subject = subject.strip()
    taken = SocialAccount.objects.filter(provider=settings.KOKEILU_OIDC["provider"], uid=subject).exclude(user=user)
    if taken.exists():
        raise Problem(_("Another person has this identifier."))
    mine.delete()
    if subject:
        SocialAccount.objects.create(user=user, provider=settings.KOKEILU_OIDC["provider"], uid=subject)
    record_change(actor, "set_subject", "user", user.pk, old={"subject": old}, new={"subject": subject or None})


@transaction.atomic
def set_password(*, user: User, password: str, actor: Actor | None) -> None:
    """Set the password by which a person logs in, where passwords are on. The log keeps only that it was set.

    Raises PermissionDenied; Problem where the password is too weak.
    """
    _check(actor)
    try:
        validate_password(password, user)
    except ValidationError as weak:
        raise Problem(" ".join(weak.messages)) from None
    user.set_password(password)
    user.save(update_fields=["password"])
    record_change(actor, "set_password", "user", user.pk)


@transaction.atomic
def add_organisation(
    *, key: str, kind: Organisation.Kind, name_fi: str, name_sv: str, name_en: str, actor: Actor | None
) -> Organisation:
    """Add an organisation. Raises PermissionDenied; Problem where the key is taken or is no short name."""
    _check(actor)
    names = {"name_fi": name_fi, "name_sv": name_sv, "name_en": name_en}
    organisation = Organisation(key=key, kind=kind, **names)
    try:
        organisation.full_clean()
    except ValidationError as wrong:
        raise Problem(f"organisation {key}: {' '.join(wrong.messages)}") from None
    organisation.save()
    new = {"key": key, "kind": str(kind)} | names
    record_change(actor, "add_organisation", "organisation", organisation.pk, new=new)
    return organisation
