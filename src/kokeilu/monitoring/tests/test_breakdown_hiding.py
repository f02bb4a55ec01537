"""What is hidden of classes: the attacker who has the pages and every breakdown learns of no one."""

from functools import cache

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from kokeilu import processes
from kokeilu.disclosure.linked import PRIMARY, PUBLISHED, SECONDARY, THRESHOLD
from kokeilu.monitoring import breakdown_hiding
from kokeilu.monitoring.breakdown_hiding import Cell, hidden, statuses
from kokeilu.monitoring.breakdown_rules import BROKEN_DOWN, DIMENSIONS
from kokeilu.monitoring.tests import breakdowns

AREAS = {"some months hidden whole": (2, 150, 4), "most months shown": (3, 300, 4), "hardly anyone": (4, 25, 4)}
KEYS = ("sex", "language_group", "education")


@cache
def protected(seed: int, count: int, months: int) -> tuple[pl.DataFrame, dict[str, pl.DataFrame]]:
    """An invented area's page, and its figures by class as they are decided."""
    rows = breakdowns.people(seed, count, months)
    page = breakdowns.page(rows, months)
    return page, {key: hidden(breakdowns.by(rows, key, months), page, DIMENSIONS[key]) for key in KEYS}


@pytest.mark.parametrize("area", AREAS.values(), ids=AREAS.keys())
def test_page_and_breakdowns_together_tell_of_no_one(area: tuple[int, int, int]) -> None:
    page, classes = protected(*area)
    small = pl.col("persons").is_between(1, THRESHOLD - 1)
    assert all(frame.filter(small, status=PUBLISHED).is_empty() for frame in classes.values())
    assert any(frame.filter(status=PUBLISHED).height for frame in classes.values())
    assert breakdowns.exposed(page, classes) == []


@pytest.mark.parametrize("area", [AREAS["most months shown"]])
def test_without_secondary_hiding_the_attacker_learns_small_figures(area: tuple[int, int, int]) -> None:
    page, classes = protected(*area)
    shown = pl.when(pl.col("status") == SECONDARY).then(pl.lit(PUBLISHED)).otherwise("status").alias("status")
    for key, frame in classes.items():
        found = breakdowns.exposed(page, {key: frame.with_columns(shown)})
        assert any(high - low < THRESHOLD for (_, low, high, needed) in found if needed == THRESHOLD), key


@pytest.mark.parametrize("key", ["language_group", "education"])
def test_earlier_months_stay_as_they_were_and_the_order_of_rows_does_not_matter(key: str) -> None:
    seed, count, months = AREAS["most months shown"]
    rows = breakdowns.people(seed, count, months)
    counted, page = breakdowns.by(rows, key, months), breakdowns.page(rows, months)
    cell = ["area", "month", "indicator", "group"]
    whole = hidden(counted.sample(fraction=1.0, shuffle=True, seed=1), page.reverse(), DIMENSIONS[key]).sort(cell)
    assert_frame_equal(whole, protected(seed, count, months)[1][key].sort(cell))
    last = counted.get_column("month").max()
    before = hidden(counted.filter(pl.col("month") < last), page.filter(pl.col("month") < last), DIMENSIONS[key])
    assert_frame_equal(whole.filter(pl.col("month") < last), before.sort(cell))


def test_processes_of_their_own_decide_the_same() -> None:
    seed, count, months = AREAS["hardly anyone"]
    rows = breakdowns.people(seed, count, months)
    counted, page = breakdowns.by(rows, "sex", months), breakdowns.page(rows, months)
    other = pl.lit("vantaa").alias("area")
    counted, page = pl.concat([counted, counted.with_columns(other)]), pl.concat([page, page.with_columns(other)])
    with processes.spread(2) as over:
        begun = breakdown_hiding.begun(counted, page, DIMENSIONS["sex"], spread=over)
        assert_frame_equal(begun(), hidden(counted, page, DIMENSIONS["sex"]))


def month(at: int, **groups: int) -> dict[Cell, int]:
    """A month in which all are unemployed, none comes or leaves: by class."""
    full = ("job_seekers", "registered_unemployed", "broad_unemployment")
    return {Cell(at, key, group): count if key in full else 0 for group, count in groups.items() for key in BROKEN_DOWN}


def test_what_the_page_hides_is_hidden_of_every_class() -> None:
    persons = month(202011, women=40, men=50)
    found = statuses(persons, {202011: {"registered_unemployed", "job_seekers"}}, constant=False)
    told = {cell.indicator for cell, status in found.items() if status == PUBLISHED and persons[cell]}
    assert told == set()
    assert all(found[cell] == PUBLISHED for cell in persons if cell.indicator == "supported_work")  # none at all


def test_where_nobody_changes_class_a_hidden_month_hides_the_ones_after_it() -> None:
    persons = month(202011, women=40, men=50) | month(202012, women=40, men=50)
    kept = {202011: {"registered_unemployed"}}
    assert statuses(persons, kept, constant=True)[Cell(202012, "job_seekers", "women")] == SECONDARY
    assert statuses(persons, kept, constant=False)[Cell(202012, "job_seekers", "women")] == PUBLISHED


def test_a_class_that_is_all_the_area_is_shown() -> None:
    persons = month(202011, espoo=90)
    assert set(statuses(persons, {}, constant=False).values()) == {PUBLISHED}


def test_a_small_class_hides_another_one_and_not_more() -> None:
    persons = month(202011, women=3, men=50, unknown=20)
    found = statuses(persons, {}, constant=False)
    seekers = {group: found[Cell(202011, "job_seekers", group)] for group in ("women", "men", "unknown")}
    assert seekers == {"women": PRIMARY, "men": PUBLISHED, "unknown": SECONDARY}


def test_exits_by_class_are_hidden_where_the_page_hides_a_part_of_them() -> None:
    persons = month(202011, women=40, men=50)
    for group in ("women", "men"):
        persons |= {Cell(202011, key, group): 20 for key in ("outflow", "inflow")}
        persons[Cell(202011, "open_market_exits", group)] = 10
    found = statuses(persons, {202011: {breakdown_hiding.EXIT_PARTS[1]}}, constant=False)
    assert {found[Cell(202011, "open_market_exits", group)] for group in ("women", "men")} == {SECONDARY}
    assert found[Cell(202011, "outflow", "women")] == PUBLISHED
