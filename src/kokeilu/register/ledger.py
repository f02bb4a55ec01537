"""The records that statements touch, during a change of the register: what is known of them, into the tables.

An import takes these few people out of the columns it works on (`take`). Their facts follow from each record's own
facts and the statements that stand (`uniting`); `settle` writes what differs from the rows that hold, as the import
would: a row that ends is closed, one that says something else now is superseded.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import polars as pl
from django.db.backends.utils import CursorWrapper

from kokeilu.register import uniting
from kokeilu.register.columns import PERIOD_FACTS
from kokeilu.register.families import Families
from kokeilu.register.models import STANDING, Death, Person, Protection, Record, Report
from kokeilu.register.people import People
from kokeilu.register.periods import WHO, Counts
from kokeilu.register.uniting import Own, Reading, Row

_Standing = dict[UUID, list[tuple[int, Row]]]


class Ledger:
    """The records by their own facts. Under the lock of the register; `write` and `settle` store what was taken."""

    def __init__(self, cursor: CursorWrapper) -> None:
        self.cursor = cursor
        self.own = {each.pk: uniting.from_json(each.own) for each in Record.objects.all()}
        self._told: list[Report] = []
        for each in Report.objects.select_related("extract").order_by("pk") if self.own else ():
            facts = uniting.facts_from_json(each.facts) if each.facts is not None else None
            self._learn(each.record_id, each.extract.as_of, each.until, facts, str(each.extract_id))

    def _learn(self, record: UUID, day: date, until: date | None, facts: Mapping[str, Any] | None, by: str) -> None:
        self.own[record] = uniting.report(self.own[record], day, until, facts, by)

    @property
    def persons(self) -> list[str]:
        """The records, as texts."""
        return [str(each) for each in self.own]

    def enter(self, persons: Iterable[UUID]) -> None:
        """Take in records that a statement is about to touch, with what is known of them so far."""
        new = sorted(set(persons) - set(self.own))
        # Whoever has no days was never reported: whose code was just recorded.
        known = dict(Person.objects.filter(pk__in=new, known_until=None).values_list("pk", "known_since"))
        tables = {name: self._standing(name, new) for name in PERIOD_FACTS}
        readings = self._readings(new)
        for person in new:
            rows = {name: tuple(row for _, row in tables[name].get(person, ())) for name in PERIOD_FACTS}
            own = Own(known.get(person), rows, tuple(reading for _, reading in readings.get(person, ())))
            self.own[person] = own
            Record.objects.create(person_id=person, own=uniting.to_json(own))

    def take(
        self, people: People, rows: pl.DataFrame, extract: str, day: date, until: date | None = None
    ) -> tuple[pl.DataFrame, Counts]:
        """Learn what an extract tells of the records; returns its other rows, and the counts of the records.

        `rows` has `who` and the facts of everyone in it; `until` is the next extract's day, for a correction.
        """
        if not self.own:
            return rows, Counts(0, 0, 0, 0, 0, 0)
        numbers = people.persons.to_frame("person").with_row_index("who").cast({"who": WHO})
        mine = rows.join(numbers.filter(pl.col("person").is_in(self.persons)), on="who")
        told = {UUID(row["person"]): row for row in mine.to_dicts()}
        outcomes = [self._hear(record, told.get(record), extract, day, until) for record in sorted(self.own)]
        counts = Counts(
            people=len(told),
            **{name: outcomes.count(name) for name in ("new", "changed", "returned", "unchanged", "closed")},
        )
        return rows.join(mine.select("who"), on="who", how="anti", maintain_order="left"), counts

    def _hear(self, record: UUID, facts: Mapping[str, Any] | None, extract: str, day: date, until: date | None) -> str:
        """Learn of one record; returns what it is counted as."""
        before = self.own[record]
        self._learn(record, day, until, facts, extract)
        altered = self.own[record] != before
        if facts is not None or altered:
            kept = uniting.facts_to_json(facts) if facts is not None else None
            self._told.append(Report(record_id=record, extract_id=extract, until=until, facts=kept))
        if facts is None:
            return "closed" if altered else ""
        if before.known_since is None:
            return "new"
        if not any(row.start <= day and (row.until is None or row.until > day) for row in before.tables["situation"]):
            return "returned"
        return "changed" if altered else "unchanged"

    def settle(self, author: str, fresh: Collection[str] = ()) -> None:
        """Bring the rows of every person of the ledger to what follows from reports and statements.

        `author` is the source that changes them; extracts in `fresh` (those of this pass, stored by now) are named for
        the days that they told of.
        """
        if not self.own:
            return
        Report.objects.bulk_create(self._told)
        self._told = []
        wanted = self._wanted()
        for name in PERIOD_FACTS:
            standing = self._standing(name, self.own)
            for person, own in wanted.items():
                _Rows(self.cursor, name, author, fresh).write(person, standing.get(person, []), own.tables[name])
        readings = self._readings(self.own)
        for person, own in wanted.items():
            self._write_readings(person, readings.get(person, []), own.readings, author, fresh)

    def _wanted(self) -> dict[UUID, Own]:
        """What is to be known under each record, and on which days the person is known: nothing under merged ones."""
        families = Families.load()
        deaths = {each.person_id: each.day for each in Death.objects.filter(STANDING)}
        protected = {each.person_id: each.since for each in Protection.objects.filter(STANDING)}
        wanted = dict.fromkeys(self.own, uniting.NOTHING)
        days: dict[UUID, tuple[date | None, date | None]] = {}
        for record, own in self.own.items():
            days[record] = own.known_since, own.known_since
        for root in families.roots(self.own):
            records = families.order(root)
            died = min((deaths[each] for each in records if each in deaths), default=None)
            since = min((protected[each] for each in records if each in protected), default=None)
            united = uniting.unite([self.own[each] for each in records], protected_from=since, dead_after=died)
            wanted[root] = united
            if united.known_since is not None:
                after = died + timedelta(days=1) if died else None
                days[root] = united.known_since, max(after, united.known_since) if after else None
        self._write_days(days)
        return wanted

    def _write_days(self, days: Mapping[UUID, tuple[date | None, date | None]]) -> None:
        for person in Person.objects.filter(pk__in=list(days)).order_by("pk"):
            since, until = days[person.pk]
            if since is None:  # its code was never reported
                since = until = person.known_since
            if (person.known_since, person.known_until) != (since, until):
                Person.objects.filter(pk=person.pk).update(known_since=since, known_until=until)

    def leave(self, persons: Iterable[UUID]) -> None:
        """Let go of records that no statement touches any more; their rows tell all that is known of them."""
        families = Families.load()
        stated = {*Death.objects.filter(STANDING).values_list("person", flat=True)}
        stated |= {*Protection.objects.filter(STANDING).values_list("person", flat=True)}
        for person in persons:
            alone = families.order(families.root(person)) == [person]
            if alone and person not in stated and self.own[person].known_since is not None:
                Record.objects.filter(pk=person).delete()
                del self.own[person]

    def _standing(self, name: str, persons: Iterable[UUID]) -> _Standing:
        """The rows of a table that nothing supersedes, by person, in the order of their days."""
        self.cursor.execute(
            f"SELECT person_id, id, lower(valid), upper(valid), {', '.join(PERIOD_FACTS[name])} FROM register_{name}"
            " WHERE person_id = ANY(%s::uuid[]) AND superseded_by_id IS NULL ORDER BY person_id, valid",
            [list(persons)],
        )
        found: _Standing = {}
        for person, key, start, until, *facts in self.cursor.fetchall():
            found.setdefault(person, []).append((key, Row(start, until, tuple(facts))))
        return found

    def _readings(self, persons: Iterable[UUID]) -> dict[UUID, list[tuple[int, Reading]]]:
        self.cursor.execute(
            "SELECT person_id, id, as_of, days FROM register_supportdays"
            " WHERE person_id = ANY(%s::uuid[]) AND superseded_by_id IS NULL ORDER BY person_id, as_of",
            [list(persons)],
        )
        found: dict[UUID, list[tuple[int, Reading]]] = {}
        for person, key, as_of, days in self.cursor.fetchall():
            found.setdefault(person, []).append((key, Reading(as_of, days)))
        return found

    def _write_readings(
        self,
        person: UUID,
        standing: Sequence[tuple[int, Reading]],
        wanted: Sequence[Reading],
        author: str,
        fresh: Collection[str],
    ) -> None:
        says = {(each.as_of, each.days) for each in wanted}
        outdated = [key for key, each in standing if (each.as_of, each.days) not in says]
        if outdated:
            self.cursor.execute(
                "UPDATE register_supportdays SET superseded_by_id = %s WHERE id = ANY(%s)", [author, outdated]
            )
        there = {(each.as_of, each.days) for _, each in standing}
        for each in wanted:
            if (each.as_of, each.days) not in there:
                self.cursor.execute(
                    "INSERT INTO register_supportdays (person_id, as_of, days, extract_id) VALUES (%s, %s, %s, %s)",
                    [person, each.as_of, each.days, each.extract if each.extract in fresh else author],
                )


class _Rows:
    """Writes one person's rows of one table."""

    def __init__(self, cursor: CursorWrapper, name: str, author: str, fresh: Collection[str]) -> None:
        self.cursor, self.name, self.author, self.fresh = cursor, name, author, fresh

    def write(self, person: UUID, standing: Sequence[tuple[int, Row]], wanted: Sequence[Row]) -> None:
        """Make the standing rows say what is wanted."""
        held = {row.key: key for key, row in standing}
        openings = {(row.start, row.facts): key for key, row in standing if row.until is None}
        missing, kept = [], set()
        for row in wanted:
            if row.key in held:
                kept.add(held[row.key])
            elif (row.start, row.facts) in openings:
                key = openings[row.start, row.facts]
                self._close(key, row)
                kept.add(key)
            else:
                missing.append(row)
        if outdated := [key for key, _ in standing if key not in kept]:
            self.cursor.execute(
                f"UPDATE register_{self.name} SET superseded_by_id = %s WHERE id = ANY(%s)", [self.author, outdated]
            )
        for row in missing:
            self._insert(person, row)

    def _by(self, extract: str | None) -> str:
        return extract if extract is not None and extract in self.fresh else self.author

    def _close(self, key: int, row: Row) -> None:
        self.cursor.execute(
            f"UPDATE register_{self.name} SET valid = daterange(%s, %s), closed_by_id = %s WHERE id = %s",
            [row.start, row.until, self._by(row.closed), key],
        )

    def _insert(self, person: UUID, row: Row) -> None:
        facts = PERIOD_FACTS[self.name]
        values = ", ".join(["%s"] * len(facts))
        closed_by = self._by(row.closed) if row.until else None
        self.cursor.execute(
            f"INSERT INTO register_{self.name} (person_id, valid, opened_by_id, closed_by_id, {', '.join(facts)})"
            f" VALUES (%s, daterange(%s, %s), %s, %s, {values})",
            [
                person,
                row.start,
                row.until,
                self._by(row.opened),
                closed_by,
                *row.facts,
            ],
        )
