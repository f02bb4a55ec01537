"""Structural unemployment and what followed services, against the definitions read month by month in plain Python."""

from collections import Counter
from datetime import date
from random import Random

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from kokeilu.monitoring import engines, monthly_hiding, rules
from kokeilu.monitoring.indicators import INDICATORS
from kokeilu.monitoring.tests.panels import FIRST, by_indicator, counted, month_row, person_months, spells

MONTHS = 30
UNEMPLOYED = ("unemployed", "laid_off")
GROUPS = ("long_term_unemployed", "recurrently_unemployed", "unemployed_after_service", "service_to_service")


def people(random: Random, count: int) -> pl.DataFrame:
    """People who change state, service and the day their unemployment began at random."""
    histories = []
    for _ in range(count):
        history = ""
        while len(history) < MONTHS:
            history += random.choice("uuulssowx?.") * random.choice([1, 1, 2, 4, 8])
        histories.append(history[:MONTHS])
    rows = person_months(*histories)
    since = [random.choice([None, date(2020, random.randint(1, 12), 15), date(2022, 5, 1)]) for _ in range(rows.height)]
    service = [random.choice(["training", "training", "coaching"]) for _ in range(rows.height)]
    held = pl.col("status").is_in(UNEMPLOYED)
    return rows.with_columns(
        unemployed_since=pl.when(held).then(pl.Series(since, dtype=pl.Date)),
        service=pl.when(pl.col("status") == "service").then(pl.Series(service)),
    )


def number(month: int) -> int:
    return month // 100 * 12 + month % 100 - 1


def group(states: dict[int, tuple[str | None, date | None, str | None]], at: int) -> str | None:
    """The first group that a person belongs to at a month end; `states` are those of all months by number."""
    status, since, service = states.get(at, (None, None, None))
    served = [month for month, state in states.items() if state[0] == "service"]
    if status in UNEMPLOYED:
        if since is not None and number(since.year * 100 + since.month) + 12 <= at:
            return GROUPS[0]
        held = [states.get(at - back, (None,))[0] in UNEMPLOYED for back in range(16)]
        if sum(held) >= 12 and not all(held[: sum(held)]):
            return GROUPS[1]
        ends = [month + 1 for month in served if month + 1 not in served]
        if any(3 <= at - end <= 12 and states.get(end + 3, (None,))[0] in UNEMPLOYED for end in ends):
            return GROUPS[2]
    if status == "service":
        began = at
        while states.get(began - 1, (None, None, None))[::2] == ("service", service):
            began -= 1
        return GROUPS[3] if states.get(began - 1, (None,))[0] == "service" else None
    return None


def states_of(rows: pl.DataFrame) -> dict[int, dict[int, tuple[str | None, date | None, str | None]]]:
    found: dict[int, dict[int, tuple[str | None, date | None, str | None]]] = {}
    for person, month, *state in rows.select("person", "month", "status", "unemployed_since", "service").rows():
        found.setdefault(person, {})[number(month)] = tuple(state)
    return found


@pytest.mark.parametrize("seed", range(4))
def test_each_person_counts_in_the_first_group_that_holds(seed: int) -> None:
    rows = people(Random(seed), 120)
    figures, states = counted(rows, MONTHS), states_of(rows)
    seen = set()
    for month in month_row(FIRST, MONTHS)[15:]:
        expected = Counter(group(person, number(month)) for person in states.values())
        found = by_indicator(figures, month)
        assert {key: found.get(key, 0) for key in GROUPS} == {key: expected[key] for key in GROUPS}
        assert found["structural_unemployment"] == sum(expected[key] for key in GROUPS)
        seen |= set(expected)
    assert seen >= set(GROUPS)


def duration(since: date | None, at: int) -> str:
    """The class of a running unemployment that began on the day, at a month end."""
    if since is None:
        return "unemployed_unknown_duration"
    months = at - number(since.year * 100 + since.month)
    limits = ((12, "long_term_unemployed"), (6, "unemployed_6_to_12_months"), (3, "unemployed_3_to_6_months"))
    return next((key for limit, key in limits if months >= limit), "unemployed_under_3_months")


@pytest.mark.parametrize("seed", range(2))
def test_each_of_the_unemployed_is_in_the_class_of_the_duration(seed: int) -> None:
    rows = people(Random(seed), 120)
    figures, states = counted(rows, MONTHS), states_of(rows)
    seen = set()
    for month in month_row(FIRST, MONTHS):
        at = number(month)
        held = [person[at] for person in states.values() if at in person and person[at][0] in UNEMPLOYED]
        expected = Counter(duration(since, at) for _, since, _ in held)
        found = by_indicator(figures, month)
        assert {key: found.get(key, 0) for key in expected} == expected
        classes = INDICATORS["registered_unemployed"].also_sum
        assert sum(found.get(key, 0) for key in classes) == found["registered_unemployed"] == len(held)
        seen |= set(expected)
    assert seen == set(classes)


def test_a_small_class_of_duration_is_not_what_the_others_leave_of_the_unemployed() -> None:
    began = [date(2020, 10, 1)] * 40 + [date(2020, 7, 1)] * 20 + [date(2020, 2, 1)] * 2
    rows = person_months(*["u"] * len(began)).with_columns(unemployed_since=pl.Series(began))
    statuses = dict(monthly_hiding.hidden(counted(rows, 1)).select("indicator", "status").rows())
    assert statuses["unemployed_6_to_12_months"] == "primary"
    assert statuses["registered_unemployed"] == "published"
    others = {statuses["unemployed_under_3_months"], statuses["unemployed_3_to_6_months"]}
    assert others == {"published", "secondary"}


@pytest.mark.parametrize("seed", range(3))
def test_what_followed_services(seed: int) -> None:
    rows = people(Random(seed), 120)
    figures, states = counted(rows, MONTHS), states_of(rows)
    for month in month_row(FIRST, MONTHS)[4:]:
        at, expected = number(month), Counter[str]()
        for person in states.values():
            if person.get(at - 4, (None,))[0] == "service" and person.get(at - 3, (None,))[0] != "service":
                status = person.get(at, (None,))[0] or "unknown"
                expected["unemployed" if status == "laid_off" else status] += 1
        found = by_indicator(figures, month)
        parts = {
            key: value for key, value in found.items() if key.startswith("followed_") and key != "followed_services"
        }
        assert parts == {f"followed_{status}": persons for status, persons in expected.items()}
        assert found.get("followed_services", 0) == expected.total()


def test_figures_begin_where_the_panel_has_the_history_they_need() -> None:
    figures = counted(people(Random(1), 40), MONTHS)
    began = dict(figures.group_by("indicator").agg(pl.col("month").min()).rows())
    months = month_row(FIRST, MONTHS)
    assert (began["long_term_unemployed"], began["service_ends"]) == (months[0], months[1])
    assert (began["followed_services"], began["structural_unemployment"]) == (months[4], months[15])


def test_duckdb_finds_the_same(tmp_path) -> None:
    rows = people(Random(5), 200)
    spells(rows).sample(fraction=1, shuffle=True, seed=2).write_parquet(tmp_path / "spells.parquet")
    months = month_row(FIRST, MONTHS)
    events = engines.on_duckdb([str(tmp_path / "spells.parquet")], months[0], months[-1])
    assert_frame_equal(rules.figures(rules.counts(events), months), counted(rows, MONTHS))
