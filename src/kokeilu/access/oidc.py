"""The staff's log-in service by OpenID Connect, as the environment sets it. Read by the settings; imports no Django."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from kokeilu.problems import Problem

PROVIDER = "staff"
PREFIX = "KOKEILU_OIDC_"


def from_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """The service's `provider`, `issuer`, `client_id`, `client_secret`, `name` and `origins`; empty where none is set.

    `KOKEILU_OIDC_ORIGINS` names further hosts that take part in the log-in (comma-separated), where the service's pages
    lie elsewhere than its issuer. Raises Problem where the setting is half made.
    """
    names = ("ISSUER", "CLIENT_ID", "CLIENT_SECRET")
    given = {name.lower(): environment.get(PREFIX + name, "") for name in names}
    if not any(given.values()):
        return {}
    missing = [PREFIX + name for name in names if not given[name.lower()]]
    if missing:
        raise Problem(f"the log-in service is half set: {', '.join(missing)} is empty", mend="set it, or none of them")
    return given | {
        "provider": PROVIDER,
        "name": environment.get(PREFIX + "NAME") or "OpenID Connect",
        "origins": environment.get(PREFIX + "ORIGINS", ""),
    }


def allauth_providers(service: Mapping[str, str]) -> dict[str, Any]:
    """The service as django-allauth's setting SOCIALACCOUNT_PROVIDERS: PKCE on, claims from the ID token alone."""
    if not service:
        return {}
    app = {
        "provider_id": service["provider"],
        "name": service["name"],
        "client_id": service["client_id"],
        "secret": service["client_secret"],
        "settings": {"server_url": service["issuer"], "fetch_userinfo": False},
    }
    return {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}


def origins(service: Mapping[str, str]) -> list[str]:
    """The origins that the browser is sent to for log-in, for the content security policy."""
    if not service:
        return []
    issuer = urlsplit(service["issuer"])
    return [f"{issuer.scheme}://{issuer.netloc}", *filter(None, service["origins"].split(","))]
