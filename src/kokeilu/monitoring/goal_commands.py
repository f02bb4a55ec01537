"""`kokeilu goals`: targets, work packages, measures and costs of services from files."""

from pathlib import Path
from typing import Annotated

import typer

from kokeilu import database

app = typer.Typer(no_args_is_help=True, help="Targets, work packages and measures of an area, and what services cost.")

DryRun = Annotated[bool, typer.Option("--dry-run", help="Check everything and change nothing.")]


@app.callback()
def goals() -> None:
    """Targets, work packages and measures of an area, and what services cost."""


@app.command()
def load(
    file: Annotated[Path, typer.Argument(metavar="FILE.toml", help="The goals of one area.")],
    dry_run: DryRun = False,
) -> None:
    """Have an area's goals say what a file says; the same file again changes nothing.

    Example: kokeilu goals load espoo.toml --dry-run
    """
    database.set_up()

    from django.utils.translation import override

    from kokeilu.monitoring import goal_file

    with override("en"):
        done = goal_file.load(goal_file.read(file), dry_run=dry_run)
    typer.echo(f"{done.added} added, {done.changed} changed, {done.same} as they were{_taken_back(dry_run)}")


def _taken_back(dry_run: bool) -> str:
    return " (dry run: nothing is changed)" if dry_run else ""


@app.command()
def costs(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE.csv",
            help="area, service, per (month, start, year), euros, source; from_year, illustrative, language if needed.",
        ),
    ],
    dry_run: DryRun = False,
) -> None:
    """Say what services cost, from a file; the same file again changes nothing.

    Example: kokeilu goals costs costs.csv
    """
    database.set_up()

    from django.utils.translation import override

    from kokeilu.monitoring import service_cost_file

    with override("en"):
        lines = service_cost_file.read(file)
        changed = 0 if dry_run else service_cost_file.load(lines)
    typer.echo(f"{len(lines)} prices read" + (_taken_back(True) if dry_run else f", {changed} new or changed"))
