"""The page of one request: what is asked, what was done with it, and what may be done next."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kokeilu import clock
from kokeilu.access.pages import Request, page
from kokeilu.access.policy import Permit, decide
from kokeilu.problems import Problem
from kokeilu.register import labels
from kokeilu.register.models import Situation
from kokeilu.register.queries import on_day
from kokeilu.services import actions, matters, models, operations, queries, rules, texts
from kokeilu.services.forms import AnswerForm, TextForm
from kokeilu.services.pages import name_of
from kokeilu.services.rules import State, Step
from kokeilu.transfer.queries import names_on, responsible
from kokeilu.web import formats

Words = str | Promise


@dataclass(frozen=True)
class _Offer:
    """A step as the page offers it: its form's button, the label of its text (none: no text), what is said after."""

    button: Words
    done: Words
    text: Words = ""
    main: bool = False  # shown at once; the others are folded


_OFFERS: Mapping[Step, _Offer] = {
    Step.TAKE_UP: _Offer(gettext_lazy("Take up"), gettext_lazy("You have taken the request up."), main=True),
    Step.ANSWER: _Offer(gettext_lazy("Give the answer"), gettext_lazy("The answer is given."), main=True),
    Step.RETURN: _Offer(
        gettext_lazy("Return for more facts"), gettext_lazy("The request is returned."), gettext_lazy("What is lacking")
    ),
    Step.PUT_BACK: _Offer(
        gettext_lazy("Put it back into the queue"), gettext_lazy("The request is in the queue."), gettext_lazy("Reason")
    ),
    Step.CLOSE: _Offer(
        gettext_lazy("Close without an answer"), gettext_lazy("The request is closed."), gettext_lazy("Reason")
    ),
    Step.SUPPLY: _Offer(
        gettext_lazy("Give the facts"), gettext_lazy("The request is in the queue."), gettext_lazy("Facts"), main=True
    ),
    Step.ACKNOWLEDGE: _Offer(
        gettext_lazy("I have read the answer"), gettext_lazy("The answer is acknowledged."), main=True
    ),
    Step.WITHDRAW: _Offer(
        gettext_lazy("Withdraw the request"), gettext_lazy("The request is withdrawn."), gettext_lazy("Reason")
    ),
}
_WITH_TEXT: Mapping[Step, Callable[..., object]] = {
    Step.RETURN: actions.send_back,
    Step.PUT_BACK: actions.put_back,
    Step.CLOSE: actions.close,
    Step.SUPPLY: actions.supply,
    Step.WITHDRAW: actions.withdraw,
}


@page(operations.REQUEST)
def show(request: Request, person_id: UUID, request_id: UUID) -> HttpResponse:
    """One request."""
    return _show(request, _found(person_id, request_id))


@page(operations.HANDLE, "POST")
def handle(request: Request, person_id: UUID, request_id: UUID) -> HttpResponse:
    """A step of the state's office; `step` says which."""
    return _take(request, person_id, request_id, rules.OFFICERS_STEPS)


@page(operations.FOLLOW, "POST")
def follow(request: Request, person_id: UUID, request_id: UUID) -> HttpResponse:
    """A step of who is responsible for the person; `step` says which."""
    return _take(request, person_id, request_id, rules.ASKERS_STEPS)


def _found(person_id: UUID, request_id: UUID) -> models.Request:
    people = models.Request.objects.select_related("officer", "asked_by", "asked_for")
    found = people.filter(pk=request_id, person=person_id).first()
    if found is None:
        raise Http404
    return found


def _take(request: Request, person_id: UUID, request_id: UUID, steps: tuple[Step, ...]) -> HttpResponse:
    found = _found(person_id, request_id)
    asked = request.POST.get("step", "")
    if asked not in {step.value for step in steps}:
        return _show(request, found, problem=_("Choose what to do."))
    step = Step(asked)
    form = _form(step, found, request.POST)
    if form and not form.is_valid():
        return _show(request, found, {step: form})
    try:
        _do(step, found, form, request)
    except Problem as problem:
        return _show(request, _found(person_id, request_id), problem=problem.what)
    messages.success(request, str(_OFFERS[step].done))
    if step == Step.CLOSE or not _may(request, operations.REQUEST, person_id):
        return redirect("services:requests")
    return redirect("services:request", person_id, request_id)


