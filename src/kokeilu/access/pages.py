"""What every page goes through: log-in, the policy, and the read log before the data leave the server."""

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from kokeilu.access import logs
from kokeilu.access.policy import Actor, Deny, Operation, current_person, decide

View = Callable[..., HttpResponse]


class OpenRequest(HttpRequest):
    """A request for what is open; nobody need be at work."""

    actor: Actor | None
    permitted: Operation
    reading_recorded: bool


class Request(OpenRequest):
    """A request that passed the policy, of somebody at work."""

    actor: Actor


def page(operation: Operation, *methods: str) -> Callable[[View], View]:
    """Make a view a page of this operation (GET unless `methods` says otherwise).

    What is open is read without a log-in, and only read: ValueError where it takes another method.
    A view that shows one person takes `person_id`; its reading is logged here. A view that shows several calls
    `saw_persons` itself; where it does not, the answer is withheld.
    """

    # HEAD comes without a token against forgery, so it never reaches a view that only writes.
    allowed = methods or ("GET",)
    if operation.open and set(allowed) != {"GET"}:
        raise ValueError(f"operation {operation.key} is open: it is only read")

    def decorate(view: View) -> View:
        @require_http_methods([*allowed, *(["HEAD"] if "GET" in allowed else [])])
        @wraps(view)
        def guarded(request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
            asked = kwargs.get("person_id")
            person = current_person(asked) if asked and operation.shows == "person" else asked
            verdict = decide(request.actor, operation, person)
            if isinstance(verdict, Deny):
                raise PermissionDenied(verdict.reason)
            request.permitted, request.reading_recorded = operation, False
            if person is not None and person != asked:
                return _lead_on(request, operation, verdict.ground, kwargs, person)
            if operation.shows == "person":
                logs.record_reading(request.actor, operation, [kwargs["person_id"]], verdict.ground)
                request.reading_recorded = True
            response = view(request, *args, **kwargs)
            if operation.shows != "nobody":
                _check_recorded(request, response)
            return response

        guarded.operation = operation  # type: ignore[attr-defined]
        guarded.methods = allowed  # type: ignore[attr-defined]
        guarded.login_required = not operation.open  # type: ignore[attr-defined] # what Django's middleware asks
        return guarded

    return decorate


def _lead_on(
    request: Request, operation: Operation, ground: str, kwargs: Mapping[str, Any], person: UUID
) -> HttpResponse:
    """From the address of a record that was united with another's to the person's own. Nothing is done on the way:
    what was sent is sent again by whoever still wants it on the person's page."""
    logs.record_reading(request.actor, operation, [kwargs["person_id"], person], ground, {"led_to": str(person)})
    name = request.resolver_match.view_name if request.resolver_match else ""
    return HttpResponseRedirect(reverse(name, kwargs={**kwargs, "person_id": person}))


def _check_recorded(request: Request, response: HttpResponse) -> None:
    """Raise RuntimeError where data would leave without their line, or before the line is certain.

    What is not rendered yet, or streams, would be made after the transaction that the line is written in.
    """
    if not request.reading_recorded:
        raise RuntimeError(f"{request.permitted.key} shows persons without a line in the read log")
    if response.streaming or not getattr(response, "is_rendered", True):
        raise RuntimeError(f"{request.permitted.key} shows persons and streams, or is rendered late")


def saw_persons(request: Request, persons: Sequence[UUID], query: Mapping[str, Any] | None = None) -> None:
    """Write the read log's line of a list or search: everyone on it, and what was asked."""
    logs.record_reading(request.actor, request.permitted, persons, "role", query)
    request.reading_recorded = True
