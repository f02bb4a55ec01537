"""What the panel reads from PostgreSQL: whole tables as columns, from one snapshot, under pseudonyms."""

import hmac
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import Final

import polars as pl
from django.db import connection, transaction

from kokeilu.problems import Problem

# A pseudonym is the first 64 bits of the keyed hash as an integer: engines join and sort integers many times
# faster than text. Among two million people the chance that any two meet is one in ten million.
PSEUDONYM_BYTES: Final = 8

SITUATIONS: Final = """
    SELECT person_id, lower(valid), upper(valid), municipality, placed_in, job_search_valid::int,
           employment_code, service, benefit,
           (extract(year FROM unemployed_since) * 100 + extract(month FROM unemployed_since))::int
    FROM register_situation WHERE superseded_by_id IS NULL"""
DETAILS: Final = """
    SELECT person_id, lower(valid), upper(valid), birth_date, language, immigrant::int, education
    FROM register_details WHERE superseded_by_id IS NULL"""
RESPONSIBILITIES: Final = """
    SELECT person_id, lower(valid), upper(valid), organisation.key
    FROM transfer_responsibility AS responsibility
    JOIN access_organisation AS organisation ON organisation.id = responsibility.organisation_id
    WHERE responsibility.superseded_by_id IS NULL"""

PERIOD: Final = {"person": pl.String(), "from": pl.Date(), "to": pl.Date()}
SITUATION_COLUMNS: Final = PERIOD | {
    "municipality": pl.String(),
    "placed_in": pl.String(),
    "job_search_valid": pl.Int8(),
    "employment_code": pl.String(),
    "service": pl.String(),
    "benefit": pl.String(),
    "unemployed_since": pl.Int32(),
}
DETAILS_COLUMNS: Final = PERIOD | {
    "birth_date": pl.Date(),
    "language": pl.String(),
    "immigrant": pl.Int8(),
    "education": pl.Int8(),
}
RESPONSIBILITY_COLUMNS: Final = PERIOD | {"responsible": pl.String()}


@dataclass(frozen=True)
class Source:
    """The register at one moment. In the three frames `person` is a row number of `pseudonyms`."""

    as_of: date
    pseudonyms: pl.Series
    situations: pl.DataFrame
    details: pl.DataFrame
    responsibilities: pl.DataFrame


@contextmanager
def _snapshot() -> Iterator[None]:
    """One unchanging view of the database; within a caller's transaction it is the caller's."""
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def _read(query: str, columns: Mapping[str, pl.DataType]) -> pl.DataFrame:
    """The query's rows as a frame; the nth column of the query is the nth of `columns`."""
    rows = BytesIO()
    with connection.cursor() as cursor, cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT csv)") as copy:
        for block in copy:
            rows.write(block)
    if not rows.tell():
        return pl.DataFrame(schema=columns)
    rows.seek(0)
    return pl.read_csv(rows, has_header=False, new_columns=list(columns), schema_overrides=list(columns.values()))


def pseudonyms(persons: pl.Series, key: str) -> pl.Series:
    """The pseudonym of each person UUID (text): HMAC-SHA-256 of its bytes under the key, shortened, an
    integer.
    """
    secret = key.encode()
    binary = persons.str.replace_all("-", "", literal=True).str.decode("hex")
    hashed = [hmac.digest(secret, person, "sha256")[:PSEUDONYM_BYTES] for person in binary]
    numbers = [int.from_bytes(beginning, signed=True) for beginning in hashed]
    return pl.Series("pseudonym", numbers, pl.Int64)


def read(key: str) -> Source:
    """The register and who is responsible, under pseudonyms made with `key`.

    Raises Problem where no extract has been imported yet.
    """
    with _snapshot():
        with connection.cursor() as cursor:
            cursor.execute("SELECT max(as_of) FROM register_extract")
            as_of = cursor.fetchone()[0]
        if as_of is None:
            raise Problem("the register is empty, so there is no panel to build", mend="kokeilu register import")
        situations = _read(SITUATIONS, SITUATION_COLUMNS)
        details = _read(DETAILS, DETAILS_COLUMNS)
        responsibilities = _read(RESPONSIBILITIES, RESPONSIBILITY_COLUMNS)
    # Persons are numbered by pseudonym, so that nothing in the panel keeps the register's order.
    persons = situations.select("person").unique()
    numbered = persons.with_columns(pseudonyms(persons.get_column("person"), key)).sort("pseudonym")
    if numbered.get_column("pseudonym").n_unique() < numbered.height:
        raise Problem("two people have the same pseudonym", mend="set another KOKEILU_PSEUDONYM_KEY")
    numbered = numbered.with_columns(number=pl.int_range(pl.len(), dtype=pl.Int32))
    frames = [
        frame.join(numbered.select("person", "number"), on="person").drop("person").rename({"number": "person"})
        for frame in (
            situations.with_columns(pl.col("job_search_valid").cast(pl.Boolean)),
            details.with_columns(pl.col("immigrant").cast(pl.Boolean)),
            responsibilities,
        )
    ]
    return Source(as_of, numbered.get_column("pseudonym"), *frames)
