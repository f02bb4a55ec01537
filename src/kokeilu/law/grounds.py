"""On which criteria a decision rests, for all distinct patterns at once.

A yes of AND rests on all its parts, a yes of OR on the parts that are yes; a no of AND on the parts that are
no, a no of OR on all; an unknown on the unknown parts. A group whose own sentence fits stands for its parts.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import polars as pl

from kokeilu.law.logic import NO, UNKNOWN, YES, And, Atom, Name, Node, Not, Or, evaluate, leaves, substitute, to_polars
from kokeilu.law.trial import Criterion, Group, Version

Ground: TypeAlias = tuple[Criterion | Group, int]  # with its state


@dataclass(frozen=True)
class Signature:
    """A decision as a state, and the grounds it rests on in the order of the law."""

    decision: int
    grounds: tuple[Ground, ...]


def signatures(
    version: Version, patterns: pl.Series, rule: Node | None = None
) -> tuple[pl.DataFrame, tuple[Signature, ...]]:
    """Of distinct patterns of a version: a frame of `pattern` and `signature`, and the signatures by number.

    `rule` is an expression over the version's criteria and groups, `member` where none is given; a signature's
    `decision` is its state. Problem: a number that is no pattern of this version.
    """
    rule = rule or version.member
    for pattern in (patterns.min(), patterns.max()):
        version.check_pattern(int(pattern))  # type: ignore[arg-type]  # a column of integers, not empty
    states = pl.DataFrame({"pattern": patterns}).select(
        "pattern",
        *(
            pl.when(digit != UNKNOWN).then(digit == YES).alias(criterion.key)
            for i, criterion in enumerate(version.criteria)
            for digit in [pl.col("pattern") // 3**i % 3]
        ),
    )
    found: dict[Ground, pl.Expr] = {}
    for ground, rests in _Walk(version).of(rule, pl.lit(value=True)):
        found[ground] = found[ground] | rests if ground in found else rests
    groups = {group.key: group.rule for group in version.groups.values()}
    decision = to_polars(substitute(rule, groups)).cast(pl.Int8).fill_null(UNKNOWN)
    columns = {"decision": decision} | {str(i): rests for i, rests in enumerate(found.values())}
    spread = states.select("pattern", **columns)
    distinct = spread.select(*columns).unique().sort(*columns).with_row_index("signature")
    numbered = spread.join(distinct, on=list(columns), how="left").select("pattern", "signature")
    named = [
        Signature(decided, tuple(ground for ground, rests in zip(found, row, strict=True) if rests))
        for decided, *row in distinct.select(*columns).iter_rows()
    ]
    return numbered, tuple(named)


def facts_behind(version: Version, part: Criterion | Group, pattern: int) -> tuple[str, ...]:
    """The facts that a ground has its state from where the criteria are answered as in `pattern`, in the order of the
    law: of a criterion all that its test asks about, of a group those of the criteria that its state rests on.
    """
    states = version.states(pattern)
    rules = {group.key: group.rule for group in version.groups.values()}
    tests = {criterion.key: criterion.test for criterion in version.criteria}

    def behind(node: Node) -> Iterator[str]:
        match node:
            case Name(key):
                yield from (leaf.fact for leaf in leaves(tests[key]) if isinstance(leaf, Atom))
            case Not(inner):
                yield from behind(inner)
            case And(parts) | Or(parts):
                state = evaluate(node, states)
                for each in parts:
                    if evaluate(each, states) == state:
                        yield from behind(each)

    return tuple(dict.fromkeys(behind(substitute(Name(part.key), rules))))


class _Walk:
    """From an expression down to the criteria, with the condition under which the decision rests on each."""

    def __init__(self, version: Version) -> None:
        self._version = version
        self._criteria = {criterion.key: criterion for criterion in version.criteria}
        self._rules = {group.key: group.rule for group in version.groups.values()}

    def of(self, node: Node, reached: pl.Expr) -> Iterator[tuple[Ground, pl.Expr]]:
        match node:
            case Name(key) if key in self._criteria:
                for state in (NO, YES, UNKNOWN):
                    yield (self._criteria[key], state), reached & self._is(node, state)
            case Name(key):
                group = self._version.groups[key]
                for state, words in ((NO, group.no), (YES, group.yes)):
                    if words:
                        yield (group, state), reached & self._is(node, state)
                        reached = reached & ~self._is(node, state)
                yield from self.of(group.rule, reached)
            case Not(part):
                yield from self.of(part, reached)
            case And(parts) | Or(parts):
                for part in parts:
                    yield from self.of(part, reached & self._value(part).eq_missing(self._value(node)))

    def _is(self, node: Node, state: int) -> pl.Expr:
        value = self._value(node)
        return value.is_null() if state == UNKNOWN else value.eq_missing(pl.lit(state == YES))

    def _value(self, node: Node) -> pl.Expr:
        return to_polars(substitute(node, self._rules))
