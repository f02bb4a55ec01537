"""What a run changes and counts, as columns: the order of rows never matters, an unknown fact never moves anybody."""

from dataclasses import replace
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
from kokeilu.transfer.rules import HELD, SEARCH_ENDED, STATE, Counts, Standing

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


def held(*rows: tuple[str, str, date]) -> Standing:
    """Who is responsible for whom since when; days from SINCE on may be changed."""
    frame = pl.DataFrame([(number, *row) for number, row in enumerate(rows)], schema=HELD, orient="row")
    return Standing(frame, not_before=SINCE)


@pytest.mark.parametrize(
    ("made", "area", "responsible", "goes_to", "staying"),
    [
        (IN, "helsinki", STATE, "helsinki", False),
        (IN, "helsinki", "helsinki", None, True),
        (IN, "helsinki", "espoo", "helsinki", False),  # moved from Espoo to Helsinki
        (OUT, "helsinki", "espoo", "helsinki", False),  # once in, in: also where they move to
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
    assert changed.select("goes_to", "staying", "day").row(0) == (goes_to, staying, ON)


@pytest.mark.parametrize(
    ("ended", "goes_to", "day"),
    [
        (None, None, ON),
        (date(2021, 1, 2), None, date(2021, 3, 2)),  # the grace of two months ends on the next day
        (date(2021, 1, 1), STATE, ON),
        (date(2020, 12, 31), STATE, SINCE),  # 28 February has no 31st day: the grace ended on its last one
        (date(2020, 6, 1), STATE, SINCE),  # days before the last run stay
    ],
)
def test_the_grace_of_an_ended_job_search(ended: date | None, goes_to: str | None, day: date) -> None:
    standing = replace(
        held(("a", "helsinki", date(2021, 1, 1))),
        search_ended=pl.DataFrame([("a", ended)], schema=SEARCH_ENDED, orient="row"),
    )
    changed = rules.changes(TRIAL, decisions(("a", OUT, "helsinki")), standing, ON)
    assert changed["goes_to"][0] == goes_to
    if goes_to:
        assert changed["day"][0] == day


def test_nobody_moves_whom_something_keeps() -> None:
    standing = replace(held(("a", STATE, SINCE), ("b", "espoo", SINCE)), kept={"a"})
    changed = rules.changes(TRIAL, decisions(("a", IN, "helsinki"), ("b", IN, "helsinki")), standing, ON)
    assert changed["goes_to"].to_list() == [None, "helsinki"]


@pytest.mark.parametrize(
    ("home_since", "since", "day", "whole"),
    [
        (None, SINCE, ON, False),
        (ON, SINCE, ON, False),
        (date(2021, 2, 10), date(2021, 1, 1), SINCE, False),  # not before the last run
        (SINCE, SINCE, SINCE, True),  # nothing remains of what it replaces
        (SINCE, ON, ON, True),
    ],
)
def test_who_moves_house_goes_on_the_day_that_reports_it(
    home_since: date | None, since: date, day: date, whole: bool
) -> None:
    standing = held(("a", "espoo", since))
    changed = rules.changes(TRIAL, decisions(("a", IN, "helsinki")), standing, ON)
    homes = pl.DataFrame([("a", home_since)], schema={"person": pl.String(), "home_since": pl.Date()}, orient="row")
    dated = rules.moving_days(changed, homes, standing, ON)
    assert dated.select("day", "whole").row(0) == (day, whole)


def test_who_is_not_known_on_the_day_is_left_alone() -> None:
    changed = rules.changes(TRIAL, decisions(("a", IN, "helsinki")), held(), ON)
    assert changed.select("goes_to", "staying").row(0) == (None, False)


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
    mixed = replace(whole, held=whole.held.sample(fraction=1, shuffle=True, seed=len(drawn)))
    shuffled = rules.changes(TRIAL, made[order], mixed, ON)
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


@given(people)
def test_asked_again_about_its_own_result_it_changes_nothing(drawn: list[tuple]) -> None:
    made = decisions(*((str(number), made, area) for number, (made, area, _, _) in enumerate(drawn)))
    rows = [(str(n), responsible, since) for n, (_, _, responsible, since) in enumerate(drawn) if responsible]
    changed = rules.changes(TRIAL, made, held(*rows), ON)
    goes_to = dict(changed.select("person", "goes_to").iter_rows())
    after = held(*((person, goes_to[person] or responsible, since) for person, responsible, since in rows))
    assert rules.changes(TRIAL, made, after, ON)["goes_to"].null_count() == len(drawn)
