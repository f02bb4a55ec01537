"""The small world, a log-in service that no test reaches, and a job seeker who signs in."""

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.test import Client

from kokeilu.access import oidc
from kokeilu.tests.seeker import Seeker
from kokeilu.tests.world import World, build

SERVICE = {
    "KOKEILU_OIDC_ISSUER": "https://id.example",
    "KOKEILU_OIDC_CLIENT_ID": "kokeilu",
    "KOKEILU_OIDC_CLIENT_SECRET": "s",
    "KOKEILU_OIDC_NAME": "Virtu",
}


@pytest.fixture
def _service(settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Log-in by OpenID Connect is set up beside the password; what the provider would say of itself is given."""
    settings.KOKEILU_OIDC = oidc.from_environment(SERVICE)
    settings.SOCIALACCOUNT_PROVIDERS = oidc.allauth_providers(settings.KOKEILU_OIDC)
    found = {"authorization_endpoint": "https://id.example/authorize", "token_endpoint": "https://id.example/token"}
    monkeypatch.setattr(OpenIDConnectOAuth2Adapter, "openid_config", found)


@pytest.fixture
def world(db: None, _service: None, tmp_path: Path) -> World:
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
