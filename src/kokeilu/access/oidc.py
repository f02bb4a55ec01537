"""Log-in services by OpenID Connect, as the environment sets them: the staff's, and the job seekers' identification.

Read by the settings; imports no Django.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import jwt

from kokeilu.problems import Problem

PROVIDER = "staff"
PREFIX = "KOKEILU_OIDC_"
JOB_SEEKERS_PREFIX = "KOKEILU_MY_OIDC_"
# Signatures by a private key only: the shared secret would let this site sign tokens for itself.
SIGNATURES = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
CLOCKS_APART = 30  # seconds


def from_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """The service's `provider`, `issuer`, `client_id`, `client_secret`, `name` and `origins`; empty where none is set.

    `KOKEILU_OIDC_ORIGINS` names further hosts that take part in the log-in (comma-separated), where the service's pages
    lie elsewhere than its issuer. Raises Problem where the setting is half made.
    """
    given = _given(environment, PREFIX, ("ISSUER", "CLIENT_ID", "CLIENT_SECRET"), "the log-in service")
    if not given:
        return {}
    return given | {
        "provider": PROVIDER,
        "name": environment.get(PREFIX + "NAME") or "OpenID Connect",
        "origins": environment.get(PREFIX + "ORIGINS", ""),
    }


def identification(environment: Mapping[str, str]) -> dict[str, str]:
    """The service that identifies job seekers: `issuer`, `client_id`, `client_secret`, `code_claim` (the claim of the
    ID token that carries the personal identity code), `name`, `origins`, `scope`, and `acr` (where set, the
    authentication context that the token must name). Empty where none is set; raises Problem where half made."""
    names = ("ISSUER", "CLIENT_ID", "CLIENT_SECRET", "CODE_CLAIM")
    given = _given(environment, JOB_SEEKERS_PREFIX, names, "the identification of job seekers")
    if not given:
        return {}
    more = {"name": "Suomi.fi", "origins": "", "scope": "openid", "acr": ""}
    return given | {
        name: environment.get(JOB_SEEKERS_PREFIX + name.upper()) or default for name, default in more.items()
    }


def _given(environment: Mapping[str, str], prefix: str, names: Sequence[str], what: str) -> dict[str, str]:
    given = {name.lower(): environment.get(prefix + name, "") for name in names}
    if not any(given.values()):
        return {}
    missing = [prefix + name for name in names if not given[name.lower()]]
    if missing:
        raise Problem(f"{what} is half set: {', '.join(missing)} is empty", mend="set it, or none of them")
    return given


def claims(id_token: str, keys: Mapping[str, Any], *, issuer: str, audience: str) -> dict[str, Any]:
    """The claims of an ID token, checked by the provider's published keys (JWKS), issuer, audience and age.

    Raises jwt.PyJWTError where it is not the provider's, for us, now.
    """
    name = jwt.get_unverified_header(id_token).get("kid")
    fitting = [key for key in jwt.PyJWKSet.from_dict(dict(keys)).keys if name in (None, key.key_id)]
    if len(fitting) != 1:
        raise jwt.InvalidTokenError("no key of the provider fits the ID token")
    return jwt.decode(
        id_token, fitting[0].key, algorithms=SIGNATURES, audience=audience, issuer=issuer, leeway=CLOCKS_APART,
        options={"require": ["exp", "iat", "sub"]},
    )  # fmt: skip


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
