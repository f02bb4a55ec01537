"""The rules of the panel on people made by hand, and on many made at random."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from random import Random

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from kokeilu.panel import rules
from kokeilu.panel.tests.frames import areas, details, facts, mergers, people, readings, responsibilities, situations

AS_OF = date(2021, 3, 31)
LONG_AGO = date(2018, 1, 31)
JANUARY, FEBRUARY, MARCH = date(2021, 1, 31), date(2021, 2, 28), date(2021, 3, 31)


def spells_of(
    sit: pl.DataFrame, det: pl.DataFrame | None = None, resp: pl.DataFrame | None = None, **other: pl.DataFrame
) -> list[dict]:
    det = details({"person": 1, "from": LONG_AGO}) if det is None else det
    resp = responsibilities({"person": 1, "from": LONG_AGO, "responsible": "te"}) if resp is None else resp
    return rules.spells(facts(AS_OF, situations=sit, details=det, responsibilities=resp, **other)).to_dicts()


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, "unemployed"),
        ({"employment_code": "03"}, "laid_off"),
        ({"employment_code": "00"}, "supported_work"),
        ({"employment_code": "01"}, "open_market"),
        ({"employment_code": "08"}, "outside"),
        ({"service": "coaching"}, "service"),
        ({"service": "coaching", "employment_code": "03"}, "service"),
        ({"service": "coaching", "employment_code": None}, "service"),
        ({"service": "coaching", "employment_code": "00"}, "supported_work"),
        ({"service": None}, None),
        ({"employment_code": None}, None),
        ({"job_search_valid": None}, None),
        ({"job_search_valid": None, "employment_code": "01"}, "open_market"),
        ({"job_search_valid": False}, "outside"),
        ({"job_search_valid": False, "employment_code": "01"}, "open_market"),
        ({"job_search_valid": False, "employment_code": "05"}, "outside"),
        ({"job_search_valid": False, "employment_code": None}, None),
    ],
)
def test_status(given: dict, expected: str | None) -> None:
    frame = situations({"person": 1, "from": JANUARY, **given})
    assert frame.select(status=rules.status()).item() == expected


def test_a_spell_ends_where_the_responsible_organisation_changes() -> None:
    found = spells_of(
        situations({"person": 1, "from": JANUARY}),
        resp=responsibilities(
            {"person": 1, "from": JANUARY, "to": date(2021, 3, 1), "responsible": "te"},
            {"person": 1, "from": date(2021, 3, 1), "responsible": "helsinki"},
        ),
    )
    assert [(row["from"], row["to"], row["responsible"], row["area"]) for row in found] == [
        (JANUARY, date(2021, 3, 1), "te", "helsinki"),
        (date(2021, 3, 1), None, "helsinki", "helsinki"),
    ]


def test_a_change_that_the_panel_does_not_keep_splits_nothing() -> None:
    found = spells_of(
        situations({"person": 1, "from": JANUARY}),
        details(
            {"person": 1, "from": JANUARY, "to": FEBRUARY, "language": "ar"},
            {"person": 1, "from": FEBRUARY, "language": "so"},
        ),
    )
    assert [(row["from"], row["to"], row["language_group"]) for row in found] == [(JANUARY, None, "other")]


def test_open_market_lasts_after_its_report_but_not_as_a_job_seeker() -> None:
    found = spells_of(
        situations(
            {"person": 1, "from": date(2020, 12, 31), "to": JANUARY},
            {"person": 1, "from": JANUARY, "to": FEBRUARY, "employment_code": "01", "benefit": "none"},
        )
    )
    assert [(row["from"], row["to"], row["status"], row["job_seeker"]) for row in found] == [
        (date(2020, 12, 31), JANUARY, "unemployed", True),
        (JANUARY, FEBRUARY, "open_market", True),
        (FEBRUARY, None, "open_market", False),
    ]


def test_open_market_lasts_until_the_person_comes_back() -> None:
    found = spells_of(
        situations(
            {"person": 1, "from": date(2020, 12, 31), "to": JANUARY, "employment_code": "01",
             "job_search_valid": False, "benefit": "none", "job_search_since": None,
             "unemployed_since": None},
            {"person": 1, "from": MARCH},
        )
    )  # fmt: skip
    assert [(row["from"], row["to"], row["status"]) for row in found] == [
        (date(2020, 12, 31), MARCH, "open_market"),
        (MARCH, None, "unemployed"),
    ]


@pytest.mark.parametrize("died", [date(2021, 1, 15), JANUARY, FEBRUARY])
def test_nobody_stays_anywhere_after_their_death(died: date) -> None:
    found = spells_of(
        situations({"person": 1, "from": date(2020, 12, 31), "to": date(2021, 1, 15), "employment_code": "01"}),
        people=people(died, _1="male"),
    )
    assert max(row["to"] for row in found) == died


def test_who_vanishes_while_unemployed_is_in_no_state() -> None:
    found = spells_of(
        situations({"person": 1, "from": date(2020, 12, 31), "to": JANUARY}, {"person": 1, "from": MARCH})
    )
    assert [(row["from"], row["to"]) for row in found] == [(date(2020, 12, 31), JANUARY), (MARCH, None)]


def test_what_was_known_of_a_person_stays_known_while_they_are_away() -> None:
    found = spells_of(
        situations({"person": 1, "from": JANUARY, "to": FEBRUARY, "employment_code": "01"}),
        details({"person": 1, "from": JANUARY, "to": FEBRUARY, "education": 7}),
    )
    assert [row["education"] for row in found] == ["tertiary", "tertiary"]


@pytest.mark.parametrize(
    ("birth", "turns"),
    [
        (date(1991, 3, 1), date(2021, 3, 1)),
        (date(1991, 2, 28), date(2021, 2, 28)),
        (date(1996, 2, 29), date(2021, 3, 1)),
    ],
)
def test_an_age_class_changes_on_the_birthday(birth: date, turns: date) -> None:
    found = spells_of(
        situations({"person": 1, "from": JANUARY}),
        details({"person": 1, "from": JANUARY, "birth_date": birth}),
    )
    before, after = ("25_29", "30_49") if birth.year == 1991 else ("under_25", "25_29")
    assert [(row["from"], row["age_class"]) for row in found] == [(JANUARY, before), (turns, after)]


def test_the_age_class_is_that_of_the_whole_years_on_every_day() -> None:
    """Every pair of birthday and day of the year, leap days too, of people who are about to leave each class."""
    year = [date(2020, 1, 1) + timedelta(days=number) for number in range(366)]
    born = {age: [date(2020 - age, day.month, min(day.day, 28)) for day in year] for age in (25, 30, 50, 65)}
    pairs = [(birth, day) for births in born.values() for birth in births[::3] for day in year[::5]]
    frame = pl.DataFrame(pairs, {"birth_date": pl.Date, "from": pl.Date}, orient="row")
    found = frame.select(rules._age_class()).to_series().to_list()

    def expected(birth: date, day: date) -> str:
        age = day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))
        return next(name for least, name in reversed(rules.AGE_CLASSES.items()) if age >= least)

    assert found == [expected(birth, day) for birth, day in pairs]


def test_a_birthday_to_come_splits_nothing_yet() -> None:
    found = spells_of(
        situations({"person": 1, "from": JANUARY}),
        details({"person": 1, "from": JANUARY, "birth_date": date(1991, 4, 1)}),
    )
    assert [(row["to"], row["age_class"]) for row in found] == [(None, "25_29")]


def test_unknown_facts_stay_unknown() -> None:
    nothing = {"birth_date": None, "language": None, "immigrant": None, "education": None}
    [found] = spells_of(
        situations({"person": 1, "from": JANUARY, "municipality": None}),
        details({"person": 1, "from": JANUARY, **nothing}),
        responsibilities(),
    )
    names = ("age_class", "language_group", "immigrant", "education", "municipality", "area", "responsible")
    assert [found[name] for name in names] == [None] * 7


def test_without_a_home_municipality_the_place_of_placement_counts() -> None:
    [found] = spells_of(situations({"person": 1, "from": JANUARY, "municipality": "none", "placed_in": "049"}))
    assert (found["municipality"], found["area"]) == ("049", "espoo")


def test_a_municipality_that_changes_its_area_splits_the_spell() -> None:
    moved = areas(
        ("091", "helsinki", date(2021, 1, 1), date(2021, 2, 1)),
        ("091", "espoo", date(2021, 3, 1), date(2025, 1, 1)),
    )
    found = rules.spells(facts(AS_OF, situations=situations({"person": 1, "from": date(2019, 1, 31)}), areas=moved))
    assert found.select("from", "to", "area").rows() == [
        (date(2019, 1, 31), date(2021, 2, 1), "helsinki"),
        (date(2021, 2, 1), date(2021, 3, 1), None),
        (date(2021, 3, 1), None, "espoo"),
    ]


CHAIN = mergers(("099", "214", date(2021, 1, 1)), ("214", "609", date(2021, 3, 1)))


def test_people_of_a_merged_municipality_count_for_its_successor_from_the_merger_on() -> None:
    found = spells_of(
        situations({"person": 1, "from": LONG_AGO, "municipality": "099"}),
        mergers=CHAIN,
        areas=areas(("609", "pori", date(2021, 3, 15), date(2025, 1, 1))),
    )
    assert [(row["from"], row["to"], row["municipality"], row["area"]) for row in found] == [
        (LONG_AGO, date(2021, 1, 1), "099", None),
        (date(2021, 1, 1), date(2021, 3, 1), "214", None),
        (date(2021, 3, 1), None, "609", "pori"),
    ]


def test_a_merger_to_come_splits_nothing_yet() -> None:
    [found] = spells_of(
        situations({"person": 1, "from": JANUARY, "municipality": "214"}),
        mergers=mergers(("214", "609", date(2021, 4, 1))),
    )
    assert (found["municipality"], found["to"]) == ("214", None)


@pytest.mark.parametrize(
    ("days", "least"),
    [(None, None), (0, 0), (99, 0), (100, 100), (299, 200), (300, 300), (699, 400), (999, 700), (4000, 1000)],
)
def test_support_days_are_told_in_classes(days: int | None, least: int | None) -> None:
    [found] = spells_of(
        situations({"person": 1, "from": JANUARY}), readings=readings({"person": 1, "from": JANUARY, "days": days})
    )
    assert found["support_days"] == least


def test_a_spell_ends_where_the_support_days_reach_a_class() -> None:
    given = [(JANUARY, 280), (FEBRUARY, 299), (MARCH, 301)]
    found = spells_of(
        situations({"person": 1, "from": JANUARY}),
        readings=readings(*({"person": 1, "from": day, "days": days} for day, days in given)),
    )
    assert [(row["from"], row["support_days"]) for row in found] == [(JANUARY, 200), (MARCH, 300)]


def test_the_sex_is_the_persons() -> None:
    found = spells_of(
        situations({"person": 1, "from": JANUARY}, {"person": 2, "from": JANUARY}, {"person": 3, "from": JANUARY}),
        people=people(_1="male", _2="female"),
    )
    assert [row["sex"] for row in found] == ["male", "female", None]


@pytest.mark.parametrize(
    ("language", "group"),
    [("fi", "fi"), ("sv", "sv"), ("se", "sami"), ("smn", "sami"), ("sms", "sami"), ("en", "other")],
)
def test_language_groups(language: str, group: str) -> None:
    [found] = spells_of(
        situations({"person": 1, "from": JANUARY}), details({"person": 1, "from": JANUARY, "language": language})
    )
    assert found["language_group"] == group


def test_nobody_gives_no_spells() -> None:
    empty = rules.spells(facts(AS_OF))
    assert empty.columns == list(rules.COLUMNS)
    assert empty.is_empty()


def test_a_month_takes_the_state_of_its_last_day() -> None:
    rows = situations(
        {"person": 1, "from": JANUARY, "to": FEBRUARY}, {"person": 1, "from": FEBRUARY, "employment_code": "03"}
    )
    frame = rules.spells(facts(AS_OF, situations=rows))
    status = [rules.at_month_end(frame, month).get_column("status").to_list() for month in (202012, 202101, 202102)]
    assert status == [[], ["unemployed"], ["laid_off"]]


def test_months_are_those_whose_last_day_is_reached() -> None:
    assert list(rules.months(date(2020, 11, 30), date(2021, 2, 27))) == [202011, 202012, 202101]
    assert list(rules.months(date(2021, 3, 1), date(2021, 3, 30))) == []


@pytest.mark.parametrize("name", ["2021-13", "2021", "21-03", "2021-3", "", "2021-03-01"])
def test_what_is_not_a_month_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"\d|month|format"):
        rules.month_named(name)


FIRST = date(2019, 12, 31)
DAYS = (AS_OF - FIRST).days


@st.composite
def histories(draw: st.DrawFn) -> rules.Facts:
    """Situations, details, responsibilities and readings of a few people, with gaps."""

    def periods(person: int, facts: st.SearchStrategy[dict], *, whole: bool) -> list[dict]:
        cuts = sorted(draw(st.sets(st.integers(0, DAYS), min_size=1, max_size=6)))
        ends = [*cuts[1:], None]
        rows = []
        for start, end in zip(cuts, ends, strict=True):
            if whole or draw(st.booleans()):
                to = None if end is None else FIRST + timedelta(end)
                rows.append({"person": person, "from": FIRST + timedelta(start), "to": to, **draw(facts)})
        return rows

    code = st.sampled_from(["00", "01", "02", "03", "05", None])
    situation = st.fixed_dictionaries(
        {
            "employment_code": code,
            "service": st.sampled_from(["none", "coaching", None]),
            "municipality": st.sampled_from(["091", "049", "734", None]),
            "job_search_valid": st.sampled_from([True, False, None]),
        }
    )
    detail = st.fixed_dictionaries(
        {
            "birth_date": st.sampled_from([date(1991, 1, 15), date(1996, 2, 29), None]),
            "education": st.sampled_from([0, 4, 8, None]),
        }
    )
    responsible = st.fixed_dictionaries({"responsible": st.sampled_from(["te", "helsinki"])})
    reading = st.fixed_dictionaries({"days": st.sampled_from([0, 99, 100, 300, 1200, None])})
    persons = range(draw(st.integers(1, 4)))

    def rows(given: st.SearchStrategy[dict], *, whole: bool = False) -> list[dict]:
        return [row for person in persons for row in periods(person, given, whole=whole)]

    return facts(
        AS_OF,
        situations=situations(*rows(situation)),
        details=details(*rows(detail)),
        responsibilities=responsibilities(*rows(responsible, whole=True)),
        readings=readings(*({name: row[name] for name in ("person", "from", "days")} for row in rows(reading))),
        mergers=mergers(("734", "049", date(2021, 1, 1))),
    )


@given(histories())
@settings(max_examples=60, deadline=None)
def test_on_every_day_the_spells_say_what_the_periods_say(given: rules.Facts) -> None:
    found = rules.spells(given)
    reported = given.situations.with_columns(expected=rules.status())
    for number in range(0, DAYS + 1, 17):
        day = FIRST + timedelta(number)
        holds = (pl.col("from") <= day) & (pl.col("to").is_null() | (pl.col("to") > day))
        on_day = found.filter(holds)
        assert on_day.get_column("person").is_unique().all()
        both = reported.filter(holds).join(on_day, on="person", how="left", suffix="_found")
        assert both.get_column("expected").eq_missing(both.get_column("status")).all()
        responsible = given.responsibilities.filter(holds).join(on_day, on="person", suffix="_found")
        assert responsible.get_column("responsible").eq_missing(responsible.get_column("responsible_found")).all()
        assert day < date(2021, 1, 1) or "734" not in on_day.get_column("municipality")


@given(histories())
@settings(max_examples=60, deadline=None)
def test_spells_never_overlap_and_neighbours_differ(given: rules.Facts) -> None:
    found = rules.spells(given)
    assert (found.get_column("from") <= AS_OF).all()
    assert (found.get_column("to").drop_nulls() <= AS_OF).all()
    rows = found.to_dicts()
    for before, after in pairwise(rows):
        if before["person"] == after["person"]:
            assert before["from"] < before["to"] <= after["from"]
            same = all(before[name] == after[name] for name in rules.DIMENSIONS)
            assert not (same and before["to"] == after["from"])


@given(histories(), st.randoms())
@settings(max_examples=30, deadline=None)
def test_the_order_of_rows_does_not_matter(given: rules.Facts, random: Random) -> None:
    frames = ("situations", "details", "responsibilities", "readings")
    shuffled = {
        name: getattr(given, name).sample(fraction=1, shuffle=True, seed=random.randrange(1000)) for name in frames
    }
    assert_frame_equal(rules.spells(replace(given, **shuffled)), rules.spells(given))


@given(histories(), st.integers(0, DAYS))
@settings(max_examples=60, deadline=None)
def test_what_comes_later_changes_nothing_of_the_days_before(given: rules.Facts, number: int) -> None:
    """A month is added to the spells before it: they are what was built at the month before, and go on."""
    then = FIRST + timedelta(number)
    earlier = rules.spells(replace(given, as_of=then))
    assert_frame_equal(rules.as_known(rules.spells(given), then), rules.as_known(earlier, then))
