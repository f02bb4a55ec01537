"""Why the law says what it says of a person: sentences with their citation, in Finnish, Swedish and English.

Composed per distinct pattern, area and missing facts, then joined to the people as a column.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby

import polars as pl

from kokeilu.law.facts import FACTS
from kokeilu.law.logic import NO, UNKNOWN, YES, And, Atom, Name, Node, Not, Or, evaluate, leaves, substitute
from kokeilu.law.positions import LANGUAGES
from kokeilu.law.rules import OUTCOMES
from kokeilu.law.trial import Criterion, Group, Trial, Version, Words
from kokeilu.problems import Problem

DECISIONS: dict[str, Words] = {
    "in": {
        "fi": "Kuuluu kokeilun asiakkaisiin.",
        "sv": "Hör till försökets kunder.",
        "en": "Is a customer of the trial.",
    },
    "out": {
        "fi": "Ei kuulu kokeilun asiakkaisiin.",
        "sv": "Hör inte till försökets kunder.",
        "en": "Is not a customer of the trial.",
    },
    "undecided": {
        "fi": "Kuulumista kokeiluun ei voi vielä ratkaista.",
        "sv": "Det går ännu inte att avgöra om personen hör till försöket.",
        "en": "It cannot be decided yet.",
    },
}
NOT_VERIFIED: Words = {"fi": "ei vahvistettu", "sv": "ej bekräftad", "en": "not verified"}
MISSING: Words = {
    "fi": "Puuttuva tieto: {fact}.",
    "sv": "Uppgift som saknas: {fact}.",
    "en": "Missing fact: {fact}.",
}
NO_AREA: Words = {"fi": "(ei tiedossa)", "sv": "(inte känt)", "en": "(not known)"}


@dataclass(frozen=True)
class Reason:
    """One sentence of an explanation. `citation` carries the mark "(not verified)" in the reader's language
    itself.
    """

    text: str
    citation: str
    verified: bool


def reasons(
    trial: Trial,
    on: date,
    pattern: int,
    decision: str,
    language: str,
    *,
    area: str | None = None,
    missing: tuple[str, ...] | None = None,
) -> list[Reason]:
    """The reasons for one person's decision of the day, in the order of the law.

    `area` is named where a sentence speaks of it. Of the undecided, `missing` are the missing facts that
    matter; without it they are every fact behind the unknown criteria that keep the decision open. Problem:
    `pattern` is none of the version's, or does not lead to `decision`.
    """
    version = trial.version_on(on)
    if OUTCOMES[evaluate(version.rule, version.states(pattern))] != decision:
        raise Problem(
            f"pattern {pattern} of {version.key} is not {decision}", mend="use the version that decided"
        )
    return _reasons(trial, version, pattern, language, area, missing)


def sentences(trial: Trial, decisions: pl.DataFrame, language: str) -> pl.Series:
    """The column `reason`: the decision and its reasons as text.

    `decisions` has the columns of `kokeilu.law.rules.decide`; the answer is in its row order.
    """
    keys = ["version", "pattern", "area", "missing"]
    distinct = decisions.select(keys).unique()
    texts = [
        _text(trial, trial.version(version), pattern, area, missing, language)
        for version, pattern, area, missing in distinct.rows()
    ]
    composed = distinct.with_columns(pl.Series("reason", texts, dtype=pl.String))
    return decisions.join(composed, on=keys, how="left", nulls_equal=True, maintain_order="left")["reason"]


def _text(trial: Trial, version: Version, pattern: int, area: str | None, missing: str, language: str) -> str:
    decision = OUTCOMES[evaluate(version.rule, version.states(pattern))]
    found = _reasons(trial, version, pattern, language, area, tuple(missing.split()))
    parts = [DECISIONS[decision][language]]
    for citation, same in groupby(found, key=lambda reason: reason.citation):
        parts.append(" ".join(reason.text for reason in same) + (f" [{citation}]" if citation else ""))
    return " ".join(parts)


def _reasons(
    trial: Trial,
    version: Version,
    pattern: int,
    language: str,
    area: str | None,
    missing: tuple[str, ...] | None,
) -> list[Reason]:
    if language not in LANGUAGES:
        raise Problem(f"no sentences in '{language}'", mend=f"choose {', '.join(LANGUAGES)}")
    states = version.states(pattern)
    grounds = _grounds(version, states)
    if evaluate(version.rule, states) == UNKNOWN:
        return _missing_reasons(grounds, missing, language)
    area_name = trial.area_names(language).get(area or "", NO_AREA[language])
    return [
        Reason(
            (part.yes if state == YES else part.no)[language].replace("{area}", area_name),
            citation(part.law, part.verified, language),
            part.verified,
        )
        for part, state in grounds
    ]


def _missing_reasons(
    grounds: list[tuple[Criterion | Group, int]], missing: tuple[str, ...] | None, language: str
) -> list[Reason]:
    """One sentence per missing fact, with the citation of the first criterion that asks about it."""
    found: dict[str, Criterion] = {}
    for part, _ in grounds:
        if isinstance(part, Criterion):
            for leaf in leaves(part.test):
                if isinstance(leaf, Atom) and (missing is None or leaf.fact in missing):
                    found.setdefault(leaf.fact, part)
    return [
        Reason(
            MISSING[language].format(fact=FACTS[fact].label[language]),
            citation(criterion.law, criterion.verified, language),
            criterion.verified,
        )
        for fact, criterion in found.items()
    ]


def citation(law: str, verified: bool, language: str) -> str:
    """The citation, marked in the reader's language where it is not verified."""
    return law if verified else f"{law} ({NOT_VERIFIED[language]})"


def _grounds(version: Version, states: Mapping[Atom | Name, int]) -> list[tuple[Criterion | Group, int]]:
    """The criteria and groups on which a decision rests, each with its state, in the order of the law.

    A yes of AND rests on all its parts, a yes of OR on the parts that are yes; a no of AND on the parts that
    are no, a no of OR on all; an unknown on the unknown parts. A group whose own sentence fits stands for its
    parts.
    """
    criteria = {criterion.key: criterion for criterion in version.criteria}
    rules = {group.key: group.rule for group in version.groups.values()}
    known: dict[Atom | Name, int] = dict(states)
    known.update({Name(key): evaluate(substitute(rule, rules), states) for key, rule in rules.items()})

    def of(node: Node) -> Iterator[tuple[Criterion | Group, int]]:
        state = evaluate(node, known)
        match node:
            case Name(key) if key in criteria:
                yield criteria[key], state
            case Name(key):
                group = version.groups[key]
                if (state == YES and group.yes) or (state == NO and group.no):
                    yield group, state
                else:
                    yield from of(group.rule)
            case Not(part):
                yield from of(part)
            case And(parts) | Or(parts):
                for part in parts:
                    if evaluate(part, known) == state:
                        yield from of(part)

    return list(dict.fromkeys(of(version.member)))
