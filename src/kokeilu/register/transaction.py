"""The transaction of whoever changes the register: one at a time, what a person can mend told as a Problem."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import psycopg
from django.db import DatabaseError, connection, transaction
from django.db.backends.utils import CursorWrapper

from kokeilu.problems import Problem

IMPORT_LOCK = 7_269_711  # the advisory lock that lets one change of the register at a time into this database
LOCK_WAIT = "60s"
CONNECTION_LOST = ("08", "57")  # SQLSTATE classes: connection exception, operator intervention


@contextmanager
def changing() -> Iterator[CursorWrapper]:
    """A transaction in which nobody else imports, states or runs anything.

    Raises Problem, with nothing stored, where somebody else keeps at it, or the database cannot take the change.
    """
    with _database_problems(), transaction.atomic(), connection.cursor() as cursor:
        lock(cursor)
        yield cursor


def lock(cursor: CursorWrapper) -> None:
    """Let one change in at a time; the next one waits."""
    wait_for(cursor, "pg_advisory_xact_lock(%s)", [IMPORT_LOCK], LOCK_WAIT)


def wait_for(cursor: CursorWrapper, locks: str, keys: Sequence[int], wait: str) -> None:
    """Take advisory locks (`locks` are calls with placeholders for `keys`) until the transaction's end.

    Waits for `wait` at most, then psycopg's LockNotAvailable. A server process whose client was killed notices, so that
    its locks do not outlive it for long.
    """
    cursor.execute("SELECT set_config('client_connection_check_interval', '1s', true)")
    cursor.execute("SELECT set_config('lock_timeout', %s, true)", [wait])
    cursor.execute(f"SELECT {locks}", keys)
    cursor.execute("SELECT set_config('lock_timeout', '0', true)")


@contextmanager
def _database_problems() -> Iterator[None]:
    """What a person can mend about the database, as a Problem. The transaction is rolled back by then."""
    try:
        yield
    except (psycopg.Error, DatabaseError) as error:
        cause = error if isinstance(error, psycopg.Error) else error.__cause__
        if isinstance(cause, psycopg.errors.LockNotAvailable):
            raise Problem("another import is running", mend="wait until it has ended, then try again") from None
        if isinstance(cause, psycopg.errors.DiskFull):
            raise Problem(
                "the database has no room for this import; nothing was stored", mend="make room on its disk"
            ) from None
        if isinstance(cause, psycopg.OperationalError) and (cause.sqlstate or "08")[:2] in CONNECTION_LOST:
            raise Problem("the connection to the database was lost; nothing was stored", mend="try again") from None
        raise
