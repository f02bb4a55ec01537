"""What an undo of a run means for its notices: whoever was told already gets another letter."""

from django.utils.translation import ngettext

from kokeilu.transfer import outbox
from kokeilu.transfer.dependants import Dependence
from kokeilu.transfer.models import Run
from kokeilu.web import formats

SENT = "notices"  # key of the dependence


def told_people(run: Run) -> list[Dependence]:
    """People who were told of the run: an undo waits until somebody accepts that they are told of the undoing."""
    people = outbox.sent_notices(run)
    if not people:
        return []
    text = ngettext(
        "%(people)s person has been told of this run and will be told of the undoing.",
        "%(people)s people have been told of this run and will be told of the undoing.",
        people,
    )
    return [Dependence(SENT, text % {"people": formats.number(people)}, may_lapse=True)]
