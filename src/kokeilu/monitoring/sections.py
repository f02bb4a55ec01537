"""The sections of monitoring, which all its pages share: what the tabs at their head lead to."""

from dataclasses import dataclass
from typing import Final

from django.urls import resolve, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kokeilu.access.policy import Actor, Permit, decide

SECTIONS: Final[tuple[tuple[str | Promise, str], ...]] = (
    (_("Areas"), "monitoring:areas"),
    (_("All areas together"), "monitoring:national"),
    (_("Goals"), "monitoring:goals"),
    (_("Services"), "monitoring:services"),
    (_("Tables"), "monitoring:tables"),
    (_("Releases"), "monitoring:releases"),
    (_("Definitions"), "monitoring:definitions"),
)
"""Each section's name and the page that it begins with, in the order of the tabs."""


@dataclass(frozen=True)
class Tab:
    """A section as the component `tabs` takes it; `current` is the value of `aria-current`, empty elsewhere."""

    label: str | Promise
    href: str
    current: str


def tabs(actor: Actor | None, path: str) -> list[Tab]:
    """The sections that the actor may open; current is the one whose addresses `path` is among.

    Every address of monitoring begins with that of the areas, so the longest beginning counts.
    """
    pages = [(label, reverse(name)) for label, name in SECTIONS]
    around = max((href for _label, href in pages if path.startswith(href)), key=len, default=None)
    return [
        Tab(label, href, "" if href != around else "page" if href == path else "true")
        for label, href in pages
        if isinstance(decide(actor, resolve(href).func.operation), Permit)  # type: ignore[attr-defined]
    ]
