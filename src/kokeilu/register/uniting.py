"""What is known of one person from several records: pure, a person at a time.

A record's own facts are what extracts reported under its code. The facts of a person are the own facts of their
records, those of an earlier record in order before those of a later one, up to the day of death, with the address
protected where an officer says so. Statements change only what is united and where it ends; they never change own
facts, so any of them can be revoked at any time, in any order.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final

import polars as pl

from kokeilu.extract import COLUMNS
from kokeilu.register.columns import COUNTER, PERIOD_FACTS

PROTECTED: Final = PERIOD_FACTS["details"].index("protected")


@dataclass(frozen=True)
class Row:
    """Facts of one table over `[start, until)`, in the order of PERIOD_FACTS. `opened` and `closed` are the extracts
    that told of both ends, where they are known."""

    start: date
    until: date | None
    facts: tuple[Any, ...]
    opened: str | None = None
    closed: str | None = None

    @property
    def key(self) -> tuple[date, date | None, tuple[Any, ...]]:
        """What the row says."""
        return self.start, self.until, self.facts


@dataclass(frozen=True)
class Reading:
    """The counter of support days from `as_of` on; null is unknown."""

    as_of: date
    days: int | None
    extract: str | None = None


@dataclass(frozen=True)
class Own:
    """What is known, of a record or of a person: the rows of each table in the order of their days, the readings in
    theirs, and since when (None: never reported)."""

    known_since: date | None
    tables: Mapping[str, tuple[Row, ...]]
    readings: tuple[Reading, ...] = ()


NOTHING: Final = Own(None, dict.fromkeys(PERIOD_FACTS, ()))


def report(own: Own, day: date, until: date | None, facts: Mapping[str, Any] | None, extract: str) -> Own:
    """What is known after an extract as of a day told these facts, or that it has none (None).

    What it tells holds until the next extract's day, `until`; None where it is the newest.
    """
    tables = {
        name: _state(
            rows, day, until, tuple(facts[column] for column in PERIOD_FACTS[name]) if facts else None, extract
        )
        for name, rows in own.tables.items()
    }
    if facts is None:
        return replace(own, tables=tables)
    since = day if own.known_since is None else min(own.known_since, day)
    return Own(since, tables, _count(own.readings, day, until, facts[COUNTER], extract))


def _state(
    rows: Sequence[Row], day: date, until: date | None, facts: tuple[Any, ...] | None, extract: str
) -> tuple[Row, ...]:
    """The rows with `facts` in the window, as the import keeps them: what goes on unchanged stays one row."""
    held = next((row for row in rows if row.start <= day and (row.until is None or row.until > day)), None)
    if facts is not None and held is not None and held.facts == facts:
        return tuple(rows)
    left = [piece for row in rows for piece in _outside(row, day, until, extract)]
    if facts is not None:
        left.append(Row(day, until, facts, extract, extract if until else None))
    return tuple(sorted(left, key=lambda row: row.start))


def _outside(row: Row, day: date, until: date | None, extract: str) -> list[Row]:
    """What a row says before and after a window."""
    if (row.until is not None and row.until <= day) or (until is not None and row.start >= until):
        return [row]
    pieces = []
    if row.start < day:
        pieces.append(replace(row, until=day, closed=extract))
    if until is not None and (row.until is None or row.until > until):
        pieces.append(replace(row, start=until, opened=extract))
    return pieces


def _counted(readings: Sequence[Reading], day: date) -> int | None:
    """The counter of a day: the newest reading of it or before."""
    return next((each.days for each in reversed(readings) if each.as_of <= day), None)


def _count(
    readings: Sequence[Reading], day: date, until: date | None, days: int | None, extract: str
) -> tuple[Reading, ...]:
    """The readings with `days` on the day, and as they were from `until` on."""
    if _counted(readings, day) == days:
        return tuple(readings)
    found = [each for each in readings if each.as_of != day]
    before = [each for each in found if each.as_of < day]
    if _counted(before, day) != days:
        found.append(Reading(day, days, extract))
    if until is not None and all(each.as_of != until for each in readings):
        after = _counted(readings, until)
        if after != days:
            found.append(Reading(until, after, extract))
    return tuple(sorted(found, key=lambda each: each.as_of))


def unite(records: Sequence[Own], *, protected_from: date | None = None, dead_after: date | None = None) -> Own:
    """The facts of a person whose records these are, those that come first before the others where both have any.

    `protected_from`: the address is protected in what holds on that day or later, or was said last. `dead_after` is the
    day of death, the last one that has facts.
    """
    tables = {name: _first_of([own.tables[name] for own in records]) for name in PERIOD_FACTS}
    readings = records[0].readings if len(records) == 1 else _united_counter(records)
    since = min((own.known_since for own in records if own.known_since), default=None)
    if dead_after is not None:
        end = dead_after + timedelta(days=1)
        tables = {name: _until(rows, end) for name, rows in tables.items()}
        readings = tuple(each for each in readings if each.as_of < end)
    if protected_from is not None:
        tables["details"] = _protected(tables["details"], protected_from)
    return Own(since, tables, readings)


def _first_of(sides: Sequence[Sequence[Row]]) -> tuple[Row, ...]:
    found: list[Row] = []
    for rows in sides:
        free = [piece for row in rows for piece in _uncovered(row, found)]
        found = sorted([*found, *free], key=lambda row: row.start)
    return tuple(found)


def _uncovered(row: Row, taken: Iterable[Row]) -> list[Row]:
    """The days of a row on which none of the taken rows, in the order of their days, holds."""
    pieces, rest = [], row
    for other in taken:
        if other.until is not None and other.until <= rest.start:
            continue
        if rest.until is not None and other.start >= rest.until:
            break
        if other.start > rest.start:
            pieces.append(replace(rest, until=other.start, closed=None))
        if other.until is None or (rest.until is not None and other.until >= rest.until):
            return pieces
        rest = replace(rest, start=other.until, opened=None)
    return [*pieces, rest]


def _united_counter(records: Sequence[Own]) -> tuple[Reading, ...]:
    """On each day the counter of the first record that has facts then; where none has, it stays as it was."""
    changes = {each.as_of: each.extract for own in records for each in own.readings}
    ends = {day for own in records for row in own.tables["situation"] for day in (row.start, row.until) if day}
    found: list[Reading] = []
    for day in sorted({*changes, *ends}):
        present = next((own for own in records if _holds(own.tables["situation"], day)), None)
        if present is None:
            continue
        days = _counted(present.readings, day)
        if days != _counted(found, day):
            found.append(Reading(day, days, changes.get(day)))
    return tuple(found)


def _holds(rows: Iterable[Row], day: date) -> bool:
    return any(row.start <= day and (row.until is None or row.until > day) for row in rows)


def _until(rows: Iterable[Row], end: date) -> tuple[Row, ...]:
    return tuple(
        replace(row, until=end, closed=None) if row.until is None or row.until > end else row
        for row in rows
        if row.start < end
    )


def _protected(rows: Sequence[Row], since: date) -> tuple[Row, ...]:
    """Whole rows, not parts of them: who asks for the facts of an earlier day of the same row is refused as well."""
    return tuple(
        replace(row, facts=(*row.facts[:PROTECTED], True, *row.facts[PROTECTED + 1 :]))
        if row.until is None or row.until > since or row is rows[-1]
        else row
        for row in rows
    )


def end_of(own: Own) -> date | None:
    """From when on nothing is known; None where it goes on. The first day of all where nothing ever was."""
    ends = [row.until for rows in own.tables.values() for row in rows]
    known = [each for each in ends if each is not None]
    return max(known, default=date.min) if len(known) == len(ends) else None


def to_json(own: Own) -> dict[str, Any]:
    """As kept with a record."""
    return {
        "known_since": _text(own.known_since),
        "tables": {
            name: [[_text(row.start), _text(row.until), [_text(value) for value in row.facts]] for row in rows]
            for name, rows in own.tables.items()
        },
        "readings": [[_text(each.as_of), each.days] for each in own.readings],
    }


def from_json(kept: Mapping[str, Any]) -> Own:
    """What to_json wrote; who told of the rows is not kept."""
    tables = {
        name: tuple(
            Row(date.fromisoformat(start), _day(until), values_of(name, values))
            for start, until, values in kept["tables"][name]
        )
        for name in PERIOD_FACTS
    }
    readings = tuple(Reading(date.fromisoformat(as_of), days) for as_of, days in kept["readings"])
    return Own(_day(kept["known_since"]), tables, readings)


def facts_to_json(facts: Mapping[str, Any]) -> dict[str, Any]:
    """A row of an extract without the identity code."""
    return {name: _text(facts[name]) for name in COLUMNS if name != "person"}


def facts_from_json(kept: Mapping[str, Any]) -> dict[str, Any]:
    """What facts_to_json wrote."""
    return {name: _day(value) if COLUMNS[name] == pl.Date() else value for name, value in kept.items()}


def values_of(table: str, values: Sequence[Any]) -> tuple[Any, ...]:
    """The facts of a table's row, dates from their texts."""
    return tuple(
        _day(value) if COLUMNS[column] == pl.Date() else value
        for column, value in zip(PERIOD_FACTS[table], values, strict=True)
    )


def _text(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _day(value: str | None) -> date | None:
    return None if value is None else date.fromisoformat(value)
