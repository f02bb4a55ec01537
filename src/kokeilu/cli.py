"""The `kokeilu` command: every room adds its own commands here."""

import os
import signal
import sys
from collections.abc import Callable
from enum import StrEnum
from typing import Annotated

import typer

from kokeilu import database
from kokeilu.access import commands as access
from kokeilu.casework import commands as casework
from kokeilu.disclosure import commands as disclosure
from kokeilu.law import commands as law
from kokeilu.monitoring import commands as monitoring
from kokeilu.monitoring import goal_commands as goals
from kokeilu.monitoring import release_commands as releases
from kokeilu.panel import commands as panel
from kokeilu.problems import Problem
from kokeilu.register import commands as register
from kokeilu.services import commands as services
from kokeilu.synthetic import commands as synthetic
from kokeilu.transfer import commands as transfer
from kokeilu.transfer import outbox_commands as notices

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.add_typer(access.app, name="access")
app.add_typer(law.app, name="trial")
app.command()(law.classify)
app.command()(synthetic.synth)
app.add_typer(register.app, name="register")
app.add_typer(transfer.app, name="transfer")
app.add_typer(notices.app, name="notices")
app.add_typer(services.app, name="services")
app.command()(casework.assign)
app.add_typer(panel.app, name="panel")
app.command()(monitoring.monitor)
app.command()(disclosure.protect)
app.add_typer(releases.app, name="release")
app.add_typer(goals.app, name="goals")

Address = Annotated[str, typer.Option(help="Address to listen on.")]
Port = Annotated[int, typer.Option(help="Port to listen on.", min=1, max=65535)]


class Scale(StrEnum):
    """How many people a demonstration has."""

    small = "small"
    uusimaa = "uusimaa"
    national = "national"


def main() -> None:
    """Run the command line.

    Exit status 0: done; 1: the work failed, told in one line; 2: wrong use; 130: stopped with Ctrl-C.
    """
    run(app)


def run(work: Callable[[], object]) -> None:
    """Do the work of a program: what a person can mend becomes one line and exit status 1."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) != signal.SIG_IGN:  # `nohup` keeps its meaning
            signal.signal(number, _end)
    try:
        work()
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        told = _told(error)
        if told is None:
            raise
        print(f"error: {told}{_of_the_server()}", file=sys.stderr)
        sys.exit(1)


def _of_the_server() -> str:
    """What broke the embedded server meanwhile: a full disk, most often."""
    cluster = sys.modules.get("kokeilu.cluster")
    complaint = cluster.complaint() if cluster else ""
    return f"; the database's server broke off: {complaint}" if complaint else ""


def _end(number: int, frame: object) -> None:
    """End as with Ctrl-C: what was started is stopped on the way out."""
    sys.exit(128 + number)


def _told(error: Exception) -> str | None:
    """One line for what a person can mend; None for a fault of the program."""
    if isinstance(error, Problem):
        return str(error)
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    if "psycopg" not in sys.modules:
        return None
    import psycopg
    from django.db import OperationalError, ProgrammingError

    if isinstance(error, (ProgrammingError, psycopg.ProgrammingError)):
        return _outdated()
    if isinstance(error, (OperationalError, psycopg.OperationalError)):
        return f"the database does not answer: {' '.join(str(error).split())}"
    return None


def _outdated() -> str | None:
    """Whether the tables are not those that the program knows; looked at only where a statement was refused."""
    from kokeilu import database

    try:
        database.check_schema()
    except Problem as problem:
        return str(problem)
    return None


@app.callback()
def kokeilu() -> None:
    """Run an employment-service trial, from the law that decides who moves to the evidence."""


@app.command()
def demo(
    scale: Annotated[Scale, typer.Option(help="How many people: a few thousand, Uusimaa, Finland.")] = Scale.uusimaa,
    serve: Annotated[bool, typer.Option(help="Serve the pages at the end.")] = True,
    address: Address = "127.0.0.1",
    port: Port = 8000,
) -> None:
    """Make a trial with invented people, from the register to the monthly figures, and serve its pages.

    Stopped at any moment and run again, it goes on where it was.

    Example: kokeilu demo --scale small
    """
    from kokeilu import demo as demonstration
    from kokeilu import server

    if serve:
        server.check_address(address, port)
    demonstration.make(scale.value)
    if serve:
        # Begun afresh: the memory of the work is given back, and none of its threads is forked into workers.
        arguments = ["serve", "--address", address, "--port", str(port)]
        os.execv(sys.executable, [sys.executable, "-m", "kokeilu", *arguments])  # noqa: S606 - there is no shell


@app.command()
def serve(
    address: Address = "127.0.0.1",
    port: Port = 8000,
    workers: Annotated[int, typer.Option(help="Processes.", min=1)] = 2,
    threads: Annotated[int, typer.Option(help="Threads of each process.", min=1)] = 4,
) -> None:
    """Serve the pages until Ctrl-C.

    Example: kokeilu serve --port 8080
    """
    from kokeilu import server

    server.check_address(address, port)
    database.set_up()
    server.serve(address, port, workers=workers, threads=threads)


@app.command("data-dictionary")
def data_dictionary(
    out: Annotated[str, typer.Option(help="File to write; - is the terminal.")] = "docs/data-dictionary.md",
) -> None:
    """Write the data dictionary from the models.

    Example: kokeilu data-dictionary --out docs/data-dictionary.md
    """
    from pathlib import Path

    from kokeilu import dictionary

    dictionary.set_up()
    text = dictionary.render()
    if out == "-":
        sys.stdout.write(text)
    else:
        Path(out).write_text(text)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def django(context: typer.Context) -> None:
    """Run one of Django's management commands.

    Example: kokeilu django migrate
    """
    from django.core.management import execute_from_command_line

    database.set_up()
    execute_from_command_line(["kokeilu django", *context.args])
