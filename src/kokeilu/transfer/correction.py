"""The confirmation of the list of differences: the responsibilities that should have stood are written."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import polars as pl
from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext as _

from kokeilu.access import logs, policy
from kokeilu.access.policy import Actor
from kokeilu.law.rules import decide
from kokeilu.law.trial import Trial
from kokeilu.problems import Problem
from kokeilu.register import store
from kokeilu.register.queries import newest_extract
from kokeilu.transfer import basis, dependants, notices, order, outbox_due, replay, rules, writing
from kokeilu.transfer.differences import Differences, differences, find, with_trial
from kokeilu.transfer.locking import changing
from kokeilu.transfer.models import Message, Run
from kokeilu.transfer.operations import CORRECT
from kokeilu.transfer.replay import Change

__all__ = ["Corrected", "Differences", "confirm", "differences"]

_TARGET = "CREATE TEMP TABLE target (person uuid, organisation text, since date, until date) ON COMMIT DROP"
# Rows that are to stay as they are need no other in their place.
_REPLACED = """
    CREATE TEMP TABLE replaced ON COMMIT DROP AS
    SELECT r.id, r.person_id, r.organisation_id, r.valid
      FROM transfer_responsibility r
     WHERE r.superseded_by_id IS NULL AND r.person_id IN (SELECT person FROM target) AND NOT EXISTS (
           SELECT FROM target JOIN access_organisation o ON o.key = target.organisation
            WHERE target.person = r.person_id AND o.id = r.organisation_id
              AND daterange(target.since, target.until) = r.valid)
"""
_SUPERSEDE = "UPDATE transfer_responsibility SET superseded_by_id = %s WHERE id IN (SELECT id FROM replaced)"
_INSERT = """
    INSERT INTO transfer_responsibility (person_id, organisation_id, valid, ground, decision_id, opened_by_id)
    SELECT target.person, o.id, daterange(target.since, target.until), 'correction',
           CASE WHEN target.until IS NULL THEN decision.id END, %(run)s
      FROM target
      JOIN access_organisation o ON o.key = target.organisation
      LEFT JOIN transfer_decision decision ON decision.run_id = %(run)s AND decision.person_id = target.person
     WHERE NOT EXISTS (
           SELECT FROM transfer_responsibility r
            WHERE r.person_id = target.person AND r.superseded_by_id IS NULL
              AND r.valid = daterange(target.since, target.until))
     ORDER BY target.person
"""
# What hung on an old row goes on under the new one until the next old row of the same organisation.
_CARRIED = """
    CREATE TEMP TABLE carried ON COMMIT DROP AS
    SELECT replaced.id AS old, made.id AS new,
           daterange(lower(replaced.valid), lead(lower(replaced.valid)) OVER following) AS days
      FROM replaced
      JOIN transfer_responsibility made ON made.opened_by_id = %s AND made.person_id = replaced.person_id
           AND made.organisation_id = replaced.organisation_id AND made.valid && replaced.valid
    WINDOW following AS (PARTITION BY made.id ORDER BY lower(replaced.valid))
"""


@dataclass(frozen=True)
class Corrected:
    """What a confirmation did: the run, how many people's responsibilities were corrected, how many are told."""

    run: Run
    people: int
    told: int


def confirm(
    trial: Trial, seen: str, persons: Collection[UUID] | None = None, reason: str = "", *, actor: Actor | None = None,
    trials: replay.Trials | None = None,
) -> Corrected:  # fmt: skip
    """Correct the responsibilities of these people (of the whole list where None) as the list says.

    `seen` is the `state` of the list that the actor looked at. What stood is superseded, never changed; those whose
    organisation of today changes get a decision and a notice. One transaction. Raises PermissionDenied; Problem where
    the list has changed since, nobody on it is chosen, or another run goes on.
    """
    if actor is not None:
        policy.require(actor, CORRECT)
    with changing() as cursor:
        found = find(cursor, trial, trials or with_trial(trial))
        if found.state != seen:
            raise Problem(
                _("The list has changed since you looked at it."), mend=_("look at it again before you confirm")
            )
        chosen = [person for person in found.persons if persons is None or person in persons]
        if not chosen or found.last is None:
            raise Problem(_("Nobody on the list is chosen."), mend=_("choose at least one person"))
        order.check_unchanged(trial)
        return _correct(cursor, trial, found, chosen, reason, actor)


