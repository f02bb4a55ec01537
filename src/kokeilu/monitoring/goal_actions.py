"""What is done with goals: setting, changing and ending targets, work packages and measures.

Each adds a row that supersedes what stood before, and a line of the change log, in one transaction.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final, TypeVar
from uuid import UUID, uuid4

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext as _

from kokeilu import clock
from kokeilu.access.logs import record_change
from kokeilu.access.models import Organisation
from kokeilu.access.policy import Actor, require
from kokeilu.monitoring import goal_rules, operations, queries, writing
from kokeilu.monitoring.goal_models import STANDING, Expectation, Measure, Statement, Target, WorkPackage
from kokeilu.monitoring.goal_queries import MODELS, Kind
from kokeilu.monitoring.indicators import INDICATORS, POPULATIONS
from kokeilu.problems import Problem

OTHER_AREA: Final = "other_area"  # a key of access.texts.REASONS
Row = TypeVar("Row", bound=Statement)
LONGEST_NAME: Final = 200  # characters of a name, and of a group in words
LAST_NUMBER: Final = 999  # of a work package
TOO_MUCH: Final = Decimal(10) ** 10  # what no figure reaches, in its unit


@dataclass(frozen=True)
class NewTarget:
    """What a target says; see models.Target."""

    indicator: str
    value: Decimal
    direction: str
    from_day: date
    by_day: date | None
    source: str
    language: str = "fi"  # in which its texts are written, as of the others below


@dataclass(frozen=True)
class NewPackage:
    """What a work package says; see models.WorkPackage."""

    number: int
    name_fi: str
    name_sv: str
    name_en: str
    source: str
    translated: list[str] = field(default_factory=list)
    description: str = ""
    language: str = "fi"


@dataclass(frozen=True)
class NewExpectation:
    """What a measure is expected to move; see models.Expectation."""

    indicator: str
    direction: str
    population: str = POPULATIONS[0]
    group: str = ""
    size: Decimal | None = None
    by_day: date | None = None
    dimension: str = ""
    classes: tuple[str, ...] = ()  # in the order of the dimension, see goal_rules.ordered


@dataclass(frozen=True)
class NewMeasure:
    """What a measure says; see models.Measure. `until` is the first day after it, None while no end is known."""

    name: str
    from_day: date
    until: date | None
    responsible: str  # the organisation's key
    description: str = ""
    expectations: Sequence[NewExpectation] = ()
    illustrative: bool = False
    language: str = "fi"


def may_set(actor: Actor | None, area: str) -> bool:
    """Whether the actor sets the area's goals: an analyst of the area itself."""
    return actor is not None and actor.role in operations.SET_GOALS.roles and actor.organisation.key == area


def require_own(actor: Actor | None, area: str) -> None:
    """Raise PermissionDenied unless the actor sets this area's goals; None is the system itself."""
    if actor is None:
        return
    require(actor, operations.SET_GOALS)
    if not may_set(actor, area):
        raise PermissionDenied(OTHER_AREA)


@transaction.atomic
def set_target(area: str, said: NewTarget, *, reason: str, replaces: UUID | None = None, actor: Actor | None) -> Target:
    """Set a target of an area, or say one that stands anew (`replaces`, its id).

    Raises PermissionDenied, and Problem where it cannot be: see `_refuse_target`, and where it is set already.
    """
    require_own(actor, area)
    writing.lock(WorkPackage)
    old = _standing(Target, area, replaces)
    _refuse_target(said)
    if said.by_day is not None and said.by_day <= clock.today() and (old is None or old.by_day != said.by_day):
        raise Problem(_("the day by which it is to be reached is past already"))
    same = Target.objects.filter(STANDING, area=area, indicator=said.indicator, by_day=said.by_day)
    if same.exclude(pk__in=_ids(replaces)).exists():
        raise Problem(_("the area has a target of this figure and day"), mend=_("change that one"))
    return put(Target(area=area, reason=worded(reason), **asdict(said)), old, actor, asdict(said))


