"""Where log-in leads, and the choice among several roles."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from kokeilu import clock
from kokeilu.access import operations
from kokeilu.access.middleware import CHOSEN
from kokeilu.access.models import Membership
from kokeilu.access.pages import Request, page
from kokeilu.web import navigation


@page(operations.START)
def start(request: Request) -> HttpResponse:
    """Lead to the first page of the navigation that the role may open."""
    entries = navigation.shown(request)
    if entries:
        return HttpResponseRedirect(entries[0].href)
    return render(request, "access/nothing.html")


@page(operations.CHOOSE_ROLE, "GET", "POST")
def roles(request: Request) -> HttpResponse:
    """The roles one holds today; a POST with `membership` works in that one from now on."""
    today = clock.today()
    mine = Membership.objects.filter(user=request.actor.user, valid__contains=today).select_related("organisation")
    if request.method == "POST":
        # Compared as text: what comes from outside need not be an id at all.
        if request.POST.get("membership") in {str(pk) for pk in mine.values_list("pk", flat=True)}:
            request.session[CHOSEN] = request.POST["membership"]
            return HttpResponseRedirect(reverse("access:start"))
        messages.error(request, _("This choice is not yours."))
    current = [
        (one, one.organisation_id == request.actor.organisation.pk and one.role == request.actor.role)
        for one in mine.order_by("organisation__key", "role", "pk")
    ]
    return render(request, "access/roles.html", {"roles": current})