def _do(step: Step, found: models.Request, form: forms.Form | None, request: Request) -> None:
    if isinstance(form, AnswerForm):
        actions.answer(found.pk, form.given(), actor=request.actor)
    elif form:
        _WITH_TEXT[step](found.pk, form.cleaned_data["text"], actor=request.actor)
    else:
        act = actions.take_up if step == Step.TAKE_UP else actions.acknowledge
        act(found.pk, actor=request.actor)


def _form(step: Step, found: models.Request, data: Any = None) -> forms.Form | None:
    """The form of a step; None where it takes nothing. Names of fields are apart, as several stand on one page."""
    if step == Step.ANSWER:
        return AnswerForm(data, kind=found.kind, auto_id=f"{step.value}_%s")
    if label := _OFFERS[step].text:
        return TextForm(data, label=label, auto_id=f"{step.value}_%s")
    return None


def _may(request: Request, operation: Any, person: UUID) -> bool:
    return isinstance(decide(request.actor, operation, person), Permit)


def _show(
    request: Request, found: models.Request, filled: Mapping[Step, forms.Form] | None = None, problem: str = ""
) -> HttpResponse:
    today, language = clock.today(), formats.language()
    details = names_on(today, [found.person_id]).get(found.person_id)
    held = responsible(found.person_id, today)
    events = list(queries.history(found))
    context = {
        "found": found,
        "name": name_of(details),
        "protected": bool(details and details.protected),
        "matter": matters.name_of(found, language),
        "citation": matters.cited(found.law, found.law_verified, language),
        "state": texts.STATES[found.state],
        "color": texts.STATE_COLORS.get(found.state, "neutral"),
        "notch": _notch(found),
        "responsible": held.organisation.name if held else "",
        "facts": _facts(found.person_id),
        "answer": next((event for event in events if event.outcome), None),
        "events": events,
        "offers": _offers(request, found, filled or {}),
        "problem": problem,
        "may_open_customer": _may_open_customer(request, found.person_id),
    }
    return render(request, "services/request.html", context, status=422 if filled or problem else 200)


def _notch(found: models.Request) -> dict[str, Any] | None:
    notch = rules.notch(found.due, clock.today()) if found.state in rules.OPEN else None
    if notch is None:
        return None
    key = "late" if notch == rules.Notch.OVER else "near"
    return {"text": texts.TIMES[key], "color": texts.TIME_COLORS[key]}


def _facts(person: UUID) -> list[tuple[str, Any]]:
    """What the register says today of the person's standing, and nothing of where they live."""
    situation = on_day(Situation, clock.today()).filter(person=person).first()
    if situation is None:
        return []
    valid = {True: _("Valid"), False: _("Not valid"), None: labels.UNKNOWN}[situation.job_search_valid]
    return [
        (_("Job search"), valid),
        (_("Employment code"), labels.employment(situation.employment_code)),
        (_("Unemployed since"), formats.day(situation.unemployed_since)),
        (_("Service"), labels.service(situation.service)),
        (_("Benefit"), labels.benefit(situation.benefit)),
    ]


def _offers(request: Request, found: models.Request, filled: Mapping[Step, forms.Form]) -> list[dict[str, Any]]:
    """The steps that this person may take now, those shown at once first."""
    may = {
        "handle": _may(request, operations.HANDLE, found.person_id),
        "follow": _may(request, operations.FOLLOW, found.person_id),
    }
    offers = []
    for step, offer in _OFFERS.items():
        address = "handle" if step in rules.OFFICERS_STEPS else "follow"
        if not may[address] or (State(found.state), step) not in rules.TRANSITIONS:
            continue
        if step in rules.HOLDERS_STEPS and found.officer_id != request.actor.user.pk:
            continue
        if step == Step.CLOSE and found.state == State.ANSWERED and responsible(found.person_id, clock.today()):
            continue
        offers.append(
            {
                "step": step.value, "offer": offer, "form": filled.get(step) or _form(step, found),
                "address": f"services:{address}", "open": offer.main or step in filled,
            }
        )  # fmt: skip
    return sorted(offers, key=lambda each: not each["open"])


def _may_open_customer(request: Request, person: UUID) -> bool:
    """Whether the responsible organisation's people look: the link to the customer's page is theirs."""
    return _may(request, operations.FOLLOW, person)
