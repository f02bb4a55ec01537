"""Casework's part where responsibilities are undone or corrected: assignments rest on them, and go on elsewhere."""

from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kokeilu.access.models import Organisation
from kokeilu.transfer.dependants import Dependence, carries_over, depends_on_responsibility
from kokeilu.transfer.models import Run
from kokeilu.web import formats

ASSIGNMENTS = "assignments"
NAMED = 3  # organisations named as examples

_RESTING = """
    SELECT assignment.organisation_id, count(DISTINCT assignment.person_id), count(DISTINCT assignment.worker_id)
      FROM casework_assignment assignment
      JOIN undoing ON undoing.responsibility = assignment.responsibility_id
     WHERE NOT isempty(assignment.valid)
     GROUP BY assignment.organisation_id ORDER BY 2 DESC, 1
"""
_CARRY_OVER = """
    INSERT INTO casework_assignment (person_id, responsibility_id, worker_id, organisation_id, valid, run_id, reasons)
    SELECT person_id, carried.new, worker_id, organisation_id, assignment.valid * carried.days, run_id, reasons
      FROM casework_assignment assignment
      JOIN carried ON carried.old = assignment.responsibility_id
     WHERE NOT isempty(assignment.valid * carried.days)
     ORDER BY assignment.id
"""


@depends_on_responsibility
def assignments(cursor: CursorWrapper, run: Run) -> Dependence | None:
    """The responsible workers of those whom the run gave to an area; they may lapse where a person accepts it."""
    cursor.execute(_RESTING)
    rows = cursor.fetchall()
    if not rows:
        return None
    names = {each.pk: each.name for each in Organisation.objects.filter(pk__in=[row[0] for row in rows])}
    examples = [
        _("%(organisation)s %(people)s (%(workers)s workers)")
        % {"organisation": names[key], "people": formats.number(people), "workers": formats.number(workers)}
        for key, people, workers in rows[:NAMED]
    ]
    total = sum(people for _key, people, _workers in rows)
    text = ngettext(
        "%(people)s customer has been given a responsible worker since: %(examples)s.",
        "%(people)s customers have been given a responsible worker since: %(examples)s.",
        total,
    )
    words = {"people": formats.number(total), "examples": ", ".join(examples)}
    return Dependence(ASSIGNMENTS, text % words, may_lapse=True)


@carries_over
def carry_over(cursor: CursorWrapper) -> None:
    """What was assigned under a responsibility that is written anew goes on under the new row, on the same days."""
    cursor.execute(_CARRY_OVER)
