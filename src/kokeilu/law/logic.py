"""Three-valued logic (Kleene) over facts and over named criteria, compiled to columns.

A *test* is a predicate over facts (`age < 30`); an *expression* joins criteria and groups by name
(`job_search AND NOT resident`). Both are the same four nodes. They are compiled to Polars expressions and,
through sqlglot, to SQL text of any dialect; only distinct patterns are ever evaluated in Python.

A state is 0 (no), 1 (yes) or 2 (unknown).
"""

import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import reduce
from typing import Any, Literal, TypeAlias

import polars as pl
from sqlglot import exp

NO, YES, UNKNOWN = 0, 1, 2

Value: TypeAlias = bool | int | str | date
Operator: TypeAlias = Literal["is true", "=", "<>", "<", "<=", ">", ">=", "in", "between", "is null"]


@dataclass(frozen=True)
class Atom:
    """One question about one fact: `fact operator values`. `is true` and `is null` take no value."""

    fact: str
    operator: Operator
    values: tuple[Value, ...] = ()


@dataclass(frozen=True)
class Name:
    """A criterion or group by its key."""

    key: str


@dataclass(frozen=True)
class Not:
    """The opposite; unknown stays unknown."""

    part: "Node"


@dataclass(frozen=True)
class And:
    """No where any part is no, else unknown where any is unknown, else yes."""

    parts: tuple["Node", ...]


@dataclass(frozen=True)
class Or:
    """Yes where any part is yes, else unknown where any is unknown, else no."""

    parts: tuple["Node", ...]


Node: TypeAlias = Atom | Name | Not | And | Or


def leaves(node: Node) -> Iterator[Atom | Name]:
    """The atoms and names of an expression from left to right, repeated where they are repeated."""
    match node:
        case Not(part):
            yield from leaves(part)
        case And(parts) | Or(parts):
            for part in parts:
                yield from leaves(part)
        case _:
            yield node


def substitute(node: Node, meanings: Mapping[str, Node]) -> Node:
    """The expression with every name in `meanings` replaced by what it stands for, through and through."""
    match node:
        case Name(key) if key in meanings:
            return substitute(meanings[key], meanings)
        case Not(part):
            return Not(substitute(part, meanings))
        case And(parts):
            return And(tuple(substitute(part, meanings) for part in parts))
        case Or(parts):
            return Or(tuple(substitute(part, meanings) for part in parts))
        case _:
            return node


def evaluate(node: Node, states: Mapping[Atom | Name, int]) -> int:
    """The state of an expression where the states of its leaves are given."""
    match node:
        case Not(part):
            state = evaluate(part, states)
            return state if state == UNKNOWN else 1 - state
        case And(parts):
            return _first(NO, parts, states)
        case Or(parts):
            return _first(YES, parts, states)
        case _:
            return states[node]


def _first(decisive: int, parts: tuple[Node, ...], states: Mapping[Atom | Name, int]) -> int:
    """The decisive state as soon as a part has it, else unknown where any part is, else the other one."""
    answer = 1 - decisive
    for part in parts:
        state = evaluate(part, states)
        if state == decisive:
            return decisive
        if state == UNKNOWN:
            answer = UNKNOWN
    return answer


# Each works on a value and, building an expression, on a column.
_COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def holds(atom: Atom, value: Value | None) -> int:
    """The state of one atom for one value of its fact; None is unknown."""
    if atom.operator == "is null":
        return int(value is None)
    if value is None:
        return UNKNOWN
    match atom.operator:
        case "is true":
            return int(value is True)
        case "in":
            return int(value in atom.values)
        case "between":
            low, high = atom.values
            return int(low <= value <= high)  # type: ignore[operator]  # one type: the reader has checked it
        case sign:
            return int(_COMPARISONS[sign](value, atom.values[0]))


# -- columns ---------------------------------------------------------------------------------------


def to_polars(node: Node) -> pl.Expr:
    """A Boolean expression with nulls for unknown; facts and names are columns of the frame."""
    match node:
        case Atom():
            return _atom_to_polars(node)
        case Name(key):
            return pl.col(key)
        case Not(part):
            return ~to_polars(part)
        case And(parts):
            return reduce(lambda left, right: left & right, map(to_polars, parts))
        case Or(parts):
            return reduce(lambda left, right: left | right, map(to_polars, parts))


def _atom_to_polars(atom: Atom) -> pl.Expr:
    column = pl.col(atom.fact)
    match atom.operator:
        case "is true":
            return column
        case "is null":
            return column.is_null()
        case "in":
            return column.is_in(list(atom.values))  # null where the column is
        case "between":
            low, high = atom.values
            return column.is_between(pl.lit(low), pl.lit(high))
        case sign:
            compared: pl.Expr = _COMPARISONS[sign](column, atom.values[0])
            return compared


# -- SQL -------------------------------------------------------------------------------------------


def to_sql(node: Node) -> exp.Expr:
    """The same as a sqlglot expression; SQL's own logic with NULL is Kleene's."""
    match node:
        case Atom():
            return _atom_to_sql(node)
        case Name(key):
            return _column(key)
        case Not(part):
            return exp.not_(to_sql(part))
        case And(parts):
            return exp.and_(*map(to_sql, parts))
        case Or(parts):
            return exp.or_(*map(to_sql, parts))


_SQL_COMPARISONS: dict[str, type[exp.Binary]] = {
    "=": exp.EQ,
    "<>": exp.NEQ,
    "<": exp.LT,
    "<=": exp.LTE,
    ">": exp.GT,
    ">=": exp.GTE,
}


def _atom_to_sql(atom: Atom) -> exp.Expr:
    column = _column(atom.fact)
    values = [_literal(value) for value in atom.values]
    match atom.operator:
        case "is true":
            return column
        case "is null":
            return exp.Is(this=column, expression=exp.Null())
        case "in":
            return exp.In(this=column, expressions=values)
        case "between":
            return exp.Between(this=column, low=values[0], high=values[1])
        case sign:
            return _SQL_COMPARISONS[sign](this=column, expression=values[0])


def _column(name: str) -> exp.Expr:
    return exp.column(name, quoted=True)


def _literal(value: Value) -> exp.Expr:
    if isinstance(value, bool):
        return exp.Boolean(this=value)
    if isinstance(value, int):
        return exp.Literal.number(value)
    if isinstance(value, date):
        return exp.cast(exp.Literal.string(value.isoformat()), exp.DataType.Type.DATE)
    return exp.Literal.string(value)
