"""Words of the room's codes."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kokeilu.services.models import Event, Request

Words = str | Promise

STATES: Mapping[str, Words] = {state.value: state.label for state in Request.State if state != Request.State.NEW}
STATE_COLORS: Mapping[str, str] = {
    "sent": "info",
    "taken_up": "accent",
    "returned": "warning",
    "answered": "success",
}
KINDS: Mapping[str, Words] = dict(Request.Kind.choices)
TIMES: Mapping[str, Words] = {"late": _("Overdue"), "near": _("Due soon"), "on_time": _("Not due yet")}
TIME_COLORS: Mapping[str, str] = {"late": "danger", "near": "warning"}
# Who has taken it up, for the state; who asked, for the others.
HOLDERS: Mapping[str, Words] = {"mine": _("Taken up by me"), "others": _("By a colleague"), "nobody": _("By nobody")}
ASKERS: Mapping[str, Words] = {"mine": _("Asked by me"), "others": _("Asked by others")}
OUTCOMES: Mapping[str, tuple[Event.Outcome, ...]] = {
    Request.Kind.STATEMENT: (Event.Outcome.FAVOURABLE, Event.Outcome.UNFAVOURABLE, Event.Outcome.NO_STATEMENT),
    Request.Kind.SELECTION: (Event.Outcome.SELECTED, Event.Outcome.RESERVE, Event.Outcome.NOT_SELECTED),
}
