"""A job seeker who has signed in, for tests: in Django's client and in a browser."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.test import Client

from kokeilu.my.session import COOKIE, PATH, OwnSession, sign_in


@dataclass(frozen=True)
class Seeker:
    """Stands where tests have a user of the staff."""

    pk: UUID

    def sign_in(self, client: Client) -> None:
        """Put the cookie of a session into a client."""
        client.cookies[COOKIE] = self._key()

    def cookie(self, address: str) -> Any:
        """The cookie of a session for a browser."""
        return {"name": COOKIE, "value": self._key(), "url": address + PATH}

    def _key(self) -> str:
        session = OwnSession()
        sign_in(session, self.pk)
        session.save()
        assert session.session_key is not None
        return session.session_key
