"""Panel: reading the register against PostgreSQL's own binary COPY of the same rows.

The peer is `COPY ... TO STDOUT (FORMAT binary)` of the same columns of the same rows, pseudonyms included, through
psycopg and thrown away. Ours ends with frames that are decoded, joined to pseudonyms and typed. Three months of
Uusimaa. Beside it, without a budget: a whole build, the build that adds a month, and what somebody who looks up one
person after the other feels of a build that runs at the same time.
"""

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from django.db import connection

from bench._database import NAME, scratch_database
from bench.register import extracts
from bench.report import Row, seconds

BUDGET = 1.0
LOOK_UP = """
    SELECT * FROM register_situation AS s JOIN register_details AS d USING (person_id)
    WHERE person_id = %s AND s.superseded_by_id IS NULL AND d.superseded_by_id IS NULL"""


def run() -> list[Row]:
    """Read, build, add a month; and a person's look-ups beside a build."""
    with TemporaryDirectory() as folder, scratch_database():
        from kokeilu.panel import queries
        from kokeilu.panel.build import build
        from kokeilu.register.actions import import_extracts

        *earlier, newest = extracts(Path(folder))
        import_extracts(earlier)
        panel = Path(folder) / "panel"
        build(panel)
        import_extracts([newest])
        _settle()
        rows = [_reading(queries)]
        started = time.perf_counter()
        built = build(panel)
        made = built.manifest
        added = time.perf_counter() - started
        at_once = seconds(lambda: build(Path(folder) / str(time.perf_counter_ns())))
        copied = seconds(lambda: _copied(queries))
        what = f"{made.persons} people, {made.spells} spells, {made.person_months} person-months"
        rows.append(Row(f"build from nothing: {what}", at_once, "binary COPY", copied, None))
        note = f"{built.computed} people computed anew; with three months most of them are new or moved to an area"
        rows.append(Row("build that adds the third month", added, "build from nothing", at_once, None, note))
        rows.append(_beside(Path(folder) / "beside"))
    return rows


def _reading(queries: Any) -> Row:
    read = seconds(queries.read, repeat=5)
    copied = seconds(lambda: _copied(queries), repeat=5)
    return Row(f"{_rows(queries)} rows read as frames", read, "binary COPY to nowhere", copied, BUDGET)


def _tables(queries: Any) -> list[Any]:
    return [queries.SITUATIONS, queries.DETAILS, queries.READINGS, queries.RESPONSIBILITIES]


def _rows(queries: Any) -> int:
    counted = " + ".join(f"(SELECT count(*) FROM {table.name} WHERE {table.where})" for table in _tables(queries))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {counted}")
        return int(cursor.fetchone()[0])


def _copied(queries: Any) -> None:
    """The same columns of the same rows, by binary COPY."""
    selected = [
        f"SELECT {', '.join(sql for _, sql in table.columns.values())} FROM {table.source} WHERE {table.where}"
        for table in _tables(queries)
    ]
    selected.append(
        "SELECT told.person, told.pseudonym, record.sex"
        " FROM panel_pseudonyms((SELECT array_agg(id) FROM register_person)) AS told"
        " JOIN register_person AS record ON record.id = told.person"
    )
    with queries.snapshot(), connection.cursor() as cursor:
        for query in selected:
            with cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT binary)") as copy:
                for _ in copy:
                    pass


def _beside(out: Path) -> Row:
    """The time of a look-up while another process builds a panel, and without."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM register_person ORDER BY id")
        people = [row[0] for row in cursor.fetchall()]
    alone = _look_ups(people, lambda done: done < 2000)
    environment = {**os.environ, "KOKEILU_DATABASE": NAME}
    building = subprocess.Popen(
        [sys.executable, "-m", "kokeilu", "panel", "build", "--out", str(out)], env=environment,
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    beside = _look_ups(people, lambda _: building.poll() is None)
    if building.returncode:
        raise RuntimeError("the panel beside was not built")
    note = f"{len(beside)} look-ups, half within {np.median(beside):.2g} ms; without a build {np.median(alone):.2g} ms"
    return Row(
        "a person's facts while a panel is built, 95 % within", float(np.quantile(beside, 0.95)),
        "without a build", float(np.quantile(alone, 0.95)), None, note, "ms",
    )  # fmt: skip


def _look_ups(people: list[Any], goes_on: Callable[[int], bool]) -> list[float]:
    """Milliseconds of one look-up after the other, a little apart, as pages make them."""
    draw, taken = random.Random(1), []  # noqa: S311
    with connection.cursor() as cursor:
        while goes_on(len(taken)):
            since = time.perf_counter()
            cursor.execute(LOOK_UP, [draw.choice(people)])
            cursor.fetchall()
            taken.append((time.perf_counter() - since) * 1000)
            time.sleep(0.002)
    return taken


def _settle() -> None:
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")
