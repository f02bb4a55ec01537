"""`kokeilu protect`: disclosure control of tables in files."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kokeilu import progress
from kokeilu.problems import Problem

if TYPE_CHECKING:
    from kokeilu.monitoring.linked import Identity, Linked, Table
    from kokeilu.monitoring.protect_file import Parts


def protect(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="The table; with --audit one or more.")],
    count: Annotated[str | None, typer.Option(metavar="COLUMN", help="The column of counts.")] = None,
    threshold: Annotated[int, typer.Option(help="The least count that may be shown, zero apart.", min=1)] = 5,
    out: Annotated[Path | None, typer.Option(help="File to write, .csv or .parquet.")] = None,
    hierarchy: Annotated[
        Path | None, typer.Option(metavar="FILE", help="What is summed into what: CSV of dimension, code, into.")
    ] = None,
    hide_zeros: Annotated[bool, typer.Option("--hide-zeros", help="Treat zero as a small count.")] = False,
    audit: Annotated[bool, typer.Option("--audit", help="Only tell what can be derived; write nothing.")] = False,
) -> None:
    """Hide small counts, and what would give them back, at the least loss; or audit what is hidden.

    The table is long: a column per dimension and the count. Totals have the code total and are added where they are
    missing. The answer has a column status: published, primary (small) or secondary (hidden to protect others).

    --audit gives the interval that can be derived of each exposed cell from all the files together, and exits with 1
    if there is one. The same codes in two files are the same figure.

    Example: kokeilu protect table.csv --count persons --threshold 5 --out protected.csv

    Example: kokeilu protect --audit protected.csv
    """
    from kokeilu.monitoring import protect_file

    parts = protect_file.read_hierarchy(hierarchy) if hierarchy else {}
    if audit:
        if out is not None:
            raise typer.BadParameter("an audit writes nothing", param_hint="--out")
        if len(set(files)) < len(files):
            raise typer.BadParameter("the same file twice", param_hint="FILE")
        _audit([protect_file.protected(protect_file.read(file), count, parts) for file in files], threshold)
        return
    if len(files) != 1:
        raise typer.BadParameter("one table at a time; several can be audited together", param_hint="FILE")
    if count is None or out is None:
        raise typer.BadParameter("say which column and where to", param_hint="--count and --out")
    _protect(files[0], count, threshold, out, parts, hide_zeros=hide_zeros)


def _protect(file: Path, count: str, threshold: int, out: Path, parts: "Parts", *, hide_zeros: bool) -> None:
    from kokeilu.monitoring import linked, protect_file
    from kokeilu.monitoring.linked import Linked

    source = protect_file.read(file)
    table = protect_file.undecided(source, count, parts)
    with progress.bar() as shown:
        shown.add_task("protecting", total=None)
        done = linked.protect(Linked((table,)), threshold, hide_zeros=hide_zeros)
    [answer] = done.tables
    status = answer.rows.get_column("status")
    if (status != linked.PUBLISHED).any() and not (answer.rows.get_column("value").fill_null(0) > 0).any():
        what = "the table is too small to protect: no count above zero could be shown"
        raise Problem(what, file=file, mend="put categories together, or publish nothing of it")
    protect_file.write(answer, source, count, out)
    numbers = dict(status.value_counts().rows())
    typer.echo(f"{out}")
    typer.echo(
        ", ".join(f"{numbers.get(each, 0)} {each}" for each in (linked.PUBLISHED, linked.PRIMARY, linked.SECONDARY))
    )
    if not done.optimal:
        typer.echo(f"the least loss possible may be up to {done.gap:.1%} less")


def _audit(tables: "list[Table]", threshold: int) -> None:
    from kokeilu.monitoring import linked
    from kokeilu.monitoring.attacker import Contradiction
    from kokeilu.monitoring.linked import Linked

    problem = Linked(tuple(tables), tuple(_the_same(tables)))
    try:
        with progress.bar() as shown:
            shown.add_task("auditing", total=None)
            found = linked.audit(problem, threshold)
    except Contradiction as error:
        raise Problem(_contradiction(problem, error.relations), file=tables[0].name) from error
    exposed = found.filter("exposed")
    for table, row, status, low, high in exposed.select("table", "row", "status", "low", "high").iter_rows():
        codes = next(each for each in tables if each.name == table)
        typer.echo(f"{table}: {_cell(codes, row)}: {_interval(low, high)} ({status})")
    typer.echo(f"{exposed.height} of {found.height} hidden cells exposed")
    if exposed.height:
        raise typer.Exit(1)


def _the_same(tables: "list[Table]") -> "list[Identity]":
    """The same codes in two tables are the same figure; where both show it and differ, it was revised."""
    from kokeilu.monitoring.linked import TOTAL, Term, same

    before: dict[frozenset[tuple[str, str]], tuple[Term, int | None]] = {}
    found = []
    for table in tables:
        for *codes, value in table.rows.select(*table.dimensions, "value").iter_rows():
            key = frozenset(pair for pair in zip(table.dimensions, codes, strict=True) if pair[1] != TOTAL)
            term = Term(table.name, tuple(codes))
            if key in before:
                other, its = before[key]
                if value is None or its is None or value == its:
                    found.append(same(other, term))
            before[key] = (term, value)
    return found


def _contradiction(problem: "Linked", relations: list[int]) -> str:
    names = problem.joint().names
    return f"the published cells contradict each other ({', '.join(sorted({names[each] for each in relations})[:3])})"


def _cell(table: "Table", row: int) -> str:
    codes = table.rows.select(table.dimensions).row(row, named=True)
    return ", ".join(f"{name} {code}" for name, code in codes.items())


def _interval(low: float, high: float) -> str:
    return f"exactly {low:.0f}" if low == high else f"{low:.0f} to {high:.0f}"
