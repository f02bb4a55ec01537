"""The small world, and a log-in service that no test reaches."""

from pathlib import Path

import pytest
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter

from kokeilu.access import oidc
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
