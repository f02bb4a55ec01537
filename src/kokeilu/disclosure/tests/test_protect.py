"""`kokeilu protect`: tables in files, good and bad."""

import csv
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ortools.sat.python import cp_model
from typer.testing import Result

from kokeilu.problems import Problem

TABLE = "area,sex,persons\nb,f,9\nb,m,9\na,m,10\na,f,3\nc,m,7\n"
ROWS = [
    "b,f,,secondary", "b,m,,secondary", "a,m,,secondary", "a,f,,primary", "c,m,7,published",
    "b,total,18,published", "a,total,13,published", "c,total,7,published",
    "total,f,12,published", "total,m,26,published", "total,total,38,published",
]  # fmt: skip
"""The file's rows in their order, then the totals in the order of the codes."""


@pytest.fixture
def run(command_line: Callable[..., Result]) -> Callable[..., Result]:
    return lambda *arguments: command_line("protect", *arguments, catch_exceptions=False)


@pytest.fixture
def protect(run: Callable[..., Result], tmp_path: Path) -> Callable[..., list[str]]:
    """Protect the text of a table and give the lines of the answer without the header."""

    def work(text: str, *more: object) -> list[str]:
        table, out = tmp_path / "table.csv", tmp_path / "out.csv"
        table.write_text(text, encoding="utf-8")
        assert run(table, "--count", "persons", "--out", out, *more).exit_code == 0
        return out.read_text(encoding="utf-8").splitlines()[1:]

    return work


@pytest.fixture
def audit(run: Callable[..., Result], tmp_path: Path) -> Callable[..., Result]:
    """Audit the texts of tables together."""

    def work(*texts: str) -> Result:
        files = [tmp_path / f"audited-{number}.csv" for number in range(len(texts))]
        for file, text in zip(files, texts, strict=True):
            file.write_text(text)
        before = sorted(tmp_path.iterdir())
        result = run("--audit", *files)
        assert sorted(tmp_path.iterdir()) == before
        return result

    return work


def test_the_answer_has_the_rows_then_the_totals_with_statuses(protect: Callable[..., list[str]]) -> None:
    assert protect(TABLE) == ROWS


def test_it_says_where_and_how_many(run: Callable[..., Result], tmp_path: Path) -> None:
    table, out = tmp_path / "table.csv", tmp_path / "out.csv"
    table.write_text(TABLE)
    told = run(table, "--count", "persons", "--out", out).output
    assert told == f"{out}\n7 published, 1 primary, 3 secondary\n"
    assert out.read_text().splitlines()[0] == "area,sex,persons,status"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.csv", "table.csv"]


def test_totals_that_are_given_stay_where_they_are(protect: Callable[..., list[str]]) -> None:
    answer = protect("area,sex,persons\ntotal,f,12\n" + TABLE.split("\n", 1)[1])
    assert answer[0] == "total,f,12,published"
    assert sorted(answer) == sorted(ROWS)


def test_semicolons_and_a_byte_order_mark(protect: Callable[..., list[str]], tmp_path: Path) -> None:
    answer = protect("\ufeff" + TABLE.replace(",", ";"))
    assert answer == [row.replace(",", ";") for row in ROWS]
    assert (tmp_path / "out.csv").read_text().startswith("area;sex;persons;status\n")


def test_tabs_blank_lines_and_spaces_around_names(protect: Callable[..., list[str]]) -> None:
    answer = protect(
        "\n".join(
            ["area, sex , persons", *TABLE.replace(",", " , ").splitlines()[1:3], "", *TABLE.splitlines()[3:], ""]
        )
    )
    assert answer == ROWS
    assert protect(TABLE.replace(",", "\t")) == [row.replace(",", "\t") for row in ROWS]


def test_names_and_codes_in_quotes(run: Callable[..., Result], tmp_path: Path) -> None:
    """What is quoted separates nothing, and a quote in a name or a code stays one."""
    table, out = tmp_path / "table.csv", tmp_path / "out.csv"
    table.write_bytes('"the ""area"", or, place";persons\r\n"a ""x"", y";30\r\n"b;c";40\r\nå;5\r\n'.encode())
    assert run(table, "--count", "persons", "--out", out).exit_code == 0
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, delimiter=";"))
    assert rows == [
        ['the "area", or, place', "persons", "status"], ['a "x", y', "30", "published"], ["b;c", "40", "published"],
        ["å", "5", "published"], ["total", "75", "published"],
    ]  # fmt: skip


