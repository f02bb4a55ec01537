"""The indicators on panels made by hand and at random."""

from itertools import pairwise
from random import Random

import duckdb
import narwhals as nw
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from kokeilu.monitoring import rules
from kokeilu.monitoring.indicators import DESTINATIONS, INDICATORS
from kokeilu.monitoring.tests.panels import FIRST, STATUSES, by_indicator, counted, month_row, person_months, spells


def test_stocks() -> None:
    figures = counted(person_months("u", "u", "l", "s", "w", "W", "o", "e", "x", "?"), 1)
    assert by_indicator(figures, FIRST) == {
        "job_seekers": 7,
        "registered_unemployed": 3,
        "unemployed_not_laid_off": 2,
        "laid_off": 1,
        "unemployed_unknown_duration": 3,
        "in_services": 1,
        "supported_work": 1,
        "other_job_seekers": 2,
        "broad_unemployment": 4,
    }


@pytest.mark.parametrize(
    ("history", "expected"),
    [
        ("uu", {}),
        ("ul", {}),
        ("uo", {"outflow": 1, "outflow_unknown_duration": 1, "outflow_open_market": 1, "open_market_exits": 1}),
        ("le", {"outflow": 1, "outflow_unknown_duration": 1, "outflow_open_market": 1, "open_market_exits": 1}),
        ("so", {"open_market_exits": 1, "exits_from_services": 1, "service_ends": 1}),
        ("wo", {}),
        ("us", {"outflow": 1, "outflow_unknown_duration": 1, "outflow_service": 1, "service_starts": 1}),
        ("uw", {"outflow": 1, "outflow_unknown_duration": 1, "outflow_supported_work": 1}),
        ("ux", {"outflow": 1, "outflow_unknown_duration": 1, "outflow_outside": 1}),
        ("u?", {"outflow": 1, "outflow_unknown_duration": 1, "outflow_unknown": 1}),
        ("u.", {"outflow": 1, "outflow_unknown_duration": 1, "outflow_unknown": 1}),
        ("su", {"inflow": 1, "service_ends": 1}),
        ("ou", {"inflow": 1}),
        (".l", {"inflow": 1}),
    ],
)
def test_flows(history: str, expected: dict[str, int]) -> None:
    found = by_indicator(counted(person_months(history), 2), month_row(FIRST, 2)[1])
    assert {key: value for key, value in found.items() if INDICATORS[key].kind == "flow"} == expected


def test_a_month_away_is_an_outflow_and_an_inflow() -> None:
    figures = counted(person_months("u.u"), 3)
    flows = [by_indicator(figures, month) for month in month_row(FIRST, 3)]
    assert flows[1] == {"outflow": 1, "outflow_unknown": 1, "outflow_unknown_duration": 1}
    assert flows[2]["inflow"] == 1


def test_the_turn_of_the_year_is_no_gap() -> None:
    figures = counted(person_months("uuu"), 3)
    assert "inflow" not in by_indicator(figures, 202101)


def test_who_moves_while_unemployed_leaves_one_area_for_the_other() -> None:
    rows = pl.concat([person_months("u.", area="espoo"), person_months(".u", area="helsinki")])
    figures, month = counted(rows, 2), month_row(FIRST, 2)[1]
    assert by_indicator(figures, month) == {"outflow": 1, "outflow_moved": 1, "outflow_unknown_duration": 1}
    assert by_indicator(figures, month, "helsinki")["inflow"] == 1


def test_who_moves_out_of_every_area_has_moved() -> None:
    rows = pl.concat([person_months("u.", area="espoo"), person_months(".u", area=None)])
    figures = counted(rows, 2)
    assert by_indicator(figures, month_row(FIRST, 2)[1]) == {
        "outflow": 1,
        "outflow_moved": 1,
        "outflow_unknown_duration": 1,
    }
    assert figures.get_column("area").unique().to_list() == ["espoo"]


