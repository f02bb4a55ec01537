"""Whether a panel folder holds what its manifest says, in months and municipalities that exist."""

import hashlib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Final

import polars as pl

from kokeilu.law.areas import municipalities
from kokeilu.panel import folder, rules
from kokeilu.panel.folder import CONTENTS, DIGITS, Content, Manifest, Panel, Part
from kokeilu.problems import Problem

REBUILD: Final = "restore the file from a backup, or build the panel in another folder"
NOWHERE: Final = "none"


def open_panel(path: Path, revision: int | None = None) -> Panel:
    """The panel in a folder, its newest revision or the one asked for, checked.

    Raises Problem, naming the file and the month: no panel, a month that is missing or doubled, a file that is
    missing or not as it was written, a municipality that never was or is part of another by then.
    """
    manifest = folder.read_manifest(path, revision)
    _check_months(path, manifest)
    for content in CONTENTS:
        _check_files(path, manifest, content)
        _check_places(path, manifest, content)
    for part in manifest.parts:
        _check_bytes(path, part)
    return Panel(path, manifest)


def _name(part: Part) -> str:
    """What a file holds, to say in front of what is wrong with it."""
    return rules.month_name(part.month) if part.month is not None else "spells that last"


def _check_months(path: Path, manifest: Manifest) -> None:
    """Each month of the panel has one file of person-months."""
    if amiss := manifest.month_amiss():
        raise Problem(amiss, file=path / folder.MANIFEST, mend=REBUILD)


def _check_files(path: Path, manifest: Manifest, content: Content) -> None:
    """Every file is there with its length; a copy that somebody put beside one would count people twice."""
    for part in manifest.of(content):
        file = path / part.path
        if not file.is_file():
            raise Problem(f"{_name(part)} is missing", file=file, mend=REBUILD)
    for file in sorted((path / content).rglob("*.parquet")):
        if len(file.stem) != DIGITS or not set(file.stem) <= set("0123456789abcdef"):
            month = file.parent.name.removeprefix("month=")
            raise Problem(f"{month} is doubled: no build wrote this file", file=file, mend="remove it")


def _check_bytes(path: Path, part: Part) -> None:
    if hashlib.sha256((path / part.path).read_bytes()).hexdigest() != part.sha256:
        raise Problem(f"{_name(part)} is missing or damaged: the file is not as it was written", file=path / part.path,
                      mend=REBUILD)  # fmt: skip


def _places(path: Path, part: Part, as_of: date) -> Iterator[tuple[str, date, date]]:
    """The municipalities in a file, each with the first and the last day for which it stands there."""
    try:
        rows = pl.scan_parquet(path / part.path, hive_partitioning=False)
        if "municipality" not in rows.collect_schema():
            return
        if part.content == "spells":
            last = pl.coalesce(pl.col("to") - pl.duration(days=1), pl.lit(as_of))
            days = rows.select("municipality", first="from", last=last)
        else:
            end = rules.month_end(part.month or 0)
            days = rows.select("municipality", first=pl.lit(end), last=pl.lit(end))
        found = days.group_by("municipality").agg(pl.col("first").min(), pl.col("last").max()).sort("municipality")
        yield from found.filter(pl.col("municipality") != NOWHERE).collect().iter_rows()
    except (OSError, pl.exceptions.PolarsError) as error:
        raise Problem(f"{_name(part)} is missing or damaged", file=path / part.path, mend=REBUILD) from error


def _check_places(path: Path, manifest: Manifest, content: Content) -> None:
    known = municipalities()
    for part in manifest.of(content):
        for code, first, last in _places(path, part, manifest.register_day):
            place = known.get(code)
            if place is None:
                month = rules.month_name(rules.month_of(first))
                raise Problem(f"{month}: there is no municipality {code}", file=path / part.path, mend=REBUILD)
            if place.to_day is not None and last >= place.to_day:
                month = rules.month_name(rules.month_of(max(first, place.to_day)))
                what = f"{month}: municipality {code} is part of {place.successor} since {place.to_day}"
                raise Problem(what, file=path / part.path, mend=REBUILD)
            if place.from_day is not None and first < place.from_day:
                month = rules.month_name(rules.month_of(first))
                what = f"{month}: there was no municipality {code} before {place.from_day}"
                raise Problem(what, file=path / part.path, mend=REBUILD)
