"""The page of a refusal: the policy's reason in the person's language."""

from django.http import HttpRequest, HttpResponse

from kokeilu.access.texts import reason
from kokeilu.web import errors


def denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler403; the exception's text is the key of the policy's reason."""
    return errors.page(request, 403, reason(str(exception)))
