"""Predicates: what is accepted is understood, everything else is refused, whatever it is."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kokeilu.law.logic import And, Atom, Name, Not, Or
from kokeilu.law.predicates import PredicateError, parse_expression, parse_test

ACCEPTED = {
    "immigrant": Atom("immigrant", "is true"),
    "age < 30": Atom("age", "<", (30,)),
    "30 > age": Atom("age", "<", (30,)),
    "30 <= age": Atom("age", ">=", (30,)),
    "age = -1": Atom("age", "=", (-1,)),
    "immigrant = FALSE": Atom("immigrant", "=", (False,)),
    "benefit <> 'it''s'": Atom("benefit", "<>", ("it's",)),
    "benefit IN ('a', 'b')": Atom("benefit", "in", ("a", "b")),
    "benefit NOT IN ('a')": Not(Atom("benefit", "in", ("a",))),
    "age BETWEEN 1 AND 2": Atom("age", "between", (1, 2)),
    "age IS NULL": Atom("age", "is null"),
    "age IS NOT NULL": Not(Atom("age", "is null")),
    "birth_date >= DATE '1991-03-01'": Atom("birth_date", ">=", (date(1991, 3, 1),)),
    "immigrant AND (unemployed OR NOT laid_off) AND age < 5": And(
        (
            Atom("immigrant", "is true"),
            Or((Atom("unemployed", "is true"), Not(Atom("laid_off", "is true")))),
            Atom("age", "<", (5,)),
        )
    ),
    "immigrant -- a comment": Atom("immigrant", "is true"),
}


@pytest.mark.parametrize("text", ACCEPTED)
def test_accepted(text):
    assert parse_test(text) == ACCEPTED[text]


@pytest.mark.parametrize(
    "text",
    [
        *("", "TRUE", "1", "age + 1 < 30", "age LIKE 'x'", "benefit || 'x' = 'y'", "CASE WHEN immigrant THEN 1 END"),
        *(
            "SELECT 1",
            "age; DROP TABLE people",
            "facts.age < 30",
            "(" * 3000 + "immigrant" + ")" * 3000,
            "age < (SELECT 30)",
            "EXISTS (SELECT 1)",
            "age <=> 1",
        ),
        *(
            "age IN ()",
            "age BETWEEN SYMMETRIC 2 AND 1",
            "immigrant IS TRUE",
            "benefit IN ('a', 2)",
            "CAST(age AS TEXT) = '1'",
        ),
        *(
            "age = 1e3",
            "birth_date > DATE '0001-01-01'",
            "age = 1.0",
            "age = $1",
            "age = ?",
            "birth_date = '2021-01-01'",
            "age = DATE '2021-01-01'",
        ),
        *("Age < 30", '"age" IS NULL IS NULL', "NOT age", "immigrant = 1", "benefit BETWEEN 'a' AND 'b'", "age < age"),
    ],
)
def test_refused(text):
    with pytest.raises(PredicateError) as raised:
        parse_test(text)
    assert raised.value.mend and "\n" not in str(raised.value)


TOKENS = (
    *("age", "immigrant", "benefit", "AND", "OR", "NOT", "(", ")", "<", "=", "<>", "IN", "IS", "NULL", "BETWEEN"),
    *("30", "-1", "'a'", "DATE", "'2021-01-01'", ",", "TRUE", "SELECT", "*", "CASE", "END", ";", "--", "/*", "'", '"'),
)


@given(st.lists(st.sampled_from(TOKENS), max_size=9).map(" ".join) | st.text(max_size=20))
@settings(max_examples=400, deadline=None)
def test_anything_else_is_refused_cleanly(text):
    for parse in (parse_test, parse_expression):
        try:
            parse(text)
        except PredicateError as refused:
            assert refused.mend


def test_expression_over_keys():
    assert parse_expression("a AND NOT (b OR c)") == And((Name("a"), Not(Or((Name("b"), Name("c"))))))
    for text in ("a = 1", "t.a", "TRUE", "a AND", "f(a)"):
        with pytest.raises(PredicateError):
            parse_expression(text)
