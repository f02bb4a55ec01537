"""Columns into PostgreSQL by COPY and out of it as one text, for imports and for reads of the whole register."""

import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import polars as pl
from django.db import connection
from django.db.backends.utils import CursorWrapper

CHUNK = 200_000  # rows per piece of CSV, so that a long load needs no second copy of itself in memory


def copy_in(cursor: CursorWrapper, table: str, rows: pl.DataFrame) -> None:
    """Append rows to a table; the frame's columns are the table's. Null stays null; there are no empty texts."""
    columns = ", ".join(f'"{name}"' for name in rows.columns)
    with cursor.copy(f"COPY {table} ({columns}) FROM STDIN (FORMAT csv)") as copy:
        for chunk in rows.iter_slices(CHUNK):
            copy.write(chunk.write_csv(include_header=False).encode())


def fetch(
    cursor: CursorWrapper,
    columns: Mapping[str, pl.DataType],
    source: str,
    parameters: Sequence[Any] | Mapping[str, Any] = (),
) -> pl.DataFrame:
    """Columns of `source` (what follows FROM) as a frame of these types; the keys are SQL expressions `AS` names.

    One text made by the server: psycopg hands COPY TO over row by row, which takes ten times as long. It may be up
    to 1 GB, some three million people. The separators are control characters, which no stored text holds.
    """
    names = [column.rpartition(" AS ")[2].rpartition(".")[2] for column in columns]
    cells = ", ".join(f"coalesce(({column.rpartition(' AS ')[0] or column})::text, '')" for column in columns)
    cursor.execute(f"SELECT string_agg(concat_ws(E'\\x1f', {cells}), E'\\x1e') FROM {source}", parameters)
    (text,) = cursor.fetchone()
    schema = pl.Schema(zip(names, columns.values(), strict=True))
    if text is None:
        return schema.to_frame()
    return pl.read_csv(
        io.BytesIO(text.encode()), separator="\x1f", eol_char="\x1e", quote_char=None, has_header=False,
        new_columns=names, schema=schema,
    )  # fmt: skip


_STRUCTURE = """
    SELECT c.conrelid::regclass::text, c.conname, pg_get_constraintdef(c.oid), NULL
      FROM pg_constraint c WHERE c.conrelid = ANY(%s::regclass[]) AND c.contype IN ('f', 'x')
    UNION ALL
    SELECT i.indrelid::regclass::text, i.indexrelid::regclass::text, NULL, pg_get_indexdef(i.indexrelid)
      FROM pg_index i WHERE i.indrelid = ANY(%s::regclass[]) AND NOT i.indisprimary
       AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)
"""
_EMPTY = """
    SELECT NOT EXISTS (SELECT FROM {table})
       AND NOT EXISTS (SELECT FROM pg_constraint WHERE contype = 'f' AND confrelid = '{table}'::regclass)
"""
_OWNED = "SELECT bool_and(pg_has_role(relowner, 'USAGE')) FROM pg_class WHERE oid = ANY(%s::regclass[])"


@contextmanager
def built_afterwards(tables: Sequence[str]) -> Iterator[None]:
    """Take the tables' indexes, foreign keys and exclusion constraints away and build them again at the end.

    For a first load: checking and indexing all rows at once is many times faster than row by row. In the caller's
    transaction, so that the tables are never seen without. Empty tables that no other refers to begin with new files:
    what is written into them is not written to the log as well, where nobody else reads that (`wal_level` minimal, as
    the embedded server has it). Where the session's role does not own the tables they stay as they are.
    """
    names = list(tables)
    with connection.cursor() as cursor:
        cursor.execute(_OWNED, [names])
        if not cursor.fetchone()[0]:
            yield
            return
        cursor.execute(_STRUCTURE, [names, names])
        structure = cursor.fetchall()
        if keys := [f'"{name}"' for _, name, definition, _ in structure if "DEFERRABLE" in (definition or "")]:
            # A table with checks still to come cannot be altered; those of other tables stay for the end.
            cursor.execute(f"SET CONSTRAINTS {', '.join(keys)} IMMEDIATE")
        for table, name, constraint, _index in structure:
            cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"' if constraint else f"DROP INDEX {name}")
        for table in names:
            cursor.execute(_EMPTY.format(table=table))
            if cursor.fetchone()[0]:
                cursor.execute(f"TRUNCATE {table}")
        yield
        for table, name, constraint, index in structure:
            cursor.execute(index or f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {constraint}')
        for table in names:
            cursor.execute(f"ANALYZE {table}")
