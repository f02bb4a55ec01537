"""The panel on disk: a folder with `spells/`, `person_months/month=YYYY-MM/` and `panel.json`, replaced as a
whole.
"""

import ctypes
import errno
import fcntl
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Final

from kokeilu.panel.rules import month_name
from kokeilu.problems import Problem

FORMAT: Final = "panel/1"
MANIFEST: Final = "panel.json"

_AT_FDCWD: Final = -100
_RENAME_EXCHANGE: Final = 2


@dataclass(frozen=True)
class Manifest:
    """What a panel holds. Months are integers, 202103 is March 2021."""

    trial: str
    as_of: str  # the register's last day, ISO
    first_month: int
    last_month: int
    persons: int
    spells: int
    person_months: int
    format: str = FORMAT

    @property
    def register_day(self) -> date:
        return date.fromisoformat(self.as_of)


@dataclass(frozen=True)
class Panel:
    """A panel folder that is whole."""

    path: Path
    manifest: Manifest

    @property
    def spells(self) -> str:
        """The pattern of the spells' files."""
        return str(self.path / "spells" / "*.parquet")

    @property
    def person_months(self) -> str:
        """The pattern of the person-months' files; their folders carry `month` as YYYY-MM."""
        return str(self.path / "person_months" / "month=*" / "*.parquet")


def month_folder(panel: Path, month: int) -> Path:
    """Where a month's rows lie."""
    return panel / "person_months" / f"month={month_name(month)}"


def open_panel(path: Path) -> Panel:
    """The panel in a folder. Raises Problem where there is none that this version can read."""
    mend = "build one with kokeilu panel build"
    if not path.is_dir():
        raise Problem("there is no such panel folder", file=path, mend=mend)
    try:
        content = json.loads((path / MANIFEST).read_text())
        manifest = Manifest(**content)
    except (OSError, ValueError, TypeError):
        raise Problem("is not a panel folder: its panel.json is missing or damaged", file=path, mend=mend) from None
    if manifest.format != FORMAT:
        raise Problem(f"the panel's format is {manifest.format}, not {FORMAT}", file=path, mend=mend)
    return Panel(path, manifest)


def write_manifest(path: Path, manifest: Manifest) -> None:
    """Write the manifest, last of all files: a folder with one is whole."""
    (path / MANIFEST).write_text(json.dumps(asdict(manifest), indent=2) + "\n")


def _exchange(new: Path, old: Path) -> bool:
    """Let two folders change names in one step. False where the system cannot."""
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is None:
        return False
    done = rename(_AT_FDCWD, os.fsencode(new), _AT_FDCWD, os.fsencode(old), _RENAME_EXCHANGE)
    return bool(done == 0)


def _put(new: Path, out: Path) -> None:
    """Put the new folder in the place of `out`; at no moment on Linux is there neither."""
    if not out.exists():
        new.rename(out)
    elif not _exchange(new, out):
        aside = new.with_name(f"{new.name}-old")
        out.rename(aside)
        new.rename(out)
        shutil.rmtree(aside)


def _refuse_foreign(out: Path) -> None:
    """Raise Problem where `out` is something else than a panel: it would be lost."""
    if out.exists() and not (out.is_dir() and ((out / MANIFEST).exists() or not any(out.iterdir()))):
        raise Problem("exists and is not a panel, so it is not replaced", file=out, mend="name another folder")


@contextmanager
def replacing(out: Path) -> Iterator[Path]:
    """A folder to build in, which takes the place of `out` when the block ends well.

    A build that fails or is killed leaves the panel before it; what a killed one left behind goes with the
    next build. Raises Problem where `out` is not a panel, another build is under way or the disk is full.
    """
    _refuse_foreign(out)
    out.parent.mkdir(parents=True, exist_ok=True)
    prefix = f".{out.name}-building-"
    with (out.parent / f".{out.name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Problem("another build of this panel is under way", file=out, mend="wait for it") from None
        for left in out.parent.glob(f"{prefix}*"):
            shutil.rmtree(left)
        building = Path(tempfile.mkdtemp(prefix=prefix, dir=out.parent))
        building.chmod(0o755)
        try:
            yield building
            _put(building, out)
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise
            raise Problem("the disk is full; the panel before stands", file=out, mend="free some space") from error
        finally:
            shutil.rmtree(building, ignore_errors=True)
