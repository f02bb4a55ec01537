"""Transfer's part in statements on identities: who is responsible follows who is whom.

Afterwards the responsibilities of each person touched cover exactly the days on which the person is known, as the
database demands: what lies outside is superseded and written again as far as it lies inside; what is missing comes from
what an earlier statement, revoked now, had taken; else from the record that is merged; else the state is responsible.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.backends.utils import CursorWrapper
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from kokeilu import clock
from kokeilu.register.models import Death, Union
from kokeilu.register.parts import Change, Text, describes_person, follows_identity
from kokeilu.transfer import dependants, rules, united
from kokeilu.transfer.intake import state_id
from kokeilu.transfer.models import Run
from kokeilu.transfer.outbox_models import UNSENT, Delivery, Fault, State
from kokeilu.transfer.queries import responsible
from kokeilu.web import formats

_KNOWN = "daterange(person.known_since, person.known_until)"
_UNFIT = f"""
    SELECT EXISTS (
        SELECT FROM register_person person
          LEFT JOIN transfer_responsibility held ON held.person_id = person.id AND held.superseded_by_id IS NULL
         WHERE person.id = ANY(%(persons)s::uuid[])
         GROUP BY person.id
        HAVING coalesce(range_agg(held.valid), '{{}}') <> datemultirange({_KNOWN})
    )
"""
_SUPERSEDE = f"""
    UPDATE transfer_responsibility held SET superseded_by_id = %(run)s
      FROM register_person person
     WHERE person.id = held.person_id AND person.id = ANY(%(persons)s::uuid[])
       AND held.superseded_by_id IS NULL AND NOT held.valid <@ {_KNOWN}
"""
_COLUMNS = "person_id, organisation_id, valid, ground, decision_id, opened_by_id, closed_by_id, restored_by_id"
# The days of a person on which nobody is responsible now.
_GAPS = f"""
    gaps AS (
        SELECT person.id AS person, datemultirange({_KNOWN}) - coalesce(range_agg(held.valid), '{{}}') AS free
          FROM register_person person
          LEFT JOIN transfer_responsibility held ON held.person_id = person.id AND held.superseded_by_id IS NULL
         WHERE person.id = ANY(%(persons)s::uuid[])
         GROUP BY person.id
    )
"""
# What was superseded by a run, written again for the days on which nobody is responsible.
_RESTORE = f"""
    WITH {_GAPS}
    INSERT INTO transfer_responsibility ({_COLUMNS})
    SELECT person_id, organisation_id, days, ground, decision_id, opened_by_id,
           CASE WHEN upper_inf(days) THEN NULL ELSE coalesce(closed_by_id, %(run)s) END, %(run)s
      FROM transfer_responsibility old
      JOIN gaps ON gaps.person = old.person_id
     CROSS JOIN LATERAL unnest(gaps.free * datemultirange(old.valid)) AS days
     WHERE old.superseded_by_id = %(by)s
     ORDER BY person_id, days
"""
_TAKE_OVER = f"""
    WITH {_GAPS}
    INSERT INTO transfer_responsibility ({_COLUMNS})
    SELECT gaps.person, organisation_id, days, 'identity', NULL, %(run)s,
           CASE WHEN upper_inf(days) THEN NULL ELSE %(run)s END, NULL
      FROM transfer_responsibility old
     CROSS JOIN gaps CROSS JOIN LATERAL unnest(gaps.free * datemultirange(old.valid)) AS days
     WHERE old.superseded_by_id = %(run)s AND old.person_id = %(merged)s AND gaps.person = %(kept)s
     ORDER BY days
"""
_GIVE_TO_STATE = f"""
    WITH {_GAPS}
    INSERT INTO transfer_responsibility ({_COLUMNS})
    SELECT gaps.person, %(state)s, days, 'intake', NULL, NULL,
           CASE WHEN upper_inf(days) THEN NULL ELSE %(run)s END, %(run)s
      FROM gaps CROSS JOIN LATERAL unnest(gaps.free) AS days
     ORDER BY gaps.person, days
