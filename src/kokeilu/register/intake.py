"""Where lower rooms take part in an import: what happens to people whom the register never reported before."""

from collections.abc import Callable
from datetime import date

from django.db.backends.utils import CursorWrapper

OnNewPersons = Callable[[CursorWrapper, date], None]

_callbacks: list[OnNewPersons] = []


def on_new_persons(callback: OnNewPersons) -> OnNewPersons:
    """Register a callback, called as callback(cursor, as_of) inside an import's transaction once its new Person
    rows are in. It works on sets: it finds by its own tables the people it has nothing of yet, and goes by their
    `known_since`, since one call may cover many extracts; `as_of` is the newest one's day."""
    _callbacks.append(callback)
    return callback


def announce(cursor: CursorWrapper, as_of: date) -> None:
    """Call every callback."""
    for callback in _callbacks:
        callback(cursor, as_of)
