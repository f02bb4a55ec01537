"""Disclosure control of the monthly figures: nothing small is shown, and all months together do not give it back."""

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from kokeilu.disclosure import attacker
from kokeilu.disclosure.linked import PRIMARY, PUBLISHED, SECONDARY, widths
from kokeilu.disclosure.relations import System
from kokeilu.monitoring import monthly_hiding
from kokeilu.monitoring.indicators import DESTINATIONS
from kokeilu.monitoring.suppression import THRESHOLD, published
from kokeilu.monitoring.tests.conftest import people
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


def test_the_few_of_the_state_are_not_told_by_all_residents_and_the_customers() -> None:
    """Written out: the attacker of these tests takes what ties figures from the code that hides them."""
    numbers = {"residents": 100, "customers": 97, "state": 3}
    cells = {monthly_hiding.Cell(FIRST, key, "job_seekers"): number for key, number in numbers.items()}
    found = {cell.population: status for cell, status in monthly_hiding.statuses(cells).items()}
    assert found == {"residents": PUBLISHED, "customers": SECONDARY, "state": PRIMARY}


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


def exposed(figures: pl.DataFrame, status: list[str]) -> pl.DataFrame:
    """The hidden cells of an area's figures that an attacker derives too narrowly from all months together."""
    cells = [monthly_hiding.Cell(*row) for row in figures.select("month", "population", "indicator").iter_rows()]
    system = System.of(len(cells), monthly_hiding.relations(cells))
    hidden = np.array([each != PUBLISHED for each in status], np.bool_)
    values = np.where(hidden, np.nan, figures.get_column("persons").to_numpy())
    found = attacker.intervals(system, values, hidden)
    return figures.filter(pl.Series(found.width < widths(status, THRESHOLD)))


@given(panels(), st.integers(1, 4))
@settings(max_examples=60, deadline=None)
def test_nothing_small_is_shown_nor_given_back_by_all_months_together(rows: pl.DataFrame, copies: int) -> None:
    more = pl.concat([rows.with_columns(pl.col("person") + 100 * copy) for copy in range(copies)])
    figures = counted(more, 4)
    table = published(figures)
    small = table.filter(~pl.col("suppressed") & pl.col("indicator").is_in(figures.get_column("indicator").unique()))
    assert not small.get_column("value").is_between(1, THRESHOLD - 1).any()
    assert table.filter("suppressed").get_column("value").is_null().all()
    decided = monthly_hiding.hidden(figures)
    for area in ("espoo", "helsinki"):
        one = decided.filter(area=area)
        assert exposed(one, one.get_column("status").to_list()).is_empty()


def test_months_protected_one_by_one_give_small_figures_back_and_together_they_do_not() -> None:
    """The known trap: stock(t) = stock(t-1) + in - out runs across tables that are each protected."""
    rows = pl.concat([people("raasepori-hanko", 60), people("espoo", 150).with_columns(pl.col("person") + 1000)])
    figures = counted(rows, 12)
    for area in ("raasepori-hanko", "espoo"):
        one = figures.filter(area=area).sort("month")
        alone = [
            status
            for month in one.get_column("month").unique(maintain_order=True)
            for status in monthly_hiding.hidden(one.filter(month=month)).get_column("status")
        ]
        together = monthly_hiding.hidden(one).get_column("status").to_list()
        for month in one.get_column("month").unique():
            kept = one.get_column("month") == month
            assert exposed(one.filter(kept), pl.Series(alone).filter(kept).to_list()).is_empty()
        assert not exposed(one, alone).is_empty()
        assert exposed(one, together).is_empty()


def test_the_order_of_rows_does_not_matter() -> None:
    figures = counted(people("raasepori-hanko", 40), 4)
    shuffled = figures.sample(fraction=1, shuffle=True, seed=1)
    assert published(shuffled).equals(published(figures))


def test_zeros_are_hidden_only_where_nothing_else_protects_the_rest() -> None:
    rows = person_months(*["u" * 4] * 60, *["s" * 4] * 30, *["uoou"] * 3, *["ussu"] * 6)
    decided = monthly_hiding.hidden(counted(rows, 4))
    assert (decided.get_column("status") == "primary").any()
    assert (decided.filter(persons=0).get_column("status") == PUBLISHED).all()
