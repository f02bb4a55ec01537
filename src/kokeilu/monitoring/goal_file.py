"""Goals as data: a TOML file of an area's targets, work packages and measures.

Each table says what `goal_actions` takes; its key in the file is what finds it again: a target its indicator and day, a
package its number, a measure its package and name. What the file does not name stays as it is.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any

from django.db import transaction

from kokeilu.access.models import Organisation
from kokeilu.access.policy import Actor
from kokeilu.law import positions
from kokeilu.law.positions import Table
from kokeilu.monitoring import goal_actions, goal_rules, queries
from kokeilu.monitoring.breakdown_rules import DIMENSIONS
from kokeilu.monitoring.goal_actions import NewExpectation, NewMeasure, NewPackage, NewTarget
from kokeilu.monitoring.goal_models import STANDING, Direction, Measure, Target, WorkPackage
from kokeilu.monitoring.indicators import INDICATORS, POPULATIONS
from kokeilu.problems import Problem

LANGUAGES = positions.LANGUAGES
SHIPPED = ("espoo",)
DIRECTIONS = tuple(Direction.values)


@dataclass(frozen=True)
class Said:
    """One table of a file, and where it stands in it."""

    table: Table
    content: NewTarget | NewPackage | NewMeasure
    package: int = 0  # of a measure: its package's number


@dataclass(frozen=True)
class Goals:
    """What a file says of an area."""

    area: str
    reason: str
    said: tuple[Said, ...]


@dataclass(frozen=True)
class Loaded:
    """How many goals a file added, changed, and left as they were."""

    added: int = 0
    changed: int = 0
    same: int = 0


def shipped(area: str) -> Path:
    """The file of an area that comes with the project."""
    return Path(str(files("kokeilu.monitoring").joinpath("goals", f"{area}.toml")))


def read(path: Path) -> Goals:
    """Read and check a file. Problem: anything wrong in it, at its file and line."""
    document, _content = positions.read(path)
    top = Table(document, (), document.data)
    top.only("area", "language", "reason", "source", "target", "package", "measure")
    area = top.text("area")
    if area not in queries.area_names():
        top.fail(f"there is no trial area '{area}'", key="area", mend="write its key, such as espoo")
    source, language = top.text("source", ""), top.one_of("language", LANGUAGES, LANGUAGES[0])
    said = [
        *(Said(table, _target(table, source, language)) for table in top.tables("target")),
        *(Said(table, _package(table, source, language)) for table in top.tables("package")),
        *(Said(table, _measure(table, language), table.number("package")) for table in top.tables("measure")),
    ]
    _refuse_doubled(said)
    return Goals(area, top.text("reason"), tuple(said))


def _target(table: Table, source: str, language: str) -> NewTarget:
    table.only("indicator", "value", "direction", "from", "by", "source")
    return NewTarget(
        indicator=table.one_of("indicator", tuple(INDICATORS)), value=_decimal(table, "value"),
        direction=table.one_of("direction", DIRECTIONS), from_day=table.day("from"), by_day=_day(table, "by"),
        source=table.text("source", source or None), language=language,
    )  # fmt: skip


def _package(table: Table, source: str, language: str) -> NewPackage:
    table.only("number", "name", "translated", "description", "source")
    names = table.words("name")
    translated = table.texts("translated", ())
    if unknown := [each for each in translated if each not in positions.LANGUAGES]:
        table.fail(f"'{unknown[0]}' is no language of the names", key="translated", mend="write fi, sv or en")
    return NewPackage(
        number=table.number("number"), name_fi=names["fi"], name_sv=names["sv"], name_en=names["en"],
        translated=list(translated), description=table.text("description", ""),
        source=table.text("source", source or None), language=language,
    )  # fmt: skip


def _measure(table: Table, language: str) -> NewMeasure:
    table.only("package", "name", "description", "from", "to", "responsible", "illustrative", "expectation")
    return NewMeasure(
        name=table.text("name"), description=table.text("description", ""), from_day=table.day("from"),
        until=_day(table, "to"), responsible=table.text("responsible"),
        illustrative=table.yes_or_no("illustrative", False), language=language,
        expectations=tuple(_expectation(one) for one in table.tables("expectation")),
    )  # fmt: skip


def _expectation(table: Table) -> NewExpectation:
    table.only("indicator", "direction", "population", "group", "dimension", "classes", "size", "by")
    dimension = table.one_of("dimension", tuple(DIMENSIONS)) if "dimension" in table.data else ""
    classes = goal_rules.ordered(dimension, table.texts("classes", ()))
    if not dimension and classes:
        table.fail("the classes have no dimension", key="classes", mend='write it beside them: dimension = "age"')
    if dimension and not (classes and goal_rules.are_classes(dimension, classes)):
        known = ", ".join(DIMENSIONS[dimension].classes)
        table.fail(f"these are no classes of '{dimension}'", key="classes", mend=f"write each once, of {known}")
    return NewExpectation(
        indicator=table.one_of("indicator", tuple(INDICATORS)), direction=table.one_of("direction", DIRECTIONS),
        population=table.one_of("population", POPULATIONS, POPULATIONS[0]), group=table.text("group", ""),
        size=_decimal(table, "size") if "size" in table.data else None, by_day=_day(table, "by"),
        dimension=dimension, classes=classes,
    )  # fmt: skip


def _day(table: Table, key: str) -> date | None:
    return table.day(key) if key in table.data else None


def _decimal(table: Table, key: str) -> Decimal:
    value = table.data.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float):
        table.fail(f"'{key}' must be a number", key=key if key in table.data else None, mend=f"write {key} = 75")
    found = Decimal(str(value))
    if not found.is_finite() or abs(found) >= goal_actions.TOO_MUCH:
        table.fail(f"'{key}' is no figure", key=key, mend=f"write {key} = 75")
    if found != round(found, 2):
        table.fail(f"'{key}' has more than two decimals", key=key)
    return found


def _refuse_doubled(said: list[Said]) -> None:
    known = set()
    for one in said:
        key = (type(one.content), one.package, _key(one.content))
        if key in known:
            one.table.fail("the file says this twice", mend="remove one of them")
        known.add(key)


def _key(content: NewTarget | NewPackage | NewMeasure) -> tuple[object, ...]:
    if isinstance(content, NewTarget):
        return content.indicator, content.by_day
    return (content.number,) if isinstance(content, NewPackage) else (content.name,)


class _DryRun(Exception):
    """Everything is taken back."""


def load(goals: Goals, *, dry_run: bool = False, actor: Actor | None = None) -> Loaded:
    """Have an area's goals say what the file says; the same file again changes nothing. All of it or nothing.

    `dry_run` does the work and takes it back. Raises PermissionDenied, and Problem at the file and line of what is
    refused.
    """
    counts = dict.fromkeys(("added", "changed", "same"), 0)
    try:
        with transaction.atomic():
            for one in goals.said:
                counts[_load(one, goals, actor)] += 1
            if dry_run:
                raise _DryRun
    except _DryRun:
        pass
    return Loaded(**counts)


def _load(one: Said, goals: Goals, actor: Actor | None) -> str:
    content = one.content
    try:
        if isinstance(content, NewTarget):
            return _load_target(content, goals, actor)
        if isinstance(content, NewPackage):
            return _load_package(content, goals, actor)
        return _load_measure(content, one.package, goals, actor)
    except Problem as problem:
        one.table.fail(problem.what, mend=problem.mend)


def _load_target(content: NewTarget, goals: Goals, actor: Actor | None) -> str:
    standing = Target.objects.filter(STANDING, area=goals.area, indicator=content.indicator, by_day=content.by_day)
    old = standing.first()
    if old is not None and said_of_target(old) == content:
        return "same"
    replaces = old.pk if old else None
    goal_actions.set_target(goals.area, content, reason=goals.reason, replaces=replaces, actor=actor)
    return "changed" if old else "added"


def _load_package(content: NewPackage, goals: Goals, actor: Actor | None) -> str:
    old = WorkPackage.objects.filter(STANDING, area=goals.area, number=content.number).first()
    if old is not None and said_of_package(old) == content:
        return "same"
    replaces = old.pk if old else None
    goal_actions.set_package(goals.area, content, reason=goals.reason, replaces=replaces, actor=actor)
    return "changed" if old else "added"


def _load_measure(content: NewMeasure, number: int, goals: Goals, actor: Actor | None) -> str:
    package = WorkPackage.objects.filter(STANDING, area=goals.area, number=number).first()
    if package is None:
        raise Problem(f"there is no work package {number}", mend="give it in a [[package]]")
    if not Organisation.objects.filter(key=content.responsible).exists():
        raise Problem(f"there is no organisation '{content.responsible}'", mend="write its key, such as espoo")
    old = Measure.objects.filter(STANDING, package=package.first_id or package.pk, name=content.name).first()
    if old is not None and said_of_measure(old) == content:
        return "same"
    goal_actions.set_measure(package, content, reason=goals.reason, replaces=old.pk if old else None, actor=actor)
    return "changed" if old else "added"


def said_of_target(target: Target) -> NewTarget:
    """What a row says, to be compared with a file or shown in a form."""
    return NewTarget(**_values(target, NewTarget))


def said_of_package(package: WorkPackage) -> NewPackage:
    """See `said_of_target`."""
    return NewPackage(**_values(package, NewPackage))


def said_of_measure(measure: Measure) -> NewMeasure:
    """See `said_of_target`."""
    expectations = tuple(
        NewExpectation(**{**_values(one, NewExpectation), "classes": one.whose.classes})
        for one in measure.expectations.order_by("pk")
    )
    return NewMeasure(
        measure.name, measure.valid.lower, measure.valid.upper, measure.responsible.key, measure.description,
        expectations, measure.illustrative, measure.language,
    )  # fmt: skip


def _values(row: object, kind: Any) -> Mapping[str, Any]:
    names: Iterator[str] = iter(kind.__dataclass_fields__)
    return {name: getattr(row, name) for name in names}
