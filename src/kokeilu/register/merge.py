"""An import's changes into the tables: the state as the database has it, and what a pass of extracts changes in it."""

from collections.abc import Collection, Sequence
from datetime import date

import polars as pl
from django.db.backends.utils import CursorWrapper

from kokeilu.extract import COLUMNS
from kokeilu.register import store
from kokeilu.register.columns import COUNTER, PERIOD_FACTS
from kokeilu.register.people import People
from kokeilu.register.periods import Counter, State, Table

LOADED_TABLES = ("register_details", "register_contact", "register_situation", "register_supportdays")
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
        rows = rows.join(numbers, on="person").with_columns(run=pl.lit(None, pl.Int64))
        tables[name] = Table(facts, rows.select("who", *facts, "id", "run"))
    readings = store.fetch(
        cursor,
        {"person_id AS person": pl.String(), "days": COLUMNS[COUNTER]},
        # Both orders descend, so that the index is read backwards and nothing is sorted.
        "(SELECT DISTINCT ON (person_id) person_id, days FROM register_supportdays"
        " WHERE superseded_by_id IS NULL ORDER BY person_id DESC, as_of DESC) newest",
    )
    return people, State(tables, Counter(readings.join(numbers, on="person").select("who", "days")))


def store_state(cursor: CursorWrapper, state: State, people: People, extracts: Sequence[tuple[str, date]]) -> None:
    """Write what a pass changed. `extracts` are the pass's ids and days, by their numbers."""
    sources = pl.DataFrame(
        {"by": range(len(extracts)), "extract": [key for key, _ in extracts], "day": [day for _, day in extracts]},
        schema={"by": pl.Int32, "extract": pl.String, "day": pl.Date},
    )
    ends = sources.select(closed_by="by", closed_by_id="extract", until="day")
    for name, table in state.tables.items():
        opened, closed = table.changes()
        _close(cursor, name, closed.join(sources, on="by"))
        periods = opened.join(sources, on="by", how="left").join(ends, on="closed_by", how="left")
        start, end = pl.col("day").cast(pl.String), pl.col("until").cast(pl.String).fill_null("")
        store.copy_in(
            cursor, f"register_{name}",
            periods.select(
                *table.facts, "closed_by_id",
                person_id=people.persons.gather(periods["who"]),
                valid=pl.format("[{},{})", start, end),
                opened_by_id="extract",
            ),
        )  # fmt: skip
    moved = state.counter.changes().join(sources, on="by", how="left")
    store.copy_in(
        cursor, "register_supportdays",
        moved.select("days", person_id=people.persons.gather(moved["who"]), as_of="day", extract_id="extract"),
    )  # fmt: skip


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
