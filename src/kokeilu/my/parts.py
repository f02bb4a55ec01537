"""What the own page shows: rooms register their parts at start-up, and the page knows none of them by name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.functional import Promise


@dataclass(frozen=True)
class Part:
    """A section of the page: the id of its heading, the heading, and a template that gets `context` as `part`."""

    key: str
    title: str | Promise
    template: str
    context: Mapping[str, Any]


@dataclass(frozen=True)
class Reader:
    """Who reads their own page. `residence`: whether it may tell where they live (not where it is protected)."""

    person: UUID
    residence: bool
    request: HttpRequest


Show = Callable[[Reader], Part | None]

_parts: list[tuple[int, str, Show]] = []


def shows(order: int) -> Callable[[Show], Show]:
    """Register a part, called as show(reader) at each visit; None where there is nothing to show. Parts come by
    `order`, which no two may share. Raises ValueError where they do."""

    def register(show: Show) -> Show:
        if order in {taken for taken, _, _ in _parts}:
            raise ValueError(f"{order} is taken on the own page")
        _parts.append((order, show.__qualname__, show))
        return show

    return register


def shown(reader: Reader) -> list[Part]:
    """The parts for a reader, in order."""
    made = (show(reader) for _, _, show in sorted(_parts, key=lambda each: each[0]))
    return [part for part in made if part is not None]
