"""What an amendment changes is told exactly: by trying every combination of answers."""

from dataclasses import replace
from datetime import date, timedelta
from io import StringIO
from itertools import product

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from kokeilu.law.amendment import classes, compare
from kokeilu.law.cover import Variable, differences
from kokeilu.law.definition import load, shipped
from kokeilu.law.examples import SCHEMA
from kokeilu.law.facts import derive
from kokeilu.law.logic import And, Name, Not, Or, evaluate, holds
from kokeilu.law.predicates import parse_test
from kokeilu.law.printing import print_amendment
from kokeilu.law.questions import WHERE
from kokeilu.law.rules import OUTCOMES, decide
from kokeilu.law.tests.definitions import AREAS, SOUND, write

HELSINKI, OUTSIDE, OPEN = "091", "257", "698"
VALUES = {
    "municipality": ["none", HELSINKI, OUTSIDE, OPEN, None],
    "placed_in": ["none", HELSINKI, OUTSIDE, OPEN, None],
    "temporary_protection": [True, False, None],
    "job_search_valid": [True, False, None],
    "employment_code": ["02", "05", None],
    "service": ["coaching", "none", None],
    "earnings_related_right": [True, False, None],
    "birth_date": [date(1960, 1, 1), None],
    "language": ["so", "fi"],
    "immigrant": [False, None],
}


def everybody(values):
    frame = pl.DataFrame({"person": ["1"]})
    for column, choices in values.items():
        frame = frame.join(pl.DataFrame({column: pl.Series(choices, dtype=SCHEMA[column])}), how="cross")
    return frame


def with_answers(facts):
    """The states of the groups and criteria that the classes name, from the facts, once more by hand."""

    def any_of(*columns):
        return pl.any_horizontal(columns)  # Kleene's

    return facts.with_columns(
        job_search=pl.col("job_search_valid"),
        situation=any_of("unemployed", "laid_off", "supported_work", "in_service"),
        target_group=any_of(
            ~pl.col("earnings_related_right"), pl.col("age") < 30, ~pl.col("domestic_language"), "immigrant"
        ),
    )


def matches(question, answers):
    """Whether a person of the extract gives one of the answers."""
    if question.key in ("job_search", "situation", "target_group"):
        state = pl.when(pl.col(question.key)).then(1).when(~pl.col(question.key)).then(0).otherwise(2)
        return state.is_in([*answers])
    return pl.any_horizontal([pl.all_horizontal([has(values) for values in answer]) for answer in answers])


def has(values):
    column = pl.col({"trial_area": "home", "placed_in": "placed"}.get(values.fact, values.fact))
    if values.known is None:
        return column.is_null()
    if values.others:  # a text that no test names: only 'none' is ever named here
        return (column != "none").fill_null(value=False)
    return column.is_in([low for low, _ in values.known]).fill_null(value=False)


def test_1_3_2023_changes_exactly_the_people_told():
    trial = shipped("kuntakokeilu")
    days = [date(2023, 2, 28), date(2023, 3, 1)]
    people = everybody(VALUES).with_row_index("n").with_columns(person=pl.col("n").cast(pl.String)).drop("n")
    decided = [decide(trial, derive(people, day, trial), day)["decision"] for day in days]

    area = {HELSINKI: "helsinki", OUTSIDE: "none", "none": "none"}
    situations = derive(people, days[0], trial).drop("trial_area")
    facts = with_answers(situations).with_columns(
        home=pl.col("municipality").replace_strict(area, default=None),
        placed=pl.col("placed_in").replace_strict(area, default=None),
    )
    told = pl.Series([""] * len(people))
    found = classes(*(trial.version_on(day) for day in days))
    for each in found:
        inside = facts.select(pl.all_horizontal([matches(*pair) for pair in each.answers])).to_series()
        told = told.zip_with(~inside, pl.Series([f"{each.before} -> {each.after}"] * len(people)))
    really = pl.select(pl.when(decided[0] != decided[1]).then(decided[0] + " -> " + decided[1]).otherwise(pl.lit("")))
    assert told.equals(really.to_series(), null_equal=True, check_names=False)
    assert {"out -> in", "out -> undecided", ""} == set(told)


def test_1_3_2023_is_told_in_few_classes():
    trial = shipped("kuntakokeilu")
    found = classes(*trial.versions[-2:])
    assert [(each.before, each.after) for each in found] == [("out", "in")] + [("out", "undecided")] * 5
    (first, *_) = found
    assert [question.key for question, _ in first.answers] == [
        WHERE, "temporary_protection", "job_search", "situation", "target_group",
    ]  # fmt: skip


