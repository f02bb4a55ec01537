"""What is done with the prices of services: said, said anew, and ended. Nothing is overwritten.

Each adds a row that supersedes what stood before, and a line of the change log, in one transaction.
"""

from dataclasses import asdict, dataclass
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from kokeilu.access.policy import Actor
from kokeilu.monitoring import goal_actions, writing
from kokeilu.monitoring.goal_models import STANDING
from kokeilu.monitoring.goal_rules import FIRST_DAY, LAST_DAY
from kokeilu.monitoring.models import ServiceCost
from kokeilu.problems import Problem

LONGEST_CODE: Final = 40
FIRST_YEAR, LAST_YEAR = FIRST_DAY.year, LAST_DAY.year
"""The years from which on a price may hold."""


@dataclass(frozen=True)
class NewCost:
    """What a service costs; see models.ServiceCost."""

    service: str
    per: str
    cents: int
    source: str
    illustrative: bool = False
    from_year: int | None = None
    language: str = "fi"


@transaction.atomic
def set_cost(
    area: str, said: NewCost, *, reason: str, replaces: UUID | None = None, actor: Actor | None
) -> ServiceCost:
    """Say what a service costs an area from a year on, or say a price that stands anew (`replaces`, its id).

    Raises PermissionDenied, and Problem where the price cannot be, or the service has one from that year already.
    """
    goal_actions.require_own(actor, area)
    goal_actions.refuse_unknown(area)
    _refuse(said)
    writing.lock(ServiceCost)
    old = None if replaces is None else _standing(replaces)
    if old is not None and (old.area, old.service) != (area, said.service):
        raise Problem(_("the price is of another service"))
    if _of_year(area, said).exclude(pk__in=[replaces] if replaces else []).exists():
        raise Problem(_("the service has a price from this year"), mend=_("change that one"))
    row = ServiceCost(area=area, reason=goal_actions.worded(reason), **asdict(said))
    return goal_actions.put(row, old, actor, asdict(said))


def load_cost(area: str, said: NewCost, *, reason: str, actor: Actor | None) -> bool:
    """Have a service cost this from its year on, whatever stood there; whether that changed anything.

    Raises as `set_cost`.
    """
    old = _of_year(area, said).first()
    if old is not None and asdict(said) == {key: getattr(old, key) for key in asdict(said)}:
        return False
    set_cost(area, said, reason=reason, replaces=old.pk if old else None, actor=actor)
    return True


@transaction.atomic
def end_cost(cost: UUID, *, reason: str, actor: Actor | None) -> None:
    """Say that a price holds no longer, as if it had never been said for its years; it stays on record.

    Raises PermissionDenied, and Problem where it does not stand.
    """
    writing.lock(ServiceCost)
    old = _standing(cost)
    goal_actions.require_own(actor, old.area)
    goal_actions.put_end(old, reason, actor)


def _of_year(area: str, said: NewCost) -> QuerySet[ServiceCost]:
    return ServiceCost.objects.filter(STANDING, area=area, service=said.service, from_year=said.from_year)


def _standing(cost: UUID) -> ServiceCost:
    found = ServiceCost.objects.filter(STANDING, pk=cost).first()
    if found is None:
        raise Problem(goal_actions.gone())
    return found


def _refuse(said: NewCost) -> None:
    known = said.per in ServiceCost.Per.values and 0 < len(said.service) <= LONGEST_CODE
    if not known or said.cents < 0 or not said.source.strip():
        raise Problem(_("this is no price of a service"))
    if said.from_year is not None and not FIRST_YEAR <= said.from_year <= LAST_YEAR:
        raise Problem(
            _("a price is from a year between %(first)d and %(last)d") % {"first": FIRST_YEAR, "last": LAST_YEAR}
        )
