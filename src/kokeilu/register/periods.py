"""From a sequence of extracts to what changed: which periods close, which open, which counters moved.

Pure columns, no database. People are numbered (`who`, uint32); each extract is compared with the state that the
extracts before it left, value by value, and only differences are kept. Many extracts one after the other give the
same rows as importing them one by one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from kokeilu.extract import COLUMNS
from kokeilu.register.columns import COUNTER

WHO = pl.UInt32()
Done = tuple[pl.DataFrame, pl.DataFrame]
"""Periods that opened and closed (who, facts, `by`, `closed_by`: numbers of extracts), and stored ones that close (id,
`by`)."""


def _schema(facts: Iterable[str]) -> pl.Schema:
    return pl.Schema({"who": WHO} | {name: COLUMNS[name] for name in facts})


@dataclass
class Table:
    """The periods of one table while extracts are read.

    `now` holds a row per person with an open period: who, the facts, `id` (the stored row's, null where the period
    opened in this pass) and `by` (the number of the extract that opened it in this pass, else null). `ended` and
    `closed` collect what is done with: periods that opened and closed in this pass, and stored ones that close.
    """

    facts: Sequence[str]
    now: pl.DataFrame
    ended: list[pl.DataFrame] = field(default_factory=list)
    closed: list[pl.DataFrame] = field(default_factory=list)

    def see(self, number: int, rows: pl.DataFrame) -> tuple[pl.Series, pl.Series]:
        """Take in extract `number` of this pass: who and the facts of everyone in it.

        Returns who has a changed period (closed and opened anew) and who has none any more.
        """
        was = {name: f"{name}.was" for name in self.facts}
        both = rows.select("who", *self.facts).join(self.now.rename(was).with_columns(held=True), on="who", how="left")
        same = pl.col("held").is_not_null() & pl.all_horizontal(
            pl.col(name).eq_missing(pl.col(before)) for name, before in was.items()
        )
        both = both.with_columns(same=same)
        changed = both.filter(~pl.col("same"))
        gone = self.now.join(rows.select("who"), on="who", how="anti")
        held = changed.filter("held").drop(self.facts).rename({before: name for name, before in was.items()})
        self._end(number, held)
        self._end(number, gone)
        new = changed.select("who", *self.facts, id=pl.lit(None, pl.Int64), by=pl.lit(number, pl.Int32))
        kept = both.filter("same").select("who", *self.facts, "id", "by")
        self.now = pl.concat([kept, new])
        return held["who"], gone["who"]

    def _end(self, number: int, periods: pl.DataFrame) -> None:
        """Note that periods of `now` end with extract `number`."""
        end = pl.lit(number, pl.Int32)
        self.closed.append(periods.filter(pl.col("by").is_null()).select("id", by=end))
        self.ended.append(periods.drop_nulls("by").select("who", *self.facts, "by", closed_by=end))

    def done(self) -> Done:
        """What is done with since the last call."""
        numbers = {"by": pl.Int32(), "closed_by": pl.Int32()}
        ended = pl.concat([pl.Schema({**_schema(self.facts), **numbers}).to_frame(), *self.ended])
        closed = pl.concat([pl.Schema({"id": pl.Int64(), "by": pl.Int32()}).to_frame(), *self.closed])
        self.ended, self.closed = [], []
        return ended, closed

    def open(self) -> pl.DataFrame:
        """What this pass opened and that is open still: who, facts, `by`, and `closed_by`, which is null."""
        return self.now.drop_nulls("by").select("who", *self.facts, "by", closed_by=pl.lit(None, pl.Int32))


@dataclass
class Counter:
    """The newest reading of each person's counter (`now`: who, days) and the readings that moved in this pass."""

    now: pl.DataFrame
    moved: list[pl.DataFrame] = field(default_factory=list)

    def see(self, number: int, rows: pl.DataFrame) -> pl.Series:
        """Take in an extract; returns whose counter moved. No reading yet is as good as an unknown one."""
        read = rows.select("who", days=COUNTER)
        both = read.join(self.now.select("who", was="days"), on="who", how="left")
        moved = both.filter(~pl.col("days").eq_missing(pl.col("was"))).select("who", "days")
        self.moved.append(moved.with_columns(by=pl.lit(number, pl.Int32)))
        # People that are missing now keep their reading: they may come back.
        absent = self.now.join(read, on="who", how="anti")
        self.now = pl.concat([absent, read])
        return moved["who"]

    def done(self) -> pl.DataFrame:
        """The readings that moved since the last call: who, days, `by` (the extract's number)."""
        schema = pl.Schema({"who": WHO, "days": COLUMNS[COUNTER], "by": pl.Int32()})
        moved, self.moved = self.moved, []
        return pl.concat([schema.to_frame(), *moved])


@dataclass(frozen=True)
class Counts:
    """What one extract did: people in it, of whom `new` were never known, `changed` have other facts, `returned`
    were known but absent, `unchanged` the rest; `closed` people were known and are not in it."""

    people: int
    new: int
    changed: int
    returned: int
    unchanged: int
    closed: int

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(**{name: figure + vars(other)[name] for name, figure in vars(self).items()})


@dataclass
class State:
    """What is known of everyone, moved on extract by extract."""

    tables: Mapping[str, Table]
    counter: Counter

    def see(self, number: int, rows: pl.DataFrame, new: pl.Series) -> Counts:
        """Take in extract `number` of this pass. `rows` has `who` and the format's facts; `new` are those in it
        whom nobody knew before."""
        situation = self.tables["situation"].now
        present_before = situation["who"]
        changed = [self.counter.see(number, rows)]
        gone = present_before.clear()
        for table in self.tables.values():
            held, gone = table.see(number, rows)
            changed.append(held)
        returned = rows.select("who").join(present_before.to_frame(), on="who", how="anti")
        returned = returned.join(new.to_frame("who"), on="who", how="anti")
        arrived = pl.concat([returned["who"], new.cast(WHO)])
        altered = pl.concat(changed).unique().to_frame("who").join(arrived.to_frame("who"), on="who", how="anti")
        return Counts(
            people=len(rows),
            new=len(new),
            changed=len(altered),
            returned=len(returned),
            unchanged=len(rows) - len(arrived) - len(altered),
            closed=len(gone),
        )
