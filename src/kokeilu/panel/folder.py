"""The panel on disk: files that are never changed, and manifests that name which of them a revision consists of.

`spells/` and `person_months/` hold files named by their content; `revisions/0001.json` and so on the manifests;
`panel.json` is the newest manifest once more; `known/` is for the next build alone. A file appears whole or not at all,
the manifest last: a build killed at any moment leaves the panel before it, and what it left behind goes with the next
build.
"""

import errno
import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any, Final, Literal

import polars as pl

from kokeilu.panel.rules import month_end, month_name, months
from kokeilu.problems import Problem

FORMAT: Final = "panel/2"
REPLACEABLE: Final = ("panel/1",)  # without revisions; built again it loses nothing
MANIFEST: Final = "panel.json"
REVISIONS: Final = "revisions"
KNOWN: Final = "known"  # what the newest revision was made of, for the build after it
LOCK: Final = ".lock"

Content = Literal["spells", "person_months"]
CONTENTS: Final[tuple[Content, ...]] = ("spells", "person_months")
DIGITS: Final = 16  # of the content's SHA-256, in a file's name


@dataclass(frozen=True)
class Part:
    """A file of the panel: the spells that ended in a month (null: that last), or the person-months of a month."""

    content: Content
    month: int | None
    path: str  # within the panel's folder
    rows: int
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Changed:
    """A month of which the revision before told otherwise, and of how many people."""

    month: int
    persons: int


@dataclass(frozen=True)
class Cause:
    """What came since the revision before: `count` acts of a kind, of a day, on a day."""

    kind: str
    day: str  # the day of the extract, or of which the law was asked; ISO
    made_on: str  # ISO
    count: int


@dataclass(frozen=True)
class Manifest:
    """What a revision of a panel holds. Months are integers, 202103 is March 2021; days are ISO."""

    trial: str
    as_of: str  # the register's last day
    first_month: int
    last_month: int
    persons: int
    spells: int
    person_months: int
    parts: tuple[Part, ...]
    key: str = ""  # which key made the pseudonyms
    areas: str = ""  # digest of the areas and mergers that places were read with
    revision: int = 1
    built_on: str = ""
    added_months: tuple[int, ...] = ()
    changed_months: tuple[Changed, ...] = ()
    causes: tuple[Cause, ...] = ()
    sources: tuple[str, ...] = ()  # short ids of the causes' acts, so that each is told once
    format: str = FORMAT

    @property
    def register_day(self) -> date:
        return date.fromisoformat(self.as_of)

    @property
    def sha256(self) -> str:
        """The digest of all that the revision holds: two panels with the same one hold the same bytes."""
        told = "".join(f"{part.content} {part.month} {part.sha256}\n" for part in self.parts)
        return hashlib.sha256(told.encode()).hexdigest()

    def of(self, content: Content) -> tuple[Part, ...]:
        """The revision's files of one content."""
        return tuple(part for part in self.parts if part.content == content)

    def month_amiss(self) -> str | None:
        """The first month that has not one file of person-months, told in words; None where all have."""
        held = [part.month for part in self.of("person_months")]
        doubled = [month for month in held if month is not None and held.count(month) > 1]
        if doubled:
            return f"{month_name(doubled[0])} is there twice"
        covered = months(month_end(self.first_month), month_end(self.last_month))
        return next((f"{month_name(month)} is missing" for month in covered if month not in held), None)


@dataclass(frozen=True)
class Panel:
    """A revision of a panel folder that is whole."""

    path: Path
    manifest: Manifest

    def files(self, content: Content) -> list[str]:
        return [str(self.path / part.path) for part in self.manifest.of(content)]

    @property
    def spells(self) -> list[str]:
        """The spells' files; their order means nothing."""
        return self.files("spells")

    @property
    def person_months(self) -> list[str]:
        """The person-months' files; their folders carry `month` as YYYY-MM."""
        return self.files("person_months")


def part_folder(content: Content, month: int | None) -> str:
    """Where the files of a month lie, within the panel."""
    if content == "person_months" and month is not None:
        return f"{content}/month={month_name(month)}"
    return f"{content}/{'open' if month is None else month_name(month)}"


def revision_file(path: Path, revision: int) -> Path:
    return path / REVISIONS / f"{revision:04}.json"


class AlteredError(ValueError):
    """A manifest that somebody has altered; says in what."""


def _from_json(content: dict[str, Any]) -> Manifest:
    lists: dict[str, Any] = {
        "parts": tuple(Part(**each) for each in content["parts"]),
        "changed_months": tuple(Changed(**each) for each in content["changed_months"]),
        "causes": tuple(Cause(**each) for each in content["causes"]),
        "added_months": tuple(content["added_months"]),
        "sources": tuple(content["sources"]),
    }
    written = {name: value for name, value in content.items() if name != "sha256"}
    manifest = Manifest(**{**written, **lists})
    # What every reader works with; the digest is of the files alone.
    date.fromisoformat(manifest.as_of)
    for month in (manifest.first_month, manifest.last_month, *(part.month for part in manifest.parts if part.month)):
        month_end(month)
    if manifest.sha256 != content["sha256"]:
        raise AlteredError(manifest.month_amiss() or "it names other files than were written")
    return manifest


