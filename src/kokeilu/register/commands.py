"""`kokeilu register`: what a state officer or an administrator does at the terminal."""

import re
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kokeilu import database, progress
from kokeilu.problems import Problem

if TYPE_CHECKING:
    from kokeilu.register.actions import ImportResult
    from kokeilu.register.reports import BadRows

app = typer.Typer(no_args_is_help=True, help="The register of job seekers.")

NAMED_BY_DAY = re.compile(r"register-(\d{4}-\d{2}-\d{2})\.(csv|parquet)")
SHOWN_ERRORS = 20


@app.callback()
def register() -> None:
    """The register of job seekers."""


@app.command("import")
def import_(
    extracts: Annotated[list[Path], typer.Argument(help="Extracts (.csv, .parquet), or a folder of them.")],
    as_of: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day that the extract tells of.")
    ] = None,
    accept_valid: Annotated[
        bool, typer.Option("--accept-valid", help="Store the good rows, write the bad ones to a file beside.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Do everything, then undo it.")] = False,
    correction: Annotated[
        bool, typer.Option("--correction", help="Also take extracts that are not newer than what is stored.")
    ] = False,
) -> None:
    """Import register extracts (register-extract/1) into the database.

    Files named register-YYYY-MM-DD.csv or .parquet tell their own day; a folder's are all imported.

    Example: kokeilu register import extract.csv --as-of 2021-02-28

    Example: kokeilu register import extracts/
    """
    from time import perf_counter

    plan = _plan(extracts, as_of.date() if as_of else None)
    database.set_up()
    started = perf_counter()
    result = _import(plan, accept_valid=accept_valid, dry_run=dry_run, correction=correction)
    _print(result, perf_counter() - started, dry_run)


def _plan(paths: list[Path], as_of: date | None) -> list[tuple[Path, date]]:
    """Each extract with its day. Raises BadParameter where a day is neither given nor in the name."""
    if as_of and (len(paths) > 1 or paths[0].is_dir()):
        raise typer.BadParameter("--as-of goes with one file; several are named register-YYYY-MM-DD.csv or .parquet")
    plan = []
    for path in paths:
        if not path.is_dir():
            plan.append((path, as_of or _day(path)))
            continue
        found = [file for file in sorted(path.iterdir()) if NAMED_BY_DAY.fullmatch(file.name)]
        if not found:
            raise Problem("no extract in this folder", file=path, mend="name them register-YYYY-MM-DD.csv or .parquet")
        plan += [(file, _day(file)) for file in found]
    return plan


def _day(path: Path) -> date:
    named = NAMED_BY_DAY.fullmatch(path.name)
    if not named:
        raise typer.BadParameter(f"{path.name} does not tell its day: give --as-of YYYY-MM-DD")
    try:
        return date.fromisoformat(named[1])
    except ValueError:
        raise typer.BadParameter(f"{path.name}: there is no day {named[1]}") from None


def _import(plan: list[tuple[Path, date]], *, accept_valid: bool, dry_run: bool, correction: bool) -> "ImportResult":
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn

    from kokeilu.register.actions import import_extracts
    from kokeilu.register.reports import BadRows

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with progress.bar(*columns) as shown:
        task = shown.add_task("Importing", total=None)

        def tell(what: str, done: int, total: int) -> None:
            shown.update(task, description=what, completed=done, total=total)

        try:
            return import_extracts(
                plan, accept_valid=accept_valid, dry_run=dry_run, correction=correction, progress=tell
            )
        except BadRows as bad:
            shown.stop()
            for problem in (bad, *bad.others):
                _print_errors(problem)
            raise


def _print_errors(bad: "BadRows") -> None:
    """The first errors of a file, on standard error."""
    from rich.console import Console

    from kokeilu.register.rules import REASONS

    console = Console(stderr=True, highlight=False, soft_wrap=True)
    for line, column, reason in bad.errors.head(SHOWN_ERRORS).iter_rows():
        console.print(f"{bad.file}:{line}: {column + ': ' if column else ''}{REASONS[reason]}", markup=False)
    if len(bad.errors) > SHOWN_ERRORS:
        console.print(f"... and {len(bad.errors) - SHOWN_ERRORS} more", markup=False)


def _print(result: "ImportResult", seconds: float, dry_run: bool) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console()
    table = Table("as of", "people", "new", "changed", "returned", "unchanged", "closed", "rejected", box=None)
    for column in table.columns[1:]:
        column.justify = "right"
    for extract in result.extracts:
        counts = extract.counts
        if counts is None:
            table.add_row(str(extract.as_of), "already imported")
            continue
        figures = (counts.people, counts.new, counts.changed, counts.returned, counts.unchanged, counts.closed)
        table.add_row(str(extract.as_of), *map(str, figures), str(extract.rejected))
    console.print(table)
    if dry_run:
        console.print("A dry run: nothing was stored.")
    elif result.already_imported:
        console.print("Already imported: nothing changed.")
    console.print(f"{seconds:.1f} seconds")


@app.command()
def deaths(
    file: Annotated[Path, typer.Argument(help="CSV with the columns person, day (YYYY-MM-DD) and reason.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Do everything, then undo it.")] = False,
) -> None:
    """Record deaths that the population register reports, all of a file or none.

    People unknown here and deaths recorded already are passed over and counted. Each can be revoked on the page
    Identities.

    Example: kokeilu register deaths deaths.csv --dry-run
    """
    from rich.console import Console

    database.set_up()
    from kokeilu.register.deaths import record_deaths

    done = record_deaths(file, dry_run=dry_run)
    console = Console()
    console.print(f"{done.recorded} recorded, {done.before} recorded before, {done.unknown} not in the register")
    if dry_run:
        console.print("A dry run: nothing was stored.")
