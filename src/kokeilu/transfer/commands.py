"""`kokeilu transfer`: a trial's law over the register, run, undone and ended at the terminal."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from kokeilu import database, progress

if TYPE_CHECKING:
    from kokeilu.transfer.actions import Result
    from kokeilu.transfer.rules import Counts

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
def nightly(trial: Key, on: Annotated[datetime | None, typer.Option("--on", formats=["%Y-%m-%d"])] = None) -> None:
    """Decide about those of whom something changed since the last run (today where --on is left out).

    The result is that of a run. docs/transfer.md has a timer for every night.

    Example: kokeilu transfer nightly --trial kuntakokeilu
    """
    _print(_apply(trial, on, dry=False, changed_only=True))


@app.command()
def undo(
    run: Annotated[UUID, typer.Argument(metavar="RUN", help="The run's id, as `kokeilu transfer run` printed it.")],
    reason: Annotated[str, typer.Option("--reason", help="Why, in a sentence; kept with the undo.")] = "",
    accept: Annotated[
        list[str] | None,
        typer.Option("--accept", metavar="WHAT", help="What rests on the run and may lapse; the refusal names it."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what it would do, and do nothing.")] = False,
) -> None:
    """Undo a run: who was responsible on the day before is so again. Later runs are undone first.

    Example: kokeilu transfer undo 7c9a1f52-5a0f-4a4c-9c3b-2f6f0a0f1b11 --reason "wrong day"
    """
    database.set_up()

    from django.utils import translation

    from kokeilu.transfer import undo as undoing

    with translation.override("en"):
        result = undoing.preview(run) if dry_run else undoing.undo(run, reason, accept=accept or ())
        if result.done_before:
            print("undone before: nothing changed")
        for each in (*result.lapsing, *result.hindrances):
            print(f"{each.key}: {each.text}")
        would = "would have" if dry_run else "have"
        print(f"{result.people} people {would} the responsible organisation of before again")
        _print_flows(result.counts)
        if not dry_run:
            print(f"undo {result.run.pk}")


@app.command()
def end(
    trial: Key,
    into: Annotated[
        str | None, typer.Option("--into", metavar="KEY", help="The trial that follows it, if any.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what it would do, and do nothing.")] = False,
) -> None:
    """End a trial: from the first day after it the state is responsible for its customers, or the areas of --into.

    Example: kokeilu transfer end --trial kuntakokeilu --into tyollisyysalue-2025
    """
    from kokeilu.law.definition import shipped

    ending, follower = shipped(trial), shipped(into) if into else None
    database.set_up()

    from django.utils import translation

    from kokeilu.transfer import ending as work

    with translation.override("en"):
        result = (work.preview if dry_run else work.end)(ending, follower)
    if result.done_before:
        print("ended before: nothing changed")
    print(f"{ending.names['en']} ends on {result.run.on}: moved {result.counts.moved}, staying {result.staying}")
    _print_flows(result.counts)
    if not dry_run:
        print(f"run {result.run.pk}")


@app.command()
def differences(trial: Key) -> None:
    """Count whose responsibility would change by what came to be known late. A person confirms the list on its page.

    Example: kokeilu transfer differences --trial kuntakokeilu
    """
    from kokeilu.law.definition import shipped

    definition = shipped(trial)
    database.set_up()

    from django.utils import translation

    from kokeilu.transfer import correction

    with translation.override("en"):
        found = correction.differences(definition)
    print(f"people {len(found.persons)}, to be told {len(found.to_tell)}, unclear {len(found.unclear)}")


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


def _apply(trial: str, on: datetime | None, *, dry: bool, changed_only: bool = False) -> "Result":
    from kokeilu.law.definition import shipped

    definition = shipped(trial)
    if on is not None:
        definition.version_on(on.date())  # before the database is started for nothing
    database.set_up()

    from kokeilu import clock

    day = on.date() if on else clock.today()

    from django.utils import translation

    from kokeilu.transfer import actions

    with translation.override("en"), progress.bar() as bar:
        task = bar.add_task("", total=None)

        def show(what: str, done: int, total: int) -> None:
            bar.update(task, description=what, completed=done, total=total)

        if dry:
            return actions.preview(definition, day, progress=show)
        return actions.run(definition, day, progress=show, changed_only=changed_only)


def _print_flows(counts: "Counts") -> None:
    for flow in counts.flows:
        print(f"  {flow['origin']} to {flow['goes_to']}: {flow['people']}")


def _print(result: "Result") -> None:
    from kokeilu.transfer import tables

    counts = result.counts
    if result.done_before:
        print("made before: nothing changed")
    print(f"{result.trial.names['en']}, {result.on}, facts as of {result.extract.as_of}")
    made = result.done_before or not result.preview
    figures = {
        "people": counts.total(),
        "moved" if made else "would move": counts.moved,
        "staying": counts.total("staying"),
        "undecided": counts.total(outcome="undecided"),
    }
    print(", ".join(f"{name} {value}" for name, value in figures.items()))
    for row in tables.area_rows(result.trial, result.on, counts, "en"):
        expected = "" if row.expected is None else f", expected {row.expected}"
        print(f"  {row.key}: {row.customers} customers{expected}" + ("" if row.verified else " (not verified)"))
    for fact, people in counts.missing.items():
        print(f"  undecided without {fact}: {people}")
    for rule, people in counts.contradictions.items():
        print(f"  left where they are, {rule}: {people}")
    if made:
        print(f"run {result.run.pk}")
