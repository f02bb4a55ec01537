"""Where lower rooms take part in the undoing and correcting of responsibilities: what depends on one, and what goes on.

A lower room registers two things at start-up. What it finds in its own tables that rests on responsibilities about to
be undone: an undo is refused while there is any. And what becomes of its rows where a responsibility is written again
under another number.
"""

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl
from django.db.backends.utils import CursorWrapper

from kokeilu.register import store
from kokeilu.transfer.models import Run


@dataclass(frozen=True)
class Dependence:
    """Something later that rests on a run. `key` names its kind; `text` says in the reader's language what and how
    much, with examples, and names no customer. What `may_lapse` does not keep an undo back where a person accepts
    that it loses its force; nothing else can be accepted."""

    key: str
    text: str
    may_lapse: bool = False


FindDependence = Callable[[CursorWrapper, Run], Dependence | None]
CarryOver = Callable[[CursorWrapper], None]

_finders: list[FindDependence] = []
_carriers: list[CarryOver] = []


def depends_on_responsibility(find: FindDependence) -> FindDependence:
    """Register what asks whether something rests on a run that is to be undone: find(cursor, run).

    The temporary table `undoing (responsibility bigint, person uuid)` holds the responsibilities that the run gave and
    that the undo would supersede.
    """
    _finders.append(find)
    return find


def carries_over(carry: CarryOver) -> CarryOver:
    """Register what moves a room's rows from superseded responsibilities to those written in their place.

    The temporary table `carried (old bigint, new bigint, days daterange)` holds each pair of the same person and
    organisation, and the days for which what hung on the old one hangs on the new one from now on.
    """
    _carriers.append(carry)
    return carry


def find(cursor: CursorWrapper, run: Run) -> list[Dependence]:
    """Everything that rests on the run, in the order of registration."""
    return [found for each in _finders if (found := each(cursor, run))]


def find_of(cursor: CursorWrapper, run: Run, responsibilities: pl.DataFrame) -> list[Dependence]:
    """As `find`, for these responsibilities (`responsibility`, `person`) that a run, not made yet, is about to end."""
    cursor.execute("CREATE TEMP TABLE undoing (responsibility bigint, person uuid) ON COMMIT DROP")
    store.copy_in(cursor, "undoing", responsibilities.select("responsibility", "person"))
    cursor.execute("ANALYZE undoing")
    found = find(cursor, run)
    cursor.execute("DROP TABLE undoing")
    return found


def carry_over(cursor: CursorWrapper) -> None:
    """Have every room carry over its rows."""
    for each in _carriers:
        each(cursor)
