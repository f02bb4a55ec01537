"""A run's letters as files for the printing house: one PDF for each person, an index beside them.

`DIR/ab/UUID.pdf` is the letter of the person with that id; `letters.json` says of which run and state of the register
the folder is, `index.csv` is written last: a folder with it is whole. Every file is written under another name and
then renamed, so a file that is there is whole; killed at any moment and begun again, the work goes on where it was.
Protected people's letters are never among them. Files are for their owner alone.
"""

import csv
import hashlib
import io
import json
import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import asdict, dataclass
from datetime import date
from functools import lru_cache
from itertools import islice
from pathlib import Path

from kokeilu.problems import Problem
from kokeilu.processes import follow_parent
from kokeilu.transfer.letters import TEMPLATE, Letter, Part, Unprintable, compiler, typeset

MANIFEST, INDEX, FORMAT = "letters.json", "index.csv", "kokeilu-letters/1"
COLUMNS = ("file", "language", "name", "street_address", "postal_code", "city")
AT_ONCE = 100  # letters handed to a process together


@dataclass(frozen=True)
class Item:
    """One letter of a folder: whose it is (the person's id) and the row of the index after the file's name."""

    person: str
    letter: Letter
    row: tuple[str, ...]

    @property
    def file(self) -> str:
        """Its place in the folder."""
        return f"{self.person[:2]}/{self.person}.pdf"


@dataclass(frozen=True)
class Rendered:
    """What was done: files written now, files there already, persons whose letter cannot be typeset."""

    written: int
    kept: int
    unprintable: tuple[str, ...]


@dataclass(frozen=True)
class Folder:
    """A folder of letters. `day` is the date on them: the day on which the folder was begun."""

    path: Path
    run: str
    day: date

    @classmethod
    def begin(cls, path: Path, run: str, digest: str, today: date) -> "Folder":
        """Take an empty folder, or go on with one of the same run, register and texts (`digest` of them).

        Raises Problem where the folder holds anything else.
        """
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        manifest = path / MANIFEST
        if not manifest.exists():
            if any(each.name != f"{MANIFEST}.part" for each in path.iterdir()):
                raise Problem("the folder is not empty", file=path, mend="name an empty folder, or a new one")
            about = {"format": FORMAT, "run": run, "day": today.isoformat(), "digest": digest}
            _write(manifest, (json.dumps(about, indent=1) + "\n").encode())
        folder, begun = _read(path)
        if folder.run != run:
            raise Problem(
                "the folder holds another run's letters", file=path, mend="name an empty folder, or a new one"
            )
        if begun != digest:
            raise Problem(
                "the register or the texts have changed since these letters were begun",
                file=path, mend="delete the folder, or name a new one",
            )  # fmt: skip
        return folder

    @classmethod
    def finished(cls, path: Path) -> "Folder":
        """A folder that is whole. Raises Problem where it is not."""
        if not (path / MANIFEST).exists():
            raise Problem("no letters in this folder", file=path, mend="name one that `kokeilu notices render` made")
        if not (path / INDEX).exists():
            raise Problem(
                "the letters in this folder are not finished", file=path, mend="run `kokeilu notices render` again"
            )
        return _read(path)[0]

    def index(self) -> list[dict[str, str]]:
        """The rows of the index."""
        with (self.path / INDEX).open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file, delimiter=";"))

    def persons(self) -> list[str]:
        """The ids of the people whose letters are in the index."""
        return [Path(row["file"]).stem for row in self.index()]

    def remove(self, persons: Sequence[str]) -> None:
        """Take people's letters out of the folder and of the index."""
        gone = {f"{person[:2]}/{person}.pdf" for person in persons}
        rows = [tuple(row[column] for column in COLUMNS) for row in self.index() if row["file"] not in gone]
        for name in sorted(gone):
            (self.path / name).unlink(missing_ok=True)
        self._write_index(rows)

    def render(self, items: Sequence[Item], *, processes: int, progress: Callable[[int, int], None]) -> Rendered:
        """Write the letters that are missing, then the index. Raises Problem where the disk is full."""
        for shard in sorted({each.person[:2] for each in items}):
            (self.path / shard).mkdir(mode=0o700, exist_ok=True)
        missing = [each for each in items if not (self.path / each.file).exists()]
        kept = len(items) - len(missing)
        progress(kept, len(items))
        unprintable: list[str] = []
        done = kept
        for tried, failed in _typeset_all(self.path, missing, processes):
            done += tried
            unprintable += failed
            progress(done, len(items))
        whole = [(each.file, *each.row) for each in items if each.person not in set(unprintable)]
        self._write_index(whole)
        return Rendered(len(missing) - len(unprintable), kept, tuple(sorted(unprintable)))

    def _write_index(self, rows: Sequence[tuple[str, ...]]) -> None:
        text = io.StringIO()
        writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
        writer.writerow(COLUMNS)
        writer.writerows(rows)
        _write(self.path / INDEX, text.getvalue().encode())


def digest_of(items: Sequence[Item]) -> str:
    """What letters say, as one number: of their data but the day, and of the template."""
    found = hashlib.sha256(TEMPLATE.read_bytes())
    for each in items:
        told = _digest_of_parts(each.letter.sender, each.letter.parts)
        own = [each.letter.addressee, *(facts.items for facts in each.letter.facts)]
        found.update(f"{each.person}\n{told}\n{json.dumps(own)}\n".encode())
    return found.hexdigest()


@lru_cache(maxsize=4096)  # many people are told the same
def _digest_of_parts(sender: tuple[str, ...], parts: tuple[Part, ...]) -> str:
    return hashlib.sha256(json.dumps([sender, [asdict(part) for part in parts]]).encode()).hexdigest()


def _read(path: Path) -> tuple[Folder, str]:
    try:
        about = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
        if about["format"] != FORMAT:
            raise ValueError
        return Folder(path, about["run"], date.fromisoformat(about["day"])), about["digest"]
    except (ValueError, KeyError, TypeError):
        raise Problem(
            "not a list of letters", file=path / MANIFEST, mend="name an empty folder, or a new one"
        ) from None


def _write(path: Path, content: bytes) -> None:
    """Write a file so that it is there as a whole or not at all."""
    part = path.with_name(path.name + ".part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)
        raise


def _typeset_all(path: Path, items: Sequence[Item], processes: int) -> Iterator[tuple[int, list[str]]]:
    """Typeset in processes of their own; gives how many were tried and the persons whose letter failed, as it goes."""
    if not items:
        return
    # The typesetter must not be forked; few pieces wait at once, so that 92 000 letters need little memory.
    pool = ProcessPoolExecutor(processes, multiprocessing.get_context("spawn"), _begin)
    pieces = (list(islice(items, start, start + AT_ONCE)) for start in range(0, len(items), AT_ONCE))
    pending: set[Future[tuple[int, list[str]]]] = set()
    try:
        for piece in pieces:
            pending.add(pool.submit(_typeset_some, path, piece))
            if len(pending) >= 2 * processes:
                done, pending = wait(pending, return_when=FIRST_COMPLETED)
                yield from (each.result() for each in done)
        for each in pending:
            yield each.result()
    finally:
        pool.shutdown(cancel_futures=True)


def _begin() -> None:
    follow_parent()
    compiler()


def _typeset_some(path: Path, items: Sequence[Item]) -> tuple[int, list[str]]:
    failed = []
    for each in items:
        try:
            _write(path / each.file, typeset(each.letter))
        except Unprintable:
            failed.append(each.person)
    return len(items), failed
