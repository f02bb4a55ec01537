"""`kokeilu monitor`: the month's figures from the panel."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from kokeilu import database, progress
from kokeilu.panel.commands import month


class Engine(StrEnum):
    """What counts the figures; the figures are the same."""

    duckdb = "duckdb"
    polars = "polars"
    spark = "spark"


def monitor(
    panel: Annotated[Path, typer.Option(help="The panel's folder, made by kokeilu panel build.")],
    chosen: Annotated[int, typer.Option("--month", metavar="YYYY-MM", parser=month, help="The month.")],
    out: Annotated[Path, typer.Option(help="Folder for the table, monthly-YYYY-MM.csv.")],
    engine: Annotated[Engine, typer.Option(help="What counts the figures.")] = Engine.duckdb,
    labour_force: Annotated[
        Path | None,
        typer.Option(
            help="CSV of municipality, month, labour_force, employed, population: adds the rates to the table."
        ),
    ] = None,
    publish: Annotated[bool, typer.Option("--publish", help="Also show the months up to it on the pages.")] = False,
) -> None:
    """Write the month's published table: area, population, month, indicator, value.

    An empty value is suppressed because it would tell of fewer than five people, or a rate of no one.

    Example: kokeilu monitor --panel panel --month 2021-03 --out tables
    """
    from kokeilu.monitoring import table

    with progress.bar() as shown:
        shown.add_task("counting", total=None)
        figures = table.published(panel, chosen, engine.value, labour_force)
    path = table.write_csv(figures, chosen, out)
    typer.echo(f"{path}")
    if publish:
        _publish(panel, chosen, engine)


def _publish(panel: Path, last: int, engine: Engine) -> None:
    database.set_up()

    from kokeilu.monitoring import actions, drawing

    done = actions.publish(panel, last=last, engine=engine.value)
    typer.echo(f"{done.added} figures added, {done.replaced} replaced, {done.removed} removed")
    with progress.bar() as shown:
        for _ in shown.track(drawing.draw_all(), total=drawing.how_many(), description="drawing charts"):
            pass
