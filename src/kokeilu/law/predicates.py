"""Reading predicates and expressions: sqlglot parses, and only a short list of SQL is accepted.

Accepted in a test: fact names, `AND`, `OR`, `NOT`, parentheses, `=`, `<>`, `<`, `<=`, `>`, `>=`, `BETWEEN`,
`IN` with a list, `IS NULL`, `IS NOT NULL`, `TRUE`, `FALSE`, whole numbers, texts in single quotes and dates
as `DATE '2021-03-01'`. A comparison is between one fact and literals, so that what a missing fact could
change can be found out.
"""

from collections.abc import Callable
from datetime import date

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from kokeilu.law.facts import FACTS, Kind
from kokeilu.law.logic import And, Atom, Name, Node, Not, Operator, Or, Value

LIST = "accepted are AND, OR, NOT, comparisons, BETWEEN, IN, IS NULL, literals and fact names"
_COMPARISONS: dict[type[exp.Expr], Operator] = {
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.GT: ">",
    exp.GTE: ">=",
}
_MIRRORED: dict[Operator, Operator] = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "<>": "<>"}
_EXAMPLES = {
    Kind.BOOL: "TRUE or FALSE",
    Kind.INT: "a whole number",
    Kind.TEXT: "a text in single quotes",
    Kind.DATE: "a date such as DATE '2021-03-01'",
}


class PredicateError(Exception):
    """Text that is not an accepted predicate; `mend` says what to write."""

    def __init__(self, what: str, mend: str = LIST) -> None:
        super().__init__(what)
        self.mend = mend


def parse_test(text: str) -> Node:
    """A predicate over facts. PredicateError: bad or unaccepted SQL, an unknown fact, a mismatch of
    types.
    """
    return _parse(text, _atom)


def parse_expression(text: str) -> Node:
    """An expression of AND, OR and NOT over keys. PredicateError: bad SQL or anything else in it."""
    return _parse(text, _key)


def _parse(text: str, leaf: Callable[[exp.Expr], Node]) -> Node:
    try:
        tree = sqlglot.parse_one(text, dialect="duckdb")
    except (SqlglotError, RecursionError) as error:
        errors = getattr(error, "errors", None)
        place = f" at character {errors[0]['col']}" if errors else ""
        raise PredicateError(f"bad SQL: '{text}'{place}", "mend the predicate") from None
    return _build(tree, leaf)


def _build(tree: exp.Expr, leaf: Callable[[exp.Expr], Node]) -> Node:
    match tree:
        case exp.Paren():
            return _build(tree.this, leaf)
        case exp.Not():
            return Not(_build(tree.this, leaf))
        case exp.And():
            return And(tuple(_build(part, leaf) for part in tree.flatten()))
        case exp.Or():
            return Or(tuple(_build(part, leaf) for part in tree.flatten()))
        case _:
            return leaf(tree)


def _key(tree: exp.Expr) -> Name:
    if not isinstance(tree, exp.Column) or tree.args.get("table"):
        raise PredicateError(
            f"'{tree.sql()}' cannot stand in an expression over criteria",
            "accepted are AND, OR, NOT, parentheses and keys of criteria and groups",
        )
    return Name(tree.name)


def _atom(tree: exp.Expr) -> Atom:
    match tree:
        case exp.Column():
            fact = _fact(tree)
            if FACTS[fact].kind is not Kind.BOOL:
                raise PredicateError(f"'{fact}' is not yes or no", f"compare it with {_EXAMPLES[FACTS[fact].kind]}")
            return Atom(fact, "is true")
        case exp.Is() if isinstance(tree.expression, exp.Null):
            return Atom(_fact(tree.this), "is null")
        case exp.In() if tree.expressions and not tree.args.get("query"):
            return _typed(_fact(tree.this), "in", tree.expressions)
        case exp.Between() if not tree.args.get("symmetric"):
            return _typed(_fact(tree.this), "between", [tree.args["low"], tree.args["high"]])
        case _ if type(tree) in _COMPARISONS:
            return _comparison(tree, _COMPARISONS[type(tree)])
        case _:
            raise PredicateError(f"'{tree.sql()}' is not accepted in a test", LIST)


def _comparison(tree: exp.Expr, operator: Operator) -> Atom:
    left, right = tree.this, tree.expression
    if isinstance(right, exp.Column) and not isinstance(left, exp.Column):
        left, right, operator = right, left, _MIRRORED[operator]
    return _typed(_fact(left), operator, [right])


def _fact(tree: exp.Expr) -> str:
    if not isinstance(tree, exp.Column) or tree.args.get("table"):
        raise PredicateError(f"'{tree.sql()}' is not a fact", LIST)
    if tree.name not in FACTS:
        raise PredicateError(f"unknown fact '{tree.name}'", f"facts are {', '.join(sorted(FACTS))}")
    return tree.name


def _typed(fact: str, operator: Operator, literals: list[exp.Expr]) -> Atom:
    kind = FACTS[fact].kind
    if operator in ("<", "<=", ">", ">=", "between") and kind not in (Kind.INT, Kind.DATE):
        raise PredicateError(f"'{fact}' has no order: {operator.upper()} does not apply", "use =, <> or IN")
    values = tuple(_value(fact, kind, literal) for literal in literals)
    if operator == "between" and values[0] > values[1]:  # type: ignore[operator]  # both of the fact's kind
        raise PredicateError(f"BETWEEN on '{fact}' has no value between its ends", "write the smaller end first")
    return Atom(fact, operator, values)


def _value(fact: str, kind: Kind, literal: exp.Expr) -> Value:
    """The literal as Python's value of the fact's kind."""
    value = _literal(literal)
    if value is None:
        raise PredicateError(f"'{fact}' is compared with {literal.sql()}", f"compare it with {_EXAMPLES[kind]}")
    # bool is a subclass of int, and a date is no text: the exact type decides
    if type(value) is not kind.python:
        raise PredicateError(
            f"type mismatch: '{fact}' is {kind.value} and {literal.sql()} is not", f"write {_EXAMPLES[kind]}"
        )
    return value


def _literal(tree: exp.Expr) -> Value | None:
    match tree:
        case exp.Null():
            raise PredicateError("a comparison with NULL is never true", "write IS NULL")
        case exp.Boolean():
            return bool(tree.this)
        case exp.Literal() if tree.is_string:
            return str(tree.this)
        case exp.Literal():
            return _whole(tree.this)
        case exp.Neg() if isinstance(tree.this, exp.Literal) and not tree.this.is_string:
            number = _whole(tree.this.this)
            return None if number is None else -number
        case exp.Cast() if tree.is_type(exp.DataType.Type.DATE) and isinstance(tree.this, exp.Literal):
            return _day(str(tree.this.this))
        case _:
            return None


def _whole(text: str) -> int | None:
    return int(text) if text.isdigit() and int(text) < 2**31 else None


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise PredicateError(f"'{text}' is not a day", "write a date such as DATE '2021-03-01'") from None
    if not 1800 <= day.year < 2200:
        raise PredicateError(f"'{text}' is a day in a year far away", "write a year from 1800 to 2199")
    return day
