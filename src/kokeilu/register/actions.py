"""Importing register extracts."""

import hashlib
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from uuid import uuid4

import polars as pl
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.backends.utils import CursorWrapper

from kokeilu import clock
from kokeilu.access import logs
from kokeilu.access.policy import Actor, Deny, decide
from kokeilu.law.areas import Municipality, municipalities
from kokeilu.problems import Problem
from kokeilu.register import intake, protection, reading, reports, rules, store
from kokeilu.register.correction import correct
from kokeilu.register.ledger import Ledger
from kokeilu.register.merge import LOADED_TABLES, Storing, load_state
from kokeilu.register.models import Extract, Person
from kokeilu.register.operations import IMPORT
from kokeilu.register.people import People
from kokeilu.register.periods import Counts
from kokeilu.register.transaction import IMPORT_LOCK as IMPORT_LOCK
from kokeilu.register.transaction import changing

EARLIEST = date(2000, 1, 1)

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Imported:
    """One extract's outcome. `counts` is None where it was imported before; `rejected` are rows left out."""

    path: Path
    as_of: date
    counts: Counts | None
    rejected: int = 0
    correction: bool = False


@dataclass(frozen=True)
class ImportResult:
    """What an import did, by extract in the order of their days."""

    extracts: tuple[Imported, ...]

    @property
    def already_imported(self) -> bool:
        """Whether there was nothing new in any of the extracts."""
        return all(extract.counts is None for extract in self.extracts)


@dataclass
class _Source:
    """An extract on its way in; `key` is its id once it is to be stored."""

    path: Path
    as_of: date
    key: str
    data: bytes
    sha256: str
    rejected: int = 0
    rows: int = 0


class _Undo(Exception):
    """Ends a dry run's transaction."""


def _silent(_what: str, _done: int, _total: int) -> None:
    pass


def import_extracts(
    extracts: Sequence[tuple[Path | str, date]],
    actor: Actor | None = None,
    accept_valid: bool = False,
    dry_run: bool = False,
    correction: bool = False,
    progress: Progress = _silent,
) -> ImportResult:
    """Import register extracts, each as of a day, in one transaction.

    The result is the same as importing them one by one in the order of their days. `accept_valid` stores the good
    rows of a file and writes the others beside it; `correction` also takes extracts that are not newer than what is
    stored; `dry_run` does everything and undoes it. `actor` is None where the system itself imports.
    `progress(what, done, total)` is told of each step.

    Raises Problem, and stores nothing, where a file or a row is wrong (reports.BadRows), another import runs, or
    the database cannot take it; PermissionDenied where the actor may not.
    """
    if actor is not None and isinstance(verdict := decide(actor, IMPORT), Deny):
        raise PermissionDenied(verdict.reason)
    plan = sorted(((Path(path), as_of) for path, as_of in extracts), key=lambda pair: pair[1])
    _check_days(plan)
    done: tuple[Imported, ...] = ()
    try:
        with changing() as cursor:
            done = _Import(cursor, actor, accept_valid, correction, progress).run(plan)
            if dry_run:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # those that a commit would check
                raise _Undo
    except _Undo:
        pass
    return ImportResult(done)


def _check_days(plan: Sequence[tuple[Path, date]]) -> None:
    for path, as_of in plan:
        if as_of > clock.today():
            raise Problem(f"the day of the extract, {as_of}, is in the future", file=path, mend="check --as-of")
        if as_of < EARLIEST:
            raise Problem(f"the day of the extract, {as_of}, is before {EARLIEST}", file=path, mend="check --as-of")
    for (first, day), (second, next_day) in pairwise(plan):
        if day == next_day:
            raise Problem(f"{first.name} and {second.name} are both as of {day}", mend="import one of them")


