"""What every page of a job seeker's own goes through: sign-in, the policy, and the read log."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from kokeilu.access import logs
from kokeilu.access.policy import Deny, JobSeeker, Operation, decide
from kokeilu.register.models import Details
from kokeilu.web.context import Visitor

View = Callable[..., HttpResponse]


class OwnRequest(HttpRequest):
    """A request of somebody who has signed in to their own pages."""

    job_seeker: JobSeeker
    at_work: bool
    own: Any  # kokeilu.my.session.OwnSession


def own_page(operation: Operation) -> Callable[[View], View]:
    """Make a view a page of the job seeker's own (GET). It shows `request.job_seeker.person` and nobody else.

    Its reading is logged here, on the ground `self`. Who has not signed in is led to sign in; staff who have not are
    refused.
    """

    def decorate(view: View) -> View:
        @login_not_required
        @require_http_methods(["GET", "HEAD"])
        @wraps(view)
        def guarded(request: OwnRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            seeker = request.job_seeker
            if seeker is None and not request.at_work:
                return HttpResponseRedirect(reverse("my:enter"))
            verdict = decide(seeker, operation, seeker.person if seeker else None)
            if isinstance(verdict, Deny):
                request.visitor = visitor()  # type: ignore[attr-defined]
                raise PermissionDenied(verdict.reason)
            request.visitor = visitor(seeker)  # type: ignore[attr-defined]
            logs.record_reading(seeker, operation, [seeker.person], verdict.ground)
            response = view(request, *args, **kwargs)
            if response.streaming or not getattr(response, "is_rendered", True):
                raise RuntimeError(f"{operation.key} shows a person and streams, or is rendered late")
            return response

        guarded.operation = operation  # type: ignore[attr-defined]
        guarded.methods = ("GET",)  # type: ignore[attr-defined]
        return guarded

    return decorate


def open_page(*methods: str) -> Callable[[View], View]:
    """Make a view a page on the way in or out, which shows nobody's data and is open to all."""

    def decorate(view: View) -> View:
        @login_not_required
        @require_http_methods([*methods, *(["HEAD"] if "GET" in methods else [])])
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            request.visitor = visitor()  # type: ignore[attr-defined]
            return view(request, *args, **kwargs)

        guarded.methods = methods  # type: ignore[attr-defined]
        return guarded

    return decorate


def visitor(seeker: JobSeeker | None = None) -> Visitor:
    """Who is in the header of the own pages."""
    name = _name(seeker) if seeker else ""
    return Visitor(name, reverse("my:page"), reverse("my:leave"))


def _name(seeker: JobSeeker) -> str:
    details = Details.objects.filter(person=seeker.person, superseded_by=None).order_by("-valid").first()
    parts = (details.given_names, details.family_name) if details else ()
    return " ".join(part for part in parts if part) or _("Name unknown")
