"""What the panel reads from PostgreSQL: whole tables as columns, from one snapshot, people under pseudonyms.

Caseworkers come first: the transaction only reads, so it waits for no writer and no writer waits for it; it uses one
core of the server, and ends with the reading, before anything is computed.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, cast
from uuid import NAMESPACE_URL, UUID, uuid5

import polars as pl
from django.db import connection, transaction

from kokeilu.panel.columns import Kind, Table, binary_cursor, decoded, read_table
from kokeilu.problems import Problem

STANDING: Final = "{}.superseded_by_id IS NULL"

SITUATIONS: Final = Table(
    "register_situation",
    {
        "person": ("key", "person_id"),
        "from": ("day", "lower(valid)"),
        "to": ("day", "upper(valid)"),
        "municipality": ("text", "municipality"),
        "placed_in": ("text", "placed_in"),
        "job_search_valid": ("fact", "job_search_valid"),
        "employment_code": ("text", "employment_code"),
        "service": ("text", "service"),
        "benefit": ("text", "benefit"),
        "job_search_since": ("day", "job_search_since"),
        "unemployed_since": ("day", "unemployed_since"),
    },
    "register_situation",
    STANDING.format("register_situation"),
)
DETAILS: Final = Table(
    "register_details",
    {
        "person": ("key", "person_id"),
        "from": ("day", "lower(valid)"),
        "to": ("day", "upper(valid)"),
        "birth_date": ("day", "birth_date"),
        "language": ("text", "language"),
        "immigrant": ("fact", "immigrant"),
        "education": ("fact", "education"),
    },
    "register_details",
    STANDING.format("register_details"),
)
READINGS: Final = Table(
    "register_supportdays",
    {"person": ("key", "person_id"), "from": ("day", "as_of"), "days": ("number", "days")},
    "register_supportdays",
    STANDING.format("register_supportdays"),
)
RESPONSIBILITIES: Final = Table(
    "transfer_responsibility",
    {
        "person": ("key", "person_id"),
        "from": ("day", "lower(valid)"),
        "to": ("day", "upper(valid)"),
        "responsible": ("text", "organisation.key"),
    },
    "transfer_responsibility JOIN access_organisation AS organisation ON organisation.id = organisation_id",
    STANDING.format("transfer_responsibility"),
)
# Of a person with a newer identity code, that code tells the sex.
PEOPLE: Final = """
    WITH newer AS (
        SELECT DISTINCT ON (stated.kept_id) stated.kept_id, record.sex
        FROM register_union AS stated JOIN register_person AS record ON record.id = stated.merged_id
        WHERE stated.kind = 'new_code' AND stated.revoked_at IS NULL AND record.sex IS NOT NULL
        ORDER BY stated.kept_id, stated.recorded_at DESC
    )
    SELECT string_agg(uuid_send(told.person), ''), string_agg(int8send(told.pseudonym), ''),
           string_agg(coalesce(newer.sex, record.sex, ''), E'\\x1f'),
           string_agg(date_send(coalesce(record.known_until, '-infinity')), '')
    FROM panel_pseudonyms((SELECT array_agg(id) FROM register_person)) AS told
    JOIN register_person AS record ON record.id = told.person
    LEFT JOIN newer ON newer.kept_id = told.person"""


# What may change the panel: extracts and corrections of them, statements on identities, runs and their undoing.
CAUSES: Final = """
    SELECT id::text, CASE WHEN kind = 'identity' THEN 'statement' WHEN correction THEN 'corrected_extract'
                     ELSE 'extract' END, as_of, (imported_at AT TIME ZONE 'UTC')::date
    FROM register_extract
    UNION ALL
    SELECT id::text, 'run_' || kind, "on", (finished_at AT TIME ZONE 'UTC')::date FROM transfer_run"""
# Nobody's ids: what the database makes of them serves as a key, which needs the database to be had.
NOBODIES: Final = tuple(uuid5(NAMESPACE_URL, f"kokeilu:panel:known:{number}") for number in range(4))

CAUSE_COLUMNS: Final = {"id": pl.String(), "kind": pl.String(), "day": pl.Date(), "made_on": pl.Date()}


@dataclass(frozen=True)
class Source:
    """The register at one moment. In the frames `person` is a row number of `pseudonyms`."""

    as_of: date
    key: str  # which key made the pseudonyms
    secret: bytes  # a key that follows from it, 32 bytes, for `known`
    causes: pl.DataFrame
    pseudonyms: pl.Series
    people: pl.DataFrame
    situations: pl.DataFrame
    details: pl.DataFrame
    readings: pl.DataFrame
    responsibilities: pl.DataFrame


@contextmanager
def snapshot() -> Iterator[None]:
    """One unchanging view of the database; within a caller's transaction it is the caller's."""
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        with connection.cursor() as cursor:
            if outermost:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute("SET LOCAL max_parallel_workers_per_gather = 0; SET LOCAL jit = off")
        yield


def _people(cursor: Any) -> pl.DataFrame:
    """Everyone, ordered by pseudonym, with `number`, so that nothing in the panel keeps the register's order."""
    cursor.execute(PEOPLE)
    kinds: list[tuple[Kind, str]] = [("key", "person"), ("big", "pseudonym"), ("text", "sex"), ("day", "to")]
    sent = cursor.fetchone()
    columns = [decoded(kind, name, column) for (kind, name), column in zip(kinds, sent, strict=True)]
    people = pl.DataFrame([each for column in columns for each in column])
    people = people.sort("pseudonym").with_columns(number=pl.int_range(pl.len(), dtype=pl.Int32))
    if people.get_column("pseudonym").n_unique() < people.height:
        raise Problem("two people have the same pseudonym", mend="draw another key: docs/panel.md says how")
    return people


def read() -> Source:
    """The register and who is responsible, under the database's pseudonyms.

    Raises Problem where no extract has been imported yet.
    """
    with snapshot():
        with binary_cursor() as cursor:
            cursor.execute("SELECT max(as_of), panel_key_id() FROM register_extract")
            as_of, key = cast("tuple[date | None, str]", cursor.fetchone())
            if as_of is None:
                raise Problem("the register is empty, so there is no panel to build", mend="kokeilu register import")
            cursor.execute(CAUSES)
            causes = pl.DataFrame(cursor.fetchall(), CAUSE_COLUMNS, orient="row")
            cursor.execute("SELECT * FROM panel_pseudonyms(%s)", [list(NOBODIES)])
            made: dict[UUID, int] = dict(cast("list[tuple[UUID, int]]", cursor.fetchall()))
            people = _people(cursor)
        tables = [read_table(table) for table in (SITUATIONS, DETAILS, READINGS, RESPONSIBILITIES)]
    # The lower half of a random UUID hardly ever repeats, and one column is joined three times as fast as two.
    halves = ["person_low"] if people.get_column("person_low").is_unique().all() else ["person", "person_low"]
    numbers = people.select(*halves, "number")
    situations, details, readings, responsibilities = (
        table.join(numbers, on=halves).drop("person", "person_low").rename({"number": "person"}) for table in tables
    )
    return Source(
        as_of=as_of,
        key=key,
        secret=b"".join(made[each].to_bytes(8, "big", signed=True) for each in NOBODIES),
        causes=causes,
        pseudonyms=people.get_column("pseudonym"),
        people=people.select(pl.col("number").alias("person"), "to", "sex"),
        situations=situations.with_columns(pl.col("job_search_valid").cast(pl.Boolean)),
        details=details.with_columns(pl.col("immigrant").cast(pl.Boolean)),
        readings=readings,
        responsibilities=responsibilities,
    )
