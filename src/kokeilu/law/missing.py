"""Which missing facts matter: those whose values could change the decision.

Everything is worked out per distinct set of answers to the version's atoms, never per person. An atom asks
about one fact, so from the answers it is known which facts are missing; the decision as a function of the
missing facts alone is built as a reduced multi-valued decision diagram (Bryant 1986; Srinivasan et al. 1990),
in which exactly the facts appear on which the function depends.
"""

from collections.abc import Mapping
from datetime import date, timedelta

import polars as pl

from kokeilu.law.logic import UNKNOWN, Atom, Name, Node, Value, evaluate, holds, leaves, to_polars
from kokeilu.law.trial import Version

_DECIDED = 3  # diagram nodes 0, 1 and 2 are the outcomes; inner nodes are numbered from here


def missing_facts(version: Version, facts: pl.DataFrame, decision: pl.Series) -> pl.Series:
    """The column `missing`: sorted facts separated by spaces, empty where the decision is in or out."""
    undecided = decision == "undecided"
    if not undecided.any():
        return pl.repeat("", len(facts), dtype=pl.String, eager=True).alias("missing")
    keys = [f"a{i}" for i in range(len(version.atoms))]
    states = facts.filter(undecided).select(
        to_polars(atom).cast(pl.Int8).fill_null(UNKNOWN).alias(key)
        for atom, key in zip(version.atoms, keys, strict=True)
    )
    distinct = states.unique()
    named = [" ".join(matter(version, dict(zip(version.atoms, row, strict=True)))) for row in distinct.rows()]
    answers = states.join(
        distinct.with_columns(pl.Series("missing", named, dtype=pl.String)),
        on=keys,
        how="left",
        maintain_order="left",
    )["missing"]
    places = undecided.arg_true()
    return pl.repeat("", len(facts), dtype=pl.String, eager=True).scatter(places, answers).alias("missing")


def matter(version: Version, states: Mapping[Atom | Name, int]) -> tuple[str, ...]:
    """The missing facts that could change the decision, sorted, from the states of the version's atoms.

    Where all values lead to the same decision though Kleene's logic leaves it open (`x OR NOT x`), the facts
    of every unknown criterion are named, so that an undecided answer always says what is missing.
    """
    missing = sorted({atom.fact for atom in version.atoms if _is_missing(atom, states[atom])})
    diagram = _Diagram(version.rule_over_facts, missing, version.atoms)
    support = diagram.support(dict(states))
    if support:
        return tuple(sorted(support))
    return tuple(sorted({a.fact for a in leaves(version.rule_over_facts) if isinstance(a, Atom) and a.fact in missing}))


def _is_missing(atom: Atom, state: int) -> bool:
    return state == UNKNOWN or (atom.operator == "is null" and state == 1)


class _Diagram:
    """The decision as a function of the missing facts, one after the other, equal parts shared."""

    def __init__(self, rule: Node, missing: list[str], atoms: tuple[Atom, ...]) -> None:
        self._rule, self._missing = rule, missing
        self._asked = [[atom for atom in atoms if atom.fact == fact] for fact in missing]
        self._values = [representatives(asked) for asked in self._asked]
        # filling a fact in can turn a decided answer round only where a test asks whether it is missing
        self._null_asked = any(atom.operator == "is null" for asked in self._asked for atom in asked)
        self._nodes: dict[tuple[int, tuple[int, ...]], int] = {}

    def support(self, states: dict[Atom | Name, int]) -> set[str]:
        """The facts that the decision depends on."""
        self._build(states, 0)
        return {self._missing[level] for level, _ in self._nodes}

    def _build(self, states: dict[Atom | Name, int], level: int) -> int:
        state = evaluate(self._rule, states)
        if level == len(self._missing) or (state != UNKNOWN and not self._null_asked):
            return state
        children = tuple(
            self._build({**states, **{atom: holds(atom, value) for atom in self._asked[level]}}, level + 1)
            for value in self._values[level]
        )
        if len(set(children)) == 1:
            return children[0]
        return self._nodes.setdefault((level, children), _DECIDED + len(self._nodes))


def representatives(atoms: list[Atom]) -> list[Value]:
    """Values of a fact that give every combination of answers to its atoms that any value gives."""
    if any(atom.operator == "is true" for atom in atoms):
        return [False, True]
    values = {value for atom in atoms for value in atom.values}
    some = next(iter(values), None)
    match some:
        case None | bool():
            return [False, True]
        case str():
            texts = sorted(str(value) for value in values)
            return [*texts, "".join(texts) + "-"]  # longer than any of them: a text that none names
        case int():
            numbers = [value for value in values if isinstance(value, int)]
            return sorted({n + step for n in numbers for step in (-1, 0, 1)})
        case date():
            days = [value for value in values if isinstance(value, date)]
            return sorted({day + timedelta(days=step) for day in days for step in (-1, 0, 1)})
