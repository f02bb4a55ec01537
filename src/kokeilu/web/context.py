"""What the shell shows around every page."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import resolve_url

from kokeilu import clock
from kokeilu.web import navigation


@dataclass(frozen=True)
class Visitor:
    """Somebody who is no user and has pages of their own: `request.visitor` puts them in the header in a user's place.

    The name is empty before they have signed in; `home` and `leave` are addresses.
    """

    name: str
    home: str
    leave: str


def shell(request: HttpRequest) -> dict[str, Any]:
    """The context `shell`: organisation, person, role, navigation, languages, and whether this is a demonstration.

    The room `access` sets `request.actor`; pages without a log-in have none, and lead to it (`enter`).
    """
    user, actor = getattr(request, "user", None), getattr(request, "actor", None)
    visitor: Visitor | None = getattr(request, "visitor", None)
    name = user.name if user is not None and user.is_authenticated else ""
    entrance = resolve_url(settings.LOGIN_URL)
    home = resolve_url(settings.LOGIN_REDIRECT_URL) if name else entrance
    return {
        "shell": {
            "home": visitor.home if visitor else home,
            "languages": settings.LANGUAGES,
            "user_name": visitor.name if visitor else name,
            "leave": visitor.leave if visitor else resolve_url("account_logout"),
            "organisation": actor.organisation.name if actor else "",
            "role": actor.role.label if actor else "",
            "switch": getattr(request, "role_switch", ""),
            "enter": "" if name or visitor or request.path == entrance else entrance,
            "navigation": [] if visitor else navigation.shown(request),
            "demo": settings.KOKEILU_DEMO,
            "today": clock.today() if settings.KOKEILU_TODAY else None,
        }
    }
