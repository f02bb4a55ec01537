"""What every answer gets: the person's language, headers that keep data where they belong, errors in the design."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import add_never_cache_headers

from kokeilu.web import errors

Answer = Callable[[HttpRequest], HttpResponse]

PERMISSIONS = "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"


def language(get_response: Answer) -> Answer:
    """Speak the language of the person who is logged in; before log-in the cookie or the browser decides."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            translation.activate(request.user.language)
            request.LANGUAGE_CODE = translation.get_language()
        return get_response(request)

    return middleware


def headers(get_response: Answer) -> Answer:
    """Forbid caches to keep pages (they may hold personal data) and the browser's sensors.

    What a page calls public is the same for everybody: a cache need not keep it by cookie and language.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
            response["Cache-Control"] += ", no-store"
        elif "public" in response["Cache-Control"]:
            del response["Vary"]
        response.setdefault("Permissions-Policy", PERMISSIONS)
        return response

    return middleware


def bare_errors(get_response: Answer) -> Answer:
    """Give a page in the design to errors that come without one, such as a method that is not allowed."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.status_code >= 400 and not response.streaming and not response.content:
            page = errors.page(request, response.status_code)
            for name, value in response.items():
                page.setdefault(name, value)
            return page
        return response

    return middleware
