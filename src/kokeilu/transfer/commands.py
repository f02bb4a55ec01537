"""`kokeilu transfer`: preview and run a trial's law over the register, at the terminal."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from kokeilu import database

if TYPE_CHECKING:
    from kokeilu.transfer.actions import Result

app = typer.Typer(no_args_is_help=True, help="Who is responsible for whom.")

Key = Annotated[str, typer.Option("--trial", metavar="KEY", help="The trial; `kokeilu trial list` shows them.")]
Day = Annotated[datetime, typer.Option("--on", formats=["%Y-%m-%d"], help="The day from which responsibility moves.")]


@app.callback()
def transfer() -> None:
    """Who is responsible for whom."""


@app.command()
def preview(trial: Key, on: Day) -> None:
    """Show what a run would do: the run itself, rolled back.

    Example: kokeilu transfer preview --trial kuntakokeilu --on 2021-03-01
    """
    _print(_apply(trial, on, dry=True))


@app.command()
def run(trial: Key, on: Day) -> None:
    """Decide about everybody and move responsibility. The same run again changes nothing.

    Example: kokeilu transfer run --trial kuntakokeilu --on 2021-03-01
    """
    _print(_apply(trial, on, dry=False))


@app.command()
def organisations(trial: Key) -> None:
    """Add the organisations of a trial's areas, and the state's, where they are missing.

    Example: kokeilu transfer organisations --trial kuntakokeilu
    """
    from kokeilu.law.definition import shipped

    definition = shipped(trial)
    database.set_up()

    from kokeilu.transfer import actions

    added = actions.ensure_organisations(definition)
    for organisation in added:
        print(f"added {organisation.key}: {organisation.name_fi}")
    if not added:
        print("nothing was missing")


def _apply(trial: str, on: datetime, *, dry: bool) -> "Result":
    from rich.progress import Progress

    from kokeilu.law.definition import shipped

    definition = shipped(trial)
    definition.version_on(on.date())  # before the database is started for nothing
    database.set_up()

    from django.utils import translation

    from kokeilu.transfer import actions

    with translation.override("en"), Progress(transient=True) as bar:
        task = bar.add_task("", total=None)

        def show(what: str, done: int, total: int) -> None:
            bar.update(task, description=what, completed=done, total=total)

        work = actions.preview if dry else actions.run
        return work(definition, on.date(), progress=show)


def _print(result: "Result") -> None:
    from kokeilu.transfer import tables

    counts = result.counts
    if result.done_before:
        print("made before: nothing changed")
    print(f"{result.trial.names['en']}, {result.on}, facts as of {result.extract.as_of}")
    made = result.done_before or not result.preview
    figures = {
        "people": counts.total(),
        "moved" if made else "would move": counts.total("moved"),
        "staying": counts.total("staying"),
        "undecided": counts.total(outcome="undecided"),
    }
    print(", ".join(f"{name} {value}" for name, value in figures.items()))
    for row in tables.area_rows(result.trial, result.on, counts, "en"):
        expected = "" if row.expected is None else f", expected {row.expected}"
        print(f"  {row.key}: {row.customers} customers{expected}" + ("" if row.verified else " (not verified)"))
    for fact, people in counts.missing.items():
        print(f"  undecided without {fact}: {people}")
    if made:
        print(f"run {result.run.pk}")
