"""`kokeilu release`: making, checking and publishing tables, and making published ones again."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from kokeilu import database, progress
from kokeilu.panel.commands import month
from kokeilu.problems import Problem

if TYPE_CHECKING:
    from kokeilu.access.policy import Actor
    from kokeilu.monitoring.models import Release

app = typer.Typer(no_args_is_help=True, help="Tables published at a set time: prepare, check, publish, reproduce.")

ReleaseId = Annotated[UUID, typer.Argument(metavar="RELEASE", help="The release; `kokeilu release list` prints it.")]
LabourForceFile = Annotated[
    Path | None,
    typer.Option(
        "--labour-force", help="CSV of municipality, month, labour_force, employed, population: adds the rates of both."
    ),
]
TablesBy = Annotated[
    list[str] | None,
    typer.Option(
        "--table-by", metavar="DIMENSION", help="A further table by age, sex, education …; given again for more."
    ),
]
By = Annotated[str, typer.Option("--by", metavar="EMAIL", help="Who does it: an analyst's e-mail address.")]


def _at_work(command: Callable[..., None]) -> Callable[..., None]:
    """Set the database up before a command; what a step refuses is said in English, as everything at the terminal."""

    @wraps(command)
    def run(*arguments: object, **options: object) -> None:
        database.set_up()

        from django.utils.translation import override

        with override("en"):
            command(*arguments, **options)

    return run


@app.callback()
def release() -> None:
    """Tables published at a set time: prepare, check, publish, reproduce."""


@app.command("list")
@_at_work
def list_() -> None:
    """List all releases, the newest first: state, time of publication in Finland, reason of a revision.

    Example: kokeilu release list
    """
    from kokeilu import clock
    from kokeilu.monitoring import release_calendar
    from kokeilu.monitoring.models import Release

    for one in Release.objects.order_by("-prepared_at", "-number"):
        at = f"{one.publish_at.astimezone(clock.HELSINKI):%Y-%m-%d %H:%M}" if one.publish_at else "-"
        reason = " ".join((one.withdrawn_reason or one.reason).split())
        state = release_calendar.state(one)
        typer.echo(f"{one.pk}  {one.table} {one.number}  {one.last_month:%Y-%m}  {state}  {at}  {reason}".rstrip())


@app.command()
@_at_work
def prepare(
    panel: Annotated[Path, typer.Option(help="The panel's folder, made by kokeilu panel build.")],
    chosen: Annotated[int, typer.Option("--month", metavar="YYYY-MM", parser=month, help="The last month.")],
    by: By,
    table_by: TablesBy = None,
    labour_force: LabourForceFile = None,
    reason: Annotated[str, typer.Option(help="Why figures change that were published before.")] = "",
) -> None:
    """Make the next release of the monthly figures: figures protected, checked, in every format.

    Example: kokeilu release prepare --panel panel --month 2021-03 --table-by age --by analyst@ely.example
    """
    from kokeilu.monitoring import breakdown_table, release_actions
    from kokeilu.panel.check import open_panel

    dimensions = [breakdown_table.dimension(key) for key in dict.fromkeys(table_by or ())]
    actor = _actor(by)
    with progress.bar() as shown:
        shown.add_task("counting and protecting", total=None)
        made = release_actions.prepare(
            open_panel(panel), chosen, dimensions, reason=reason, labour_force=labour_force, actor=actor
        )
    typer.echo(f"{made.pk}")
    _print_checks(made)


@app.command()
@_at_work
def check(
    release_id: ReleaseId,
    by: By,
    remark: Annotated[str, typer.Option(help="What the check leaves on record.")] = "",
) -> None:
    """Approve a release as the second person; its checks are run again and block.

    Example: kokeilu release check 7d0c3d4e-6c56-4f5e-9d5f-0a3f3f3b7c11 --by colleague@ely.example
    """
    from kokeilu.monitoring import release_actions

    _release(release_id)
    _print_checks(release_actions.check(release_id, remark=remark, actor=_actor(by)))


@app.command()
@_at_work
def publish(
    release_id: ReleaseId,
    by: By,
    at: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d %H:%M"], metavar="TIME", help="When, in Finland; now without it."),
    ] = None,
) -> None:
    """Set the moment from which everybody sees a checked release; nothing has to run at that moment.

    Example: kokeilu release publish 7d0c3d4e-6c56-4f5e-9d5f-0a3f3f3b7c11 --at "2021-04-20 08:00" --by a@ely.example
    """
    from django.utils import timezone

    from kokeilu import clock
    from kokeilu.monitoring import release_actions

    _release(release_id)
    moment = clock.moment(at) if at else None
    if at and moment is None:
        what = f"clocks in Finland skip {at:%Y-%m-%d %H:%M} or show it twice, as summer time begins or ends"
        raise Problem(what, mend="name another time with --at")
    done = release_actions.schedule(release_id, moment, actor=_actor(by))
    typer.echo(f"published from {timezone.localtime(done.publish_at):%Y-%m-%d %H:%M} on, time in Finland")


@app.command()
@_at_work
def withdraw(release_id: ReleaseId, by: By, reason: Annotated[str, typer.Option(help="Why it is taken back.")]) -> None:
    """Take a release back before its publication.

    Example: kokeilu release withdraw 7d0c3d4e-6c56-4f5e-9d5f-0a3f3f3b7c11 --reason "wrong panel" --by a@ely.example
    """
    from kokeilu.monitoring import release_actions

    _release(release_id)
    release_actions.withdraw(release_id, reason, actor=_actor(by))
    typer.echo("withdrawn")


@app.command()
@_at_work
def export(release_id: ReleaseId, out: Annotated[Path, typer.Option(help="Folder for the files.")]) -> None:
    """Write a published release's files into a folder, such as that of a web server or of PxWeb.

    Example: kokeilu release export 7d0c3d4e-6c56-4f5e-9d5f-0a3f3f3b7c11 --out public
    """
    from kokeilu import clock
    from kokeilu.monitoring import release_rules

    found = _release(release_id)
    if not release_rules.is_published(found, clock.now()):
        raise Problem("the release is not published", mend="kokeilu release list tells its time of publication")
    for file in found.files.select_related("content").order_by("position"):
        try:
            out.mkdir(parents=True, exist_ok=True)
            making = out / f".{file.name}.part"
            making.write_bytes(bytes(file.content.content))
            making.replace(out / file.name)
        except OSError as error:
            raise Problem("cannot be written", file=out / file.name, mend="name another folder with --out") from error
        typer.echo(f"{out / file.name}")


@app.command()
@_at_work
def reproduce(
    release_id: ReleaseId,
    panel: Annotated[
        Path | None, typer.Option(help="The panel's folder: the table is then counted and protected anew as well.")
    ] = None,
    labour_force: LabourForceFile = None,
) -> None:
    """Make a release again and compare every bit with what is kept.

    Without a panel the files are made again from the table that the release keeps; with it also the table, from the
    panel's revision that the release was made from, and the file of the labour force where there was one.

    Example: kokeilu release reproduce 7d0c3d4e-6c56-4f5e-9d5f-0a3f3f3b7c11 --panel panel
    """
    from kokeilu.monitoring import release_again
    from kokeilu.panel.check import open_panel

    found = _release(release_id)
    source = open_panel(panel, found.made_from["panel"]["revision"]) if panel else None
    different = release_again.differences(found, source, labour_force)
    if different:
        raise Problem(f"comes out otherwise: {', '.join(different)}", mend=release_again.made_with(found))
    typer.echo(f"the same, bit for bit: {found.files.count()} files" + (" and the table" if panel else ""))


def _release(release_id: UUID) -> "Release":
    from kokeilu.monitoring.models import Release

    found = Release.objects.filter(pk=release_id).first()
    if found is None:
        raise Problem(f"no release {release_id}", mend="kokeilu release list")
    return found


def _actor(email: str) -> "Actor":
    """The analyst with this address, in the role that they hold today."""
    from kokeilu import clock
    from kokeilu.access.models import Membership, Role
    from kokeilu.access.policy import Actor

    held = Membership.objects.filter(user__email__iexact=email, role=Role.ANALYST, valid__contains=clock.today())
    found = held.select_related("user", "organisation").order_by("organisation__key").first()
    if found is None or not found.user.is_active:
        raise Problem(f"{email} is no analyst today", mend="kokeilu access add-user adds one")
    return Actor(found.user, found.organisation, Role.ANALYST)


def _print_checks(made: "Release") -> None:
    run = made.checks.order_by("-id")[0]
    for one in run.findings:
        word = "does not pass" if not one["passed"] else "look at" if one["found"] else "passed"
        typer.echo(
            f"{word:<14}{one['key']}" + (f": {one['found']}, {'; '.join(one['places'][:3])}" if one["found"] else "")
        )
