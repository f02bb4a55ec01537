"""Scenarios over a register: the counts are those of every person decided alone."""

from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kokeilu.law.definition import shipped
from kokeilu.law.facts import derive
from kokeilu.law.logic import YES, evaluate, substitute
from kokeilu.law.predicates import parse_expression, parse_test
from kokeilu.law.rules import decide
from kokeilu.law.scenarios import BASE, Scenario, apply
from kokeilu.law.whatif import SCHEMA, compare, largest_municipalities
from kokeilu.problems import Problem

NAMES = {"fi": "Toisin", "sv": "Annorlunda", "en": "Otherwise"}
TRIAL = shipped("kuntakokeilu")
SCENARIOS = [
    Scenario("under-25", NAMES, {"under_30": parse_test("age < 25")}),
    Scenario("more-cities", NAMES, join=("257", "698")),
    Scenario("other-cities", NAMES, only=("091", "257")),
    Scenario("later", NAMES, from_day=date(2023, 1, 15)),
    Scenario("everybody", NAMES, member=parse_expression("job_search AND resident"), to_day=date(2023, 3, 15)),
]
DAYS = [date(2022, 12, 31), date(2023, 1, 31), date(2023, 2, 28), date(2023, 3, 31)]
COLUMNS = {
    "municipality": ["091", "049", "257", "698", "none", None],
    "placed_in": ["091", "257", "none", None],
    "temporary_protection": [True, False, None],
    "birth_date": [date(1993, 2, 1), date(1998, 2, 28), date(2000, 1, 1), date(1970, 1, 1), None],
    "language": ["fi", "fi", "so", None],
    "immigrant": [False, False, True, None],
    "job_search_valid": [True, True, True, False, None],
    "employment_code": ["02", "03", "00", "01", None],
    "service": ["none", "none", "coaching", None],
    "earnings_related_right": [True, True, False, None],
    "benefit": ["labour_market_support", "basic_allowance", None],
    "labour_market_support_days": [0, 299, 300, 999, 1000, None],
}
TYPES = {"birth_date": pl.Date, "labour_market_support_days": pl.Int32}


def months(seed, people=400):
    """People who stay the same or change something from day to day; some come, some go."""
    found = {}
    for number, day in enumerate(DAYS):
        columns = {"person": [str(person) for person in range(number * 10, people + number * 10)]}
        for place, (column, values) in enumerate(COLUMNS.items()):
            # a person's value changes on one of the days at most
            columns[column] = [
                values[hash((seed, place, p, number >= hash((seed, place, p)) % 7)) % len(values)]
                for p in range(number * 10, people + number * 10)
            ]
        found[day] = pl.DataFrame(columns, schema_overrides={c: TYPES.get(c) for c in TYPES})
    return found


def laws():
    return {BASE: TRIAL} | {each.key: apply(TRIAL, each) for each in SCENARIOS}


def alone(law, people, on):
    """Every person's decision and area by the law of the day; nobody is in without a version."""
    if not any(version.from_day <= on < version.to_day for version in law.versions):
        return people.select("person", decision=pl.lit("out"), area=pl.lit(None, pl.String), pattern=pl.lit(0))
    return decide(law, derive(people, on, law), on)


