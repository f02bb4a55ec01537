"""Whoever the register reports for the first time is the state's from that day on."""

from datetime import date
from pathlib import Path

import pytest

from kokeilu.access.models import Organisation
from kokeilu.law.definition import shipped
from kokeilu.register.actions import import_extracts
from kokeilu.register.models import Person
from kokeilu.register.tests.people import FIRST, SECOND, THIRD, person, write
from kokeilu.transfer import actions
from kokeilu.transfer.models import Responsibility

pytestmark = pytest.mark.django_db

START = date(2021, 3, 1)


def load(folder: Path, as_of: date, numbers: range, *, correction: bool = False) -> None:
    path = write(folder / f"register-{as_of}.parquet", [person(number) for number in numbers])
    import_extracts([(path, as_of)], correction=correction)


def held() -> list[tuple[str, date, date | None]]:
    """Everybody's responsibilities without names: organisation, first day, end."""
    rows = Responsibility.objects.standing().values_list("organisation__key", "valid")
    return sorted((key, valid.lower, valid.upper or date.max) for key, valid in rows)


def test_new_people_are_the_states_from_the_day_they_are_known(tmp_path: Path) -> None:
    load(tmp_path, FIRST, range(2))
    load(tmp_path, SECOND, range(1, 4))  # two are new; who is gone stays the state's
    assert held() == [("te", FIRST, date.max)] * 2 + [("te", SECOND, date.max)] * 2
    state = Organisation.objects.get(key="te")
    assert (state.kind, state.name_sv) == (Organisation.Kind.STATE, "Arbets- och näringsbyrån")


def test_many_extracts_at_once_give_the_same(tmp_path: Path) -> None:
    plan = [
        (write(tmp_path / f"register-{day}.parquet", [person(n) for n in numbers]), day)
        for day, numbers in ((FIRST, range(2)), (SECOND, range(1, 4)))
    ]
    import_extracts(plan)
    assert held() == [("te", FIRST, date.max)] * 2 + [("te", SECOND, date.max)] * 2


def test_an_import_leaves_those_who_moved_with_their_area(tmp_path: Path) -> None:
    actions.ensure_organisations(shipped("kuntakokeilu"))
    load(tmp_path, SECOND, range(2))
    actions.run(shipped("kuntakokeilu"), START)
    load(tmp_path, THIRD, range(3))
    moved = [("helsinki", START, date.max)] * 2
    assert held() == [*moved, *[("te", SECOND, START)] * 2, ("te", THIRD, date.max)]


def test_a_correction_of_an_older_day_brings_people_who_were_there_before(tmp_path: Path) -> None:
    load(tmp_path, SECOND, range(2))
    load(tmp_path, FIRST, range(3), correction=True)
    assert [row for row in held() if row[1] == FIRST]
    for someone in Person.objects.order_by("pk"):
        rows = Responsibility.objects.standing().filter(person=someone).order_by("valid")
        assert rows[0].valid.lower == someone.known_since


def test_a_dry_run_leaves_nobody(tmp_path: Path) -> None:
    path = write(tmp_path / f"register-{FIRST}.parquet", [person(0)])
    import_extracts([(path, FIRST)], dry_run=True)
    assert held() == []
