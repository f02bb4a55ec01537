"""The list of requests, the form that asks the state, and the response times."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kokeilu import clock
from kokeilu.access.pages import Request, page, saw_persons
from kokeilu.problems import Problem
from kokeilu.register.models import Details
from kokeilu.services import actions, matters, operations, queries, texts
from kokeilu.services import models as services
from kokeilu.services.forms import AskForm, ResponseTimeForm
from kokeilu.services.selection import PER_PAGE, Selection
from kokeilu.transfer.queries import names_on, responsible
from kokeilu.web import formats


@page(operations.REQUESTS)
def requests(request: Request) -> HttpResponse:
    """The state's queue for an officer; for everybody else the requests about their organisation's customers."""
    today, language = clock.today(), formats.language()
    everything = queries.listed(request.actor, today)
    counts = queries.counts(everything)
    selection = Selection.of(request, request.actor, counts)
    found = queries.chosen(everything, selection.chosen)
    number = queries.count_of(counts, selection.chosen)
    shown = Paginator(range(number), PER_PAGE).get_page(request.GET.get("page"))
    start = max(shown.start_index() - 1, 0)
    rows = list(found[start : start + PER_PAGE])
    persons = [row.person_id for row in rows]
    saw_persons(request, persons, {**selection.chosen, "page": shown.number})
    names = names_on(today, persons)
    context = {
        "by_state": selection.by_state,
        "may_set_times": request.actor.role in operations.RESPONSE_TIMES.roles,
        "filters": selection.filters(counts),
        "rows": [_row(row, names.get(row.person_id), selection, language) for row in rows],
        "page_obj": shown,
        "found": ngettext("%(number)s request", "%(number)s requests", number) % {"number": formats.number(number)},
    }
    return render(request, "services/requests.html", context)


def _row(row: Any, details: Details | None, selection: Selection, language: str) -> dict[str, Any]:
    return {
        "request": row,
        "name": name_of(details),
        "protected": bool(details and details.protected),
        "matter": matters.name_of(row, language),
        "state": texts.STATES[row.state],
        "color": texts.STATE_COLORS.get(row.state, "neutral"),
        "time": texts.TIMES[row.time] if row.time in texts.TIME_COLORS else "",
        "time_color": texts.TIME_COLORS.get(row.time, ""),
        "area": selection.areas.get(row.area, "–"),
    }


def name_of(details: Details | None) -> str:
    """A person's name as lists have it."""
    parts = (details.family_name, details.given_names) if details else ()
    return ", ".join(part for part in parts if part) or _("Name unknown")


@page(operations.ASK, "GET", "POST")
def ask(request: Request, person_id: UUID) -> HttpResponse:
    """Ask the state about a customer. What the municipality decides itself is named with its citation, and refused."""
    today = clock.today()
    held = responsible(person_id, today)
    if held is None or held.organisation_id != request.actor.organisation.pk:
        raise PermissionDenied("no_ground")
    trial = matters.trial_of(held)
    offered = matters.matters(trial, today, formats.language()) if trial else []
    form = AskForm(request.POST or None, offered=offered)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = actions.ask(
                person_id, data["task"], data["question"], training=data["training"], deadline=data["deadline"],
                actor=request.actor,
            )  # fmt: skip
        except Problem as problem:
            form.add_error(None, problem.what)
        else:
            messages.success(request, _("The request is in the state's queue."))
            return redirect("services:request", person_id, made.pk)
    context = {
        "person_id": person_id,
        "name": name_of(names_on(today, [person_id]).get(person_id)),
        "form": form,
        "matters": offered,
        "by_agreement": [
            (kind.label, queries.due_after(kind, today)) for kind in services.Request.Kind
        ],
    }  # fmt: skip
    return render(request, "services/ask.html", context, status=422 if form.errors else 200)


@page(operations.RESPONSE_TIMES, "GET", "POST")
def response_times(request: Request) -> HttpResponse:
    """In how many working days requests are answered; POST sets a response time from a day on."""
    form = ResponseTimeForm(request.POST or None, initial={"from_day": clock.today()})
    if request.method == "POST" and form.is_valid():
        subject = services.ResponseTime.Subject(form.cleaned_data.pop("subject"))
        try:
            actions.set_response_time(subject, **form.cleaned_data, actor=request.actor)
        except Problem as problem:
            form.add_error("from_day", problem.what)
        else:
            messages.success(request, _("Saved. Deadlines that were computed stay as they are."))
            return redirect("services:response_times")
    context = {"form": form, "rows": queries.response_times()}
    return render(request, "services/response_times.html", context, status=422 if form.errors else 200)


def section(person_id: UUID, request: Request) -> dict[str, Any]:
    """What a customer's page shows of the requests about them, for `services/_customer.html`."""
    language = formats.language()
    found: list[dict[str, Any]] = [
        {
            "request": each,
            "matter": matters.name_of(each, language),
            "state": texts.STATES[each.state],
            "color": texts.STATE_COLORS.get(each.state, "neutral"),
            "outcome": next((event.get_outcome_display() for event in each.events.all() if event.outcome), ""),
        }
        for each in queries.of_person(person_id)
    ]
    return {
        "requests": found,
        "unread": [each for each in found if each["request"].state == services.Request.State.ANSWERED],
        "may_ask": request.actor.role in operations.ASK.roles,
    }
