"""Casework's part in statements on identities.

Assignments follow their responsibilities by themselves (`undoing.carry_over`). What is left: where the kept record has
nobody, the merged record's worker goes on with the person, if the same organisation is responsible.
"""

from collections.abc import Sequence
from uuid import UUID

from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext_lazy as _

from kokeilu import clock
from kokeilu.casework.models import Assignment
from kokeilu.casework.rules import Reason
from kokeilu.register.models import Union
from kokeilu.register.parts import Change, Text, describes_person, follows_identity

_GOES_ON = """
    INSERT INTO casework_assignment (person_id, responsibility_id, worker_id, organisation_id, valid, reasons)
    SELECT held.person_id, held.id, assignment.worker_id, held.organisation_id,
           assignment.valid * held.valid * daterange(%(today)s, NULL), ARRAY[%(reason)s]
      FROM casework_assignment assignment
      JOIN transfer_responsibility old ON old.id = assignment.responsibility_id AND old.valid @> %(today)s::date
      JOIN transfer_run run ON run.id = old.superseded_by_id AND run.extract_id = %(source)s
      JOIN transfer_responsibility held ON held.person_id = %(kept)s AND held.superseded_by_id IS NULL
           AND held.organisation_id = assignment.organisation_id AND held.valid @> %(today)s::date
     WHERE assignment.person_id = %(merged)s AND assignment.valid @> %(today)s::date
       AND NOT EXISTS (SELECT FROM casework_assignment other
                        WHERE other.responsibility_id = held.id AND other.valid && daterange(%(today)s, NULL))
     ORDER BY assignment.id DESC LIMIT 1
"""
# What the kept record got so ends with the union: it was the other one's.
_ENDS = """
    UPDATE casework_assignment SET valid = valid * daterange(NULL, %(today)s)
     WHERE person_id = %(kept)s AND reasons = ARRAY[%(reason)s] AND valid @> %(today)s::date
       AND worker_id IN (SELECT worker_id FROM casework_assignment WHERE person_id = %(merged)s)
"""


@follows_identity
def follow(cursor: CursorWrapper, change: Change) -> Sequence[Text]:
    """Keep the worker of the merged record with the person, and give them back."""
    if isinstance(change.statement, Union):
        values = {
            "kept": change.kept, "merged": change.merged, "today": clock.today(), "reason": Reason.UNITED.value,
            "source": change.source.pk,
        }  # fmt: skip
        cursor.execute(_ENDS if change.revoked else _GOES_ON, values)
    return []


@describes_person
def described(person: UUID) -> list[tuple[Text, Text]]:
    """The responsible worker of a record's person today."""
    held = Assignment.objects.on(clock.today()).filter(person=person).select_related("worker__membership__user").first()
    return [(_("Responsible worker"), held.worker.membership.user.name if held else _("None"))]
