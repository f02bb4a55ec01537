"""The end of a trial: from the first day after it no area is responsible by it any more."""

from dataclasses import dataclass
from datetime import date

import polars as pl
from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext as _

from kokeilu.access import logs, policy
from kokeilu.access.policy import Actor
from kokeilu.law.rules import decide
from kokeilu.law.trial import OPEN_END, Trial
from kokeilu.problems import Problem
from kokeilu.register.queries import newest_extract
from kokeilu.transfer import basis, notices, order, outbox_due, rules, writing
from kokeilu.transfer.locking import changing
from kokeilu.transfer.models import Message, Responsibility, Run
from kokeilu.transfer.operations import END
from kokeilu.transfer.rules import STATE
from kokeilu.web import formats


@dataclass(frozen=True)
class Ended:
    """What the end of a trial did, or would do: `staying` go on with the same organisation under what follows."""

    run: Run
    counts: rules.Counts
    staying: int
    done_before: bool = False


class _RollBack(Exception):
    """Ends a preview's transaction."""


def preview(trial: Trial, into: Trial | None = None, *, actor: Actor | None = None) -> Ended:
    """What the end would do: the end itself, rolled back. Raises as `end`."""
    found = []
    try:
        with changing() as cursor:
            found.append(_end(cursor, trial, into, actor))
            raise _RollBack
    except _RollBack:
        pass
    return found[0]


def end(trial: Trial, into: Trial | None = None, *, actor: Actor | None = None) -> Ended:
    """Give every customer of a trial up on its last day: from `trial.to_day` on the state is responsible.

    Where `into` follows the trial, whom its law includes on that day goes to the area where they live, and stays
    where that is the same organisation; the state is responsible for the others, and for whom a missing fact leaves
    undecided. Those whose organisation changes are to be told.
    It gives nobody a decision: a run of `into` on that day does, about everybody. Decisions about one person rest on
    the trial and end with it.

    One transaction; again it changes nothing. Raises Problem where the trial has no end, `into` has no version on the
    day, or as a run does; PermissionDenied.
    """
    with changing() as cursor:
        return _end(cursor, trial, into, actor)


def _end(cursor: CursorWrapper, trial: Trial, into: Trial | None, actor: Actor | None) -> Ended:
    if actor is not None:
        policy.require(actor, END)
    if trial.to_day == OPEN_END:
        raise Problem(_("%(trial)s has no end.") % {"trial": trial.key}, mend=_("write `to` in its definition"))
    on = trial.to_day
    if before := Run.objects.standing().filter(kind=Run.Kind.END, trial=trial.key).first():
        return Ended(before, rules.Counts.from_json(before.counts), 0, done_before=True)
    order.check_unchanged(trial)
    order.check_forward(on)
    extract = newest_extract(on)
    if extract is None:
        raise Problem(
            _("No register extract of %(day)s or before is imported.") % {"day": formats.day(on)},
            mend=_("import one: kokeilu register import EXTRACT --as-of DATE"),
        )
    order.organisations_of(into or trial, on)
    held = basis.held_on(cursor, on)
    customers = held.filter(pl.col("responsible").is_in(list(trial.area_names("fi"))))
    placed = destinations(cursor, customers, into, on)
    moved = placed.filter(pl.col("goes_to") != pl.col("responsible")).with_columns(
        day=pl.lit(on), whole=pl.col("since") == on
    )
    counts = rules.Counts(flows=rules.flows(moved))
    last = trial.versions[-1]
    run = Run.objects.create(
        kind=Run.Kind.END, trial=trial.key, version=last.from_day, version_sha256=last.sha256, on=on, extract=extract,
        definition_sha256=trial.sha256, into=into.key if into else "", started_by=actor.user if actor else None,
        counts=counts.to_json(),
    )  # fmt: skip
    writing.move_without_decision(cursor, run, moved, Responsibility.Ground.END)
    told = notices.without_decision(run, moved, Message.Kind.END)
    outbox_due.tell(cursor, run, told, lambda _key: trial, actor=actor)
    writing.check(cursor)
    logs.record_change(
        actor, END.key, "transfer_run", run.pk,
        new={"trial": trial.key, "on": on.isoformat(), "into": run.into, "moved": counts.moved},
    )  # fmt: skip
    return Ended(run, counts, len(customers) - len(moved))


def destinations(cursor: CursorWrapper, customers: pl.DataFrame, into: Trial | None, on: date) -> pl.DataFrame:
    """The customers (rules.HELD) with `goes_to`, the organisation responsible from the trial's end on."""
    if into is None:
        return customers.with_columns(goes_to=pl.lit(STATE))
    facts = basis.facts(cursor, into, on, customers, customers["person"].to_list())
    decided = decide(into, facts.derived, on).filter(pl.col("decision") == "in").select("person", goes_to="area")
    return customers.join(decided, on="person", how="left", maintain_order="left").with_columns(
        goes_to=pl.col("goes_to").fill_null(STATE)
    )
