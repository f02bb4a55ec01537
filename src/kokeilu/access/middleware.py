"""Who is at work in a request, and the refusal of every page without a rule."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from kokeilu import clock
from kokeilu.access.models import Membership, Role
from kokeilu.access.policy import Actor

Answer = Callable[[HttpRequest], HttpResponse]

# The session's key of the membership that the person chose to work in.
CHOSEN = "membership"

# Pages without an operation: log-in, log-out and the language, which do without a role. Everything else has one.
OPEN_TO_ALL = frozenset(
    {
        "account_login", "account_logout", "account_inactive", "web:language", "openid_connect_login",
        "openid_connect_callback", "socialaccount_login_cancelled", "socialaccount_login_error", "my:enter",
        "my:callback", "my:leave",
    }
)  # fmt: skip


def actor(get_response: Answer) -> Answer:
    """Set `request.actor`: the person in one of the roles they hold today, None without any.

    With several roles the one chosen in the session counts, else the first by organisation and role.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        request.actor, request.role_switch = None, ""  # type: ignore[attr-defined]
        if request.user.is_authenticated:
            _set_actor(request)
        return get_response(request)

    return middleware


def _set_actor(request: HttpRequest) -> None:
    memberships = list(
        Membership.objects.filter(user=request.user.pk, valid__contains=clock.today())
        .select_related("organisation")
        .order_by("organisation__key", "role", "id")
    )
    if not memberships:
        return
    chosen = request.session.get(CHOSEN)
    at_work = next((one for one in memberships if str(one.id) == chosen), memberships[0])
    request.actor = Actor(request.user, at_work.organisation, Role(at_work.role))  # type: ignore[attr-defined,arg-type]
    if len(memberships) > 1:
        request.role_switch = reverse("access:roles")  # type: ignore[attr-defined]


class RefuseWithoutOperation:
    """Refuse a view that names no operation (see `access.pages.page`) and is not open to all by name."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        """Called by Django before the view."""
        name = request.resolver_match.view_name if request.resolver_match else ""
        if not hasattr(view, "operation") and name not in OPEN_TO_ALL:
            raise PermissionDenied("no_operation")
