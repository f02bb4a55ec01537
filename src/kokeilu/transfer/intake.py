"""New job seekers register with the state: it is responsible for them from the first day they are known."""

from datetime import date
from uuid import UUID

from django.db.backends.utils import CursorWrapper

from kokeilu.access.models import Organisation
from kokeilu.register import store
from kokeilu.register.intake import on_new_persons
from kokeilu.transfer.models import Responsibility
from kokeilu.transfer.rules import STATE

STATE_NAMES = {
    "name_fi": "TE-toimisto",
    "name_sv": "Arbets- och näringsbyrån",
    "name_en": "Employment and Economic Development Office",
}

# Nobody is responsible on the first day for who is new, and for who turns out to be known longer than before. Records
# without days (united with another, or never reported) need nobody.
_GIVE_TO_STATE = """
    INSERT INTO transfer_responsibility (person_id, organisation_id, valid, ground)
    SELECT person.id, %s, daterange(person.known_since, coalesce(min(lower(later.valid)), person.known_until)), 'intake'
      FROM register_person person
      LEFT JOIN transfer_responsibility later ON later.person_id = person.id AND later.superseded_by_id IS NULL
     WHERE person.known_until IS NULL OR person.known_until > person.known_since
     GROUP BY person.id
    HAVING min(lower(later.valid)) IS NULL OR min(lower(later.valid)) > person.known_since
     ORDER BY person.id -- as a run goes through them: neighbours in the index one after the other
"""


@on_new_persons
def give_to_state(cursor: CursorWrapper, as_of: date) -> None:
    """Make the state responsible for everybody from `known_since` until the day from which somebody else is."""
    state = state_id()
    if Responsibility.objects.exists():
        cursor.execute(_GIVE_TO_STATE, [state])
    else:
        with store.built_afterwards([Responsibility._meta.db_table]):
            cursor.execute(_GIVE_TO_STATE, [state])


def state_id() -> UUID:
    """The state's employment service, made where it is missing."""
    state, _ = Organisation.objects.get_or_create(key=STATE, defaults={"kind": Organisation.Kind.STATE, **STATE_NAMES})
    return state.pk
