"""Reading releases: who sees which, what they hold, and which figures are not public yet."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeGuard

import polars as pl
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from kokeilu import clock
from kokeilu.access.models import ReadLog
from kokeilu.access.policy import Actor, Permit, decide
from kokeilu.monitoring import (
    format_dcat,
    operations,
    release_calendar,
    release_classes,
    release_files,
    release_source,
    release_texts,
)
from kokeilu.monitoring.breakdown_rules import DIMENSIONS, Dimension
from kokeilu.monitoring.models import PagesVersion, Release, ReleaseContent, ReleaseFile, ReleaseTable
from kokeilu.monitoring.published_table import LANGUAGES, PublishedTable, Words, from_json
from kokeilu.monitoring.release_audit import Version
from kokeilu.monitoring.release_class_tables import anchor
from kokeilu.monitoring.release_classes import Classes


def insider(actor: Actor | None, release: Release | None = None) -> TypeGuard[Actor]:
    """Whether the actor is among those who see releases before their publication: who makes them, each their own."""
    if actor is None or not isinstance(decide(actor, operations.SEE_UNPUBLISHED), Permit):
        return False
    return release is None or release.organisation_id == actor.organisation.pk


def visible(actor: Actor | None, now: datetime | None = None) -> QuerySet[Release]:
    """The releases that the actor (None: anybody) may open: published ones, and for insiders all of their
    organisation."""
    now = now or clock.now()
    may = Q(publish_at__lte=now, withdrawn_at=None)
    if insider(actor):
        may |= Q(organisation=actor.organisation)
    return Release.objects.filter(may).select_related("organisation", "prepared_by", "checked_by", "replaces")


def in_preparation(actor: Actor | None, now: datetime | None = None) -> QuerySet[Release]:
    """The actor's organisation's releases without a time of publication, withdrawn ones among them; newest first."""
    if not insider(actor):
        return Release.objects.none()
    mine = Release.objects.filter(organisation=actor.organisation)
    return mine.filter(Q(publish_at=None) | Q(withdrawn_at__isnull=False)).order_by("-prepared_at", "-number")


def table_of(release: Release) -> PublishedTable:
    """The release's table."""
    return from_json(bytes(release.content.content))


@dataclass(frozen=True)
class Described:
    """What a kept table says of itself: `table` has no cells; how many it shows and hides."""

    table: PublishedTable
    figures: int
    hidden: int


@lru_cache(maxsize=1024)
def described(sha256: str) -> Described:
    """What the table kept under a hash says of itself. It is read once: under its hash a content never changes."""
    table = from_json(bytes(ReleaseContent.objects.get(pk=sha256).content))
    numbers = dict(table.cells.group_by("status").len().rows())
    bare = replace(table, cells=table.cells.clear())
    return Described(bare, numbers.get("published", 0), numbers.get("hidden", 0))


def tables(release: Release) -> list[PublishedTable]:
    """The release's table, and its further ones."""
    return [table_of(release), *(table for _, table in further(release))]


def further(release: Release) -> list[tuple[ReleaseTable, PublishedTable]]:
    """The release's further tables, by class."""
    held = release.tables.select_related("content").order_by("position")
    return [(one, from_json(bytes(one.content.content))) for one in held]


def last_by() -> list[str]:
    """The dimensions of the last release's tables by class: the next one has them too, unless it is said otherwise."""
    last = release_calendar.newest(release_texts.KEY)
    return [] if last is None else list(last.tables.order_by("position").values_list("dimension", flat=True))


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
        pages = PagesVersion.objects.filter(dimension="").select_related("content").order_by("id")
        told += [(one.at, _version_of_pages(one)) for one in pages]
    return [version for _, version in sorted(told, key=lambda one: one[0])]


def by_class(dimension: Dimension, before: Release | None = None) -> Iterator[pl.DataFrame]:
    """What each release has by a dimension, oldest first: breakdown_table.COLUMNS; with `before` only older ones."""
    for one in _tables(before).filter(dimension=dimension.key):
        table = from_json(bytes(one.content.content))
        yield table.cells.select(
            "area", "population", pl.col("month").str.replace("-", "").cast(pl.Int32), "indicator",
            pl.col(dimension.key).alias("group"), pl.col("value").cast(pl.Int64),
            (pl.col("status") != "published").alias("suppressed"),
        )  # fmt: skip


