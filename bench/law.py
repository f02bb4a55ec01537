"""Law: decisions and explanations for 1 000 000 people, against the same rule by hand in numpy, and OpenFisca.

The people are invented: one employment situation each, one to two per cent of every fact missing. numpy gets its
arrays and masks ready made and yields decision and pattern as numbers; ours yields the whole table of decisions, with
area, version and the missing facts that matter as texts. The scenarios count people; numpy's arrays are ready made for
them too. OpenFisca does not know missing facts: it gets the people as
if all were known, fewer of them, and its figure is set against ours for as many people.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bench.report import Row, seconds
from kokeilu.law.areas import municipalities
from kokeilu.law.definition import shipped
from kokeilu.law.explain import sentences
from kokeilu.law.predicates import parse_test
from kokeilu.law.rules import OUTCOMES, decide
from kokeilu.law.scenarios import Scenario, apply
from kokeilu.law.trial import Trial
from kokeilu.law.whatif import compare, largest_municipalities

PEOPLE, FEWER, SEED, ON = 1_000_000, 200_000, 2021, date(2021, 3, 1)
MISSING_SHARE = 0.015
SITUATIONS = {"unemployed": 0.62, "laid_off": 0.12, "supported_work": 0.06, "other": 0.2}
SHARES = {
    "job_search_valid": 0.97, "in_service": 0.25, "earnings_related_right": 0.4, "domestic_language": 0.8,
    "immigrant": 0.12,
}  # fmt: skip
FLAGS = ("unemployed", "laid_off", "supported_work", *SHARES)

Arrays = dict[str, tuple[NDArray[Any], NDArray[np.bool_]]]  # values, and where they are missing


def run() -> list[Row]:
    """Decisions and explanations against numpy, decisions against OpenFisca."""
    trial = shipped("kuntakokeilu")
    arrays = _people(PEOPLE)
    facts = _facts(arrays)
    decisions = decide(trial, facts, ON)
    _check(decisions, *_by_hand(arrays))
    by_hand = seconds(lambda: _by_hand(arrays), repeat=5)
    ours = seconds(lambda: decide(trial, facts, ON), repeat=5)
    explained = seconds(lambda: sentences(trial, decisions, "fi"), repeat=5)
    peer = "bare numpy, decision and pattern"
    return [
        Row("decision, area, pattern, missing facts; 1 000 000 people", ours, peer, by_hand, 5),
        Row("explanation in one language; 1 000 000 people", explained, peer, by_hand, 15, "without the decision"),
        _against_openfisca(),
        _scenarios(),
    ]


def _people(people: int, seed: int = SEED) -> Arrays:
    random = np.random.default_rng(seed)
    situation = random.choice(list(SITUATIONS), people, p=list(SITUATIONS.values()))
    unknown_situation = random.random(people) < MISSING_SHARE
    arrays: Arrays = {key: (situation == key, unknown_situation) for key in FLAGS[:3]}
    for key, share in SHARES.items():
        arrays[key] = (random.random(people) < share, random.random(people) < MISSING_SHARE)
    arrays["age"] = (random.integers(17, 65, people, dtype=np.int32), random.random(people) < MISSING_SHARE)
    arrays["area"] = (random.integers(-4, len(_areas()), people), random.random(people) < MISSING_SHARE)
    return arrays


def _areas() -> list[str]:
    return sorted({str(row.area) for row in shipped("kuntakokeilu").areas_on(ON)})


def _facts(arrays: Arrays) -> pl.DataFrame:
    """The same people as columns of facts; an area below zero is outside the trial."""
    area, unknown_area = arrays["area"]
    texts = pl.Series([*_areas(), "none"]).gather(np.where(area < 0, len(_areas()), area))
    people = len(area)
    return pl.DataFrame(
        {
            "person": pl.int_range(people, eager=True).cast(pl.String),
            **{
                key: pl.Series(values).set(pl.Series(unknown), None)
                for key, (values, unknown) in arrays.items()
                if key != "area"
            },
            "trial_area": texts.set(pl.Series(unknown_area), None),
        }
    )


def _by_hand(arrays: Arrays, under: int = 30) -> tuple[NDArray[np.int8], NDArray[np.int64]]:
    """Decision (0 out, 1 in, 2 undecided) and pattern, written by hand for this one rule."""

    def state(key: str, test: Callable[[NDArray[Any]], NDArray[np.bool_]] | None = None) -> NDArray[np.int8]:
        values, unknown = arrays[key]
        return np.where(unknown, np.int8(2), (values if test is None else test(values)).astype(np.int8))

    states = [
        state("job_search_valid"),
        state("area", lambda area: area >= 0),
        *(state(key) for key in ("unemployed", "laid_off", "supported_work", "in_service")),
        state("earnings_related_right", np.logical_not),
        state("age", lambda age: age < under),
        state("domestic_language", np.logical_not),
        state("immigrant"),
    ]
    pattern = np.zeros(len(states[0]), dtype=np.int64)
    for place, each in enumerate(states):
        pattern += each.astype(np.int64) * 3**place
    yes, no = [each == 1 for each in states], [each == 0 for each in states]
    inside = yes[0] & yes[1] & (yes[2] | yes[3] | yes[4] | yes[5]) & (yes[6] | yes[7] | yes[8] | yes[9])
    outside = no[0] | no[1] | (no[2] & no[3] & no[4] & no[5]) | (no[6] & no[7] & no[8] & no[9])
    return np.where(inside, 1, np.where(outside, 0, 2)).astype(np.int8), pattern


def _check(decisions: pl.DataFrame, states: NDArray[np.int8], pattern: NDArray[np.int64]) -> None:
    """Ours and the rule by hand say the same of everyone."""
    assert (decisions["pattern"].to_numpy() == pattern).all()
    assert decisions["decision"].equals(pl.Series(OUTCOMES).gather(states.astype(np.uint32)))


# -- scenarios -------------------------------------------------------------------------------------

MONTHS, KINDS_OF_MONTHS = 46, 3
LATER, YOUNGER, CITIES = date(2021, 6, 1), 25, 20
Month = tuple[Arrays, NDArray[np.int64]]  # the people, and each one's municipality; -1 is unknown


def _scenarios() -> Row:
    """The law and three others over 46 months: whom each takes in and leaves open, by area."""
    trial = shipped("kuntakokeilu")
    codes = sorted(municipalities())
    kinds = [_month(seed, len(codes)) for seed in range(KINDS_OF_MONTHS)]
    frames = [_register(month, codes) for month in kinds]
    days = [date(2021 + (2 + month) // 12, (2 + month) % 12 + 1, 1) for month in range(MONTHS)]
    words = {"fi": "", "sv": "", "en": ""}
    scenarios = (
        Scenario("younger", words, {"under_30": parse_test(f"age < {YOUNGER}")}),
        Scenario("cities", words, largest_cities=CITIES),
        Scenario("later", words, from_day=LATER),
    )
    largest = largest_municipalities(frames[0])
    laws = [trial, *(apply(trial, scenario, largest) for scenario in scenarios)]

    def ours() -> pl.DataFrame:
        return compare(trial, scenarios, ((day, frames[n % KINDS_OF_MONTHS]) for n, day in enumerate(days)))

    def by_hand() -> list[tuple[int, int]]:
        found = []
        for number, day in enumerate(days):
            arrays, places = kinds[number % KINDS_OF_MONTHS]
            for law, under in zip(laws, (30, YOUNGER, 30, 30), strict=True):
                if day < law.from_day:
                    found.append((0, 0))
                    continue
                inside, undecided = _counted_by_hand(arrays, places, _area_of(law, codes, day), under)
                found.append((int(inside[:-2].sum()), int(undecided.sum())))
        return found

    told = ours().filter(pl.col("area").is_null()).select("people", "undecided").rows()
    assert told == by_hand()
    note = "the law and three scenarios; 1 000 000 people each month, the facts at hand"
    return Row(
        "scenarios: 46 months decided by four laws, counted by area", seconds(ours, repeat=1),
        "bare numpy, month by month", seconds(by_hand, repeat=1), None, note,
    )  # fmt: skip


def _month(seed: int, places: int) -> Month:
    random = np.random.default_rng(SEED + seed)
    weights = random.pareto(1.2, places) + 0.05
    where = random.choice(places, PEOPLE, p=weights / weights.sum())
    return _people(PEOPLE, SEED + seed), np.where(random.random(PEOPLE) < MISSING_SHARE, -1, where)


def _register(month: Month, codes: list[str]) -> pl.DataFrame:
    arrays, places = month
    where = pl.Series(codes).gather(np.where(places < 0, 0, places)).set(pl.Series(places < 0), None)
    return (
        _facts(arrays)
        .drop("trial_area")
        .with_columns(municipality=where, placed_in=pl.lit("none"), temporary_protection=pl.lit(value=False))
    )


def _area_of(law: Trial, codes: list[str], day: date) -> NDArray[np.int64]:
    """Of each municipality, and of an unknown one last: its area's number, -1 outside all of them, -2 unknown."""
    areas = sorted({str(row.area) for row in law.areas_on(day)})
    number = {row.municipality: areas.index(str(row.area)) for row in law.areas_on(day)}
    unknown = {row.municipality for row in law.open_municipalities_on(day)}
    return np.array([*(-2 if code in unknown else number.get(code, -1) for code in codes), -2])


