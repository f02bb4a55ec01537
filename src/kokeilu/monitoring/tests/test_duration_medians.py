"""Medians of durations: what they are, and what an attacker derives from them."""

from random import Random

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kokeilu.disclosure import attacker
from kokeilu.disclosure.linked import THRESHOLD
from kokeilu.disclosure.relations import Relation, System
from kokeilu.monitoring import duration_medians
from kokeilu.monitoring.duration_medians import Lengths, Median
from kokeilu.monitoring.rules import DURATIONS
from kokeilu.monitoring.tests.panels import FIRST, by_indicator, counted, events, month_row
from kokeilu.monitoring.tests.test_structure import MONTHS, UNEMPLOYED, number, people, states_of

LONGEST = 20
CLASSES = [*zip(DURATIONS, [*list(DURATIONS)[1:], LONGEST + 1], strict=True)]
WHOLE = st.dictionaries(st.integers(0, LONGEST), st.integers(1, 12), min_size=1, max_size=12)


def ordered(lengths: Lengths) -> list[int]:
    return sorted(months for months, count in lengths.items() for _ in range(count))


@given(WHOLE)
def test_half_are_at_it_or_below_and_it_is_the_least_such(lengths: Lengths) -> None:
    everyone = ordered(lengths)
    assert duration_medians.half(lengths) == everyone[(len(everyone) - 1) // 2]


def test_the_median_of_nobody_is_not_hidden_but_not_there() -> None:
    assert duration_medians.median({}) == Median(None, hidden=False)


def relations(lengths: Lengths, median: int | None, first: int = 0) -> list[Relation]:
    """What a reader knows of the people by months, cells `first` on: the classes of duration and the median."""
    found = []
    for low, high in CLASSES:
        total = sum(count for months, count in lengths.items() if low <= months < high)
        found.append(Relation([*range(first + low, first + high)], [1.0] * (high - low), total, total))
    if median is not None:
        whole = sum(lengths.values())
        found.append(Relation([*range(first, first + median + 1)], [1.0] * (median + 1), -(-whole // 2), np.inf))
        found.append(Relation([*range(first, first + median)], [1.0] * median, 0.0, -(-whole // 2) - 1))
    return [one for one in found if one.cells]


def safe(known: list[Relation], *people: Lengths) -> bool:
    """Whether an attacker's interval of every month with few people is THRESHOLD wide."""
    values = np.array([lengths.get(months, 0) for lengths in people for months in range(LONGEST + 1)], np.float64)
    found = attacker.intervals(System.of(values.size, known), values, np.ones(values.size, np.bool_))
    few = (values > 0) & (values < THRESHOLD)
    return bool((found.width[few] >= THRESHOLD).all())


def with_whole_classes(lengths: Lengths) -> bool:
    """Whether no class has few people: others are hidden, and the median with them."""
    totals = [sum(count for months, count in lengths.items() if low <= months < high) for low, high in CLASSES]
    return all(total == 0 or total >= THRESHOLD for total in totals)


@given(WHOLE, st.randoms())
@settings(max_examples=150, deadline=None)
def test_medians_that_are_shown_tell_of_no_month_with_few_people(lengths: Lengths, random: Random) -> None:
    """Of those unemployed at a month's end, and of those of them who have left a month later, both together."""
    left = {months: random.randint(0, count) for months, count in lengths.items()}
    left = {months: count for months, count in left.items() if count}
    if not (with_whole_classes(lengths) and with_whole_classes(left)):
        return
    known = relations(lengths, duration_medians.median(lengths).months)
    known += relations(left, duration_medians.median(left).months, LONGEST + 1)
    known += [Relation([one, LONGEST + 1 + one], [1.0, -1.0], 0.0, np.inf) for one in range(LONGEST + 1)]
    assert safe(known, lengths, left)


def test_a_median_with_few_people_beside_it_would_tell_of_them_and_is_hidden() -> None:
    lengths = {0: 18, 3: 3, 4: 21, 5: 2}  # of 44 people half are 22: fewer than 4 of the class of 26 are below it
    assert not safe(relations(lengths, duration_medians.half(lengths)), lengths)
    assert duration_medians.median(lengths) == Median(None, hidden=True)


def test_a_median_with_many_people_beside_it_is_shown() -> None:
    assert duration_medians.median({0: 20, 3: 20, 4: 30, 5: 20, 7: 10}) == Median(4, hidden=False)


@pytest.mark.parametrize("seed", range(2))
def test_medians_of_random_people(seed: int) -> None:
    rows = people(Random(seed), 300)
    states = states_of(rows)
    figures = counted(rows, MONTHS)
    found = duration_medians.medians(events(rows, MONTHS), figures.rename({"persons": "value"}))
    seen = 0
    for month in month_row(FIRST, MONTHS)[1:]:
        at = number(month)
        running = [person[at] for person in states.values() if person.get(at, (None,))[0] in UNEMPLOYED]
        ended = [
            person[at - 1]
            for person in states.values()
            if person.get(at - 1, (None,))[0] in UNEMPLOYED and person.get(at, (None,))[0] not in UNEMPLOYED
        ]
        for kind, held, end in (("running", running, at), ("ended", ended, at - 1)):
            months = sorted(
                max(end - number(since.year * 100 + since.month), 0) for _, since, _ in held if since is not None
            )
            row = found.filter(month=month, kind=kind).row(0, named=True)
            if row["months"] is not None:
                seen += 1
                assert row["months"] == months[(len(months) - 1) // 2]
            else:
                assert row["hidden"]
    assert seen > 5


def test_a_median_is_hidden_where_a_class_is() -> None:
    rows = people(Random(3), 300)
    figures = counted(rows, 4).rename({"persons": "value"})
    month = month_row(FIRST, 4)[2]
    assert by_indicator(figures.rename({"value": "persons"}), month)["unemployed_3_to_6_months"]
    hidden = figures.with_columns(value=pl.when(indicator="unemployed_3_to_6_months").then(None).otherwise("value"))
    found = duration_medians.medians(events(rows, 4), hidden).filter(month=month)
    assert dict(found.select("kind", "hidden").rows())["running"]
