"""What is to be known of persons, into the tables: only what differs from the rows that stand is written.

A row that ends is closed, one that says something else now is superseded, as an import does. The differences of all
persons are collected and written at once, table by table.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db.backends.utils import CursorWrapper

from kokeilu.register.columns import PERIOD_FACTS
from kokeilu.register.uniting import Own, Reading, Row


def standing_rows(cursor: CursorWrapper, name: str, persons: Iterable[UUID]) -> dict[UUID, list[tuple[int, Row]]]:
    """The rows of a table that nothing supersedes, by person, each with its id, in the order of their days."""
    cursor.execute(
        f"SELECT person_id, id, lower(valid), upper(valid), {', '.join(PERIOD_FACTS[name])} FROM register_{name}"
        " WHERE person_id = ANY(%s::uuid[]) AND superseded_by_id IS NULL ORDER BY person_id, valid",
        [list(persons)],
    )
    found: dict[UUID, list[tuple[int, Row]]] = {}
    for person, key, start, until, *facts in cursor.fetchall():
        found.setdefault(person, []).append((key, Row(start, until, tuple(facts))))
    return found


def standing_readings(cursor: CursorWrapper, persons: Iterable[UUID]) -> dict[UUID, list[tuple[int, Reading]]]:
    """The readings of the counter that nothing supersedes, by person, each with its id, in the order of their days."""
    cursor.execute(
        "SELECT person_id, id, as_of, days FROM register_supportdays"
        " WHERE person_id = ANY(%s::uuid[]) AND superseded_by_id IS NULL ORDER BY person_id, as_of",
        [list(persons)],
    )
    found: dict[UUID, list[tuple[int, Reading]]] = {}
    for person, key, as_of, days in cursor.fetchall():
        found.setdefault(person, []).append((key, Reading(as_of, days)))
    return found


@dataclass(frozen=True)
class Writer:
    """Makes the tables say what is wanted. `author` is the source that changes them; extracts in `fresh` are named
    for the ends of rows that they told of."""

    cursor: CursorWrapper
    author: str
    fresh: Collection[str] = ()

    def write(self, wanted: Mapping[UUID, Own]) -> None:
        """Bring the standing rows and readings of these persons to what is to be known of each."""
        for name in PERIOD_FACTS:
            standing = standing_rows(self.cursor, name, wanted)
            differences = _Differences()
            for person, own in wanted.items():
                differences.find(person, standing.get(person, []), own.tables[name])
            self._write_rows(name, differences)
        self._write_readings(wanted)

    def _write_rows(self, name: str, differences: "_Differences") -> None:
        facts = PERIOD_FACTS[name]
        self._supersede(name, differences.outdated)
        self._each(
            f"UPDATE register_{name} SET valid = daterange(%s, %s), closed_by_id = %s WHERE id = %s",
            [(row.start, row.until, self._by(row.closed), key) for key, row in differences.ending],
        )
        self._each(
            f"INSERT INTO register_{name} (person_id, valid, opened_by_id, closed_by_id, {', '.join(facts)})"
            f" VALUES (%s, daterange(%s, %s), %s, %s{', %s' * len(facts)})",
            [
                (
                    person, row.start, row.until, self._by(row.opened), self._by(row.closed) if row.until else None,
                    *row.facts,
                )
                for person, row in differences.missing
            ],
        )  # fmt: skip

    def _write_readings(self, wanted: Mapping[UUID, Own]) -> None:
        standing = standing_readings(self.cursor, wanted)
        outdated: list[int] = []
        missing: list[tuple[Any, ...]] = []
        for person, own in wanted.items():
            says = {(each.as_of, each.days) for each in own.readings}
            there = {(each.as_of, each.days): key for key, each in standing.get(person, [])}
            outdated += [key for said, key in there.items() if said not in says]
            missing += [
                (person, each.as_of, each.days, self._by(each.extract))
                for each in own.readings
                if (each.as_of, each.days) not in there
            ]
        self._supersede("supportdays", outdated)
        self._each(
            "INSERT INTO register_supportdays (person_id, as_of, days, extract_id) VALUES (%s, %s, %s, %s)", missing
        )

    def _supersede(self, name: str, ids: list[int]) -> None:
        if ids:
            self.cursor.execute(
                f"UPDATE register_{name} SET superseded_by_id = %s WHERE id = ANY(%s)", [self.author, ids]
            )

    def _each(self, statement: str, values: Sequence[tuple[Any, ...]]) -> None:
        if values:
            self.cursor.executemany(statement, values)

    def _by(self, extract: str | None) -> str:
        return extract if extract is not None and extract in self.fresh else self.author


@dataclass
class _Differences:
    """Between the rows of one table and what is wanted: ids to supersede, rows that end now, rows to write."""

    outdated: list[int] = field(default_factory=list)
    ending: list[tuple[int, Row]] = field(default_factory=list)
    missing: list[tuple[UUID, Row]] = field(default_factory=list)

    def find(self, person: UUID, standing: Sequence[tuple[int, Row]], wanted: Sequence[Row]) -> None:
        """Add those of one person."""
        held = {row.key: key for key, row in standing}
        openings: dict[tuple[date, tuple[Any, ...]], int] = {
            (row.start, row.facts): key for key, row in standing if row.until is None
        }
        kept = set()
        for row in wanted:
            if row.key in held:
                kept.add(held[row.key])
            elif (key := openings.get((row.start, row.facts))) is not None:
                self.ending.append((key, row))
                kept.add(key)
            else:
                self.missing.append((person, row))
        self.outdated += [key for key, _ in standing if key not in kept]
