"""Curves against the product-limit estimator on persons, and what two curves say of each other."""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from random import Random

import pytest

from kokeilu.monitoring import survival_curves, survival_steps
from kokeilu.monitoring.survival import CAUSES
from kokeilu.monitoring.survival_curves import Curve, Point, Step

BEGAN = date(2021, 1, 1)


def kaplan_meier(people: Sequence[tuple[int, int | None]], months: int) -> Fraction:
    """The product-limit estimate of still being unemployed, by persons: months until the end or the censoring, way."""
    still = Fraction(1)
    for at in range(1, months + 1):
        risk = sum(after >= at for after, _ in people)
        ends = sum(after == at and way is not None for after, way in people)
        still *= 1 - Fraction(ends, risk) if risk else 1
    return still


def aalen_johansen(people: Sequence[tuple[int, int | None]], months: int, cause: int) -> Fraction:
    """The estimate of having left in one way, with the others competing."""
    return sum(
        (
            kaplan_meier(people, at - 1)
            * Fraction(sum(one == (at, cause) for one in people), max(1, sum(after >= at for after, _ in people)))
            for at in range(1, months + 1)
        ),
        Fraction(0),
    )


@pytest.mark.parametrize("seed", range(3))
def test_the_curves_are_the_estimates_of_kaplan_and_meier_and_of_aalen_and_johansen(seed: int) -> None:
    random = Random(seed)
    ends = [(random.choice([1, 1, 2, 2, 3, 5, 8, 13, 30]), random.randrange(3)) for _ in range(400)]
    people = [(after, way) if after <= 12 else (12, None) for after, way in ends]  # censored where all are followed to
    left = [tuple(sum(one == (at, cause) for one in people) for cause in range(3)) for at in range(1, 13)]
    steps = [Step(*step) for step in survival_steps.merged(400, left)]
    found = survival_curves.curve(BEGAN, steps)
    assert found.persons == 400
    assert len(found.points) > 4
    for point in found.points:
        assert point.still == pytest.approx(float(kaplan_meier(people, point.months)))
        for cause in range(3):
            assert point.left[cause] == pytest.approx(float(aalen_johansen(people, point.months, cause)))


def line(began: date, *still: float, ways: tuple[float, ...] = (1.0, 0.0, 0.0)) -> Curve:
    """A curve with a point a month; who left did so by these shares of `ways`."""
    points = [Point(at, share, tuple((1 - share) * way for way in ways)) for at, share in enumerate((1.0, *still))]
    return Curve(began, 100, tuple(points))


def test_half_left_between_two_points() -> None:
    assert survival_curves.half_left(line(BEGAN, 0.8, 0.5, 0.4)) == (1, 2)
    assert survival_curves.half_left(line(BEGAN, 0.8, 0.51)) is None


@pytest.mark.parametrize(
    ("now", "before", "expected"),
    [
        ((0.5, (0.3, 0.1, 0.1)), (0.6, (0.2, 0.1, 0.1)), "open_market"),
        ((0.5, (0.2, 0.2, 0.1)), (0.6, (0.2, 0.1, 0.1)), "into_services"),
        ((0.5, (0.2, 0.1, 0.2)), (0.6, (0.2, 0.1, 0.1)), "other_ways"),
        ((0.5, (0.1, 0.3, 0.1)), (0.6, (0.2, 0.1, 0.1)), "into_services"),
        ((0.6, (0.3, 0.0, 0.1)), (0.5, (0.2, 0.2, 0.1)), "longer"),
        ((0.51, (0.2, 0.1, 0.1)), (0.5, (0.2, 0.1, 0.1)), "unchanged"),
    ],
)
def test_shorter_unemployment_is_told_by_the_way_that_shortened_it(
    now: tuple[float, tuple[float, ...]], before: tuple[float, tuple[float, ...]], expected: str
) -> None:
    assert survival_curves.reading(Point(6, *now), Point(6, *before)) == expected


def test_two_curves_are_compared_at_the_longest_time_that_both_show() -> None:
    found = survival_curves.common(line(BEGAN, 0.8, 0.6, 0.5), line(BEGAN, 0.9, 0.7))
    assert found is not None
    assert [point.months for point in found] == [2, 2]
    assert survival_curves.common(line(BEGAN), line(BEGAN, 0.9)) is None


def test_a_cohort_stands_beside_the_year_before_and_the_last_one_that_the_trial_did_not_touch() -> None:
    halves = [date(year, month, 1) for year in (2018, 2019, 2020, 2021) for month in (1, 7)]
    curves = {began: line(began, *[0.9] * 8) for began in halves}

    def beside(chosen: date, trial: date | None) -> list[date]:
        return [one.began for one in survival_curves.compared(curves, chosen, trial)]

    assert beside(date(2021, 7, 1), None) == [date(2021, 7, 1), date(2020, 7, 1)]
    # Those of July to December 2020 were followed for 8 months until August 2021, after the trial began.
    expected = [date(2021, 7, 1), date(2020, 7, 1), date(2019, 7, 1)]
    assert beside(date(2021, 7, 1), date(2021, 3, 1)) == expected
    assert beside(date(2021, 1, 1), date(2021, 3, 1)) == [date(2021, 1, 1), date(2020, 1, 1)]
    assert beside(date(2018, 1, 1), date(2021, 3, 1)) == [date(2018, 1, 1)]


def test_the_newest_cohort_with_half_a_year_is_shown_first() -> None:
    old, young = line(date(2020, 1, 1), *[0.9] * 9), line(date(2020, 7, 1), *[0.9] * 3)
    assert survival_curves.chosen({old.began: old, young.began: young}) == old.began
    assert survival_curves.chosen({young.began: young}) == young.began


def test_the_ways_out_stand_in_one_order() -> None:
    assert CAUSES == ("open_market", "service", "other")
