"""The area of a municipality on a day, for those who do not read it from the spells."""

from dataclasses import replace
from datetime import date

import pytest

from kokeilu.law.definition import shipped
from kokeilu.panel.places import areas_on

TRIAL = shipped("kuntakokeilu")
ESPOO = next(row for row in TRIAL.areas if row.area == "espoo")


def joining(*periods: tuple[str | None, date, date | None]) -> dict[date, str | None]:
    """The area of Espoo on some days, where it is in one area after another."""
    rows = tuple(replace(ESPOO, area=area, from_day=begins, to_day=ends) for area, begins, ends in periods)
    days = [date(2019, 6, 30), date(2021, 2, 28), date(2021, 3, 31), date(2021, 6, 30), date(2022, 12, 31)]
    return {day: areas_on(replace(TRIAL, areas=rows), day).get("049") for day in days}


def test_a_first_area_counts_for_the_years_before_too_and_a_gap_is_in_none() -> None:
    found = joining(("espoo", date(2021, 2, 1), date(2021, 3, 1)), ("helsinki", date(2021, 5, 1), date(2022, 1, 1)))
    assert list(found.values()) == ["espoo", "espoo", None, "helsinki", None]


def test_a_municipality_of_which_no_area_is_known_is_in_none() -> None:
    assert set(joining((None, date(2021, 3, 1), None)).values()) == {None}


@pytest.mark.parametrize("day", [date(2019, 1, 31), date(2021, 3, 1), date(2024, 12, 31)])
def test_the_shipped_areas_hold_from_before_the_trial_to_its_end(day: date) -> None:
    assert areas_on(TRIAL, day) == {row.municipality: row.area for row in TRIAL.areas if row.area}
    assert areas_on(TRIAL, date(2025, 1, 1)) == {}
