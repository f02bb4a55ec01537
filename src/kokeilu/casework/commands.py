"""`kokeilu assign`: give every customer of an area a responsible worker."""

from datetime import datetime
from typing import Annotated

import typer

from kokeilu import database, progress


def assign(
    area: Annotated[str, typer.Option(help="The area's key, such as helsinki.")],
    on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], metavar="DATE", help="From this day on; today.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and change nothing.")] = False,
) -> None:
    """Give each job seeker of an area who has no responsible worker one: the best assignment there is.

    Example: kokeilu assign --area helsinki --dry-run
    """
    database.set_up()

    from kokeilu.casework import actions

    with progress.bar() as shown:
        shown.add_task("assigning", total=None)
        result = actions.assign(area, on.date() if on else None, actor=None, dry_run=dry_run)
    would = "would be " if dry_run else ""
    typer.echo(
        f"{result.assigned} customers {would}assigned to {result.workers} workers with {result.places} free places"
    )
    if result.ended:
        typer.echo(f"{result.ended} assignments {would}ended: their workers have left")
    for language, count in result.language_missing.items():
        typer.echo(f"{count} customers {would}served in another language than their service language {language}")
    if result.left_over:
        typer.echo(f"{result.left_over} customers remain without a worker: no free place; the newest customers wait")
