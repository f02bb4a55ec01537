"""People counted by what laws ask about, so that many laws are applied to few classes instead of many people.

A class is people of one home municipality and placement of whom every one of some questions has the same state. A
million people are some thousands of classes, and a rule over the questions says the same of all people of one class.
"""

from collections.abc import Sequence
from datetime import date

import polars as pl

from kokeilu.extract import NONE
from kokeilu.law.facts import DERIVED, FACTS, derived
from kokeilu.law.logic import UNKNOWN, Atom, Node, leaves, to_polars
from kokeilu.law.rules import base_3
from kokeilu.problems import Problem

PEOPLE = "people"
_KEYS = ("key", "key2")
PLACES = ("municipality", "placed_in")
_IN_FIRST, _IN_SECOND = 26, 39  # 3**26 * 2**20 and 3**39 fit in a signed 64-bit number
_PLACE = 2**10  # a municipality's code, or one of these
_NO_HOME, _UNKNOWN, _OTHER = 1000, 1001, 1002
OTHER_PLACE = "?"  # a code of no form: outside every area


def keys(people: pl.DataFrame, on: date, questions: Sequence[Node]) -> pl.DataFrame:
    """Numbers that are equal for people of one class, in the row order of `people`: the columns `key_columns`.

    `people` has columns of a register extract, or derived facts in place of their source columns; always
    `municipality`. A missing `placed_in` is unknown. Problem: a fact that is asked about cannot be worked out; too
    many questions.
    """
    if len(questions) > _IN_FIRST + _IN_SECOND:
        raise Problem(f"{len(questions)} questions at once", mend="compare fewer scenarios at a time")
    if "municipality" not in people.columns:
        raise Problem("missing column 'municipality'", mend="give the home municipality; a cell may be empty")
    needed = {leaf.fact for node in questions for leaf in leaves(node) if isinstance(leaf, Atom)}
    places = (pl.col("municipality"), _placed_in(people))
    facts = people.lazy().select(*places, *(_fact(name, people, on) for name in sorted(needed - {*PLACES})))
    names = names_of(questions)
    states = facts.select(
        (_place("municipality") + _place("placed_in") * _PLACE).alias("place"),
        *(to_polars(question).alias(name) for question, name in zip(questions, names, strict=True)),
    )
    first, second = names[:_IN_FIRST], names[_IN_FIRST:]
    pattern = base_3(first) if first else pl.lit(0, pl.Int64)
    columns = [(pl.col("place") + pattern * _PLACE**2).alias(_KEYS[0])]
    columns += [base_3(second).alias(_KEYS[1])] if second else []
    return states.select(columns).collect()


def decoded(classes: pl.DataFrame, questions: Sequence[Node]) -> pl.DataFrame:
    """The keys of classes as columns `municipality`, `placed_in` and a nullable flag for every question (`names_of`).

    The other columns stay.
    """
    names = names_of(questions)
    place, pattern = pl.col(_KEYS[0]) % _PLACE**2, pl.col(_KEYS[0]) // _PLACE**2
    first = range(min(len(names), _IN_FIRST))
    digits = [pattern // 3**number % 3 for number in first]
    digits += [pl.col(_KEYS[1]) // 3**number % 3 for number in range(len(names) - len(first))]
    return classes.with_columns(
        _code(place % _PLACE).alias("municipality"),
        _code(place // _PLACE).alias("placed_in"),
        *(pl.when(digit != UNKNOWN).then(digit == 1).alias(name) for digit, name in zip(digits, names, strict=True)),
    )


def key_columns(questions: Sequence[Node]) -> tuple[str, ...]:
    """The columns that `keys` gives: a second one only where the answers do not fit into the first."""
    return _KEYS if len(questions) > _IN_FIRST else _KEYS[:1]


def names_of(questions: Sequence[Node]) -> list[str]:
    """The columns of the answers."""
    return [name_of(number) for number in range(len(questions))]


def name_of(number: int) -> str:
    """The column of the answers to one question."""
    return f"q{number}"


def has_fact(name: str, people: pl.DataFrame) -> bool:
    """Whether the columns tell a fact."""
    return name in people.columns or (name in DERIVED and all(s in people.columns for s in DERIVED[name].sources))


def _fact(name: str, people: pl.DataFrame, on: date) -> pl.Expr:
    if name in people.columns:
        return pl.col(name).cast(FACTS[name].kind.polars)
    if not has_fact(name, people):
        instead = f", or {' and '.join(DERIVED[name].sources)}" if name in DERIVED else ""
        raise Problem(f"missing column '{name}'", mend=f"give {name}{instead}; a cell may be empty")
    return derived(name, on).alias(name)


def _placed_in(people: pl.DataFrame) -> pl.Expr:
    return pl.col("placed_in") if "placed_in" in people.columns else pl.lit(None, pl.String).alias("placed_in")


def _place(column: str) -> pl.Expr:
    text = pl.col(column).cast(pl.String)
    code = pl.when(text == NONE).then(_NO_HOME).otherwise(text.cast(pl.UInt16, strict=False).fill_null(_OTHER))
    return pl.when(text.is_null()).then(_UNKNOWN).otherwise(code).cast(pl.Int64)


def _code(number: pl.Expr) -> pl.Expr:
    text = number.cast(pl.String).str.zfill(3)
    named = pl.when(number == _NO_HOME).then(pl.lit(NONE)).when(number == _OTHER).then(pl.lit(OTHER_PLACE))
    return pl.when(number != _UNKNOWN).then(named.otherwise(text))
