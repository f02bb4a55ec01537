"""Errors as pages in the design, each with what one may do next."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as _


def _texts(status: int) -> tuple[str, str]:
    return {
        400: (_("The request is not valid"), _("Go back and try again.")),
        403: (_("You may not open this page"), _("If you need it in your work, ask your administrator.")),
        404: (_("The page was not found"), _("Check the address, or start again from the front page.")),
        405: (_("This cannot be done here"), _("Go back to the page you came from and try again.")),
        503: (_("This does not work at the moment"), _("Try again in a few minutes.")),
        429: (_("Too many attempts"), _("Wait a few minutes and try again.")),
    }.get(status, (_("Something went wrong"), _("Nothing was saved. Try again in a moment.")))


def page(request: HttpRequest, status: int, reason: str | Promise = "") -> HttpResponse:
    """The page of an error; `reason` says in the person's language why, where more is known than the status."""
    title, text = _texts(status)
    context = {"status": status, "error_title": title, "error_text": reason or text}
    return render(request, "web/error.html", context, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler400."""
    return page(request, 400)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler404."""
    return page(request, 404)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The page for a form that was open too long or came from elsewhere."""
    return page(request, 403, _("The form was open for too long or came from another site. Open the page again."))


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler500. It leans on nothing that may have failed: no database, no person, no navigation."""
    title, text = _texts(500)
    context = {"error_title": title, "error_text": text, "language": get_language() or "fi"}
    return HttpResponse(render_to_string("web/500.html", context), status=500)


def too_many_requests(request: HttpRequest) -> HttpResponse:
    """The page for whoever tries to log in too often; allauth's handler429."""
    return page(request, 429)
