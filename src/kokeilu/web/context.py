"""What the shell shows around every page."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import resolve_url

from kokeilu import clock
from kokeilu.web import navigation


def shell(request: HttpRequest) -> dict[str, Any]:
    """The context `shell`: organisation, person, role, navigation, languages, and whether this is a demonstration.

    The room `access` sets `request.actor`; pages before log-in have none.
    """
    user, actor = getattr(request, "user", None), getattr(request, "actor", None)
    name = user.name if user is not None and user.is_authenticated else ""
    return {
        "shell": {
            "home": resolve_url(settings.LOGIN_REDIRECT_URL if name else settings.LOGIN_URL),
            "languages": settings.LANGUAGES,
            "user_name": name,
            "organisation": actor.organisation.name if actor else "",
            "role": actor.role.label if actor else "",
            "switch": getattr(request, "role_switch", ""),
            "navigation": navigation.shown(request),
            "demo": settings.KOKEILU_DEMO,
            "today": clock.today() if settings.KOKEILU_TODAY else None,
        }
    }
