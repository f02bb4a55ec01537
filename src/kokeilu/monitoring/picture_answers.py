"""A picture as the answer to a request, and how long a browser may keep it."""

from typing import Final

from django.http import HttpResponse

from kokeilu.access.pages import Request

A_YEAR: Final = 365 * 24 * 3600


def answer(request: Request, svg: str, sha256: str) -> HttpResponse:
    """The picture; to be kept where the address carries the hash (`v`) of what it shows, which then never changes."""
    response = HttpResponse(svg, content_type="image/svg+xml")
    lasting = request.GET.get("v") == sha256
    response["Cache-Control"] = f"private, max-age={A_YEAR}, immutable" if lasting else "private, no-cache"
    return response
