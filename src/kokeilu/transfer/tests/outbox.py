"""Runs with notices for tests of the outbox, and a mail server on this machine."""

import asyncio
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aiosmtpd.controller import Controller
from django.db import transaction
from django.db.models.functions import Now

from kokeilu.access.models import User
from kokeilu.law.definition import shipped
from kokeilu.register.models import Contact, Person
from kokeilu.transfer import actions
from kokeilu.transfer.models import Run
from kokeilu.transfer.outbox_models import Channel, ContactChoice, Delivery, State
from kokeilu.transfer.tests.people import START, extract, people

TRIAL = shipped("kuntakokeilu")
HOME = {"street_address": "Katu 1", "postal_code": "00100", "city": "Helsinki"}


def moved(*facts: dict[str, Any]) -> tuple[Run, list[Person]]:
    """A run that moves these people to Helsinki; each dict says how one differs from someone with an open address.

    `allows`: they said that they may be written to by e-mail.
    """
    actions.ensure_organisations(TRIAL)
    with transaction.atomic():
        made = people(extract(), *({name: value for name, value in each.items() if name != "allows"} for each in facts))
        for person, given in zip(made, facts, strict=True):
            reached = {name: given.get(name, value) for name, value in (HOME | {"email": None}).items()}
            Contact.objects.filter(person=person).update(**reached)
            if given.get("allows"):
                allow(person)
    return actions.run(TRIAL, START).run, made


def allow(person: Person, allowed: bool = True) -> None:
    """What a person said about e-mail."""
    user, _ = User.objects.get_or_create(email="recorder@kokeilu.example", defaults={"name": "Recorder"})
    ContactChoice.objects.create(person=person, channel=Channel.EMAIL, allowed=allowed, recorded_by=user)


def post(**which: Any) -> int:
    """Send the letters that wait, of all runs or those that `which` (of Delivery) picks; returns how many."""
    letters = Delivery.objects.filter(channel=Channel.LETTER, **which)
    letters.filter(state=State.WAITING).update(state=State.SENDING)
    due = letters.filter(state__in=(State.SENDING, State.WITHHELD))
    return due.update(state=State.SENT, sent_at=Now(), changed_at=Now())


def states(run: Run, channel: str | None = None) -> dict[object, tuple[str, str | None]]:
    """State and fault of each person's delivery by a channel (by all of them as `(person, channel)`)."""
    rows = Delivery.objects.filter(notice__run=run).values_list("notice__person", "channel", "state", "fault")
    if channel:
        return {person: (state, fault) for person, through, state, fault in rows if through == channel}
    return {(person, through): (state, fault) for person, through, state, fault in rows}


class Mailbox:
    """A mail server's handler: keeps what it takes, and answers as it is told."""

    def __init__(self) -> None:
        self.mails: list[tuple[list[str], bytes]] = []
        self.to_recipient: list[str] = []  # answers to the next recipients; then all are taken
        self.to_message: list[str] = []  # answers to the next messages; "hang up" breaks the connection
        self.to_sender: list[str] = []  # answers to the next senders
        self.hold: threading.Event | None = None  # until it is set, who sent a message waits for the answer
        self.holding = False  # whether one waits

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        envelope.mail_from = address
        return self.to_sender.pop(0) if self.to_sender else "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        answer = self.to_recipient.pop(0) if self.to_recipient else "250 OK"
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        answer = self.to_message.pop(0) if self.to_message else "250 taken"
        if answer == "hang up":
            server.transport.close()
            return "451 never arrives"
        if answer.startswith("250"):
            self.mails.append((list(envelope.rcpt_tos), envelope.content))
        while self.hold is not None and not self.hold.is_set():
            self.holding = True
            await asyncio.sleep(0.01)
        return answer

    def ids(self) -> list[str]:
        """The Message-IDs of what was taken."""
        return [re.search(rb"(?im)^message-id:\s*(<[^>]+>)", content)[1].decode() for _to, content in self.mails]


class _AnyPort(Controller):
    """A server on a port that the machine chooses."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def serving(mailbox: Mailbox, **options: Any) -> Iterator[int]:
    """A mail server on a free port of this machine; gives the port."""
    controller = _AnyPort(mailbox, hostname="127.0.0.1", port=0, **options)
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()
