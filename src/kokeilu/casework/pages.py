"""The pages of a worker's portfolio, a team's caseloads, and who has a customer."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from kokeilu import clock
from kokeilu.access import pages as access
from kokeilu.access.models import Role
from kokeilu.access.pages import page, saw_persons
from kokeilu.access.policy import grounds
from kokeilu.casework import actions, operations, queries, texts
from kokeilu.casework.forms import ChangeWorkerForm, SearchForm, WorkerForm
from kokeilu.casework.models import WorkerProfile
from kokeilu.casework.queries import Customer, Portfolio
from kokeilu.casework.rules import Reason
from kokeilu.casework.selection import PER_PAGE, Selection
from kokeilu.problems import Problem
from kokeilu.register import labels
from kokeilu.register.queries import find_person
from kokeilu.web import formats


class Request(access.Request):
    """A request that may come from htmx, which takes a part of the page in place of all of it."""

    htmx: HtmxDetails


@page(operations.PORTFOLIO, "GET", "POST")
def portfolio(request: Request) -> HttpResponse:
    """A worker's own customers; a team lead's workers with their caseloads. POST searches."""
    if request.actor.role == Role.TEAM_LEAD:
        return _caseloads(request)
    worker = queries.profile_of(request.actor, clock.today())
    if worker is None:
        saw_persons(request, [])
        return render(request, "casework/no_profile.html")
    return _portfolio(request, worker, reverse("casework:portfolio"))


@page(operations.PORTFOLIO_OF, "GET", "POST")
def portfolio_of(request: Request, worker_id: UUID) -> HttpResponse:
    """A worker's customers, for their team lead. POST searches."""
    worker = _worker(request, worker_id)
    return _portfolio(request, worker, reverse("casework:portfolio_of", args=[worker.pk]))


def _worker(request: Request, worker_id: UUID) -> WorkerProfile:
    """A worker of the actor's organisation; 404 where there is none."""
    own = WorkerProfile.objects.filter(organisation=request.actor.organisation)
    return get_object_or_404(own.select_related("membership__user"), pk=worker_id)


def _portfolio(request: Request, worker: WorkerProfile, address: str) -> HttpResponse:
    if request.method == "POST":
        answer = _search(request, worker, address)
        if answer is not None:
            return answer
    selection = Selection.of(request)
    search = request.session.get(_session_key(worker), "")
    customers = Portfolio(worker.pk, clock.today(), search)
    counts = customers.counts()
    shown = Paginator(range(queries.count_of(counts, selection.chosen)), PER_PAGE).get_page(request.GET.get("page"))
    rows = customers.page(selection.chosen, selection.order, PER_PAGE, max(shown.start_index() - 1, 0))
    saw_persons(request, [row.person for row in rows], {**selection.chosen, "search": search, "page": shown.number})
    context = {
        "worker": worker,
        "own": worker.membership.user_id == request.actor.user.pk,
        "form": SearchForm(initial={"search": search}),
        "search": search,
        "address": address + selection.address(),
        "filters": selection.filters(counts),
        "columns": selection.columns(),
        "rows": [_row(row) for row in rows],
        "page_obj": shown,
        "found": _found(shown.paginator.count, search),
        "everybody": sum(counts.values()),
    }
    template = "casework/portfolio.html"
    return render(request, f"{template}#customers" if request.htmx else template, context)


def _session_key(worker: WorkerProfile) -> str:
    return f"casework.search.{worker.pk}"


def _search(request: Request, worker: WorkerProfile, address: str) -> HttpResponse | None:
    """Keep what is searched for. An identity code is looked up at once and kept nowhere: names have no digits.

    Answers with another page, or None where the list is to be shown as it now is.
    """
    form = SearchForm(request.POST)
    text = form.cleaned_data["search"] if form.is_valid() else ""
    back = address + Selection.of(request).address()
    if any(letter.isdigit() for letter in text):
        saw_persons(request, [], {"search": "identity code"})
        person = find_person(text)
        if person is not None and grounds(request.actor, [person]):
            return _go(request, reverse("casework:customer", args=[person]))
        messages.info(request, _("No customer of your organisation has this identity code."))
        return _go(request, back)
    request.session[_session_key(worker)] = text
    if request.htmx:
        return None
    saw_persons(request, [])
    return redirect(back)


