"""`kokeilu protect` of several files: sums that one has and another lacks, revisions, and where the counts stand."""

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from kokeilu.problems import Problem

Audit = Callable[..., tuple[int, list[str]]]
INNER = "area,sex,n,status\na,f,,primary\na,m,9,published\nb,f,9,published\nb,m,8,published\n"
"""Protected on its own without totals: nothing tells the hidden count."""
JANUARY = "x,n,status\na,10,published\nb,,primary\nc,,secondary\n"


@pytest.fixture
def audit(command_line: Callable[..., Result], tmp_path: Path) -> Audit:
    """Audit the texts of tables together: the exit status and the lines, without the directory."""

    def work(*texts: str, more: tuple[object, ...] = ()) -> tuple[int, list[str]]:
        files = [tmp_path / f"{number}.csv" for number in range(len(texts))]
        for file, text in zip(files, texts, strict=True):
            file.write_text(text)
        done = command_line("protect", "--audit", *files, *more, catch_exceptions=False)
        return done.exit_code, done.output.replace(f"{tmp_path}/", "").splitlines()

    return work


def test_a_sum_that_only_another_table_tells_gives_a_cell_away(audit: Audit) -> None:
    exposed = ["0.csv: area a, sex f: exactly 3 (primary)", "1 of 1 hidden cells exposed"]
    assert audit(INNER) == (0, ["0 of 1 hidden cells exposed"])
    assert audit(INNER, "area,n,status\na,12,published\n") == (1, exposed)
    assert audit(INNER, "n,area,status\n29,total,published\n") == (1, exposed)


def test_two_tables_without_totals_have_the_same_ones(audit: Audit) -> None:
    ages = "area,age,n,status\na,young,5,published\na,old,7,published\n"
    assert audit(INNER, ages)[1][0] == "0.csv: area a, sex f: exactly 3 (primary)"


def test_codes_between_are_sums_that_another_table_may_tell(audit: Audit, tmp_path: Path) -> None:
    (tmp_path / "into.csv").write_text("dimension,code,into\nplace,u1,u\nplace,u2,u\n")
    places = "place,n,status\nu1,,primary\nu2,9,published\nv,7,published\n"
    told = audit(places, "place,n,status\nu,12,published\n", more=("--hierarchy", tmp_path / "into.csv"))
    assert told == (1, ["0.csv: place u1: exactly 3 (primary)", "1 of 1 hidden cells exposed"])


def test_over_a_dimension_apart_nothing_is_summed(audit: Audit) -> None:
    months = "month,n,status\n2021-01,,primary\n2021-02,9,published\n"
    other = "month,n,status\n2021-01,,primary\n2021-02,9,published\ntotal,12,published\n"
    assert audit(months, other, more=("--apart", "month"))[0] == 1  # its own total tells the other's
    assert audit(months, "n,status,x\n12,published,total\n", more=("--apart", "month"))[0] == 0


def test_a_released_table_without_totals_is_protected_from_a_new_one_with_them(
    command_line: Callable[..., Result], tmp_path: Path
) -> None:
    (tmp_path / "out.csv").write_text(INNER)
    (tmp_path / "new.csv").write_text("area,n\na,12\nb,17\nc,30\n")
    arguments = ["--count", "n", "--released", tmp_path / "out.csv", "--out", tmp_path / "safe.csv"]
    assert command_line("protect", tmp_path / "new.csv", *arguments).exit_code == 0
    assert (tmp_path / "safe.csv").read_text().splitlines()[1:] == [
        "a,,secondary", "b,17,published", "c,,secondary", "total,59,published",
    ]  # fmt: skip
    done = command_line("protect", "--audit", tmp_path / "out.csv", tmp_path / "safe.csv")
    assert (done.exit_code, done.output) == (0, "0 of 3 hidden cells exposed\n")


@pytest.mark.parametrize(
    ("first", "then", "revised"),
    [
        ("total,,secondary\n", "a,12,published\nb,,primary\nc,,secondary\ntotal,,secondary\n", "all"),
        ("total,40,published\n", "a,10,published\nb,,primary\nc,,secondary\ntotal,42,published\n", "x b"),
    ],
)
def test_what_hangs_together_with_a_revised_figure_may_be_revised_too(
    audit: Audit, first: str, then: str, revised: str
) -> None:
    assert audit(JANUARY + first, f"x,n,status\n{then}") == (
        0,
        [
            f"taken as revised, as the tables cannot agree otherwise: the same figure, {revised}",
            f"0 of {4 + 2 * (first.count(',,'))} hidden cells exposed",
        ],
    )


