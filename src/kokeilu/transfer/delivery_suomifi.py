"""The port to Suomi.fi Messages: what an implementation has to do. There is none here, so the channel is off.

The service (Suomi.fi-viestit, run by the Digital and Population Data Services Agency) takes messages from authorities
that have joined it. To send by it an organisation needs a permission to use it, a service id, credentials, and a
client certificate that the agency has accepted. The service finds the person by identity code, so an implementation
reads the code at the moment of sending (kokeilu.register.queries.identity_code) and keeps it nowhere.

No text of the interface has been seen by the project: this port fixes what the outbox needs, not what the service
speaks. docs/notices.md tells what to settle before one is written.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True)
class Credentials:
    """Who sends: the service id that was given, the client certificate and its key as files."""

    service_id: str
    certificate: str
    key: str


class SuomifiMessages(Protocol):
    """Sends notices by Suomi.fi Messages."""

    def receives(self, person: UUID) -> bool:
        """Whether the person takes messages there; an answer that did not come is an error, not a no."""

    def send(self, delivery: UUID, person: UUID, subject: str, body: str, letter: bytes) -> None:
        """Hand over one notice with its letter as a PDF. `delivery` is the same in every attempt: the service must
        be told it, so that a message sent twice arrives once. Raises kokeilu.transfer.delivery.Refused for ever,
        Later for now."""


def credentials(environ: Mapping[str, str] = os.environ) -> Credentials | None:
    """KOKEILU_SUOMIFI_SERVICE, _CERTIFICATE and _KEY; None unless all are set."""
    found = [environ.get(f"KOKEILU_SUOMIFI_{name}", "") for name in ("SERVICE", "CERTIFICATE", "KEY")]
    return Credentials(*found) if all(found) else None


def connect(given: Credentials | None) -> SuomifiMessages | None:
    """The implementation for the credentials; None without them, and as long as there is none to be had."""
    return None
