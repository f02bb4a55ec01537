"""Addresses with pages as other rooms write them: good ones, and the mistakes that must not get through."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import path

from kokeilu.access.models import Role
from kokeilu.access.pages import OpenRequest, Request, page, saw_persons
from kokeilu.access.policy import Operation
from kokeilu.urls import handler400, handler403, handler404, handler500  # noqa: F401 - read by Django
from kokeilu.urls import urlpatterns as real

SECRET = "the person's data"
SEEN = [UUID(int=1), UUID(int=2)]

one = Operation("test.one", frozenset({Role.WORKER}), "person")
open_to_all = Operation("test.open", frozenset(), open=True)
several = Operation("test.several", frozenset({Role.WORKER}), "persons")
write = Operation("test.write", frozenset({Role.WORKER}))


@page(open_to_all)
def show_to_all(request: OpenRequest) -> HttpResponse:
    assert request.actor is None
    return HttpResponse("figures")


@page(one)
def show_one(request: Request, person_id: UUID) -> HttpResponse:
    return HttpResponse(SECRET)


@page(one)
def show_one_and_fail(request: Request, person_id: UUID) -> HttpResponse:
    raise RuntimeError("a bug after the reading was logged")


@page(several)
def show_several(request: Request) -> HttpResponse:
    saw_persons(request, SEEN, {"language": "sv"})
    return HttpResponse(SECRET)


@page(several)
def show_several_unlogged(request: Request) -> HttpResponse:
    return HttpResponse(SECRET)


@page(several)
def stream_several(request: Request) -> Any:
    from django.http import StreamingHttpResponse

    saw_persons(request, SEEN)
    return StreamingHttpResponse([SECRET.encode()])


@page(write, "POST")
def only_post(request: Request) -> HttpResponse:
    return HttpResponse("done")


def without_operation(request: Request) -> HttpResponse:
    return HttpResponse(SECRET)


urlpatterns = [
    path("one/<uuid:person_id>/", show_one),
    path("open/", show_to_all),
    path("one-fails/<uuid:person_id>/", show_one_and_fail),
    path("several/", show_several),
    path("several-unlogged/", show_several_unlogged),
    path("several-streamed/", stream_several),
    path("only-post/", only_post),
    path("without-operation/", without_operation),
    *real,
]
