"""Completed unemployment by how long it had lasted, against plain Python; and what disclosure control makes of it."""

from collections import Counter
from datetime import date
from itertools import pairwise
from random import Random

import polars as pl
import pytest

from kokeilu.monitoring import monthly_hiding, release_audit
from kokeilu.monitoring.indicators import INDICATORS
from kokeilu.monitoring.tests.panels import FIRST, by_indicator, counted, month_row, person_months
from kokeilu.monitoring.tests.test_structure import MONTHS, UNEMPLOYED, number, people, states_of

CLASSES = INDICATORS["outflow"].also_sum


def lasted(since: date | None, at: int) -> str:
    """The class of the unemployment of someone who is gone at a month end, by the months full at the one before."""
    if since is None:
        return "outflow_unknown_duration"
    months = at - 1 - number(since.year * 100 + since.month)
    if months >= 12:
        return "outflow_12_months_and_more"
    if months >= 6:
        return "outflow_6_to_12_months"
    return "outflow_3_to_6_months" if months >= 3 else "outflow_under_3_months"


@pytest.mark.parametrize("seed", range(2))
def test_each_of_the_outflow_is_in_the_class_of_what_had_lasted(seed: int) -> None:
    rows = people(Random(seed), 120)
    figures, states = counted(rows, MONTHS), states_of(rows)
    seen = set()
    for month in month_row(FIRST, MONTHS)[1:]:
        at, expected = number(month), Counter[str]()
        for person in states.values():
            status, since, _ = person.get(at - 1, (None, None, None))
            if status in UNEMPLOYED and person.get(at, (None,))[0] not in UNEMPLOYED:
                expected[lasted(since, at)] += 1
        found = by_indicator(figures, month)
        assert {key: found.get(key, 0) for key in CLASSES} == {key: expected[key] for key in CLASSES}
        assert found.get("outflow", 0) == expected.total()
        seen |= set(expected)
    assert seen == set(CLASSES)


def test_a_class_of_the_outflow_is_never_more_than_the_stock_that_it_leaves() -> None:
    figures = counted(people(Random(9), 120), MONTHS)
    months = month_row(FIRST, MONTHS)
    for before, now in pairwise(months):
        stock, flow = by_indicator(figures, before), by_indicator(figures, now)
        assert all(flow.get(key, 0) <= stock.get(str(INDICATORS[key].leaves), 0) for key in CLASSES)


@pytest.mark.parametrize(
    ("history", "since", "key"),
    [
        ("u.u", date(2020, 11, 2), "outflow_under_3_months"),  # no report is an end of what had been reported
        ("uo", date(2021, 3, 1), "outflow_under_3_months"),  # a beginning that lies ahead: it has just begun
        ("uo", date(2019, 11, 30), "outflow_12_months_and_more"),
        ("uo", date(2019, 12, 1), "outflow_6_to_12_months"),
        ("uo", None, "outflow_unknown_duration"),
    ],
)
def test_odd_beginnings_and_ends(history: str, since: date | None, key: str) -> None:
    rows = person_months(history).with_columns(unemployed_since=pl.lit(since, pl.Date))
    found = by_indicator(counted(rows, 2), month_row(FIRST, 2)[1])
    assert {name for name in found if name in CLASSES} == {key}


def test_a_break_between_two_month_ends_ends_nothing() -> None:
    began = [date(2020, 10, 1), date(2020, 12, 15)]  # unemployed at both month ends, since another day
    rows = person_months("uu").with_columns(unemployed_since=pl.Series(began))
    assert "outflow" not in by_indicator(counted(rows, 2), month_row(FIRST, 2)[1])


def test_a_small_class_of_the_outflow_is_not_what_the_others_leave_of_it() -> None:
    began = [date(2020, 10, 1)] * 40 + [date(2020, 7, 1)] * 20 + [date(2020, 2, 1)] * 2
    ends = ["uo"] * 20 + ["uu"] * 20 + ["uo"] * 20 + ["uo"] * 2
    rows = person_months(*ends)
    since = pl.col("person").replace_strict(dict(enumerate(began)), return_dtype=pl.Date)
    later = counted(rows.with_columns(unemployed_since=since), 2).filter(pl.col("month") > FIRST)
    statuses = dict(monthly_hiding.hidden(later).select("indicator", "status").rows())
    assert statuses["outflow_6_to_12_months"] == "primary"
    assert statuses["outflow"] == "published"
    assert {statuses["outflow_under_3_months"], statuses["outflow_3_to_6_months"]} == {"published", "secondary"}


def test_an_attacker_with_all_months_and_the_stocks_that_classes_leave_derives_no_small_figure() -> None:
    figures = counted(people(Random(4), 150), 6)
    month = pl.col("month").cast(pl.String)
    cells = monthly_hiding.hidden(figures).with_columns(
        month=month.str.slice(0, 4) + "-" + month.str.slice(4), value=pl.col("persons").cast(pl.Float64)
    )
    found = release_audit.audit([release_audit.Version("pages", cells.select(release_audit.COLUMNS))])
    assert found.filter(pl.col("indicator").is_in(CLASSES), status="primary").height > 5
    assert not found.get_column("exposed").any()
