"""The shell's own page: the switch of the language."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST


@login_not_required
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Change the language of the user interface and go back to the page one was on.

    The choice stays in a cookie, and with the person where one is logged in.
    """
    code, page = request.POST.get("language", ""), request.POST.get("next", "/")
    if code not in dict(settings.LANGUAGES):
        return HttpResponseBadRequest()
    if not url_has_allowed_host_and_scheme(page, {request.get_host()}, request.is_secure()):
        page = "/"
    if request.user.is_authenticated:
        request.user.language = code
        request.user.save(update_fields=["language"])
    response = HttpResponseRedirect(page)
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME, code, max_age=365 * 24 * 3600, secure=settings.SESSION_COOKIE_SECURE,
        httponly=True, samesite="Lax",
    )  # fmt: skip
    return response
