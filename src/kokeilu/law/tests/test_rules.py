"""Decisions: the back ends agree with each other and with plain Python; the order of people changes nothing."""

from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kokeilu.law.definition import shipped
from kokeilu.law.logic import Atom, evaluate, holds, leaves, to_polars
from kokeilu.law.predicates import parse_test
from kokeilu.law.rules import decide, outcome
from kokeilu.law.tests import oracle
from kokeilu.problems import Problem

ON = date(2021, 3, 1)
PEOPLE = 100_000


@pytest.fixture(scope="module")
def facts():
    return oracle.random_facts(PEOPLE, seed=1, missing_share=0.15)


@pytest.fixture(scope="module")
def decisions(facts):
    return decide(shipped("kuntakokeilu"), facts, ON)


def test_polars_and_plain_python_agree_on_many_people(facts, decisions):
    people = facts.to_dicts()
    assert decisions["decision"].to_list() == [oracle.decision(person) for person in people]
    assert decisions["pattern"].to_list() == [oracle.pattern(person) for person in people]
    assert decisions["decision"].n_unique() == 3


def test_duckdb_and_polars_agree_on_many_people(facts, decisions):
    assert decide(shipped("kuntakokeilu"), facts, ON, "duckdb").equals(decisions)


def test_missing_facts_are_those_whose_value_changes_the_decision(facts, decisions):
    undecided = decisions["decision"] == "undecided"
    some = facts.filter(undecided).unique(subset=list(oracle.FACTS), maintain_order=True).head(1500)
    told = dict(decisions.select("person", "missing").iter_rows())
    for person in some.to_dicts():
        assert told[person["person"]] == oracle.missing(person)
    assert decisions.filter(~undecided)["missing"].unique().to_list() == [""]
    assert decisions.filter(undecided).filter(pl.col("missing") == "").is_empty()


def test_decision_is_made_again_from_version_and_pattern(decisions):
    trial = shipped("kuntakokeilu")
    for version, pattern, decision in decisions.select("version", "pattern", "decision").unique().iter_rows():
        assert outcome(trial.version(version), pattern) == decision


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
@given(seed=st.integers(0, 2**32))
@settings(max_examples=15, deadline=None)
def test_order_of_people_changes_no_decision(engine, seed):
    facts = oracle.random_facts(400, seed=seed, missing_share=0.3)
    trial = shipped("kuntakokeilu")
    straight = decide(trial, facts, ON, engine)
    shuffled = decide(trial, facts.sample(fraction=1, shuffle=True, seed=seed % 1000), ON, engine)
    assert shuffled["person"].to_list() != straight["person"].to_list()
    assert shuffled.sort("person").equals(straight.sort("person"))


def test_area_is_told_whatever_the_decision(facts, decisions):
    wanted = [None if area == "none" else area for area in facts["trial_area"]]
    assert decisions["area"].to_list() == wanted


def test_no_people_give_no_decisions(facts):
    assert decide(shipped("kuntakokeilu"), facts.clear(), ON).columns == [
        *("person", "decision", "area", "version", "pattern", "missing")
    ]


def test_missing_column_is_an_error(facts):
    with pytest.raises(Problem, match=r"missing column 'age'.*give age, or birth_date"):
        decide(shipped("kuntakokeilu"), facts.drop("age"), ON)


def test_missing_area_names_the_column_that_the_version_goes_by(facts):
    with pytest.raises(Problem, match="give trial_area, or municipality; a cell may be empty"):
        decide(shipped("kuntakokeilu"), facts.drop("trial_area"), ON)


def test_column_of_a_wrong_type_is_an_error(facts):
    with pytest.raises(Problem, match=r"column 'immigrant' is String.*make it yes or no"):
        decide(shipped("kuntakokeilu"), facts.with_columns(pl.col("immigrant").cast(pl.String)), ON)


def test_number_that_is_no_pattern():
    with pytest.raises(Problem, match="is not a pattern of kuntakokeilu of 2021-03-01"):
        outcome(shipped("kuntakokeilu").versions[0], 3**10)


# -- any test, on any values -------------------------------------------------------------------------

