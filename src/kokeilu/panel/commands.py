"""`kokeilu panel`: building the panel from the register."""

from pathlib import Path
from typing import Annotated

import typer

from kokeilu import database, progress

app = typer.Typer(no_args_is_help=True, help="The panel: spells and person-months under pseudonyms.")


def month(name: str) -> int:
    """A month of the command line, YYYY-MM, as the panel's integer."""
    from kokeilu.panel.rules import month_named

    try:
        return month_named(name)
    except ValueError:
        raise typer.BadParameter(f"{name!r} is not a month; write it as 2021-03") from None


@app.callback()
def panel() -> None:
    """The panel: spells and person-months under pseudonyms."""


@app.command()
def build(
    out: Annotated[Path, typer.Option(help="The panel's folder; a panel that is there is replaced as a whole.")],
    first: Annotated[
        int | None, typer.Option("--from", metavar="YYYY-MM", parser=month, help="The first month.")
    ] = None,
    trial: Annotated[str, typer.Option(help="The trial whose areas count.")] = "kuntakokeilu",
) -> None:
    """Build the panel from the register.

    Example: kokeilu panel build --from 2018-01 --out panel
    """
    database.set_up()

    from kokeilu.panel.build import build as build_panel
    from kokeilu.panel.rules import month_name

    with progress.bar() as shown:
        task = shown.add_task("building the panel", total=1.0)
        made = build_panel(
            out,
            first,
            trial=trial,
            tell=lambda step, share: shown.update(task, description=step, completed=share),
        )
    typer.echo(
        f"{made.persons} people, {made.spells} spells and {made.person_months} person-months from "
        f"{month_name(made.first_month)} to {month_name(made.last_month)}: {out}"
    )
