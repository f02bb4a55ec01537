"""Who has looked at a person's data: the read log as the person themself may see it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from kokeilu.access import texts
from kokeilu.access.models import ReadLog, Role
from kokeilu.access.policy import SELF
from kokeilu.my.parts import Part, Reader, shows
from kokeilu.register.queries import records_of
from kokeilu.web import formats

PER_PAGE = 20


def of_person(records: Sequence[UUID]) -> QuerySet[ReadLog]:
    """The lines about any of a person's records, the newest first, but the person's own reading."""
    lines = ReadLog.objects.filter(persons__overlap=list(records)).exclude(ground=SELF)
    return lines.select_related("organisation").order_by("-at", "-pk")


@shows(90)
def readings(reader: Reader) -> Part:
    """The part of the page: by role and organisation, never by name; `?page=` leafs."""
    lines = of_person(records_of(reader.person))
    page_obj = Paginator(lines, PER_PAGE).get_page(reader.request.GET.get("page"))
    columns = [
        {"label": _("When"), "date": True}, {"label": _("Who")}, {"label": _("What")}, {"label": _("On which ground")},
    ]  # fmt: skip
    context = {"page_obj": page_obj, "columns": columns, "rows": [_row(line) for line in page_obj]}
    return Part("readings", _("Who has looked at my data"), "my/_readings.html", context)


def _row(line: ReadLog) -> list[Any]:
    place = line.organisation.name if line.organisation else "–"
    return [
        formats.moment(line.at),
        f"{Role(line.role).label}, {place}",
        str(texts.named(line.operation)),
        str(texts.named(line.ground)),
    ]
