"""Counting a panel's indicators on the engine that is asked for."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import count
from typing import Final, Literal

import duckdb
import narwhals as nw
import polars as pl
from narwhals.exceptions import NarwhalsError
from polars.exceptions import PolarsError

from kokeilu.monitoring import rules, spark
from kokeilu.monitoring.rules import Events, Keep
from kokeilu.monitoring.steps import Rows
from kokeilu.panel.folder import Panel
from kokeilu.panel.rules import month_name
from kokeilu.problems import Problem

Engine = Literal["duckdb", "polars", "spark"]
ENGINES: Final[tuple[Engine, ...]] = ("duckdb", "polars", "spark")

MEND: Final = "build the panel again with kokeilu panel build"


def counts(panel: Panel, engine: Engine = "duckdb") -> pl.DataFrame:
    """`rules.counts` of a whole panel. Raises Problem as `checked`."""
    return rules.counts(checked(panel, engine)).drop("by")


def checked(panel: Panel, engine: Engine = "duckdb") -> Events:
    """`rules.events` of a whole panel, after `check`. Raises Problem where the panel's files are damaged."""
    found = events(panel, engine)
    check(panel, found)
    return found


def events(panel: Panel, engine: Engine = "duckdb") -> Events:
    """`rules.events` of a whole panel. Raises Problem where its files are missing or damaged, or Spark is."""
    first, last = panel.manifest.first_month, panel.manifest.last_month
    with _reading(panel, engine) as (spells, calendar, keep):
        return rules.events(spells, calendar, first, last, keep=keep)


def events_by(panel: Panel, columns: Sequence[str], engine: Engine = "duckdb") -> Iterator[Events]:
    """`rules.events_by` each of the columns, one after the other; the spells are read once. Raises Problem likewise."""
    with _reading(panel, engine) as (spells, _calendar, keep):
        yield from rules.events_by(spells, panel.manifest.first_month, panel.manifest.last_month, columns, keep=keep)


@contextmanager
def _reading(panel: Panel, engine: Engine) -> Iterator[tuple[Rows, Rows, Keep]]:
    """The panel's spells, the month_numbers of its months, and how to keep a frame that several counts read.

    Raises Problem where files are missing or damaged, or Spark is.
    """
    numbers = _numbers(panel.manifest.first_month, panel.manifest.last_month)
    with telling_damage(panel):
        if engine == "spark":
            with spark.job(panel.spells, numbers) as job:
                yield job
        elif engine == "polars":
            spells = nw.from_native(pl.scan_parquet(panel.spells))
            calendar = nw.from_native(pl.LazyFrame({"at": numbers}, {"at": pl.Int64}))
            yield spells, calendar, lambda rows: rows.collect("polars").lazy()
        else:
            with _in_duckdb(panel.spells, numbers) as job:
                yield job


@contextmanager
def telling_damage(panel: Panel) -> Iterator[None]:
    """Raise Problem in place of an engine's own error: the panel's files are missing or damaged."""
    try:
        yield
    except (OSError, PolarsError, NarwhalsError, duckdb.Error) as error:
        raise Problem("the panel's spells are missing or damaged", file=panel.path, mend=MEND) from error


def _numbers(first: int, last: int) -> list[int]:
    return list(range(rules.month_number(first), rules.month_number(last) + 1))


def on_duckdb(spells: list[str], first: int, last: int, settings: Mapping[str, str] | None = None) -> Events:
    """`rules.events` of Parquet files by DuckDB, on a connection and in a database of its own.

    The steps are kept in a table there, on disk where large. `settings` are DuckDB's, such as memory_limit.
    """
    with _in_duckdb(spells, _numbers(first, last), settings) as (rows, calendar, keep):
        return rules.events(rows, calendar, first, last, keep=keep)


@contextmanager
def _in_duckdb(
    spells: list[str], numbers: Sequence[int], settings: Mapping[str, str] | None = None
) -> Iterator[tuple[Rows, Rows, Keep]]:
    with opened(spells, settings) as (connection, rows):
        calendar = connection.sql(f"SELECT range AS at FROM range({numbers[0]}, {numbers[-1] + 1})")
        names = (f"kept_{number}" for number in count())

        def keep(frame: Rows) -> Rows:
            name = next(names)
            frame.to_native().create(name)
            return nw.from_native(connection.table(name))

        yield rows, nw.from_native(calendar), keep


@contextmanager
def opened(
    spells: list[str], settings: Mapping[str, str] | None = None
) -> Iterator[tuple[duckdb.DuckDBPyConnection, Rows]]:
    """The rows of Parquet files in DuckDB, and the connection that reads them, with a database of its own.

    Closed at the end. `settings` are DuckDB's.
    """
    with duckdb.connect(":memory:", config=dict(settings or {})) as connection:
        yield connection, nw.from_native(connection.sql("SELECT * FROM read_parquet($files)", params={"files": spells}))


def check(panel: Panel, found: Events) -> None:
    """Raise Problem where the spells do not hold as many people at a month's end as the person-months say.

    The panel counts both when it is built, so a file of spells that is missing, doubled or of another revision is
    told by the month where it shows.
    """
    told = {part.month: part.rows for part in panel.manifest.of("person_months")}
    changed = found.everyone.with_columns(persons=pl.col("started") - pl.col("ended")).select("at", "persons")
    for number, persons in rules.cumulated(changed, found.first, found.last).rows():
        month = rules.month_numbered(number)
        if told.get(month, persons) != persons:
            raise Problem(
                f"the spells hold {persons} people at the end of {month_name(month)}, the person-months {told[month]}",
                file=panel.path,
                mend=MEND,
            )
