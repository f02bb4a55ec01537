"""The ground `request`: the state's office may see the people about whom it has an open request, by the pages of
requests alone. It ends with the day on which the request is over, so that who comes late is told how it stands."""

from collections.abc import Collection, Mapping
from uuid import UUID

from django.db.models import Q

from kokeilu import clock
from kokeilu.access import policy
from kokeilu.access.models import Organisation
from kokeilu.access.policy import Actor
from kokeilu.services import operations, rules
from kokeilu.services.models import Request

REQUESTED = "request"


def requested(actor: Actor, persons: Collection[UUID]) -> Mapping[UUID, str]:
    """Those of the persons about whom the state's office has a request, where the actor works there."""
    if actor.organisation.kind != Organisation.Kind.STATE:
        return {}
    asked = Request.objects.filter(Q(state__in=rules.OPEN) | Q(since__gte=clock.today()), person__in=list(persons))
    return dict.fromkeys(asked.values_list("person", flat=True), REQUESTED)


policy.register_ground(requested, only=(operations.REQUEST, operations.HANDLE))
