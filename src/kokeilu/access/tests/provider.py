"""A real OpenID Connect provider on this machine, in a process of its own: discovery, token and keys over HTTP."""

import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

import pytest


@contextmanager
def running() -> Iterator[str]:
    """Start the provider; gives its issuer."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "oidc_provider_mock", "--host", "localhost", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as provider:
        address = f"http://localhost:{port}"
        deadline = time.monotonic() + 60
        while not _answers(address):
            if time.monotonic() > deadline:
                pytest.fail("the provider did not start within a minute")
            time.sleep(0.1)
        yield address
        provider.terminate()


def _answers(address: str) -> bool:
    try:
        urllib.request.urlopen(f"{address}/.well-known/openid-configuration").close()
    except urllib.error.URLError:
        return False
    return True


def tell(issuer: str, subject: str, claims: dict[str, object]) -> None:
    """Have the provider put claims into the ID tokens of a subject."""
    body = json.dumps(claims).encode()
    put = urllib.request.Request(
        f"{issuer}/users/{subject}", data=body, method="PUT", headers={"Content-Type": "application/json"}
    )
    urllib.request.urlopen(put).close()


class _StayHere(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: object) -> None:
        return None


def say(address: str, subject: str | None) -> str:
    """At the provider's page `address`, say who one is (None: stop); returns where it sends the browser back to."""
    query = urllib.parse.parse_qs(urllib.parse.urlsplit(address).query)
    form = {"sub": subject} if subject else {"action": "deny"}
    opener = urllib.request.build_opener(_StayHere)
    with pytest.raises(urllib.error.HTTPError) as redirect:
        opener.open(address, urllib.parse.urlencode(form).encode())
    with redirect.value as answer:
        back = urllib.parse.urlsplit(answer.headers["Location"])
    # This provider leaves the state out of a refusal, which RFC 6749 section 4.1.2.1 requires.
    state = "" if "state=" in back.query else f"&state={query['state'][0]}"
    return f"{back.path}?{back.query}{state}"