def test_counts_of_very_different_size(protect: Callable[..., list[str]]) -> None:
    answer = protect("x,y,persons\na,1,3\na,2,9000000000\nb,1,4000000000\nb,2,7\nc,1,99999999999\nc,2,3\n")
    hidden = {row[:3] for row in answer if not row.endswith("published")}
    assert hidden == {"a,1", "a,2", "c,1", "c,2"}


COSTS = "x,price,persons\na,1,3\nb,9,30\nc,2,40\nd,,20\n"


@pytest.mark.parametrize(
    ("cost", "beside"), [(None, "d"), ("equal", "b"), ("price", "c")]
)  # of equal cost the first by its code
def test_what_hiding_costs_decides_what_is_hidden(
    protect: Callable[..., list[str]], cost: str | None, beside: str
) -> None:
    text = (
        COSTS
        if cost == "price"
        else "\n".join(line.split(",")[0] + "," + line.split(",")[2] for line in COSTS.split("\n")[:-1])
    )
    answer = protect(text, *(["--cost", cost] if cost else []))
    assert [row[0] for row in answer if row.endswith("secondary")] == [beside]
    assert answer[-1] == "total,93,published"


def test_a_cell_without_cost_stays_shown_and_a_total_costs_what_its_parts_do(protect: Callable[..., list[str]]) -> None:
    answer = protect("x,y,price,persons\na,1,5,3\na,2,,30\nb,1,5,20\nb,2,5,25\n", "--cost", "price")
    hidden = [row for row in answer if row.endswith("secondary")]
    assert hidden == ["b,1,,secondary", "a,total,,secondary", "b,total,,secondary"]


@pytest.mark.parametrize(
    ("price", "told"), [("-1", "the cost is negative"), ("1.5", "not a whole number"), ("x", "not a number")]
)
def test_a_cost_that_is_none_is_told(protect: Callable[..., list[str]], price: str, told: str) -> None:
    with pytest.raises(Problem, match=told):
        protect(f"x,price,persons\na,{price},3\nb,1,30\n", "--cost", "price")


