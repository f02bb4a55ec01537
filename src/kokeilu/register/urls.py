"""Addresses of identities."""

from django.urls import path

from kokeilu.register import pages

app_name = "register"
urlpatterns = [
    path("identity/", pages.identities, name="identities"),
    path("identity/revoke/<slug:statement_kind>/<uuid:statement_id>/", pages.revoke, name="revoke"),
    path("identity/<uuid:person_id>/", pages.identity, name="identity"),
    path("identity/<uuid:person_id>/<slug:act>/", pages.state, name="state"),
    path("identity/<uuid:person_id>/merge/<uuid:other_id>/", pages.compare, name="compare"),
]
