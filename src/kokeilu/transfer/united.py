"""What was done for a person while two records were united, once the union is revoked: nobody can tell whose it was."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from kokeilu.access import logs, policy
from kokeilu.access.policy import Actor
from kokeilu.problems import Problem
from kokeilu.register.models import Union
from kokeilu.register.queries import root_of
from kokeilu.transfer.models import Responsibility, UnionReview
from kokeilu.transfer.operations import UNITED


@dataclass(frozen=True)
class Made:
    """The responsibilities given while a union stood, by day; they stay with `union.kept`."""

    union: Union
    given: tuple[Responsibility, ...]


def given(persons: Iterable[UUID], since: datetime, until: datetime | None = None) -> list[Responsibility]:
    """The responsibilities of these people that runs and decisions gave after a moment (and before another), and that
    stand; with their organisations, by day."""
    rows = Responsibility.objects.standing().filter(person__in=list(persons), recorded_at__gt=since, restored_by=None)
    if until is not None:
        rows = rows.filter(recorded_at__lt=until)
    rows = rows.exclude(ground=Responsibility.Ground.IDENTITY)
    return list(rows.select_related("organisation").order_by("valid", "pk"))


def waiting() -> list[Made]:
    """What was made in unions that were revoked and that nobody has looked at yet, the newest revocation first."""
    unions = Union.objects.filter(revoked_at__isnull=False).exclude(pk__in=UnionReview.objects.values("union"))
    found = []
    for union in unions.order_by("-revoked_at", "pk"):
        rows = given({union.kept_id, root_of(union.kept_id)}, union.recorded_at, union.revoked_at)
        if rows:
            found.append(Made(union, tuple(rows)))
    return found


def review(union: UUID, outcome: str, *, actor: Actor) -> UnionReview:
    """Note that somebody has looked at it, and what came of it; again it changes nothing.

    Raises PermissionDenied; Problem where nothing of the union waits, or nothing is said.
    """
    policy.require(actor, UNITED)
    with transaction.atomic():
        before = UnionReview.objects.filter(union=union).first()
        if before is not None:
            return before
        if not outcome.strip():
            raise Problem(_("Write what came of it."))
        if all(each.union.pk != union for each in waiting()):
            raise Problem(_("Nothing of this waits for anybody."), mend=_("look at the list again"))
        made = UnionReview.objects.create(union_id=union, reviewed_by=actor.user, outcome=outcome.strip())
        logs.record_change(actor, UNITED.key, "union", union, new={"reviewed": True})
    return made
