"""What the pages share on which an area's analysts set something of their own: whose it is, and what a form does."""

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _

from kokeilu.access.pages import Request
from kokeilu.monitoring import goal_actions, goal_words, queries
from kokeilu.problems import Problem


def require_own(request: Request, area: str) -> None:
    """Raise Http404 where there is no such area, and PermissionDenied where it is not the actor's to set."""
    if area not in queries.area_names():
        raise Http404
    if not goal_actions.may_set(request.actor, area):
        raise PermissionDenied(goal_actions.OTHER_AREA)


def was_set(request: Request, form: forms.Form, work: Callable[[], object], *, anew: bool) -> bool:
    """Set what a valid form says, and tell so; see `_is_done`. `anew`: something else stood there before."""
    return _is_done(request, form, work, _("Changed. What stood before stays on record.") if anew else _("Added."))


def was_ended(request: Request, form: forms.Form, work: Callable[[], object]) -> bool:
    """End what a valid form of the reason asks to end, and tell so; see `_is_done`."""
    return _is_done(request, form, work, _("Ended. It stays on record."))


def _is_done(request: Request, form: forms.Form, work: Callable[[], object], told: str) -> bool:
    """Whether the work was done; where it cannot be, why stands in the form, which is then shown again."""
    try:
        work()
    except Problem as problem:
        form.add_error(None, goal_words.sentence(problem))
        return False
    messages.success(request, told)
    return True
