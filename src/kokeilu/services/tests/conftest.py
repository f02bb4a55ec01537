"""People of Helsinki and Espoo under the law of the trial, those who ask about them, and the officers who answer."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from kokeilu.access.models import Role
from kokeilu.access.policy import Actor
from kokeilu.law.definition import shipped
from kokeilu.register.models import Person
from kokeilu.services import actions
from kokeilu.services.models import Request
from kokeilu.transfer import actions as transfer
from kokeilu.transfer.tests.people import START, extract, people

TODAY = date(2021, 3, 31)
DEADLINE = date(2021, 4, 16)
VALIDITY, UNEMPLOYMENT, OTHER, SELECTION = (
    "job_search_validity_statement", "unemployment_statement", "other_statements", "training_selection",
)  # fmt: skip
AFTER = date(2021, 10, 2)  # some statements are the municipality's from this day on


@dataclass
class Place:
    """Who is there: customers of Helsinki and one of Espoo, and people at work."""

    persons: list[Person]
    elsewhere: Person
    worker: Actor
    lead: Actor
    espoo: Actor
    officer: Actor
    other_officer: Actor
    asked: int = field(default=0)

    @property
    def person(self) -> Person:
        return self.persons[0]

    def ask(self, person: Person | None = None, task: str = OTHER, **given: Any) -> Request:
        """A request that the worker of Helsinki sends, with a deadline unless it says otherwise."""
        self.asked += 1
        given = {"deadline": DEADLINE, "actor": self.worker, "question": f"Question {self.asked}"} | given
        if task == SELECTION:
            given.setdefault("training", "Laitoshuoltajan koulutus")
        return actions.ask((person or self.person).pk, task, given.pop("question"), **given)

    def taken_up(self, **given: Any) -> Request:
        """A request that the officer has taken up."""
        request = self.ask(**given)
        actions.take_up(request.pk, actor=self.officer)
        return request

    def answered(self, **given: Any) -> Request:
        """A request that the officer has answered."""
        request = self.taken_up(**given)
        actions.answer(request.pk, FAVOURABLE, actor=self.officer)
        return request


FAVOURABLE = actions.Answer("favourable", "Nothing stands against it.", "1290/2002 2 luku")


def make(actor_of: Callable[..., Actor]) -> Place:
    """The place, made by the rooms above."""
    transfer.ensure_organisations(shipped("kuntakokeilu"))
    with transaction.atomic():
        *persons, elsewhere = people(
            extract(), *({"given_names": f"Testi {n}"} for n in range(4)), {"municipality": "049"}
        )
    transfer.run(shipped("kuntakokeilu"), START)
    return Place(
        persons, elsewhere, actor_of(Role.WORKER, "helsinki"), actor_of(Role.TEAM_LEAD, "helsinki"),
        actor_of(Role.WORKER, "espoo"), actor_of(Role.STATE_OFFICER, "te"), actor_of(Role.STATE_OFFICER, "te"),
    )  # fmt: skip


@pytest.fixture
def place(actor_of: Callable[..., Actor]) -> Place:
    return make(actor_of)


def logged_in(actor: Actor, language: str = "en") -> Client:
    """The browser of a person at work, in a language."""
    type(actor.user).objects.filter(pk=actor.user.pk).update(language=language)
    client = Client()
    client.force_login(actor.user)
    return client


def settle() -> None:
    """Have the database check all that it would check at the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
