"""A run's decisions and responsibilities into the tables, set by set."""

import polars as pl
from django.db.backends.utils import CursorWrapper

from kokeilu.register import store
from kokeilu.transfer.models import Run

MANY = 10_000  # rows after which the planner is told: a nightly run's few change nothing for it
_MOVING = """
    CREATE TEMP TABLE moving (
        person uuid, responsibility bigint, goes_to text, day date, whole boolean
    ) ON COMMIT DROP
"""
_CLOSE = """
    UPDATE transfer_responsibility responsibility
       SET valid = daterange(lower(valid), moving.day), closed_by_id = %s
      FROM moving WHERE responsibility.id = moving.responsibility AND NOT moving.whole
"""
_SUPERSEDE = """
    UPDATE transfer_responsibility responsibility SET superseded_by_id = %s
      FROM moving WHERE responsibility.id = moving.responsibility AND moving.whole
"""
_OPEN = """
    INSERT INTO transfer_responsibility (person_id, organisation_id, valid, ground, decision_id)
    SELECT moving.person, organisation.id, daterange(moving.day, NULL), 'decision', decision.id
      FROM moving
      JOIN access_organisation organisation ON organisation.key = moving.goes_to
      JOIN transfer_decision decision ON decision.run_id = %s AND decision.person_id = moving.person
     ORDER BY moving.person -- neighbours in the index one after the other
"""
_OPEN_WITHOUT_DECISION = """
    INSERT INTO transfer_responsibility (person_id, organisation_id, valid, ground, opened_by_id)
    SELECT moving.person, organisation.id, daterange(moving.day, NULL), %s, %s
      FROM moving
      JOIN access_organisation organisation ON organisation.key = moving.goes_to
     ORDER BY moving.person
"""


def store_decisions(cursor: CursorWrapper, run: Run, changed: pl.DataFrame) -> None:
    """Store what was decided of each person; `changed` as of rules.changes."""
    store.copy_in(
        cursor, "transfer_decision",
        changed.select(
            "area", "pattern", run_id=pl.lit(str(run.pk)), person_id="person", outcome="decision",
            missing=pl.format("{{{}}}", pl.col("missing").str.replace_all(" ", ",")),
        ),
    )  # fmt: skip
    if len(changed) > MANY:
        cursor.execute("ANALYZE transfer_decision")


def move(cursor: CursorWrapper, run: Run, moved: pl.DataFrame) -> None:
    """Close or supersede the old responsibilities of the moved, and open the new ones by their decisions. `moved` as of
    rules.moving_days."""
    _end_old(cursor, run, moved.select("person", "responsibility", "goes_to", "day", "whole"))
    cursor.execute(_OPEN, [run.pk])
    _done(cursor, moved)


def move_without_decision(cursor: CursorWrapper, run: Run, moved: pl.DataFrame, ground: str) -> None:
    """Close or supersede the old responsibilities, and open the new ones on a ground that is no decision of the law.

    `moved` has person, responsibility, goes_to, day and whole.
    """
    _end_old(cursor, run, moved.select("person", "responsibility", "goes_to", "day", "whole"))
    cursor.execute(_OPEN_WITHOUT_DECISION, [ground, run.pk])
    _done(cursor, moved)


def _end_old(cursor: CursorWrapper, run: Run, moving: pl.DataFrame) -> None:
    cursor.execute(_MOVING)
    store.copy_in(cursor, "moving", moving)
    cursor.execute("ANALYZE moving")
    cursor.execute(_CLOSE, [run.pk])
    cursor.execute(_SUPERSEDE, [run.pk])


def _done(cursor: CursorWrapper, moved: pl.DataFrame) -> None:
    cursor.execute("DROP TABLE moving")
    if len(moved) > MANY:
        cursor.execute("ANALYZE transfer_responsibility")


def check(cursor: CursorWrapper) -> None:
    """Have the database check now what it would check at the end of the transaction."""
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    cursor.execute("SET CONSTRAINTS ALL DEFERRED")
