"""The database: an ordinary PostgreSQL that `KOKEILU_DATABASE_URL` names, else the embedded one.

`KOKEILU_DATABASE` names another database than `kokeilu` in the embedded server.
"""

import logging
import os
import re
from contextlib import suppress
from typing import Any

import psycopg
from psycopg import errors, sql
from psycopg.conninfo import conninfo_to_dict

from kokeilu import cluster
from kokeilu.installation import home
from kokeilu.problems import Problem

OLDEST_SERVER = 15
# The comment by which a database says of itself that its people are invented, and on which day it stands.
DEMONSTRATION = re.compile(r"Kokeilu demonstration: (?P<scale>\w+), (?P<today>\d{4}-\d\d-\d\d)")


class NotToldTwice(logging.Filter):
    """Keeps back what psycopg says of the end of a COPY that an error broke off: that error itself is raised and told.

    Where the connection is lost in a COPY, as when the server's disk is full, ending the COPY fails as well.
    """

    TEMPLATE = "error ignored terminating %r: %s"

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is to be written."""
        return record.msg != self.TEMPLATE


def embedded() -> bool:
    """Whether the database is the embedded one."""
    return not os.environ.get("KOKEILU_DATABASE_URL")


def django_database() -> dict[str, Any]:
    """Django's connection settings; reads the surroundings only and starts nothing.

    Raises Problem where `KOKEILU_DATABASE_URL` cannot be read; its text is not repeated: it may hold a
    password.
    """
    if embedded():
        place: dict[str, Any] = {"dbname": os.environ.get("KOKEILU_DATABASE") or "kokeilu", "user": "kokeilu"}
        place["host"] = str(cluster.socket_dir())
    else:
        try:
            place = conninfo_to_dict(os.environ["KOKEILU_DATABASE_URL"])
            place["dbname"]
        except (psycopg.Error, KeyError):
            raise Problem(
                "KOKEILU_DATABASE_URL is no address of a PostgreSQL database",
                mend="write it as postgresql://USER:PASSWORD@HOST:PORT/DATABASE",
            ) from None
        place.setdefault("connect_timeout", "10")
    names = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {key: value for key, value in place.items() if key not in names},
    } | {names[key]: str(value) for key, value in place.items() if key in names}


def connect(database: str | None = None) -> psycopg.Connection:
    """A connection of its own, in autocommit, to `database` or to the one that Django's settings name.

    Raises Problem, in one line, where the server cannot be reached.
    """
    place = django_database()
    try:
        return psycopg.connect(
            host=place.get("HOST"),
            port=place.get("PORT"),
            user=place.get("USER"),
            password=place.get("PASSWORD"),
            dbname=database or place.get("NAME"),
            autocommit=True,
            **place["OPTIONS"],
        )
    except psycopg.OperationalError as error:
        raise Problem(f"the database cannot be reached: {' '.join(str(error).split())}") from None


def ensure() -> bool:
    """Have a database to work with: start the embedded server and create the database where they are missing.

    The server stops when the last process that called this ends. Returns whether this call started it. Raises
    Problem where the server does not start, or where the one of `KOKEILU_DATABASE_URL` cannot be used.
    """
    if not embedded():
        _check_server()
        return False
    started = cluster.start()
    _create_database()
    return started


def comment() -> str:
    """What the database says of itself; empty where it says nothing."""
    with connect() as connection:
        row = connection.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()"
        ).fetchone()
    return (row and row[0]) or ""


def set_comment(text: str) -> None:
    """Have the database say `text` of itself."""
    with connect() as connection:
        name = sql.Identifier(connection.info.dbname)
        connection.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(name, sql.Literal(text)))


def stand_as_database_says() -> None:
    """Where the database is a demonstration's, have this process stand on its day with its way to log in.

    Sets `KOKEILU_DEMO`, `KOKEILU_TODAY` and `KOKEILU_PANEL`, so it comes before Django's settings are read.
    """
    found = DEMONSTRATION.fullmatch(comment())
    if found:
        os.environ.setdefault("KOKEILU_DEMO", "1")
        os.environ.setdefault("KOKEILU_TODAY", found["today"])
        os.environ.setdefault("KOKEILU_PANEL", str(home() / "demo" / found["scale"] / "panel"))


def _check_server() -> None:
    with connect() as connection:
        encoding = connection.info.parameter_status("server_encoding")
        if connection.info.server_version // 10000 < OLDEST_SERVER or encoding != "UTF8":
            raise Problem(
                f"the database is PostgreSQL {connection.info.server_version // 10000} in {encoding}",
                mend=f"use PostgreSQL {OLDEST_SERVER} or newer and a database in UTF8",
            )


def _create_database() -> None:
    name = django_database()["NAME"]
    with connect("postgres") as connection, suppress(errors.DuplicateDatabase, errors.UniqueViolation):
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
