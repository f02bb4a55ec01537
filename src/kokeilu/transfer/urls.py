"""Addresses of runs, their results, worklists, corrections, and decisions about one person."""

from django.urls import path

from kokeilu.transfer import (
    outbox_pages,
    own,
    pages,
    pages_differences,
    pages_ending,
    pages_people,
    pages_undo,
    pages_united,
    scenario_pages,
    worklists,
)

app_name = "transfer"
urlpatterns = [
    path("transfer/", pages.runs, name="runs"),
    path("transfer/preview/", pages.preview, name="preview"),
    path("transfer/run/", pages.run, name="run"),
    path("transfer/runs/<uuid:run_id>/", pages.result, name="result"),
    path("transfer/runs/<uuid:run_id>/notices/", outbox_pages.notices, name="notices"),
    path("transfer/runs/<uuid:run_id>/notices/retry/", outbox_pages.retry, name="retry_notices"),
    path("transfer/runs/<uuid:run_id>/notices/posted/", outbox_pages.posted, name="posted"),
    path("transfer/runs/<uuid:run_id>/notices/by-hand/", outbox_pages.by_hand, name="by_hand"),
    path("transfer/runs/<uuid:run_id>/notices/by-hand/<uuid:person_id>/", outbox_pages.delivered, name="delivered"),
    path("transfer/runs/<uuid:run_id>/letters/<uuid:person_id>/", outbox_pages.letter, name="letter"),
    path("customers/<uuid:person_id>/contact-choice/", outbox_pages.contact_choice, name="contact_choice"),
    path("my/letters/<uuid:delivery_id>/", own.own_letter, name="own_letter"),
    path("transfer/runs/<uuid:run_id>/undo/", pages_undo.undo_run, name="undo"),
    path("transfer/<slug:trial>/end/", pages_ending.end_trial, name="end"),
    path("transfer/undecided/", worklists.undecided, name="undecided"),
    path("transfer/contradictory/", worklists.contradictory, name="contradictory"),
    path("transfer/differences/", pages_differences.listed, name="differences"),
    path("transfer/differences/unclear/", pages_differences.unclear, name="unclear"),
    path("transfer/differences/correct/", pages_differences.correct, name="correct"),
    path("transfer/united/", pages_united.worklist, name="united"),
    path("transfer/decisions/", pages_people.individuals, name="individuals"),
    path("transfer/people/<uuid:person_id>/", pages_people.person, name="person"),
    path("transfer/scenarios/", scenario_pages.scenarios, name="scenarios"),
]
