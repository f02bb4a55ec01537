"""From a panel to the table of monthly figures that a release publishes, and what it was made from."""

import hashlib
import platform
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import polars as pl

from kokeilu.disclosure import linked, protection
from kokeilu.monitoring import published_codes, release_audit, release_class_tables, release_rates, release_texts, table
from kokeilu.monitoring.labour_force import LabourForce
from kokeilu.monitoring.published_table import PublishedTable, Words
from kokeilu.monitoring.release_audit import KEY, SCHEMA, Version
from kokeilu.monitoring.release_class_tables import ClassTable, Wanted
from kokeilu.monitoring.table import Counted, Source
from kokeilu.panel.folder import Panel
from kokeilu.panel.rules import month_name
from kokeilu.problems import Problem

TABLE: Final = release_texts.KEY
LIBRARIES: Final = ("duckdb", "narwhals", "polars", "xlsxwriter", "highspy")


@dataclass(frozen=True)
class About:
    """Who publishes and how: what the table says beside its figures."""

    publisher: Words
    contact: str
    licence: str
    made_at: datetime


@dataclass(frozen=True)
class Prepared:
    """A table ready to be kept. `version` has the true figures and how each is hidden; `by_class` the other tables."""

    table: PublishedTable
    version: Version
    made_from: dict[str, Any]
    by_class: Sequence[ClassTable] = ()


def prepare(
    source: Source,
    last: int,
    earlier: Sequence[Version],
    about: About,
    labour_force: Path | None = None,
    wanted: Wanted | None = None,
) -> Prepared:
    """The table of the panel's months up to `last` (202103), protected together with the `earlier` versions.

    `labour_force` is a file that `labour_force.read` reads; without it there are no employment and unemployment rates.
    `wanted` are the further tables. The same panel, earlier versions, `about`, file and what is out by class give the
    same tables. Raises Problem where the panel does not cover the month or is damaged, or where what was published
    before leaves no safe way to publish this.
    """
    panel = table.panel_of(source)
    first = panel.manifest.first_month
    if not first <= last <= panel.manifest.last_month:
        mend = f"it covers {month_name(first)} to {month_name(panel.manifest.last_month)}"
        raise Problem(f"the panel has no {month_name(last)}", file=panel.path, mend=mend)
    force = None if labour_force is None else table.force(labour_force, panel, last)
    counted = table.count(source if isinstance(source, Counted) else panel)
    published, made = publishable(_persons(counted, last), earlier, about, panel.manifest.trial, force)
    parameters = {
        "table": release_texts.KEY, "first_month": month_name(first), "last_month": month_name(last),
        "threshold": linked.THRESHOLD, "earlier": [one.name for one in earlier],
        "publisher": about.publisher, "contact": about.contact, "licence": about.licence,
    }  # fmt: skip
    record = made_from(panel, parameters)
    if labour_force is not None:
        record["labour_force"] = digest(labour_force)
    if wanted is None or not wanted.dimensions:
        return Prepared(published, made, record)
    by_class = list(release_class_tables.prepare(counted, last, published, made, earlier, wanted))
    record["by_class"] = {one.classes.dimension.key: one.taken for one in by_class}
    return Prepared(published, made, record, by_class)


def publishable(
    persons: pl.DataFrame, earlier: Sequence[Version], about: About, trial: str, force: LabourForce | None = None
) -> tuple[PublishedTable, Version]:
    """The table of true figures (KEY, `value`) after disclosure control, and the version that its makers keep."""
    cells = _protected(persons, earlier)
    return _table(cells, about, trial, force), Version("new", cells)


def made_from(panel: Panel, parameters: dict[str, Any]) -> dict[str, Any]:
    """What a table was made from, for the record: data and definitions by hash, programs by version."""
    definitions = files(__package__).joinpath("indicators.toml").read_bytes()
    return {
        "panel": {
            "trial": panel.manifest.trial, "as_of": panel.manifest.as_of, "revision": panel.manifest.revision,
            "sha256": panel.manifest.sha256,
        },
        "definitions": hashlib.sha256(definitions).hexdigest(),
        "software": software(),
        "code": code(),
        "libraries": libraries(),
        "parameters": parameters,
    }  # fmt: skip


def digest(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal. Raises Problem where it cannot be read."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise Problem("cannot be read", file=path, mend="name the file of the labour force") from error


def software() -> str:
    """The version of Kokeilu."""
    return version("kokeilu")


@cache
def code() -> str:
    """The hash of Kokeilu's own code that counts, protects and writes: between two versions it changes too."""
    own = files("kokeilu")
    found = hashlib.sha256()
    for room in ("disclosure", "monitoring", "panel"):
        for file in sorted(own.joinpath(room).iterdir(), key=lambda one: one.name):
            if file.name.endswith((".py", ".toml")):
                found.update(f"{room}/{file.name}\n".encode() + file.read_bytes())
    return found.hexdigest()


def libraries() -> dict[str, str]:
    """The versions of what counts, protects and writes."""
    own = {"python": platform.python_version(), "zlib": zlib.ZLIB_RUNTIME_VERSION}
    return {name: version(name) for name in LIBRARIES} | own


def _persons(counted: Counted, last: int) -> pl.DataFrame:
    """The true figures in persons: KEY and `value`, months as texts."""
    return release_audit.cells_of(counted.figures.filter(pl.col("month") <= last))


def _protected(persons: pl.DataFrame, earlier: Sequence[Version]) -> pl.DataFrame:
    try:
        return release_audit.decided(persons, earlier)
    except protection.Unprotectable as error:
        what = "what was published before leaves no way to hide the small figures of this table"
        raise Problem(what, mend="withdraw the changes to published months, or publish fewer of them") from error


def _table(cells: pl.DataFrame, about: About, trial: str, force: LabourForce | None) -> PublishedTable:
    shown = pl.col("status") == linked.PUBLISHED
    counts = cells.select(
        *KEY,
        pl.when(shown).then("value").alias("value"),
        pl.when(shown).then(pl.lit("published")).otherwise(pl.lit("hidden")).alias("status"),
    )
    held = pl.concat([counts, release_rates.of(counts, force)])
    return PublishedTable(
        key=release_texts.KEY,
        title=release_texts.TITLE,
        description=release_texts.DESCRIPTION,
        dimensions=tuple(published_codes.dimension(key, held.get_column(key)) for key in KEY),
        cells=held,
        updated=about.made_at,
        source=release_texts.SOURCE,
        publisher=about.publisher,
        contact=about.contact,
        licence=about.licence,
        notes=release_texts.NOTES,
        unverified=tuple(published_codes.unverified_law(trial, max(cells.get_column("month")))),
    )


def to_csv(one: Version) -> bytes:
    """A version's cells, for the record of the release."""
    return one.cells.select(release_audit.COLUMNS).sort(KEY).write_csv().encode()


def from_csv(name: str, content: bytes) -> Version:
    """The version of `to_csv`."""
    return Version(name, pl.read_csv(BytesIO(content), schema=SCHEMA))
