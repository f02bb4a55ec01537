"""Decisions about one person: the list of them, and the page on which one is made or ended."""

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from kokeilu import clock
from kokeilu.access import policy
from kokeilu.access.models import Role
from kokeilu.access.pages import Request, page, saw_persons
from kokeilu.law.definition import shipped
from kokeilu.problems import Problem
from kokeilu.register.queries import find_person
from kokeilu.transfer import individual, operations, queries
from kokeilu.transfer.forms import CodeForm, EndForm, TransferForm
from kokeilu.transfer.frame import full_name, tabs, told
from kokeilu.transfer.models import IndividualTransfer, Responsibility
from kokeilu.web import formats

PER_PAGE = 50


@page(operations.INDIVIDUALS, "GET", "POST")
def individuals(request: Request) -> HttpResponse:
    """The decisions that the actor's organisation has to do with, the newest first. POST finds a person by code."""
    form = CodeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        saw_persons(request, [], {"search": "identity code"})
        person = find_person(form.cleaned_data["code"])
        if person is not None and policy.grounds(request.actor, [person]):
            return redirect("transfer:person", person)
        messages.info(request, _("No customer of your organisation has this identity code."))
        return redirect("transfer:individuals")
    made = IndividualTransfer.objects.standing().filter(individual.concerning(request.actor.organisation))
    made = made.select_related("run__started_by", "came_from", "goes_to").order_by("-run__on", "-run__finished_at")
    page_obj = Paginator(made, PER_PAGE).get_page(request.GET.get("page"))
    persons = [each.person_id for each in page_obj]
    names = queries.names_on(clock.today(), persons)
    saw_persons(request, persons, {"page": page_obj.number})
    context = {
        "tabs": tabs(request, "individuals"),
        "form": form,
        "page_obj": page_obj,
        "rows": [
            {
                "name": full_name(names.get(each.person_id)),
                "day": each.run.on,
                "from": each.came_from.name,
                "to": each.goes_to.name,
                "ground": _ground(each),
                "ended": each.ended_on,
                "own": each.goes_to_id == request.actor.organisation.pk,
                "person": each.person_id,
                "run": each.run_id,
            }
            for each in page_obj
        ],
    }
    return render(request, "transfer/individuals.html", context)


def _ground(made: IndividualTransfer) -> str:
    try:
        return shipped(made.run.trial).transfer_ground(made.ground, made.run.on).name[formats.language()]
    except Problem:  # the definition has lost it since
        return made.ground


@page(operations.INDIVIDUAL, "GET", "POST")
def person(request: Request, person_id: UUID) -> HttpResponse:
    """Move one customer by a decision, or end the decision that holds."""
    today = clock.today()
    held = Responsibility.objects.current().filter(person=person_id).select_related("organisation").first()
    if held is None:
        raise Http404
    holding = IndividualTransfer.objects.holding(today).filter(person=person_id)
    decision = holding.select_related("run__started_by", "came_from", "goes_to").first()
    choice = individual.choice(held, request.actor, today)
    sent = request.POST if request.method == "POST" else None
    ending = EndForm(sent if sent and "end" in sent else None)
    moving = TransferForm(
        sent if sent and "end" not in sent else None, choice=choice, initial={"day": today, "seen": held.pk}
    )
    if sent is not None and (answer := _act(request, person_id, decision, choice, ending, moving)):
        return answer
    context: dict[str, Any] = {
        "person_id": person_id,
        "name": full_name(queries.names_on(today, [person_id]).get(person_id)),
        "held": held,
        "decision": decision,
        "ground": _ground(decision) if decision else "",
        "choice": choice,
        "unverified": sorted({each.law for each in choice.grounds if not each.verified}) if choice else [],
        "ending": ending,
        "moving": moving,
        "may_see": request.actor.role == Role.TEAM_LEAD,
        "begins": _begins(today),
    }
    return render(request, "transfer/person.html", context)


def _act(
    request: Request, person_id: UUID, decision: IndividualTransfer | None, choice: individual.Choice | None,
    ending: EndForm, moving: TransferForm,
) -> HttpResponse | None:  # fmt: skip
    """Do what a form asks for; None where the page is to be shown again with what is wrong."""
    try:
        if decision is not None and ending.is_bound and ending.is_valid():
            individual.end(decision.pk, ending.cleaned_data["end_reason"], actor=request.actor)
            messages.success(request, _("The decision is ended. The next run decides by the law again."))
            return redirect("transfer:individuals")
        if choice is not None and moving.is_bound and moving.is_valid():
            asked = moving.cleaned_data
            made = individual.transfer(
                person_id, choice.trial, asked["ground"], moving.destination(), asked["reason"], asked["day"],
                seen=asked["seen"], actor=request.actor,
            )  # fmt: skip
            words = _("%(organisation)s is responsible from %(day)s on.")
            messages.success(request, words % {"organisation": made.goes_to.name, "day": formats.day(made.run.on)})
            return redirect("transfer:individuals")
    except Problem as problem:
        (ending if ending.is_bound else moving).add_error(None, told(problem))
    return None


def _begins(today: date) -> date | None:
    """The first day on which any ground is in force, where none is yet."""
    trial = queries.newest_trial()
    days = [ground.from_day for ground in shipped(trial).transfer_grounds if ground.from_day > today] if trial else []
    return min(days, default=None)
