"""The sex that an identity code tells: stored with the record, also of records from before it was."""

from datetime import date
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import polars as pl
import pytest
from django.apps import apps
from django.db import connection

from kokeilu.register import rules, statements
from kokeilu.register.models import Person
from kokeilu.register.tests.people import FIRST, code, person
from kokeilu.register.tests.test_import import load

BORN = date(1980, 5, 5)


def test_the_individual_number_is_odd_for_men_and_even_for_women() -> None:
    codes = [code(BORN, number, sign) for number in (900, 901, 998, 999) for sign in "-A"]
    told = pl.DataFrame({"code": codes}).select(rules.code_sex(pl.col("code"))).to_series().to_list()
    assert told == ["female", "female", "male", "male", "female", "female", "male", "male"]


@pytest.mark.django_db
def test_a_record_has_the_sex_of_its_code(tmp_path: Path) -> None:
    load(tmp_path, FIRST, [person(1), person(2)])
    assert sorted(Person.objects.values_list("sex", flat=True)) == ["female", "male"]
    kept = Person.objects.get(sex="male")
    newer = code(BORN, 944)
    statements.add_code(kept.pk, newer, "new code", actor=None)
    assert Person.objects.filter(sex="female").count() == 2
    assert Person.objects.get(pk=kept.pk).sex == "male"


@pytest.mark.django_db
def test_records_from_before_are_told_from_their_codes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    load(tmp_path, FIRST, [person(number) for number in range(5)])
    told = dict(Person.objects.values_list("pk", "sex"))
    Person.objects.update(sex=None)
    migration = import_module("kokeilu.register.migrations.0005_sex")
    monkeypatch.setattr(migration, "AT_ONCE", 2)  # more than one part
    migration.tell(apps, SimpleNamespace(connection=connection))
    assert dict(Person.objects.values_list("pk", "sex")) == told
    assert len(set(told.values())) == 2
