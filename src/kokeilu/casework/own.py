"""What a job seeker's own page shows of who works with them."""

from django.utils.translation import gettext as _

from kokeilu import clock
from kokeilu.casework import queries, texts
from kokeilu.casework.rules import Reason
from kokeilu.my.parts import Part, Reader, shows


@shows(20)
def worker(reader: Reader) -> Part:
    """The responsible worker of today, since when and why they; that they serve a district tells where one lives."""
    today = clock.today()
    found = next(
        (
            each
            for each in queries.workers_of(reader.person)
            if today in each.valid and today in each.responsibility.valid
        ),
        None,
    )
    reasons = found.reasons if found else []
    context = {
        "worker": found,
        "reasons": [texts.REASONS.get(key, key) for key in reasons if reader.residence or key != Reason.DISTRICT],
    }
    return Part("worker", _("My responsible worker"), "casework/_own_worker.html", context)
