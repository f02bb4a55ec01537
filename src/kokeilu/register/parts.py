"""Where lower rooms take part in what is stated of identities: what hangs on a person follows the person.

The register names no room. A room registers a part at start-up; it is called inside the statement's transaction, under
the register's lock, when the facts and the days of the persons (`known_since`, `known_until`) are right already.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.backends.utils import CursorWrapper
from django.utils.functional import Promise

from kokeilu.register.models import Death, Extract, Protection, Union

Statement = Union | Death | Protection
Text = str | Promise


@dataclass(frozen=True)
class Change:
    """A statement that was made, or revoked (`revoked`).

    `source` stands for it among the extracts, `statement.made` for its making. `kept` is the record under which the
    person is kept; `merged` the other one of a union: its days are none while it is merged, and its own again
    when the union is revoked.
    """

    statement: Statement
    revoked: bool
    source: Extract
    kept: UUID
    merged: UUID | None = None

    @property
    def persons(self) -> list[UUID]:
        """Whom it touches."""
        return [self.kept, *([self.merged] if self.merged else [])]


Follow = Callable[[CursorWrapper, Change], Sequence[Text]]
Describe = Callable[[UUID], Sequence[tuple[Text, Text]]]

_followers: list[Follow] = []
_descriptions: list[Describe] = []


def follows_identity(callback: Follow) -> Follow:
    """Register a part, called as callback(cursor, change), in the order of registration. It returns what an officer
    must know of it, such as what could not be told apart when a union was revoked: finished sentences."""
    _followers.append(callback)
    return callback


def describes_person(callback: Describe) -> Describe:
    """Register what a room tells of a record where an officer compares two: rows of label and text."""
    _descriptions.append(callback)
    return callback


def announce(cursor: CursorWrapper, change: Change) -> list[Text]:
    """Have every room follow; returns what they have to say."""
    return [sentence for follow in _followers for sentence in follow(cursor, change)]


def describe(person: UUID) -> list[tuple[Text, Text]]:
    """What the rooms tell of a record."""
    return [row for part in _descriptions for row in part(person)]
