"""What if the law were another: a definition with changes, and what it would do over a register's months."""

import re
import unicodedata
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import islice
from pathlib import Path

from kokeilu.law import positions
from kokeilu.law.areas import municipalities
from kokeilu.law.definition import reached
from kokeilu.law.logic import Name, Node, leaves
from kokeilu.law.positions import Table, Words
from kokeilu.law.predicates import PredicateError, parse_expression, parse_test
from kokeilu.law.trial import AreaRow, Criterion, Trial, Version
from kokeilu.problems import Problem

BASE = "base"  # the name of the unchanged law among scenarios
SOURCE = "scenario"  # of an area row that a scenario adds


@dataclass(frozen=True)
class Scenario:
    """Changes of a definition; what is not given stays.

    `tests` are other questions in place of criteria's, by key; `member` another expression over criteria and groups,
    in every version. `join` adds municipalities (by code), each an area of its own; `only` takes these in place of all
    areas; `leave` takes some out; `largest_cities` adds so many municipalities, those with the most job seekers.
    `from_day` and `to_day` are another first day and another first day after the trial.
    """

    key: str
    names: Words = field(hash=False)
    tests: Mapping[str, Node] = field(default_factory=dict, hash=False)
    member: Node | None = None
    join: tuple[str, ...] = ()
    only: tuple[str, ...] | None = None
    leave: tuple[str, ...] = ()
    largest_cities: int = 0
    from_day: date | None = None
    to_day: date | None = None


def read_scenarios(file: Path, base: Trial) -> tuple[Scenario, ...]:
    """The `[[scenario]]` of a TOML file, for one definition. Problem, at its line: anything wrong in it."""
    document, _ = positions.read(file)
    top = Table(document, (), document.data)
    top.only("scenario")
    found: dict[str, Scenario] = {}
    for table in top.tables("scenario"):
        scenario = _scenario(table, base)
        if scenario.key in (BASE, *found):
            table.fail(f"the key '{scenario.key}' is taken", key="key", mend="give each scenario a key of its own")
        try:
            apply(base, scenario, tuple(municipalities()))
        except Problem as problem:
            table.fail(problem.what, mend=problem.mend)
        found[scenario.key] = scenario
    if not found:
        top.fail("no scenarios", mend="add a [[scenario]]")
    return tuple(found.values())


def _scenario(table: Table, base: Trial) -> Scenario:
    table.only(
        *("key", "names", "tests", "member", "join", "only", "leave", "largest_cities", "from", "to"),
    )
    tests = table.table("tests")
    return Scenario(
        key=table.slug("key"),
        names=table.words("names"),
        tests={key: _parsed(tests, key, parse_test) for key in tests.data},
        member=_parsed(table, "member", parse_expression) if "member" in table.data else None,
        join=_codes(table, "join"),
        only=_codes(table, "only") if "only" in table.data else None,
        leave=_codes(table, "leave"),
        largest_cities=table.number("largest_cities") if "largest_cities" in table.data else 0,
        from_day=table.day("from") if "from" in table.data else None,
        to_day=table.day("to") if "to" in table.data else None,
    )


def _parsed(table: Table, key: str, parse: Callable[[str], Node]) -> Node:
    try:
        return parse(table.text(key))
    except PredicateError as error:
        table.fail(str(error), key=key, mend=error.mend)


def _codes(table: Table, key: str) -> tuple[str, ...]:
    codes = table.texts(key, ())
    for code in codes:
        if code not in municipalities():
            table.fail(f"unknown municipality '{code}'", key=key, mend='use three-digit codes such as "091"')
    return codes


# -- the law changed -------------------------------------------------------------------------------


