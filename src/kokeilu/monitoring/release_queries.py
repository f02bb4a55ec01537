"""Reading releases: who sees which, what they hold, and which figures are not public yet."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from kokeilu import clock
from kokeilu.access.models import ReadLog
from kokeilu.access.policy import Actor
from kokeilu.monitoring import format_dcat, operations, release_files, release_rules, release_source
from kokeilu.monitoring.models import Release, ReleaseFile
from kokeilu.monitoring.published_table import LANGUAGES, PublishedTable, Words, from_json
from kokeilu.monitoring.release_audit import Version


def published(now: datetime | None = None) -> QuerySet[Release]:
    """The releases that everybody sees at a moment, the newest first; earlier ones among them."""
    return Release.objects.filter(publish_at__lte=now or clock.now(), withdrawn_at=None).order_by(
        "-publish_at", "-number"
    )


def coming(now: datetime | None = None) -> QuerySet[Release]:
    """The releases with a time of publication ahead, the first of them first."""
    return Release.objects.filter(publish_at__gt=now or clock.now(), withdrawn_at=None).order_by("publish_at", "number")


def insider(actor: Actor, release: Release | None = None) -> bool:
    """Whether the actor is among those who see releases before their publication: who makes them, each their own."""
    if actor.role not in operations.SEE_UNPUBLISHED.roles:
        return False
    return release is None or release.organisation_id == actor.organisation.pk


def visible(actor: Actor, now: datetime | None = None) -> QuerySet[Release]:
    """The releases that the actor may open: published ones, and for insiders all of their organisation."""
    now = now or clock.now()
    may = Q(publish_at__lte=now, withdrawn_at=None)
    if insider(actor):
        may |= Q(organisation=actor.organisation)
    return Release.objects.filter(may).select_related("organisation", "prepared_by", "checked_by", "replaces")


def in_preparation(actor: Actor, now: datetime | None = None) -> QuerySet[Release]:
    """The actor's organisation's releases without a time of publication, withdrawn ones among them; newest first."""
    if not insider(actor):
        return Release.objects.none()
    mine = Release.objects.filter(organisation=actor.organisation)
    return mine.filter(Q(publish_at=None) | Q(withdrawn_at__isnull=False)).order_by("-prepared_at", "-number")


def newest(table: str, now: datetime | None = None) -> Release | None:
    """The release of a table that stands now."""
    return published(now).filter(table=table).order_by("-number").first()


def under_way(table: str, now: datetime | None = None) -> Release | None:
    """The release of a table that is neither published nor withdrawn."""
    open_ = Q(publish_at=None) | Q(publish_at__gt=now or clock.now())
    return Release.objects.filter(open_, table=table, withdrawn_at=None).order_by("-number").first()


def replaced(releases: Iterable[Release], now: datetime | None = None) -> set[object]:
    """Which of the releases another published one stands in place of, by id."""
    ids = [release.pk for release in releases]
    return set(published(now).filter(replaces__in=ids).values_list("replaces", flat=True))


def state(release: Release, now: datetime | None = None) -> release_rules.State:
    """Where a release stands."""
    now = now or clock.now()
    return release_rules.state(release, now, replaced=release.pk in replaced([release], now))


def table_of(release: Release) -> PublishedTable:
    """The release's table."""
    return from_json(bytes(release.content.content))


def version_of(release: Release) -> Version:
    """The release's figures as its makers know them, for audits; never shown."""
    return release_source.from_csv(f"release-{release.number}", bytes(release.protection.content))


def versions(table: str, before: Release | None = None) -> Sequence[Version]:
    """All versions of a table that readers have or will have, oldest first; with `before` those older than it."""
    found = Release.objects.filter(table=table, withdrawn_at=None).select_related("protection").order_by("number")
    if before is not None:
        found = found.filter(number__lt=before.number)
    return [version_of(release) for release in found]


def seen_before(release: Release) -> QuerySet[ReadLog]:
    """Who opened the release or a file of it before its publication, oldest first."""
    return (
        ReadLog.objects.filter(operation=operations.SEE_UNPUBLISHED.key, query__release=str(release.pk))
        .select_related("user", "organisation")
        .order_by("id")
    )


def embargoed_from(now: datetime | None = None) -> date | None:
    """The first month that no page shows yet: a release under way is the first to hold it.

    Where none was ever published that is its last month: earlier ones have been on the pages all along.
    """
    under = under_way(release_source.TABLE, now)
    if under is None:
        return None
    stands = newest(release_source.TABLE, now)
    if stands is None:
        return under.last_month
    following = date(stands.last_month.year + stands.last_month.month // 12, stands.last_month.month % 12 + 1, 1)
    return following if following <= under.last_month else None


def entry(release: Release, address: Callable[[str], str]) -> format_dcat.Entry:
    """A published release in the catalogue; `address` makes a path of this site a whole address."""
    page = address(reverse("monitoring:release", args=[release.pk]))
    before = release.replaces
    return format_dcat.Entry(
        uri=page,
        files_at=f"{page}files/",
        table=table_of(release),
        files=[_catalogued(one) for one in release.files.order_by("position")],
        number=release.number,
        issued=timezone.localtime(release.publish_at),
        replaces=address(reverse("monitoring:release", args=[before.pk])) if before else None,
        reason=release.reason,
    )


def _catalogued(file: ReleaseFile) -> format_dcat.File:
    kind: Any = file.kind
    return format_dcat.File(
        file.name, kind, file.language, release_files.CONTENT_TYPES[kind], file.size, file.content_id
    )


def publisher(releases: Sequence[Release]) -> Words:
    """Who publishes the catalogue: whoever publishes its newest release, else the site itself."""
    return table_of(releases[0]).publisher if releases else dict.fromkeys(LANGUAGES, "Kokeilu")
