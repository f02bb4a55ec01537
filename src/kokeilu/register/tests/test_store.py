"""COPY into the database where the connection is lost on the way, as when the server's disk is full."""

import logging
from collections.abc import Iterator

import polars as pl
import psycopg
import pytest
from django.db import connection
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
