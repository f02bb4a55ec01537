"""The outbox: filled in the transaction of the run, set by set; what people do with deliveries.

Facts are those of the register now, at each step: whoever gains protection of their address after the run gets
nothing by a channel that would tell it to others.
"""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import connection, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from kokeilu.access import logs, policy
from kokeilu.access.models import Organisation, Role
from kokeilu.access.policy import Actor
from kokeilu.problems import Problem
from kokeilu.transfer.models import Run
from kokeilu.transfer.operations import BY_HAND, CONTACT_CHOICE, LETTERHEAD, POSTED, RETRY
from kokeilu.transfer.outbox_models import UNSENT, Channel, ContactChoice, Delivery, Fault, Letterhead, State

CURRENT = "superseded_by_id IS NULL AND upper_inf(valid)"

# What is known now of everybody with a notice of the run. Hashed, not looked up one by one: a run moves 92 000.
_REACHED = f"""
    WITH protection AS MATERIALIZED (SELECT person_id, protected FROM register_details WHERE {CURRENT}),
         mail AS MATERIALIZED (
             SELECT person_id, email FROM register_contact WHERE {CURRENT} AND email IS NOT NULL AND email <> ''),
         choice AS MATERIALIZED (
             SELECT DISTINCT ON (person_id) person_id, allowed FROM transfer_contactchoice
              WHERE channel = 'email' ORDER BY person_id, id DESC),
         reached AS (
             SELECT notice.id AS notice_id, protected, email, coalesce(allowed, false) AS allowed
               FROM transfer_notice notice
               LEFT JOIN protection USING (person_id)
               LEFT JOIN mail USING (person_id)
               LEFT JOIN choice USING (person_id)
              WHERE notice.run_id = %(run)s)
"""
_FILL = f"""
    {_REACHED}
    INSERT INTO transfer_delivery (notice_id, channel, state, fault, next_try)
    SELECT notice_id, 'letter', CASE WHEN protected IS FALSE THEN 'waiting' ELSE 'withheld' END,
           CASE WHEN protected THEN 'protected' WHEN protected IS NULL THEN 'protection_unknown' END, NULL
      FROM reached
    UNION ALL
    SELECT notice_id, 'email', 'waiting', NULL, now() FROM reached
     WHERE protected IS FALSE AND allowed AND email IS NOT NULL
    ON CONFLICT (notice_id, channel) DO NOTHING
"""
# Protection gained or lost, permission taken back since: what has not gone yet goes another way, or not at all.
_RECHECK_HELD = f"""
    {_REACHED}
    UPDATE transfer_delivery delivery
       SET state = 'withheld', changed_at = now(), next_try = NULL,
           fault = CASE WHEN protected THEN 'protected' ELSE 'protection_unknown' END
      FROM reached
     WHERE delivery.notice_id = reached.notice_id AND channel = 'letter' AND protected IS NOT FALSE
       AND state IN ('waiting', 'sending', 'failed', 'given_up')
"""
_RECHECK_OPEN = f"""
    {_REACHED}
    UPDATE transfer_delivery delivery SET state = 'waiting', changed_at = now(), fault = NULL
      FROM reached
     WHERE delivery.notice_id = reached.notice_id AND channel = 'letter' AND protected IS FALSE
       AND state = 'withheld' AND fault IN ('protected', 'protection_unknown')
"""


def fill(run: Run) -> None:
    """Make the deliveries of a run's notices, those that are missing: a letter for each, and an e-mail where the
    person allows it and the register has an address. Protected people's letters are to be delivered by hand."""
    with connection.cursor() as cursor:
        cursor.execute(_FILL, {"run": run.pk})
        cursor.execute("ANALYZE transfer_delivery")


def recheck(run: Run) -> int:
    """Hold back letters of people whose address is protected by now, and let go those whose is not any more.

    Returns how many were held back.
    """
    with connection.cursor() as cursor:
        cursor.execute(_RECHECK_HELD, {"run": run.pk})
        held = int(cursor.rowcount)
        cursor.execute(_RECHECK_OPEN, {"run": run.pk})
    return held


def cancel_unsent(run: Run, *, actor: Actor | None) -> int:
    """Cancel what a run's outbox has not sent: what undoing the run does. Returns how many deliveries.

    In the caller's transaction, which has asked whether the actor may undo the run. What is on its way is cancelled
    too: an e-mail that is being sent at this very moment then still goes, which its row tells by its message id.
    """
    cancelled: int = _of(run).filter(state__in=UNSENT).update(
        state=State.CANCELLED, fault=Fault.UNDONE, next_try=None, changed_at=Now()
    )  # fmt: skip
    if cancelled:
        logs.record_change(actor, "transfer.cancel_notices", "transfer_run", run.pk, new={"cancelled": cancelled})
    return cancelled


def sent_notices(run: Run) -> int:
    """How many people have been told of a run by any channel: what undoing it depends on."""
    return _of(run).filter(state=State.SENT).values("notice").distinct().count()


@transaction.atomic
def retry(run: Run, *, actor: Actor) -> int:
    """Try again what was given up: the register, the address or the server may have been mended.

    Returns how many deliveries. Raises PermissionDenied.
    """
    policy.require(actor, RETRY)
    email = _of(run).filter(state=State.GIVEN_UP, channel=Channel.EMAIL)
    letters = _of(run).filter(state=State.GIVEN_UP).exclude(channel=Channel.EMAIL)
    new = {"state": State.WAITING, "fault": None, "reply": None, "attempts": 0, "changed_at": Now()}
    waiting = email.update(next_try=Now(), **new) + letters.update(next_try=None, **new)
    if waiting:
        logs.record_change(actor, RETRY.key, "transfer_run", run.pk, new={"waiting": waiting})
    return waiting