def _go(request: Request, address: str) -> HttpResponse:
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)


def _found(people: int, search: str) -> str:
    if search:
        return ngettext("%(people)s customer found", "%(people)s customers found", people) % {
            "people": formats.number(people)
        }
    return ngettext("%(people)s customer", "%(people)s customers", people) % {"people": formats.number(people)}


def _row(customer: Customer) -> dict[str, Any]:
    in_service = customer.status == "service"
    return {
        "customer": customer,
        "name": customer.name or _("Name unknown"),
        "status": labels.service(customer.service) if in_service else texts.STATUSES[customer.status],
        "color": texts.STATUS_COLORS.get(customer.status, "neutral"),
    }


def _caseloads(request: Request) -> HttpResponse:
    saw_persons(request, [])
    organisation, today = request.actor.organisation, clock.today()
    loads = queries.caseloads(organisation, today)
    context = {
        "organisation": organisation,
        "rows": [{"load": load, "specialities": _names(load.worker)} for load in loads],
        "customers": sum(load.customers for load in loads),
        "places": sum(load.free for load in loads),
        "waiting": queries.without_worker(organisation, today),
    }
    return render(request, "casework/caseloads.html", context)


def _names(worker: WorkerProfile) -> str:
    return ", ".join(str(texts.SPECIALITIES.get(key, key)) for key in worker.specialities)


@page(operations.ASSIGN, "POST")
def assign(request: Request) -> HttpResponse:
    """Give every customer without a responsible worker one."""
    result = actions.assign(request.actor.organisation.key, actor=request.actor)
    told = ngettext(
        "%(people)s customer got a responsible worker.",
        "%(people)s customers got a responsible worker.",
        result.assigned,
    )
    messages.success(request, told % {"people": formats.number(result.assigned)})
    for language, people in result.language_missing.items():
        lacking = ngettext(
            "Nobody with room serves %(people)s customer in their service language, %(language)s.",
            "Nobody with room serves %(people)s customers in their service language, %(language)s.", people,
        )  # fmt: skip
        names = {"people": formats.number(people), "language": labels.language(language)}
        messages.warning(request, lacking % names)
    if result.left_over:
        waiting = ngettext(
            "%(people)s customer still waits: there are no more places.",
            "%(people)s customers still wait: there are no more places. Those wait who became customers last.",
            result.left_over,
        )
        messages.warning(request, waiting % {"people": formats.number(result.left_over)})
    return redirect("casework:portfolio")


@page(operations.EDIT_WORKER, "GET", "POST")
def edit_worker(request: Request, worker_id: UUID) -> HttpResponse:
    """How many customers a worker has at once, and what they speak, know and serve."""
    worker = _worker(request, worker_id)
    fields = ("capacity", "languages", "specialities", "districts")
    form = WorkerForm(request.POST or None, initial={name: getattr(worker, name) for name in fields})
    if request.method == "POST" and form.is_valid():
        actions.edit_worker(worker, actor=request.actor, **form.cleaned_data)
        messages.success(request, _("Saved. It counts from the next assignment on."))
        return redirect("casework:portfolio")
    status = 422 if form.errors else 200
    return render(request, "casework/edit_worker.html", {"worker": worker, "form": form}, status=status)


@page(operations.CHANGE_WORKER, "GET", "POST")
def change_worker(request: Request, person_id: UUID) -> HttpResponse:
    """Another responsible worker for a customer."""
    today = clock.today()
    form = ChangeWorkerForm(request.POST or None, workers=queries.colleagues(request.actor.organisation, today))
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_worker(person_id, form.chosen(), Reason(form.cleaned_data["reason"]), actor=request.actor)
        except Problem as problem:
            form.add_error("worker", problem.what)
        else:
            messages.success(request, _("The customer has a new responsible worker from today on."))
            return redirect("casework:customer", person_id)
    context = {"person_id": person_id, "form": form, "held": queries.workers_of(person_id).on(today).first()}
    status = 422 if form.errors else 200
    return render(request, "casework/change_worker.html", context, status=status)
