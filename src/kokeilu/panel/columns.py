"""Whole tables out of PostgreSQL as columns: each column one value made by the server, block by block.

psycopg hands COPY over row by row, which costs the client more than the server's work; a column that the server has
put together is taken over as it is. Blocks of the table bound the memory of both sides.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, cast

import numpy as np
import polars as pl
import psycopg
from django.db import connection

from kokeilu.problems import Problem

Kind = Literal["key", "day", "number", "fact", "text", "big"]

# Heap pages read at once, 512 MB of 8 kB ones: some three million rows.
PAGES: Final = 65_536

SEPARATOR: Final = "\x1f"  # no stored text holds it
EPOCH: Final = 10_957  # days from 1970, where Polars counts from, to 2000, where PostgreSQL does
UNKNOWN: Final = -(2**31)  # what PostgreSQL sends for "before all days"
NO_FACT: Final = -1

_SENT: Final[dict[Kind, str]] = {
    "key": "uuid_send({})",
    "day": "date_send(coalesce({}, '-infinity'))",
    "number": "int4send(coalesce({}, -1))",
    "fact": "int2send(coalesce({}::int, -1)::int2)",
    "big": "int8send({})",
    "text": "coalesce({}, '')",
}
_BETWEEN: Final[dict[Kind, str]] = {"text": r"E'\x1f'"}


def _sent(kind: Kind, sql: str) -> str:
    """A column of all rows as one value."""
    between = _BETWEEN.get(kind, "''")
    return f"string_agg({_SENT[kind].format(sql)}, {between})"


@dataclass(frozen=True)
class Table:
    """What is read of a table: its columns as SQL expressions with their kinds, and the rest of the query.

    `key` columns are UUIDs, never null; `day` dates, `number` integers from 0 on, `fact` booleans or small integers
    from 0 on, `text` short texts, `big` integers, never null. `source` is what follows FROM, the table itself first.
    """

    name: str
    columns: Mapping[str, tuple[Kind, str]]
    source: str
    where: str = "true"

    def query(self) -> str:
        """The query for a block of the table, from page %s to before page %s."""
        sent = [_sent(kind, sql) for kind, sql in self.columns.values()]
        return (
            f"SELECT count(*), {', '.join(sent)} FROM {self.source} WHERE ({self.where})"
            f" AND {self.name}.ctid >= %s::tid AND {self.name}.ctid < %s::tid"
        )


def decoded(kind: Kind, name: str, sent: Any) -> list[pl.Series]:
    """One column as it came. A key becomes two numbers, NAME and NAME_low."""
    if kind == "text":
        texts = pl.Series(name, [sent]).str.split(SEPARATOR).explode()
        return [texts.set(texts == "", None)]
    if kind == "key":
        halves = np.frombuffer(sent, ">u8").reshape(-1, 2).astype("u8")
        return [pl.Series(name, halves[:, 0]), pl.Series(f"{name}_low", halves[:, 1])]
    if kind == "day":
        days = pl.Series(name, np.frombuffer(sent, ">i4").astype("i4"))
        return [(days.set(days == UNKNOWN, None) + EPOCH).cast(pl.Date)]
    if kind == "big":
        return [pl.Series(name, np.frombuffer(sent, ">i8").astype("i8"))]
    numbers = pl.Series(name, np.frombuffer(sent, ">i4" if kind == "number" else ">i2").astype("i4"))
    return [numbers.set(numbers == NO_FACT, None)]


def _empty(columns: Mapping[str, tuple[Kind, str]]) -> pl.DataFrame:
    """No rows, in the types of `decoded`."""
    nothing: dict[Kind, Any] = {"text": ""}
    made = [each for name, (kind, _) in columns.items() for each in decoded(kind, name, nothing.get(kind, b""))]
    return pl.DataFrame({each.name: each.clear() for each in made})


def binary_cursor() -> "psycopg.Cursor[tuple[Any, ...]]":
    """A cursor on Django's connection that takes values over in binary; Django's own ones take text."""
    cursor = psycopg.Cursor(cast("psycopg.Connection[Any]", connection.connection))
    cursor.format = psycopg.pq.Format.BINARY
    return cursor


def read_table(table: Table) -> pl.DataFrame:
    """The table's rows as a frame, in no promised order; within the caller's transaction."""
    parts = [_empty(table.columns)]
    with binary_cursor() as cursor:
        cursor.execute("SELECT pg_relation_size(%s::regclass) / current_setting('block_size')::int", [table.name])
        (pages,) = cast("tuple[int]", cursor.fetchone())
        for first in range(0, pages, PAGES):
            # The last block has no end: pages of the snapshot's rows are all there, later ones hold none of them.
            cursor.execute(table.query(), [f"({first},0)", f"({first + PAGES},0)"])
            count, *sent = cast("tuple[Any, ...]", cursor.fetchone())
            if count:
                parts.append(_frame(table, count, sent))
    return pl.concat(parts)


def _frame(table: Table, count: int, sent: list[Any]) -> pl.DataFrame:
    made = [each for (name, (kind, _)), column in zip(table.columns.items(), sent, strict=True)
            for each in decoded(kind, name, column)]  # fmt: skip
    if any(len(each) != count for each in made):
        raise Problem(f"a text in {table.name} holds a control character", mend="correct the row's facts")
    return pl.DataFrame(made)
