"""The rules of the panel on people made by hand, and on many made at random."""

from datetime import date, timedelta
from itertools import pairwise
from random import Random

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from kokeilu.panel import rules
from kokeilu.panel.tests.frames import TRIAL, areas, details, responsibilities, situations

AS_OF = date(2021, 3, 31)
LONG_AGO = date(2018, 1, 31)
JANUARY, FEBRUARY, MARCH = date(2021, 1, 31), date(2021, 2, 28), date(2021, 3, 31)


def spells_of(sit: pl.DataFrame, det: pl.DataFrame | None = None, resp: pl.DataFrame | None = None) -> list[dict]:
    det = details({"person": 1, "from": LONG_AGO}) if det is None else det
    resp = responsibilities({"person": 1, "from": LONG_AGO, "responsible": "te"}) if resp is None else resp
    return rules.spells(sit, det, resp, TRIAL, AS_OF).to_dicts()


@pytest.mark.parametrize(
    ("facts", "expected"),
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
    ],
)
def test_status(facts: dict, expected: str | None) -> None:
    frame = situations({"person": 1, "from": JANUARY, **facts})
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
    assert [(row["from"], row["to"], row["language_group"]) for row in found] == [(JANUARY, None, "foreign")]


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
             "job_search_valid": False, "benefit": "none", "unemployed_since": None},
            {"person": 1, "from": MARCH},
        )
    )  # fmt: skip
    assert [(row["from"], row["to"], row["status"]) for row in found] == [
        (date(2020, 12, 31), MARCH, "open_market"),
        (MARCH, None, "unemployed"),
    ]


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
    found = rules.spells(
        situations({"person": 1, "from": date(2019, 1, 31)}), details(), responsibilities(), moved, AS_OF
    )
    assert found.select("from", "to", "area").rows() == [
        (date(2019, 1, 31), date(2021, 2, 1), "helsinki"),
        (date(2021, 2, 1), date(2021, 3, 1), None),
        (date(2021, 3, 1), None, "espoo"),
    ]


def test_nobody_gives_no_spells() -> None:
    empty = rules.spells(situations(), details(), responsibilities(), TRIAL, AS_OF)
    assert empty.columns == ["person", "from", "to", *rules.DIMENSIONS]
    assert empty.is_empty()


def test_a_month_takes_the_state_of_its_last_day() -> None:
    frame = rules.spells(
        situations(
            {"person": 1, "from": JANUARY, "to": FEBRUARY},
            {"person": 1, "from": FEBRUARY, "employment_code": "03"},
        ),
        details(), responsibilities(), TRIAL, AS_OF,
    )  # fmt: skip
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
def histories(draw: st.DrawFn) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Situations, details and responsibilities of a few people, with gaps."""

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
    people = range(draw(st.integers(1, 4)))
    return (
        situations(*(row for person in people for row in periods(person, situation, whole=False))),
        details(*(row for person in people for row in periods(person, detail, whole=False))),
        responsibilities(*(row for person in people for row in periods(person, responsible, whole=True))),
    )


@given(histories())
@settings(max_examples=60, deadline=None)
def test_on_every_day_the_spells_say_what_the_periods_say(
    frames: tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame],
) -> None:
    found = rules.spells(*frames, TRIAL, AS_OF)
    reported = frames[0].with_columns(expected=rules.status())
    for number in range(0, DAYS + 1, 17):
        day = FIRST + timedelta(number)
        holds = (pl.col("from") <= day) & (pl.col("to").is_null() | (pl.col("to") > day))
        on_day = found.filter(holds)
        assert on_day.get_column("person").is_unique().all()
        both = reported.filter(holds).join(on_day, on="person", how="left", suffix="_found")
        assert both.get_column("expected").eq_missing(both.get_column("status")).all()
        responsible = frames[2].filter(holds).join(on_day, on="person", suffix="_found")
        assert responsible.get_column("responsible").eq_missing(responsible.get_column("responsible_found")).all()


@given(histories())
@settings(max_examples=60, deadline=None)
def test_spells_never_overlap_and_neighbours_differ(
    frames: tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame],
) -> None:
    found = rules.spells(*frames, TRIAL, AS_OF)
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
def test_the_order_of_rows_does_not_matter(
    frames: tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame], random: Random
) -> None:
    shuffled = [frame.sample(fraction=1, shuffle=True, seed=random.randrange(1000)) for frame in frames]
    assert_frame_equal(rules.spells(*shuffled, TRIAL, AS_OF), rules.spells(*frames, TRIAL, AS_OF))
