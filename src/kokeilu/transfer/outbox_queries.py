"""How far the notices of a run are, whose letters are delivered by hand, and what a person has been told."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from kokeilu.access.models import Organisation
from kokeilu.register.models import Details
from kokeilu.register.queries import current, finnish_key
from kokeilu.transfer.models import Run
from kokeilu.transfer.outbox_models import Channel, Delivery, Fault, State

# In the order in which a delivery goes through them.
STATES = ("waiting", "sending", "sent", "failed", "given_up", "withheld", "cancelled")


@dataclass(frozen=True)
class FaultCount:
    """How many deliveries of a channel are in a state for a reason; `reply` is the mail server's code."""

    channel: str
    state: str
    fault: str
    reply: int | None
    deliveries: int


def deliveries_of(run: Run, organisation: Organisation | None = None) -> QuerySet[Delivery]:
    """The deliveries of a run's notices, of those to one new organisation's people where it is given."""
    found = Delivery.objects.filter(notice__run=run)
    return found.filter(notice__message__organisation=organisation) if organisation else found


def counts_by_state(run: Run, organisation: Organisation | None = None) -> dict[Channel, dict[str, int]]:
    """How many deliveries are in each state, for the channels that have any."""
    found: dict[Channel, dict[str, int]] = defaultdict(lambda: dict.fromkeys(STATES, 0))
    rows = deliveries_of(run, organisation).values_list("channel", "state").annotate(deliveries=Count("pk"))
    for channel, state, deliveries in rows.order_by("channel", "state"):
        found[Channel(channel)][state] = deliveries
    return {channel: found[channel] for channel in Channel if channel in found}


def counts_by_fault(run: Run, organisation: Organisation | None = None) -> list[FaultCount]:
    """Why deliveries have not gone, most first."""
    rows = (
        deliveries_of(run, organisation)
        .filter(fault__isnull=False)
        .exclude(state=State.SENT)
        .values_list("channel", "state", "fault", "reply")
        .annotate(deliveries=Count("pk"))
        .order_by("-deliveries", "channel", "state", "fault", "reply")
    )
    return [
        FaultCount(str(Channel(channel).label), str(State(state).label), str(Fault(fault).label), reply, deliveries)
        for channel, state, fault, reply, deliveries in rows
    ]


def by_hand(run: Run, organisation: Organisation) -> QuerySet[Details]:
    """The people of an organisation whose letters are to be delivered by hand, by name."""
    named = current(Details).filter(person__in=_held(run, organisation).values("notice__person"))
    return named.order_by(finnish_key("family_name"), finnish_key("given_names"), "person")


def why_by_hand(run: Run, organisation: Organisation, persons: Sequence[UUID]) -> dict[UUID, str]:
    """Why each of these people's letters goes by hand."""
    held = _held(run, organisation).filter(notice__person__in=persons)
    rows = held.values_list("notice__person", "fault")
    return {person: str(Fault(fault).label) for person, fault in rows if fault}


def _held(run: Run, organisation: Organisation) -> QuerySet[Delivery]:
    return deliveries_of(run, organisation).filter(channel=Channel.LETTER, state=State.WITHHELD)


@dataclass(frozen=True)
class Waiting:
    """A run with letters that have not gone: how many are to be written, and written and to be posted."""

    run: UUID
    on: date
    kind: str
    trial: str
    to_write: int
    to_post: int


def waiting() -> list[Waiting]:
    """The runs with letters that wait for the printing house or the post, the oldest first."""
    letter = Q(notices__deliveries__channel=Channel.LETTER)
    counted = Run.objects.annotate(
        to_write=Count("notices", filter=letter & Q(notices__deliveries__state=State.WAITING)),
        to_post=Count("notices", filter=letter & Q(notices__deliveries__state=State.SENDING)),
    )
    due = counted.filter(Q(to_write__gt=0) | Q(to_post__gt=0)).order_by("finished_at", "pk")
    return [Waiting(*row) for row in due.values_list("pk", "on", "kind", "trial", "to_write", "to_post")]


def told(person: UUID) -> QuerySet[Delivery]:
    """What a person has been told, or is to be, by each channel: the newest first."""
    found = Delivery.objects.filter(notice__person=person)
    return found.select_related("notice__run").order_by("-notice__run__on", "-notice", "channel")
