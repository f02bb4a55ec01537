"""Reading the register: in one view, without a writer that waits, every kind of value as it is stored."""

from datetime import date
from uuid import UUID

import polars as pl
import pytest
from django.db import InternalError, connection, transaction

from kokeilu import postgres
from kokeilu.panel import queries
from kokeilu.panel.columns import Table, read_table
from kokeilu.panel.tests.register_rows import person
from kokeilu.problems import Problem
from kokeilu.register.models import Extract, Situation

JANUARY, MARCH = date(2021, 1, 31), date(2021, 3, 31)


def values(kind: str, *sql: str) -> list:
    """Values given in SQL, read as a column of a kind."""
    rows = ", ".join(f"({each})" for each in sql)
    # A table of its own: blocks are of tables.
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE given ON COMMIT DROP AS SELECT * FROM (VALUES {rows}) AS v (value)")
        try:
            return read_table(Table("given", {"value": (kind, "value")}, "given")).rows()  # type: ignore[dict-item]
        finally:
            cursor.execute("DROP TABLE given")


@pytest.mark.django_db
def test_values_come_as_they_are_stored() -> None:
    assert values("day", "date '1899-12-31'", "NULL", "date '2100-02-28'") == [
        (date(1899, 12, 31),), (None,), (date(2100, 2, 28),),
    ]  # fmt: skip
    assert values("number", "0", "NULL", "2147483647") == [(0,), (None,), (2147483647,)]
    assert values("fact", "true", "false", "NULL") == [(1,), (0,), (None,)]
    assert values("big", "-9223372036854775808", "9223372036854775807") == [(-(2**63),), (2**63 - 1,)]
    assert values("text", "'091'", "NULL", "'Ä;\"\n'") == [("091",), (None,), ('Ä;"\n',)]
    assert values("key", "uuid '00000000-0000-0001-8000-000000000002'") == [(1, 2**63 + 2)]


@pytest.mark.django_db
def test_an_empty_table_has_the_types_of_a_full_one() -> None:
    empty = read_table(queries.SITUATIONS)
    assert empty.is_empty()
    person({"from": JANUARY})
    assert read_table(queries.SITUATIONS).schema == empty.schema


@pytest.mark.django_db
def test_a_separator_within_a_text_is_told() -> None:
    person({"from": JANUARY, "service": "coach\x1fing"})
    with pytest.raises(Problem, match="a text in register_situation holds a control character"):
        read_table(queries.SITUATIONS)


@pytest.mark.django_db(transaction=True)
def test_a_reading_sees_one_moment_and_no_writer_waits_for_it() -> None:
    with transaction.atomic():  # the database wants somebody responsible at its end
        someone = person({"from": JANUARY})
    with queries.snapshot():
        first = read_table(queries.SITUATIONS)
        with postgres.connect(connection.settings_dict["NAME"]) as writer:
            writer.execute("SET lock_timeout = '2s'")
            writer.execute("UPDATE register_situation SET municipality = '049'")
            writer.execute("UPDATE register_person SET sex = 'female' WHERE id = %s", [someone.pk])
        assert read_table(queries.SITUATIONS).equals(first)
        assert first.get_column("municipality").to_list() == ["091"]
    assert read_table(queries.SITUATIONS).get_column("municipality").to_list() == ["049"]


@pytest.mark.django_db(transaction=True)
def test_a_reading_writes_nothing_and_keeps_to_one_core() -> None:
    with transaction.atomic():
        person({"from": JANUARY})
    with pytest.raises(InternalError, match="read-only transaction"), queries.snapshot():
        Situation.objects.update(municipality="049")
    with queries.snapshot(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('transaction_isolation'), current_setting('max_parallel_workers_per_gather')"
        )
        assert cursor.fetchone() == ("repeatable read", "0")
    with connection.cursor() as cursor:  # the connection goes on as before
        cursor.execute("SELECT current_setting('transaction_read_only')")
        assert cursor.fetchone() == ("off",)


@pytest.mark.django_db
def test_people_of_all_tables_are_the_same_ones() -> None:
    for number in range(3):
        person({"from": JANUARY}, moves_on=MARCH, education=number)
    Extract.objects.update(as_of=MARCH)
    source = queries.read()
    numbers = [0, 1, 2]
    for frame in (source.situations, source.details):
        assert sorted(frame.get_column("person")) == numbers
    assert sorted(source.responsibilities.get_column("person").unique()) == numbers
    assert source.pseudonyms.is_sorted()
    assert source.people.get_column("person").to_list() == numbers
    assert source.details.schema["immigrant"] == pl.Boolean


@pytest.mark.django_db
def test_people_whose_ids_end_alike_are_told_apart() -> None:
    for number in range(3):
        person({"from": JANUARY}, id=UUID(int=(number << 64) + 7), education=number, sex="male")
    source = queries.read()
    assert sorted(source.details.select("education").to_series()) == [0, 1, 2]
    assert source.details.get_column("person").n_unique() == 3
    assert source.situations.height == 3
