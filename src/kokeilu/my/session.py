"""The session of a job seeker on their own pages: another cookie and another store than the staff's.

The cookie goes to `/my/` alone. There the staff's log-in counts for nothing: the request has no user. Somebody who is
both has two sessions, and neither ever becomes the other: what one stores the other cannot read.
"""

from collections.abc import Callable
from contextlib import suppress
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest, HttpResponse

from kokeilu.access.policy import JobSeeker
from kokeilu.register.queries import deceased, root_of

PATH = "/my/"
COOKIE = "kokeilu_my"
MINUTES = 30  # without a request, after which one signs in again: people use shared computers
RECORD = "record"  # the session's key of the record that the identity code came with

Answer = Callable[[HttpRequest], HttpResponse]


class OwnSession(SessionStore):
    """A job seeker's session, signed under a name of its own: the staff's are not read as one, nor the reverse."""

    key_salt = "kokeilu.my"

    def get_session_cookie_age(self) -> int:
        """Seconds."""
        return MINUTES * 60


def own_session(get_response: Answer) -> Answer:
    """On `/my/`: `request.own` is the job seeker's session, `request.job_seeker` who has signed in (None: nobody),
    `request.at_work` whether somebody of the staff is logged in beside it, and the request has no user."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(PATH):
            return get_response(request)
        own = OwnSession(request.COOKIES.get(COOKIE))
        request.own, request.at_work = own, request.user.is_authenticated  # type: ignore[attr-defined]
        request.user, request.job_seeker = AnonymousUser(), _job_seeker(own)  # type: ignore[attr-defined]
        response = get_response(request)
        _keep(own, request, response)
        return response

    return middleware


def sign_in(own: OwnSession, record: UUID) -> None:
    """Begin a session of the person whom a record is about, under a new key: one known before is worth nothing."""
    own.flush()
    own[RECORD] = str(record)


def _job_seeker(own: OwnSession) -> JobSeeker | None:
    """Who has signed in. Kept is the record of their own code, so that a union that is revoked shows nobody the
    other's data; of a person who has died nobody is signed in any more."""
    if RECORD not in own:
        return None
    person = root_of(UUID(own[RECORD]))
    if deceased([person]):
        own.flush()
        return None
    return JobSeeker(person)


def _keep(own: OwnSession, request: HttpRequest, response: HttpResponse) -> None:
    """Store what the session holds, for so many minutes more; have the browser forget an empty one."""
    if response.status_code >= 500:
        return
    key = None
    if not own.is_empty():
        with suppress(UpdateError):  # signed out meanwhile, in another window
            own.save()
            key = own.session_key
    if key:
        response.set_cookie(
            COOKIE, key, path=PATH, secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax"
        )
    elif COOKIE in request.COOKIES:
        response.delete_cookie(COOKIE, path=PATH, samesite="Lax")
