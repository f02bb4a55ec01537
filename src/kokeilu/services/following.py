"""What becomes of requests where a person turns out to be another, has died, or where responsibilities are undone."""

from collections.abc import Sequence

from django.db.backends.utils import CursorWrapper
from django.utils.translation import ngettext

from kokeilu.register.models import Death, Union
from kokeilu.register.parts import Change, Text, follows_identity
from kokeilu.services import rules
from kokeilu.services.models import Event, Request
from kokeilu.transfer.dependants import Dependence, depends_on_responsibility
from kokeilu.transfer.models import Run
from kokeilu.web import formats

REQUESTS = "requests"

_HAND_OVER = "UPDATE services_request SET person_id = %(kept)s WHERE person_id = %(merged)s"
# Back go those that were asked under a record that is the merged one's again.
_HAND_BACK = """
    WITH RECURSIVE records (record) AS (
        SELECT %(merged)s::uuid
        UNION
        SELECT united.merged_id FROM records
          JOIN register_union united ON united.kept_id = records.record AND united.revoked_at IS NULL
    )
    UPDATE services_request request SET person_id = %(merged)s
      FROM transfer_responsibility held
     WHERE request.person_id = %(kept)s AND held.id = request.responsibility_id
       AND held.person_id IN (SELECT record FROM records)
"""
_OPEN = """
    SELECT count(*) FROM services_request request
      JOIN undoing ON undoing.responsibility = request.responsibility_id
     WHERE request.state = ANY(%(open)s)
"""


@follows_identity
def follow(cursor: CursorWrapper, change: Change) -> Sequence[Text]:
    """Requests go with the record under which the person is kept, and back where a union is revoked."""
    if isinstance(change.statement, Union):
        values = {"kept": change.kept, "merged": change.merged}
        if not change.revoked:
            cursor.execute(_HAND_OVER, values)
            return []
        cursor.execute(_HAND_BACK, values)
        return _asked_as_one(change)
    if isinstance(change.statement, Death) and not change.revoked:
        return _of_the_dead(change)
    return []


def _asked_as_one(change: Change) -> Sequence[Text]:
    sent = Event.objects.filter(step=rules.Step.SEND, request__person=change.kept)
    asked = sent.filter(at__gte=change.statement.recorded_at).count()
    if not asked:
        return []
    told = ngettext(
        "%(number)s request to the state was sent while the records were one: it stays with the kept one.",
        "%(number)s requests to the state were sent while the records were one: they stay with the kept one.",
        asked,
    )
    return [told % {"number": formats.number(asked)}]


def _of_the_dead(change: Change) -> Sequence[Text]:
    waiting = Request.objects.filter(person=change.kept, state__in=rules.OPEN).count()
    if not waiting:
        return []
    told = ngettext(
        "%(number)s request to the state about the person is open: close it.",
        "%(number)s requests to the state about the person are open: close them.",
        waiting,
    )
    return [told % {"number": formats.number(waiting)}]


@depends_on_responsibility
def requests(cursor: CursorWrapper, run: Run) -> Dependence | None:
    """The open requests of those whom a run gave to an area: they stay in the queue, and whoever is responsible then
    gets the answer."""
    cursor.execute(_OPEN, {"open": [state.value for state in rules.OPEN]})
    number = int(cursor.fetchone()[0])
    if not number:
        return None
    text = ngettext(
        "%(number)s request to the state is open.", "%(number)s requests to the state are open.", number
    ) % {"number": formats.number(number)}
    return Dependence(REQUESTS, text, may_lapse=True)
