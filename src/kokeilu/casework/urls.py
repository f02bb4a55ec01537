"""Addresses of casework."""

from django.urls import path

from kokeilu.casework import customer, pages

app_name = "casework"
urlpatterns = [
    path("portfolio/", pages.portfolio, name="portfolio"),
    path("portfolio/assign/", pages.assign, name="assign"),
    path("portfolio/<uuid:worker_id>/", pages.portfolio_of, name="portfolio_of"),
    path("portfolio/<uuid:worker_id>/edit/", pages.edit_worker, name="edit_worker"),
    path("customers/<uuid:person_id>/", customer.customer, name="customer"),
    path("customers/<uuid:person_id>/worker/", pages.change_worker, name="change_worker"),
]
