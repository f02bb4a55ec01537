"""An import's changes into the tables: the state as the database has it, and what a pass of extracts changes in it."""

from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import date
from types import TracebackType
from typing import Self

import polars as pl
from django.db.backends.utils import CursorWrapper

from kokeilu.extract import COLUMNS
from kokeilu.register import store
from kokeilu.register.columns import COUNTER, PERIOD_FACTS
from kokeilu.register.people import People, store_people
from kokeilu.register.periods import Counter, Done, State, Table

LOADED_TABLES = (
    "register_personcode", "register_details", "register_contact", "register_situation", "register_supportdays",
)  # fmt: skip
CURRENT = "superseded_by_id IS NULL AND upper_inf(valid)"


def load_state(cursor: CursorWrapper, apart: Collection[str] = ()) -> tuple[People, State]:
    """Everyone known; the facts that hold now, and the newest reading of each counter, but of the persons `apart`."""
    people = People.load(cursor)
    numbers = people.persons.to_frame("person").with_row_index("who")
    if apart:
        numbers = numbers.filter(~pl.col("person").is_in(list(apart)))
    tables = {}
    for name, facts in PERIOD_FACTS.items():
        rows = store.fetch(
            cursor,
            {"person_id AS person": pl.String(), "id": pl.Int64()} | {fact: COLUMNS[fact] for fact in facts},
            f"register_{name} WHERE {CURRENT}",
        )
        rows = rows.join(numbers, on="person").with_columns(by=pl.lit(None, pl.Int32))
        tables[name] = Table(facts, rows.select("who", *facts, "id", "by"))
    readings = store.fetch(
        cursor,
        {"person_id AS person": pl.String(), "days": COLUMNS[COUNTER]},
        # Both orders descend, so that the index is read backwards and nothing is sorted.
        "(SELECT DISTINCT ON (person_id) person_id, days FROM register_supportdays"
        " WHERE superseded_by_id IS NULL ORDER BY person_id DESC, as_of DESC) newest",
    )
    return people, State(tables, Counter(readings.join(numbers, on="person").select("who", "days")))


class Storing:
    """Writes what is done with of a pass while the next extract is read and compared, in a thread, one piece at a time.

    The connection is this thread's from `begin` until `settled`. Leaving the `with` waits for what was begun.
    """

    def __init__(self, cursor: CursorWrapper, state: State, people: People) -> None:
        self._cursor, self._state, self._people = cursor, state, people
        self._extracts: list[tuple[str, date]] = []  # the pass's ids and days, by their numbers
        self._thread, self._begun = ThreadPoolExecutor(1), Future[None]()
        self._begun.set_result(None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._thread.shutdown()

    def settled(self) -> None:
        """Wait until what was begun is written. Raises what went wrong."""
        self._begun.result()

    def begin(self, extract: str, day: date) -> None:
        """Begin to write what the newest extract, stored by now, was the end of. Raises what went wrong before."""
        self.settled()
        self._extracts.append((extract, day))
        done = {name: table.done() for name, table in self._state.tables.items()}
        people, moved = self._people, self._state.counter.done()
        sources = _sources(self._extracts)
        self._begun = self._thread.submit(self._write, people.arrived(), done, moved, people.persons, sources)

    def _write(
        self,
        new: pl.DataFrame,
        done: Mapping[str, Done],
        moved: pl.DataFrame,
        persons: pl.Series,
        sources: pl.DataFrame,
    ) -> None:
        store_people(self._cursor, new)
        for name, (ended, closed) in done.items():
            _close(self._cursor, name, closed.join(sources, on="by"))  # first: what opened then follows on them
            _copy_periods(self._cursor, name, ended, persons, sources)
        told = moved.join(sources, on="by", how="left")
        store.copy_in(
            self._cursor, "register_supportdays",
            told.select("days", person_id=persons.gather(told["who"]), as_of="day", extract_id="extract"),
        )  # fmt: skip

    def finish(self) -> None:
        """Write what is open at the end of the pass, after all that was begun."""
        self.settled()
        sources = _sources(self._extracts)
        for name, table in self._state.tables.items():
            _copy_periods(self._cursor, name, table.open(), self._people.persons, sources)


def _sources(extracts: Sequence[tuple[str, date]]) -> pl.DataFrame:
    return pl.DataFrame(
        {"by": range(len(extracts)), "extract": [key for key, _ in extracts], "day": [day for _, day in extracts]},
        schema={"by": pl.Int32, "extract": pl.String, "day": pl.Date},
    )


def _copy_periods(
    cursor: CursorWrapper, name: str, periods: pl.DataFrame, persons: pl.Series, sources: pl.DataFrame
) -> None:
    ends = sources.select(closed_by="by", closed_by_id="extract", until="day")
    told = periods.join(sources, on="by", how="left").join(ends, on="closed_by", how="left")
    start, end = pl.col("day").cast(pl.String), pl.col("until").cast(pl.String).fill_null("")
    rows = told.select(
        *PERIOD_FACTS[name], "closed_by_id", person_id=persons.gather(told["who"]),
        valid=pl.format("[{},{})", start, end), opened_by_id="extract",
    )  # fmt: skip
    # Neighbours in the index one after the other: the constraint, which looks up each row, is quicker.
    store.copy_in(cursor, f"register_{name}", rows.sort("person_id"))


def _close(cursor: CursorWrapper, name: str, closed: pl.DataFrame) -> None:
    if closed.is_empty():
        return
    cursor.execute("CREATE TEMP TABLE closing (id bigint, day date, extract uuid) ON COMMIT DROP")
    store.copy_in(cursor, "closing", closed.select("id", "day", "extract"))
    cursor.execute("ANALYZE closing")
    cursor.execute(
        f"UPDATE register_{name} t SET valid = daterange(lower(t.valid), c.day), closed_by_id = c.extract"
        " FROM closing c WHERE t.id = c.id"
    )
    cursor.execute("DROP TABLE closing")
