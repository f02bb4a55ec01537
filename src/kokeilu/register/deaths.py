"""Deaths of a file, as a population register hands them over: all are recorded, or none."""

import csv
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from uuid import UUID

from django.db import transaction
from django.utils.translation import override

from kokeilu.access.policy import Actor
from kokeilu.problems import Problem
from kokeilu.register.queries import find_person
from kokeilu.register.statements import died_on, record_death

COLUMNS = ("person", "day", "reason")


@dataclass(frozen=True)
class Recorded:
    """How many deaths were recorded, had been before, and are of people whom the register does not know."""

    recorded: int
    before: int
    unknown: int


class _Undo(Exception):
    """Ends a dry run's transaction."""


def record_deaths(file: Path, *, actor: Actor | None = None, dry_run: bool = False) -> Recorded:
    """Record the deaths of a CSV file (person: identity code; day: YYYY-MM-DD; reason: the source, in words).

    One transaction; again it changes nothing. Raises Problem with the line, and never with a code, where the file
    cannot be read or a day is none or to come; PermissionDenied where the actor is no state officer.
    """
    found: list[Recorded] = []
    try:
        with transaction.atomic(), override("en"):
            found.append(_record(file, _rows(file), actor))
            if dry_run:
                raise _Undo
    except _Undo:
        pass
    return found[0]


def _rows(file: Path) -> list[tuple[int, str, date, str]]:
    """Line, code, day and reason of each row."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as text:
            reader = csv.DictReader(text, restval="")
            if sorted(reader.fieldnames or ()) != sorted(COLUMNS):
                raise Problem("the columns are not person, day and reason", file=file, line=1, mend="name them so")
            return [(reader.line_num, row["person"], _day(file, reader.line_num, row), row["reason"]) for row in reader]
    except OSError as error:
        raise Problem(f"cannot be read: {error.strerror}", file=file, mend="give the path of a CSV file") from None
    except (UnicodeDecodeError, csv.Error):
        raise Problem("not a CSV file in UTF-8", file=file, mend="save it as CSV (UTF-8)") from None


def _day(file: Path, line: int, row: dict[str, str]) -> date:
    try:
        return date.fromisoformat(row["day"])
    except ValueError:
        raise Problem("the day is not written YYYY-MM-DD", file=file, line=line, mend="correct it") from None


def _record(file: Path, rows: list[tuple[int, str, date, str]], actor: Actor | None) -> Recorded:
    recorded = before = unknown = 0
    for line, code, day, reason in rows:
        person: UUID | None = find_person(code)
        if person is None:
            unknown += 1
        elif died_on(person) is not None:
            before += 1
        else:
            try:
                record_death(person, day, reason, actor=actor)
            except Problem as problem:
                raise Problem(problem.what, file=file, line=line, mend="correct the day") from None
            recorded += 1
    return Recorded(recorded, before, unknown)
