"""Reading releases: who sees which, what they hold, and which figures are not public yet."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from kokeilu import clock
from kokeilu.access.models import ReadLog
from kokeilu.access.policy import Actor
from kokeilu.monitoring import format_dcat, operations, release_files, release_source, release_texts
from kokeilu.monitoring.models import PagesVersion, Release, ReleaseFile
from kokeilu.monitoring.published_table import LANGUAGES, PublishedTable, Words, from_json
from kokeilu.monitoring.release_audit import Version


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


def table_of(release: Release) -> PublishedTable:
    """The release's table."""
    return from_json(bytes(release.content.content))


def version_of(release: Release) -> Version:
    """The release's figures as its makers know them, for audits; never shown."""
    return release_source.from_csv(f"release-{release.number}", bytes(release.protection.content))


def versions(table: str, before: Release | None = None) -> Sequence[Version]:
    """All versions of a table that readers have or will have, oldest first: releases, with `before` those older than
    it, and what the areas' pages showed until now, where the table is of their figures.
    """
    found = Release.objects.filter(table=table, withdrawn_at=None).select_related("protection")
    if before is not None:
        found = found.filter(number__lt=before.number)
    told = [(release.prepared_at, version_of(release)) for release in found.order_by("number")]
    if table == release_texts.KEY:
        pages = PagesVersion.objects.select_related("content").order_by("id")
        told += [(one.at, _version_of_pages(one)) for one in pages]
    return [version for _, version in sorted(told, key=lambda one: one[0])]


def _version_of_pages(one: PagesVersion) -> Version:
    return release_source.from_csv(f"pages-{one.pk}", bytes(one.content.content))


def made_beside(release: Release) -> Sequence[Version]:
    """The versions that a release was protected together with when it was made, in their order then."""
    names = release.made_from["parameters"]["earlier"]
    others = Release.objects.filter(table=release.table, number__lt=release.number).select_related("protection")
    found = {one.name: one for one in map(version_of, others)}
    wanted = [int(name.removeprefix("pages-")) for name in names if name.startswith("pages-")]
    found |= {one.name: one for one in map(_version_of_pages, PagesVersion.objects.filter(pk__in=wanted))}
    return [found[name] for name in names]


def seen_before(release: Release) -> QuerySet[ReadLog]:
    """Who opened the release or a file of it before its publication, oldest first."""
    return (
        ReadLog.objects.filter(operation=operations.SEE_UNPUBLISHED.key, query__release=str(release.pk))
        .select_related("user", "organisation")
        .order_by("id")
    )


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
