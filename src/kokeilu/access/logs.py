"""Writing the read log and the change log, in the transaction of what they tell of."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from kokeilu.access.models import ChangeLog, ReadLog
from kokeilu.access.policy import Actor, JobSeeker, Operation


def record_reading(
    actor: Actor | JobSeeker, operation: Operation, persons: Iterable[UUID], ground: str,
    query: Mapping[str, Any] | None = None,
) -> None:  # fmt: skip
    """Write that the actor is about to see the persons. `query` is a list's search and filters; what may be an
    identity code is never in it."""
    staff = actor if isinstance(actor, Actor) else None
    ReadLog.objects.create(
        user=staff.user if staff else None,
        organisation=staff.organisation if staff else None,
        role=staff.role if staff else "",
        operation=operation.key,
        ground=ground,
        persons=list(persons),
        query=dict(query or {}),
    )


def record_change(
    actor: Actor | None,
    action: str,
    subject: str,
    subject_id: object,
    old: Mapping[str, Any] | None = None,
    new: Mapping[str, Any] | None = None,
) -> None:
    """Write a change; `actor` is None where the system itself acts."""
    ChangeLog.objects.create(
        user=actor.user if actor else None,
        organisation=actor.organisation if actor else None,
        role=actor.role if actor else "",
        action=action,
        subject=subject,
        subject_id=str(subject_id),
        old=old,
        new=new,
    )
