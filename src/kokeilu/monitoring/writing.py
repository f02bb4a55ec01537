"""What publications and forms share when they write rows: a table to themselves, many rows at once, the moment."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import polars as pl
from django.db import connection, models

from kokeilu.register import store


def lock(*tables: type[models.Model]) -> None:
    """Let nobody else write the tables until the transaction ends: two at once would both find the same place free."""
    names = ", ".join(table._meta.db_table for table in tables)
    with connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {names} IN SHARE ROW EXCLUSIVE MODE")


def insert(table: type[models.Model], rows: pl.DataFrame) -> None:
    """Append rows to a table (`register.store.copy_in`)."""
    with connection.cursor() as cursor:
        store.copy_in(cursor, table._meta.db_table, rows)


@contextmanager
def standing_at(moment: datetime) -> Iterator[None]:
    """Tell the database where Kokeilu's clock stands while rows are written that a moment makes final."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('kokeilu.now', %s, true)", [moment.isoformat()])
        yield
        cursor.execute("SELECT set_config('kokeilu.now', '', true)")
