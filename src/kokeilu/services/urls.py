"""Addresses of requests to the state."""

from django.urls import path

from kokeilu.services import pages, request_page

app_name = "services"
urlpatterns = [
    path("services/", pages.requests, name="requests"),
    path("services/response-times/", pages.response_times, name="response_times"),
    path("customers/<uuid:person_id>/requests/add/", pages.ask, name="ask"),
    path("customers/<uuid:person_id>/requests/<uuid:request_id>/", request_page.show, name="request"),
    path("customers/<uuid:person_id>/requests/<uuid:request_id>/handle/", request_page.handle, name="handle"),
    path("customers/<uuid:person_id>/requests/<uuid:request_id>/follow/", request_page.follow, name="follow"),
]
