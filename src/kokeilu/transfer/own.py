"""What a job seeker's own page shows of responsibility: who, since when and why, the history, and the letters."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from kokeilu import clock
from kokeilu.my.guard import OwnRequest, own_page
from kokeilu.my.parts import Part, Reader, shows
from kokeilu.problems import Problem
from kokeilu.register.queries import records_of
from kokeilu.transfer import letters_source, operations, outbox_queries
from kokeilu.transfer.explained import Explained, explained
from kokeilu.transfer.letters import Unprintable
from kokeilu.transfer.models import Responsibility
from kokeilu.transfer.outbox_models import Delivery, Letterhead, State
from kokeilu.transfer.queries import history
from kokeilu.web import formats


@shows(10)
def responsible(reader: Reader) -> Part:
    """Who is responsible today, since when and why, and how they are reached."""
    held = next((each for each in history(reader.person) if clock.today() in each.valid), None)
    context: dict[str, Any] = {"held": held}
    if held:
        why = _why(held, reader.residence)
        head = Letterhead.objects.filter(organisation=held.organisation).first()
        context |= {
            "why": why,
            "unverified": any(not each.reason.verified for each in why or ()),
            "contact": _contact(head) if head else [],
        }
    return Part("responsible", _("Who is responsible for me"), "transfer/_own_responsible.html", context)


def _why(held: Responsibility, residence: bool) -> list[Explained] | None:
    try:
        return explained(held, formats.language(), residence=residence)
    except Problem:  # the definition has changed since; what was decided stands
        return None


def _contact(head: Letterhead) -> list[tuple[str, str]]:
    swedish = formats.language() == "sv"
    address = (head.address_sv or head.address_fi) if swedish else (head.address_fi or head.address_sv)
    reached = [
        (_("Phone"), head.phone), (_("E-mail"), head.email), (_("On the web"), head.website),
        (_("Postal address"), ", ".join(line for line in address.splitlines() if line.strip())),
    ]  # fmt: skip
    return [(label, value) for label, value in reached if value]


@shows(30)
def past(reader: Reader) -> Part:
    """Who has been responsible, the newest first."""
    rows = [
        [each.organisation.name, formats.days(each.valid.lower, each.valid.upper), each.get_ground_display()]
        for each in reversed(list(history(reader.person)))
    ]
    columns = [{"label": _("Organisation")}, {"label": _("Days"), "date": True}, {"label": _("Ground")}]
    context = {"columns": columns, "rows": rows}
    return Part("past", _("Who has been responsible"), "transfer/_own_past.html", context)


@shows(40)
def letters(reader: Reader) -> Part:
    """What was sent to the person or is to be, each with its letter."""
    told = [each for record in records_of(reader.person) for each in _of(record)]
    columns = [
        {"label": _("Notice of")}, {"label": _("Channel")}, {"label": _("State")},
        {"label": _("Sent on"), "date": True}, {"label": _("Letter")},
    ]  # fmt: skip
    context = {"columns": columns, "rows": [_told(each) for each in told]}
    return Part("letters", _("Letters to me"), "transfer/_own_letters.html", context)


def _told(delivery: Delivery) -> list[Any]:
    letter = {"text": _("Open the letter"), "href": reverse("transfer:own_letter", args=[delivery.pk])}
    return [
        formats.day(delivery.notice.message.run.on), delivery.get_channel_display(), delivery.get_state_display(),
        delivery.sent_at, letter,
    ]  # fmt: skip


@own_page(operations.OWN_LETTER)
def own_letter(request: OwnRequest, delivery_id: UUID) -> HttpResponse:
    """One's own letter as a PDF, made at this moment and kept nowhere. A protected address is not on it."""
    person = request.job_seeker.person
    mine = (each for record in records_of(person) for each in _of(record) if each.pk == delivery_id)
    delivery = next(mine, None)
    if delivery is None:
        raise Http404
    try:
        made = letters_source.letter_of(delivery.notice.message, person, clock.today())
    except Unprintable:
        return render(request, "transfer/unprintable.html", status=422)
    answer = HttpResponse(made, content_type="application/pdf")
    answer["Content-Disposition"] = 'inline; filename="letter.pdf"'
    return answer


def _of(record: UUID) -> QuerySet[Delivery]:
    """What was sent to a record of a person or is to be; what was cancelled was never theirs."""
    return outbox_queries.told(record).exclude(state=State.CANCELLED).select_related("notice__message__run")
