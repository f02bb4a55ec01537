"""The pages of notices: what people are told and how far it is, letters delivered by hand, one person's letter."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kokeilu import clock
from kokeilu.access.models import Organisation, Role
from kokeilu.access.pages import Request, page, saw_persons
from kokeilu.law.definition import shipped
from kokeilu.problems import Problem
from kokeilu.transfer import letters_source, operations, outbox, outbox_queries, queries
from kokeilu.transfer.delivery_email import mail_server
from kokeilu.transfer.delivery_suomifi import connect, credentials
from kokeilu.transfer.frame import told
from kokeilu.transfer.grounds import part_of, responsible
from kokeilu.transfer.letters import Unprintable
from kokeilu.transfer.letters_source import Texts
from kokeilu.transfer.models import Message, Notice, Run
from kokeilu.transfer.notices import BOTH, parts
from kokeilu.transfer.outbox_forms import EmailChoiceForm
from kokeilu.transfer.outbox_models import Delivery, State
from kokeilu.transfer.pages import _own_area, _run_tabs
from kokeilu.web import formats

PER_PAGE = 50


@page(operations.RESULTS)
def notices(request: Request, run_id: UUID) -> HttpResponse:
    """How many people are told of a run, in which language and words, by which channel, and how far it is."""
    run = _run(run_id)
    own = _own_area(request)
    states = outbox_queries.counts_by_state(run, own)
    faults = outbox_queries.counts_by_fault(run, own)
    given_up = sum(each["given_up"] for each in states.values())
    context = _head(run) | {
        "tabs": [] if run.kind == Run.Kind.INDIVIDUAL else _run_tabs(run, "notices"),
        "counts": [(row.organisation, _language(row.language), row.people) for row in queries.notice_counts(run, own)],
        "examples": [part for message in queries.example_messages(run, own) for part in parts(message)],
        "state_columns": [
            {"label": _("Channel")}, *({"label": State(each).label, "number": True} for each in outbox_queries.STATES)
        ],
        "states": [[channel.label, *counted.values()] for channel, counted in states.items()],
        "fault_columns": [
            {"label": _("Reason")}, {"label": _("Channel")}, {"label": _("State")}, {"label": _("Code")},
            {"label": _("Letters and messages"), "number": True},
        ],
        "faults": [[each.fault, each.channel, each.state, each.reply or "–", each.deliveries] for each in faults],
        "switches": _switches(),
        "without_letterhead": [each.name for each in _texts(run, own).without_letterhead()],
        "given_up": given_up if request.actor.role in operations.RETRY.roles else 0,
        "by_hand": outbox_queries.by_hand(run, request.actor.organisation).count(),
        "printed": outbox.printed(run, request.actor).count(),
    }  # fmt: skip
    return render(request, "transfer/notices.html", context)


def _texts(run: Run, own: Organisation | None) -> Texts:
    return Texts(Message.objects.filter(run=run, organisation=own)) if own else Texts.of_run(run)


def _run(run_id: UUID) -> Run:
    return get_object_or_404(Run.objects.exclude(kind=Run.Kind.IDENTITY).select_related("extract"), pk=run_id)


def _head(run: Run) -> dict[str, Any]:
    return {"run": run, "trial_name": shipped(run.trial).names[formats.language()]}


def _language(code: str) -> str:
    names = {"fi": _("Finnish"), "sv": _("Swedish"), BOTH: _("Finnish and Swedish (service language unknown)")}
    return names[code]


def _switches() -> list[tuple[str, str]]:
    """What is not set up here, each with what that means."""
    found = []
    try:
        if mail_server() is None:
            found.append((_("E-mail is off"), _("No mail server is set. E-mails wait until one is.")))
    except Problem as problem:
        found.append((_("E-mail is off"), problem.what))
    if credentials() is None:
        found.append((_("Suomi.fi Messages is off"), _("There are no credentials.")))
    elif connect(credentials()) is None:
        found.append((_("Suomi.fi Messages is off"), _("There are credentials, but this version cannot speak to it.")))
    return found


@page(operations.RETRY, "POST")
def retry(request: Request, run_id: UUID) -> HttpResponse:
    """Try again what was given up."""
    run = _run(run_id)
    waiting = outbox.retry(run, actor=request.actor)
    text = ngettext("%(number)s waits to be sent again.", "%(number)s wait to be sent again.", waiting)
    messages.success(request, text % {"number": formats.number(waiting)})
    return redirect("transfer:notices", run.pk)


@page(operations.POSTED, "POST")
def posted(request: Request, run_id: UUID) -> HttpResponse:
    """Note that the letters that were printed and shown as such were posted."""
    run = _run(run_id)
    seen = request.POST.get("seen", "")
    try:
        noted = outbox.post_printed(run, int(seen) if seen.isdecimal() else 0, actor=request.actor)
    except Problem as problem:
        messages.error(request, told(problem))
    else:
        text = ngettext("Noted: %(number)s letter was posted.", "Noted: %(number)s letters were posted.", noted)
        messages.success(request, text % {"number": formats.number(noted)})
    return redirect("transfer:notices", run.pk)


@page(operations.BY_HAND_LIST)
def by_hand(request: Request, run_id: UUID) -> HttpResponse:
    """Those of the own organisation's people whose letters go by hand, by name."""
    run = _run(run_id)
    found = outbox_queries.by_hand(run, request.actor.organisation)
    page_obj = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    persons = [each.person_id for each in page_obj]
    saw_persons(request, persons, {"run": str(run.pk), "page": page_obj.number})
    why = outbox_queries.why_by_hand(run, request.actor.organisation, persons)
    rows = [
        {
            "person": each.person_id,
            "name": ", ".join(part for part in (each.family_name, each.given_names) if part) or "–",
            "why": why.get(each.person_id, ""),
        }
        for each in page_obj
    ]  # fmt: skip
    context = _head(run) | {"page_obj": page_obj, "rows": rows, "own": request.actor.organisation}
    return render(request, "transfer/by_hand.html", context)


