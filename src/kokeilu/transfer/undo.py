"""Undoing a run: who was responsible on the day before it is so again, as if it had not been made."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext as _

from kokeilu.access import logs, policy
from kokeilu.access.policy import Actor
from kokeilu.problems import Problem
from kokeilu.register import store
from kokeilu.transfer import dependants, notices, outbox, outbox_due, rules, writing
from kokeilu.transfer.dependants import Dependence
from kokeilu.transfer.locking import changing
from kokeilu.transfer.models import Run
from kokeilu.transfer.operations import UNDO
from kokeilu.transfer.outbox_undo import told_people
from kokeilu.transfer.queries import titles

LATER = "later_runs"  # key of the dependence that nobody can accept, and that leaves nothing to preview
NAMED = 3  # later runs named in a refusal

_GIVEN = """
    SELECT responsibility.id, responsibility.person_id
      FROM transfer_responsibility responsibility
      LEFT JOIN transfer_decision decision ON decision.id = responsibility.decision_id
     WHERE responsibility.superseded_by_id IS NULL
       AND coalesce(responsibility.opened_by_id, decision.run_id) = %(run)s
"""
# What the run took away: rows that it closed, which get their days back, and rows that it superseded.
_TAKEN = """
    CREATE TEMP TABLE taken ON COMMIT DROP AS
    SELECT id AS old, person_id, organisation_id, daterange(lower(valid), NULL) AS valid, ground, decision_id,
           opened_by_id, NULL::uuid AS closed_by_id
      FROM transfer_responsibility WHERE superseded_by_id IS NULL AND closed_by_id = %(run)s
    UNION ALL
    SELECT id, person_id, organisation_id, valid, ground, decision_id, opened_by_id, closed_by_id
      FROM transfer_responsibility WHERE superseded_by_id = %(run)s
"""
_SUPERSEDE = """
    UPDATE transfer_responsibility SET superseded_by_id = %(undo)s
     WHERE id IN (SELECT responsibility FROM undoing)
        OR superseded_by_id IS NULL AND id IN (SELECT old FROM taken)
"""
_RESTORE = """
    INSERT INTO transfer_responsibility
        (person_id, organisation_id, valid, ground, decision_id, opened_by_id, closed_by_id, restored_by_id)
    SELECT person_id, organisation_id, valid, ground, decision_id, opened_by_id, closed_by_id, %(undo)s
      FROM taken ORDER BY person_id
"""
_CARRIED = """
    CREATE TEMP TABLE carried ON COMMIT DROP AS
    SELECT taken.old, restored.id AS new, restored.valid AS days
      FROM taken
      JOIN transfer_responsibility restored ON restored.restored_by_id = %(undo)s
           AND restored.person_id = taken.person_id AND restored.valid = taken.valid
"""
# From whom to whom, as a person sees it: the organisation that the run had put last, and the one that is back, with
# what that rests on.
_CHANGED = """
    transfer_responsibility before
    JOIN transfer_responsibility after ON after.person_id = before.person_id AND after.superseded_by_id IS NULL
         AND upper_inf(after.valid)
    JOIN access_organisation origin ON origin.id = before.organisation_id
    JOIN access_organisation goes_to ON goes_to.id = after.organisation_id
    LEFT JOIN transfer_decision decision ON decision.id = after.decision_id
    LEFT JOIN transfer_run given ON given.id = coalesce(after.opened_by_id, decision.run_id)
         AND given.kind <> 'identity'
    LEFT JOIN transfer_individualtransfer transfer ON transfer.run_id = given.id
    WHERE before.id IN (SELECT responsibility FROM undoing) AND upper_inf(before.valid)
      AND before.organisation_id <> after.organisation_id
