"""An extract of a day already reported: what it says holds from its day until the next extract's.

Stored rows that say otherwise are superseded, never changed: what they said outside those days is written anew beside
what the correction says.
"""

from collections.abc import Collection
from datetime import date

import polars as pl
from django.db.backends.utils import CursorWrapper

from kokeilu.extract import COLUMNS
from kokeilu.register import store
from kokeilu.register.columns import COUNTER, PERIOD_FACTS
from kokeilu.register.people import People
from kokeilu.register.periods import WHO, Counts


def correct(
    cursor: CursorWrapper,
    people: People,
    rows: pl.DataFrame,
    new: pl.Series,
    extract: str,
    window: tuple[date, date | None],
    apart: Collection[str] = (),
) -> Counts:
    """Merge a correction. `rows` has `who` and the facts of everyone in it, `new` who was never known (stored
    already), `window` its day and the next extract's, None where there is none; nothing is done to the persons
    `apart`, who are not in the rows."""
    persons = people.persons.gather(rows["who"])
    stated = rows.with_columns(person=persons)
    altered, gone = [], pl.Series("who", [], dtype=WHO)
    present = pl.Series("person", [], dtype=pl.String)
    for name, facts in PERIOD_FACTS.items():
        held = _held(cursor, name, facts, window).filter(~pl.col("person").is_in(list(apart)))
        present = held["person"]
        replaced, gone = _replace(cursor, name, facts, stated, held, extract, window)
        altered.append(replaced)
    altered.append(_correct_counter(cursor, stated, extract, window))
    _known_longer(cursor, stated, window[0])
    arrived = stated.select("person").join(present.to_frame("person"), on="person", how="anti")
    changed = pl.concat(altered).unique().to_frame("person").join(arrived, on="person", how="anti")
    return Counts(
        people=len(rows),
        new=len(new),
        changed=len(changed),
        returned=len(arrived) - len(new),
        unchanged=len(rows) - len(arrived) - len(changed),
        closed=len(gone),
    )


def _held(cursor: CursorWrapper, name: str, facts: tuple[str, ...], window: tuple[date, date | None]) -> pl.DataFrame:
    """What holds in the window so far: one row a person at most, since periods begin and end on extracts' days."""
    return store.fetch(
        cursor,
        {"person_id AS person": pl.String(), "id": pl.Int64()} | {fact: COLUMNS[fact] for fact in facts},
        f"register_{name} WHERE superseded_by_id IS NULL AND valid && daterange(%s, %s)",
        window,
    )


def _replace(
    cursor: CursorWrapper,
    name: str,
    facts: tuple[str, ...],
    stated: pl.DataFrame,
    held: pl.DataFrame,
    extract: str,
    window: tuple[date, date | None],
) -> tuple[pl.Series, pl.Series]:
    """Returns the persons whose facts the correction changes in this table, and those it does not know."""
    was = held.rename({fact: f"{fact}.was" for fact in facts})
    both = stated.select("person", *facts).join(was, on="person", how="full", coalesce=True)
    in_extract = both.join(stated.select("person"), on="person", how="semi")
    same = pl.col("id").is_not_null() & pl.all_horizontal(
        pl.col(fact).eq_missing(pl.col(f"{fact}.was")) for fact in facts
    )
    differs = in_extract.filter(~same)
    gone = both.join(stated.select("person"), on="person", how="anti")
    _supersede(cursor, name, pl.concat([differs["id"], gone["id"]]).drop_nulls(), facts, extract, window)
    start, end = window
    store.copy_in(
        cursor, f"register_{name}",
        differs.select(
            *facts, person_id="person", valid=pl.lit(f"[{start},{end or ''})"), opened_by_id=pl.lit(extract),
            closed_by_id=pl.lit(extract if end else None, pl.String),
        ),
    )  # fmt: skip
    return differs.filter(pl.col("id").is_not_null())["person"], gone["person"]


