"""The questions that tell apart what two versions of the law say of people.

A criterion or group that means the same in both versions, and shares no fact with the rest, is one question. What is
left are facts, each with the classes of its values that the tests tell apart. Where placement may decide the trial
area, or a test asks for the municipality, home municipality, placement and area are one question together: without a
home municipality the area is that of the placement or none, with an unknown one it is unknown.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

from kokeilu.extract import NONE
from kokeilu.law.cover import States, Variable, reachable
from kokeilu.law.logic import NO, UNKNOWN, YES, And, Atom, Name, Node, Not, Or, Value, holds, leaves, substitute
from kokeilu.law.missing import representatives
from kokeilu.law.trial import NOWHERE, Version

WHERE = "where"  # the question of home municipality, placement and area
_PLACES = ("municipality", "placed_in", "trial_area")


@dataclass(frozen=True)
class Values:
    """Values of a fact that the tests do not tell apart.

    `known` is None for a missing fact. Of numbers and days the values are ranges with both ends, None without an
    end; of texts and yes or no they are `(value, value)`, and `others` says that all values which no test names
    belong to them. Where the tests only ask whether the fact is missing, any value is `(None, None)`.
    """

    fact: str
    known: tuple[tuple[Value | None, Value | None], ...] | None
    others: bool = False


Answer: TypeAlias = int | tuple[Values, ...]  # a state of a criterion or group; or values, of WHERE of several facts


@dataclass(frozen=True)
class Question:
    """A criterion or group by its key, a fact by its name, or WHERE; and the answers to it."""

    key: str
    answers: tuple[Answer, ...]
    variable: Variable


@dataclass(frozen=True)
class Asked:
    """The rules of two versions over the same questions."""

    before: Node
    after: Node
    questions: tuple[Question, ...]


def asked(before: Version, after: Version) -> Asked:
    """The two versions' rules over common questions."""
    shared = _shared(before, after)
    rules = [_over(version, version.member, shared) for version in (before, after)]
    found = list(dict.fromkeys(leaf for rule in rules for leaf in leaves(rule)))
    names = [leaf for leaf in found if isinstance(leaf, Name)]
    atoms = [leaf for leaf in found if isinstance(leaf, Atom)]
    questions = [*_fact_questions(atoms, before, after), *(_name_question(name, before) for name in names)]
    return Asked(rules[0], rules[1], tuple(questions))


# -- what both versions ask alike ------------------------------------------------------------------


def _shared(before: Version, after: Version) -> set[str]:
    """Keys that stand for the same in both, and whose facts nothing else in either rule asks about."""
    meanings = [_meanings(version) for version in (before, after)]
    shared = {key for key, meaning in meanings[0].items() if meanings[1].get(key) == meaning}
    if before.area_by != after.area_by:
        shared = {key for key in shared if not _facts(meanings[0][key]) & {WHERE}}
    while True:
        rules = [_over(version, version.member, shared) for version in (before, after)]
        used = {leaf for rule in rules for leaf in leaves(rule)}
        asking: dict[str, set[str]] = {}
        for leaf in used:
            for fact in _facts(meanings[0][leaf.key] if isinstance(leaf, Name) else leaf):
                asking.setdefault(fact, set()).add(leaf.key if isinstance(leaf, Name) else "")
        meeting = {key for keys in asking.values() if len(keys) > 1 for key in keys}
        if not meeting & shared:
            return shared
        shared -= meeting


def _meanings(version: Version) -> dict[str, Node]:
    """What each criterion and group of a version stands for, over facts."""
    tests: dict[str, Node] = {criterion.key: criterion.test for criterion in version.criteria}
    all_of = tests | {key: group.rule for key, group in version.groups.items()}
    return {key: substitute(node, all_of) for key, node in all_of.items()}


def _over(version: Version, node: Node, shared: set[str]) -> Node:
    """The expression over shared names, and over facts where a name is not shared."""
    match node:
        case Name(key) if key in shared:
            return node
        case Name(key) if key in version.groups:
            return _over(version, version.groups[key].rule, shared)
        case Name(key):
            return next(criterion.test for criterion in version.criteria if criterion.key == key)
        case Not(part):
            return Not(_over(version, part, shared))
        case And(parts):
            return And(tuple(_over(version, part, shared) for part in parts))
        case Or(parts):
            return Or(tuple(_over(version, part, shared) for part in parts))
        case _:
            return node


