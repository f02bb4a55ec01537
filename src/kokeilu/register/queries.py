"""What the register knows: of one person, of everyone on a day, and as it was known at an earlier time."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import TypeVar
from uuid import UUID

import polars as pl
from django.db import connection
from django.db.models import QuerySet

from kokeilu import clock
from kokeilu.extract import COLUMNS
from kokeilu.register import store
from kokeilu.register.columns import COUNTER, PERIOD_FACTS
from kokeilu.register.families import records_of, root_of
from kokeilu.register.identity import code_hashes, decrypt
from kokeilu.register.models import CURRENT, STANDING, Details, Extract, Period, Person, PersonCode, Union, finnish_key
from kokeilu.register.timeline import timeline

__all__ = [
    "address_open", "current", "deceased", "facts_as_known", "facts_on", "find_person", "finnish_key", "identity_code",
    "newest_extract", "on_day", "records_of", "root_of", "timeline",
]  # fmt: skip

AnyPeriod = TypeVar("AnyPeriod", bound=Period)


def current(table: type[AnyPeriod]) -> QuerySet[AnyPeriod]:
    """The rows of a table of facts that hold now: one per person whom the newest extract reports."""
    return table._default_manager.filter(CURRENT)


def on_day(table: type[AnyPeriod], day: date) -> QuerySet[AnyPeriod]:
    """The rows of a table of facts that hold on a day, as known now."""
    return table._default_manager.filter(valid__contains=day, superseded_by=None)


def newest_extract(day: date | None = None) -> Extract | None:
    """The extract that facts of a day rest on: the newest as of that day or before, the last imported of several."""
    extracts = Extract.objects.filter(kind=Extract.Kind.EXTRACT).order_by("-as_of", "-imported_at")
    return (extracts.filter(as_of__lte=day) if day else extracts).first()


def find_person(code: str) -> UUID | None:
    """The person with an identity code, or None. The code is looked up by its keyed hash."""
    record = find_record(code)
    return None if record is None else root_of(record)


def find_record(code: str) -> UUID | None:
    """The record that an identity code came with, or None; `root_of` says under which record the person is kept."""
    (found_by,) = code_hashes([code.strip().upper()])
    return PersonCode.objects.filter(hash=found_by).values_list("person_id", flat=True).first()


def identity_code(person: UUID | str) -> str | None:
    """A person's identity code, the newest where there are several, to show to someone who may see it. Never for
    logs, addresses or file names."""
    records = records_of(UUID(str(person)))  # frames hold texts
    codes = {row.person_id: row for row in PersonCode.objects.filter(person__in=records)}
    row = next((codes[record] for record in records if record in codes), None)
    return decrypt(bytes(row.ciphertext), bytes(row.hash)) if row else None


def deceased(persons: Collection[UUID], day: date | None = None) -> set[UUID]:
    """Those of the persons who died before a day (today where None): nothing is sent to them, nothing is to be done."""
    ended = Person.objects.filter(pk__in=persons, known_until__lte=day or clock.today())
    merged = Union.objects.filter(STANDING).values("merged")
    return set(ended.exclude(pk__in=merged).values_list("pk", flat=True))


def address_open(persons: Collection[UUID]) -> set[UUID]:
    """Those of the persons of whom the newest facts say that the address is not protected. Of the others nothing may
    be shown that tells where they live: no address, municipality, district, nor a trial area that follows from them."""
    rows = Details.objects.filter(person__in=persons, superseded_by=None).order_by("person", "-valid")
    newest = rows.distinct("person").values_list("person", "protected")
    return {person for person, protected in newest if protected is False}


def facts_on(day: date, persons: Collection[str] | None = None) -> pl.DataFrame:
    """Everyone whom the register reports on a day, as known now: `person` (UUID as text) and the columns of the
    extract but the identity code, sorted by person. Only of `persons`, where they are given."""
    holds = "valid @> %(day)s AND superseded_by_id IS NULL"
    return _facts(holds, "superseded_by_id IS NULL", {"day": day}, persons)


def facts_as_known(day: date, known_on: datetime, persons: Collection[str] | None = None) -> pl.DataFrame:
    """As facts_on, with what had been imported by the moment `known_on` (with a time zone), and nothing later."""
    if known_on.tzinfo is None:
        raise ValueError("known_on needs a time zone")
    known = known_extracts()
    standing = f"(superseded_by_id IS NULL OR superseded_by_id NOT IN ({known}))"
    holds = (
        f"opened_by_id IN ({known}) AND {standing} AND lower(valid) <= %(day)s"
        f" AND (upper_inf(valid) OR upper(valid) > %(day)s OR closed_by_id NOT IN ({known}))"
    )
    return _facts(holds, f"extract_id IN ({known}) AND {standing}", {"day": day, "known": known_on}, persons)


def known_extracts() -> str:
    """A subquery of the extracts that were known at the moment %(known)s."""
    return "SELECT id FROM register_extract WHERE imported_at <= %(known)s"


def stood_then(table: str) -> str:
    """What follows FROM: a table's rows about %(persons)s that were not superseded at the moment %(known)s.

    Two parts, each found by an index of its own; one condition for both would read the whole table for one person.
    """
    rows = f"SELECT * FROM register_{table} WHERE person_id = ANY(%(persons)s::uuid[]) AND superseded_by_id"
    return f"({rows} IS NULL UNION ALL {rows} IS NOT NULL AND superseded_by_id NOT IN ({known_extracts()}))"


def _facts(holds: str, counts: str, parameters: Mapping[str, object], persons: Collection[str] | None) -> pl.DataFrame:
    """The three tables' rows that hold, joined, and the newest counter's reading that counts."""
    if persons is not None:
        holds, counts = (f"person_id = ANY(%(persons)s::uuid[]) AND {condition}" for condition in (holds, counts))
        parameters = {**parameters, "persons": list(persons)}
    # Materialized, so that the tables are hashed: joined by their indexes 150 000 people take four times as long.
    tables = ", ".join(
        f"{name} AS MATERIALIZED (SELECT person_id, {', '.join(facts)} FROM register_{name} WHERE {holds})"
        for name, facts in PERIOD_FACTS.items()
    )
    source = (
        f"(WITH {tables} SELECT * FROM situation JOIN details USING (person_id) JOIN contact USING (person_id)"
        f" LEFT JOIN (SELECT DISTINCT ON (person_id) person_id, days FROM register_supportdays"
        f" WHERE as_of <= %(day)s AND {counts} ORDER BY person_id DESC, as_of DESC) counter USING (person_id)) facts"
    )
    columns = {"person_id AS person": pl.String()} | {
        f"days AS {name}" if name == COUNTER else name: dtype for name, dtype in COLUMNS.items() if name != "person"
    }
    with connection.cursor() as cursor:
        return store.fetch(cursor, columns, source, parameters).sort("person")