@page(operations.BY_HAND, "POST")
def delivered(request: Request, run_id: UUID, person_id: UUID) -> HttpResponse:
    """Note that a letter was handed over."""
    run = _run(run_id)
    try:
        outbox.delivered_by_hand(run, person_id, actor=request.actor)
    except Problem as problem:
        messages.error(request, problem.what)
    else:
        messages.success(request, _("Noted: the letter was handed over."))
    return redirect("transfer:by_hand", run.pk)


@page(operations.LETTER)
def letter(request: Request, run_id: UUID, person_id: UUID) -> HttpResponse:
    """A person's letter as a PDF, made at this moment and kept nowhere. A protected address is not on it.

    Whoever is not responsible for the person today opens only the letter of a change that it had a part in.
    """
    notices = Notice.objects.select_related("message__organisation").filter(run=run_id, person=person_id)
    if not responsible(request.actor, [person_id]):
        notices = notices.filter(part_of(request.actor.organisation))
    notice = get_object_or_404(notices)
    try:
        made = letters_source.letter_of(notice.message, person_id, clock.today())
    except Unprintable:
        return render(request, "transfer/unprintable.html", status=422)
    answer = HttpResponse(made, content_type="application/pdf")
    answer["Content-Disposition"] = 'inline; filename="letter.pdf"'
    return answer


@page(operations.CONTACT_CHOICE, "GET", "POST")
def contact_choice(request: Request, person_id: UUID) -> HttpResponse:
    """Whether a customer allows e-mail, as they have said."""
    choice = outbox.email_choice(person_id)
    initial = {"allowed": "yes" if choice.allowed else "no"} if choice else {}
    form = EmailChoiceForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        outbox.choose_email(person_id, allowed=form.chosen(), actor=request.actor)
        messages.success(request, _("Saved. It counts for what is sent from now on."))
        return redirect("casework:customer", person_id)
    status = 422 if form.errors else 200
    context = {"person_id": person_id, "form": form, "choice": choice}
    return render(request, "transfer/contact_choice.html", context, status=status)


def of_customer(person: UUID, role: Role) -> dict[str, Any]:
    """What the customer page says of notices: what was sent when, and whether e-mail is allowed."""
    return {
        "columns": [
            {"label": _("Notice of")}, {"label": _("Channel")}, {"label": _("State")},
            {"label": _("Sent on"), "date": True}, {"label": _("Letter")},
        ],
        "rows": [_told(each, person) for each in outbox_queries.told(person)],
        "choice": outbox.email_choice(person),
        "may_choose": role in operations.CONTACT_CHOICE.roles,
    }  # fmt: skip


def _told(delivery: Delivery, person: UUID) -> list[Any]:
    run = delivery.notice.run
    address = reverse("transfer:letter", args=[run.pk, person])
    channel, state = delivery.get_channel_display(), delivery.get_state_display()
    return [formats.day(run.on), channel, state, delivery.sent_at, {"text": _("Open the letter"), "href": address}]