def apply(base: Trial, scenario: Scenario, largest: Sequence[str] = ()) -> Trial:
    """The definition as the scenario changes it.

    `largest` are municipalities, those with the most job seekers first; the scenario's `largest_cities` takes from its
    start. Problem: an unknown criterion, a rule over unknown keys, an empty period, a municipality that joins and
    leaves.
    """
    known = {criterion.key: criterion for criterion in base.criteria}
    unknown = sorted({*scenario.tests} - known.keys())
    if unknown:
        raise Problem(f"unknown criterion '{unknown[0]}'", mend=f"known are {', '.join(known)}")
    from_day = scenario.from_day or base.from_day
    to_day = scenario.to_day or base.to_day
    if to_day <= from_day:
        raise Problem(f"the scenario ends on {to_day}, before it begins", mend="'to' is the first day after it")
    changed = {key: replace(known[key], test=scenario.tests.get(key, known[key].test)) for key in known}
    areas = _areas(base, scenario, largest, from_day, to_day)
    versions = tuple(
        _version(base, version, scenario, changed, areas) for version in _moved(base.versions, from_day, to_day)
    )
    return replace(
        base,
        key=f"{base.key}+{scenario.key}",
        names=scenario.names,
        from_day=from_day,
        to_day=to_day,
        criteria=tuple(changed.values()),
        areas=areas,
        versions=versions,
        examples=(),
    )


def _version(
    base: Trial, version: Version, scenario: Scenario, changed: Mapping[str, Criterion], areas: tuple[AreaRow, ...]
) -> Version:
    member = scenario.member or version.member
    for leaf in leaves(member):
        if isinstance(leaf, Name) and leaf.key not in {*changed, *base.groups}:
            raise Problem(f"unknown criterion '{leaf.key}'", mend=f"known are {', '.join([*changed, *base.groups])}")
    used = reached([member] if version.exit is None else [member, version.exit], base.groups)
    return replace(
        version,
        member=member,
        criteria=tuple(criterion for key, criterion in changed.items() if key in used),
        groups={key: group for key, group in base.groups.items() if key in used},
        areas=tuple(row for row in areas if row.meets(version.from_day, version.to_day)),
    )


def _moved(versions: tuple[Version, ...], from_day: date, to_day: date) -> Iterator[Version]:
    """The versions cut to the period; the first and the last reach to its ends."""
    for version in versions:
        begins = from_day if version is versions[0] else max(version.from_day, from_day)
        ends = to_day if version is versions[-1] else min(version.to_day, to_day)
        if begins < ends:
            yield replace(version, from_day=begins, to_day=ends)


def _areas(
    base: Trial, scenario: Scenario, largest: Sequence[str], from_day: date, to_day: date
) -> tuple[AreaRow, ...]:
    """The rows after the scenario's changes; those that held on the trial's first or to its last day move with it."""
    rows = [
        replace(
            row,
            from_day=from_day if row.from_day <= base.from_day else row.from_day,
            to_day=to_day if row.to_day == base.to_day else row.to_day,
        )
        for row in base.areas
        if row.municipality not in scenario.leave and (scenario.only is None or row.municipality in scenario.only)
    ]
    rows = [row for row in rows if row.to_day is None or row.from_day < row.to_day]
    placed = {row.municipality for row in rows if row.area is not None}
    cities = (code for code in largest if code not in scenario.leave)
    wanted = (
        *scenario.join,
        *(scenario.only or ()),
        *islice(cities, scenario.largest_cities),
    )
    both = sorted({*scenario.join, *(scenario.only or ())} & {*scenario.leave})
    if both:
        raise Problem(f"municipality {both[0]} joins and leaves", mend="name it once")
    joining = [code for code in dict.fromkeys(wanted) if code not in placed]
    rows = [row for row in rows if row.municipality not in joining]
    taken = {row.area for row in rows}
    return (*rows, *(_joined(code, taken, from_day, to_day) for code in joining))


def _joined(code: str, taken: Container[str | None], from_day: date, to_day: date) -> AreaRow:
    place = municipalities()[code]
    key = slug(place.name)
    return AreaRow(
        area=f"{key}-{code}" if key in taken else key,
        name=place.name,
        name_sv=place.name_sv,
        municipality=code,
        from_day=from_day,
        to_day=to_day,
        customers_expected=None,
        source=SOURCE,
        verified=False,
    )


def slug(name: str) -> str:
    """A name as a key: `Hämeenlinna` gives `hameenlinna`."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