def _facts(node: Node) -> set[str]:
    """The facts that an expression over facts asks about; those of places are one."""
    facts = {leaf.fact for leaf in leaves(node) if isinstance(leaf, Atom)}
    return {WHERE if fact in _PLACES else fact for fact in facts}


def _name_question(name: Name, version: Version) -> Question:
    meaning = _meanings(version)[name.key]
    atoms = list(dict.fromkeys(leaf for leaf in leaves(meaning) if isinstance(leaf, Atom)))
    states = sorted(reachable(meaning, [q.variable for q in _fact_questions(atoms, version, version)]))
    return Question(name.key, tuple(states), Variable(tuple(({name: state}, {name: state}) for state in states)))


# -- facts -----------------------------------------------------------------------------------------


def _fact_questions(atoms: list[Atom], before: Version, after: Version) -> Iterator[Question]:
    by_fact: dict[str, list[Atom]] = {}
    for atom in atoms:
        by_fact.setdefault(atom.fact, []).append(atom)
    by_placement = "trial_area" in by_fact and "placed_in" in (*before.area_by, *after.area_by)
    if by_placement or {"trial_area", "municipality"} <= by_fact.keys():
        yield _where(by_fact.pop("trial_area"), by_fact.pop("municipality", []), before, after)
    for fact, about in by_fact.items():
        classes = list(_classes(fact, about))
        answers = tuple((values,) for values, _ in classes)
        yield Question(fact, answers, Variable(tuple((states, states) for _, states in classes)))


def _classes(fact: str, atoms: list[Atom]) -> Iterator[tuple[Values, States]]:
    """The classes of a fact's values, the missing one last, with the states of the atoms."""
    if all(atom.operator == "is null" for atom in atoms):
        yield Values(fact, ((None, None),)), dict.fromkeys(atoms, NO)
        yield Values(fact, None), dict.fromkeys(atoms, YES)
        return
    found: dict[tuple[int, ...], list[Value]] = {}
    some = representatives(atoms)
    for value in some:
        found.setdefault(tuple(holds(atom, value) for atom in atoms), []).append(value)
    for states, values in found.items():
        yield _named(fact, values, some), dict(zip(atoms, states, strict=True))
    yield Values(fact, None), {atom: holds(atom, None) for atom in atoms}


def _named(fact: str, values: list[Value], some: list[Value]) -> Values:
    if isinstance(some[0], str):  # the last one stands for all that no test names
        named = tuple((value, value) for value in values if value != some[-1])
        return Values(fact, named, others=some[-1] in values)
    if isinstance(some[0], bool):
        return Values(fact, tuple((value, value) for value in values))
    places = [some.index(value) for value in values]
    starts = [places[0], *(place for last, place in pairwise(places) if place > last + 1)]
    ends = [*(last for last, place in pairwise(places) if place > last + 1), places[-1]]
    return Values(
        fact,
        tuple(
            (None if start == 0 else some[start], None if end == len(some) - 1 else some[end])
            for start, end in zip(starts, ends, strict=True)
        ),
    )


def _where(areas: list[Atom], municipalities: list[Atom], before: Version, after: Version) -> Question:
    """Home municipality, placement and area together: the area's states may differ before and after."""
    by_placement = ["placed_in" in version.area_by for version in (before, after)]
    no_home = Atom("municipality", "=", (NONE,))
    homes = list(_classes("municipality", list(dict.fromkeys([no_home, *municipalities]))))
    in_areas = list(_classes("trial_area", areas))
    placed = [(Values("placed_in", v.known, v.others), states) for v, states in in_areas]
    outside: States = {atom: holds(atom, NOWHERE) for atom in areas}
    unknown: States = {atom: holds(atom, None) for atom in areas}
    answers: list[tuple[tuple[Values, ...], States, States]] = []
    for home, of_home in homes:
        if of_home[no_home] == UNKNOWN:
            answers.append(((home,), {**of_home, **unknown}, {**of_home, **unknown}))
        elif of_home[no_home] == NO:
            for area, of_area in in_areas:
                answers.append(((home, area), {**of_home, **of_area}, {**of_home, **of_area}))
        elif by_placement[0] or by_placement[1]:
            for place, of_place in placed:
                states = [{**of_home, **(of_place if counts else outside)} for counts in by_placement]
                answers.append(((home, place), states[0], states[1]))
        else:
            answers.append(((home,), {**of_home, **outside}, {**of_home, **outside}))
    variable = Variable(tuple((of_before, of_after) for _, of_before, of_after in answers))
    return Question(WHERE, tuple(told for told, _, _ in answers), variable)
