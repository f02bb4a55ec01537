"""What an undo of a run means for its notices: whoever was told already keeps a letter that no longer holds."""

from django.utils.translation import ngettext

from kokeilu.transfer import outbox
from kokeilu.transfer.dependants import Dependence
from kokeilu.transfer.models import Run
from kokeilu.web import formats

SENT = "notices"  # key of the dependence


def told_people(run: Run) -> list[Dependence]:
    """People who were told of the run: an undo waits until somebody accepts that what they were told is wrong."""
    people = outbox.sent_notices(run)
    if not people:
        return []
    text = ngettext(
        "%(people)s person has been told of this run: tell them of the undoing.",
        "%(people)s people have been told of this run: tell them of the undoing.",
        people,
    )
    return [Dependence(SENT, text % {"people": formats.number(people)}, may_lapse=True)]
