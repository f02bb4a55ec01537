"""What a job seeker's own page shows of what has been asked of the state about them."""

from django.utils.translation import gettext as _

from kokeilu.my.parts import Part, Reader, shows
from kokeilu.services import matters, queries, texts
from kokeilu.web import formats


@shows(50)
def requests(reader: Reader) -> Part:
    """What is asked, where it stands, and by when the answer is needed; not the words of question and answer."""
    language = formats.language()
    columns = [
        {"label": _("What is asked")}, {"label": _("Asked on"), "date": True}, {"label": _("Where it stands")},
        {"label": _("Answer needed by"), "date": True},
    ]  # fmt: skip
    rows = [
        [
            matters.name_of(each, language), formats.day(each.asked_on),
            {"text": texts.STATES[each.state], "color": texts.STATE_COLORS.get(each.state, "neutral")},
            formats.day(each.deadline),
        ]
        for each in queries.of_person(reader.person)
    ]  # fmt: skip
    context = {"columns": columns, "rows": rows}
    return Part("requests", _("What has been asked of the state about me"), "services/_own_requests.html", context)