AGES = [None, 17, 29, 30, 31, 64]
FLAGS = [None, False, True]
BENEFITS = [None, "none", "basic_allowance", "it's"]
DAYS = [None, date(2020, 12, 31), date(2021, 1, 1), date(2024, 2, 29)]


def negated(part):
    text, answer = part
    return f"NOT ({text})", lambda row: oracle.negated(answer(row))


def joined(word, join):
    def join_parts(parts):
        text = f" {word} ".join(f"({text})" for text, _ in parts)
        return text, lambda row: join(answer(row) for _, answer in parts)

    return join_parts


def known(fact, answer):
    return lambda row: None if row[fact] is None else answer(row[fact])


COMPARE = {
    "=": lambda a, b: a == b, "<>": lambda a, b: a != b, "<": lambda a, b: a < b, "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b, ">=": lambda a, b: a >= b,
}  # fmt: skip


def comparison(fact, sign, value, literal):
    return f"{fact} {sign} {literal}", known(fact, lambda found: COMPARE[sign](found, value))


quoted = st.sampled_from(BENEFITS[1:]).map(lambda text: (text, "'" + text.replace("'", "''") + "'"))
atoms = st.one_of(
    st.sampled_from([("immigrant", known("immigrant", bool)), ("protected", None)]).filter(lambda a: a[1]),
    st.builds(lambda s, n: comparison("age", s, n, str(n)), st.sampled_from(list(COMPARE)), st.integers(28, 32)),
    st.builds(
        lambda s, day: comparison("unemployed_since", s, day, f"DATE '{day}'"),
        st.sampled_from(list(COMPARE)),
        st.dates(date(2020, 12, 30), date(2021, 1, 2)),
    ),
    st.builds(lambda s, q: comparison("benefit", s, *q), st.sampled_from(["=", "<>"]), quoted),
    st.builds(
        lambda qs: (f"benefit IN ({', '.join(q for _, q in qs)})", known("benefit", lambda b: b in [v for v, _ in qs])),
        st.lists(quoted, min_size=1, max_size=6),
    ),
    st.builds(
        lambda low, more: (f"age BETWEEN {low} AND {low + more}", known("age", lambda a: low <= a <= low + more)),
        st.integers(20, 31),
        st.integers(0, 12),
    ),
    st.sampled_from(["age", "immigrant", "benefit"]).map(lambda f: (f"{f} IS NULL", lambda row: row[f] is None)),
    st.sampled_from(["age", "immigrant"]).map(lambda f: (f"{f} IS NOT NULL", lambda row: row[f] is not None)),
)
tests = st.recursive(
    atoms,
    lambda parts: st.one_of(
        parts.map(negated),
        st.lists(parts, min_size=2, max_size=3).map(joined("AND", oracle.all_of)),
        st.lists(parts, min_size=2, max_size=3).map(joined("OR", oracle.any_of)),
    ),
    max_leaves=6,
)
ROWS = [
    {"age": age, "immigrant": flag, "benefit": benefit, "unemployed_since": day}
    for age in AGES
    for flag in FLAGS
    for benefit in BENEFITS
    for day in DAYS
]
FRAME = pl.DataFrame(
    ROWS, schema={"age": pl.Int32, "immigrant": pl.Boolean, "benefit": pl.String, "unemployed_since": pl.Date}
)


@given(test=tests)
@settings(max_examples=80, deadline=None)
def test_any_test_means_the_same_everywhere(test):
    import duckdb

    from kokeilu.law.logic import to_sql

    text, answer = test
    node = parse_test(text)
    wanted = [answer(row) for row in ROWS]
    assert FRAME.select(x=to_polars(node))["x"].to_list() == wanted
    frame = FRAME.with_row_index("row").to_arrow()
    with duckdb.connect() as connection:
        connection.register("facts", frame)
        answers = (
            connection.sql("SELECT * FROM facts").project(f"row, {to_sql(node).sql(dialect='duckdb')}").order("row")
        )
        assert [given for _, given in answers.fetchall()] == wanted
    state = {False: 0, True: 1, None: 2}
    for row, right in list(zip(ROWS, wanted, strict=True))[::7]:
        states = {leaf: holds(leaf, row[leaf.fact]) for leaf in leaves(node) if isinstance(leaf, Atom)}
        assert evaluate(node, states) == state[right]
