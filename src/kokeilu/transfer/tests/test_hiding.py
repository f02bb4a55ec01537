"""Hidden figures of laws side by side cannot be calculated from the shown ones, whatever is added or subtracted."""

from itertools import combinations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kokeilu.transfer.hiding import THRESHOLD, Cell, hidden_cells

FIGURES = ("job_seekers", "people", "undecided")
LEFTOVERS = (("job_seekers", "people"), ("job_seekers", "people", "undecided"))


def table(laws):
    """Cells from {law: {area: (job seekers, people, undecided)}}, with the whole of each law."""
    cells = {}
    for law, areas in laws.items():
        for place, figure in enumerate(FIGURES):
            cells |= {Cell(law, area, figure): counts[place] for area, counts in areas.items()}
            cells[Cell(law, None, figure)] = sum(counts[place] for counts in areas.values())
    return cells


def small(value):
    return 0 < abs(value) < THRESHOLD


def told(cells, hidden):
    """The small quantities that the shown cells determine, worked out without the code that is tested.

    Every area's figure under every law is an unknown; figures that are equal under two laws are known to be. A quantity
    is determined where it adds nothing to the rank of the equations.
    """
    unknowns = sorted(cell for cell in cells if cell.area is not None)
    place = {cell: at for at, cell in enumerate(unknowns)}

    def vector(cell):
        row = np.zeros(len(unknowns))
        for part in unknowns:
            if part == cell or (cell.area is None and part._replace(area=None) == cell):
                row[place[part]] = 1
        return row

    equations = [vector(cell) for cell in cells if cell not in hidden]
    for one, other in combinations(unknowns, 2):
        if one[1:] == other[1:] and cells[one] == cells[other]:
            equations.append(vector(one) - vector(other))
    known = np.array(equations)
    rank = np.linalg.matrix_rank(known)
    quantities = {}
    for law, area in {(cell.law, cell.area) for cell in cells}:
        figures = [Cell(law, area, figure) for figure in FIGURES]
        seekers, people, undecided = map(vector, figures)
        s, p, u = (cells[figure] for figure in figures)
        for name, row, value in (
            ("job_seekers", seekers, s), ("people", people, p), ("undecided", undecided, u),
            ("not in", seekers - people, s - p), ("out", seekers - people - undecided, s - p - u),
        ):  # fmt: skip
            quantities[area, name, law] = (row, value)
    wanted = [(key, *quantity) for key, quantity in quantities.items()]
    for one, other in combinations(sorted(quantities, key=str), 2):
        if one[:2] == other[:2]:
            (row, value), (row2, value2) = quantities[one], quantities[other]
            wanted.append(((one, other[2]), row - row2, value - value2))
    return [
        key for key, row, value in wanted if small(value) and np.linalg.matrix_rank(np.vstack([known, row])) == rank
    ]


counts = st.tuples(st.integers(0, 40), st.integers(0, 40), st.integers(0, 12)).map(
    lambda each: (each[0] + each[1] + each[2], each[1], each[2])
)


@st.composite
def laws(draw):
    """The law and one or two others: an area is as by the law, or a few people differ, or it joins."""
    base = {area: draw(counts) for area in ("a", "b", "c", "")}
    found = {"base": base}
    for law in ("s1", "s2")[: draw(st.integers(1, 2))]:
        areas = {}
        for area, (seekers, people, undecided) in base.items():
            fewer = draw(st.sampled_from([0, 0, 1, 3, 7]))
            areas[area] = (seekers, max(0, people - fewer), undecided)
        outside = areas[""]
        joining = min(draw(st.integers(0, 20)), outside[0])
        areas[""] = (outside[0] - joining, min(outside[1], outside[0] - joining), 0)
        areas["d"] = (joining, joining // 2, 0)
        found[law] = areas
    return found


@given(laws())
def test_no_small_quantity_is_told(given_laws):
    cells = table(given_laws)
    assert told(cells, hidden_cells(cells, THRESHOLD, LEFTOVERS)) == []


@given(laws())
def test_nothing_is_hidden_without_a_small_quantity(given_laws):
    grown = {
        law: {area: tuple(count * THRESHOLD for count in counts) for area, counts in areas.items()}
        for law, areas in given_laws.items()
    }
    assert hidden_cells(table(grown), THRESHOLD, LEFTOVERS) == set()


@given(laws(), st.randoms(use_true_random=False))
def test_the_order_of_cells_does_not_matter(given_laws, random):
    cells = table(given_laws)
    shuffled = list(cells.items())
    random.shuffle(shuffled)
    assert hidden_cells(dict(shuffled), THRESHOLD, LEFTOVERS) == hidden_cells(cells, THRESHOLD, LEFTOVERS)


def test_a_small_area_takes_the_smallest_other_one_with_it():
    cells = table({"base": {"a": (3, 3, 0), "b": (90, 40, 0), "c": (50, 20, 0)}})
    hidden = hidden_cells(cells, THRESHOLD)
    assert {cell.area for cell in hidden if cell.figure == "people"} == {"a", "c"}
    assert Cell("base", None, "people") not in hidden


def test_two_laws_that_differ_by_a_few_people_are_not_both_shown():
    law, other = {"a": (90, 40, 0), "b": (90, 50, 0)}, {"a": (90, 38, 0), "b": (90, 30, 0)}
    cells = table({"base": law, "s1": other})
    assert {key[0][:2] for key in told(cells, set())} == {("a", "people"), ("a", "not in"), ("a", "out")}
    hidden = hidden_cells(cells, THRESHOLD, LEFTOVERS)
    assert {cell for cell in hidden if cell.area == "a"} == {Cell("s1", "a", "people")}
    assert Cell("s1", "b", "people") in hidden  # or the total would give it back


def test_those_who_are_out_are_hidden_too():
    """98 of 100 in: two people are told to be out."""
    hidden = hidden_cells(table({"base": {"a": (100, 98, 0), "b": (90, 40, 0)}}), THRESHOLD, LEFTOVERS)
    assert Cell("base", "a", "people") in hidden
