"""Which release stands, is coming or under way at a moment, and what waits for it."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import Q, QuerySet

from kokeilu import clock
from kokeilu.monitoring import release_rules, release_texts
from kokeilu.monitoring.models import Release


def published(now: datetime | None = None) -> QuerySet[Release]:
    """The releases that everybody sees at a moment, the newest first; earlier ones among them."""
    return Release.objects.filter(publish_at__lte=now or clock.now(), withdrawn_at=None).order_by(
        "-publish_at", "-number"
    )


def coming(now: datetime | None = None) -> QuerySet[Release]:
    """The releases with a time of publication ahead, the first of them first."""
    return Release.objects.filter(publish_at__gt=now or clock.now(), withdrawn_at=None).order_by("publish_at", "number")


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


def embargoed_from(now: datetime | None = None) -> date | None:
    """The first month that no page shows yet: a release under way is the first to hold it.

    Where none was ever published that is its last month: earlier ones have been on the pages all along.
    """
    under = under_way(release_texts.KEY, now)
    if under is None:
        return None
    stands = newest(release_texts.KEY, now)
    if stands is None:
        return under.last_month
    following = date(stands.last_month.year + stands.last_month.month // 12, stands.last_month.month % 12 + 1, 1)
    return following if following <= under.last_month else None
