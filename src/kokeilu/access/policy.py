"""Who may do what, and see whom: the one place that answers, with Permit or Deny and a reason.

Each room declares its operations and the roles that hold them, and may register a ground: a reason for which an
organisation may see a person (being responsible for them is one). An operation about a person needs both the role
and a ground that holds today.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from kokeilu.access.models import Organisation, Role, User


@dataclass(frozen=True)
class Actor:
    """The person at work, in the one role and organisation that they work in now."""

    user: User
    organisation: Organisation
    role: Role


@dataclass(frozen=True)
class JobSeeker:
    """A person of the register who has signed in to their own pages. Holds no role, and sees nobody else."""

    person: UUID


@dataclass(frozen=True)
class Operation:
    """A thing that roles may do. `shows` says whose data the answer holds: one person's (the address then
    carries `person_id`), several persons', or nobody's. What is `own` no role may do, only the person themself; what
    is `open` everybody may read, logged in or not."""

    key: str
    roles: frozenset[Role]
    shows: Literal["person", "persons", "nobody"] = "nobody"
    own: bool = False
    open: bool = False


@dataclass(frozen=True)
class Permit:
    """Allowed; `ground` is what the read log keeps as the reason."""

    ground: str


@dataclass(frozen=True)
class Deny:
    """Not allowed; `reason` is a key of REASONS in `access.texts`."""

    reason: str


Ground = Callable[[Actor, Collection[UUID]], Mapping[UUID, str]]
Current = Callable[[UUID], UUID]

SELF = "self"  # the ground on which a person sees their own data
EVERYBODY = "everybody"  # the ground on which anybody sees what is open

_operations: dict[str, Operation] = {}
_grounds: list[Ground] = []
_only: dict[Ground, frozenset[str]] = {}  # the operations of a ground that holds for some alone
_current: list[Current] = []


def declare(key: str, *roles: Role, shows: Literal["person", "persons", "nobody"] = "nobody") -> Operation:
    """Make an operation known. Raises ValueError where the key is taken or nobody could do it."""
    if key in _operations or not roles:
        raise ValueError(f"operation {key}: taken, or without a role")
    _operations[key] = Operation(key, frozenset(roles), shows)
    return _operations[key]


def declare_own(key: str) -> Operation:
    """Make known what job seekers do with their own data and nobody else does. Raises ValueError as `declare`."""
    return _without_role(Operation(key, frozenset(), "person", own=True))


def declare_open(key: str) -> Operation:
    """Make known what everybody may read without a log-in: it shows nobody's data. Raises ValueError as `declare`."""
    return _without_role(Operation(key, frozenset(), open=True))


def _without_role(operation: Operation) -> Operation:
    if operation.key in _operations:
        raise ValueError(f"operation {operation.key}: taken")
    _operations[operation.key] = operation
    return operation


def register_ground(find: Ground, only: Collection[Operation] = ()) -> Ground:
    """Register a ground: given the actor and person ids, it returns the persons it covers today and its key.

    With `only` it holds for these operations and no others.
    """
    _grounds.append(find)
    if only:
        _only[find] = frozenset(operation.key for operation in only)
    return find


def grounds(actor: Actor, persons: Collection[UUID], operation: Operation | None = None) -> dict[UUID, str]:
    """The ground on which the actor may see each person by an operation, or by any (None); persons without one are
    left out.

    Where several hold, the one registered first stands.
    """
    found: dict[UUID, str] = {}
    for find in _grounds:
        if find not in _only or (operation is not None and operation.key in _only[find]):
            found = {**find(actor, persons), **found}
    return found


def register_current(find: Current) -> Current:
    """Register what says under which id a person is kept now, where the id of one of their records was given."""
    _current[:] = [find]
    return find


def current_person(person: UUID) -> UUID:
    """The id under which a person is kept; the same for whom no other is known."""
    return _current[0](person) if _current else person


def decide(actor: Actor | JobSeeker | None, operation: Operation, person: UUID | None = None) -> Permit | Deny:
    """Answer whether the actor may do the operation, on this person where it is about one.

    What is open everybody may do. Whoever is not logged in, or has no role (`actor` is None), may do nothing else. A
    job seeker may do what is their own, on themself, and nothing else; and nobody else may do that.
    """
    if operation.open:
        return Permit(EVERYBODY)
    if operation.own or isinstance(actor, JobSeeker):
        return _decide_own(actor, operation, person)
    if actor is None:
        return Deny("no_membership")
    if actor.role not in operation.roles:
        return Deny("role")
    if operation.shows != "person":
        return Permit("role")
    if person is None:
        return Deny("person_missing")
    ground = grounds(actor, [person], operation).get(person)
    return Permit(ground) if ground else Deny("no_ground")


def _decide_own(actor: Actor | JobSeeker | None, operation: Operation, person: UUID | None) -> Permit | Deny:
    if not isinstance(actor, JobSeeker):
        return Deny("not_job_seeker")
    if not operation.own:
        return Deny("role")
    return Permit(SELF) if person == actor.person else Deny("not_self")


def require(actor: Actor | None, operation: Operation, person: UUID | None = None) -> None:
    """Raise PermissionDenied with the reason's key where the policy says no: what every action asks first."""
    verdict = decide(actor, operation, person)
    if isinstance(verdict, Deny):
        raise PermissionDenied(verdict.reason)


def may_open(request: HttpRequest, operation_key: str) -> bool:
    """Whether the request's person holds an operation that is not about one person: what the navigation asks."""
    return isinstance(decide(getattr(request, "actor", None), _operations[operation_key]), Permit)