def printed(run: Run, actor: Actor) -> QuerySet[Delivery]:
    """The letters of a run that are printed and not posted: those of a team lead's own area, all for others."""
    letters = _of(run).filter(channel=Channel.LETTER, state=State.SENDING)
    if actor.role == Role.TEAM_LEAD:
        return letters.filter(notice__message__organisation=actor.organisation)
    return letters


def post_printed(run: Run, seen: int, *, actor: Actor) -> int:
    """Note that the printed letters of a run were posted, by whom and when. Returns how many.

    `seen` is how many the actor saw: where it is another number by now, as somebody's address became protected or a
    later notice took the place of one, nothing is noted. Raises PermissionDenied; Problem as said, and where
    there are none.
    """
    policy.require(actor, POSTED)
    recheck(run)
    with transaction.atomic():
        letters = list(printed(run, actor).select_for_update().values_list("pk", flat=True))
        if len(letters) != seen or not letters:
            others = _("Other letters wait to be posted than when you looked.")
            raise Problem(
                others if letters else _("No printed letter waits to be posted."),
                mend=_("take out whose letters are delivered by hand or cancelled, then look again"),
            )
        noted: int = Delivery.objects.filter(pk__in=letters).update(
            state=State.SENT, sent_at=Now(), sent_by=actor.user.pk, changed_at=Now()
        )
        logs.record_change(actor, POSTED.key, "transfer_run", run.pk, new={"letters": noted})
    return noted


@transaction.atomic
def delivered_by_hand(run: Run, person: UUID, *, actor: Actor) -> None:
    """Note that a letter was handed over. Raises PermissionDenied; Problem where it is not to be handed over."""
    policy.require(actor, BY_HAND, person)
    held = _of(run).filter(
        notice__person=person, notice__message__organisation=actor.organisation,
        channel=Channel.LETTER, state=State.WITHHELD,
    )  # fmt: skip
    delivery = held.select_for_update().first()
    if delivery is None:
        raise Problem(_("This letter is not to be delivered by hand, or has been."))
    Delivery.objects.filter(pk=delivery.pk).update(
        state=State.SENT, sent_at=Now(), sent_by=actor.user.pk, changed_at=Now(), next_try=None
    )
    logs.record_change(
        actor, BY_HAND.key, "transfer_delivery", delivery.pk,
        old={"state": State.WITHHELD.value}, new={"state": State.SENT.value},
    )  # fmt: skip


@transaction.atomic
def choose_email(person: UUID, *, allowed: bool, actor: Actor) -> None:
    """Record whether a person allows e-mail, as they said to the actor. Taking it back cancels what has not gone.

    Raises PermissionDenied.
    """
    policy.require(actor, CONTACT_CHOICE, person)
    before = email_choice(person)
    ContactChoice.objects.create(person_id=person, channel=Channel.EMAIL, allowed=allowed, recorded_by=actor.user)
    if not allowed:
        unsent = Delivery.objects.filter(
            notice__person=person,
            channel=Channel.EMAIL,
            state__in=(State.WAITING, State.FAILED, State.GIVEN_UP),
        )
        unsent.update(state=State.CANCELLED, fault=Fault.NOT_ALLOWED, next_try=None, changed_at=Now())
    logs.record_change(
        actor, CONTACT_CHOICE.key, "register_person", person,
        old={"email": before.allowed if before else None}, new={"email": allowed},
    )  # fmt: skip


def email_choice(person: UUID) -> ContactChoice | None:
    """What a person said last about e-mail; None where nobody has asked, which counts as no."""
    choices = ContactChoice.objects.filter(person=person, channel=Channel.EMAIL)
    return choices.select_related("recorded_by").order_by("-id").first()


@transaction.atomic
def set_letterhead(organisation: Organisation, values: Mapping[str, str], *, actor: Actor | None) -> Letterhead:
    """Say what an organisation's letters tell of it: the fields of Letterhead that `values` names.

    Raises PermissionDenied.
    """
    if actor is not None:
        policy.require(actor, LETTERHEAD)
    head, _made = Letterhead.objects.get_or_create(organisation=organisation)
    old = {name: getattr(head, name) for name in values}
    for name, value in values.items():
        setattr(head, name, value)
    head.full_clean()
    head.save()
    logs.record_change(actor, LETTERHEAD.key, "organisation", organisation.pk, old=old, new=dict(values))
    return head


def mark(
    delivery: UUID, state: State, *, fault: Fault | None = None, reply: int | None = None,
    next_try: datetime | None = None, user: AbstractBaseUser | None = None,
) -> bool:  # fmt: skip
    """Move one delivery that is on its way to its next state; false where it was cancelled meanwhile."""
    moved = Delivery.objects.filter(pk=delivery, state=State.SENDING).update(
        state=state, fault=fault, reply=reply, next_try=next_try, changed_at=Now(),
        sent_at=Now() if state == State.SENT else None, sent_by=user,
    )  # fmt: skip
    return bool(moved)


def _of(run: Run) -> QuerySet[Delivery]:
    return Delivery.objects.filter(notice__run=run)
