"""New job seekers come from the state's register alone: nothing that a municipality opens, does or runs adds one.

Shown from both ends. Of the program: the modules that write people are the import and the statements on identities,
and the operations that lead to them are not a municipality's. Of the running site: everything that its people may send
is sent, and there are as many people as before.
"""

import re
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.test import Client

import kokeilu
from kokeilu.access.models import Organisation, Role
from kokeilu.access.policy import Actor
from kokeilu.register import operations, statements
from kokeilu.register.actions import import_extracts
from kokeilu.register.models import Details, Person, PersonCode
from kokeilu.register.tests.people import THIRD, person, write
from kokeilu.tests.test_access_table import ADDRESSES, ROWS
from kokeilu.tests.world import STAFF, World

PACKAGE = Path(kokeilu.__file__).parent
MUNICIPAL = ("worker", "worker_elsewhere", "team_lead")
# A line that makes people: by the model, by SQL, by COPY.
MAKES = re.compile(
    r"(?<!class )\bPerson(?:\.objects\.\w*create|\._default_manager\.\w*create|\()"
    r"|INSERT INTO register_person\b|copy_in\([^)]*\"register_person\""
)
# What is sent with everything: more than any form takes, some of it an identity code of the range 900-999.
SENT = {"person": person(70)["person"], "code": person(70)["person"], "search": person(70)["person"], "confirmed": "on"}


def test_people_are_written_by_the_import_and_by_statements_on_identities_alone() -> None:
    sources = [path for path in PACKAGE.rglob("*.py") if not {"tests", "migrations"} & set(path.parts)]
    makes = {str(path.relative_to(PACKAGE)) for path in sources if MAKES.search(path.read_text(encoding="utf-8"))}
    assert makes == {"register/people.py", "register/statements.py"}


def test_the_operations_that_lead_there_are_not_a_municipalitys() -> None:
    municipal = {role for role, place in STAFF.values() if place not in ("te", "ely-uusimaa")}
    assert municipal == {Role.WORKER, Role.TEAM_LEAD}
    for operation in (operations.IMPORT, operations.IDENTITY):
        assert not operation.roles & municipal


@pytest.mark.parametrize("who", MUNICIPAL)
def test_the_actions_refuse_a_municipality(world: World, tmp_path: Path, who: str) -> None:
    role, place = STAFF[who]
    actor = Actor(world.staff[who], Organisation.objects.get(key=place), role)
    before = Person.objects.count()
    file = write(tmp_path / "extract.parquet", [person(70)])
    with pytest.raises(PermissionDenied):
        import_extracts([(file, THIRD)], actor=actor)
    with pytest.raises(PermissionDenied), transaction.atomic():
        statements.add_code(world.parameters["person_id"], person(70)["person"], "A new one", actor=actor)
    assert Person.objects.count() == before


@pytest.mark.parametrize("who", MUNICIPAL)
def test_no_address_lets_a_municipality_add_a_person(world: World, who: str) -> None:
    before = set(Person.objects.values_list("pk", flat=True)), PersonCode.objects.count(), Details.objects.count()
    client = Client()
    client.force_login(world.staff[who])
    sent = 0
    for route, method in sorted(ROWS):
        address = ADDRESSES[route, method]
        if method != "POST" or ROWS[route, method][who] != "permit" or address.name == "account_logout":
            continue
        assert client.post(address.path(world.parameters), SENT).status_code < 500, route
        sent += 1
    assert sent > 3
    after = set(Person.objects.values_list("pk", flat=True)), PersonCode.objects.count(), Details.objects.count()
    assert after == before