"""
_BASIS = """
    CASE after.ground WHEN 'decision' THEN 'law' WHEN 'intake' THEN 'undone' WHEN 'identity' THEN 'undone'
         ELSE after.ground END"""
_CHANGED_COLUMNS = (
    "before.person_id", "origin.key", "goes_to.key", "lower(after.valid)", _BASIS, "given.trial", 'given."on"',
    "decision.pattern", "decision.outcome", "decision.area", "transfer.ground",
    "CASE WHEN decision.id IS NOT NULL THEN given.id END",
)  # fmt: skip


@dataclass(frozen=True)
class Undone:
    """What an undo did, or would do: `people` have their responsibilities of before again; `lapsing` is what rests on
    the run and loses its force, `hindrances` what keeps the undo back (a preview has both, an undo made the first).

    `run` is the undoing, not stored in a preview; `done_before` is true where it had been made already.
    """

    undone: Run
    run: Run
    people: int
    counts: rules.Counts
    lapsing: tuple[Dependence, ...] = ()
    hindrances: tuple[Dependence, ...] = ()
    done_before: bool = False


class _RollBack(Exception):
    """Ends a preview's transaction."""


def preview(run_id: UUID, *, actor: Actor | None = None) -> Undone:
    """What undoing a run would do: the undo itself with all the database's checks, rolled back. Raises as `undo`, but
    tells of what rests on the run in place of refusing."""
    if actor is not None:
        policy.require(actor, UNDO)
    found = []
    try:
        with changing() as cursor:
            found.append(_undo(cursor, run_id, "", None, actor))
            raise _RollBack
    except _RollBack:
        pass
    return found[0]


def undo(run_id: UUID, reason: str = "", *, accept: Collection[str] = (), actor: Actor | None = None) -> Undone:
    """Undo a run: whoever was responsible on the day before it is so again. One transaction; again it changes nothing.

    Nothing is deleted: what the run had written is superseded, and what it had closed or superseded is written anew.
    Notices of the run that have not gone are cancelled; whoever was told by one is to be told of the undoing.
    `accept` are the keys of what rests on the run and may lose its force (`Dependence.may_lapse`).

    Raises Problem, and changes nothing, where there is no such run, or it is an undoing itself, where a later run is
    there, where something rests on it that is not accepted, or another run goes on; PermissionDenied.
    """
    if actor is not None:
        policy.require(actor, UNDO)
    with changing() as cursor:
        return _undo(cursor, run_id, reason, accept, actor)


def _undo(
    cursor: CursorWrapper, run_id: UUID, reason: str, accept: Collection[str] | None, actor: Actor | None
) -> Undone:
    """Inside the transaction; `accept` is None in a preview."""
    run = Run.objects.filter(pk=run_id).first()
    if run is None or run.kind == Run.Kind.UNDO:
        raise Problem(_("There is no such run to undo."), mend=_("choose one of the runs that were made"))
    if before := Run.objects.filter(undoes=run).first():
        counts = rules.Counts.from_json(before.counts)
        return Undone(run, before, counts.moved, counts, done_before=True)
    cursor.execute(f"CREATE TEMP TABLE undoing (responsibility, person) ON COMMIT DROP AS {_GIVEN}", {"run": run.pk})
    cursor.execute("ANALYZE undoing")
    found = [*_later_runs(cursor, run), *told_people(run), *dependants.find(cursor, run)]
    lapsing = tuple(each for each in found if each.may_lapse)
    refusing = tuple(each for each in found if not each.may_lapse or (accept is not None and each.key not in accept))
    if refusing and accept is not None:
        raise Problem(
            _("This run cannot be undone: %(why)s") % {"why": " ".join(each.text for each in refusing)},
            mend=_mend(refusing),
        )
    if any(each.key == LATER for each in refusing):
        return Undone(run, run, 0, rules.Counts(), lapsing, refusing)
    return _restore(cursor, run, reason, actor, lapsing, refusing)


