"""Why the law says what it says of a person: sentences with their citation, in Finnish, Swedish and English.

Composed per distinct pattern, area and missing facts, then joined to the people as a column.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import groupby

import polars as pl

from kokeilu.law.duties import TransferGround
from kokeilu.law.facts import FACTS
from kokeilu.law.grounds import Signature, facts_behind, signatures
from kokeilu.law.logic import NO, UNKNOWN, YES, Atom, Name, leaves
from kokeilu.law.positions import LANGUAGES
from kokeilu.law.rules import OUTCOMES, outcome
from kokeilu.law.trial import AREA, Criterion, Group, Trial, Version, Words
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
STAYS: Words = {
    "fi": "Asiakkuus jatkuu: kokeilun asiakkaaksi tullut pysyy asiakkaana.",
    "sv": "Kundrelationen fortsätter: den som har blivit kund i försöket förblir kund.",
    "en": "The customer stays: who has become a customer of the trial remains one.",
}
LONGEST_STAY: Words = {
    "fi": "Enimmäisaika kokeilussa on päättynyt.",
    "sv": "Den längsta tiden i försöket har gått ut.",
    "en": "The longest time in the trial has passed.",
}
TRIAL_ENDED: Words = {
    "fi": "Kokeilu on päättynyt.",
    "sv": "Försöket har upphört.",
    "en": "The trial has ended.",
}
SEARCH = "job_search_valid"  # the fact that a version's grace is about
NO_AREA: Words = {"fi": "(ei tiedossa)", "sv": "(inte känt)", "en": "(not known)"}


@dataclass(frozen=True)
class Reason:
    """One sentence of an explanation. `citation` carries the mark "(not verified)" in the reader's language
    itself; `facts` are those that it rests on for the person, by their names, where it is about a person's facts.
    """

    text: str
    citation: str
    verified: bool
    facts: tuple[str, ...] = field(default=(), compare=False)  # sentences that read the same are the same


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
    _check_language(language)
    if outcome(version, pattern) != decision:
        raise Problem(f"pattern {pattern} of {version.key} is not {decision}", mend="use the version that decided")
    _, (signature,) = signatures(version, pl.Series([pattern]))
    return _with_facts(version, pattern, signature, _reasons(trial, signature, area, missing, language))


def leaving(trial: Trial, on: date, pattern: int, language: str, *, area: str | None = None) -> list[Reason]:
    """The reasons why someone who is in leaves by the version's `exit`, in the order of the law.

    Without `stays` these are the reasons of the decision `out`. Problem: the version has no exit that holds for the
    pattern, or the pattern is none of the version's.
    """
    version = trial.version_on(on)
    _check_language(language)
    if not version.stays:
        return reasons(trial, on, pattern, "out", language, area=area)
    found = () if version.exit is None else signatures(version, pl.Series([pattern]), version.exit)[1]
    if not found or found[0].decision != YES:
        raise Problem(f"nobody leaves by pattern {pattern} of {version.key}", mend="use the version that decided")
    return _with_facts(version, pattern, found[0], _reasons(trial, found[0], area, None, language))


def staying(trial: Trial, on: date, language: str) -> Reason:
    """Why a customer stays whom the law of the day would not take in. Problem: by that law nobody stays."""
    version = trial.version_on(on)
    if not version.stays:
        raise Problem(f"by the version of {version.key} nobody stays in", mend="explain the decision of the day")
    return _of_version(version, STAYS, language)


def moving(trial: Trial, on: date, pattern: int, language: str, *, area: str | None) -> list[Reason]:
    """The reasons why a customer goes on in the area where they live now, in the order of the law: that they live
    there, and that who is in stays (where the version says so), whatever the law of the day would say of them anew.
    `area` None: it is not named.

    Problem: the pattern is none of the version's.
    """
    version = trial.version_on(on)
    _check_language(language)
    states = version.states(pattern)
    lives_there = tuple(
        (each, YES) for each in version.criteria if states[Name(each.key)] == YES and AREA in each.yes[language]
    )
    rests = Signature(YES, lives_there)
    found = _with_facts(version, pattern, rests, _reasons(trial, rests, area, None, language))
    return [*found, staying(trial, on, language)] if version.stays else found


def search_over(trial: Trial, on: date, pattern: int, language: str) -> list[Reason]:
    """The reasons why someone who is in leaves after the version's `grace`: that there is no valid job search. None
    where the pattern does not say so. Problem: the pattern is none of the version's."""
    version = trial.version_on(on)
    _check_language(language)
    states = version.states(pattern)
    failed = [each for each in version.criteria if states[Name(each.key)] == NO]
    over = tuple(
        (each, NO) for each in failed if [leaf.fact for leaf in leaves(each.test) if isinstance(leaf, Atom)] == [SEARCH]
    )
    rests = Signature(NO, over)
    return _with_facts(version, pattern, rests, _reasons(trial, rests, None, None, language))


def longest_stay(trial: Trial, on: date, language: str) -> Reason:
    """Why someone leaves whose longest stay has passed. Problem: the version limits no stay."""
    version = trial.version_on(on)
    if version.longest_stay is None:
        raise Problem(f"the version of {version.key} limits no stay", mend="explain the leaving otherwise")
    return _of_version(version, LONGEST_STAY, language)


