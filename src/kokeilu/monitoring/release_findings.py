"""What the checks find of a release: all of it against everything that readers have or will have."""

from collections.abc import Iterator

from kokeilu.monitoring import (
    breakdown_out,
    published_attack,
    release_checks,
    release_class_checks,
    release_queries,
)
from kokeilu.monitoring.models import Release
from kokeilu.monitoring.release_checks import Finding
from kokeilu.monitoring.release_classes import Classes


def of(release: Release) -> list[Finding]:
    """The findings of every check."""
    table, *further = release_queries.tables(release)
    before = release_queries.tables(release.replaces) if release.replaces else []
    versions = [*release_queries.versions(release.table, before=release), release_queries.version_of(release)]
    classes = release_queries.classes(release)
    more = {
        "complete": [place for one in further for place in release_class_checks.missing(one, table)],
        "totals": [place for one in classes for place in release_class_checks.broken(one, versions)],
        "definitions": [place for one in further for place in release_checks.undefined(one)],
        "revised": release_class_checks.gone(further, before),
    }
    if further:
        more["classes"] = [place for one in classes for place in _changed(one, release)]
    last = before[0] if before else None
    return release_checks.run(table, last, published_attack.of_release(release, versions, classes), more)


def _changed(classes: Classes, release: Release) -> Iterator[str]:
    """What is out by class otherwise, on the pages or in releases before."""
    yield from release_class_checks.changed(classes, breakdown_out.anywhere(classes.dimension, release))