def _restore(
    cursor: CursorWrapper, run: Run, reason: str, actor: Actor | None, lapsing: tuple[Dependence, ...],
    hindrances: tuple[Dependence, ...],
) -> Undone:  # fmt: skip
    made = Run.objects.create(
        kind=Run.Kind.UNDO, undoes=run, trial=run.trial, version=run.version, on=run.on, extract_id=run.extract_id,
        definition_sha256=run.definition_sha256, version_sha256=run.version_sha256, reason=reason,
        started_by=actor.user if actor else None, counts=rules.Counts().to_json(),
    )  # fmt: skip
    values = {"run": run.pk, "undo": made.pk}
    cursor.execute(_TAKEN, values)
    cursor.execute("ANALYZE taken")
    cursor.execute(_SUPERSEDE, values)
    cursor.execute(_RESTORE, values)
    cursor.execute(_CARRIED, values)
    cursor.execute("ANALYZE carried")
    dependants.carry_over(cursor)
    names = zip(_CHANGED_COLUMNS, notices.CHANGED.items(), strict=True)
    changed = store.fetch(cursor, {f"{column} AS {name}": dtype for column, (name, dtype) in names}, _CHANGED)
    outbox_due.tell(cursor, made, changed, actor=actor)
    outbox.cancel_unsent(run, actor=actor)
    counts = rules.Counts(flows=rules.flows(changed.rename({"came_from": "responsible"})))
    Run.objects.filter(pk=made.pk).update(counts=counts.to_json())
    made.counts = counts.to_json()
    writing.check(cursor)
    logs.record_change(
        actor, UNDO.key, "transfer_run", run.pk,
        new={"undo": str(made.pk), "people": counts.moved, "lapsed": [each.key for each in lapsing], "reason": reason},
    )  # fmt: skip
    cursor.execute("DROP TABLE undoing, taken, carried")
    return Undone(run, made, counts.moved, counts, lapsing, hindrances)


# A statement rests on the run too where it took away all that the run had given: revoked, it would bring that back.
_LATER_INDIVIDUAL = """
    SELECT transfer.run_id FROM transfer_individualtransfer transfer
     WHERE transfer.person_id IN (SELECT person FROM undoing)
    UNION
    SELECT run.id FROM transfer_run run
      JOIN transfer_responsibility touched ON run.id IN (touched.superseded_by_id, touched.restored_by_id)
      LEFT JOIN transfer_decision decision ON decision.id = touched.decision_id
     WHERE run.kind = 'identity'
       AND (touched.person_id IN (SELECT person FROM undoing)
            OR coalesce(touched.opened_by_id, decision.run_id) = %(run)s OR touched.closed_by_id = %(run)s)
"""


def _later_runs(cursor: CursorWrapper, run: Run) -> list[Dependence]:
    """The runs that were made after this one and stand; what was decided or stated of one person only where the run
    had moved them."""
    later = Run.objects.standing().filter(finished_at__gt=run.finished_at).exclude(pk=run.pk)
    cursor.execute(_LATER_INDIVIDUAL, {"run": run.pk})
    touched = [row[0] for row in cursor.fetchall()]
    resting = later.exclude(kind__in=(Run.Kind.INDIVIDUAL, Run.Kind.IDENTITY)) | later.filter(pk__in=touched)
    found = titles(resting.order_by("-finished_at"))
    if not found:
        return []
    named = "; ".join(found[:NAMED])
    more = _("%(named)s and %(number)s more") % {"named": named, "number": len(found) - NAMED}
    text = _("Later runs rest on it: %(runs)s.") % {"runs": more if len(found) > NAMED else named}
    return [Dependence(LATER, text)]


def _mend(hindrances: tuple[Dependence, ...]) -> str:
    if any(each.key == LATER for each in hindrances):
        return _("undo those first, the newest one first")
    keys = ", ".join(each.key for each in hindrances if each.may_lapse)
    if keys and all(each.may_lapse for each in hindrances):
        return _("accept that these lose their force: %(keys)s") % {"keys": keys}
    return _("look at a correction instead")
