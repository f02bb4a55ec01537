"""Disclosure control: nothing small is shown, and no single subtraction gives it back."""

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from kokeilu.monitoring.indicators import DESTINATIONS
from kokeilu.monitoring.suppression import THRESHOLD, Cell, Sum, hidden_cells, page_sums, published
from kokeilu.monitoring.tests.panels import FIRST, counted, month_row, person_months
from kokeilu.monitoring.tests.test_rules import panels


def shown(rows: pl.DataFrame, count: int, month: int) -> dict[str, float | None]:
    table = published(counted(rows, count)).filter(population="residents", month=month)
    return {
        key: None if suppressed else value
        for key, value, suppressed in table.select("indicator", "value", "suppressed").rows()
    }


def test_small_cells_are_hidden_with_the_smallest_other_of_their_sum() -> None:
    out = ["uo"] * 3 + ["us"] * 9 + ["ux"] * 20
    found = shown(person_months(*out, *["uu"] * 50), 2, month_row(FIRST, 2)[1])
    assert found["outflow"] == 32
    assert [found[key] for key in DESTINATIONS] == [None, 0, None, 20, 0, 0]


def test_zero_and_the_threshold_itself_are_shown() -> None:
    found = shown(person_months(*["u"] * THRESHOLD, *["s"] * 7), 1, FIRST)
    assert (found["registered_unemployed"], found["laid_off"], found["in_services"]) == (5, 0, 7)


def test_a_rate_of_a_hidden_figure_is_hidden() -> None:
    found = shown(person_months(*["u"] * 20, *["s"] * 3), 1, FIRST)
    assert found["in_services"] is None
    assert found["activation_rate"] is None


def test_the_rate() -> None:
    assert shown(person_months(*["u"] * 15, *["s"] * 5), 1, FIRST)["activation_rate"] == 25


def test_the_rate_of_no_one_is_no_figure_and_not_hidden() -> None:
    table = published(counted(person_months(*["x"] * 20), 1)).filter(indicator="activation_rate")
    assert table.select("value", "suppressed").rows() == [(None, False)]


def test_a_small_inflow_is_not_told_by_two_stocks_and_the_outflow() -> None:
    rows = person_months(*["uu"] * 30, *["xu"] * 2, *["ux"] * 10)
    found = shown(rows, 2, month_row(FIRST, 2)[1])
    assert found["inflow"] is None
    assert None in (found["registered_unemployed"], found["outflow"])


def test_what_was_shown_of_a_month_stays_when_later_months_come() -> None:
    rows = person_months(*["uuu"] * 30, *["xxu"] * 2, *["uux"] * 10)
    early = published(counted(rows.filter(pl.col("month") < 202101), 2))
    late = published(counted(rows, 3)).filter(pl.col("month") < 202101)
    assert early.equals(late)


def _unprotected(table: pl.DataFrame, persons: pl.DataFrame) -> list[Sum]:
    """The sums of an area's page with exactly one hidden cell."""
    cells = {Cell(*row): True for row in persons.select("month", "population", "indicator").rows()}
    hidden = {Cell(*row) for row in table.filter("suppressed").select("month", "population", "indicator").rows()}
    months = sorted({cell.month for cell in cells})
    sums = [
        one
        for before, month in zip([None, *months], months, strict=False)
        for one in page_sums([cell for cell in cells if cell.month == month], month, before)
    ]
    return [one for one in sums if len(hidden & set(one.cells)) == 1]


@given(panels(), st.integers(1, 4))
@settings(max_examples=80, deadline=None)
def test_nothing_small_is_shown_nor_given_back_by_one_subtraction(rows: pl.DataFrame, copies: int) -> None:
    more = pl.concat([rows.with_columns(pl.col("person") + 100 * copy) for copy in range(copies)])
    figures = counted(more, 4)
    table = published(figures)
    small = table.filter(~pl.col("suppressed") & (pl.col("indicator") != "activation_rate"))
    assert not small.get_column("value").is_between(1, THRESHOLD - 1).any()
    assert table.filter("suppressed").get_column("value").is_null().all()
    for area in ("espoo", "helsinki"):
        assert _unprotected(table.filter(area=area), figures.filter(area=area)) == []


@given(st.lists(st.integers(0, 12), min_size=2, max_size=6))
@settings(max_examples=100, deadline=None)
def test_hiding_takes_no_more_than_a_sum_needs(parts: list[int]) -> None:
    cells = {Cell(FIRST, "residents", str(number)): value for number, value in enumerate(parts)}
    total = Cell(FIRST, "residents", "total")
    persons = {total: sum(parts), **cells}
    hidden = hidden_cells(persons, [Sum((total,), tuple(cells))])
    small = {cell for cell, value in persons.items() if 0 < value < THRESHOLD}
    assert small <= hidden
    assert len(hidden - small) <= 1
    assert len(hidden) != 1
