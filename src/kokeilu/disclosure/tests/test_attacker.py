"""The attacker's intervals, against another solver on generated systems and against what is known by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ortools.sat.python import cp_model

from kokeilu.disclosure.attacker import Contradiction, intervals, of_component
from kokeilu.disclosure.relations import Relation, System, bounded, components

ENOUGH = 10_000
"""No cell of the generated systems that is bounded at all can be larger."""


def two_way(cells: list[list[int]]) -> tuple[np.ndarray, System]:
    """A table with its totals at the end of each row and column, as values and system."""
    inner = np.array(cells)
    full = np.zeros((inner.shape[0] + 1, inner.shape[1] + 1))
    full[:-1, :-1] = inner
    full[-1] = full.sum(0)
    full[:, -1] = full[:, :-1].sum(1)
    places = np.arange(full.size).reshape(full.shape)
    lines = [*places, *places.T]
    relations = [Relation(line.tolist(), [1.0] * (line.size - 1) + [-1.0]) for line in lines]
    return full.ravel(), System.of(full.size, relations)


def by_cp_sat(system: System, values: np.ndarray, hidden: np.ndarray, cell: int) -> tuple[float, float]:
    """The interval by a solver of another kind. A bound that grows with the room given to it is none."""
    bounds = []
    for sign, room in ((1, ENOUGH), (-1, ENOUGH), (-1, 10 * ENOUGH)):
        model = cp_model.CpModel()
        cells = [
            model.new_int_var(0, room, "") if unknown else int(value)
            for value, unknown in zip(values, hidden, strict=True)
        ]
        for number in range(system.low.size):
            terms = range(system.starts[number], system.starts[number + 1])
            total = sum(int(system.coefficients[term]) * cells[system.columns[term]] for term in terms)
            if np.isfinite(system.low[number]):
                model.add(total >= int(system.low[number]))
            if np.isfinite(system.high[number]):
                model.add(total <= int(system.high[number]))
        model.minimize(sign * cells[cell])
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        assert solver.solve(model) == cp_model.OPTIMAL
        bounds.append(sign * round(solver.objective_value))  # a whole number, which the solver tells as a float
    low, high, higher = bounds
    return low, high if high == higher else np.inf


@st.composite
def systems(draw: st.DrawFn) -> tuple[System, np.ndarray, np.ndarray]:
    """A few cells with sums, differences, doubles and rates among them, of which some are hidden."""
    values = np.array(draw(st.lists(st.integers(0, 9), min_size=3, max_size=7)), np.float64)
    relations = []
    for _ in range(draw(st.integers(1, 4))):
        cells = draw(st.lists(st.integers(0, values.size - 1), min_size=2, max_size=4, unique=True))
        coefficients = [draw(st.sampled_from([-3, -2, -1, 1, 1, 2])) for _ in cells]
        middle = float(np.dot(coefficients, values[cells]))
        slack = draw(st.sampled_from([(0, 0), (0, 0), (-1, 2), (-np.inf, 1), (-3, np.inf)]))
        relations.append(Relation(cells, [float(each) for each in coefficients], middle + slack[0], middle + slack[1]))
    hidden = np.array(draw(st.lists(st.booleans(), min_size=values.size, max_size=values.size)))
    return System.of(values.size, relations), values, hidden


@given(systems(), st.booleans())
@settings(max_examples=150, deadline=None)
def test_intervals_are_those_of_another_solver(case: tuple[System, np.ndarray, np.ndarray], known: bool) -> None:
    system, values, hidden = case
    found = intervals(system, values if known else np.where(hidden, np.nan, values), hidden)
    for cell in range(values.size):
        if not hidden[cell]:
            assert found.low[cell] == found.high[cell] == values[cell]
            continue
        assert (found.low[cell], found.high[cell]) == by_cp_sat(system, values, hidden, cell)


@given(systems(), st.integers(1, 8))
@settings(max_examples=100, deadline=None)
def test_a_width_that_is_asked_for_is_told_rightly(case: tuple[System, np.ndarray, np.ndarray], width: int) -> None:
    system, values, hidden = case
    exact = intervals(system, values, hidden)
    quick = intervals(system, values, hidden, np.full(values.size, float(width)))
    assert ((quick.width >= width) == (exact.width >= width)).all()
    assert (quick.low >= exact.low).all() and (quick.high <= exact.high).all()


@given(systems())
@settings(max_examples=100, deadline=None)
def test_cells_that_are_seen_to_be_bounded_are(case: tuple[System, np.ndarray, np.ndarray]) -> None:
    system, values, _ = case
    exact = intervals(system, values, np.ones(values.size, bool))
    assert np.isfinite(exact.high[bounded(system)]).all()


def test_bounds_are_passed_on_from_cell_to_cell() -> None:
    """0 + 1 <= 5; 2 - 0 <= 3; 1 - 3 >= 0; 4 - 5 = 0; 6 >= 2."""
    relations = [
        Relation([0, 1], [1, 1], -np.inf, 5),
        Relation([2, 0], [1, -1], -np.inf, 3),
        Relation([1, 3], [1, -1], 0, np.inf),
        Relation([4, 5], [1, -1]),
        Relation([6], [1], 2, np.inf),
    ]
    assert bounded(System.of(7, relations)).tolist() == [True, True, True, True, False, False, False]


def test_whole_numbers_tell_more_than_fractions() -> None:
    values, hidden = np.array([2.0, 3.0]), np.ones(2, bool)
    doubled = [Relation([0, 1], [2.0, 2.0], 10.0, 10.0), Relation([0, 1], [1.0, -1.0], -2.0, 1.0)]
    whole = intervals(System.of(2, doubled), values, hidden)
    parts = intervals(System.of(2, doubled, whole=False), values, hidden)
    assert (whole.low[0], whole.high[0]) == (2, 3)
    assert (parts.low[0], parts.high[0]) == pytest.approx((1.5, 3))


def test_four_cells_of_a_square_are_bounded_by_the_smallest() -> None:
    values, system = two_way([[3, 10, 20], [7, 9, 1]])
    hidden = np.isin(np.arange(12), [0, 1, 4, 5])
    found = intervals(system, np.where(hidden, np.nan, values), hidden)
    assert [(found.low[cell], found.high[cell]) for cell in (0, 1, 4, 5)] == [(0, 10), (3, 13), (0, 10), (6, 16)]


def test_a_table_of_which_all_is_hidden_has_no_bounds() -> None:
    values, system = two_way([[3, 1], [2, 4]])
    found = intervals(system, values, np.ones(9, bool))
    assert (found.low == 0).all() and np.isinf(found.high).all()


def test_shown_values_that_cannot_be_true_together_are_told() -> None:
    values, system = two_way([[3, 10], [7, 9]])
    values[2] = 14
    with pytest.raises(Contradiction):
        intervals(system, values, np.zeros(9, bool))
    hidden = np.isin(np.arange(9), [0, 1])
    with pytest.raises(Contradiction):
        intervals(system, np.where(hidden, np.nan, values), hidden)


def test_what_no_relation_ties_together_is_looked_at_apart() -> None:
    relations = [Relation([0, 1, 2], [1, 1, -1]), Relation([3, 4, 5], [1, 1, -1]), Relation([2, 5], [1, -1])]
    system, values = System.of(6, relations), np.array([1.0, 2, 3, 2, 1, 3])
    shown = [part.cells.tolist() for part in components(system, values, np.isin(np.arange(6), [0, 1, 3, 4]))]
    assert shown == [[0, 1], [3, 4]]
    tied = [part.cells.tolist() for part in components(system, values, np.ones(6, bool))]
    assert tied == [[0, 1, 2, 3, 4, 5]]


def test_a_table_that_shows_many_cells_to_be_wide_is_kept_once():
    """Else a table of thousands of small cells would take the memory of their number squared."""
    values, system = two_way([[3] * 20] * 20)
    hidden = np.pad(np.ones((20, 20), np.bool_), (0, 1)).ravel()
    (part,) = components(system, values, hidden)
    found = of_component(part, values[part.cells], np.full(part.cells.size, 5.0))
    assert len(found.witnesses) == 400
    assert len({id(differing) for both in found.witnesses.values() for differing in both}) < 100
