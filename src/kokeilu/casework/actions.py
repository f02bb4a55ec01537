"""What changes who works with whom: the assignment of all who lack a worker, one customer's worker, a worker's profile.

`actor` is None where the installation's operator acts on the command line.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext as _

from kokeilu import clock
from kokeilu.access.logs import record_change
from kokeilu.access.models import Organisation
from kokeilu.access.policy import Actor, require
from kokeilu.casework import operations, rules
from kokeilu.casework.models import Assignment, AssignmentRun, WorkerProfile
from kokeilu.casework.rules import Reason
from kokeilu.casework.staffing import Staffing
from kokeilu.problems import Problem
from kokeilu.register.transaction import IMPORT_LOCK
from kokeilu.transfer.locking import RUN_LOCK
from kokeilu.transfer.queries import responsible

ASSIGNMENT_LOCK = 7_269_713  # the advisory lock that lets one assignment of an organisation at a time


@dataclass(frozen=True)
class Result:
    """What an assignment did, or would do.

    `run` is None where nothing was to be done, or in a dry run. `left_over` customers found no free place: who became a
    customer last waits. `language_missing` counts those who do not get their service language, by language; `unmet` is
    the objective by criterion (rules.Criterion). `ended` assignments were to people who no longer work there.
    """

    assigned: int
    left_over: int
    ended: int
    workers: int
    places: int
    unmet: dict[str, int]
    language_missing: dict[str, int]
    run: AssignmentRun | None = None

    @property
    def counts(self) -> dict[str, object]:
        """All but the run, as kept with it."""
        return {name: value for name, value in asdict(self).items() if name != "run"}


class _Undo(Exception):
    """Ends a dry run's transaction."""


def assign(area_key: str, on: date | None = None, *, actor: Actor | None, dry_run: bool = False) -> Result:
    """Give each of an area's job seekers who has no responsible worker on the day (today where None) one, by the exact
    optimum of `rules.assign`. A dry run does the same with all the database's checks, and rolls back.

    One transaction; done again it changes nothing. Raises Problem where there is no such area; PermissionDenied where
    the actor is no team lead of it.
    """
    organisation = Organisation.objects.filter(key=area_key, kind=Organisation.Kind.TRIAL_AREA).first()
    if actor is not None:
        require(actor, operations.ASSIGN)
        _check_own(actor, organisation)
    if organisation is None:
        raise Problem(f"no trial area {area_key}", mend="areas are listed by: kokeilu trial list")
    found: list[Result] = []
    try:
        with transaction.atomic():
            found.append(_assign(organisation, on or clock.today(), actor))
            if dry_run:
                with connection.cursor() as cursor:
                    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                raise _Undo
    except _Undo:
        found = [Result(**found[0].counts)]  # type: ignore[arg-type]
    return found[0]


def _assign(organisation: Organisation, on: date, actor: Actor | None) -> Result:
    with connection.cursor() as cursor:
        # One assignment of this organisation at a time; the register and the responsibilities stand still meanwhile.
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [ASSIGNMENT_LOCK, organisation.key])
        cursor.execute(
            "SELECT pg_advisory_xact_lock_shared(%s), pg_advisory_xact_lock_shared(%s)", [RUN_LOCK, IMPORT_LOCK]
        )
        profiles = WorkerProfile.objects.working(on).filter(organisation=organisation)
        working = [str(pk) for pk in profiles.order_by("pk").values_list("pk", flat=True)]
        staffing = Staffing(cursor, organisation, on, working)
        ended = staffing.end_of_leavers()
        customers, workers = staffing.customers(), staffing.workers()
        plan = rules.assign(customers, workers)
        result = Result(
            assigned=len(plan.assigned), left_over=len(plan.left_over), ended=ended, workers=len(workers),
            places=int((workers["capacity"] - workers["load"]).clip(lower_bound=0).sum()),
            unmet={criterion.value: count for criterion, count in plan.unmet.items()},
            language_missing=dict(plan.language_missing),
        )  # fmt: skip
        if not result.assigned and not ended:
            return result
        run = AssignmentRun.objects.create(
            organisation=organisation, on=on, started_by=actor.user if actor else None, counts=result.counts
        )
        staffing.give(run, customers, plan)
    new = {"organisation": organisation.key, "on": on.isoformat(), "assigned": result.assigned, "ended": ended}
    record_change(actor, operations.ASSIGN.key, "assignment_run", run.pk, new=new)
    return Result(**result.counts, run=run)  # type: ignore[arg-type]


@transaction.atomic
def change_worker(person: UUID, worker: WorkerProfile, reason: Reason, *, actor: Actor) -> Assignment:
    """Give a customer another responsible worker from today on, for a reason of rules.TEAM_LEAD_REASONS.

    Raises PermissionDenied; Problem where the worker is of another organisation or works no more, or has the customer.
    """
    require(actor, operations.CHANGE_WORKER, person)
    today = clock.today()
    if reason not in rules.TEAM_LEAD_REASONS:
        raise ValueError(f"{reason} is not a team lead's reason")
    if not WorkerProfile.objects.working(today).filter(pk=worker.pk, organisation=actor.organisation).exists():
        raise Problem(_("This worker does not work here today."))
    held = responsible(person, today)
    if held is None or held.organisation_id != actor.organisation.pk:
        raise PermissionDenied("no_ground")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [ASSIGNMENT_LOCK, actor.organisation.key])
    old = Assignment.objects.filter(responsibility=held, valid__contains=today).first()
    if old and old.worker_id == worker.pk:
        raise Problem(_("This is the customer's responsible worker already."))
    if old:
        old.valid = DateRange(old.valid.lower, today) if old.valid.lower < today else DateRange(empty=True)
        old.save(update_fields=["valid"])
    new = Assignment.objects.create(
        person_id=person, responsibility=held, worker=worker, organisation=actor.organisation,
        valid=DateRange(today, None), reasons=[reason.value],
    )  # fmt: skip
    record_change(
        actor, operations.CHANGE_WORKER.key, "person", person,
        old={"worker": str(old.worker_id) if old else None},
        new={"worker": str(worker.pk), "reason": reason.value, "from": today.isoformat()},
    )  # fmt: skip
    return new


@transaction.atomic
def edit_worker(
    worker: WorkerProfile, *, capacity: int, languages: Sequence[str], specialities: Sequence[str],
    districts: Sequence[str], actor: Actor,
) -> None:  # fmt: skip
    """Change how many customers a worker has at once, and what they speak, are specialised in and serve.

    Nobody loses a worker by it: it counts from the next assignment on. Raises PermissionDenied where the actor is no
    team lead of the worker's organisation.
    """
    require(actor, operations.EDIT_WORKER)
    worker = WorkerProfile.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=worker.pk)
    _check_own(actor, worker.organisation)
    fields = ("capacity", "languages", "specialities", "districts")
    old = {name: getattr(worker, name) for name in fields}
    new = {
        "capacity": capacity, "languages": sorted(set(languages)), "specialities": sorted(set(specialities)),
        "districts": sorted(set(districts)),
    }  # fmt: skip
    if new == old:
        return
    for name, value in new.items():
        setattr(worker, name, value)
    worker.save(update_fields=fields)
    record_change(actor, operations.EDIT_WORKER.key, "worker", worker.pk, old=old, new=new)


def _check_own(actor: Actor, organisation: Organisation | None) -> None:
    if organisation is None or organisation.pk != actor.organisation.pk:
        raise PermissionDenied("other_organisation")