def _tables(before: Release | None) -> QuerySet[ReleaseTable]:
    """The further tables of all releases that readers have or will have, oldest first; with `before` of older ones."""
    found = ReleaseTable.objects.filter(release__withdrawn_at=None).select_related("content", "protection", "release")
    if before is not None:
        found = found.filter(release__table=before.table, release__number__lt=before.number)
    return found.order_by("release__number", "position")


def _classes_of(one: ReleaseTable) -> Classes:
    content = bytes(one.protection.content)
    return release_classes.from_csv(one.dimension, f"release-{one.release.number}", content)


def released_by_class(dimension: Dimension, before: Release | None = None) -> Iterator[Classes]:
    """What releases have by a dimension, as their makers know it; with `before` only older ones."""
    return map(_classes_of, _tables(before).filter(dimension=dimension.key))


def pages_by_class(dimension: Dimension) -> Iterator[Classes]:
    """What the pages have by a dimension, as their makers know it."""
    for one in PagesVersion.objects.filter(dimension=dimension.key).select_related("content").order_by("id"):
        yield release_classes.from_csv(one.dimension, "", bytes(one.content.content))


def classes(release: Release) -> list[Classes]:
    """The release's figures by class as its makers know them, for audits; never shown."""
    return [_classes_of(one) for one in release.tables.select_related("protection", "release").order_by("position")]


def beside(dimension: Dimension, before: Release | None = None) -> pl.DataFrame:
    """By area and month what figures by class of earlier releases are beside, where the first of these had them."""
    names = ("area", "month", "beside")
    found = [one.cells.select(names) for one in released_by_class(dimension, before)]
    empty = pl.DataFrame(schema=dict.fromkeys(names, pl.String))
    return pl.concat([empty, *found]).unique(names[:2], keep="first", maintain_order=True)


def _version_of_pages(one: PagesVersion) -> Version:
    return release_source.from_csv(f"pages-{one.pk}", bytes(one.content.content))


def made_beside(release: Release) -> Sequence[Version]:
    """The versions that a release was protected together with when it was made, in their order then."""
    names = release.made_from["parameters"]["earlier"]
    others = Release.objects.filter(table=release.table, number__lt=release.number, withdrawn_at=None)
    found = {one.name: one for one in map(version_of, others.select_related("protection"))}
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


def entries(release: Release, address: Callable[[str], str]) -> Iterator[format_dcat.Entry]:
    """A published release's tables in the catalogue; `address` makes a path of this site a whole address."""
    page = address(reverse("monitoring:release", args=[release.pk]))
    before = release.replaces
    page_before = address(reverse("monitoring:release", args=[before.pk])) if before else None
    first = format_dcat.Entry(
        uri=page,
        files_at=f"{page}files/",
        table=described(release.content_id).table,
        files=[_catalogued(one) for one in release.files.filter(of=None).order_by("position")],
        number=release.number,
        issued=timezone.localtime(release.publish_at),
        replaces=page_before,
        reason=release.reason,
    )
    yield first
    had = set(before.tables.values_list("dimension", flat=True)) if before else set()
    for one in release.tables.order_by("position"):
        at = f"#{anchor(DIMENSIONS[one.dimension])}"
        yield replace(
            first,
            uri=f"{page}{at}",
            table=described(one.content_id).table,
            files=[_catalogued(file) for file in one.files.order_by("position")],
            replaces=f"{page_before}{at}" if one.dimension in had else None,
        )


def _catalogued(file: ReleaseFile) -> format_dcat.File:
    kind: Any = file.kind
    return format_dcat.File(
        file.name, kind, file.language, release_files.CONTENT_TYPES[kind], file.size, file.content_id
    )


def publisher(releases: Sequence[Release]) -> Words:
    """Who publishes the catalogue: whoever publishes its newest release, else the site itself."""
    return described(releases[0].content_id).table.publisher if releases else dict.fromkeys(LANGUAGES, "Kokeilu")