def _refuse_days(*days: date | None) -> None:
    if any(
        day is not None and not goal_rules.FIRST_DAY <= day <= goal_rules.LAST_DAY + timedelta(days=1) for day in days
    ):
        raise Problem(_("a day is too early or too late"))


def _refuse_target(said: NewTarget) -> None:
    _refuse_days(said.from_day, said.by_day)
    indicator = _indicator(said.indicator)
    if POPULATIONS[0] not in indicator.populations:
        raise Problem(_("the figure is not published of all residents"))
    part_of_one = indicator.unit == "persons" and said.value % 1
    if not 0 <= said.value < TOO_MUCH or (indicator.unit == "per cent" and said.value > 100) or part_of_one:
        raise Problem(_("the figure cannot have this value"))
    if said.by_day is not None and said.by_day <= said.from_day:
        raise Problem(_("the target is to be reached before it is set"))


@transaction.atomic
def set_package(
    area: str, said: NewPackage, *, reason: str, replaces: UUID | None = None, actor: Actor | None
) -> WorkPackage:
    """Add a work package to an area's plan, or say one that stands anew.

    Raises PermissionDenied, and Problem where it cannot be, or the plan has another one of the number.
    """
    require_own(actor, area)
    writing.lock(WorkPackage)
    old = _standing(WorkPackage, area, replaces)
    _refuse_long(said.name_fi, said.name_sv, said.name_en)
    if not 1 <= said.number <= LAST_NUMBER:
        raise Problem(_("a work package has a number from 1 to %(last)d") % {"last": LAST_NUMBER})
    if WorkPackage.objects.filter(STANDING, area=area, number=said.number).exclude(pk__in=_ids(replaces)).exists():
        raise Problem(_("the plan has a work package of this number"), mend=_("change that one"))
    first = (old.first_id or old.pk) if old else None
    return put(WorkPackage(area=area, first_id=first, reason=worded(reason), **asdict(said)), old, actor, asdict(said))


@transaction.atomic
def set_measure(
    package: WorkPackage, said: NewMeasure, *, reason: str, replaces: UUID | None = None, actor: Actor | None
) -> Measure:
    """Add a measure to a work package, or say one that stands anew, in this package from now on.

    Raises PermissionDenied, and Problem where the package has another one of the name, or an expectation cannot be.
    """
    require_own(actor, package.area)
    writing.lock(WorkPackage)
    old = _standing(Measure, package.area, replaces)
    first = package.first_id or package.pk
    if Measure.objects.filter(STANDING, package=first, name=said.name).exclude(pk__in=_ids(replaces)).exists():
        raise Problem(_("the work package has a measure of this name"), mend=_("change that one"))
    if said.until is not None and said.until <= said.from_day:
        raise Problem(_("the measure ends before it begins"))
    _refuse_days(said.from_day, said.until, *(one.by_day for one in said.expectations))
    _refuse_long(said.name, *(one.group for one in said.expectations))
    for place, one in enumerate(said.expectations):
        _refuse_expectation(one)
        if any((one.indicator, _group(one)) == (other.indicator, _group(other)) for other in said.expectations[:place]):
            raise Problem(_("the figure %(name)s is expected twice of the same people") % {"name": one.indicator})
    responsible = Organisation.objects.filter(key=said.responsible).first()
    if responsible is None:
        raise Problem(_("there is no organisation '%(key)s'") % {"key": said.responsible})
    row = Measure(
        package_id=first, name=said.name, description=said.description, responsible=responsible,
        valid=DateRange(said.from_day, said.until), illustrative=said.illustrative, reason=worded(reason),
        language=said.language,
    )  # fmt: skip
    made = put(row, old, actor, _plain(said))
    Expectation.objects.bulk_create(Expectation(measure=made, **asdict(one)) for one in said.expectations)
    return made


def _refuse_expectation(said: NewExpectation) -> None:
    indicator = _indicator(said.indicator)
    if said.population not in indicator.populations:
        raise Problem(_("the figure %(name)s is not published of these people") % {"name": said.indicator})
    if bool(said.dimension) != bool(said.classes) or not goal_rules.are_classes(said.dimension, said.classes):
        raise Problem(_("the group has no such classes"))
    if said.size is not None and not 0 < said.size < TOO_MUCH:
        raise Problem(_("the size of a change is above zero; its direction says whether it falls"))


