"""Facts name extracts that exist and stay: refused by the database, whoever writes."""

from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from kokeilu.register.actions import import_extracts
from kokeilu.register.models import Extract
from kokeilu.register.tests.people import FIRST, person, write

pytestmark = pytest.mark.django_db

TABLES = ("details", "contact", "situation", "supportdays")


@pytest.fixture(autouse=True)
def extract(tmp_path: Path) -> Extract:
    """One person's facts, and the extract that reported them."""
    import_extracts([(write(tmp_path / "first.parquet", [person(0)]), FIRST)])
    return Extract.objects.get()


def refused(constraint: str, statement: str, *parameters: object) -> None:
    with pytest.raises(IntegrityError) as error, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, parameters)
    assert error.value.__cause__.diag.constraint_name == constraint


@pytest.mark.parametrize(
    ("table", "key"),
    [
        *((table, "superseded_by_id") for table in TABLES),
        *((table, key) for table in TABLES[:3] for key in ("opened_by_id", "closed_by_id")),
        ("supportdays", "extract_id"),
    ],
)
def test_no_fact_names_an_extract_that_does_not_exist(table: str, key: str) -> None:
    refused("extract_known", f"UPDATE register_{table} SET {key} = %s", uuid4())


@pytest.mark.parametrize("table", TABLES[:3])
def test_no_fact_is_written_for_an_extract_that_does_not_exist(table: str) -> None:
    refused(
        "extract_known",
        f"INSERT INTO register_{table} (person_id, valid, opened_by_id)"
        " SELECT id, daterange(%s, %s), %s FROM register_person",
        date(2020, 1, 1), date(2020, 2, 1), uuid4(),
    )  # fmt: skip


def test_no_reading_is_written_for_an_extract_that_does_not_exist() -> None:
    refused(
        "extract_known",
        "INSERT INTO register_supportdays (person_id, as_of, days, extract_id)"
        " SELECT id, %s, 1, %s FROM register_person",
        date(2020, 1, 1), uuid4(),
    )  # fmt: skip


def test_an_extract_is_neither_deleted_nor_renumbered(extract: Extract) -> None:
    refused("extract_kept", "DELETE FROM register_extract")
    refused("extract_kept", "UPDATE register_extract SET id = %s", uuid4())
    Extract.objects.update(file_name="another.parquet")