class _Import:
    """One import inside its transaction, under the lock."""

    def __init__(
        self, cursor: CursorWrapper, actor: Actor | None, accept_valid: bool, correction: bool, progress: Progress
    ) -> None:
        self.cursor, self.actor = cursor, actor
        self.accept_valid, self.correction, self.progress = accept_valid, correction, progress
        self.ledger = Ledger(cursor)

    def run(self, plan: Sequence[tuple[Path, date]]) -> tuple[Imported, ...]:
        days = set(Extract.objects.values_list("as_of", flat=True))
        newest = max(days, default=date.min)
        first_load = not Person.objects.exists()
        corrections = [pair for pair in plan if pair[1] <= newest]
        done = [self._correct(path, as_of) for path, as_of in corrections]
        ahead = plan[len(corrections) :]
        if ahead:
            with ExitStack() as stack:
                if first_load:
                    stack.enter_context(store.built_afterwards(LOADED_TABLES))
                done += self._advance(ahead)
        if any(extract.counts for extract in done):
            intake.announce(self.cursor, max(day for _, day in plan))
        return tuple(done)

    def _advance(self, plan: Sequence[tuple[Path, date]]) -> list[Imported]:
        """Import extracts that are newer than all stored ones, in one pass."""
        self.progress("Reading what is stored", 0, len(plan))
        done: list[Imported] = []
        keys: list[str] = []
        with closing(self._read_ahead(plan)) as extracts:
            people, state = load_state(self.cursor, self.ledger.persons)
            with Storing(self.cursor, state, people) as storing:
                for number, (source, read) in enumerate(extracts):
                    self.progress(f"Reading {source.path.name}", number, len(plan))
                    rows, new = people.number(read, source.as_of)
                    if self.ledger.records:
                        storing.settled()  # what statements touch is read from the database
                    rows, stated = self.ledger.take(people, rows, source.key, source.as_of)
                    counts = state.see(number, rows, new) + stated
                    done.append(Imported(source.path, source.as_of, counts, source.rejected))
                    keys.append(source.key)
                    storing.settled()
                    self._record(source, done[-1])
                    storing.begin(source.key, source.as_of)
                self.progress("Storing", len(plan), len(plan))
                storing.finish()
        self.ledger.settle(keys[-1], keys)
        protection.log_lost(self.cursor, self.actor, keys)
        return done

    def _read_ahead(self, plan: Sequence[tuple[Path, date]]) -> Generator[tuple[_Source, pl.DataFrame], None, None]:
        """Read and check the files one after the other, the next one while its predecessor is being merged.

        Begins at once, before the first is asked for. Bad rows of a file raise BadRows after the rest was checked.
        """
        reader = ThreadPoolExecutor(1)
        futures = deque([reader.submit(self._read_file, *plan[0])])

        def extracts() -> Generator[tuple[_Source, pl.DataFrame], None, None]:
            try:
                for number in range(len(plan)):
                    if number + 1 < len(plan):
                        futures.append(reader.submit(self._read_file, *plan[number + 1]))
                    try:
                        yield futures.popleft().result()
                    except reports.BadRows as bad:
                        raise bad.with_others(self._bad_rows_of(plan[number + 1 :])) from None
            finally:
                reader.shutdown(cancel_futures=True)

        return extracts()

    def _correct(self, path: Path, as_of: date) -> Imported:
        """Import an extract of a day that is stored, or lies before one that is."""
        source = _source(path, as_of)
        if Extract.objects.filter(as_of=as_of, sha256=source.sha256).exists():
            return Imported(path, as_of, None)
        if not self.correction:
            raise Problem(
                f"as of {as_of}, not newer than what is stored", file=path,
                mend="import it with --correction if it corrects what was reported",
            )  # fmt: skip
        self.progress(f"Correcting from {path.name}", 0, 1)
        later = Extract.objects.filter(as_of__gt=as_of).order_by("as_of").values_list("as_of", flat=True).first()
        people = People.load(self.cursor)
        rows, new = people.number(self._read(source), as_of)
        self._insert(source, correction=True)
        people.store_new(self.cursor)
        rows, stated = self.ledger.take(people, rows, source.key, as_of, later)
        window = as_of, later
        counts = correct(self.cursor, people, rows, new, source.key, window, self.ledger.persons) + stated
        self.ledger.settle(source.key, [source.key])
        protection.log_lost(self.cursor, self.actor, [source.key])
        outcome = Imported(path, as_of, counts, source.rejected, correction=True)
        self._log(source, outcome)
        return outcome

    def _read_file(self, path: Path, as_of: date) -> tuple[_Source, pl.DataFrame]:
        source = _source(path, as_of)
        rows = self._read(source)
        source.data = b""  # read; a long plan need not hold every file
        return source, rows

    def _read(self, source: _Source) -> pl.DataFrame:
        """The rows to store. Raises BadRows, unless bad rows are left out; then writes them beside the file."""
        read = reading.read(source.path, source.data)
        exist = [code for code, place in municipalities().items() if _existed(place, source.as_of)]
        found = rules.validate(read.frame, source.as_of, exist, test_codes_only=settings.KOKEILU_DEMO)
        errors = pl.concat([read.errors, found]).unique().sort("line", "column", "reason")
        if errors.is_empty():
            reports.discard(source.path)
            source.rows = len(read.frame)
            return read.frame
        report = reports.write_report(source.path, errors)
        if not self.accept_valid:
            raise reports.BadRows(source.path, errors, f"all are in {report.name}; --accept-valid stores the others")
        bad = errors["line"].unique()
        reports.write_rejected(source.path, source.data, bad)
        rows = read.frame.join(bad.to_frame("line"), on="line", how="anti")
        source.rows, source.rejected = len(rows), len(bad)
        return rows

    def _bad_rows_of(self, plan: Sequence[tuple[Path, date]]) -> Iterator[reports.BadRows]:
        """What else is wrong, so that one try names it all."""
        for path, as_of in plan:
            try:
                self._read_file(path, as_of)
            except reports.BadRows as bad:
                yield bad

    def _record(self, source: _Source, outcome: Imported) -> None:
        self._insert(source, correction=False)
        self._log(source, outcome)

    def _insert(self, source: _Source, *, correction: bool) -> None:
        Extract.objects.create(
            id=source.key,
            as_of=source.as_of,
            sha256=source.sha256,
            file_name=source.path.name,
            rows=source.rows,
            rejected=source.rejected,
            correction=correction,
            imported_by=self.actor.user if self.actor else None,
        )

    def _log(self, source: _Source, outcome: Imported) -> None:
        if outcome.counts is None:
            return
        logs.record_change(
            self.actor, IMPORT.key, "extract", source.key,
            new={"as_of": source.as_of.isoformat(), "rejected": outcome.rejected, "correction": outcome.correction}
            | vars(outcome.counts),
        )  # fmt: skip


def _source(path: Path, as_of: date) -> _Source:
    data = reading.read_bytes(path)
    return _Source(path, as_of, str(uuid4()), data, hashlib.sha256(data).hexdigest())


def _existed(place: Municipality, day: date) -> bool:
    return (place.from_day is None or place.from_day <= day) and (place.to_day is None or day < place.to_day)
