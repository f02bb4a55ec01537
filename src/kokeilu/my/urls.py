"""Addresses of the way in and of the own page. All of them lie below kokeilu.my.session.PATH."""

from django.urls import path

from kokeilu.my import pages

app_name = "my"
urlpatterns = [
    path("my/", pages.page, name="page"),
    path("my/enter/", pages.enter, name="enter"),
    path("my/callback/", pages.callback, name="callback"),
    path("my/leave/", pages.leave, name="leave"),
]
