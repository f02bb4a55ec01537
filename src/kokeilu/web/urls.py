"""Addresses of the shell."""

from django.urls import path

from kokeilu.web import pages

app_name = "web"
urlpatterns = [path("language/", pages.language, name="language")]
