"""The `kokeilu` command: every room adds its own commands here."""

import os
import sys

import typer

from kokeilu.problems import Problem

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


def with_database() -> None:
    """Start the database where it is embedded, and Django. Commands on files alone do without."""
    import django

    from kokeilu import postgres

    postgres.ensure()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kokeilu.settings")
    django.setup()


def main() -> None:
    """Run the command line; a Problem becomes one line and exit status 1."""
    try:
        app()
    except Problem as problem:
        print(f"error: {problem}", file=sys.stderr)
        sys.exit(1)


@app.callback()
def kokeilu() -> None:
    """Run an employment-service trial from the law that decides who moves to the evidence whether it worked."""


@app.command()
def django(arguments: list[str]) -> None:
    """Run one of Django's management commands, such as `kokeilu django migrate`."""
    from django.core.management import execute_from_command_line

    with_database()
    execute_from_command_line(["kokeilu django", *arguments])
