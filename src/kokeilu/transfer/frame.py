"""What the room's pages share: the tabs, and how a problem and a person's name are written."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from kokeilu.access.policy import may_open
from kokeilu.problems import Problem
from kokeilu.register.models import Details
from kokeilu.transfer import operations


def tabs(request: HttpRequest, current: str) -> list[dict[str, Any]]:
    """The tabs of the pages that the request's person may open."""
    pages = {
        "runs": (_("Runs"), operations.RESULTS),
        "undecided": (_("Undecided"), operations.UNDECIDED),
        "contradictory": (_("Contradictory facts"), operations.CONTRADICTORY),
        "differences": (_("Corrections"), operations.DIFFERENCES),
        "united": (_("Records told apart"), operations.UNITED),
        "individuals": (_("Decisions about one person"), operations.INDIVIDUALS),
    }
    return [
        {"label": label, "href": reverse(f"transfer:{name}"), "current": name == current}
        for name, (label, operation) in pages.items()
        if may_open(request, operation.key)
    ]


def told(problem: Problem) -> str:
    """A problem's one line, as a sentence."""
    return f"{problem.what} ({problem.mend})" if problem.mend else problem.what


def full_name(details: Details | None) -> str:
    """Family name first, as lists are ordered; a dash where the register knows none."""
    parts = (details.family_name, details.given_names) if details else ()
    return ", ".join(part for part in parts if part) or "–"
