"""What the administration pages read."""

from django.db.models import Count, Q, QuerySet

from kokeilu import clock
from kokeilu.access.models import ChangeLog, Membership, Organisation, User


def organisations() -> QuerySet[Organisation]:
    """Organisations with `members`: how many roles are held in each today."""
    return Organisation.objects.annotate(
        members=Count("memberships", filter=Q(memberships__valid__contains=clock.today()))
    ).order_by("kind", "key")


def users(search: str = "") -> QuerySet[User]:
    """Users by name, those whose name or e-mail address holds `search`, with their roles at hand."""
    found = Q(name__icontains=search) | Q(email__icontains=search) if search else Q()
    return User.objects.filter(found).prefetch_related("memberships__organisation").order_by("name", "email")


def changes_of(user: User) -> QuerySet[ChangeLog]:
    """What was changed of a user and their roles, newest first."""
    memberships = [str(pk) for pk in Membership.objects.filter(user=user).values_list("pk", flat=True)]
    about = Q(subject="user", subject_id=str(user.pk)) | Q(subject="membership", subject_id__in=memberships)
    return ChangeLog.objects.filter(about).select_related("user").order_by("-id")
