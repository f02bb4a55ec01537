"""Reading the people that a definition brings along with the right answer."""

from collections.abc import Mapping

from kokeilu.extract import NONE
from kokeilu.law.areas import municipalities
from kokeilu.law.facts import DIRECT, FACTS
from kokeilu.law.positions import Table
from kokeilu.law.trial import Example, Version

DECISIONS = ("in", "out", "undecided")


def read_examples(top: Table, areas: set[str], versions: tuple[Version, ...]) -> tuple[Example, ...]:
    """The `[[example]]` of a definition with these areas and versions. Problem: anything wrong in one."""
    found: dict[str, Example] = {}
    for table in top.tables("example"):
        example = _example(table, areas, found)
        if example.name in found:
            table.fail(f"doubled name '{example.name}'", key="name", mend="give each example a name of its own")
        if not any(version.from_day <= example.on < version.to_day for version in versions):
            table.fail(f"no version on {example.on}", key="on", mend="take a day of one of the versions")
        found[example.name] = example
    return tuple(found.values())


def _example(table: Table, areas: set[str], earlier: Mapping[str, Example]) -> Example:
    table.only("name", "on", "like", "without", "person", "decision", "area", "missing")
    decision = table.one_of("decision", DECISIONS)
    area = table.text("area") if "area" in table.data else None
    if area is not None and area not in areas:
        table.fail(f"unknown area '{area}'", key="area", mend="use a key of the area table, or leave it out")
    missing = table.texts("missing", ())
    for fact in missing:
        if fact not in FACTS:
            table.fail(f"unknown fact '{fact}'", key="missing", mend=f"facts are {', '.join(sorted(FACTS))}")
    line = table.document.line(table.path)
    person = _person(table, earlier)
    return Example(table.text("name"), line, table.day("on"), person, decision, area, tuple(sorted(missing)))


def _person(table: Table, earlier: Mapping[str, Example]) -> dict[str, object]:
    """The columns given, over those of the earlier example that it is `like`, less those it is `without`."""
    given = table.table("person")
    given.only(*DIRECT)
    for column, value in given.data.items():
        _check_value(given, column, value)
    like: dict[str, object] = {}
    if "like" in table.data:
        if table.text("like") not in earlier:
            table.fail(f"no example '{table.text('like')}' before this one", key="like", mend="name an earlier one")
        like = earlier[table.text("like")].person
    without = table.texts("without", ())
    for column in without:
        if column not in like:
            table.fail(f"'{column}' is not a column of the example", key="without", mend="name a column it has")
    return {column: value for column, value in like.items() if column not in without} | given.data


def _check_value(person: Table, column: str, value: object) -> None:
    kind = DIRECT[column].kind
    if type(value) is not kind.python:
        person.fail(f"type mismatch: '{column}' must be {kind.value}", key=column)
    codes = column in ("municipality", "placed_in") and value != NONE
    if codes and value not in municipalities():
        person.fail(f"unknown municipality '{value}'", key=column, mend='use a three-digit code such as "091"')