def _correct(
    cursor: CursorWrapper, trial: Trial, found: Differences, chosen: Sequence[UUID], reason: str, actor: Actor | None
) -> Corrected:
    assert found.last is not None  # noqa: S101 - asked before
    on, version = found.last.on, trial.version_on(found.last.on)
    open_ended = [change for person in chosen for change in found.by_person[person] if change.until is None]
    flows = Counter((change.held_by, change.belongs_to) for change in open_ended)
    counts = rules.Counts(
        flows=tuple(rules.Flow(origin=a, goes_to=b, people=people) for (a, b), people in sorted(flows.items()))
    )
    extract = newest_extract(on)
    run = Run.objects.create(
        kind=Run.Kind.CORRECTION, trial=trial.key, version=version.from_day, version_sha256=version.sha256, on=on,
        definition_sha256=trial.sha256, extract=extract or found.last.extract, reason=reason,
        started_by=actor.user if actor else None, counts=counts.to_json(),
    )  # fmt: skip
    changed = _decide(cursor, trial, run, open_ended, [str(person) for person in chosen], on)
    _rewrite(cursor, run, found, chosen)
    told = outbox_due.tell(cursor, run, changed, with_trial(trial), actor=actor)
    dependants.carry_over(cursor)
    cursor.execute("DROP TABLE target, replaced, carried")
    writing.check(cursor)
    logs.record_change(
        actor, CORRECT.key, "transfer_run", run.pk,
        new={"trial": trial.key, "people": len(chosen), "told": told, "reason": reason},
    )  # fmt: skip
    return Corrected(run, len(chosen), told)


def _decide(
    cursor: CursorWrapper, trial: Trial, run: Run, open_ended: Sequence[Change], persons: Sequence[str], on: date
) -> pl.DataFrame:
    """Store what the law says of these people on the day of the newest run, by the corrected facts; returns those whose
    organisation of today changes (notices.CHANGED)."""
    moved = pl.DataFrame(
        [(str(change.person), change.held_by, change.belongs_to, change.since) for change in open_ended],
        schema={"person": pl.String(), "responsible": pl.String(), "goes_to": pl.String(), "day": pl.Date()},
        orient="row",
    )  # fmt: skip
    held = basis.held_on(cursor, on, persons)
    customers = held.filter(pl.col("responsible").is_in(list(trial.area_names("fi"))))
    facts = basis.facts(cursor, trial, on, customers, persons)
    decisions = decide(trial, facts.derived, on)
    writing.store_decisions(cursor, run, decisions)
    changed = notices.by_law(run, moved.join(decisions, on="person", how="left"))
    return changed.with_columns(basis=pl.lit(Message.Kind.CORRECTION.value))


def _rewrite(cursor: CursorWrapper, run: Run, found: Differences, chosen: Sequence[UUID]) -> None:
    """Supersede what stood, and write what should have stood in its place."""
    rows = [
        (str(person), segment.organisation, segment.since, segment.until)
        for person in chosen
        for segment in found.timelines[str(person)]
    ]
    schema = {"person": pl.String(), "organisation": pl.String(), "since": pl.Date(), "until": pl.Date()}
    cursor.execute(_TARGET)
    store.copy_in(cursor, "target", pl.DataFrame(rows, schema=schema, orient="row"))
    cursor.execute("ANALYZE target")
    cursor.execute(_REPLACED)
    cursor.execute(_SUPERSEDE, [run.pk])
    cursor.execute(_INSERT, {"run": run.pk})
    cursor.execute(_CARRIED, [run.pk])
