"""Addresses of runs, their results, and the worklist of the undecided."""

from django.urls import path

from kokeilu.transfer import pages

app_name = "transfer"
urlpatterns = [
    path("transfer/", pages.runs, name="runs"),
    path("transfer/preview/", pages.preview, name="preview"),
    path("transfer/run/", pages.run, name="run"),
    path("transfer/runs/<uuid:run_id>/", pages.result, name="result"),
    path("transfer/runs/<uuid:run_id>/notices/", pages.notices, name="notices"),
    path("transfer/undecided/", pages.undecided, name="undecided"),
]
