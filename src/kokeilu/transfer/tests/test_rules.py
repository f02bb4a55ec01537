"""What a run changes and counts, as columns: the order of rows never matters, an unknown fact never moves anybody."""

from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from kokeilu.law.definition import shipped
from kokeilu.law.logic import Name
from kokeilu.law.rules import outcome
from kokeilu.transfer import rules
from kokeilu.transfer.rules import HELD, STATE, Counts

TRIAL = shipped("kuntakokeilu")
ON = date(2021, 3, 1)
VERSION = TRIAL.version_on(ON)
SINCE = date(2021, 2, 28)


def pattern(**states: int) -> int:
    """A pattern of the version: every criterion no, but for those given."""
    keys = [criterion.key for criterion in VERSION.criteria]
    assert set(states) <= set(keys)
    return sum(states.get(key, 0) * 3**place for place, key in enumerate(keys))


IN = pattern(job_search=1, resident=1, unemployed=1, no_earnings_related=1)
OUT = pattern(job_search=1, resident=1)
MOVED_AWAY = pattern(job_search=1, unemployed=1, no_earnings_related=1)
MAYBE_AWAY = pattern(job_search=1, resident=2, unemployed=1, no_earnings_related=1)


def decisions(*rows: tuple[str, int, str | None]) -> pl.DataFrame:
    """Decisions on people by id, pattern and area."""
    return pl.DataFrame(
        [
            {"person": person, "decision": outcome(VERSION, made), "area": area, "pattern": made, "missing": ""}
            for person, made, area in rows
        ],
        schema={
            "person": pl.String(), "decision": pl.String(), "area": pl.String(), "pattern": pl.Int64(),
            "missing": pl.String(),
        },
    )  # fmt: skip


def held(*rows: tuple[str, str, date]) -> pl.DataFrame:
    """Who is responsible for whom since when."""
    return pl.DataFrame([(number, *row) for number, row in enumerate(rows)], schema=HELD, orient="row")


@pytest.mark.parametrize(
    ("made", "area", "responsible", "goes_to", "staying"),
    [
        (IN, "helsinki", STATE, "helsinki", False),
        (IN, "helsinki", "helsinki", None, True),
        (IN, "helsinki", "espoo", None, True),  # moving between areas is not decided here
        (OUT, "helsinki", STATE, None, False),
        (OUT, "helsinki", "helsinki", None, True),  # once in, in: turning 30 moves nobody out
        (MOVED_AWAY, None, "helsinki", STATE, False),  # the version's exit
        (MAYBE_AWAY, None, "helsinki", None, True),  # an unknown fact moves nobody
        (MAYBE_AWAY, None, STATE, None, False),
        (IN, "helsinki", "somebody-else", None, False),
    ],
)
def test_who_goes_where(made: int, area: str | None, responsible: str, goes_to: str | None, staying: bool) -> None:
    changed = rules.changes(TRIAL, decisions(("a", made, area)), held(("a", responsible, SINCE)), ON)
    assert changed.select("goes_to", "staying", "whole").row(0) == (goes_to, staying, False)


def test_who_is_not_known_on_the_day_is_left_alone() -> None:
    changed = rules.changes(TRIAL, decisions(("a", IN, "helsinki")), held(), ON)
    assert changed.select("goes_to", "staying").row(0) == (None, False)


def test_a_responsibility_that_begins_on_the_day_is_replaced_as_a_whole() -> None:
    changed = rules.changes(TRIAL, decisions(("a", IN, "helsinki")), held(("a", STATE, ON)), ON)
    assert changed.select("goes_to", "whole").row(0) == ("helsinki", True)


def test_exit_is_what_the_definition_says() -> None:
    """The patterns above mean what they should."""
    assert VERSION.stays
    assert VERSION.exit is not None
    assert VERSION.states(MOVED_AWAY)[Name("resident")] == 0


PATTERNS = [IN, OUT, MOVED_AWAY, MAYBE_AWAY]
AREAS = ["helsinki", "espoo", None]
people = st.lists(
    st.tuples(
        st.sampled_from(PATTERNS), st.sampled_from(AREAS), st.sampled_from([STATE, "helsinki", "espoo", None]),
        st.sampled_from([SINCE, ON]),
    ),
    max_size=30,
)  # fmt: skip


@given(people, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(drawn: list[tuple], random) -> None:
    made = decisions(*((str(number), made, area) for number, (made, area, _, _) in enumerate(drawn)))
    rows = [(str(n), responsible, since) for n, (_, _, responsible, since) in enumerate(drawn) if responsible]
    whole = held(*rows)
    changed = rules.changes(TRIAL, made, whole, ON)
    order = random.sample(range(len(drawn)), len(drawn))
    shuffled = rules.changes(TRIAL, made[order], whole.sample(fraction=1, shuffle=True, seed=len(drawn)), ON)
    assert_frame_equal(shuffled.sort("person"), changed.sort("person"))
    assert rules.count(shuffled) == rules.count(changed)
    assert_frame_equal(rules.samples(shuffled), rules.samples(changed))


@given(people)
def test_counts_add_up(drawn: list[tuple]) -> None:
    made = decisions(*((str(number), made, area) for number, (made, area, _, _) in enumerate(drawn)))
    rows = [(str(n), responsible, since) for n, (_, _, responsible, since) in enumerate(drawn) if responsible]
    changed = rules.changes(TRIAL, made, held(*rows), ON)
    counts = rules.count(changed)
    assert counts.total() == len(drawn)
    assert counts.total("moved") == changed["goes_to"].count()
    assert counts.total(outcome="in") == sum(pattern == IN for pattern, *_ in drawn)
    assert Counts.from_json(counts.to_json()) == counts
    assert sum(counts.of_area(area).total() for area in ("helsinki", "espoo")) == counts.total() - counts.total(
        area=None
    )


def test_missing_facts_are_counted_apart() -> None:
    both = decisions(("a", MAYBE_AWAY, None), ("b", MAYBE_AWAY, None), ("c", IN, "helsinki"))
    both = both.with_columns(missing=pl.Series(["age trial_area", "trial_area", ""]))
    counts = rules.count(rules.changes(TRIAL, both, held(), ON))
    assert list(counts.missing.items()) == [("trial_area", 2), ("age", 1)]
