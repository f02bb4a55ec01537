"""Customers and workers of Helsinki, made with the models, for the tests of this room."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange

from kokeilu.access.models import Membership, Organisation, Role, User
from kokeilu.access.policy import Actor
from kokeilu.casework.models import Assignment, WorkerProfile
from kokeilu.law.definition import shipped
from kokeilu.register.models import Contact, Details, Extract, Person, Situation
from kokeilu.transfer.models import Responsibility

FEBRUARY, START, TODAY = date(2021, 2, 28), date(2021, 3, 1), date(2021, 3, 31)
DETAILS = {
    "family_name": "Virtanen", "given_names": "Maija", "birth_date": date(1980, 5, 5), "language": "fi",
    "service_language": "fi", "immigrant": False, "education": 3, "occupation": "5120", "protected": False,
}  # fmt: skip
CONTACT = {
    "email": "maija@example.org", "phone": "040 000 0000", "street_address": "Koekatu 1", "postal_code": "00100",
    "city": "Helsinki",
}  # fmt: skip
SITUATION = {
    "municipality": "091", "placed_in": "none", "temporary_protection": False, "job_search_valid": True,
    "employment_code": "02", "service": "none", "benefit": "labour_market_support", "earnings_related_right": False,
    "job_search_since": date(2020, 6, 1), "unemployed_since": date(2020, 6, 1),
}  # fmt: skip


@dataclass
class City:
    """Helsinki and its people; `state` is the state's employment service."""

    area: Organisation
    state: Organisation
    extract: Extract
    people: int = field(default=0)

    def customer(self, since: date = START, organisation: Organisation | None = None, **facts: Any) -> Person:
        """A person of whom the register reports these facts, with the area's responsibility from `since` on."""
        person = Person.objects.create(known_since=since)
        for table, usual in ((Details, DETAILS), (Contact, CONTACT), (Situation, SITUATION)):
            values = {name: facts.get(name, value) for name, value in usual.items()}
            table.objects.create(person=person, valid=DateRange(FEBRUARY, None), opened_by=self.extract, **values)
        Responsibility.objects.create(
            person=person, organisation=organisation or self.area, valid=DateRange(since, None), ground="intake"
        )
        self.people += 1
        return person

    def worker(self, name: str = "Kaisa Koivu", capacity: int = 10, **profile: Any) -> WorkerProfile:
        """Somebody who works here and gets customers."""
        user = User.objects.create_user(f"{uuid.uuid4().hex}@helsinki.example", name)
        membership = Membership.objects.create(
            user=user, organisation=self.area, role=Role.WORKER, valid=DateRange(START, None)
        )
        known = {"languages": ["fi"], "specialities": [], "districts": []} | profile
        return WorkerProfile.objects.create(membership=membership, organisation=self.area, capacity=capacity, **known)

    def assign(self, person: Person, worker: WorkerProfile, since: date = START, *reasons: str) -> Assignment:
        """The worker is responsible for the person from a day on."""
        held = Responsibility.objects.standing().get(person=person, organisation=worker.organisation)
        return Assignment.objects.create(
            person=person, responsibility=held, worker=worker, organisation=worker.organisation,
            valid=DateRange(since, None), reasons=list(reasons) or ["capacity"],
        )  # fmt: skip


def acts_as(worker: WorkerProfile) -> Actor:
    return Actor(worker.membership.user, worker.organisation, Role.WORKER)


def settle() -> None:
    """Have the database check all that it would check at the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


@pytest.fixture
def city(db: None) -> City:
    names = shipped("kuntakokeilu").area_names("fi")
    area, _ = Organisation.objects.get_or_create(
        key="helsinki",
        defaults={"kind": "trial_area"}
        | dict.fromkeys(("name_fi", "name_en"), names["helsinki"])
        | {"name_sv": "Helsingfors"},
    )
    state, _ = Organisation.objects.get_or_create(
        key="te",
        defaults={"kind": "state", "name_fi": "TE-palvelut", "name_sv": "AN-tjänster", "name_en": "TE Services"},
    )
    extract = Extract.objects.create(as_of=FEBRUARY, sha256=uuid.uuid4().hex, file_name="register.parquet", rows=1)
    return City(area, state, extract)


@pytest.fixture
def lead(city: City, actor_of: Callable[..., Actor]) -> Actor:
    """A team lead of Helsinki."""
    return actor_of(Role.TEAM_LEAD, "helsinki")
