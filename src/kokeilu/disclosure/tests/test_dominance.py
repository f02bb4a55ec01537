"""The rules for money: which cells are sensitive, and how uncertain they must stay, by figures worked out by hand."""

from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kokeilu.disclosure.dominance import Rules, needed


def of(contributions: list[int], rules: Rules) -> float:
    """The distance that a cell of these contributions needs."""
    cells = pl.DataFrame(
        {
            "value": [sum(contributions)],
            "largest": [sorted(contributions, reverse=True)[:3]],
            "contributors": [len(contributions)],
        }
    )
    return float(needed(cells, rules).item())


@pytest.mark.parametrize(
    ("contributions", "rules", "distance"),
    [
        ([1000, 50, 30], Rules(p_percent=Decimal(10)), 70),  # 100 - 30
        ([1000, 50, 100], Rules(p_percent=Decimal(10)), 50),
        ([1000, 200, 100], Rules(p_percent=Decimal(10)), 0),  # the others are just enough
        ([1000], Rules(p_percent=Decimal(10)), 100),
        ([], Rules(p_percent=Decimal(10)), 0),
        ([850, 150], Rules(dominance=(1, Decimal(85))), 0),  # not more than the share
        ([900, 100], Rules(dominance=(1, Decimal(80))), 125),  # 1125 is where 900 are 80 per cent
        ([500, 400, 100], Rules(dominance=(2, Decimal(75))), 200),
        ([100, 100], Rules(threshold=3), 60),
        ([100, 100, 100], Rules(threshold=3), 0),
        ([900, 100], Rules((1, Decimal(80)), Decimal(20), 3), 300),  # the greatest of 125, 180 and 300
        ([3], Rules(p_percent=Decimal(10)), 1),  # never less than one unit
    ],
)
def test_the_distance_a_cell_needs(contributions: list[int], rules: Rules, distance: float) -> None:
    assert of(contributions, rules) == distance


@given(st.lists(st.integers(1, 500), min_size=1, max_size=6), st.integers(1, 60))
def test_at_the_distance_the_second_largest_learns_no_more_than_p_per_cent(contributions: list[int], p: int) -> None:
    first, second, *_ = [*sorted(contributions, reverse=True), 0]
    distance = of(contributions, Rules(p_percent=Decimal(p)))
    said = sum(contributions) + distance - second  # what the second largest takes the largest to be at most
    assert 100 * (said - first) >= p * first
    if distance:
        assert 100 * (sum(contributions) - second - first) < p * first
