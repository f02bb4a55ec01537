"""The truth table of a version, collapsed to tables that a person can read.

Kleene's logic makes this exact: an expression is yes where one of its yes-rows holds and no where one of its
no-rows holds; rows follow from the parts (AND joins the yes-rows of its parts and collects their no-rows, OR
the other way round, NOT swaps them), and every other combination is unknown. Groups have a table of their
own.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import product

from kokeilu.law.logic import NO, UNKNOWN, YES, And, Atom, Name, Node, Not, Or, leaves
from kokeilu.law.trial import Version

Row = frozenset[tuple[Name, int]]  # the states that must hold; names not in it do not matter


@dataclass(frozen=True)
class DecisionTable:
    """`yes` where one of the yes-rows holds, no where one of the no-rows does, unknown otherwise."""

    key: str  # the group, or `member`
    columns: tuple[Name, ...]
    yes: tuple[Row, ...]
    no: tuple[Row, ...]

    def state(self, states: Mapping[Name, int]) -> int:
        """The answer for one combination of states of the columns."""
        for rows, answer in ((self.yes, YES), (self.no, NO)):
            if any(all(states[name] == state for name, state in row) for row in rows):
                return answer
        return UNKNOWN


def decision_tables(version: Version) -> tuple[DecisionTable, ...]:
    """The table of `member` first, then one of every group that it rests on; together they are the whole
    rule.
    """
    tables = [table_of("member", version.member)]
    reached = _in_order(version)
    return (*tables, *(table_of(key, version.groups[key].rule) for key in reached))


def _in_order(version: Version) -> list[str]:
    """The groups that `member` rests on, each after all that rest on it."""
    order: list[str] = []
    waiting: list[Node] = [version.member]
    while waiting:
        for leaf in leaves(waiting.pop(0)):
            if isinstance(leaf, Name) and leaf.key in version.groups:
                if leaf.key in order:
                    order.remove(leaf.key)
                order.append(leaf.key)
                waiting.append(version.groups[leaf.key].rule)
    return order


def table_of(key: str, node: Node) -> DecisionTable:
    """The table of one expression over names."""
    columns = tuple(dict.fromkeys(leaf for leaf in leaves(node) if isinstance(leaf, Name)))
    yes, no = _rows(node)
    place = {name: i for i, name in enumerate(columns)}

    def order(row: Row) -> list[tuple[int, int]]:
        return sorted((place[name], state) for name, state in row)

    return DecisionTable(key, columns, tuple(sorted(yes, key=order)), tuple(sorted(no, key=order)))


def _rows(node: Node) -> tuple[set[Row], set[Row]]:
    """The rows that make the expression yes, and those that make it no."""
    match node:
        case Not(part):
            yes, no = _rows(part)
            return no, yes
        case And(parts):
            found = [_rows(part) for part in parts]
            return _joined(yes for yes, _ in found), _collected(no for _, no in found)
        case Or(parts):
            found = [_rows(part) for part in parts]
            return _collected(yes for yes, _ in found), _joined(no for _, no in found)
        case Name():
            return {frozenset({(node, YES)})}, {frozenset({(node, NO)})}
        case Atom():
            raise TypeError("a table is made of an expression over criteria, not of a test")


def _joined(alternatives: Iterable[set[Row]]) -> set[Row]:
    """One row of each at once; a name cannot be both yes and no."""
    joined = (frozenset().union(*rows) for rows in product(*alternatives))
    return _smallest(row for row in joined if len({name for name, _ in row}) == len(row))


def _collected(alternatives: Iterable[set[Row]]) -> set[Row]:
    return _smallest(row for rows in alternatives for row in rows)


def _smallest(rows: Iterable[Row]) -> set[Row]:
    """Without the rows that a shorter one covers."""
    kept: list[Row] = []
    for row in sorted(set(rows), key=len):
        if not any(other <= row for other in kept):
            kept.append(row)
    return set(kept)
