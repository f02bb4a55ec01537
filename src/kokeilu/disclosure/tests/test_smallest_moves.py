"""Tables near one another: the changes found keep every relation, and are found where there are any."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kokeilu.disclosure.relations import Relation, System
from kokeilu.disclosure.smallest_moves import SmallestMoves


def square(size: int) -> System:
    """Changes of a square whose sums are all shown."""
    across = [Relation([row * size + column for column in range(size)], [1] * size) for row in range(size)]
    down = [Relation([row * size + column for row in range(size)], [1] * size) for column in range(size)]
    return System.of(size * size, [*across, *down])


@pytest.mark.parametrize("by", [1, 3, -2])
def test_a_square_changes_in_four_cells(by: int) -> None:
    found = SmallestMoves(square(5), np.full(25, 4.0)).of(7, by)
    assert found is not None
    assert found[7] == by
    assert np.abs(found).sum() == 4 * abs(by)
    assert np.count_nonzero(found) == 4


def test_no_cell_goes_below_zero() -> None:
    moves = SmallestMoves(square(3), np.full(9, 2.0))
    assert moves.of(4, -3) is None
    assert moves.of(4, 5) is None  # the others of its row have four between them
    assert moves.of(4, 4) is not None


def test_halves_are_taken_twice() -> None:
    """Each two of three cells go up by as much as the fourth goes down: one of it in fractions are three halves."""
    pairs = [Relation([one, other, 3], [1, 1, -1]) for one, other in ((0, 1), (0, 2), (1, 2))]
    found = SmallestMoves(System.of(4, pairs), np.array([5.0, 5, 5, 10])).of(3, 1)
    assert found is not None
    assert found.tolist() == [1, 1, 1, 2]


@given(st.lists(st.integers(0, 6), min_size=16, max_size=16), st.integers(0, 15), st.integers(-4, 4).filter(bool))
@settings(max_examples=40, deadline=None)
def test_what_is_found_is_a_table_with_the_same_sums(values: list[int], place: int, by: int) -> None:
    truth, system = np.array(values, np.float64), square(4)
    found = SmallestMoves(system, truth).of(place, by)
    if found is not None:
        assert (system.sums(found) == 0).all()
        assert (truth + found >= 0).all()
        assert np.array_equal(found, np.rint(found))
        assert found[place] >= by if by > 0 else found[place] <= by
