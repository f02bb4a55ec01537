"""Who opens the pages of transfer in its tests."""

from collections.abc import Callable

import pytest
from django.test import Client

from kokeilu.access.models import Role
from kokeilu.access.policy import Actor


@pytest.fixture
def enter(client: Client, actor_of: Callable) -> Callable[..., Actor]:
    """Log somebody in: a role, an organisation's key, a language."""

    def make(role: Role, organisation: str, language: str = "en") -> Actor:
        actor = actor_of(role, organisation)
        actor.user.language = language
        actor.user.save()
        client.force_login(actor.user)
        return actor

    return make


@pytest.fixture
def officer(enter: Callable) -> Actor:
    return enter(Role.STATE_OFFICER, "te")
