"""Where two decisions differ, as few conditions as tell it exactly.

Variables have a few answers each; a decision before and a decision after are expressions over leaves whose states
follow from the answers. The pair of decisions is built as a reduced multi-valued decision diagram over the variables.
Where the pair differs, the diagram's paths are conditions ("cubes": a set of answers for each variable). They are
widened until none can be widened further and thinned until none is spared, as in two-level minimisation (Espresso,
Brayton et al. 1984).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from kokeilu.law.logic import UNKNOWN, And, Atom, Name, Node, Not, Or

States: TypeAlias = Mapping[Atom | Name, int]
Cube: TypeAlias = tuple[frozenset[int], ...]  # for each variable the answers that it allows
_MAYBE = Name("?")  # unknown in an expression that is half worked out; no key has this form
_Part: TypeAlias = Node | int  # an expression, or its state where that is settled


@dataclass(frozen=True)
class Variable:
    """The answers to one question, exclusive and complete: the leaves' states before and after of each answer."""

    answers: tuple[tuple[States, States], ...]


def differences(before: Node, after: Node, variables: Sequence[Variable]) -> dict[tuple[int, int], tuple[Cube, ...]]:
    """The conditions under which the two expressions have different states, by the states before and after.

    The cubes of one pair together are all of its conditions, none of any other; no cube lies in the others.
    Every leaf must have a state in every answer of some variable.
    """
    diagram = _Diagram(before, after, variables)
    found = {}
    for pair in sorted(diagram.pairs()):
        if pair[0] != pair[1]:
            wide = dict.fromkeys(diagram.widened(cube, pair) for cube in diagram.paths(pair))
            found[pair] = tuple(sorted(_thinned(list(wide)), key=lambda cube: [sorted(answers) for answers in cube]))
    return found


def reachable(node: Node, variables: Sequence[Variable]) -> set[int]:
    """The states that an expression takes under some answers."""
    return {state for state, _ in _Diagram(node, node, variables).pairs()}


class _Diagram:
    """Nodes 0-8 are the pairs of states, 3 * before + after; inner nodes are numbered from 9."""

    def __init__(self, before: Node, after: Node, variables: Sequence[Variable]) -> None:
        self._variables = variables
        self._all = [frozenset(range(len(variable.answers))) for variable in variables]
        self._nodes: list[tuple[int, tuple[int, ...]]] = []  # level, children by answer
        self._numbers: dict[tuple[int, tuple[int, ...]], int] = {}
        self._known: dict[tuple[int, _Part, _Part], int] = {}
        self._root = self._build(0, before, after)

    def _build(self, level: int, before: _Part, after: _Part) -> int:
        if isinstance(before, int) and isinstance(after, int):
            return 3 * before + after
        key = (level, before, after)
        if key not in self._known:
            children = tuple(
                self._build(level + 1, _settled(before, of_before), _settled(after, of_after))
                for of_before, of_after in self._variables[level].answers
            )
            self._known[key] = children[0] if len(set(children)) == 1 else self._number(level, children)
        return self._known[key]

    def _number(self, level: int, children: tuple[int, ...]) -> int:
        if (level, children) not in self._numbers:
            self._nodes.append((level, children))
            self._numbers[level, children] = 8 + len(self._nodes)
        return self._numbers[level, children]

    def pairs(self) -> set[tuple[int, int]]:
        """The pairs of states that occur."""
        ends = {self._root, *(child for _, children in self._nodes for child in children)}
        return {divmod(end, 3) for end in ends if end < 9}

    def paths(self, pair: tuple[int, int]) -> Iterator[Cube]:
        """Disjoint cubes that together are all conditions of the pair."""
        yield from (tuple(cube) for cube in self._paths(self._root, 3 * pair[0] + pair[1]))

    def _paths(self, number: int, end: int) -> Iterator[list[frozenset[int]]]:
        if number < 9:
            if number == end:
                yield list(self._all)
            return
        level, children = self._nodes[number - 9]
        for child in dict.fromkeys(children):
            answers = frozenset(place for place, other in enumerate(children) if other == child)
            for cube in self._paths(child, end):
                cube[level] = answers
                yield cube

    def widened(self, cube: Cube, pair: tuple[int, int]) -> Cube:
        """A cube around it that holds conditions of the pair alone and that no further answer fits in."""
        end = 3 * pair[0] + pair[1]
        wide = list(cube)
        for level in reversed(range(len(wide))):
            for more in (self._all[level], *(frozenset({answer}) for answer in sorted(self._all[level]))):
                tried = [*wide[:level], wide[level] | more, *wide[level + 1 :]]
                if self._ends(self._root, tried, {}) == {end}:
                    wide = tried
        return tuple(wide)

    def _ends(self, number: int, cube: Sequence[frozenset[int]], known: dict[int, set[int]]) -> set[int]:
        if number < 9:
            return {number}
        if number not in known:
            level, children = self._nodes[number - 9]
            known[number] = set().union(*(self._ends(children[answer], cube, known) for answer in cube[level]))
        return known[number]


def _settled(node: _Part, states: States) -> _Part:
    """The expression with these states filled in, as short as Kleene's logic makes it."""
    match node:
        case int():
            return node
        case Not(part):
            inner = _settled(part, states)
            if isinstance(inner, int):
                return inner if inner == UNKNOWN else 1 - inner
            return Not(inner)
        case And(parts):
            return _joined(And, 0, (_settled(part, states) for part in parts))
        case Or(parts):
            return _joined(Or, 1, (_settled(part, states) for part in parts))
        case _:
            return states.get(node, node)


def _joined(kind: type[And] | type[Or], decisive: int, parts: Iterable[_Part]) -> _Part:
    rest: dict[Node, None] = {}
    for part in parts:
        if part == decisive:
            return decisive
        if part in (UNKNOWN, _MAYBE):
            rest[_MAYBE] = None
        elif not isinstance(part, int):
            rest[part] = None
    match tuple(rest):
        case ():
            return 1 - decisive
        case (one,):
            return UNKNOWN if one == _MAYBE else one
        case several:
            return kind(several)


def _thinned(cubes: list[Cube]) -> list[Cube]:
    """Without the cubes that the others cover, the narrowest first."""
    for cube in sorted(cubes, key=lambda cube: sum(len(answers) for answers in cube)):
        others = [other for other in cubes if other != cube]
        if _covered(cube, others):
            cubes = others
    return cubes


def _covered(cube: Cube, others: Sequence[Cube]) -> bool:
    for place, other in enumerate(others):
        if all(one & two for one, two in zip(cube, other, strict=True)):
            return all(_covered(part, others[place + 1 :]) for part in _without(cube, other))
    return False


def _without(cube: Cube, other: Cube) -> Iterator[Cube]:
    """Disjoint cubes that together are the conditions of the one outside the other."""
    left = list(cube)
    for level, answers in enumerate(other):
        outside = left[level] - answers
        if outside:
            yield (*left[:level], outside, *left[level + 1 :])
        left[level] &= answers
