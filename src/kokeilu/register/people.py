"""Who is who during an import: identity codes of extracts to persons, known and new."""

import uuid
from dataclasses import dataclass, field
from datetime import date

import polars as pl
from django.db.backends.utils import CursorWrapper

from kokeilu.register import rules, store
from kokeilu.register.identity import code_hashes, encrypt
from kokeilu.register.periods import WHO

_CODES = pl.Schema({"code": pl.String(), "hash": pl.String(), "who": WHO})


@dataclass
class People:
    """Persons by number (`who` is the row in `persons`), found by the hash of their code.

    `persons` is every person's id; `known` the stored hashes and their `who`; `seen` every code of this pass with
    its `who`, so that each is hashed once; `arrivals` the new ones: code, hash, who, known_since.
    """

    persons: pl.Series
    known: pl.DataFrame
    seen: pl.DataFrame = field(default_factory=_CODES.to_frame)
    arrivals: list[pl.DataFrame] = field(default_factory=list)

    @classmethod
    def load(cls, cursor: CursorWrapper) -> "People":
        """Everyone whom the database knows."""
        rows = store.fetch(
            cursor,
            {"encode(hash, 'hex') AS hash": pl.String(), "person_id AS person": pl.String()},
            "register_personcode",
        )
        return cls(rows["person"], rows.select("hash").with_row_index("who").cast({"who": WHO}))

    def number(self, rows: pl.DataFrame, as_of: date) -> tuple[pl.DataFrame, pl.Series]:
        """Give rows of an extract `who` in place of the code; returns them and the numbers of the new people."""
        numbered = rows.join(self.seen.select("code", "who"), left_on="person", right_on="code", how="left")
        unseen = numbered.filter(pl.col("who").is_null())["person"]
        met, new = self._meet(unseen, as_of)
        late = numbered.join(met.select("code", late="who"), left_on="person", right_on="code", how="left")
        return late.with_columns(who=pl.coalesce("who", "late")).drop("person", "late"), new

    def _meet(self, codes: pl.Series, as_of: date) -> tuple[pl.DataFrame, pl.Series]:
        hashes = pl.Series("hash", [digest.hex() for digest in code_hashes(codes)], dtype=pl.String)
        met = pl.DataFrame({"code": codes, "hash": hashes}).join(self.known, on="hash", how="left")
        old, new = met.filter(pl.col("who").is_not_null()), met.filter(pl.col("who").is_null())
        first = len(self.persons)
        new = new.with_columns(who=pl.int_range(first, first + pl.len(), dtype=WHO))
        self.persons = pl.concat([
            self.persons, pl.Series("person", [str(uuid.uuid4()) for _ in range(len(new))], dtype=pl.String)
        ])  # fmt: skip
        met = pl.concat([old, new])
        self.seen = pl.concat([self.seen, met])
        self.arrivals.append(new.with_columns(known_since=pl.lit(as_of)))
        return met, new["who"]

    def arrived(self) -> pl.DataFrame:
        """The people who are new since the last call: code, hash, who, known_since, and their id as `person`."""
        new = pl.concat([pl.Schema({**_CODES, "known_since": pl.Date()}).to_frame(), *self.arrivals])
        self.arrivals = []
        return new.with_columns(person=self.persons.gather(new["who"]))

    def store_new(self, cursor: CursorWrapper) -> None:
        """Write the people who are new since the last call, their codes encrypted."""
        store_people(cursor, self.arrived())


def store_people(cursor: CursorWrapper, new: pl.DataFrame) -> None:
    """Write people who are new (`People.arrived`), their codes encrypted."""
    if new.is_empty():
        return
    store.copy_in(cursor, "register_person", new.select("known_since", id="person", sex=rules.code_sex(pl.col("code"))))
    hashes = [bytes.fromhex(text) for text in new["hash"]]
    sealed = pl.Series([rf"\x{row.hex()}" for row in encrypt(new["code"], hashes)], dtype=pl.String)
    store.copy_in(
        cursor, "register_personcode",
        new.select("person", hash=r"\x" + pl.col("hash"), ciphertext=sealed).rename({"person": "person_id"}),
    )  # fmt: skip