def test_populations_are_shown_from_the_trials_first_month_and_add_up() -> None:
    rows = pl.concat(
        [
            person_months("uu.", "uu."),
            person_months("..u", "..o", responsible="espoo"),
            person_months("...", "...", "..u").filter(month=month_row(FIRST, 3)[2]),
        ]
    )
    figures = counted(rows, 3)
    months = figures.group_by("population").agg(pl.col("month").unique().sort())
    assert dict(months.rows()) == {
        "residents": month_row(FIRST, 3),
        "customers": month_row(FIRST, 3)[2:],
        "state": month_row(FIRST, 3)[2:],
    }
    customers = by_indicator(figures, 202101, population="customers")
    assert (customers["registered_unemployed"], customers["outflow_open_market"]) == (1, 1)
    assert by_indicator(figures, 202101, population="state")["registered_unemployed"] == 1


def test_the_first_month_has_no_flows() -> None:
    figures = counted(person_months("uo"), 2)
    assert not figures.filter(month=FIRST).get_column("indicator").is_in(["inflow", "outflow"]).any()


def test_zero_is_a_figure() -> None:
    figures = counted(person_months("u"), 1)
    assert figures.filter(indicator="laid_off").get_column("persons").to_list() == [0]


def test_nobody_gives_no_figures() -> None:
    assert counted(person_months(), 1).is_empty()


signs = st.sampled_from([*STATUSES, "."])
histories = st.lists(st.text(signs, min_size=4, max_size=4), min_size=1, max_size=12)


@st.composite
def panels(draw: st.DrawFn) -> pl.DataFrame:
    """People over four months who change status, area and who is responsible at random."""
    rows = person_months(*draw(histories))
    many = {"min_size": rows.height, "max_size": rows.height}
    areas = draw(st.lists(st.sampled_from(["espoo", "helsinki", None]), **many))
    responsible = draw(st.lists(st.sampled_from(["te", "espoo", "helsinki"]), **many))
    return rows.with_columns(
        area=pl.Series(areas, dtype=pl.String), responsible=pl.Series(responsible, dtype=pl.String)
    )


@given(panels())
@settings(max_examples=50, deadline=None)
def test_the_stock_is_the_last_one_plus_inflow_less_outflow(rows: pl.DataFrame) -> None:
    figures = counted(rows, 4)
    months = month_row(FIRST, 4)
    for area in ("espoo", "helsinki"):
        found = [by_indicator(figures, month, area) for month in months]
        for before, now in pairwise(found):
            change = now.get("inflow", 0) - now.get("outflow", 0)
            assert now.get("registered_unemployed", 0) == before.get("registered_unemployed", 0) + change


@given(panels())
@settings(max_examples=30, deadline=None)
def test_parts_and_populations_add_up(rows: pl.DataFrame) -> None:
    figures = counted(rows, 4)
    for (_area, _month), part in figures.group_by("area", "month"):
        cells = {
            (population, key): value
            for population, key, value in part.select("population", "indicator", "persons").rows()
        }
        for population in ("residents", "customers", "state"):
            if (population, "outflow") in cells:
                parts = sum(cells[population, key] for key in DESTINATIONS)
                assert cells[population, "outflow"] == parts
        for (population, key), value in cells.items():
            if population == "residents" and ("customers", key) in cells:
                assert value == cells["customers", key] + cells["state", key]


@given(panels(), st.randoms())
@settings(max_examples=15, deadline=None)
def test_engines_agree_and_the_order_of_rows_does_not_matter(rows: pl.DataFrame, random: Random) -> None:
    months = month_row(FIRST, 4)
    shuffled = rows.sample(fraction=1, shuffle=True, seed=random.randrange(1000))
    relation = nw.from_native(duckdb.from_arrow(spells(shuffled).to_arrow()))
    numbers = nw.from_native(
        duckdb.sql(f"SELECT range AS at FROM range({rules.month_number(FIRST)}, {rules.month_number(FIRST) + 4})")
    )
    found = rules.figures(rules.counts(rules.events(relation, numbers, months[0], months[-1])), months)
    assert_frame_equal(found, counted(rows, 4))
