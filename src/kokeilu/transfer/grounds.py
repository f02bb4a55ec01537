"""The ground `responsible`: an organisation may see the people for whom it is responsible today."""

from collections.abc import Collection, Mapping
from uuid import UUID

from kokeilu import clock
from kokeilu.access import policy
from kokeilu.access.policy import Actor
from kokeilu.transfer.models import Responsibility

RESPONSIBLE = "responsible"


@policy.register_ground
def responsible(actor: Actor, persons: Collection[UUID]) -> Mapping[UUID, str]:
    """Those of the persons for whom the actor's organisation is responsible today."""
    covered = Responsibility.objects.on(clock.today()).filter(organisation=actor.organisation, person__in=list(persons))
    return dict.fromkeys(covered.values_list("person", flat=True), RESPONSIBLE)
