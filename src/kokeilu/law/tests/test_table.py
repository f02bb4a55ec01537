"""The collapsed tables are the whole truth table, neither more nor less."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from kokeilu.law.definition import shipped
from kokeilu.law.logic import And, Name, Not, Or, evaluate
from kokeilu.law.rules import OUTCOMES, outcome
from kokeilu.law.table import decision_tables, table_of


def answer(tables, states):
    """The answer of the tables for one combination of states of the criteria, from the innermost outwards."""
    known = dict(states)
    for table in reversed(tables):
        known[Name(table.key)] = table.state({name: known[name] for name in table.columns})
    return known[Name("member")]


def test_tables_equal_the_full_truth_table():
    version = shipped("kuntakokeilu").versions[0]
    tables = decision_tables(version)
    for pattern in range(3 ** len(version.criteria)):
        assert OUTCOMES[answer(tables, version.states(pattern))] == outcome(version, pattern)


def test_tables_are_short():
    tables = decision_tables(shipped("kuntakokeilu").versions[0])
    assert [(t.key, len(t.yes), len(t.no)) for t in tables] == [
        ("member", 1, 4),
        ("situation", 4, 1),
        ("target_group", 4, 1),
    ]


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


@given(expression=expressions)
def test_table_of_any_expression_is_exact_and_has_no_needless_row(expression):
    table = table_of("x", expression)
    for combination in product((0, 1, 2), repeat=len(table.columns)):
        states = dict(zip(table.columns, combination, strict=True))
        assert table.state(states) == evaluate(expression, states)
    for rows in (table.yes, table.no):
        assert not any(row < other for row in rows for other in rows)


def test_yes_rows_and_no_rows_exclude_each_other():
    for table in decision_tables(shipped("kuntakokeilu").versions[0]):
        for row, other in product(table.yes, table.no):
            assert any((name, 1 - state) in other for name, state in row)
