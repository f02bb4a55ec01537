"""One person from several records: pure, so every rule on a line of its own."""

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from kokeilu.register import uniting
from kokeilu.register.columns import PERIOD_FACTS
from kokeilu.register.tests.people import person
from kokeilu.register.uniting import NOTHING, Own, Row, report, to_json, unite

DAY = date(2021, 1, 1)


def day(number: int) -> date:
    return DAY + timedelta(days=number)


def told(own: Own, *said: tuple[int, dict[str, Any] | None]) -> Own:
    """What is known after extracts of these days, one after the other."""
    for number, facts in said:
        own = report(own, day(number), None, facts, f"extract {number}")
    return own


def cities(own: Own) -> list[tuple[date, date | None, str]]:
    return [(row.start, row.until, row.facts[4]) for row in own.tables["contact"]]


def lives(city: str, **facts: Any) -> dict[str, Any]:
    return person(1, city=city, **facts)


def test_extracts_make_periods_as_an_import_does() -> None:
    own = told(
        NOTHING, (0, lives("Espoo")), (10, lives("Espoo")), (20, lives("Turku")), (30, None), (40, lives("Turku"))
    )
    assert own.known_since == day(0)
    assert cities(own) == [
        (day(0), day(20), "Espoo"), (day(20), day(30), "Turku"), (day(40), None, "Turku"),
    ]  # fmt: skip


def test_a_correction_holds_until_the_next_extract() -> None:
    own = told(NOTHING, (0, lives("Espoo")), (20, lives("Espoo")))
    own = report(own, day(5), day(10), lives("Turku", labour_market_support_days=7), "correction")
    assert cities(own) == [(day(0), day(5), "Espoo"), (day(5), day(10), "Turku"), (day(10), None, "Espoo")]
    assert [(each.as_of, each.days) for each in own.readings] == [(day(0), 101), (day(5), 7), (day(10), 101)]


def test_the_first_record_counts_where_both_have_facts() -> None:
    first = told(NOTHING, (10, lives("Espoo")), (30, None))
    second = told(NOTHING, (0, lives("Turku")), (20, lives("Oulu")))
    assert cities(unite([first, second])) == [
        (day(0), day(10), "Turku"), (day(10), day(30), "Espoo"), (day(30), None, "Oulu"),
    ]  # fmt: skip
    assert cities(unite([second, first])) == cities(second)
    assert unite([first, second]).known_since == day(0)


def test_the_counter_is_that_of_the_record_that_counts() -> None:
    first = told(NOTHING, (10, lives("Espoo", labour_market_support_days=50)), (30, None))
    second = told(NOTHING, (0, lives("Turku", labour_market_support_days=1)))
    readings = unite([first, second]).readings
    assert [(each.as_of, each.days) for each in readings] == [(day(0), 1), (day(10), 50), (day(30), 1)]


def test_nothing_is_known_after_the_day_of_death() -> None:
    own = told(NOTHING, (0, lives("Espoo")), (10, lives("Turku")), (20, lives("Oulu", labour_market_support_days=9)))
    dead = unite([own], dead_after=day(12))
    assert cities(dead) == [(day(0), day(10), "Espoo"), (day(10), day(13), "Turku")]
    assert [each.as_of for each in dead.readings] == [day(0)]


def test_protection_narrows_whole_rows_and_what_was_said_last() -> None:
    own = told(NOTHING, (0, lives("Espoo")), (10, lives("Espoo", education=5)), (20, None))
    protected = [row.facts[uniting.PROTECTED] for row in unite([own], protected_from=day(30)).tables["details"]]
    assert protected == [False, True]
    protected = [row.facts[uniting.PROTECTED] for row in unite([own], protected_from=day(5)).tables["details"]]
    assert protected == [True, True]


_facts = st.one_of(
    st.none(),
    st.builds(
        person,
        st.just(1),
        city=st.sampled_from(["Espoo", "Turku", None]),
        labour_market_support_days=st.sampled_from([None, 1, 2]),
        birth_date=st.sampled_from([None, date(1960, 1, 2)]),
    ),
)
_histories = st.lists(_facts, max_size=6).map(
    lambda said: told(NOTHING, *((10 * n, facts) for n, facts in enumerate(said)))
)


@given(_histories, _histories)
def test_every_day_of_a_union_is_the_first_records_or_else_the_seconds(first: Own, second: Own) -> None:
    united = unite([first, second])
    for number in range(0, 65, 5):
        for name in PERIOD_FACTS:
            expected = _held(first.tables[name], day(number)) or _held(second.tables[name], day(number))
            assert _held(united.tables[name], day(number)) == expected
    for name in PERIOD_FACTS:
        rows = united.tables[name]
        assert all(before.until and before.until <= after.start for before, after in pairwise(rows))


def _held(rows: tuple[Row, ...], on: date) -> tuple[Any, ...] | None:
    return next((row.facts for row in rows if row.start <= on and (row.until is None or on < row.until)), None)


@given(_histories)
def test_own_facts_are_kept_and_read_again(own: Own) -> None:
    again = uniting.from_json(to_json(own))
    assert to_json(again) == to_json(own)
    assert {name: [row.key for row in rows] for name, rows in again.tables.items()} == {
        name: [row.key for row in rows] for name, rows in own.tables.items()
    }
