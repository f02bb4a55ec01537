"""Who is to be told of a change, and which notices it takes the place of.

After every change of the responsible organisation the outbox is made to agree with it: whoever was last told of another
organisation than today's has one notice that has not gone, and it names today's; whoever was told of today's has none.
What had not gone before is cancelled: a later notice supersedes it, or, where the person was never told of the change
that is gone, it is withdrawn. What was sent stays, and the later notice says that it takes its place.
"""

from collections.abc import Sequence
from typing import Any

import polars as pl
from django.conf import settings
from django.db.backends.utils import CursorWrapper

from kokeilu.access import logs
from kokeilu.access.models import Organisation
from kokeilu.access.policy import Actor
from kokeilu.law.definition import shipped
from kokeilu.register import store
from kokeilu.transfer import notices, outbox
from kokeilu.transfer.models import Message, Run
from kokeilu.transfer.notices_reasons import Trials
from kokeilu.transfer.outbox_models import UNSENT
from kokeilu.transfer.rules import STATE

# What each was told last, by any channel, and whether the letter went too: an e-mail only says that one comes.
_TOLD = """
    CREATE TEMP TABLE told ON COMMIT DROP AS
    SELECT DISTINCT ON (sent.person) sent.person, message.organisation_id AS organisation, sent.day, sent.whole,
           undone.id IS NOT NULL AS undone
      FROM (SELECT notice.person_id AS person, notice.id, notice.run_id, notice.message_id,
                   (max(delivery.sent_at) AT TIME ZONE %(zone)s)::date AS day, bool_or(channel <> 'email') AS whole
              FROM changed
              JOIN transfer_notice notice ON notice.person_id = changed.person
              JOIN transfer_delivery delivery ON delivery.notice_id = notice.id AND delivery.state = 'sent'
             GROUP BY notice.id) sent
      JOIN transfer_message message ON message.id = sent.message_id
      LEFT JOIN transfer_run undone ON undone.undoes_id = sent.run_id
     ORDER BY sent.person, sent.id DESC
"""
# Whoever was told nothing knows the state, where all job seekers register.
_DUE = f"""
    CREATE TEMP TABLE due ON COMMIT DROP AS
    SELECT changed.person, details.service_language, told.day AS replaces, coalesce(told.undone, false) AS undone
      FROM changed
      JOIN transfer_responsibility held ON held.person_id = changed.person
           AND held.superseded_by_id IS NULL AND upper_inf(held.valid)
      LEFT JOIN told ON told.person = changed.person
      LEFT JOIN register_details details ON details.person_id = changed.person
           AND details.superseded_by_id IS NULL AND upper_inf(details.valid)
     WHERE held.organisation_id IS DISTINCT FROM coalesce(
               told.organisation, (SELECT id FROM access_organisation WHERE key = '{STATE}'))
        OR told.whole IS FALSE
"""
_CANCEL = """
    WITH cancelled AS (
        UPDATE transfer_delivery delivery
           SET state = 'cancelled', next_try = NULL, changed_at = now(),
               fault = CASE WHEN notice.run_id = %(undone)s THEN 'undone'
                            WHEN due.person IS NULL THEN 'withdrawn' ELSE 'superseded' END
          FROM changed
          JOIN transfer_notice notice ON notice.person_id = changed.person
          LEFT JOIN due ON due.person = changed.person
         WHERE delivery.notice_id = notice.id AND delivery.state = ANY(%(unsent)s)
        RETURNING notice_id, fault
    ), marked AS (
        UPDATE transfer_notice SET superseded_by_id = %(run)s WHERE id IN (SELECT notice_id FROM cancelled)
    )
    SELECT fault, count(*) FROM cancelled GROUP BY fault ORDER BY fault
"""
_DUE_COLUMNS = {
    "person": pl.String(), "service_language": pl.String(), "replaces": pl.Date(), "undone": pl.Boolean(),
}  # fmt: skip
_NOTIFY = """
    INSERT INTO transfer_notice (run_id, person_id, message_id, came_from_id)
    SELECT %s, telling.person, telling.message, organisation.id
      FROM telling LEFT JOIN access_organisation organisation ON organisation.key = telling.came_from
     ORDER BY telling.person
"""


def tell(
    cursor: CursorWrapper, run: Run, changed: pl.DataFrame, trials: Trials = shipped, *, actor: Actor | None = None
) -> int:
    """Note what people are to be told of a run that changed who is responsible for them; returns how many are told.

    `changed` (notices.CHANGED) has everybody whose organisation of today the run changed, and the responsibilities are
    written already. In the run's transaction. Problem: as notices.compose.
    """
    cursor.execute("CREATE TEMP TABLE changed (person uuid) ON COMMIT DROP")
    store.copy_in(cursor, "changed", changed.select("person"))
    cursor.execute("ANALYZE changed")
    cursor.execute(_TOLD, {"zone": settings.TIME_ZONE})
    cursor.execute("ANALYZE told")
    cursor.execute(_DUE)
    cursor.execute("ANALYZE due")
    _cancel_earlier(cursor, run, actor)
    due = store.fetch(cursor, _DUE_COLUMNS, "due")
    cursor.execute("DROP TABLE changed, told, due")
    if due.is_empty():
        return 0
    told = changed.join(due, on="person").with_columns(language=notices.language_of(pl.col("service_language")))
    _store(cursor, run, *notices.compose(run, told, _organisations(told), trials))
    outbox.fill(run)
    return len(told)


def _cancel_earlier(cursor: CursorWrapper, run: Run, actor: Actor | None) -> None:
    values: dict[str, Any] = {"run": run.pk, "undone": run.undoes_id, "unsent": list(UNSENT)}
    cursor.execute(_CANCEL, values)
    if cancelled := dict(cursor.fetchall()):
        logs.record_change(actor, "transfer.cancel_notices", "transfer_run", run.pk, new={"cancelled": cancelled})


def _organisations(told: pl.DataFrame) -> dict[str, Organisation]:
    return {each.key: each for each in Organisation.objects.filter(key__in=told["goes_to"].unique().to_list())}


def _store(cursor: CursorWrapper, run: Run, messages: Sequence[Message], told: pl.DataFrame) -> None:
    made = pl.Series([each.pk for each in Message.objects.bulk_create(messages)], dtype=pl.Int64)
    telling = told.select("person", "came_from", message=made.gather(told["number"]))
    cursor.execute("CREATE TEMP TABLE telling (person uuid, came_from text, message bigint) ON COMMIT DROP")
    store.copy_in(cursor, "telling", telling)
    cursor.execute("ANALYZE telling")
    cursor.execute(_NOTIFY, [run.pk])
    cursor.execute("DROP TABLE telling")
