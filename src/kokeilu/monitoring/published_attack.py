"""The attack on everything that is out and on what is to come out, together: a release, pages, classes, services by
year, durations.

What is out holds against itself from the day when it came out; what comes later must not open it. So a figure that
follows already from what is out blocks nothing else: it cannot be taken back.
"""

from collections.abc import Collection, Sequence
from functools import cache
from importlib.metadata import version

import polars as pl

from kokeilu.monitoring import (
    breakdown_out,
    further_out,
    further_ties,
    release_classes,
    release_files,
    release_queries,
    release_source,
    release_texts,
)
from kokeilu.monitoring.breakdown_rules import DIMENSIONS
from kokeilu.monitoring.further_ties import Further
from kokeilu.monitoring.models import Release, SafePart
from kokeilu.monitoring.release_audit import BLOCK, Version
from kokeilu.monitoring.release_classes import Classes
from kokeilu.monitoring.release_classes_audit import Exposed, exposed
from kokeilu.problems import Problem


def of_release(release: Release, versions: Sequence[Version], classes: Sequence[Classes]) -> list[str]:
    """What follows too narrowly once the release is out, with its tables by class: what is in it, whatever else is out,
    and what is not in it and follows by it. Its own version is the last, after all that are out.
    """
    *earlier, own = versions
    out, further = breakdown_out.as_known(versions, release), further_out.as_known()
    found = exposed(versions, release_classes.together([*classes, *out]), Memory(), further)
    held = {("", *row) for row in own.cells.select(BLOCK).iter_rows()}
    held |= {(one.dimension.key, *row) for one in classes for row in one.cells.select(BLOCK).iter_rows()}
    inside = [one for one in found if not one.by_zeros and (not one.cell or _block(one) in held)]
    outside = [one for one in found if one not in inside]
    return [one.text for one in (*inside, *_new(outside, earlier, out, further))]


def _block(one: Exposed) -> tuple[str, ...]:
    """The dimension, area and month of a figure."""
    return one.cell[0], one.cell[1], one.cell[3]


def of_pages(new: Version) -> None:
    """Raise Problem where the pages with these figures, the next that they show, would open something."""
    earlier = release_queries.versions(release_texts.KEY)
    out, further = breakdown_out.as_known(earlier), further_out.as_known()
    if out or further_ties.areas(further, [*earlier, new]):
        refuse(_new(exposed([*earlier, new], out, Memory(), further), earlier, out, further))


def of_classes(versions: Sequence[Version], before: Sequence[Classes], new: Sequence[Classes]) -> list[Exposed]:
    """What follows by `new` figures by class from all that is out then, and did not with only the classes of `before`.

    `versions` are all that are out.
    """
    if not versions:
        return []
    further, order = further_out.as_known(), [*DIMENSIONS]
    out = sorted(release_classes.together([*before, *new]), key=lambda one: order.index(one.dimension.key))
    return _new(exposed(versions, out, Memory(), further), versions, before, further)


def of_further(before: Further, now: Further) -> None:
    """Raise Problem where services by year and durations open `now` what they did not `before`.

    Within the transaction that publishes them.
    """
    every = release_queries.versions(release_texts.KEY)
    areas = further_ties.areas(now, every)
    if areas:
        versions = [Version(one.name, one.cells.filter(pl.col("area").is_in(areas))) for one in every]
        out = breakdown_out.as_known(versions)
        refuse(_new(exposed(versions, out, Memory(), now), versions, out, before))


def _new(
    found: Sequence[Exposed], versions: Sequence[Version], classes: Sequence[Classes], further: Further
) -> list[Exposed]:
    """Those that did not follow as narrowly from these versions, classes and further tables alone."""
    if not found or not versions:
        return [*found]
    before = exposed(versions, classes, Memory(), further)
    return [one for one in found if one not in before]


def refuse(found: Sequence[Exposed]) -> None:
    """Raise Problem where there is any."""
    if found:
        what = f"beside what is out already this would tell hidden figures: {len(found)}, among them {_place(found[0])}"
        raise Problem(what, mend="publish an earlier revision of the panel, or fewer figures by class")


def _place(one: Exposed) -> str:
    """Where a figure stands, without what it can be."""
    return " / ".join(filter(None, one.cell)) or one.text


class Memory:
    """What was found safe before by this very code, kept in the database."""

    def known(self, hashes: Collection[str]) -> set[str]:
        """Those of the hashes that were noted."""
        return set(SafePart.objects.filter(sha256__in=hashes, by=_code()).values_list("sha256", flat=True))

    def note(self, hashes: Collection[str]) -> None:
        """Note these."""
        SafePart.objects.bulk_create([SafePart(sha256=one, by=_code()) for one in hashes], ignore_conflicts=True)


@cache
def _code() -> str:
    return release_files.digest(f"{release_source.code()} highspy {version('highspy')}".encode())
