"""A release made again: which bit comes out otherwise, and with which programs."""

from collections.abc import Iterator
from pathlib import Path

from kokeilu import clock
from kokeilu.monitoring import breakdown_out, release_class_tables, release_files, release_queries, release_source
from kokeilu.monitoring.breakdown_rules import DIMENSIONS
from kokeilu.monitoring.models import Release
from kokeilu.monitoring.published_table import PublishedTable
from kokeilu.monitoring.release_class_tables import Wanted
from kokeilu.monitoring.release_source import About, Prepared
from kokeilu.panel.folder import Panel
from kokeilu.panel.rules import month_named


def differences(release: Release, panel: Panel | None = None, labour_force: Path | None = None) -> list[str]:
    """What comes out otherwise when the release is made again; empty where every bit is the same.

    Files are made again from the tables that were kept; with a `panel` of the revision that it was made from, and the
    file of the labour force where there was one, the tables too.
    """
    kept = release_queries.tables(release)
    found = list(_of_files(release, kept))
    if panel is not None:
        found += _of_tables(release, panel, labour_force, kept)
    return found


def _of_files(release: Release, tables: list[PublishedTable]) -> Iterator[str]:
    made = {file.name: file.sha256 for table in tables for file in release_files.files(table)}
    held = dict(release.files.values_list("name", "content_id"))
    yield from (name for name in sorted(made.keys() | held.keys()) if made.get(name) != held.get(name))


def _of_tables(release: Release, panel: Panel, labour_force: Path | None, kept: list[PublishedTable]) -> Iterator[str]:
    source = release.made_from
    given = release_source.digest(labour_force) if labour_force else None
    if given != source.get("labour_force"):
        yield "the file of the labour force is not the one that the release was made from"
    elif panel.manifest.sha256 != source["panel"]["sha256"]:
        yield f"the panel is another one than revision {source['panel']['revision']} that the release was made from"
    else:
        made = _made(release, panel, labour_force)
        again = [made.table, *(one.table for one in made.by_class)]
        for table, other in zip(kept, again, strict=True):
            if table.to_json() != other.to_json():
                yield "the table of figures" if table.key == release.table else f"the table {table.key}"


def _made(release: Release, panel: Panel, labour_force: Path | None) -> Prepared:
    """The release prepared once more, beside what was published when it was."""
    parameters = release.made_from["parameters"]
    made_at = release.prepared_at.astimezone(clock.HELSINKI)
    who = About(parameters["publisher"], parameters["contact"], parameters["licence"], made_at)
    taken = release.made_from.get("by_class", {})
    wanted = Wanted(
        [DIMENSIONS[key] for key in taken],
        lambda one: release_class_tables.until(breakdown_out.anywhere(one, release), taken[one.key]["out"]),
        lambda one: release_queries.beside(one, release),
    )
    earlier = release_queries.made_beside(release)
    return release_source.prepare(panel, month_named(parameters["last_month"]), earlier, who, labour_force, wanted)


def made_with(release: Release) -> str:
    """Which programs differ from those that made the release, in words; that none does."""
    held = {"kokeilu": release.made_from["software"], **release.made_from["libraries"]}
    here = {"kokeilu": release_source.software(), **release_source.libraries()}
    other = [f"{name} {held[name]} then, {here.get(name)} now" for name in held if held[name] != here.get(name)]
    code = release.made_from.get("code")
    if code is None:
        other.append("which code of Kokeilu made it was not kept then")
    elif code != release_source.code():
        other.append("the code of this installation is not the one that made it")
    return "; ".join(other) or "the programs are the same ones"
