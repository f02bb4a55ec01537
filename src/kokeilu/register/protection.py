"""Protection that extracts take away: everything of a person's residence shows again, so each one is logged."""

from collections.abc import Sequence

from django.db.backends.utils import CursorWrapper

from kokeilu.access.logs import record_change
from kokeilu.access.policy import Actor

# Starts from the few protected rows: who has an unprotected one after them, without another in between.
_LOST = """
    SELECT DISTINCT new.person_id
      FROM register_details old
      JOIN register_details new ON new.person_id = old.person_id AND new.superseded_by_id IS NULL
           AND new.opened_by_id = ANY(%(sources)s::uuid[]) AND new.protected IS NOT TRUE
     WHERE old.protected
       AND (old.superseded_by_id = ANY(%(sources)s::uuid[]) AND old.valid && new.valid
            OR old.superseded_by_id IS NULL AND old.valid << new.valid AND NOT EXISTS (
                SELECT FROM register_details mid
                 WHERE mid.person_id = old.person_id AND mid.superseded_by_id IS NULL
                   AND mid.valid >> old.valid AND mid.valid << new.valid))
     ORDER BY new.person_id
"""


def log_lost(cursor: CursorWrapper, actor: Actor | None, sources: Sequence[str]) -> None:
    """Write a line of the change log for everyone whose address these extracts no longer report as protected."""
    cursor.execute(_LOST, {"sources": list(sources)})
    for (person,) in cursor.fetchall():
        record_change(
            actor, "register.protection_lost", "person", person,
            old={"protected": True}, new={"extract": sources[-1]},
        )  # fmt: skip
