"""The main navigation: every room adds its entries at start-up, the shell shows those that the person may open."""

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise


@dataclass(frozen=True)
class Entry:
    """A page of the main navigation: where it leads, and the operation one must hold to see it.

    `unless` is the page of another entry that leads there too: who may open that one sees it instead.
    """

    label: str | Promise
    url_name: str
    operation: str
    order: int
    unless: str = ""


@dataclass(frozen=True)
class Shown:
    """An entry as a page shows it; `current` is the value of `aria-current`, empty elsewhere."""

    label: str | Promise
    href: str
    current: str


_entries: dict[str, Entry] = {}
_may_open: list[Callable[[HttpRequest, str], bool]] = []


def add(label: str | Promise, url_name: str, operation_key: str, order: int, unless: str = "") -> None:
    """Add a page to the main navigation. The first that a person may open, by `order`, is where log-in leads.
    `unless`: see `Entry`.

    Raises ValueError where the page is there already.
    """
    if url_name in _entries:
        raise ValueError(f"{url_name} is in the navigation already")
    _entries[url_name] = Entry(label, url_name, operation_key, order, unless)


def judge_by(may_open: Callable[[HttpRequest, str], bool]) -> None:
    """Name the function that says whether the request's person may do an operation; the last one named counts."""
    _may_open[:] = [may_open]


def shown(request: HttpRequest) -> list[Shown]:
    """The entries that the request's person may open, in order, the one they are on marked."""
    if not _may_open:
        return []
    allowed = [entry for entry in _entries.values() if _may_open[0](request, entry.operation)]
    names = {entry.url_name for entry in allowed}
    seen = sorted((one for one in allowed if one.unless not in names), key=lambda one: (one.order, one.url_name))
    return [_show(entry, request.path) for entry in seen]


def _show(entry: Entry, path: str) -> Shown:
    href = reverse(entry.url_name)
    # A page below the entry's own (a customer of the portfolio) is inside it, not the page itself.
    current = "page" if path == href else "true" if path.startswith(href) else ""
    return Shown(entry.label, href, current)
