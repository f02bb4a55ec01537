"""`kokeilu services`: what a timer does with requests to the state."""

from datetime import datetime
from typing import Annotated

import typer

from kokeilu import database

app = typer.Typer(no_args_is_help=True, help="Requests to the state.")


@app.callback()
def services() -> None:
    """Requests to the state."""


@app.command()
def remind(
    on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], metavar="DATE", help="As of this day; today.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and change nothing.")] = False,
) -> None:
    """Remind of every open request that is due soon or overdue: once of each, however often it is run.

    Made for a timer, each morning.

    Example: kokeilu services remind
    """
    database.set_up()

    from kokeilu.services import actions

    made = actions.remind(on.date() if on else None, dry_run=dry_run)
    would = "would be " if dry_run else ""
    typer.echo(", ".join(f"{number} {would}reminded of as {notch.value}" for notch, number in made.items()))
