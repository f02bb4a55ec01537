"""A job seeker of the small world, and how they sign in in the tests."""

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from django.test import Client

from kokeilu.my.tests.seeker import Seeker
from kokeilu.tests.world import World, build


@pytest.fixture
def world(db: None, tmp_path: Path) -> World:
    """The small world in the test's database."""
    return build(tmp_path)


@pytest.fixture
def seeker(world: World) -> Seeker:
    """The customer of the world whose pages are opened."""
    return world.job_seeker


@pytest.fixture
def signed_in(seeker: Seeker) -> Callable[..., Client]:
    """A browser in which a job seeker has signed in: that of the world, or the person given."""

    def make(person: UUID | None = None, language: str = "en") -> Client:
        client = Client(headers={"accept-language": language})
        (Seeker(person) if person else seeker).sign_in(client)
        return client

    return make