def read_manifest(path: Path, revision: int | None = None) -> Manifest:
    """The manifest of the newest revision, or of the one asked for. Raises Problem where there is none to read."""
    mend = "build one with kokeilu panel build"
    if not path.is_dir():
        raise Problem("there is no such panel folder", file=path, mend=mend)
    if (path / REVISIONS).is_dir():
        mend = f"copy the last file of {REVISIONS}/ to {MANIFEST}"
    newest = _read(path, path / MANIFEST, mend)
    if revision is None or revision == newest.revision:
        return newest
    if not 1 <= revision <= newest.revision:
        raise Problem(f"the panel has no revision {revision}", file=path, mend=f"it has 1 to {newest.revision}")
    return _read(path, revision_file(path, revision), "restore the file from a backup")


def _read(path: Path, file: Path, mend: str) -> Manifest:
    try:
        content = json.loads(file.read_text())
        form = content["format"]
        if form == FORMAT:
            return _from_json(content)
    except AlteredError as error:
        raise Problem(f"its {file.name} was altered: {error}", file=path, mend=mend) from None
    except PermissionError as error:
        raise Problem(f"may not be read: {error.strerror}", file=file, mend="let the program read the panel") from None
    except (OSError, ValueError, TypeError, KeyError):
        raise Problem(f"is not a panel folder: its {file.name} is missing or damaged", file=path, mend=mend) from None
    another = "read it with the version that wrote it, or build the panel in another folder"
    raise Problem(f"the panel's format is {form}, not {FORMAT}", file=path, mend=another)


def _put(file: Path, content: bytes | memoryview) -> None:
    """Write a file that appears whole or not at all."""
    making = file.with_name(f".{file.name}.part")
    with making.open("wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    making.replace(file)


def _encoded(rows: pl.DataFrame) -> BytesIO:
    encoded = BytesIO()  # Polars hides the cause where it meets a full disk itself
    rows.write_parquet(encoded, compression="zstd")
    return encoded


def write_frame(file: Path, rows: pl.DataFrame) -> None:
    """Write rows as a file that is no part of a revision."""
    file.parent.mkdir(parents=True, exist_ok=True)
    _put(file, _encoded(rows).getbuffer())


def write_part(path: Path, content: Content, month: int | None, rows: pl.DataFrame) -> Part:
    """Write rows as a file of the panel, named by its content; one that is there already is the same."""
    encoded = _encoded(rows)
    digest = hashlib.sha256(encoded.getbuffer()).hexdigest()
    name = f"{part_folder(content, month)}/{digest[:DIGITS]}.parquet"
    (path / name).parent.mkdir(parents=True, exist_ok=True)
    _put(path / name, encoded.getbuffer())
    return Part(content, month, name, rows.height, encoded.getbuffer().nbytes, digest)


def write_manifest(path: Path, manifest: Manifest) -> None:
    """Let a revision begin: its own manifest first, then `panel.json`, which every reader begins with."""
    told = json.dumps({**asdict(manifest), "sha256": manifest.sha256}, indent=2) + "\n"
    own = revision_file(path, manifest.revision)
    own.parent.mkdir(parents=True, exist_ok=True)
    _put(own, told.encode())
    _put(path / MANIFEST, told.encode())


def _refuse_foreign(out: Path) -> None:
    """Raise Problem where `out` is something else than a panel."""
    ours = {MANIFEST, f".{MANIFEST}.part", REVISIONS, KNOWN, LOCK, *CONTENTS}
    begun = out.is_dir() and {each.name for each in out.iterdir()} <= ours
    if out.exists() and not begun and not (out / MANIFEST).exists():
        raise Problem("exists and is not a panel, so nothing is built there", file=out, mend="name another folder")


def _clear(out: Path, known: set[str]) -> None:
    """Remove what a killed build, or a panel of an earlier format, left: files that no revision names."""
    for content in CONTENTS:
        for file in (out / content).rglob("*"):
            if file.is_file() and str(file.relative_to(out)) not in known:
                file.unlink()
        for folder in sorted((out / content).rglob("*"), reverse=True):
            if folder.is_dir() and not any(folder.iterdir()):
                folder.rmdir()


def clear_unnamed(out: Path, newest: Manifest | None) -> None:
    """Remove the files that no revision up to the newest names; where there is none, all stay."""
    if newest is not None:
        revisions = [read_manifest(out, number) for number in range(1, newest.revision + 1)]
        _clear(out, {part.path for each in revisions for part in each.parts})


@contextmanager
def building(out: Path) -> Iterator[Manifest | None]:
    """The folder to build in, made where it is missing, for one build at a time; gives the manifest before it.

    Raises Problem where `out` is not a panel or cannot be written, another build is under way or the disk is full.
    """
    _refuse_foreign(out)
    try:
        out.mkdir(parents=True, exist_ok=True)
        with (out / LOCK).open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Problem("another build of this panel is under way", file=out, mend="wait for it") from None
            try:
                yield _before(out)
            finally:
                if {each.name for each in out.iterdir()} == {LOCK}:  # nothing was built
                    (out / LOCK).unlink()
                    out.rmdir()
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            what = f"cannot be written: {error.strerror or 'the system refuses'}"
            raise Problem(what, file=out, mend="name another folder, or let the program write there") from error
        raise Problem("the disk is full; the panel before stands", file=out, mend="free some space") from error


def _before(out: Path) -> Manifest | None:
    """The newest manifest; None of a folder without one, or with a panel that is replaced.

    A revision's own manifest is written when all its files are: where `panel.json` is not there it takes its place.
    """
    if not (out / MANIFEST).exists():
        own = max((out / REVISIONS).glob("*.json"), default=None)
        if own is None:
            return None
        _put(out / MANIFEST, own.read_bytes())
    try:
        form = json.loads((out / MANIFEST).read_text())["format"]
    except (ValueError, TypeError, KeyError):
        form = None  # read_manifest tells it
    return None if form in REPLACEABLE else read_manifest(out)