def test_the_table_is_not_overwritten(run: Callable[..., Result], tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    table.write_text(TABLE)
    with pytest.raises(Problem, match="the table would be overwritten"):
        run(table, "--count", "persons", "--out", tmp_path / "." / "table.csv")
    assert table.read_text() == TABLE


def test_parquet_in_and_out(run: Callable[..., Result], protect: Callable[..., list[str]], tmp_path: Path) -> None:
    protect(TABLE)
    pl.read_csv(tmp_path / "table.csv").write_parquet(tmp_path / "table.parquet")
    run(tmp_path / "table.parquet", "--count", "persons", "--out", tmp_path / "out.parquet")
    assert pl.read_parquet(tmp_path / "out.parquet").equals(pl.read_csv(tmp_path / "out.csv"))


def test_the_count_may_stand_anywhere_and_codes_keep_their_zeros(protect: Callable[..., list[str]]) -> None:
    answer = protect("persons,municipality\n20,091\n30,049\n0,092\n")
    assert answer == ["20,091,published", "30,049,published", "0,092,published", "50,total,published"]


def test_codes_may_be_numbers(protect: Callable[..., list[str]]) -> None:
    assert len(protect("place,region,persons\n091,1,30\n049,1,40\n853,2,50\n837,10,60\n734,2,70\n")) == 14
    assert len(protect("age,year,persons\n8,2020,30\n9,2020,40\n10,2020,50\n8,2021,30\n9,2021,9\n10,2021,9\n")) == 12


def test_another_threshold(protect: Callable[..., list[str]]) -> None:
    assert sum("primary" in row for row in protect(TABLE, "--threshold", "10")) == 5
    assert all("published" in row for row in protect(TABLE, "--threshold", "3"))


def test_zero_is_shown_unless_asked(protect: Callable[..., list[str]]) -> None:
    table = "x,persons\na,0\nb,30\nc,40\n"
    assert protect(table)[0] == "a,0,published"
    assert protect(table, "--hide-zeros")[:2] == ["a,,primary", "b,,secondary"]


def test_it_is_no_secret_that_nothing_hidden_is_zero(protect: Callable[..., list[str]]) -> None:
    """Five hidden counts that sum to five are one each, where zeros are shown."""
    ones = "x,persons\na,1\nb,1\nc,1\nd,1\ne,1\nf,30\ng,0\n"
    assert [row for row in protect(ones) if row.endswith("secondary")] == ["f,,secondary"]
    assert [row for row in protect(ones, "--hide-zeros") if row.endswith("secondary")] == []


@given(st.lists(st.lists(st.sampled_from([0, 1, 1, 1, 2, 9]), min_size=4, max_size=4), min_size=3, max_size=6))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_small_count_follows_from_zeros_being_shown(
    protect: Callable[..., list[str]], cells: list[list[int]]
) -> None:
    """Every small count has another whole number in some table of ones and more, found by CP-SAT."""
    lines = [f"r{row},c{column},{value}" for row, values in enumerate(cells) for column, value in enumerate(values)]
    try:
        answer = [row.split(",") for row in protect("\n".join(["x,y,persons", *lines]) + "\n")]
    except Problem as problem:
        assert "too small to protect" in str(problem)
        return
    model = cp_model.CpModel()
    hidden = {(x, y): model.new_int_var(1, 10_000, "") for x, y, _, status in answer if status != "published"}
    shown = {(x, y): int(count) for x, y, count, status in answer if status == "published"}
    value = {**hidden, **shown}
    for number in range(len(cells)):
        model.add(sum(value[f"r{number}", f"c{each}"] for each in range(4)) == value[f"r{number}", "total"])
    for number in range(4):
        model.add(sum(value[f"r{each}", f"c{number}"] for each in range(len(cells))) == value["total", f"c{number}"])
    model.add(sum(value[f"r{each}", "total"] for each in range(len(cells))) == value["total", "total"])
    for x, y, _, status in answer:
        if status == "primary":
            ends = []
            for sense in (1, -1):
                model.minimize(sense * hidden[x, y])
                solver = cp_model.CpSolver()
                solver.parameters.num_workers = 1
                assert solver.solve(model) == cp_model.OPTIMAL
                ends.append(solver.value(hidden[x, y]))
            assert ends[0] < ends[1], (x, y)


def test_a_dimension_of_one_category(protect: Callable[..., list[str]]) -> None:
    answer = protect("x,year,persons\na,2021,3\nb,2021,30\nc,2021,40\n")
    assert answer[:3] == ["a,2021,,primary", "b,2021,,secondary", "c,2021,40,published"]
    assert [row.rsplit(",", 1)[1] for row in answer[3:6]] == ["primary", "secondary", "published"]


def test_codes_between_are_sums_too(protect: Callable[..., list[str]], tmp_path: Path) -> None:
    file = tmp_path / "hierarchy.csv"
    file.write_text("dimension,code,into\nplace,u1,u\nplace,u2,u\nplace,v1,v\nplace,v2,v\n")
    answer = protect("place,persons\nu1,3\nu2,8\nv1,20\nv2,30\n", "--hierarchy", file)
    assert answer == [
        "u1,,primary", "u2,,secondary", "v1,20,published", "v2,30,published", "u,11,published", "v,50,published",
        "total,61,published",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ("x,y,twice\n", "a hierarchy has the columns dimension, code, into"),
        ("dimension,code,into\nplace,a,b\nplace,a,c\n", "a is summed into two codes"),
        ("dimension,code,into\nplace,a,b\nplace,b,a\n", "b is a part of itself"),
        ("dimension,code,into\nplace,total,b\n", "total is not a part of anything"),
        ("dimension,code,into\nplace,,b\n", "a cell is empty"),
        ("dimension,code,into\ncolour,a,b\n", "the hierarchy is of colour, which is no dimension"),
    ],
)
def test_a_hierarchy_that_is_none_is_told(
    protect: Callable[..., list[str]], tmp_path: Path, rows: str, told: str
) -> None:
    file = tmp_path / "hierarchy.csv"
    file.write_text(rows)
    if rows.startswith("x"):
        file.write_text("x,y,z\n1,2,3\n")
    with pytest.raises(Problem, match=told):
        protect("place,persons\na,3\nb,8\n", "--hierarchy", file)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "the file is empty"),
        ("area,persons\n", "the table has no rows"),
        ("area,people\na,3\n", r"has no column persons \(it has area, people\)"),
        ("persons\n3\n", "the table has no dimension"),
        ("a,a,persons\n1,2,3\n", ":1: two columns have the same name"),
        ("area,persons\na,-3\n", ":2: the count is negative"),
        ("area,persons\na,30\nb,2.5\nc,1.5\n", r":3: the count is not a whole number \(and 1 more such rows\)"),
        ("area,persons\na,\n", ":2: the count is empty"),
        ("area,persons\na,three\n", ":2: the count is not a number"),
        ("area,persons\na,nan\n", ":2: the count is not a number"),
        ("area,persons\na,inf\n", ":2: the count is not a number"),
        ("area,persons\na,1e300\n", ":2: the count is too large"),
        ("area,persons\n,3\n", ":2: the code of area is empty"),
        ("area,persons\na,30\nb,20\na,30\n", ":4: the same cell as in line 2"),
        ("area,persons\na,30\nb,20\ntotal,51\n", ":4: the total of area total is given as 51, but its parts sum to 50"),
        ("area,persons\ntotal,51\n", "the table has totals only"),
        ("area,status,persons\na,published,30\n", "the table has a column status already"),
        ("area,persons\na,30\n\nb,3,4\n", ":4: the file cannot be read: 3 cells in a line, but 2 columns"),
        ('area,persons\n"a,3\n', "the file cannot be read"),
        ("area,persons\ra,30\r", "the lines end with a carriage return alone"),
        ("area;persons\na;30,5\n", ":2: the count has a comma: decimals come after a point"),
        ("area,persons\na,9007199254740993\n", ":2: the count is too large"),
        ("value,persons\na,3\n", "a dimension may not be called value"),
        ("number of the cell,persons\na,3\n", "a dimension may not be called number of the cell"),
        ("line of the file,persons\na,3\n", "a column may not be called line of the file"),
        ("area,,persons\na,b,3\n", ":1: a column has no name"),
        ("area,persons\na,3\nb,30\nTotal,33\n", ":4: the code of area is no total: those have the code total"),
        ("area,persons\na,9007199254740991\nb,9007199254740991\n", "a total is too large"),
        ("area,persons\na,3\nb,1\n", "the table is too small to protect"),
        ("area,men,persons\na,3,10\nb,20,30\nc,8,9\n", "men looks like figures, not like a dimension"),
        ("area,sex,share,persons\na,f,2.5,3\na,m,10,10\nb,f,9.75,9\n", "share looks like figures"),
    ],
)
def test_a_table_that_cannot_be_protected_is_told(
    protect: Callable[..., list[str]], tmp_path: Path, text: str, told: str
) -> None:
    with pytest.raises(Problem, match=told):
        protect(text)
    assert [path.name for path in tmp_path.iterdir()] == ["table.csv"]