def _counted_by_hand(
    arrays: Arrays, places: NDArray[np.int64], area_of: NDArray[np.int64], under: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """People in and people undecided by area; the last two are those outside the areas and of unknown area."""
    area = area_of[places]
    states, _ = _by_hand({**arrays, "area": (area, area == -2)}, under)
    numbers, width = np.where(area < 0, len(area_of) - 1 - area, area), len(area_of) + 2
    return np.bincount(numbers[states == 1], minlength=width), np.bincount(numbers[states == 2], minlength=width)


# -- OpenFisca -------------------------------------------------------------------------------------


def _against_openfisca() -> Row:
    arrays = {key: (values, np.zeros(FEWER, dtype=bool)) for key, (values, _) in _people(FEWER).items()}
    facts = _facts(arrays)
    trial = shipped("kuntakokeilu")
    calculate = _openfisca(arrays)
    inside = decide(trial, facts, ON)["decision"] == "in"
    assert (inside.to_numpy() == calculate()).all()
    ours = seconds(lambda: decide(trial, facts, ON), repeat=5) / FEWER * 1e6
    theirs = seconds(calculate, repeat=5) / FEWER * 1e6
    note = "a person, of 200 000 without missing facts; OpenFisca decides in or out alone"
    return Row("decision, area, pattern; per person", ours, "OpenFisca-Core", theirs, None, note, "µs")


def _openfisca(arrays: Arrays) -> Callable[[], NDArray[np.bool_]]:
    """The rule as variables of OpenFisca; the answer simulates all people anew from their inputs."""
    from openfisca_core.entities import build_entity
    from openfisca_core.periods import DateUnit
    from openfisca_core.simulations import SimulationBuilder
    from openfisca_core.taxbenefitsystems import TaxBenefitSystem
    from openfisca_core.variables import Variable

    person = build_entity("person", "persons", "", is_person=True)

    def variable(key: str, kind: type, formula: Callable[..., Any] | None = None) -> type[Variable]:
        told = {"value_type": kind, "entity": person, "definition_period": DateUnit.MONTH, "label": key}
        return type(key, (Variable,), told | ({"formula": formula} if formula else {}))

    def any_of(*keys: str) -> Callable[..., Any]:
        def formula(people: Any, period: Any) -> Any:
            return np.logical_or.reduce([people(key, period) for key in keys])

        return formula

    def negated(key: str) -> Callable[..., Any]:
        return lambda people, period: ~people(key, period)

    def member(people: Any, period: Any) -> Any:
        base = people("job_search_valid", period) & people("resident", period) & people("situation", period)
        return base & people("target_group", period)

    system = TaxBenefitSystem([person])
    system.add_variables(
        *(variable(key, bool) for key in FLAGS),
        variable("age", int),
        variable("area", int),
        variable("resident", bool, lambda people, period: people("area", period) >= 0),
        variable("no_earnings_related", bool, negated("earnings_related_right")),
        variable("under_30", bool, lambda people, period: people("age", period) < 30),
        variable("foreign_language", bool, negated("domestic_language")),
        variable("situation", bool, any_of("unemployed", "laid_off", "supported_work", "in_service")),
        variable("target_group", bool, any_of("no_earnings_related", "under_30", "foreign_language", "immigrant")),
        variable("member", bool, member),
    )

    def calculate() -> NDArray[np.bool_]:
        simulation = SimulationBuilder().build_default_simulation(system, FEWER)
        for key, (values, _) in arrays.items():
            simulation.set_input(key, "2021-03", values)
        answer: NDArray[np.bool_] = simulation.calculate("member", "2021-03")
        return answer

    return calculate