"""
_CARRIED = """
    CREATE TEMP TABLE carried ON COMMIT DROP AS
    SELECT old.id AS old, new.id AS new, old.valid * new.valid AS days
      FROM transfer_responsibility old
      JOIN transfer_responsibility new ON new.person_id = old.person_id AND new.organisation_id = old.organisation_id
           AND new.restored_by_id = %(run)s AND new.superseded_by_id IS NULL AND new.valid && old.valid
     WHERE old.superseded_by_id = ANY(%(taken)s::uuid[])
"""


@follows_identity
def follow(cursor: CursorWrapper, change: Change) -> Sequence[Text]:
    """Fit the responsibilities of the persons whom a statement touches to their days; to the dead nothing is sent."""
    notes = _cancel_notices(change.kept) if isinstance(change.statement, Death) and not change.revoked else []
    persons = [str(person) for person in change.persons]
    cursor.execute(_UNFIT, {"persons": persons})
    if not cursor.fetchone()[0]:
        return notes
    before = Run.objects.filter(extract=change.statement.made).first() if change.revoked else None
    run = Run.objects.create(
        kind=Run.Kind.IDENTITY, trial="", version=change.source.as_of, definition_sha256="", on=change.source.as_of,
        extract=change.source, started_by=change.source.imported_by, counts=rules.Counts().to_json(),
    )  # fmt: skip
    values: dict[str, Any] = {
        "persons": persons,
        "run": run.pk,
        "state": state_id(),
        "kept": change.kept,
        "merged": change.merged,
    }
    cursor.execute(_SUPERSEDE, values)
    cursor.execute(_RESTORE, values | {"by": run.pk})
    if before:
        cursor.execute(_RESTORE, values | {"by": before.pk})
    if isinstance(change.statement, Union) and not change.revoked:
        cursor.execute(_TAKE_OVER, values)
    cursor.execute(_GIVE_TO_STATE, values)
    cursor.execute(_CARRIED, values | {"taken": [str(each.pk) for each in (run, before) if each]})
    dependants.carry_over(cursor)
    cursor.execute("DROP TABLE carried")
    return _since(change) if isinstance(change.statement, Union) and change.revoked else notes


def _cancel_notices(person: UUID) -> list[Text]:
    """Cancel what has not been sent; a death recorded by mistake does not send it again, a person does."""
    waiting = Delivery.objects.filter(notice__person=person, state__in=UNSENT)
    cancelled = waiting.update(state=State.CANCELLED, fault=Fault.DECEASED, next_try=None, changed_at=Now())
    if not cancelled:
        return []
    told = ngettext("%(number)s unsent notice was cancelled.", "%(number)s unsent notices were cancelled.", cancelled)
    return [told % {"number": formats.number(cancelled)}]


def _since(change: Change) -> list[Text]:
    """What was decided while two records were one stays with the record that was kept: nobody can tell whose it was."""
    given = united.given([change.kept], change.statement.recorded_at)
    told = _("%(organisation)s became responsible on %(day)s, while the records were one: it stays with the kept one.")
    notes: list[Text] = [
        told % {"organisation": each.organisation.name, "day": formats.day(each.valid.lower)} for each in given
    ]
    return [*notes, _("It waits under Transfer, Records told apart, until somebody has looked at it.")] if notes else []


@describes_person
def described(person: UUID) -> list[tuple[Text, Text]]:
    """Who is responsible for a record's person today."""
    held = responsible(person, clock.today())
    label = gettext_lazy("Responsible organisation")
    if held is None:
        return [(label, "–")]
    since = _("%(organisation)s, since %(day)s") % {
        "organisation": held.organisation.name, "day": formats.day(held.valid.lower),
    }  # fmt: skip
    return [(label, since)]
