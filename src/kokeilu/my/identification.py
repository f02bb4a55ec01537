"""Strong identification of job seekers by OpenID Connect (authorization code with PKCE and nonce, ID token checked).

The service's ID token carries the personal identity code in a claim that the settings name. The code finds the
person's record by its keyed hash and is then forgotten: it is not stored, logged, nor in any address.
OpenID Connect Core 1.0, sections 3.1.2 and 3.1.3.
"""

import base64
import hashlib
import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import jwt
import requests
from allauth.socialaccount.adapter import get_adapter
from requests.auth import HTTPBasicAuth

from kokeilu.access import oidc
from kokeilu.register.queries import find_record

Service = Mapping[str, str]


class NotIdentified(Exception):
    """The service did not say who somebody is, or not so that it can be believed. Says nothing of the person."""


class Unreachable(Exception):
    """The service does not answer."""


def begin(service: Service, callback: str, language: str) -> tuple[str, dict[str, str]]:
    """The address to send the person to, and what to keep in their session until they come back.

    Raises Unreachable.
    """
    kept = {name: secrets.token_urlsafe(32) for name in ("state", "nonce", "verifier")}
    challenge = base64.urlsafe_b64encode(hashlib.sha256(kept["verifier"].encode()).digest()).rstrip(b"=").decode()
    asked = {
        "response_type": "code", "client_id": service["client_id"], "redirect_uri": callback,
        "scope": service["scope"], "state": kept["state"], "nonce": kept["nonce"], "ui_locales": language,
        "code_challenge": challenge, "code_challenge_method": "S256",
        **({"acr_values": service["acr"]} if service["acr"] else {}),
    }  # fmt: skip
    return f"{_configuration(service)['authorization_endpoint']}?{urlencode(asked)}", kept


def finish(service: Service, callback: str, kept: Mapping[str, str], answer: Mapping[str, str]) -> Any:
    """The record (UUID) of the person who came back with `answer`, the address's parameters; None where the register
    knows nobody by their code. Raises NotIdentified, Unreachable."""
    if not secrets.compare_digest(answer.get("state", "").encode(), kept.get("state", "").encode() or b"-"):
        raise NotIdentified
    if "code" not in answer:
        raise NotIdentified
    configuration = _configuration(service)
    token = _id_token(service, configuration, callback, answer["code"], kept["verifier"])
    try:
        claims = oidc.claims(
            token, _get(configuration["jwks_uri"]), issuer=configuration["issuer"], audience=service["client_id"]
        )
    except (jwt.PyJWTError, KeyError):
        raise NotIdentified from None
    return _record(service, claims, kept["nonce"])


def _record(service: Service, claims: Mapping[str, Any], nonce: str) -> Any:
    if not secrets.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
        raise NotIdentified
    if service["acr"] and claims.get("acr") not in service["acr"].split():
        raise NotIdentified
    code = claims.get(service["code_claim"])
    if not isinstance(code, str) or not code.strip():
        raise NotIdentified
    return find_record(code)


def _id_token(service: Service, configuration: Mapping[str, str], callback: str, code: str, verifier: str) -> str:
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": callback, "code_verifier": verifier}
    try:
        with get_adapter().get_requests_session() as session:
            answer = session.post(
                configuration["token_endpoint"], data=form,
                auth=HTTPBasicAuth(service["client_id"], service["client_secret"]),
            )  # fmt: skip
            token = answer.json().get("id_token") if answer.ok else None
    except requests.JSONDecodeError:
        raise NotIdentified from None
    except requests.RequestException:
        raise Unreachable from None
    if not isinstance(token, str):
        raise NotIdentified
    return token


def _configuration(service: Service) -> dict[str, str]:
    """What the service says of itself (OpenID Connect Discovery 1.0)."""
    found = _get(service["issuer"].rstrip("/") + "/.well-known/openid-configuration")
    if found.get("issuer", "").rstrip("/") != service["issuer"].rstrip("/"):
        raise Unreachable
    return found


def _get(address: str) -> dict[str, Any]:
    try:
        with get_adapter().get_requests_session() as session:
            answer = session.get(address)
            answer.raise_for_status()
            found: dict[str, Any] = answer.json()
            return found
    except requests.RequestException:
        raise Unreachable from None
