"""Whose unemployment began when and how it went on, against plain Python; both engines; what may be shown of it."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from random import Random

import narwhals as nw
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from kokeilu.monitoring import engines, steps, survival, survival_steps
from kokeilu.monitoring.survival import CAUSES
from kokeilu.monitoring.tests.panels import FIRST, events, month_row, person_months, spells
from kokeilu.monitoring.tests.test_structure import UNEMPLOYED, number, people, states_of

COUNT = 14
NUMBERS = [number(month) for month in month_row(FIRST, COUNT)]
Story = tuple[str, int, int | None, int | None]


@st.composite
def panels(draw: st.DrawFn) -> pl.DataFrame:
    """People who change status, area and the month in which their unemployment began."""
    signs = st.lists(st.sampled_from(["u", "uu", "ul", "uuuu", "s", "o", "x", "?", "."]), min_size=4, max_size=14)
    rows = person_months(*("".join(parts)[:COUNT] for parts in draw(st.lists(signs, min_size=1, max_size=8))))
    many = rows.height
    areas = draw(st.lists(st.sampled_from(["espoo", "espoo", "helsinki", None]), min_size=many, max_size=many))
    back = draw(st.lists(st.sampled_from([None, 0, 0, 0, 1, 5, -1]), min_size=many, max_size=many))
    since = [
        None if one is None else date((number(month) - one) // 12, (number(month) - one) % 12 + 1, 9)
        for one, month in zip(back, rows.get_column("month"), strict=True)
    ]
    held = pl.col("status").is_in(UNEMPLOYED)
    return rows.with_columns(
        area=pl.Series(areas, dtype=pl.String), unemployed_since=pl.when(held).then(pl.Series(since, dtype=pl.Date))
    )


def stories(rows: pl.DataFrame) -> Counter[Story]:
    """How each unemployment that began went on, read month by month."""
    areas = {(person, number(month)): area for person, month, area in rows.select("person", "month", "area").rows()}
    found: Counter[Story] = Counter()
    for person, states in states_of(rows.with_columns(service=pl.lit(None, pl.String))).items():
        held = {at for at, (status, _, _) in states.items() if status in UNEMPLOYED}
        for began in held:
            since, area = states[began][1], areas[person, began]
            if area is None or since is None or number(since.year * 100 + since.month) != began or began - 1 in held:
                continue
            end = next(at for at in range(began, NUMBERS[-1] + 2) if at not in held)
            if end > NUMBERS[-1]:
                found[area, began, None, None] += 1
                continue
            status = states.get(end, (None,))[0]
            cause = CAUSES.index(status) if status in CAUSES else CAUSES.index("other")
            found[area, began, end - began, cause] += 1
    return found


def counted(begun: pl.DataFrame | None) -> Counter[Story]:
    assert begun is not None
    return Counter({row[:4]: row[4] for row in begun.select("area", "began", "months", "cause", "persons").rows()})


@given(panels())
@settings(max_examples=40, deadline=None)
def test_what_began_and_how_it_went_on(rows: pl.DataFrame) -> None:
    held = nw.from_native(spells(rows).lazy())
    found = survival.begun(steps.steps(held, NUMBERS[0], NUMBERS[-1]), NUMBERS[-1]).collect("polars").to_native()
    assert counted(found) == stories(rows)


def test_duckdb_finds_the_same(tmp_path: Path) -> None:
    rows = people(Random(5), 200)
    spells(rows).sample(fraction=1, shuffle=True, seed=2).write_parquet(tmp_path / "spells.parquet")
    months = month_row(FIRST, 30)
    found = engines.on_duckdb([str(tmp_path / "spells.parquet")], months[0], months[-1]).begun
    expected = events(rows, 30).begun
    names = ["area", "began", "months", "cause"]
    assert found is not None
    assert expected is not None
    assert_frame_equal(found.sort(names), expected.sort(names))


def test_months_are_one_step_until_no_way_out_has_fewer_than_five() -> None:
    left = [(5, 0, 7), (6, 2, 0), (0, 1, 1), (9, 2, 5), (3, 0, 0), (0, 0, 4)]
    assert list(survival_steps.merged(60, left)) == [
        (1, 60, (5, 0, 7)),
        (4, 48, (15, 5, 6)),  # 2 and then 3 went into services before there were five
    ]  # and the 3 to the open market wait for more, with the 4 of the last month


def test_a_step_leaves_nobody_or_five_unemployed() -> None:
    assert list(survival_steps.merged(13, [(5, 0, 0), (5, 0, 0), (0, 0, 3)])) == [(1, 13, (5, 0, 0))]
    assert list(survival_steps.merged(10, [(5, 0, 0), (5, 0, 0)])) == [(1, 10, (5, 0, 0)), (2, 5, (5, 0, 0))]


def test_a_cohort_is_half_a_calendar_year_within_the_months_that_tell_who_was_unemployed_before() -> None:
    assert [number % 12 for number in survival_steps.halves(number(201801) + 1, number(202103))] == [6, 0, 6, 0, 6]
    assert list(survival_steps.halves(number(202101), number(202105))) == []
    assert list(survival_steps.halves(number(202101), number(202106))) == [number(202101)]


def residents(inflow: int, months: list[int]) -> pl.DataFrame:
    """Figures of an area whose inflow is the same every month."""
    rows = [("espoo", "residents", month, key, inflow, False) for month in months for key in survival_steps.WITHIN]
    return pl.DataFrame(rows, ["area", "population", "month", "indicator", "persons", "hidden"], orient="row")


def begun(rows: Sequence[tuple[int, int | None, int | None, int]]) -> pl.DataFrame:
    """As `survival.begun`, of one area; months of beginning as 202101."""
    schema = {"began": pl.Int64, "months": pl.Int64, "cause": pl.Int64, "persons": pl.Int64}
    told = [(number(month), *others) for month, *others in rows]
    return pl.DataFrame(told, schema, orient="row").with_columns(area=pl.lit("espoo"))


COHORT = [(month, after, 0, 10) for month in range(202101, 202107) for after in (1, 2)]


def test_what_a_cohort_told_stays_when_months_are_added() -> None:
    earlier: pl.DataFrame | None = None
    for last in (202107, 202108, 202109, 202112):
        found = survival_steps.steps(begun(COHORT), residents(20, month_row(202101, 12)), 202012, last)
        if earlier is not None:
            assert_frame_equal(found.head(earlier.height), earlier)
        earlier = found
    assert earlier is not None
    assert earlier.select("until", "month", "at_risk", *CAUSES).rows() == [
        (1, 202107, 120, 60, 0, 0), (2, 202108, 60, 60, 0, 0),
    ]  # fmt: skip


@pytest.mark.parametrize(("inflow", "shown"), [(20, True), (21, True), (22, True)])
def test_inflow_and_cohort_together_tell_of_no_small_rest(inflow: int, shown: bool) -> None:
    """Of 6 months with 20 beginnings each: a rest of none, 6 and 12 people who came in other ways."""
    found = survival_steps.steps(begun(COHORT), residents(inflow, month_row(202101, 12)), 202012, 202112)
    assert bool(found.height) == shown


def test_a_cohort_whose_rest_of_the_inflow_is_small_is_not_shown() -> None:
    rest = residents(20, month_row(202101, 12)).with_columns(
        persons=pl.col("persons") + pl.when(pl.col("month") == 202103).then(3).otherwise(0)
    )
    assert survival_steps.steps(begun(COHORT), rest, 202012, 202112).is_empty()


@pytest.mark.parametrize("key", survival_steps.WITHIN)
@pytest.mark.parametrize(("people", "told"), [(20, False), (24, False), (25, True)])
def test_a_cohort_is_not_shown_where_it_tells_how_many_a_hidden_figure_has(key: str, people: int, told: bool) -> None:
    """In March a figure is hidden. All 20 of a month began, or four others, or five, are in the month's figures."""
    march = pl.col("month") == 202103
    figures = residents(20, month_row(202101, 12)).with_columns(
        persons=pl.when(march).then(people).when(indicator="inflow").then(26).otherwise("persons"),
        hidden=march & (pl.col("indicator") == key),
    )
    assert survival_steps.steps(begun(COHORT), figures, 202012, 202112).is_empty() != told
