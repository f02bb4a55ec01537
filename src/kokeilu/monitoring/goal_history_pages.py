"""The page of all that was ever said of an area's goals: what was set, changed and ended, by whom, when and why."""

from typing import Any, Final

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from kokeilu.access.pages import Request, page
from kokeilu.monitoring import goal_queries, goal_words, operations, queries
from kokeilu.monitoring.definition_texts import whole_name
from kokeilu.monitoring.goal_models import Expectation, Measure, Target
from kokeilu.monitoring.goal_queries import Goal, Kind
from kokeilu.web import formats

DONE: Final = {
    "set": pgettext_lazy("goal", "set"), "changed": pgettext_lazy("goal", "changed"),
    "ended": pgettext_lazy("goal", "ended"),
}  # fmt: skip


@page(operations.SEE)
def history(request: Request, area: str) -> HttpResponse:
    """Everything that was said of an area's goals, the newest first."""
    if area not in queries.area_names():
        raise Http404
    said = goal_queries.said(area)
    return render(
        request,
        "monitoring/goal_history.html",
        {
            "area": area, "name": queries.area_name(area, formats.language()),
            "rows": [_row(kind, goal) for kind, goal in said],
            "written_in": goal_words.written_in(goal for _kind, goal in said),
        },
    )  # fmt: skip


def _row(kind: Kind, goal: Goal) -> dict[str, Any]:
    done = "ended" if goal.ended else "changed" if hasattr(goal, "supersedes") else "set"
    return {
        "goal": goal,
        "kind": goal_words.KINDS[kind],
        "done": DONE[done],
        "stands": goal.superseded_by_id is None and not goal.ended,
        "label": goal_words.label(goal) if isinstance(goal, Target) else goal.name,
        "is_own_text": isinstance(goal, Measure),
        "is_invented": isinstance(goal, Measure) and goal.illustrative,
        "days": _days(goal),
        "description": "" if isinstance(goal, Target) else goal.description,
        "source": "" if isinstance(goal, Measure) else goal.source,
        "expected": [_expected(one) for one in goal.expectations.all()] if isinstance(goal, Measure) else [],
    }


def _days(goal: Goal) -> str:
    """When it is pursued or taken, in words; empty where its row tells no days."""
    if isinstance(goal, Measure):
        return f"{formats.days(goal.valid.lower, goal.valid.upper)} · {goal.responsible.name}"
    if isinstance(goal, Target):
        return _("from %(day)s") % {"day": formats.day(goal.from_day)}
    return _("number %(number)s") % {"number": goal.number}


def _expected(one: Expectation) -> dict[str, str]:
    """A figure that a measure was expected to move; what the area calls the group stands apart, in its language."""
    people = goal_words.people(one.whose)
    return {"words": one.group, "figure": f"{whole_name(one.indicator)}, {people}: {goal_words.expected(one)}"}
