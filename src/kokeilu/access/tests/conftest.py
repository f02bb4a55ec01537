"""People for the tests of access."""

from collections.abc import Callable

import pytest
from django.test import Client

from kokeilu.access.models import Role
from kokeilu.access.policy import Actor


@pytest.fixture
def logged_in(actor_of: Callable) -> Callable[..., tuple[Client, Actor]]:
    """A client logged in as somebody new: `logged_in(Role.WORKER, "helsinki")` gives the client and the actor."""

    def make(role: Role, organisation: str) -> tuple[Client, Actor]:
        actor = actor_of(role, organisation)
        actor.user.language = "en"
        actor.user.save()
        client = Client()
        client.force_login(actor.user)
        return client, actor

    return make
