"""`kokeilu protect --value`: tables of money, against an attacker of the test's own by another solver."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ortools.linear_solver import pywraplp
from typer.testing import Result

from kokeilu.disclosure import protect_file
from kokeilu.disclosure.dominance import Rules
from kokeilu.disclosure.dominance_file import Magnitudes, undecided
from kokeilu.disclosure.insiders import ALONE as IS_ALONE
from kokeilu.disclosure.insiders import LEVEL, OWN, WHO
from kokeilu.disclosure.protect_table import Layout
from kokeilu.problems import Problem

PAID = "area,kind,euros,first,second\na,x,1000.50,900,50\na,y,800,300,200\nb,x,700,250,240\nb,y,900,300,250\n"
SINGLE = """area,kind,who,euros
a,x,A,500\na,x,A,400\na,x,B,50\na,x,C,50.50\na,y,D,300\na,y,E,200\na,y,F,300\nb,x,G,250\nb,x,H,240\nb,x,I,210
b,y,J,300\nb,y,K,250\nb,y,L,350\n"""
RULE = ("--value", "euros", "--p-percent", "15")


@pytest.fixture
def run(command_line: Callable[..., Result], tmp_path: Path) -> Callable[..., Result]:
    """Write a text to table.csv and protect it into out.csv."""

    def work(text: str, *more: object) -> Result:
        (tmp_path / "table.csv").write_text(text)
        out = ("--out", tmp_path / "out.csv")
        return command_line("protect", tmp_path / "table.csv", *RULE, *more, *out, catch_exceptions=False)

    return work


def test_a_dominated_cell_is_hidden_and_no_more_than_is_needed(run: Callable[..., Result], tmp_path: Path) -> None:
    assert run(PAID, "--largest", "first,second").exit_code == 0
    assert (tmp_path / "out.csv").read_text().splitlines() == [
        "area,kind,euros,status", "a,x,,primary", "a,y,,secondary", "b,x,,secondary", "b,y,,secondary",
        "a,total,1800.5,published", "b,total,1600.0,published", "total,x,1700.5,published",
        "total,y,1700.0,published", "total,total,3400.5,published",
    ]  # fmt: skip


def test_contributions_give_the_same_as_their_cells(run: Callable[..., Result], tmp_path: Path) -> None:
    run(PAID, "--largest", "first,second")
    of_cells = pl.read_csv(tmp_path / "out.csv")
    run(SINGLE, "--contributor", "who")
    assert pl.read_csv(tmp_path / "out.csv").with_columns(euros=pl.col("euros").cast(pl.Float64)).equals(of_cells)


def test_someone_who_contributes_to_two_cells_dominates_their_total(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("area,who,euros\na,A,100\nb,A,60\nb,A,40\nc,B,10\n")
    source = protect_file.read(tmp_path / "t.csv")
    table = undecided(source, Magnitudes("euros", contributor="who"), Rules(p_percent=Decimal(15)), Layout())
    assert table.rows.select("area", "value", "beyond").rows() == [
        ("a", 100, 15), ("b", 100, 15), ("c", 10, 2), ("total", 210, 30),
    ]  # fmt: skip


def test_few_contributors(run: Callable[..., Result], tmp_path: Path) -> None:
    text = "area,euros,first,second,n\na,100,30,30,4\nb,100,30,30,9\nc,150,30,30,9\n"
    run(text, "--largest", "first,second", "--count", "n", "--threshold", "5")
    assert [row.split(",", 1)[1] for row in (tmp_path / "out.csv").read_text().splitlines()] == [
        "euros,status", ",primary", ",secondary", "150,published", "350,published",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "more", "told"),
    [
        (PAID.replace("900,50", "50,900"), ["--largest", "first,second"], ":2: second is more than first"),
        (PAID.replace("900,50", "990,50"), ["--largest", "first,second"], ":2: the largest contributions are more"),
        (PAID.replace("1000.50", "-1"), ["--largest", "first,second"], ":2: the value is negative"),
        (PAID.replace("1000.50", "1.1234567"), ["--largest", "first,second"], "more than 6 decimals"),
        (PAID, ["--largest", "first,third"], "has no column third"),
        (SINGLE.replace("kind", "largest"), ["--contributor", "who"], "a dimension may not be called largest"),
        (SINGLE.replace("50.50", '"50,50"'), ["--contributor", "who"], ":5: the value has a comma"),
        (
            PAID + "total,total,3400.51,1,1\n",
            ["--largest", "first,second"],
            "given as 3400.51, but its parts sum to 3400.50",
        ),
        (SINGLE + "total,x,A,5\n", ["--contributor", "who"], ":15: a contribution to a total"),
        (SINGLE + "a,x,,5\n", ["--contributor", "who"], ":15: the contributor is empty"),
    ],
)
def test_a_table_that_is_wrong_is_told(run: Callable[..., Result], text: str, more: list[str], told: str) -> None:
    with pytest.raises(Problem, match=told):
        run(text, *more)


@pytest.mark.parametrize(
    "more",
    [
        ["--largest", "first"],
        ["--largest", "first,second", "--contributor", "who"],
        ["--largest", "first,second", "--dominance", "85"],
        ["--largest", "first,second", "--dominance", "3,85"],
        ["--largest", "first,second", "--dominance", "2,185"],
        ["--largest", "first,second", "--released", "other.csv"],
        ["--largest", "first,second", "--original", "other.csv"],
    ],
)
def test_wrong_use(run: Callable[..., Result], more: list[str]) -> None:
    assert run(PAID, *more).exit_code == 2


def test_options_for_money_need_a_value(command_line: Callable[..., Result]) -> None:
    assert command_line("protect", "t.csv", "--count", "n", "--p-percent", "10", "--out", "o.csv").exit_code == 2


def test_an_audit_with_the_original_knows_how_far_is_far_enough(
    run: Callable[..., Result], command_line: Callable[..., Result], tmp_path: Path
) -> None:
    run(PAID, "--largest", "first,second")
    arguments = (
        "--value",
        "euros",
        "--largest",
        "first,second",
        "--p-percent",
        "15",
        "--original",
        tmp_path / "table.csv",
    )
    good = command_line("protect", "--audit", tmp_path / "out.csv", *arguments)
    assert (good.exit_code, good.output) == (0, "0 of 4 hidden cells exposed\n")
    narrow = tmp_path / "narrow.csv"
    narrow.write_text("area,kind,euros,status\na,x,,primary\na,y,,secondary\na,total,1000.60,published\n")
    wide = command_line("protect", "--audit", narrow, "--value", "euros", catch_exceptions=False)
    assert wide.output == "0 of 2 hidden cells exposed\n"
    told = command_line("protect", "--audit", narrow, *arguments, catch_exceptions=False)
    assert told.exit_code == 1
    assert "area a, kind x: 0.0 to 1000.6 (primary)" in told.output
    shown = tmp_path / "shown.csv"
    shown.write_text("area,kind,euros,status\na,x,1000.50,published\n")
    assert "area a, kind x: is shown" in command_line("protect", "--audit", shown, *arguments).output


REST = "r,C,30\nr,D,30\nr,E,25\nr,F,25\ns,C,90\ns,D,90\ns,E,90\n"
ALONE = "p,A,100\nq,B,100\n"
"""Outsiders only know what they are together: 0 to 200 each. The two know each other."""
TWICE = "p,A,100\np,B,40\nq,B,90\nq,C,10\n"
"""Together 240: B has 90 in q, so p is 150 at most, and A has no more than 110 of that."""


@pytest.mark.parametrize("contributions", [ALONE, TWICE])
def test_who_knows_its_own_parts_does_not_come_near_to_another(
    run: Callable[..., Result], tmp_path: Path, contributions: str
) -> None:
    assert run("area,who,euros\n" + contributions + REST, "--contributor", "who").exit_code == 0
    answer = [line.split(",") for line in (tmp_path / "out.csv").read_text().splitlines()[1:]]
    assert [(area, status) for area, _, status in answer] == [
        ("p", "primary"), ("q", "primary"), ("r", "secondary"), ("s", "published"), ("total", "published"),
    ]  # fmt: skip


@pytest.mark.parametrize(("number", "more"), [("n", ["--count", "n"]), ("", [])])
def test_who_is_alone_in_a_cell_is_known_without_a_name(
    run: Callable[..., Result], tmp_path: Path, number: str, more: list[str]
) -> None:
    rows = ["area,euros,first,second,n", "p,100,100,0,1", "q,100,100,0,1", "r,110,30,30,4", "s,270,90,90,3"]
    text = "\n".join(rows if number else [row.rsplit(",", 1)[0] for row in rows])
    run(text + "\n", "--largest", "first,second", *more)
    statuses = [line.rsplit(",", 1)[1] for line in (tmp_path / "out.csv").read_text().splitlines()[1:]]
    assert statuses == ["primary", "primary", "secondary", "published", "published"]


def test_the_largest_of_others_and_not_its_own_is_what_a_contributor_wants_to_know(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("area,who,euros\np,A,100\np,B,90\np,C,5\nq,B,60\nq,D,50\nq,E,40\n")
    source = protect_file.read(tmp_path / "t.csv")
    table = undecided(source, Magnitudes("euros", contributor="who"), Rules(p_percent=Decimal(15)), Layout())
    assert table.insiders is not None
    known = table.insiders.filter(area="p").sort(WHO).select(WHO, OWN, IS_ALONE, LEVEL).rows()
    # B subtracts its 90, and may say at least 115 of A; A subtracts its 100, and may say at least 103.5 of B.
    assert known == [("A", 100, False, 9), ("B", 90, False, 10), ("C", 5, False, 0)]
    assert table.rows.filter(area="p").get_column("beyond").to_list() == [10]


@given(
    st.lists(
        st.lists(st.lists(st.integers(1, 40) | st.integers(1, 900), min_size=0, max_size=4), min_size=2, max_size=3),
        min_size=2,
        max_size=4,
    ).filter(lambda rows: len({len(row) for row in rows}) == 1)
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nobody_can_come_nearer_than_the_rule_allows(
    run: Callable[..., Result], tmp_path: Path, table: list[list[list[int]]]
) -> None:
    cells = {
        (f"r{i}", f"c{j}"): sorted(each, reverse=True) for i, row in enumerate(table) for j, each in enumerate(row)
    }
    lines = [
        f"{row},{column},{row}{column}{n},{x}" for (row, column), each in cells.items() for n, x in enumerate(each)
    ]
    if not lines:
        return
    try:
        run("x,y,who,euros\n" + "\n".join(lines) + "\n", "--contributor", "who")
    except Problem as problem:
        assert "too small to protect" in str(problem)
        return
    answer = pl.read_csv(tmp_path / "out.csv", infer_schema=False)
    cells = {key: each for key, each in cells.items() if each}
    for row, column, euros, status in answer.rows():
        inside = [key for key in cells if row in (key[0], "total") and column in (key[1], "total")]
        first, second, *others = [*sorted((x for key in inside for x in cells[key]), reverse=True), 0, 0]
        total = first + second + sum(others)
        if status == "published":
            assert int(euros) == total
        sensitive = 100 * sum(others) < 15 * first
        assert (status == "primary") == sensitive
        if sensitive:
            low, high = by_glop(answer, list(cells), inside)
            assert high >= total + 0.15 * first - sum(others) - 1e-4
            assert low <= max(0, total - 0.15 * first + sum(others)) + 1e-4


def by_glop(answer: pl.DataFrame, cells: list[tuple[str, str]], inside: list[tuple[str, str]]) -> tuple[float, float]:
    """The bounds on a sum of cells that the published rows leave."""
    bounds = []
    for sense in (1, -1):
        solver = pywraplp.Solver.CreateSolver("GLOP")
        values = {key: solver.NumVar(0, 1e6, "") for key in cells}
        for row, column, euros, status in answer.rows():
            if status == "published":
                parts = [values[key] for key in cells if row in (key[0], "total") and column in (key[1], "total")]
                solver.Add(solver.Sum(parts) == float(euros))
        solver.Minimize(sense * solver.Sum([values[key] for key in inside]))
        assert solver.Solve() == pywraplp.Solver.OPTIMAL
        bounds.append(sense * solver.Objective().Value())
    return bounds[0], bounds[1]
