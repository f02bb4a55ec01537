"""The way in and out, and the job seeker's own page."""

from uuid import UUID

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kokeilu.my import actions, identification, operations, parts
from kokeilu.my.guard import OwnRequest, open_page, own_page
from kokeilu.my.session import sign_in
from kokeilu.problems import Problem
from kokeilu.register.queries import address_open, deceased, root_of
from kokeilu.web import errors, formats

ENTERING = "entering"  # the session's key of what is kept while the person is at the service


class DemoForm(forms.Form):
    """E-mail address and password of an invented person."""

    email = forms.EmailField(label=gettext_lazy("E-mail address"), max_length=254)
    password = forms.CharField(label=gettext_lazy("Password"), widget=forms.PasswordInput, max_length=128)


@own_page(operations.PAGE)
def page(request: OwnRequest) -> HttpResponse:
    """Who is responsible for me and why, and what else the rooms show."""
    person = request.job_seeker.person
    residence = person in address_open([person])
    reader = parts.Reader(person, residence, request)
    return render(request, "my/page.html", {"parts": parts.shown(reader), "residence": residence})


@open_page("GET", "POST")
def enter(request: OwnRequest) -> HttpResponse:
    """Sign in: a POST leads to the identification service; in a demonstration one with a password goes in by it."""
    if request.method == "GET" and request.job_seeker is not None:
        return redirect("my:page")
    if settings.KOKEILU_DEMO and "password" in request.POST:
        return _enter_demonstration(request)
    if request.method == "POST" and settings.KOKEILU_MY_OIDC:
        return _to_service(request)
    return _way_in(request, DemoForm())


def _way_in(request: HttpRequest, form: forms.Form, status: int = 200) -> HttpResponse:
    context = {
        "service": settings.KOKEILU_MY_OIDC["name"] if settings.KOKEILU_MY_OIDC else "",
        "form": form if settings.KOKEILU_DEMO else None,
    }
    return render(request, "my/enter.html", context, status=status)


def _enter_demonstration(request: OwnRequest) -> HttpResponse:
    form = DemoForm(request.POST)
    if form.is_valid():
        try:
            record = actions.check_demo_account(form.cleaned_data["email"], form.cleaned_data["password"])
        except Problem as problem:
            form.add_error(None, problem.what)
        else:
            return _let_in(request, record)
    return _way_in(request, form, 422)


def _to_service(request: OwnRequest) -> HttpResponse:
    try:
        address, kept = identification.begin(settings.KOKEILU_MY_OIDC, _callback(request), formats.language())
    except identification.Unreachable:
        return _unreachable(request)
    request.own[ENTERING] = kept
    return HttpResponseRedirect(address)


@open_page("GET")
def callback(request: OwnRequest) -> HttpResponse:
    """Take the person back from the identification service. What the service sent is good for one visit."""
    kept = request.own.pop(ENTERING, None)
    if not settings.KOKEILU_MY_OIDC or kept is None:
        return _not_identified(request)
    try:
        record = identification.finish(settings.KOKEILU_MY_OIDC, _callback(request), kept, request.GET)
    except identification.NotIdentified:
        return _not_identified(request)
    except identification.Unreachable:
        return _unreachable(request)
    # Who is not known and who has died are answered alike: the page tells nothing of anybody.
    if record is None or deceased([root_of(record)]):
        return render(request, "my/unknown.html", status=403)
    return _let_in(request, record)


@open_page("POST")
def leave(request: OwnRequest) -> HttpResponse:
    """Sign out."""
    request.own.flush()
    return redirect("my:enter")


def _let_in(request: OwnRequest, record: UUID) -> HttpResponse:
    sign_in(request.own, record)
    return redirect("my:page")


def _callback(request: HttpRequest) -> str:
    return request.build_absolute_uri(reverse("my:callback"))


def _not_identified(request: HttpRequest) -> HttpResponse:
    return errors.page(request, 403, _("The identification did not succeed. Nothing of you was shown. Try again."))


def _unreachable(request: HttpRequest) -> HttpResponse:
    return errors.page(request, 503, _("The identification service does not answer. Try again in a few minutes."))
