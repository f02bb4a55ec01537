"""How far a release has come, and which steps are open to whom. Pure."""

from datetime import datetime
from typing import Literal, Protocol

State = Literal["prepared", "checked", "scheduled", "published", "replaced", "withdrawn"]


class Facts(Protocol):
    """What is known of a release's steps; moments have a time zone."""

    @property
    def checked_at(self) -> datetime | None: ...
    @property
    def publish_at(self) -> datetime | None: ...
    @property
    def withdrawn_at(self) -> datetime | None: ...


def is_published(release: Facts, now: datetime) -> bool:
    """Whether everybody may see it: from its moment on, without anything that would have to run at that moment."""
    return release.withdrawn_at is None and release.publish_at is not None and release.publish_at <= now


def state(release: Facts, now: datetime, *, replaced: bool = False) -> State:
    """Where the release stands at a moment. `replaced`: a release that is published by then stands in its place."""
    if release.withdrawn_at is not None:
        return "withdrawn"
    if is_published(release, now):
        return "replaced" if replaced else "published"
    if release.publish_at is not None:
        return "scheduled"
    return "prepared" if release.checked_at is None else "checked"
