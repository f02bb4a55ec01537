"""`kokeilu notices`: letters for the printing house, e-mail, and what letters say of an organisation."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from kokeilu import database, progress
from kokeilu.problems import Problem

if TYPE_CHECKING:
    from kokeilu.transfer.delivery import Outcome
    from kokeilu.transfer.models import Run

app = typer.Typer(no_args_is_help=True, help="Letters and e-mail to those who moved.")

RunId = Annotated[UUID, typer.Option("--run", metavar="RUN", help="The run; `kokeilu transfer run` prints it.")]


@app.callback()
def notices() -> None:
    """Letters and e-mail to those who moved."""


@app.command()
def render(
    run: RunId,
    out: Annotated[Path, typer.Option(help="Folder for the letters: a new one, or one begun before.")],
    processes: Annotated[int, typer.Option(help="Processes that typeset.", min=1, max=64)] = 2,
) -> None:
    """Write the letters of a run as PDF files, one for each person, for the printing house.

    Stopped at any moment and run again, it goes on where it was. Nobody whose address is protected is among them.

    Example: kokeilu notices render --run 7d0c3d4e-6c56-4f5e-9d5f-0a3f3f3b7c11 --out letters
    """
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn

    database.set_up()

    from kokeilu.transfer import outbox_printing

    found = _run(run)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with progress.bar(*columns) as bar:
        task = bar.add_task("Letters", total=None)

        def show(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        printed = outbox_printing.render(found, out, processes=processes, progress=show)
    rendered = printed.rendered
    print(f"letters {rendered.written + rendered.kept}, of which {rendered.kept} were there already")
    print(f"to be delivered by hand {printed.by_hand}, of which {printed.no_address} without a whole address")
    if rendered.unprintable:
        print(f"could not be typeset {len(rendered.unprintable)}")
    if printed.without_letterhead:
        print(f"no letterhead: {', '.join(printed.without_letterhead)} (kokeilu notices letterhead)")
    print(f"when they are posted: kokeilu notices posted {out}")


@app.command()
def waiting() -> None:
    """List the runs with letters that wait to be written or posted, the oldest first.

    Every change of the responsible organisation has its own run: also a decision about one person, and an undoing.

    Example: kokeilu notices waiting
    """
    database.set_up()

    from kokeilu.transfer import outbox_queries

    for each in outbox_queries.waiting():
        about = f"{each.run} {each.on} {each.kind} {each.trial}"
        print(f"{about}: to be written {each.to_write}, to be posted {each.to_post}")


@app.command()
def posted(folder: Annotated[Path, typer.Argument(help="The folder that was handed over.")]) -> None:
    """Note that the letters of a folder were handed over to be posted.

    Run it right before they go: whoever gained protection of their address meanwhile is taken out first.

    Example: kokeilu notices posted letters
    """
    database.set_up()

    from kokeilu.transfer import outbox_printing

    print(f"sent {outbox_printing.posted(folder)}")


@app.command()
def deliver(
    once: Annotated[bool, typer.Option("--once", help="End when nothing is due any more.")] = False,
    per_minute: Annotated[int | None, typer.Option(help="At most so many e-mails a minute.", min=1)] = None,
) -> None:
    """Send the e-mails that are due, until Ctrl-C. The one being sent then is finished first.

    Example: kokeilu notices deliver --once --per-minute 600
    """
    from kokeilu.transfer.delivery_email import mail_server

    server = mail_server()
    if server is None:
        raise Problem("e-mail is off: no mail server is set", mend="set KOKEILU_SMTP_URL and KOKEILU_MAIL_FROM")
    database.set_up()

    from rich.progress import SpinnerColumn, TextColumn

    from kokeilu.transfer import delivery

    with progress.bar(SpinnerColumn(), TextColumn("{task.description}")) as bar:
        task = bar.add_task("Looking for e-mail that is due")

        def show(outcome: "Outcome") -> None:
            bar.update(task, description=_outcome(outcome))

        with _stopped() as stop:
            outcome = delivery.deliver(server, once=once, per_minute=per_minute, stop=stop, progress=show)
    print(_outcome(outcome))


@app.command()
def letterhead(
    organisation: Annotated[str, typer.Argument(metavar="KEY", help="The organisation's key, such as helsinki.")],
    address_fi: Annotated[str | None, typer.Option(help="Postal address in Finnish; | is between lines.")] = None,
    address_sv: Annotated[str | None, typer.Option(help="Postal address in Swedish; | is between lines.")] = None,
    phone: Annotated[str | None, typer.Option(help="Number that job seekers call.")] = None,
    email: Annotated[str | None, typer.Option(help="Address that job seekers write to.")] = None,
    website: Annotated[str | None, typer.Option(help="Address of its pages.")] = None,
) -> None:
    """Say what an organisation's letters tell of it besides its name; what is not given stays as it is.

    Example: kokeilu notices letterhead espoo --address-fi "Kirjaamo|PL 1|02070 Espoon kaupunki"
    """
    database.set_up()

    from django.core.exceptions import ValidationError

    from kokeilu.access.models import Organisation
    from kokeilu.transfer import outbox

    found = Organisation.objects.filter(key=organisation).first()
    if found is None:
        raise Problem(
            f"no organisation {organisation!r}", mend="`kokeilu transfer organisations` adds those of a trial"
        )
    given = {"address_fi": address_fi, "address_sv": address_sv, "phone": phone, "email": email, "website": website}
    lines = {name: value.replace("|", "\n") for name, value in given.items() if value is not None}
    try:
        head = outbox.set_letterhead(found, lines, actor=None)
    except ValidationError as wrong:
        raise Problem(f"{', '.join(wrong.message_dict)}: {' '.join(wrong.messages)}") from None
    for name in given:
        print(f"{name}: {getattr(head, name).replace(chr(10), ' | ') or '-'}")


def _run(key: UUID) -> "Run":
    from kokeilu.transfer.models import Run

    run = Run.objects.filter(pk=key).first()
    if run is None:
        raise Problem(f"no run {key}", mend="the page Transfer lists the runs")
    return run


@contextmanager
def _stopped() -> Iterator[threading.Event]:
    """Set by Ctrl-C and by a request to end; the second one ends at once."""
    stop = threading.Event()

    def end(number: int, frame: object) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _outcome(outcome: "Outcome") -> str:
    return (
        f"sent {outcome.sent}, to be tried again {outcome.later}, given up {outcome.given_up},"
        f" cancelled {outcome.cancelled}"
    )