def trial_ended(trial: Trial, language: str) -> Reason:
    """Why everybody leaves when the trial ends: by its last version."""
    return _of_version(trial.versions[-1], TRIAL_ENDED, language)


def transferred(ground: TransferGround, language: str) -> Reason:
    """Why an authority moved a customer."""
    _check_language(language)
    return Reason(ground.sentence[language], citation(ground.law, ground.verified, language), ground.verified)


def _of_version(version: Version, words: Words, language: str) -> Reason:
    _check_language(language)
    return Reason(words[language], citation(version.statute, version.verified, language), version.verified)


def sentences(trial: Trial, decisions: pl.DataFrame, language: str) -> pl.Series:
    """The column `reason`: the decision and its reasons as text.

    `decisions` has the columns of `kokeilu.law.rules.decide`; the answer is in its row order. Problem:
    a version or pattern that is none of the trial's.
    """
    _check_language(language)
    keys = decisions["version"].unique(maintain_order=True)
    parts = []
    for key in keys:
        rows = (decisions["version"] == key).arg_true()
        part = decisions if len(keys) == 1 else decisions[rows]
        parts.append(pl.DataFrame({"row": rows, "reason": _sentences(trial, trial.version(key), part, language)}))
    if not parts:
        return pl.Series("reason", [], dtype=pl.String)
    return pl.concat(parts).sort("row")["reason"]


def _sentences(trial: Trial, version: Version, decisions: pl.DataFrame, language: str) -> pl.Series:
    """Texts per distinct grounds, area (where a sentence names it) and missing facts, joined to the rows."""
    of_pattern, found = signatures(version, decisions["pattern"].unique())
    names_area = pl.Series([_names_area(each, language) for each in found], dtype=pl.Boolean)
    signature = pl.col("signature")
    keyed = decisions.join(of_pattern, on="pattern", how="left", maintain_order="left").select(
        signature, pl.when(pl.lit(names_area).gather(signature)).then("area").alias("area"), "missing"
    )
    distinct = keyed.unique()
    decided = version.decided or DECISIONS
    texts = [
        " ".join(
            [
                decided[OUTCOMES[found[number].decision]][language],
                *_texts(trial, found[number], area, tuple(missing.split()), language),
            ]
        )
        for number, area, missing in distinct.iter_rows()
    ]
    composed = distinct.with_columns(pl.Series("reason", texts, dtype=pl.String))
    return keyed.join(composed, on=distinct.columns, how="left", nulls_equal=True, maintain_order="left")["reason"]


def _texts(
    trial: Trial, signature: Signature, area: str | None, missing: tuple[str, ...], language: str
) -> Iterator[str]:
    for cited, same in groupby(_reasons(trial, signature, area, missing, language), key=lambda each: each.citation):
        yield " ".join(reason.text for reason in same) + f" [{cited}]"


def _reasons(
    trial: Trial, signature: Signature, area: str | None, missing: tuple[str, ...] | None, language: str
) -> list[Reason]:
    if signature.decision == UNKNOWN:
        return _missing_reasons(signature, missing, language)
    area_name = trial.area_names(language).get(area or "", NO_AREA[language])
    return [
        Reason(
            _sentence(part, state, language).replace(AREA, area_name),
            citation(part.law, part.verified, language),
            part.verified,
        )
        for part, state in signature.grounds
    ]


def _with_facts(version: Version, pattern: int, signature: Signature, found: list[Reason]) -> list[Reason]:
    if signature.decision == UNKNOWN:  # each names its missing fact itself
        return found
    return [
        replace(reason, facts=facts_behind(version, part, pattern))
        for reason, (part, _) in zip(found, signature.grounds, strict=True)
    ]


def _sentence(part: Criterion | Group, state: int, language: str) -> str:
    return (part.yes if state == YES else part.no)[language]


def _names_area(signature: Signature, language: str) -> bool:
    if signature.decision == UNKNOWN:
        return False
    return any(AREA in _sentence(part, state, language) for part, state in signature.grounds)


def _missing_reasons(signature: Signature, missing: tuple[str, ...] | None, language: str) -> list[Reason]:
    """One sentence per missing fact, with the citation of the first criterion that asks about it."""
    found: dict[str, Criterion] = {}
    for part, _ in signature.grounds:
        if isinstance(part, Criterion):
            for leaf in leaves(part.test):
                if isinstance(leaf, Atom) and (missing is None or leaf.fact in missing):
                    found.setdefault(leaf.fact, part)
    return [
        Reason(
            MISSING[language].format(fact=FACTS[fact].label[language]),
            citation(criterion.law, criterion.verified, language),
            criterion.verified,
            (fact,),
        )
        for fact, criterion in found.items()
    ]


def citation(law: str, verified: bool, language: str) -> str:
    """The citation, marked in the reader's language where it is not verified."""
    return law if verified else f"{law} ({NOT_VERIFIED[language]})"


def _check_language(language: str) -> None:
    if language not in LANGUAGES:
        raise Problem(f"no sentences in '{language}'", mend=f"choose {', '.join(LANGUAGES)}")
