"""Administration: organisations, users and their roles. No customer data are here."""

from typing import Any
from uuid import UUID

from allauth.socialaccount.models import SocialAccount
from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from kokeilu import clock
from kokeilu.access import actions, queries
from kokeilu.access.forms import EndForm, MembershipForm, SubjectForm, UserForm
from kokeilu.access.models import Membership, User
from kokeilu.access.operations import ADMINISTER
from kokeilu.access.pages import Request, page
from kokeilu.problems import Problem

PER_PAGE = 50
LATEST_CHANGES = 20


def _tabs(current: str) -> list[dict[str, Any]]:
    pages = [("admin", _("Organisations")), ("users", _("Users"))]
    return [{"label": label, "href": reverse(f"access:{name}"), "current": name == current} for name, label in pages]


@page(ADMINISTER)
def overview(request: Request) -> HttpResponse:
    """The organisations and how many roles are held in each."""
    context = {"tabs": _tabs("admin"), "organisations": queries.organisations()}
    return render(request, "access/admin.html", context)


@page(ADMINISTER)
def users(request: Request) -> HttpResponse:
    """The users, found by name or e-mail address."""
    search = request.GET.get("q", "").strip()
    page_obj = Paginator(queries.users(search), PER_PAGE).get_page(request.GET.get("page"))
    context = {"tabs": _tabs("users"), "page_obj": page_obj, "search": search, "today": clock.today()}
    return render(request, "access/users.html", context)


@page(ADMINISTER, "GET", "POST")
def add_user(request: Request) -> HttpResponse:
    """A form for a new user with their first role."""
    form = UserForm(request.POST or None)
    if form.is_valid():
        try:
            added = actions.add_user(**form.cleaned_data, actor=request.actor)
        except Problem as problem:
            form.add_error("email", problem.what)
        else:
            messages.success(request, _("%(name)s was added.") % {"name": added.name})
            return HttpResponseRedirect(reverse("access:user", args=[added.pk]))
    return render(request, "access/add_user.html", {"form": form})


@page(ADMINISTER, "GET", "POST")
def user(request: Request, user_id: UUID) -> HttpResponse:
    """A user: their roles, their identity at the log-in service, what was changed. `do` says which form was sent."""
    person = get_object_or_404(User, pk=user_id)
    sent = request.POST if request.method == "POST" else None
    do = request.POST.get("do") if sent else None
    service = settings.KOKEILU_OIDC["provider"] if settings.KOKEILU_OIDC else ""
    subject = SocialAccount.objects.filter(user=person, provider=service).values_list("uid", flat=True).first()
    roles = MembershipForm(sent if do == "role" else None)
    identity = SubjectForm(sent if do == "subject" else None, initial={"subject": subject or ""})
    if do == "role" and _done(
        roles, "role", lambda: actions.add_membership(user=person, **roles.cleaned_data, actor=request.actor)
    ):
        messages.success(request, _("The role was added."))
        return HttpResponseRedirect(request.path)
    if do == "subject" and _done(
        identity, "subject", lambda: actions.set_subject(user=person, **identity.cleaned_data, actor=request.actor)
    ):
        messages.success(request, _("The identifier was saved."))
        return HttpResponseRedirect(request.path)
    context = {
        "person": person,
        "memberships": person.memberships.select_related("organisation").order_by("-valid", "pk"),
        "roles": roles,
        "identity": identity,
        "service": service,
        "today": clock.today(),
        "changes": queries.changes_of(person)[:LATEST_CHANGES],
    }
    return render(request, "access/user.html", context)


@page(ADMINISTER, "GET", "POST")
def end_membership(request: Request, membership_id: UUID) -> HttpResponse:
    """A form that ends a role."""
    membership = get_object_or_404(Membership.objects.select_related("user", "organisation"), pk=membership_id)
    form = EndForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and _done(
        form, "last_day",
        lambda: actions.end_membership(membership=membership, **form.cleaned_data, actor=request.actor),
    ):  # fmt: skip
        messages.success(request, _("The role ends."))
        return HttpResponseRedirect(reverse("access:user", args=[membership.user_id]))
    return render(request, "access/end_membership.html", {"form": form, "membership": membership})


def _done(form: forms.Form, field: str, act: Any) -> bool:
    """Do what a valid form asks; a Problem becomes the error of `field`."""
    if not form.is_valid():
        return False
    try:
        act()
    except Problem as problem:
        form.add_error(field, problem.what)
        return False
    return True
