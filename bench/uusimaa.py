"""Uusimaa: an extract of 150 000 job seekers from disk to responsibilities and outbox, against its rows copied bare.

Ours reads and checks the file, stores what it reports, decides about everybody, moves who is in, and queues the
notices, with all constraints in force. The peer is COPY of every row that this left in the database, in
whatever table, into tables of the same columns without an index or a constraint.
"""

import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from django.db import connection

from bench._database import scratch_database
from bench.register import extracts, settle
from bench.report import Row

DAY = date(2021, 3, 1)


@dataclass(frozen=True)
class Taken:
    """Seconds of the import, of the run after it, and of the bare copy of what both wrote; and how much that was."""

    imported: float
    run: float
    bare: float
    people: int
    moved: int
    rows: int

    def row(self, what: str) -> Row:
        """As reported."""
        return Row(
            f"{self.people} people {what}, {self.moved} moved", self.imported + self.run,
            "bare COPY of its rows", self.bare, None,
            f"import {self.imported:.3g} s, run {self.run:.3g} s; {self.rows:,} rows written",
        )  # fmt: skip


def run() -> list[Row]:
    """Into an empty register, and into one that knows the month before."""
    with TemporaryDirectory() as folder:
        before, newest, _ = extracts(Path(folder))
        with scratch_database():
            first = _measure(newest)
        with scratch_database():
            from kokeilu.register.actions import import_extracts

            import_extracts([before])
            following = _measure(newest)
    return [following.row("into a register with history"), first.row("into an empty register")]


def _measure(extract: tuple[Path, date]) -> Taken:
    """Import the extract and run the trial on its first day."""
    from kokeilu.law.definition import shipped
    from kokeilu.register.actions import import_extracts
    from kokeilu.transfer import actions

    definition = shipped("kuntakokeilu")
    actions.ensure_organisations(definition)
    settle()
    with connection.cursor() as cursor:
        cursor.execute("SELECT txid_current()")
        (since,) = cursor.fetchone()
    start = time.perf_counter()
    import_extracts([extract])
    middle = time.perf_counter()
    result = actions.run(definition, DAY)
    end = time.perf_counter()
    bare, rows = _bare(since)
    return Taken(middle - start, end - middle, bare, result.counts.total(), result.counts.total("moved"), rows)


def _bare(since: int) -> tuple[float, int]:
    """Seconds to COPY all rows written since a transaction into tables that have nothing but columns; and how many."""
    seconds, rows = 0.0, 0
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            written = f'SELECT * FROM "{table}" t WHERE t.xmin::text::bigint >= {int(since)}'
            with cursor.copy(f"COPY ({written}) TO STDOUT") as copy:
                content = b"".join(copy)
            if not content:
                continue
            cursor.execute(f'CREATE TABLE bare (LIKE "{table}")')
            start = time.perf_counter()
            with cursor.copy("COPY bare FROM STDIN") as copy:
                copy.write(content)
            seconds += time.perf_counter() - start
            rows += content.count(b"\n")
            cursor.execute("DROP TABLE bare")
    return seconds, rows