def _group(said: NewExpectation) -> tuple[object, ...]:
    """What tells of whom a figure is."""
    return said.population, said.group, said.dimension, tuple(said.classes)


def _refuse_long(*names: str) -> None:
    if any(len(name) > LONGEST_NAME for name in names):
        raise Problem(_("a name is longer than %(longest)d characters") % {"longest": LONGEST_NAME})


@transaction.atomic
def end(kind: Kind, goal: UUID, *, reason: str, actor: Actor | None) -> None:
    """Say that a goal holds no longer; what was said of it stays on record.

    Raises PermissionDenied, and Problem where it does not stand, or a work package still has measures.
    """
    writing.lock(WorkPackage)
    old = MODELS[kind]._default_manager.filter(STANDING, pk=goal).first()
    if old is None:
        raise Problem(gone())
    require_own(actor, area_of(old))
    if isinstance(old, WorkPackage) and Measure.objects.filter(STANDING, package=old.first_id or old.pk).exists():
        raise Problem(_("the work package has measures"), mend=_("end them first"))
    put_end(old, reason, actor)


def put_end(old: Row, reason: str, actor: Actor | None) -> None:
    """Write a row that says that another one holds no longer, and the line of the change log."""
    values = {one.attname: getattr(old, one.attname) for one in old._meta.concrete_fields}
    last = type(old)(**values | {"ended": True, "reason": worded(reason)})
    put(last, old, actor, {"ended": True})


def area_of(goal: Statement) -> str:
    """The area whose goal it is."""
    return goal.package.area if isinstance(goal, Measure) else str(goal.area)  # type: ignore[attr-defined]


def gone() -> str:
    """What is told of a row that stands no longer."""
    return _("somebody else has changed or ended it meanwhile")


def _standing(model: type[Row], area: str, replaces: UUID | None) -> Row | None:
    """The row that is said anew, None where none is. Raises Problem where it does not stand in the area."""
    refuse_unknown(area)
    if replaces is None:
        return None
    found = model._default_manager.filter(STANDING, pk=replaces).first()
    if found is None or area_of(found) != area:
        raise Problem(gone())
    return found


def refuse_unknown(area: str) -> None:
    """Raise Problem where no trial has such an area."""
    if area not in queries.area_names():
        raise Problem(_("there is no trial area '%(key)s'") % {"key": area})


def _ids(replaces: UUID | None) -> list[UUID]:
    return [replaces] if replaces else []


def _indicator(key: str) -> Any:
    if key not in INDICATORS:
        raise Problem(_("there is no figure '%(key)s'") % {"key": key})
    return INDICATORS[key]


def worded(reason: str) -> str:
    """A reason as it is kept. Raises Problem where there is none."""
    if not reason.strip():
        raise Problem(_("say why"))
    return reason.strip()


def put(row: Row, old: Row | None, actor: Actor | None, said: Mapping[str, Any]) -> Row:
    """Write the row in place of the old one, and the line of the change log."""
    row.pk, row.superseded_by = uuid4(), None
    row.set_by = actor.user if actor else None
    row.set_at = clock.now()
    if old is not None:  # first: what stands may stand only once. The reference is checked at the end.
        type(old)._default_manager.filter(pk=old.pk).update(superseded_by=row.pk)
    row.save(force_insert=True)
    action = "end" if row.ended else "change" if old else "set"
    before = {"id": str(old.pk)} if old else None
    new = {"area": area_of(row), "reason": row.reason} | {key: _written(value) for key, value in said.items()}
    record_change(actor, action, row._meta.model_name or "goal", row.pk, old=before, new=new)
    return row


def _plain(said: NewMeasure) -> dict[str, Any]:
    found = asdict(said)
    found["expectations"] = [{key: _written(value) for key, value in one.items()} for one in found["expectations"]]
    return found


def _written(value: Any) -> Any:
    """A value as the change log keeps it."""
    return str(value) if isinstance(value, date | Decimal) else value
