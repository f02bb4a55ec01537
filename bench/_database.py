"""A database of its own for the benchmarks that need one: made, brought up to date, and dropped at the end."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from kokeilu import postgres

NAME = "kokeilu_bench"


@contextmanager
def scratch_database() -> Iterator[None]:
    """Django with an empty database; what was in the surroundings' one is not touched."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kokeilu.settings")
    os.environ["KOKEILU_TODAY"] = "2021-03-31"
    postgres.ensure()

    import django
    from django.core.management import call_command
    from django.db import connection

    django.setup()
    _drop()
    with postgres.connect() as server:
        server.execute(f"CREATE DATABASE {NAME}")
    usual, connection.settings_dict["NAME"] = connection.settings_dict["NAME"], NAME
    try:
        connection.close()
        call_command("migrate", verbosity=0)
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = usual
        _drop()


def _drop() -> None:
    with postgres.connect() as server:
        server.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
