"""A run's decisions, responsibilities and notices into the tables, set by set."""

from collections.abc import Sequence
from datetime import date

import polars as pl
from django.db.backends.utils import CursorWrapper

from kokeilu.register import store
from kokeilu.transfer.models import Message, Run
from kokeilu.transfer.rules import HELD

_HELD_COLUMNS = ("responsibility.id", "person_id", "organisation.key", "lower(valid)")
_HELD = """
    transfer_responsibility responsibility
    JOIN access_organisation organisation ON organisation.id = organisation_id
    WHERE superseded_by_id IS NULL AND valid @> %s::date
"""
_MOVING = """
    CREATE TEMP TABLE moving (
        person uuid, responsibility bigint, goes_to text, pattern bigint, language text, whole boolean
    ) ON COMMIT DROP
"""
_CLOSE = """
    UPDATE transfer_responsibility responsibility
       SET valid = daterange(lower(valid), %s), closed_by_id = %s
      FROM moving WHERE responsibility.id = moving.responsibility AND NOT moving.whole
"""
_SUPERSEDE = """
    UPDATE transfer_responsibility responsibility SET superseded_by_id = %s
      FROM moving WHERE responsibility.id = moving.responsibility AND moving.whole
"""
_OPEN = """
    INSERT INTO transfer_responsibility (person_id, organisation_id, valid, ground, decision_id)
    SELECT moving.person, organisation.id, daterange(%s, NULL), 'decision', decision.id
      FROM moving
      JOIN access_organisation organisation ON organisation.key = moving.goes_to
      JOIN transfer_decision decision ON decision.run_id = %s AND decision.person_id = moving.person
     ORDER BY moving.person -- neighbours in the index one after the other
"""
_NOTIFY = """
    INSERT INTO transfer_notice (decision_id, message_id)
    SELECT decision.id, message.id
      FROM moving
      JOIN access_organisation organisation ON organisation.key = moving.goes_to
      JOIN transfer_message message ON message.run_id = %s AND message.organisation_id = organisation.id
           AND message.pattern = moving.pattern AND message.language = moving.language
      JOIN transfer_decision decision ON decision.run_id = %s AND decision.person_id = moving.person
"""


def held_on(cursor: CursorWrapper, day: date) -> pl.DataFrame:
    """The responsibility of each person that holds on the day (rules.HELD)."""
    columns = {f"{column} AS {name}": dtype for column, (name, dtype) in zip(_HELD_COLUMNS, HELD.items(), strict=True)}
    return store.fetch(cursor, columns, _HELD, [day])


def store_decisions(cursor: CursorWrapper, run: Run, changed: pl.DataFrame) -> None:
    """Store what was decided of each person; `changed` as of rules.changes."""
    store.copy_in(
        cursor, "transfer_decision",
        changed.select(
            "area", "pattern", run_id=pl.lit(str(run.pk)), person_id="person", outcome="decision",
            missing=pl.format("{{{}}}", pl.col("missing").str.replace_all(" ", ",")),
        ),
    )  # fmt: skip
    cursor.execute("ANALYZE transfer_decision")


def move(cursor: CursorWrapper, run: Run, moved: pl.DataFrame, messages: Sequence[Message]) -> None:
    """Close or supersede the old responsibilities of the moved, open the new ones, and note what to tell."""
    Message.objects.bulk_create(messages)
    cursor.execute(_MOVING)
    store.copy_in(cursor, "moving", moved.select("person", "responsibility", "goes_to", "pattern", "language", "whole"))
    cursor.execute("ANALYZE moving")
    cursor.execute(_CLOSE, [run.on, run.pk])
    cursor.execute(_SUPERSEDE, [run.pk])
    cursor.execute(_OPEN, [run.on, run.pk])
    cursor.execute(_NOTIFY, [run.pk, run.pk])
    cursor.execute("DROP TABLE moving")
    cursor.execute("ANALYZE transfer_responsibility")


def check(cursor: CursorWrapper) -> None:
    """Have the database check now what it would check at the end of the transaction."""
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    cursor.execute("SET CONSTRAINTS ALL DEFERRED")
