"""What somebody looks at before a trial is ended, and the end that is made only where it still holds."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import polars as pl
from django.db import transaction
from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext as _

from kokeilu.access.policy import Actor
from kokeilu.law.definition import shipped, shipped_keys
from kokeilu.law.trial import OPEN_END, Trial
from kokeilu.problems import Problem
from kokeilu.transfer import basis, dependants, ending
from kokeilu.transfer.dependants import Dependence
from kokeilu.transfer.locking import changing
from kokeilu.transfer.models import IndividualTransfer, Run
from kokeilu.transfer.rules import STATE


@dataclass(frozen=True)
class AreaEnd:
    """One area's customers at the end, by keys of organisations: how many there are, and what becomes of them.

    `staying` go on with the same organisation, `elsewhere` with another area, `to_state` with the state.
    """

    area: str
    customers: int
    staying: int
    elsewhere: int
    to_state: int


@dataclass(frozen=True)
class EndPreview:
    """What the end would do. `decided` are the customers of whom a decision about one person holds, which ends;
    `lapsing` is what rests on responsibilities that end with the trial."""

    ended: ending.Ended
    areas: tuple[AreaEnd, ...] = ()
    decided: tuple[UUID, ...] = ()
    lapsing: tuple[Dependence, ...] = ()

    @property
    def state(self) -> str:
        """The same where the end would do the same: it is refused where it would do something else by now."""
        return _state(self.ended)


def _state(ended: ending.Ended) -> str:
    flows = [f"{flow['origin']}>{flow['goes_to']}:{flow['people']}" for flow in ended.counts.flows]
    of = ended.run
    return "/".join([of.trial, of.into, of.definition_sha256, str(of.extract_id), str(ended.staying), *flows])


def followers(trial: Trial) -> list[Trial]:
    """The trials that may follow one: those whose law is in force on the first day after it."""
    others = (shipped(key) for key in shipped_keys() if key != trial.key)
    return [each for each in others if any(v.from_day <= trial.to_day < v.to_day for v in each.versions)]


def to_be_ended() -> list[Trial]:
    """The trials with an end by which runs were made, and of which no end stands, by key."""
    ended = Run.objects.standing().filter(kind=Run.Kind.END).values("trial")
    open_ = Run.objects.deciding().exclude(trial__in=ended).order_by("trial").values_list("trial", flat=True).distinct()
    return [trial for key in open_ if key in shipped_keys() and (trial := shipped(key)).to_day != OPEN_END]


def preview(trial: Trial, into: Trial | None, *, actor: Actor | None = None) -> EndPreview:
    """What ending a trial would do, by area, and what it would end with it; nothing is changed.

    Raises as `ending.end`.
    """
    ended = ending.preview(trial, into, actor=actor)
    if ended.done_before:
        return EndPreview(ended)
    found = []
    try:
        with changing() as cursor:
            found.append(_look(cursor, trial, into, ended))
            raise _RollBack
    except _RollBack:
        pass
    return found[0]


class _RollBack(Exception):
    """Ends a preview's transaction."""


def end(trial: Trial, into: Trial | None, seen: str, *, actor: Actor | None = None) -> ending.Ended:
    """`ending.end`, where it does what the preview of state `seen` said. Raises as it, and Problem where it would do
    something else by now."""
    with transaction.atomic():
        ended = ending.end(trial, into, actor=actor)
        if not ended.done_before and _state(ended) != seen:
            raise Problem(_("Something changed since the preview."), mend=_("look at a new preview first"))
    return ended


def _look(cursor: CursorWrapper, trial: Trial, into: Trial | None, ended: ending.Ended) -> EndPreview:
    on = ended.run.on
    held = basis.held_on(cursor, on)
    customers = held.filter(pl.col("responsible").is_in(list(trial.area_names("fi"))))
    placed = ending.destinations(cursor, customers, into, on)
    leaving = placed.filter(pl.col("goes_to") != pl.col("responsible"))
    lapsing = dependants.find_of(cursor, ended.run, leaving.select("responsibility", "person"))
    return EndPreview(ended, _areas(placed), _decided(trial, placed), tuple(lapsing))


def _areas(placed: pl.DataFrame) -> tuple[AreaEnd, ...]:
    stays, to_state = pl.col("goes_to") == pl.col("responsible"), pl.col("goes_to") == STATE
    counted = placed.group_by(area="responsible").agg(
        customers=pl.len(), staying=stays.sum(), elsewhere=(~stays & ~to_state).sum(), to_state=to_state.sum()
    )
    rows: list[dict[str, Any]] = counted.sort("area").to_dicts()
    return tuple(AreaEnd(**row) for row in rows)


def _decided(trial: Trial, placed: pl.DataFrame) -> tuple[UUID, ...]:
    customers = {UUID(person) for person in placed["person"]}
    holding = IndividualTransfer.objects.holding(trial.to_day).filter(run__trial=trial.key)
    return tuple(person for person in holding.values_list("person", flat=True) if person in customers)
