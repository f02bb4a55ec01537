"""Complementary suppression: safe, and the cheapest by trying every other choice."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from ortools.sat.python import cp_model

from kokeilu.disclosure import master, protection
from kokeilu.disclosure.attacker import Contradiction, intervals
from kokeilu.disclosure.protection import Unprotectable, protect
from kokeilu.disclosure.relations import Relation, System
from kokeilu.disclosure.tests.test_attacker import systems, two_way

THRESHOLD = 5


def needs(values: np.ndarray) -> np.ndarray:
    return np.where((values > 0) & (values < THRESHOLD), float(THRESHOLD), 0.0)


def people(values: np.ndarray) -> np.ndarray:
    """What hiding a cell costs: its people and one; cells of no one stay shown."""
    return np.where(values > 0, values + 1, np.inf)


def safe(system: System, values: np.ndarray, hidden: np.ndarray, needed: np.ndarray) -> bool:
    """Whether for each cell two tables agree with all that is shown and differ by the width needed."""
    for cell in np.flatnonzero(needed):
        model = cp_model.CpModel()
        both = [
            [
                model.new_int_var(0, 10_000, "") if unknown else int(value)
                for value, unknown in zip(values, hidden, strict=True)
            ]
            for _ in range(2)
        ]
        for table in both:
            for number in range(system.low.size):
                terms = range(system.starts[number], system.starts[number + 1])
                total = sum(int(system.coefficients[term]) * table[system.columns[term]] for term in terms)
                if np.isfinite(system.low[number]):
                    model.add(total >= int(system.low[number]))
                if np.isfinite(system.high[number]):
                    model.add(total <= int(system.high[number]))
        model.add(both[1][cell] - both[0][cell] >= int(needed[cell]))
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        if solver.solve(model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return False
    return True


def cheapest_by_trying(system: System, values: np.ndarray, needed: np.ndarray, costs: np.ndarray) -> float:
    """The least cost of a safe pattern, of all patterns in the order of their cost."""
    free = [cell for cell in range(values.size) if not needed[cell] and np.isfinite(costs[cell])]
    patterns = [extra for size in range(len(free) + 1) for extra in combinations(free, size)]
    for extra in sorted(patterns, key=lambda extra: costs[list(extra)].sum()):
        hidden = needed > 0
        hidden[list(extra)] = True
        if safe(system, values, hidden, needed):
            return float(costs[list(extra)].sum())
    return np.inf


@st.composite
def tables(draw: st.DrawFn) -> tuple[np.ndarray, System]:
    """Small two-way tables, many of whose cells are small."""
    rows, columns = draw(st.sampled_from([(1, 2), (1, 4), (2, 2), (2, 2), (2, 3)]))
    size = st.integers(0, 14) | st.integers(0, 40)
    values, system = two_way([[draw(size) for _ in range(columns)] for _ in range(rows)])
    return values, system


@st.composite
def series(draw: st.DrawFn) -> tuple[np.ndarray, System]:
    """A stock over three months in two groups with their sum, the inflow and the outflow of each month."""
    groups = [[draw(st.integers(0, 12))] for _ in range(2)]
    flows: list[list[int]] = [[], []]
    for _ in range(2):
        for stock, flow in zip(groups, flows, strict=True):
            out = draw(st.integers(0, stock[-1]))
            into = draw(st.integers(0, 8))
            flow += [into, out]
            stock.append(stock[-1] + into - out)
    names = {}
    values: list[int] = []
    for group in range(2):
        for month in range(3):
            names["stock", group, month] = len(values)
            values.append(groups[group][month])
        for month in range(2):
            names["in", group, month + 1], names["out", group, month + 1] = len(values), len(values) + 1
            values += flows[group][2 * month : 2 * month + 2]
    for month in range(3):
        names["stock", "all", month] = len(values)
        values.append(groups[0][month] + groups[1][month])
    relations = [
        Relation([names["stock", 0, month], names["stock", 1, month], names["stock", "all", month]], [1, 1, -1])
        for month in range(3)
    ]
    for group in range(2):
        for month in (1, 2):
            cells = [("stock", group, month - 1), ("in", group, month), ("out", group, month), ("stock", group, month)]
            relations.append(Relation([names[cell] for cell in cells], [1, 1, -1, -1]))
    return np.array(values, np.float64), System.of(len(values), relations)


def _check_cheapest(values: np.ndarray, system: System, costs: np.ndarray) -> None:
    needed = needs(values)
    pattern = protect(system, values, needed, costs)
    assert safe(system, values, pattern.hidden, needed)
    assert pattern.optimal
    assert pattern.cost == cheapest_by_trying(system, values, needed, costs)


@given(tables())
@settings(max_examples=60, deadline=None)
def test_small_tables_are_protected_at_the_least_cost(table: tuple[np.ndarray, System]) -> None:
    values, system = table
    _check_cheapest(values, system, people(values))


@given(tables(), st.data())
@settings(max_examples=40, deadline=None)
def test_so_they_are_at_costs_of_any_kind(table: tuple[np.ndarray, System], data: st.DataObject) -> None:
    values, system = table
    costs = np.array(data.draw(st.lists(st.integers(1, 9), min_size=values.size, max_size=values.size)), np.float64)
    _check_cheapest(values, system, costs)


def reaches(values: np.ndarray, system: System, hidden: np.ndarray, beyond: np.ndarray) -> bool:
    """Whether each cell can be as far from its value as it must on either side, by a solver of another kind."""
    for cell in np.flatnonzero(beyond):
        for least, most in ((values[cell] + beyond[cell], 10_000), (0, max(values[cell] - beyond[cell], 0))):
            model = cp_model.CpModel()
            cells = [model.new_int_var(0, 10_000, "") if each else int(value)
                     for value, each in zip(values, hidden, strict=True)]  # fmt: skip
            for number in range(system.low.size):
                terms = range(system.starts[number], system.starts[number + 1])
                model.add(sum(int(system.coefficients[term]) * cells[system.columns[term]] for term in terms) == 0)
            model.add_linear_constraint(cells[cell], int(least), int(most))
            solver = cp_model.CpSolver()
            solver.parameters.num_workers = 1
            if solver.solve(model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
                return False
    return True


@given(tables(), st.booleans(), st.data())
@settings(max_examples=40, deadline=None)
def test_distances_beyond_the_value_are_kept_at_the_least_cost(
    table: tuple[np.ndarray, System], whole: bool, data: st.DataObject
) -> None:
    values, system = table
    assume((values > 0).any())
    wanted = data.draw(st.sets(st.sampled_from(np.flatnonzero(values > 0).tolist()), min_size=1, max_size=3))
    beyond = np.zeros(values.size)
    for cell in wanted:
        beyond[cell] = data.draw(st.integers(1, 12))
    costs = people(values)
    done = protect(replace(system, whole=whole), values, np.zeros(values.size), costs, beyond=beyond)
    assert reaches(values, system, done.hidden, beyond)
    free = [cell for cell in range(values.size) if not beyond[cell] and np.isfinite(costs[cell])]
    for size in range(len(free) + 1):
        for extra in combinations(free, size):
            if (cheaper := float(costs[list(extra)].sum())) < done.cost:
                hidden = beyond > 0
                hidden[list(extra)] = True
                assert not reaches(values, system, hidden, beyond), (cheaper, done.cost)


@given(series())
@settings(max_examples=30, deadline=None)
def test_stocks_and_flows_of_months_are_protected_at_the_least_cost(table: tuple[np.ndarray, System]) -> None:
    values, system = table
    assume(((values > 0) & (needs(values) == 0)).sum() <= 8)
    _check_cheapest(values, system, people(values))


@given(systems())
@settings(max_examples=100, deadline=None)
def test_any_relations_are_protected_at_the_least_cost_or_not_at_all(
    case: tuple[System, np.ndarray, np.ndarray],
) -> None:
    system, values, _ = case
    costs = values + 1
    try:
        _check_cheapest(values, system, costs)
    except Unprotectable:
        assert cheapest_by_trying(system, values, needs(values), costs) == np.inf


@given(st.integers(2, 6), st.integers(2, 6), st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
def test_nothing_hidden_in_addition_can_be_derived(rows: int, columns: int, seed: int) -> None:
    values, system = two_way(np.random.default_rng(seed).negative_binomial(1, 0.08, (rows, columns)).tolist())
    pattern = protect(system, values, needs(values), people(values))
    found = intervals(system, np.where(pattern.hidden, np.nan, values), pattern.hidden)
    assert (found.width[pattern.hidden] >= 1).all()
    assert (found.width[needs(values) > 0] >= THRESHOLD).all()


def test_with_little_effort_the_answer_is_safe_and_the_gap_told() -> None:
    values, system = two_way(np.random.default_rng(7).negative_binomial(1, 0.06, (12, 12)).tolist())
    needed = needs(values)
    quick, full = (protect(system, values, needed, people(values), rounds) for rounds in (1, 60))
    assert full.optimal
    assert quick.bound <= full.cost <= quick.cost
    found = intervals(system, values, quick.hidden)
    assert (found.width[needed > 0] >= THRESHOLD).all()


@pytest.mark.parametrize("limit", ["MASTERED", "STEPS"])
def test_when_the_integer_programme_is_too_large_the_answer_is_safe_and_the_gap_told(
    monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    values, system = two_way(np.random.default_rng(0).negative_binomial(1, 0.1, (8, 8)).tolist())
    needed = needs(values)
    full = protect(system, values, needed, people(values))
    monkeypatch.setattr(protection, limit, 0)
    monkeypatch.setattr(protection, "MASTERED_BY_CELL", 0 if limit == "MASTERED" else 10**12)
    monkeypatch.setattr(protection, "RELAXED", 1)
    monkeypatch.setattr(master, "LOOKED_AT", 0)
    short = protect(system, values, needed, people(values))
    assert short.bound <= full.cost <= short.cost
    assert full.optimal and not short.optimal
    found = intervals(system, values, short.hidden)
    assert (found.width[needed > 0] >= THRESHOLD).all()
    assert (found.width[short.hidden] >= 1).all()


def test_the_same_input_gives_the_same_pattern() -> None:
    values, system = two_way(np.random.default_rng(5).negative_binomial(1, 0.1, (8, 8)).tolist())
    first, second = (protect(system, values, needs(values), people(values)) for _ in range(2))
    assert (first.hidden == second.hidden).all()


def test_a_cell_that_nothing_may_be_hidden_for_is_told() -> None:
    values, system = two_way([[3, 20], [10, 20]])
    with pytest.raises(Unprotectable):
        protect(system, values, needs(values), np.full(9, np.inf))


def test_values_that_do_not_add_up_are_told() -> None:
    values, system = two_way([[3, 20], [10, 20]])
    values[8] += 1
    with pytest.raises(Contradiction):
        protect(system, values, needs(values), people(values))
