"""The records that statements touch, during a change of the register: what is known of them.

An import takes these people out of the columns it works on (`take`). Their facts follow from each record's own facts
and the statements that stand (`uniting`); `settle` writes what differs from the rows that hold.

Only records that a change concerns are read: those that the extract reports, those that it could have reported, and
the other records of the same persons. Whoever died and was reported no more costs nothing.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import polars as pl
from django.db.backends.utils import CursorWrapper
from django.db.models import Q

from kokeilu.register import uniting
from kokeilu.register.columns import PERIOD_FACTS
from kokeilu.register.families import Families
from kokeilu.register.models import STANDING, Death, Person, Protection, Record, Report
from kokeilu.register.people import People
from kokeilu.register.periods import WHO, Counts
from kokeilu.register.uniting import Own
from kokeilu.register.writing import Writer, standing_readings, standing_rows


class Ledger:
    """The records by their own facts. Under the lock of the register; `settle` stores what was taken."""

    def __init__(self, cursor: CursorWrapper) -> None:
        self.cursor = cursor
        self.records = set(Record.objects.values_list("person", flat=True))
        self.own: dict[UUID, Own] = {}  # of those read
        self._altered: set[UUID] = set()  # whose own facts are not kept so yet
        self._told: list[Report] = []

    @property
    def persons(self) -> list[str]:
        """The records, as texts."""
        return [str(each) for each in self.records]

    def enter(self, persons: Iterable[UUID]) -> None:
        """Read the records that a statement touches; those that none touched before are taken in, with what is known
        of them so far."""
        named = set(persons)
        new = sorted(named - self.records)
        # Whoever has no days was never reported: whose code was just recorded.
        known = dict(Person.objects.filter(pk__in=new, known_until=None).values_list("pk", "known_since"))
        tables = {name: standing_rows(self.cursor, name, new) for name in PERIOD_FACTS}
        readings = standing_readings(self.cursor, new)
        for person in new:
            rows = {name: tuple(row for _, row in tables[name].get(person, ())) for name in PERIOD_FACTS}
            self.own[person] = Own(known.get(person), rows, tuple(each for _, each in readings.get(person, ())))
        Record.objects.bulk_create([Record(person_id=each, own=uniting.to_json(self.own[each])) for each in new])
        self.records.update(new)
        self._altered.update(new)
        self._read(Q(pk__in=named - set(new)))

    def _read(self, which: Q) -> None:
        """Read own facts, of records that were not read yet. What was never worked out is made from the reports."""
        unfinished = set()
        for each in Record.objects.filter(which).iterator():
            if each.pk not in self.own:
                self.own[each.pk] = uniting.from_json(each.own if each.known is None else each.known)
                if each.known is None:
                    unfinished.add(each.pk)
        for told in Report.objects.filter(record__in=unfinished).select_related("extract").order_by("pk"):
            facts = None if told.facts is None else uniting.facts_from_json(told.facts)
            self._learn(told.record_id, told.extract.as_of, told.until, facts, str(told.extract_id))
        self._altered |= unfinished

    def _learn(self, record: UUID, day: date, until: date | None, facts: Mapping[str, Any] | None, by: str) -> None:
        self.own[record] = uniting.report(self.own[record], day, until, facts, by)

    def take(
        self, people: People, rows: pl.DataFrame, extract: str, day: date, until: date | None = None
    ) -> tuple[pl.DataFrame, Counts]:
        """Learn what an extract tells of the records; returns its other rows, and the counts of the records.

        `rows` has `who` and the facts of everyone in it; `until` is the next extract's day, for a correction.
        """
        if not self.records:
            return rows, Counts(0, 0, 0, 0, 0, 0)
        numbers = people.persons.to_frame("person").with_row_index("who").cast({"who": WHO})
        mine = rows.join(numbers.filter(pl.col("person").is_in(self.persons)), on="who")
        told = {UUID(row["person"]): row for row in mine.to_dicts()}
        # Of whom own facts hold on the day or later, missing the extract is news as well.
        self._read(Q(pk__in=told.keys() - self.own.keys()) | Q(ends=None) | Q(ends__gt=day))
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
        if altered:
            self._altered.add(record)
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
        """Bring the rows of every person whose records were read to what follows from reports and statements.

        `author` is the source that changes them; extracts in `fresh` (those of this pass, stored by now) are named for
        the days that they told of.
        """
        if not self.own:
            return
        Report.objects.bulk_create(self._told)
        self._told = []
        Writer(self.cursor, author, fresh).write(self._wanted())
        self._keep()

    def _wanted(self) -> dict[UUID, Own]:
        """What is to be known under each record, and on which days the person is known: nothing under merged ones."""
        families = Families.load()
        members = {root: families.order(root) for root in families.roots(self.own)}
        self._read(Q(pk__in={each for records in members.values() for each in records} - self.own.keys()))
        mine = Q(person__in=list(self.own)) & STANDING
        deaths = dict(Death.objects.filter(mine).values_list("person", "day"))
        protected = dict(Protection.objects.filter(mine).values_list("person", "since"))
        wanted = dict.fromkeys(self.own, uniting.NOTHING)
        days: dict[UUID, tuple[date | None, date | None]] = {}
        for record, own in self.own.items():
            days[record] = own.known_since, own.known_since
        for root, records in members.items():
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
        changed = []
        known = Person.objects.filter(pk__in=list(days)).order_by("pk").values_list("pk", "known_since", "known_until")
        for person, *were in known:
            since, until = days[person]
            if since is None:  # its code was never reported
                since = until = were[0]
            if [since, until] != were:
                changed.append((since, until, person))
        if changed:
            self.cursor.executemany(
                "UPDATE register_person SET known_since = %s, known_until = %s WHERE id = %s", changed
            )

    def _keep(self) -> None:
        """Keep the own facts that were worked out, so that no report has to be read again."""
        self.cursor.executemany(
            "UPDATE register_record SET known = %s, ends = %s WHERE person_id = %s",
            [
                (json.dumps(uniting.to_json(self.own[each])), uniting.end_of(self.own[each]), each)
                for each in sorted(self._altered)
            ],
        )
        self._altered = set()

    def leave(self, persons: Iterable[UUID]) -> None:
        """Let go of records that no statement touches any more; their rows tell all that is known of them."""
        families = Families.load()
        stated = {*Death.objects.filter(STANDING, person__in=list(self.own)).values_list("person", flat=True)}
        stated |= {*Protection.objects.filter(STANDING, person__in=list(self.own)).values_list("person", flat=True)}
        for person in persons:
            alone = families.order(families.root(person)) == [person]
            if alone and person not in stated and self.own[person].known_since is not None:
                Record.objects.filter(pk=person).delete()
                self.records.discard(person)
                del self.own[person]
