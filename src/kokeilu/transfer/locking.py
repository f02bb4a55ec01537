"""The transaction of whoever changes responsibilities: one at a time; what a person can mend told as a Problem."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import psycopg
from django.db import DatabaseError, connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext as _

from kokeilu.problems import Problem
from kokeilu.register.transaction import IMPORT_LOCK, wait_for
from kokeilu.transfer.models import Responsibility
from kokeilu.web import formats

RUN_LOCK = 7_269_712  # the advisory lock that lets one change of responsibilities at a time into this database
LOCK_WAIT = "60s"
NO_ROOM = "53"  # PostgreSQL's class of errors for a full disk or memory
# How the exclusion constraint tells of the two rows: a person and days, twice.
_ROW = re.compile(r"=\(([0-9a-f-]{36}), \[([0-9-]+),([0-9-]*)\)\)")


@contextmanager
def changing(wait: str | None = None) -> Iterator[CursorWrapper]:
    """A transaction in which nobody else changes responsibilities or imports.

    Raises Problem, with nothing stored, where somebody else keeps at it for longer than `wait`, or where the database
    refuses the change or cannot take it.
    """
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            locks = "pg_advisory_xact_lock(%s), pg_advisory_xact_lock_shared(%s)"
            wait_for(cursor, locks, [RUN_LOCK, IMPORT_LOCK], wait or LOCK_WAIT)
            yield cursor
    except (psycopg.Error, DatabaseError) as error:
        cause = error if isinstance(error, psycopg.Error) else error.__cause__
        problem = _in_words(cause) if isinstance(cause, psycopg.Error) else None
        if problem is None:
            raise
        raise problem from None


def _in_words(cause: psycopg.Error) -> Problem | None:
    if isinstance(cause, psycopg.errors.LockNotAvailable):
        return Problem(_("Another run or an import is under way."), mend=_("wait until it has ended, then try again"))
    if (cause.sqlstate or "").startswith(NO_ROOM):
        return Problem(_("The database has no room; nothing was changed."), mend=_("make room on its disk"))
    if isinstance(cause, psycopg.OperationalError):
        return Problem(_("The connection to the database was lost; nothing was changed."), mend=_("try again"))
    if cause.diag.constraint_name == "one_responsible_organisation":
        return _overlap(cause.diag.message_detail or "")
    return None


def _overlap(detail: str) -> Problem:
    """Two organisations at once: the days of both rows, and the organisation of the one that is there."""
    rows = [(person, date.fromisoformat(first), _day(until)) for person, first, until in _ROW.findall(detail)]
    mend = _("look at the person's responsibilities and try again")
    if len(rows) != 2:  # the database does not tell them to whoever may not read the table
        return Problem(_("Two organisations would be responsible for one person on the same day."), mend=mend)
    (person, first, until), (_same, since, end) = rows
    there = Responsibility.objects.standing().filter(person=person, valid=(since, end)).select_related("organisation")
    held = there.first()
    what = _(
        "Two organisations would be responsible for one person on the same day: %(organisation)s is on %(days)s,"
        " and another would be on %(others)s."
    ) % {
        "organisation": held.organisation.name if held else _("one"),
        "days": formats.days(since, end),
        "others": formats.days(first, until),
    }
    return Problem(what, mend=mend)


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
