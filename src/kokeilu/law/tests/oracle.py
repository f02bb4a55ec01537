"""The law of 1.3.2021 once more, person by person in plain Python: slow, and written apart from the product."""

from collections.abc import Iterable

import numpy as np
import polars as pl

FACTS = {
    "job_search_valid": bool,
    "trial_area": str,
    "unemployed": bool,
    "laid_off": bool,
    "supported_work": bool,
    "in_service": bool,
    "earnings_related_right": bool,
    "age": int,
    "domestic_language": bool,
    "immigrant": bool,
}


def all_of(answers: Iterable[bool | None]) -> bool | None:
    answers = list(answers)
    if any(answer is False for answer in answers):
        return False
    return None if any(answer is None for answer in answers) else True


def negated(answer: bool | None) -> bool | None:
    return None if answer is None else not answer


def any_of(answers: Iterable[bool | None]) -> bool | None:
    return negated(all_of(negated(answer) for answer in answers))


def criteria(person: dict) -> list[bool | None]:
    """The ten answers in the order of the definition."""
    age, area = person["age"], person["trial_area"]
    return [
        person["job_search_valid"],
        None if area is None else area != "none",
        person["unemployed"],
        person["laid_off"],
        person["supported_work"],
        person["in_service"],
        negated(person["earnings_related_right"]),
        None if age is None else age < 30,
        negated(person["domestic_language"]),
        person["immigrant"],
    ]


def decision(person: dict) -> str:
    job_search, resident, *rest = criteria(person)
    answer = all_of([job_search, resident, any_of(rest[:4]), any_of(rest[4:])])
    return {True: "in", False: "out", None: "undecided"}[answer]


def pattern(person: dict) -> int:
    digits = [{False: 0, True: 1, None: 2}[answer] for answer in criteria(person)]
    return sum(digit * 3**place for place, digit in enumerate(digits))


def missing(person: dict) -> str:
    """By trying: a missing fact matters where two of its values, the others filled in somehow, differ."""
    gaps = [fact for fact in FACTS if person[fact] is None]
    values = {"age": (20, 40), "trial_area": ("none", "helsinki")}
    found = set()
    for fact in gaps:
        others = [gap for gap in gaps if gap != fact]
        for choice in range(2 ** len(others)):
            filled = dict(person)
            for place, other in enumerate(others):
                filled[other] = values.get(other, (False, True))[choice >> place & 1]
            answers = {decision({**filled, fact: value}) for value in values.get(fact, (False, True))}
            if len(answers) > 1:
                found.add(fact)
                break
    return " ".join(sorted(found))


def random_facts(people: int, seed: int, missing_share: float) -> pl.DataFrame:
    """Facts of random people, each fact missing with the same chance, ages about the borders."""
    random = np.random.default_rng(seed)
    columns: dict[str, pl.Series] = {}
    for fact, kind in FACTS.items():
        if kind is bool:
            values = pl.Series(random.random(people) < random.uniform(0.2, 0.8))
        elif kind is int:
            values = pl.Series(random.integers(27, 33, people, dtype=np.int32))
        else:
            values = pl.Series(random.choice(["none", "helsinki", "espoo"], people))
        columns[fact] = values.set(pl.Series(random.random(people) < missing_share), None)
    return pl.DataFrame({"person": pl.int_range(people, eager=True).cast(pl.String), **columns})
