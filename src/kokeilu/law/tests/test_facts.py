"""Facts derived from extracts."""

from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kokeilu.law.areas import municipalities
from kokeilu.law.definition import load, shipped
from kokeilu.law.facts import DIRECT, age, derive
from kokeilu.law.tests.definitions import write
from kokeilu.problems import Problem

ON = date(2021, 3, 1)


def age_on(birth_date, on):
    return pl.DataFrame({"b": [birth_date]}).select(age(pl.col("b"), on)).item()


@pytest.mark.parametrize(
    ("birth_date", "on", "years"),
    [
        (date(1991, 3, 1), date(2021, 2, 28), 29),
        (date(1991, 3, 1), date(2021, 3, 1), 30),
        (date(1992, 2, 29), date(2022, 2, 28), 29),  # a common year: the birthday is 1 March
        (date(1992, 2, 29), date(2022, 3, 1), 30),
        (date(1992, 2, 29), date(2024, 2, 28), 31),
        (date(1992, 2, 29), date(2024, 2, 29), 32),
        (date(1991, 2, 28), date(2020, 2, 29), 29),
        (date(2021, 3, 1), date(2021, 3, 1), 0),
        (date(1899, 12, 31), date(2021, 1, 1), 121),
    ],
)
def test_age(birth_date, on, years):
    assert age_on(birth_date, on) == years


@given(st.dates(date(1900, 1, 1), date(2030, 1, 1)), st.dates(date(1900, 1, 1), date(2030, 1, 1)))
def test_age_is_the_number_of_birthdays_reached(one, other):
    birth_date, on = min(one, other), max(one, other)
    birthdays = 0
    for year in range(birth_date.year + 1, on.year + 1):
        try:
            birthday = birth_date.replace(year=year)
        except ValueError:
            birthday = date(year, 3, 1)
        birthdays += birthday <= on
    assert age_on(birth_date, on) == birthdays


def derived(**columns):
    schema = {"person": pl.String, **{name: DIRECT[name].kind.polars for name in columns}}
    extract = pl.DataFrame([{"person": "1", **columns}], schema=schema)
    return derive(extract, ON, shipped("kuntakokeilu")).row(0, named=True)


@pytest.mark.parametrize(
    ("code", "flags"),
    [
        ("00", (False, False, True)),
        ("01", (False, False, False)),
        ("02", (True, False, False)),
        ("03", (False, True, False)),
        (None, (None, None, None)),
    ],
)
def test_employment_code(code, flags):
    row = derived(employment_code=code)
    assert (row["unemployed"], row["laid_off"], row["supported_work"]) == flags


@pytest.mark.parametrize(("service", "flag"), [("none", False), ("coaching", True), (None, None)])
def test_service(service, flag):
    assert derived(service=service)["in_service"] is flag


@pytest.mark.parametrize(
    ("language", "flag"),
    [("fi", True), ("sv", True), ("se", True), ("smn", True), ("sms", True), ("so", False), (None, None)],
)
def test_language(language, flag):
    assert derived(language=language)["domestic_language"] is flag


@pytest.mark.parametrize(
    ("municipality", "area"),
    [
        ("091", "helsinki"),
        ("245", "vantaa-kerava"),
        ("078", "raasepori-hanko"),
        ("257", "none"),
        ("none", "none"),
        (None, None),
        ("698", None),  # may be in an area that the table lacks
    ],
)
def test_trial_area_by_home_municipality(municipality, area):
    assert derived(municipality=municipality)["trial_area"] == area


@pytest.mark.parametrize(
    ("municipality", "placed_in", "area"),
    [
        ("none", "091", "helsinki"),
        ("none", "none", "none"),
        ("none", None, None),
        ("none", "049", None),
        ("245", "091", "vantaa-kerava"),
        ("005", "091", "none"),
        (None, "091", None),
        ("092", None, "none"),  # its period ended
    ],
)
def test_trial_area_by_placement_where_the_version_says_so(municipality, placed_in, area, tmp_path):
    extract = pl.DataFrame(
        {"person": ["1"], "municipality": [municipality], "placed_in": [placed_in]},
        schema={"person": pl.String, "municipality": pl.String, "placed_in": pl.String},
    )
    trial = load(write(tmp_path))
    assert derive(extract, date(2022, 6, 1), trial)["trial_area"].item() == area


def test_facts_keep_the_order_and_drop_what_no_law_asks():
    extract = pl.DataFrame({"person": ["b", "a"], "family_name": ["X", "Y"], "language": ["fi", None]})
    facts = derive(extract, ON, shipped("kuntakokeilu"))
    assert facts.to_dict(as_series=False) == {
        "person": ["b", "a"],
        "language": ["fi", None],
        "domestic_language": [True, None],
    }


def test_fact_beside_its_source_is_an_error():
    extract = pl.DataFrame({"person": ["1"], "language": ["fi"], "domestic_language": [True]})
    with pytest.raises(Problem, match="'domestic_language' stands beside 'language'"):
        derive(extract, ON, shipped("kuntakokeilu"))


def test_someone_born_after_the_day_is_an_error():
    extract = pl.DataFrame({"person": ["1"], "birth_date": [date(2021, 3, 2)]})
    with pytest.raises(Problem, match="1 people were born after 2021-03-01"):
        derive(extract, ON, shipped("kuntakokeilu"))


def test_municipalities():
    found = municipalities()
    assert len([code for code, place in found.items() if place.to_day is None]) == 309
    assert (found["091"].name, found["091"].name_sv) == ("Helsinki", "Helsingfors")
    assert all(len(code) == 3 and code.isdigit() for code in found)