def test_a_figure_that_was_not_revised_is_the_same_in_both_versions(audit: Audit) -> None:
    """The revision tells a second sum of the same two hidden figures' parts."""
    then = "x,n,status\na,12,published\nb,,primary\nc,27,published\ntotal,42,published\n"
    status, lines = audit(JANUARY + "total,40,published\n", then)
    assert (status, lines[0]) == (1, "0.csv: x b: exactly 3 (primary)")


def test_a_new_version_is_protected_beside_the_one_that_is_out(
    command_line: Callable[..., Result], tmp_path: Path
) -> None:
    (tmp_path / "january.csv").write_text(JANUARY + "total,40,published\n")
    (tmp_path / "new.csv").write_text("x,n\na,12\nb,3\nc,27\n")
    released = ["--released", tmp_path / "january.csv"]
    done = command_line("protect", tmp_path / "new.csv", "--count", "n", *released, "--out", tmp_path / "february.csv")
    assert done.exit_code == 0
    assert (tmp_path / "february.csv").read_text().splitlines()[1:] == [
        "a,12,published", "b,,primary", "c,,secondary", "total,42,published",
    ]  # fmt: skip


@pytest.mark.parametrize("header", ["n,x,year,status", "x,n,year,status", "x,year,n,status", "status,year,n,x"])
def test_the_counts_of_an_answer_are_found_wherever_they_stand(audit: Audit, header: str) -> None:
    rows = [
        {"x": "a", "year": "2021", "n": "", "status": "primary"},
        {"x": "b", "year": "2021", "n": "", "status": "secondary"},
        {"x": "total", "year": "2021", "n": "33", "status": "published"},
    ]
    names = header.split(",")
    text = "\n".join([header, *(",".join(row[name] for name in names) for row in rows)])
    assert audit(text + "\n") == (0, ["0 of 2 hidden cells exposed"])


OLD = "a,b,n,status\np,x,,primary\np,y,0,published\np,z,,primary\nq,x,,secondary\nq,y,13,published\nq,z,,primary\n"
OLD += "p,total,,primary\nq,total,,secondary\n"
OLD += "total,x,6,published\ntotal,y,13,published\ntotal,z,5,published\ntotal,total,24,published\n"
"""The counts are 1, 0, 2 and 5, 13, 3."""


def test_a_hidden_figure_that_was_not_revised_gives_the_old_ones_away(
    command_line: Callable[..., Result], tmp_path: Path
) -> None:
    """Of p five more in z: q is as it was, so that its new total would tell its old one, and that the old one of p."""
    (tmp_path / "old.csv").write_text(OLD)
    (tmp_path / "new.csv").write_text("a,b,n\np,x,1\np,y,0\np,z,7\nq,x,5\nq,y,13\nq,z,3\n")
    arguments = ["protect", tmp_path / "new.csv", "--count", "n", "--released", tmp_path / "old.csv"]
    with pytest.raises(Problem, match="cannot be protected: what is published already"):
        command_line(*arguments, "--out", tmp_path / "safe.csv", catch_exceptions=False)
    assert not (tmp_path / "safe.csv").exists()


def test_who_supposes_that_a_hidden_figure_was_not_revised_is_told_to_be_wrong(
    command_line: Callable[..., Result], tmp_path: Path
) -> None:
    """A third area came in: the hidden totals of all areas are not what they were."""
    (tmp_path / "old.csv").write_text("a,b,n\np,x,23\np,y,9\nq,x,12\nq,y,8\n")
    (tmp_path / "new.csv").write_text("a,b,n\np,x,23\np,y,9\nq,x,12\nq,y,8\nr,x,4\nr,y,9\n")
    out, safe = tmp_path / "out.csv", tmp_path / "safe.csv"
    assert command_line("protect", tmp_path / "old.csv", "--count", "n", "--out", out).exit_code == 0
    done = command_line("protect", tmp_path / "new.csv", "--count", "n", "--released", out, "--out", safe)
    told = "who takes hidden figures for those of an earlier version is misled about 4 cells, audits too"
    assert (done.exit_code, done.output.splitlines()[0]) == (0, told)
    found = command_line("protect", "--audit", out, safe).output.replace(f"{tmp_path}/", "")
    assert "safe.csv: a r, b x: exactly 13 (primary)" in found  # and it is four