def _supersede(
    cursor: CursorWrapper,
    name: str,
    ids: pl.Series,
    facts: tuple[str, ...],
    extract: str,
    window: tuple[date, date | None],
) -> None:
    """Supersede rows and write anew what they say before and after the window."""
    if ids.is_empty():
        return
    start, end = window
    table, columns = f"register_{name}", ", ".join(facts)
    cursor.execute("CREATE TEMP TABLE superseding (id bigint) ON COMMIT DROP")
    store.copy_in(cursor, "superseding", ids.to_frame("id"))
    cursor.execute(f"UPDATE {table} SET superseded_by_id = %s WHERE id IN (SELECT id FROM superseding)", [extract])
    cursor.execute(
        f"INSERT INTO {table} (person_id, valid, opened_by_id, closed_by_id, {columns})"
        f" SELECT person_id, daterange(lower(valid), %s), %s, %s, {columns} FROM {table}"
        " WHERE id IN (SELECT id FROM superseding) AND lower(valid) < %s",
        [start, extract, extract, start],
    )
    if end:
        cursor.execute(
            f"INSERT INTO {table} (person_id, valid, opened_by_id, closed_by_id, {columns})"
            f" SELECT person_id, daterange(%s, upper(valid)), %s, closed_by_id, {columns} FROM {table}"
            " WHERE id IN (SELECT id FROM superseding) AND (upper_inf(valid) OR upper(valid) > %s)",
            [end, extract, end],
        )
    cursor.execute("DROP TABLE superseding")


def _known_longer(cursor: CursorWrapper, stated: pl.DataFrame, day: date) -> None:
    """Who is in the extract of an earlier day than any so far has been known since then."""
    cursor.execute("CREATE TEMP TABLE known (person uuid) ON COMMIT DROP")
    store.copy_in(cursor, "known", stated.select("person"))
    cursor.execute(
        "UPDATE register_person p SET known_since = %s FROM known WHERE p.id = known.person AND p.known_since > %s",
        [day, day],
    )
    cursor.execute("DROP TABLE known")


def _correct_counter(
    cursor: CursorWrapper, stated: pl.DataFrame, extract: str, window: tuple[date, date | None]
) -> pl.Series:
    """Set the counters of the people in the correction on its day, and leave them as they were from the next
    extract's day on. Returns whose counter it changed."""
    start, end = window
    cursor.execute("CREATE TEMP TABLE counted (person uuid PRIMARY KEY, days integer) ON COMMIT DROP")
    store.copy_in(cursor, "counted", stated.select("person", days=COUNTER))
    reading = (
        "SELECT days FROM register_supportdays s WHERE s.person_id = c.person AND s.superseded_by_id IS NULL"
        " AND s.as_of {} %s ORDER BY s.as_of DESC LIMIT 1"
    )
    cursor.execute(
        "CREATE TEMP TABLE recount ON COMMIT DROP AS SELECT c.person, c.days,"
        f" ({reading.format('<=')}) AS was, ({reading.format('<')}) AS before,"
        f" ({reading.format('<=')}) AS after FROM counted c",
        [start, start, end or start],
    )
    cursor.execute("DELETE FROM recount WHERE days IS NOT DISTINCT FROM was")
    cursor.execute(
        "UPDATE register_supportdays s SET superseded_by_id = %s FROM recount r"
        " WHERE s.person_id = r.person AND s.as_of = %s AND s.superseded_by_id IS NULL",
        [extract, start],
    )
    insert = "INSERT INTO register_supportdays (person_id, as_of, days, extract_id)"
    cursor.execute(
        f"{insert} SELECT person, %s, days, %s FROM recount WHERE days IS DISTINCT FROM before", [start, extract]
    )
    if end:
        cursor.execute(
            f"{insert} SELECT person, %s, after, %s FROM recount r WHERE after IS DISTINCT FROM days AND NOT EXISTS"
            " (SELECT FROM register_supportdays s WHERE s.person_id = r.person AND s.as_of = %s"
            "  AND s.superseded_by_id IS NULL)",
            [end, extract, end],
        )
    changed = store.fetch(cursor, {"person": pl.String()}, "recount")
    cursor.execute("DROP TABLE counted, recount")
    return changed["person"]