@pytest.mark.parametrize("number", range(4))
def test_the_amendments_before_change_nobody_s_decision(number):
    trial = shipped("kuntakokeilu")
    before, after = trial.versions[number : number + 2]
    assert classes(before, after) == ()


def test_what_else_changes():
    trial = shipped("kuntakokeilu")

    def changes(day):
        return compare(trial, day - timedelta(days=1), day)

    june = changes(date(2021, 6, 1))
    assert [ground.key for ground in june.grounds_added] == [
        "request", "language_rights", "unsuitable_relation", "safety",
    ]  # fmt: skip
    assert (june.classes, june.areas, june.tasks, june.criteria_added) == ((), (), (), ())
    october = changes(date(2021, 10, 2))
    assert [(b.key, b.by, a.by) for b, a in october.tasks] == [
        ("job_search_validity_statement", "state", "municipality"),
        ("unemployment_statement", "state", "municipality"),
    ]
    assert october.grounds_added == ()
    assert [term.what for term in changes(date(2022, 8, 1)).terms] == ["statute", "the trial ends"]
    march = changes(date(2023, 3, 1))
    assert [part.key for part in march.criteria_added] == ["home_in_area", "placed_in_area", "belongs_to_area"]
    assert [part.key for part in march.criteria_removed] == ["resident"]
    assert compare(trial, date(2023, 3, 1), date(2023, 2, 28)).classes[0].before == "in"


def test_areas_that_change(tmp_path):
    areas = AREAS + "helsinki,Helsinki,Helsingfors,257,2022-01-01,,50,a source,yes\n"
    trial = load(write(tmp_path, areas=areas))
    told = compare(trial, date(2021, 12, 31), date(2022, 1, 1))
    assert [(b and b.area, a and (a.municipality, a.area)) for b, a in told.areas] == [
        ("vantaa-kerava", None),
        (None, ("257", "helsinki")),
    ]


# -- other rules -----------------------------------------------------------------------------------

AGES = SOUND.replace('"young AND local"', '"young"').replace('"second AND local"', '"older"').replace(
    "[[group]]",
    SOUND[SOUND.index("[[criterion]]") : SOUND.index('[[criterion]]\nkey = "local"')]
    .replace("young", "older")
    .replace("age < 30", "age < 25 OR age = 40 OR age IS NULL")
    + "[[group]]",
    1,
)  # fmt: skip


def test_ages_between_two_limits(tmp_path):
    before, after = load(write(tmp_path, AGES)).versions
    told = {(c.before, c.after): [a for _, a in c.answers] for c in classes(before, after)}
    assert {pair: [v.known for answers in found for (v,) in answers] for pair, found in told.items()} == {
        ("in", "out"): [((25, 29),)],
        ("out", "in"): [((40, 40),)],
        ("undecided", "in"): [None],
    }


names = st.sampled_from([Name(key) for key in "abcd"])
expressions = st.recursive(
    names,
    lambda parts: st.one_of(
        parts.map(Not),
        st.lists(parts, min_size=2, max_size=3).map(lambda found: And(tuple(found))),
        st.lists(parts, min_size=2, max_size=3).map(lambda found: Or(tuple(found))),
    ),
    max_leaves=8,
)
ABCD = tuple(Name(key) for key in "abcd")
VARIABLES = [Variable(tuple(({name: state}, {name: state}) for state in (0, 1, 2))) for name in ABCD]


@given(before=expressions, after=expressions)
@settings(deadline=None)
def test_any_two_rules_are_told_apart_exactly_and_without_a_needless_cube(before, after):
    found = differences(before, after, VARIABLES)
    for combination in product((0, 1, 2), repeat=4):
        states = dict(zip(ABCD, combination, strict=True))
        pair = evaluate(before, states), evaluate(after, states)
        hit = {
            told
            for told, cubes in found.items()
            if any(all(state in allowed for state, allowed in zip(combination, cube, strict=True)) for cube in cubes)
        }
        assert hit == ({pair} if pair[0] != pair[1] else set())
    for cubes in found.values():
        for cube in cubes:
            others = [other for other in cubes if other != cube]
            alone = product(*cube)
            assert any(not any(all(s in a for s, a in zip(c, o, strict=True)) for o in others) for c in alone)


def test_many_criteria_take_no_time():
    keys = [Name(f"c{number}") for number in range(39)]
    variables = [Variable(tuple(({name: state}, {name: state}) for state in (0, 1, 2))) for name in keys]
    found = differences(Or(tuple(keys)), Or(tuple(keys[:-1])), variables)
    assert {pair: len(cubes) for pair, cubes in found.items()} == {(1, 0): 1, (1, 2): 38, (2, 0): 1}


