"""A run's letters to the printing house: rendered into a folder, then noted as posted."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import polars as pl
from django.db import connection, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils import translation

from kokeilu import clock
from kokeilu.access import logs
from kokeilu.problems import Problem
from kokeilu.register import store
from kokeilu.transfer import outbox
from kokeilu.transfer.letters_folder import Folder, Item, Rendered, digest_of
from kokeilu.transfer.letters_source import Addressee, Texts
from kokeilu.transfer.models import Run
from kokeilu.transfer.outbox_models import Channel, Delivery, Fault, State

MENDABLE = (Fault.NO_ADDRESS, Fault.TYPESETTING)  # the register may have mended these since

_COLUMNS = {
    "notice.person_id AS person": pl.String(), "notice.message_id AS message": pl.Int64(),
    "message.language AS language": pl.String(), "details.family_name AS family_name": pl.String(),
    "details.given_names AS given_names": pl.String(), "contact.street_address AS street_address": pl.String(),
    "contact.postal_code AS postal_code": pl.String(), "contact.city AS city": pl.String(),
}  # fmt: skip
# The inner join on a protection that is known and off is what keeps protected addresses out of every file.
_TO_PRINT = f"""
    transfer_delivery delivery
    JOIN transfer_notice notice ON notice.id = delivery.notice_id AND notice.run_id = %(run)s
    JOIN transfer_message message ON message.id = notice.message_id
    JOIN (SELECT person_id, family_name, given_names FROM register_details
           WHERE {outbox.CURRENT} AND protected IS FALSE) details ON details.person_id = notice.person_id
    LEFT JOIN (SELECT person_id, street_address, postal_code, city FROM register_contact
                WHERE {outbox.CURRENT}) contact ON contact.person_id = notice.person_id
    WHERE delivery.channel = 'letter' AND delivery.state IN ('waiting', 'sending', 'failed')
"""


@dataclass(frozen=True)
class Printed:
    """What rendering did: files, and letters to be delivered by hand, some of them for want of a whole address."""

    rendered: Rendered
    by_hand: int
    no_address: int
    without_letterhead: tuple[str, ...]  # keys of organisations


def render(
    run: Run, path: Path, *, processes: int = 2, progress: Callable[[int, int], None] = lambda done, total: None
) -> Printed:
    """Write the letters of a run that wait, or were written and not posted, into a folder; those count as on their way.

    Run again it goes on where it was. Raises Problem where no letter waits, the folder is another's, or the register
    has changed since it was begun.
    """
    with transaction.atomic():
        outbox.fill(run)
        _letters(run).filter(state=State.WITHHELD, fault__in=MENDABLE).update(
            state=State.WAITING, fault=None, changed_at=Now()
        )
        outbox.recheck(run)
        texts = Texts.of_run(run)
        items, nowhere = _items(run, texts)
        _hold_back(run, nowhere, Fault.NO_ADDRESS)
    if not items:
        raise Problem("no letter of this run waits to be written", mend="its page of notices shows what became of them")
    folder = Folder.begin(path, str(run.pk), digest_of(items), clock.today())
    if folder.day != clock.today():
        items, _nowhere = _items(run, texts, folder)
    rendered = folder.render(items, processes=processes, progress=progress)
    with transaction.atomic():
        _hold_back(run, rendered.unprintable, Fault.TYPESETTING)
        waiting = _letters(run).filter(state__in=(State.WAITING, State.FAILED))
        marked = waiting.filter(notice__person__in=[UUID(each.person) for each in items]).update(
            state=State.SENDING, fault=None, changed_at=Now()
        )
        if marked:
            logs.record_change(None, "transfer.render_letters", "transfer_run", run.pk, new={"letters": marked})
    held = _letters(run).filter(state=State.WITHHELD)
    return Printed(
        rendered,
        held.count(),
        held.filter(fault=Fault.NO_ADDRESS).count(),
        tuple(each.key for each in texts.without_letterhead()),
    )


def posted(path: Path) -> int:
    """Note that the letters of a folder were handed over to be posted. Returns how many were not noted before.

    Raises Problem where somebody's address is protected by now: their letter is taken out of the folder first.
    """
    folder = Folder.finished(path)
    run = Run.objects.filter(pk=folder.run).first()
    if run is None:
        raise Problem("this database does not know the run of these letters", file=path)
    persons = [UUID(person) for person in folder.persons()]
    with transaction.atomic():
        outbox.recheck(run)
    mine = _letters(run).filter(notice__person__in=persons)
    barred = mine.filter(state__in=(State.WITHHELD, State.CANCELLED)).values_list("notice__person", flat=True)
    if gone := [str(person) for person in barred]:
        folder.remove(gone)
        raise Problem(
            f"{len(gone)} letters must not be posted any more and were taken out of the folder", file=path,
            mend="hand over the folder as it is now, then run this again",
        )  # fmt: skip
    with transaction.atomic():
        noted = mine.filter(state=State.SENDING).update(state=State.SENT, sent_at=Now(), changed_at=Now())
        if noted:
            logs.record_change(None, "transfer.post_letters", "transfer_run", run.pk, new={"letters": noted})
    return noted


def _letters(run: Run) -> QuerySet[Delivery]:
    return Delivery.objects.filter(notice__run=run, channel=Channel.LETTER)


def _items(run: Run, texts: Texts, folder: Folder | None = None) -> tuple[list[Item], list[str]]:
    """The letters to write, by postal code, and the persons without a whole address."""
    day = folder.day if folder else clock.today()
    with connection.cursor() as cursor:
        people = store.fetch(cursor, _COLUMNS, _TO_PRINT, {"run": run.pk}).fill_null("")
    known = texts.facts((UUID(person), message) for person, message in people.select("person", "message").rows())
    items, nowhere = [], []
    with translation.override("fi"):
        for person, message, language, *named in people.sort("postal_code", "person").rows():
            addressee = Addressee(*named)
            if addressee.whole:
                row = (language, addressee.name, *named[2:])
                letter = texts.letter(message, addressee, day, known.get(UUID(person), ()))
                items.append(Item(person, letter, row))
            else:
                nowhere.append(person)
    return items, nowhere


def _hold_back(run: Run, persons: Sequence[str], fault: Fault) -> None:
    """Their letters go by hand, unless the next rendering finds that it can."""
    if persons:
        _letters(run).filter(
            notice__person__in=[UUID(person) for person in persons],
            state__in=(State.WAITING, State.SENDING, State.FAILED),
        ).update(state=State.WITHHELD, fault=fault, changed_at=Now())