def test_counts_are_those_of_each_person_decided_alone():
    facts = months(1)
    found = compare(TRIAL, SCENARIOS, facts, customers_per_worker=7)
    assert found.schema == SCHEMA
    for key, law in laws().items():
        for on, people in facts.items():
            decided = alone(law, people, on)
            seeking = people["job_search_valid"].fill_null(value=False)
            mine = found.filter(scenario=key, on=on)
            for area in (None, *(row.area for row in law.areas_on(on))):
                inside = decided["area"] == area if area else pl.Series([True] * len(decided))
                here = decided.filter(inside.fill_null(value=False))
                rows = mine.filter(pl.col("area").eq_missing(pl.lit(area, pl.String)))
                if mine.height == 1 and area:
                    continue  # no version on the day: no areas either
                (row,) = rows.to_dicts()
                assert row["people"] == (here["decision"] == "in").sum(), (key, on, area)
                assert row["undecided"] == (here["decision"] == "undecided").sum()
                if area is None:
                    assert row["job_seekers"] == seeking.sum()
                    assert row["share"] == row["people"] / row["job_seekers"]
                else:
                    assert row["workers"] == -(-row["people"] // 7)
    assert found.filter(scenario="later", on=DAYS[0])["people"].to_list() == [0]
    assert found.filter(scenario="everybody", on=DAYS[-1])["people"].to_list() == [0]
    totals = found.filter(pl.col("area").is_null())["workers"]
    parts = found.filter(pl.col("area").is_not_null()).group_by("scenario", "on").agg(pl.col("workers").sum())
    assert totals.sum() == parts["workers"].sum()


def leaves(law, on, pattern):
    version = law.version_on(on)
    rules = {group.key: group.rule for group in version.groups.values()}
    return evaluate(substitute(version.exit, rules), version.states(pattern)) == YES


@pytest.mark.parametrize("seed", [1, 2])
def test_who_stays_is_who_stays_person_by_person(seed):
    facts = months(seed, people=1500)
    found = compare(TRIAL, SCENARIOS, facts, staying=True)
    over = 0
    for key, law in laws().items():
        customers, ended = set(), {}
        for on, people in facts.items():
            searching = dict(people.select("person", "job_search_valid").iter_rows())
            decided = alone(law, people, on)
            in_force = any(version.from_day <= on < version.to_day for version in law.versions)
            ended = {person: ended.get(person, on) for person in searching if searching[person] is False} | {
                person: ended[person] for person in searching if searching[person] is None and person in ended
            }
            now = set()
            for row in decided.iter_rows(named=True):
                person = row["person"]
                waited = person in ended and law.version_on(on).grace.after(ended[person]) <= on if in_force else True
                over += person in customers and waited
                stays = person in customers and in_force and not waited and not leaves(law, on, row["pattern"])
                if row["decision"] == "in" or stays:
                    now.add(person)
            customers = now
            (row,) = found.filter(pl.col("area").is_null(), scenario=key, on=on).to_dicts()
            assert row["people"] == len(customers), (key, on)
            undecided = decided.filter(~pl.col("person").is_in(list(customers)), decision="undecided")
            assert row["undecided"] == len(undecided)
    assert over > 0
    assert not found.equals(compare(TRIAL, SCENARIOS, facts))


def test_the_longest_stay_ends_and_does_not_begin_again():
    trial = shipped("palvelukokeilu-helsinki")
    days = [date(2019, 11, 30), date(2020, 10, 31), date(2020, 11, 29), date(2020, 11, 30), date(2020, 12, 31)]
    facts = {
        day: pl.DataFrame(
            {
                "person": ["first", "later", "at work since"],
                "municipality": ["091"] * 3,
                "birth_date": [date(1970, 1, 1)] * 3,
                "employment_code": ["02", "02" if day > days[0] else "01", "01" if day > days[0] else "02"],
                "labour_market_support_days": [400] * 3,
            }
        )
        for day in days
    }
    scenario = Scenario("older", NAMES, {"over_30": parse_test("age >= 60")})
    found = compare(trial, [scenario], facts, staying=True).filter(pl.col("area").is_null())
    assert found.filter(scenario=BASE)["people"].to_list() == [2, 3, 3, 1, 1]
    assert found.filter(scenario="older")["people"].to_list() == [0] * 5


def test_support_by_hand():
    people = pl.DataFrame(
        {
            "municipality": ["091"] * 6 + ["049"],
            "job_search_valid": [True] * 7,
            "employment_code": ["02"] * 7,
            "earnings_related_right": [False] * 7,
            "birth_date": [date(1970, 1, 1)] * 7,
            "language": ["fi"] * 7,
            "immigrant": [False] * 7,
            "service": ["none", "none", "none", "coaching", "none", None, "none"],
            "benefit": ["labour_market_support"] * 4 + ["basic_allowance"] + ["labour_market_support"] * 2,
            "labour_market_support_days": [299, 300, 1000, 500, 500, 500, 999],
        }
    )
    found = compare(TRIAL, [], {date(2024, 2, 29): people.with_columns(placed_in=None, temporary_protection=False)})
    cents = dict(found.select("area", "support_cents").iter_rows())
    # 21 weekdays of 37.21: 50 % is 390.705, 70 % is 546.987; each line rounded once
    assert (cents["helsinki"], cents["espoo"], cents["turku"]) == (39071 + 54699, 39071, 0)
    assert cents[None] == 39071 + 54699 + 39071
    assert found["support_verified"].all()


def test_no_support_where_it_cannot_be_estimated():
    facts = {day: people.drop("benefit") for day, people in months(3).items()}
    assert compare(TRIAL, [], facts)["support_cents"].null_count() == 4 * 22
    law = shipped("tyollisyysalue-2025")
    found = compare(law, [], {date(2025, 1, 31): months(3)[DAYS[0]]})
    assert found["support_cents"].is_null().all()
    assert found["support_verified"].is_null().all()
    assert found["workers"].is_null().all()


@given(seed=st.integers(0, 1000))
@settings(max_examples=10, deadline=None)
def test_order_of_people_changes_nothing(seed):
    facts = months(seed, people=60)
    shuffled = {day: people.sample(fraction=1, shuffle=True, seed=seed) for day, people in facts.items()}
    assert compare(TRIAL, SCENARIOS, shuffled, staying=True).equals(compare(TRIAL, SCENARIOS, facts, staying=True))


def test_largest_municipalities_by_job_seekers():
    people = pl.DataFrame(
        {
            "municipality": ["091", "092", "092", "049", "049", "005", "none", None],
            "job_search_valid": [True, True, True, True, True, False, True, True],
        }
    )
    assert largest_municipalities(people) == ("049", "092", "091")
    found = compare(TRIAL, [Scenario("one", NAMES, largest_cities=1)], {DAYS[0]: months(1)[DAYS[0]]})
    assert found.filter(scenario="one").height >= 22


def test_a_generator_of_days_is_enough():
    facts = months(4)
    assert compare(TRIAL, SCENARIOS, iter(facts.items())).equals(compare(TRIAL, SCENARIOS, facts))


def test_what_cannot_be_compared():
    facts = months(5, people=20)
    with pytest.raises(Problem, match="no facts to decide by"):
        compare(TRIAL, [], {})
    with pytest.raises(Problem, match="2022-12-31 comes after 2023-01-31"):
        compare(TRIAL, [], [(DAYS[1], facts[DAYS[1]]), (DAYS[0], facts[DAYS[0]])])
    with pytest.raises(Problem, match="32 scenarios"):
        compare(TRIAL, [Scenario(f"s{n}", NAMES) for n in range(32)], facts)
    with pytest.raises(Problem, match="missing column 'person'"):
        compare(TRIAL, [], {day: people.drop("person") for day, people in facts.items()}, staying=True)
    with pytest.raises(Problem, match="missing column 'municipality'"):
        compare(TRIAL, [], {day: people.drop("municipality") for day, people in facts.items()})
