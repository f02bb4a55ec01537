"""`kokeilu monitor`: the month's figures from the panel."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kokeilu import database, progress
from kokeilu.panel.commands import month

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kokeilu.monitoring.breakdown_table import Made
    from kokeilu.monitoring.table import Counted


class Engine(StrEnum):
    """What counts the figures; the figures are the same."""

    duckdb = "duckdb"
    polars = "polars"
    spark = "spark"


class By(StrEnum):
    """What the figures are broken down by: the keys of breakdown_rules.DIMENSIONS."""

    municipality = "municipality"
    age = "age"
    sex = "sex"
    education = "education"
    language_group = "language_group"
    immigrant = "immigrant"
    duration = "duration"
    benefit = "benefit"


def monitor(
    panel: Annotated[Path, typer.Option(help="The panel's folder, made by kokeilu panel build.")],
    chosen: Annotated[int, typer.Option("--month", metavar="YYYY-MM", parser=month, help="The month.")],
    out: Annotated[Path, typer.Option(help="Folder for monthly-YYYY-MM.csv and durations-YYYY-MM.csv.")],
    engine: Annotated[Engine, typer.Option(help="What counts the figures.")] = Engine.duckdb,
    labour_force: Annotated[
        Path | None,
        typer.Option(
            help="CSV of municipality, month, labour_force, employed, population: adds the rates to the table."
        ),
    ] = None,
    by: Annotated[
        list[By] | None,
        typer.Option(help="Also the figures of classes, in monthly-YYYY-MM-by-DIMENSION.csv; may be given again."),
    ] = None,
    publish: Annotated[bool, typer.Option("--publish", help="Also show the months up to it on the pages.")] = False,
) -> None:
    """Write the month's published table: area, population, month, indicator, value.

    An empty value is suppressed because it would tell of fewer than five people, or a rate of no one. A second file,
    durations-YYYY-MM.csv, has how long unemployment lasted: area, measure, began, months, value. Beside each file
    stands its metadata (CSV on the Web), NAME.csv-metadata.json.

    Example: kokeilu monitor --panel panel --month 2021-03 --out tables --by age --by sex
    """
    from kokeilu.monitoring import command_metadata, duration_table, table

    with progress.bar() as shown:
        shown.add_task("counting", total=None)
        opened, _last = table.opened(panel, chosen)
        counted = table.count(opened, engine.value)
        every = table.all_published(counted, chosen, engine.value, labour_force)
        figures, durations = every.filter(month=chosen), duration_table.published(counted, every, chosen, engine.value)
    monthly, lasting = table.write_csv(figures, chosen, out), duration_table.write_csv(durations, chosen, out)
    command_metadata.of_month(monthly, opened.manifest)
    command_metadata.of_durations(lasting, opened.manifest)
    typer.echo(f"{monthly}\n{lasting}")
    if publish:
        _publish(counted, chosen, engine, labour_force)
    if by:
        _break_down(counted, chosen, out, engine, by, publish)


def _publish(counted: "Counted", last: int, engine: Engine, labour_force: Path | None) -> None:
    database.set_up()

    from kokeilu.monitoring import actions, drawing, duration_actions, service_comparison_actions

    done = actions.publish(counted, last=last, engine=engine.value, labour_force=labour_force)
    typer.echo(f"{done.added} figures added, {done.replaced} replaced, {done.removed} removed")
    done = duration_actions.publish(counted, last=last, engine=engine.value)
    typer.echo(f"{done.added} durations added, {done.kept} given differently kept as first published")
    done = service_comparison_actions.publish(counted, last=last)
    typer.echo(f"{done.added} figures of services added, {done.kept} given differently kept as first published")
    with progress.bar() as shown:
        for _ in shown.track(drawing.draw_all(), total=drawing.how_many(), description="drawing charts"):
            pass


def _break_down(counted: "Counted", last: int, out: Path, engine: Engine, by: list[By], publish: bool) -> None:
    """Write the figures by each dimension, and show them where they are to be published."""
    from kokeilu.monitoring import breakdown_table, command_metadata

    wanted = [breakdown_table.dimension(key.value) for key in dict.fromkeys(by)]
    make: Callable[..., Iterator[Made]] = breakdown_table.all_published
    if publish:
        database.set_up()

        from kokeilu.monitoring import breakdown_actions

        make = breakdown_actions.made
    with progress.bar() as shown:
        made = list(
            shown.track(make(counted, wanted, last, engine.value), total=len(wanted), description="counting classes")
        )
    if publish:
        done, made = breakdown_actions.publish_made(made)
    for one in made:
        written = breakdown_table.write_csv(one.figures, one.dimension, last, out)
        command_metadata.of_month(written, counted.panel.manifest, one.dimension)
        typer.echo(f"{written}")
    if publish:
        typer.echo(f"{done.added} figures of classes added, {done.kept} given differently kept as first published")
