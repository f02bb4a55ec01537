"""The worker that sends what waits in the outbox.

One delivery at a time is taken with SKIP LOCKED, so workers side by side never take the same. It is noted as on its
way before anything is handed over and as sent right after; a worker killed between leaves it on its way, and once
`HELD_FOR` is over it is taken again with the same Message-ID. So an e-mail goes at least once, and twice only where the
process dies in the moment between the server's answer and the note of it.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from kokeilu.problems import Problem
from kokeilu.register.models import Contact, Details
from kokeilu.register.queries import current
from kokeilu.transfer import outbox
from kokeilu.transfer.delivery_email import TIMEOUT, Connection, Later, MailServer, Refused, compose
from kokeilu.transfer.delivery_text import email_text
from kokeilu.transfer.outbox_models import Delivery, Fault, State

HELD_FOR = timedelta(seconds=15 * TIMEOUT)  # longer than the answers of a slow server take together
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=4)
ATTEMPTS = 12  # some 16 hours, with the waits between
NOT_WANTED = (Fault.NOT_ALLOWED, Fault.PROTECTED, Fault.PROTECTION_UNKNOWN)  # the person is not to be written to
IDLE = 5.0  # seconds between looks into an empty outbox

# Waiting and failed ones whose time has come, and those that a worker left on their way.
_CLAIM = """
    UPDATE transfer_delivery
       SET state = 'sending', attempts = attempts + 1, next_try = now() + make_interval(secs => %(held)s),
           changed_at = now(), message_id = coalesce(message_id, '<' || id || '@' || %(domain)s || '>')
     WHERE id = (
         SELECT id FROM transfer_delivery
          WHERE channel = 'email' AND state IN ('waiting', 'sending', 'failed') AND next_try <= now()
          ORDER BY next_try, id LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING id
"""


@dataclass
class Outcome:
    """How many deliveries ended in which way since the worker began."""

    sent: int = 0
    later: int = 0
    given_up: int = 0
    cancelled: int = 0

    @property
    def tried(self) -> int:
        """All of them."""
        return self.sent + self.later + self.given_up + self.cancelled


def wait_after(attempts: int) -> timedelta:
    """How long to wait after so many attempts: a minute, then twice as long each time, up to four hours."""
    return min(FIRST_WAIT * float(2 ** (attempts - 1)), LONGEST_WAIT)


def deliver(
    server: MailServer, *, once: bool, per_minute: int | None = None, stop: threading.Event | None = None,
    progress: Callable[[Outcome], None] = lambda outcome: None,
) -> Outcome:  # fmt: skip
    """Send what is due until `stop` is set; `once` ends when nothing is due. `per_minute` bounds the rate.

    Raises Problem where the mail server cannot be used; what was to be sent waits on, and no attempt is counted.
    Without `once` the worker waits and tries again instead, as long again each time up to five minutes.
    """
    stop, outcome, link = stop or threading.Event(), Outcome(), Connection(server)
    trouble = 0
    try:
        while not stop.is_set():
            began = time.monotonic()
            try:
                found = _one(link, outcome)
                trouble = 0
            except Problem:
                if once:
                    raise
                trouble += 1
                stop.wait(min(2.0**trouble, 300))
                continue
            progress(outcome)
            if not found and once:
                break
            pause = (60 / per_minute if per_minute else 0.0) - (time.monotonic() - began) if found else IDLE
            if pause > 0:
                stop.wait(pause)
    finally:
        link.close()
    return outcome


def _one(link: Connection, outcome: Outcome) -> bool:
    """Take one delivery to its next state; false where none is due."""
    delivery = _claim(link.server)
    if delivery is None:
        return False
    try:
        text = _checked(delivery)
        link.send(compose(link.server, *text))
    except Later as refused:
        _again(delivery, refused, outcome)
    except Refused as refused:
        cancelled = refused.what in NOT_WANTED
        state = State.CANCELLED if cancelled else State.GIVEN_UP
        outbox.mark(delivery.pk, state, fault=Fault(refused.what), reply=refused.reply)
        outcome.cancelled += cancelled
        outcome.given_up += not cancelled
    except Problem:  # the server cannot be used at all: it was not this one's fault
        _put_back(delivery.pk)
        raise
    else:
        outbox.mark(delivery.pk, State.SENT)
        outcome.sent += 1
    return True


def _claim(server: MailServer) -> Delivery | None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"held": HELD_FOR.total_seconds(), "domain": server.domain})
        row = cursor.fetchone()
    if row is None:
        return None
    return Delivery.objects.select_related("notice__message__organisation", "notice__message__run").get(pk=row[0])


def _checked(delivery: Delivery) -> tuple[str, str, str, str]:
    """Address, Message-ID, subject and text, by what is known of the person now. Raises Refused where the person is
    not to be written to any more."""
    person = delivery.notice.person_id
    choice = outbox.email_choice(person)
    details = current(Details).filter(person=person).first()
    if choice is None or not choice.allowed:
        raise Refused(Fault.NOT_ALLOWED)
    if details is None or details.protected is not False:
        raise Refused(Fault.PROTECTED if details and details.protected else Fault.PROTECTION_UNKNOWN)
    contact = current(Contact).filter(person=person).first()
    if contact is None or not contact.email:
        raise Refused(Fault.NO_EMAIL)
    subject, body = email_text(delivery.notice.message)
    return contact.email, delivery.message_id or "", subject, body


def _again(delivery: Delivery, refused: Later, outcome: Outcome) -> None:
    if delivery.attempts >= ATTEMPTS:
        outbox.mark(delivery.pk, State.GIVEN_UP, fault=Fault(refused.what), reply=refused.reply)
        outcome.given_up += 1
        return
    next_try: datetime = timezone.now() + wait_after(delivery.attempts)
    outbox.mark(delivery.pk, State.FAILED, fault=Fault(refused.what), reply=refused.reply, next_try=next_try)
    outcome.later += 1


def _put_back(delivery: UUID) -> None:
    """As it was before it was taken; the attempt is not counted."""
    Delivery.objects.filter(pk=delivery, state=State.SENDING).update(
        state=State.WAITING, attempts=F("attempts") - 1, next_try=timezone.now(), changed_at=timezone.now()
    )
