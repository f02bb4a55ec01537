"""COPY into the database, also where the connection is lost on the way; and tables that are built after their rows."""

import logging
from collections.abc import Iterator

import polars as pl
import psycopg
import pytest
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from kokeilu.register import store


class Cut:
    """Rows whose connection the server drops after the first of them have been sent."""

    columns = ("code",)

    def __init__(self, cursor: CursorWrapper) -> None:
        self.session = cursor.connection.info.backend_pid

    def iter_slices(self, _: int) -> Iterator[pl.DataFrame]:
        yield pl.DataFrame({"code": ["x"]})
        other = connection.copy()
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 10000)", [self.session])
        other.close()
        for _slice in range(100):
            yield pl.DataFrame({"code": ["x" * 1000] * 1000})


@pytest.mark.django_db(transaction=True)
def test_a_connection_lost_in_a_copy_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE sent (code text)")
        with pytest.raises(psycopg.OperationalError):
            store.copy_in(cursor, "sent", Cut(cursor))
    connection.close()
    assert caplog.messages == []


def test_what_else_psycopg_says_is_written(caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("psycopg").warning("error ignored in rollback on %s: %s", "connection", "lost")
    assert caplog.messages == ["error ignored in rollback on connection: lost"]


def written(table: str) -> tuple[int, int]:
    """The file that a table is in, and how many rows it holds."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_relation_filenode('{table}'), (SELECT count(*) FROM {table})")
        return cursor.fetchone()


@pytest.mark.django_db
def test_only_empty_tables_that_none_refers_to_begin_with_new_files() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE fresh (code text); CREATE TABLE full_one (code text); INSERT INTO full_one VALUES (1)"
        )
        cursor.execute("CREATE TABLE meant (id int PRIMARY KEY); CREATE TABLE means (id int REFERENCES meant)")
        tables = ["fresh", "full_one", "meant"]
        before = {table: written(table) for table in tables}
        with transaction.atomic(), store.built_afterwards(tables):  # the tables are there before it
            store.copy_in(cursor, "fresh", pl.DataFrame({"code": ["x"]}))
    after = {table: written(table) for table in tables}
    assert after["fresh"][0] != before["fresh"][0]
    assert after["fresh"][1] == 1
    assert after["full_one"] == before["full_one"] == (before["full_one"][0], 1)
    assert after["meant"] == before["meant"]
