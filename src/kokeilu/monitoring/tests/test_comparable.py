"""Which areas are compared: the nearest by figures from before the trial, and never by what came after."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kokeilu.monitoring.comparable import (
    INDICATORS,
    KNOWN_MONTHS,
    MONTHS,
    VARIABLES,
    Profile,
    Values,
    nearest,
    profile,
)
from kokeilu.monitoring.indicators import INDICATORS as ALL


def month(seekers: float, long_term: float = 0.3, **changed: float | None) -> dict[str, float | None]:
    unemployed, served = seekers * 0.7, seekers * 0.15
    figures: dict[str, float | None] = {
        "job_seekers": seekers,
        "registered_unemployed": unemployed,
        "in_services": served,
        "broad_unemployment": unemployed + served,
        "laid_off": unemployed * 0.1,
        "long_term_unemployed": unemployed * long_term,
        "structural_unemployment": (unemployed + served) * 0.5,
        "inflow": unemployed * 0.12,
    }
    return figures | changed


def area(seekers: float, **changed: float | None) -> Profile:
    return profile([month(seekers, **changed) for _ in range(MONTHS)])


def names(chosen: str, profiles: dict[str, Profile]) -> list[str]:
    return [one.area for one in nearest(chosen, profiles)]


def test_every_variable_rests_on_published_indicators() -> None:
    assert set(INDICATORS) <= ALL.keys()
    assert set(INDICATORS) == month(100).keys()


def test_the_nearest_in_size_and_structure_come_first() -> None:
    profiles = {"a": area(1000), "b": area(1100), "c": area(1300), "d": area(9000), "e": area(50_000)}
    assert names("a", profiles) == ["b", "c"]
    assert [one.distance for one in nearest("a", profiles)] == sorted(one.distance for one in nearest("a", profiles))


def test_size_is_compared_by_factors() -> None:
    profiles = {"a": area(1000), "half": area(500), "more": area(1600), "other": area(30_000)}
    assert names("a", profiles)[0] == "more"


def test_a_variable_is_the_mean_of_the_year() -> None:
    found = profile([month(1000, laid_off=70.0 * (number % 2)) for number in range(MONTHS)])
    assert found["laid_off"] == pytest.approx(5)
    assert found["size"] == 1000
    assert found["long_term"] == pytest.approx(30)


@pytest.mark.parametrize(("hidden", "known"), [(MONTHS - KNOWN_MONTHS, True), (MONTHS - KNOWN_MONTHS + 1, False)])
def test_a_hidden_figure_is_unknown_and_not_zero(hidden: int, known: bool) -> None:
    months: list[Values] = [month(1000, laid_off=None if number < hidden else 70.0) for number in range(MONTHS)]
    found = profile(months)
    assert found["laid_off"] == (pytest.approx(10) if known else None)
    assert found["size"] is not None


def test_what_is_unknown_in_one_of_two_areas_counts_neither_for_nor_against() -> None:
    profiles = {"a": area(1000), "alike": area(1000, laid_off=None), "far": area(8000), "further": area(9000)}
    assert nearest("a", profiles)[0].area == "alike"
    assert nearest("a", profiles)[0].distance == 0


def test_an_area_of_which_too_much_is_hidden_is_not_compared() -> None:
    hidden = dict.fromkeys(("laid_off", "long_term_unemployed", "structural_unemployment", "in_services"))
    profiles = {"a": area(1000), "b": area(1100), "c": area(1200), "d": area(1000, **hidden)}
    assert names("a", profiles) == ["b", "c"]
    assert names("d", profiles) == []


@pytest.mark.parametrize("others", [0, 1])
def test_with_fewer_than_two_others_there_is_nothing_to_compare(others: int) -> None:
    profiles = {"a": area(1000)} | {f"b{number}": area(1000) for number in range(others)}
    assert names("a", profiles) == []
    assert nearest("nowhere", profiles) == []


def test_at_most_half_of_the_others_and_at_most_four() -> None:
    many = {f"{number:02}": area(1000 + 10 * number) for number in range(25)}
    assert names("00", many) == ["01", "02", "03", "04"]
    few = {key: many[key] for key in list(many)[:4]}
    assert names("00", few) == ["01", "02"]


def test_of_two_areas_as_far_the_first_by_key_is_nearer() -> None:
    profiles = {key: area(1000) for key in ("d", "c", "b", "a")}
    assert names("c", profiles) == ["a", "b"]


@given(st.integers(0, 10_000), st.integers(3, 12))
def test_the_order_of_areas_and_months_does_not_matter(seed: int, how_many: int) -> None:
    random = Random(seed)
    months = {
        f"area-{number}": [month(random.randint(50, 9000), random.random()) for _ in range(MONTHS)]
        for number in range(how_many)
    }
    profiles = {key: profile(list(rows)) for key, rows in months.items()}
    mixed = list(profiles)
    random.shuffle(mixed)
    again = {key: profile(random.sample(months[key], MONTHS)) for key in mixed}
    for key in profiles:
        assert names(key, profiles) == names(key, again)


def test_the_variables_are_named_once() -> None:
    assert len({variable.key for variable in VARIABLES}) == len(VARIABLES)