# -- any two versions ------------------------------------------------------------------------------

AREA_OF = {"none": "none", "091": "helsinki", "049": "espoo", "257": "none", "698": None, None: None}
PLACES = [(home, placed) for home in AREA_OF for placed in (AREA_OF if home == "none" else ["091"])]
AGES_TRIED = [17, 24, 29, 30, 65, None]
BENEFITS_TRIED = ["none", "basic_allowance", "earnings_related", None]
ASKED = (
    "age < 25", "age < 30", "age BETWEEN 18 AND 64", "age IS NULL", "age IS NOT NULL", "age <> 30",
    "benefit = 'none'", "benefit IN ('none', 'basic_allowance')", "immigrant", "NOT immigrant",
    "trial_area <> 'none'", "trial_area = 'espoo'", "trial_area IS NULL", "trial_area = 'none' OR age < 18",
    "municipality <> 'none'", "municipality = 'none' AND immigrant", "municipality IS NULL",
)  # fmt: skip


@st.composite
def versions(draw):
    """A version over one to four criteria of these tests, with or without placement; tests of one key may differ."""
    sample = shipped("kuntakokeilu").versions[0]
    keys = draw(st.lists(st.sampled_from("abcd"), min_size=1, max_size=4, unique=True))
    made = tuple(replace(sample.criteria[0], key=key, test=parse_test(draw(st.sampled_from(ASKED)))) for key in keys)
    member = st.recursive(
        st.sampled_from([Name(key) for key in keys]),
        lambda parts: st.one_of(
            parts.map(Not),
            st.tuples(parts, parts).map(And),
            st.tuples(parts, parts).map(Or),
        ),
        max_leaves=5,
    )
    area_by = draw(st.sampled_from([("municipality",), ("municipality", "placed_in")]))
    return replace(sample, criteria=made, groups={}, member=draw(member), area_by=area_by, areas=())


def state(version, facts, home, placed):
    by_placement = home == "none" and "placed_in" in version.area_by
    known = {**facts, "municipality": home, "trial_area": AREA_OF[placed if by_placement else home]}
    return evaluate(version.rule_over_facts, {atom: holds(atom, known[atom.fact]) for atom in version.atoms})


def gives(question, answers, states, facts, home, placed):
    """Whether somebody of these facts gives one of the answers."""
    if all(isinstance(answer, int) for answer in answers):
        return states[question.key] in answers
    values = {
        **facts, "municipality": home, "placed_in": AREA_OF[placed], "trial_area": AREA_OF[home],
    }  # fmt: skip
    return any(all(holds_in(each, values[each.fact], question) for each in answer) for answer in answers)


def printed(before, after):
    """The two as an amendment on a terminal."""
    days = date(2021, 3, 1), date(2021, 6, 1), date(2021, 10, 2)
    made = (replace(before, to_day=days[1]), replace(after, from_day=days[1], to_day=days[2]))
    trial = replace(shipped("kuntakokeilu"), versions=made)
    text = StringIO()
    print_amendment(Console(file=text, width=200), compare(trial, days[0], days[1]), "fi")
    return text.getvalue()


def holds_in(values, value, question):
    if values.known is None or value is None:
        return values.known is None and value is None
    if any((low is None or low <= value) and (high is None or value <= high) for low, high in values.known):
        return True
    named = {
        low for answer in question.answers for each in answer if each.known and each.fact == values.fact
        for low, _ in each.known
    }  # fmt: skip
    return values.others and value not in named


@given(before=versions(), after=versions())
@settings(deadline=None, max_examples=40)
def test_any_two_versions_are_told_apart_exactly(before, after):
    found = classes(before, after)
    assert printed(before, after).count(", where\n") == len(found)
    for (home, placed), age, benefit, immigrant in product(PLACES, AGES_TRIED, BENEFITS_TRIED, (True, False, None)):
        facts = {"age": age, "benefit": benefit, "immigrant": immigrant}
        was, becomes = (OUTCOMES[state(version, facts, home, placed)] for version in (before, after))
        states = {
            criterion.key: state(replace(before, member=Name(criterion.key)), facts, home, placed)
            for criterion in before.criteria
        }
        told = {
            (each.before, each.after)
            for each in found
            if all(gives(*pair, states, facts, home, placed) for pair in each.answers)
        }
        assert told == ({(was, becomes)} if was != becomes else set())