def test_a_file_that_is_none_is_told(run: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "latin.csv").write_bytes("area,persons\nä,30\n".encode("latin-1"))
    (tmp_path / "no.parquet").write_text("no")
    for name, told in (("latin.csv", "UTF-8|utf8|utf-8"), ("no.parquet", "cannot be read")):
        with pytest.raises(Problem, match=told):
            run(tmp_path / name, "--count", "persons", "--out", tmp_path / "out.csv")
    with pytest.raises(FileNotFoundError):
        run(tmp_path / "none.csv", "--count", "persons", "--out", tmp_path / "out.csv")


def test_a_place_that_cannot_be_written_is_told(run: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text(TABLE)
    with pytest.raises(Problem, match="cannot be written"):
        run(tmp_path / "table.csv", "--count", "persons", "--out", tmp_path / "none" / "out.csv")


@pytest.mark.parametrize(
    "arguments",
    [
        ["table.csv"],
        ["table.csv", "--count", "persons"],
        ["table.csv", "table.csv", "--count", "persons", "--out", "out.csv"],
        ["--audit", "table.csv", "--out", "out.csv"],
        ["--audit", "table.csv", "table.csv"],
        ["--audit", "table.csv", "--released", "./table.csv"],
        ["table.csv", "--count", "persons", "--out", "out.csv", "--threshold", "0"],
    ],
)
def test_wrong_use(run: Callable[..., Result], arguments: list[str]) -> None:
    assert run(*arguments).exit_code == 2


def test_what_was_protected_passes_the_audit(audit: Callable[..., Result]) -> None:
    result = audit("\n".join(["area,sex,persons,status", *ROWS]))
    assert (result.exit_code, result.output) == (0, "0 of 4 hidden cells exposed\n")


def test_an_audit_names_each_exposed_cell_with_its_interval(audit: Callable[..., Result], tmp_path: Path) -> None:
    rows = ["area,sex,persons,status", "b,f,9,published", *ROWS[1:]]
    result = audit("\n".join(rows))
    assert result.exit_code == 1
    file = tmp_path / "audited-0.csv"
    assert result.output.splitlines() == [
        f"{file}: area b, sex m: exactly 9 (secondary)",
        f"{file}: area a, sex m: exactly 10 (secondary)",
        f"{file}: area a, sex f: exactly 3 (primary)",
        "3 of 3 hidden cells exposed",
    ]


def test_an_audit_names_small_counts_that_are_shown(audit: Callable[..., Result], tmp_path: Path) -> None:
    result = audit("x,persons,status\na,3,published\nb,30,published\nc,0,published\ntotal,33,published\n")
    assert result.exit_code == 1
    assert result.output.splitlines() == [
        f"{tmp_path / 'audited-0.csv'}: x a: is shown",
        "0 of 0 hidden cells exposed",
    ]


def test_a_table_that_somebody_else_suppressed_has_no_statuses(run: Callable[..., Result], tmp_path: Path) -> None:
    file = tmp_path / "theirs.csv"
    file.write_text("x,persons\na,\nb,30\nc,\nd,\ntotal,70\n")
    good = run("--audit", file, "--count", "persons")
    assert (good.exit_code, good.output) == (0, "0 of 3 hidden cells exposed\n")
    file.write_text("x,persons\na,\nb,30\nc,37\ntotal,70\n")
    bad = run("--audit", file, "--count", "persons")
    assert bad.exit_code == 1
    assert "x a: exactly 3" in bad.output


def test_a_primary_cell_in_too_narrow_an_interval_is_exposed(audit: Callable[..., Result]) -> None:
    narrow = audit("x,persons,status\na,,primary\nb,,secondary\nc,20,published\ntotal,24,published\n")
    assert narrow.exit_code == 1
    assert "x a: 0 to 4 (primary)" in narrow.output
    assert "1 of 2 hidden cells exposed" in narrow.output


ONES = "x,persons,status\na,,primary\nb,,primary\nc,,primary\nd,,primary\ne,,primary\ntotal,5,published\n"


def test_an_audit_knows_that_no_zero_is_hidden(audit: Callable[..., Result], run: Callable[..., Result]) -> None:
    result = audit(ONES)
    assert result.exit_code == 1
    assert "x a: exactly 1, as no zero is hidden (primary)\n" in result.output
    assert "5 of 5 hidden cells exposed" in result.output
    assert audit(ONES.replace("total,5", "f,,secondary\ntotal,7")).exit_code == 0


def test_where_zeros_are_hidden_too_no_one_knows_that(run: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "ones.csv").write_text(ONES)
    assert run("--audit", tmp_path / "ones.csv", "--hide-zeros").exit_code == 0
    (tmp_path / "ones.csv").write_text(ONES.replace("total,5", "f,,secondary\ntotal,5"))
    assert run("--audit", tmp_path / "ones.csv").exit_code == 0  # one of them must be zero


def test_files_are_audited_together(audit: Callable[..., Result]) -> None:
    protected = "\n".join(["area,sex,persons,status", *ROWS])
    other = "sex,area,persons,status\nf,a,3,published\n"
    assert audit(protected).exit_code == 0
    together = audit(protected, other)
    assert together.exit_code == 1
    assert "area a, sex f: exactly 3 (primary)" in together.output
    revised = audit(protected, "area,persons,status\nb,19,published\n")
    assert revised.exit_code == 0


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (TABLE, "the table has no column status"),
        ("area,persons,status\na,3,hidden\n", ":2: the status is not published, primary or secondary"),
        ("area,persons,status\na,,published\n", ":2: a published cell has no count"),
        ("area,persons,status\na,3,primary\n", ":2: a hidden cell has its count in the file"),
        ("area,persons,status\na,3,published\nb,,primary\ntotal,2,published\n", "contradict each other"),
        ("status\npublished\n", "no column of counts"),
    ],
)
def test_a_file_that_cannot_be_audited_is_told(audit: Callable[..., Result], text: str, told: str) -> None:
    with pytest.raises(Problem, match=told):
        audit(text)


@given(st.lists(st.lists(st.integers(0, 30), min_size=3, max_size=3), min_size=2, max_size=5))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_answer_passes_the_audit_or_is_refused(
    protect: Callable[..., list[str]], audit: Callable[..., Result], cells: list[list[int]]
) -> None:
    rows = [f"r{row},c{column},{value}" for row, values in enumerate(cells) for column, value in enumerate(values)]
    try:
        answer = protect("\n".join(["x,y,persons", *rows]) + "\n")
    except Problem as problem:
        assert "too small to protect" in str(problem)
        return
    assert not any(1 <= int(row.split(",")[2] or 0) < 5 for row in answer)
    assert audit("\n".join(["x,y,persons,status", *answer])).exit_code == 0
