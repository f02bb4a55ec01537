"""The grounds of the room: an organisation may see the people for whom it is responsible today, and open the letter of
a change that it gave a person away by or took them over by."""

from collections.abc import Collection, Mapping
from uuid import UUID

from django.db.models import Q

from kokeilu import clock
from kokeilu.access import policy
from kokeilu.access.models import Organisation
from kokeilu.access.policy import Actor
from kokeilu.transfer.models import Notice, Responsibility
from kokeilu.transfer.operations import LETTER

RESPONSIBLE, TOOK_PART = "responsible", "took_part"


@policy.register_ground
def responsible(actor: Actor, persons: Collection[UUID]) -> Mapping[UUID, str]:
    """Those of the persons for whom the actor's organisation is responsible today."""
    covered = Responsibility.objects.on(clock.today()).filter(organisation=actor.organisation, person__in=list(persons))
    return dict.fromkeys(covered.values_list("person", flat=True), RESPONSIBLE)


def part_of(organisation: Organisation) -> Q:
    """The notices of changes from or to an organisation."""
    return Q(came_from=organisation) | Q(message__organisation=organisation)


def took_part(actor: Actor, persons: Collection[UUID]) -> Mapping[UUID, str]:
    """Those of the persons whom a change took from the actor's organisation or gave to it."""
    found = Notice.objects.filter(part_of(actor.organisation), person__in=list(persons))
    return dict.fromkeys(found.values_list("person", flat=True), TOOK_PART)


# It opens the letters of those changes and nothing else; the page asks for which.
policy.register_ground(took_part, only=[LETTER])
