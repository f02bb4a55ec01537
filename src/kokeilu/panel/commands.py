"""`kokeilu panel`: building the panel from the register, its revisions, and whether a folder is whole."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kokeilu import database, progress

if TYPE_CHECKING:
    from kokeilu.panel.folder import Manifest

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
    out: Annotated[Path, typer.Option(help="The panel's folder; one that is there gets its next revision.")],
    first: Annotated[
        int | None, typer.Option("--from", metavar="YYYY-MM", parser=month, help="The first month.")
    ] = None,
    trial: Annotated[str, typer.Option(help="The trial whose areas count.")] = "kuntakokeilu",
    whole: Annotated[
        bool, typer.Option("--whole", help="Compute everybody, not only those of whom something is told otherwise.")
    ] = False,
) -> None:
    """Build the panel from the register: new months are added, corrections make a revision.

    The build gives way to the pages: it works in a session of its own and takes only what nobody else wants of the
    processor, and so does the embedded server's process that reads for it. docs/panel.md says more.

    Example: kokeilu panel build --from 2018-01 --out panel
    """
    from kokeilu.panel import giving_way

    if giving_way.apart():
        giving_way.end_with_whoever_asked()
        _build(out, first, trial=trial, whole=whole)
    else:
        raise typer.Exit(giving_way.run_apart(_arguments(out, first, trial=trial, whole=whole)))


def _arguments(out: Path, first: int | None, *, trial: str, whole: bool) -> list[str]:
    """The command of a build once more."""
    from kokeilu.panel.rules import month_name

    since = [] if first is None else ["--from", month_name(first)]
    return ["panel", "build", "--out", str(out), *since, "--trial", trial, *(["--whole"] if whole else [])]


def _build(out: Path, first: int | None, *, trial: str, whole: bool) -> None:
    from kokeilu.panel import giving_way

    database.set_up()  # first: a server that it starts is for everybody and keeps its priority
    giving_way.lower(os.getpid())  # before any thread is there: each has a priority of its own

    from kokeilu.panel.build import build as build_panel

    giving_way.lower_server()
    with progress.bar() as shown:
        task = shown.add_task("building the panel", total=1.0)
        made = build_panel(
            out,
            first,
            trial=trial,
            whole=whole,
            tell=lambda step, share: shown.update(task, description=step, completed=share),
        )
    if not made.revised:
        typer.echo(f"nothing has changed since revision {made.manifest.revision}: {out}")
        return
    typer.echo(f"{_held(made.manifest)}: {out}")
    for line in _told(made.manifest):
        typer.echo(line)


@app.command()
def check(
    folder: Annotated[Path, typer.Argument(help="The panel's folder.")],
    revision: Annotated[int | None, typer.Option(help="Which revision; without it the newest.")] = None,
) -> None:
    """Check that a panel is whole: every month once, every file as written, every municipality one of its days.

    Example: kokeilu panel check panel
    """
    from kokeilu.panel.check import open_panel

    typer.echo(f"{_held(open_panel(folder, revision).manifest)}: whole")


@app.command()
def revisions(folder: Annotated[Path, typer.Argument(help="The panel's folder.")]) -> None:
    """List a panel's revisions: when each was built, which months it added and changed, and why.

    Example: kokeilu panel revisions panel
    """
    from kokeilu.panel.folder import read_manifest

    for number in range(1, read_manifest(folder).revision + 1):
        manifest = read_manifest(folder, number)
        typer.echo(f"{_held(manifest)}, built on {manifest.built_on}")
        for line in _told(manifest):
            typer.echo(line)


def _held(manifest: "Manifest") -> str:
    from kokeilu.panel.rules import month_name

    return (
        f"revision {manifest.revision}: {manifest.persons} people, {manifest.spells} spells and "
        f"{manifest.person_months} person-months from {month_name(manifest.first_month)} to "
        f"{month_name(manifest.last_month)}"
    )


def _told(manifest: "Manifest") -> Iterable[str]:
    """What the revision tells otherwise than the one before, and why."""
    from kokeilu.panel.rules import month_name

    if manifest.revision > 1 and manifest.added_months:
        yield f"  added: {', '.join(map(month_name, manifest.added_months))}"
    for changed in manifest.changed_months:
        yield f"  changed: {month_name(changed.month)}, {changed.persons} people"
    if manifest.revision > 1:
        for cause in manifest.causes:
            yield f"  because: {cause.count} {cause.kind} of {cause.day}, made on {cause.made_on}"
