"""What a month's headline says against the same month a year before, in words without praise or blame."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kokeilu.monitoring.reading import Direction, Headline, Remark, reading

DIRECTIONS: Final[dict[tuple[Direction, Direction], Promise]] = {
    ("lower", "lower"): gettext_lazy("Registered and broad unemployment are lower than a year before."),
    ("lower", "same"): gettext_lazy(
        "Registered unemployment is lower than a year before, but broad unemployment is about the same."
    ),
    ("lower", "higher"): gettext_lazy(
        "Registered unemployment is lower than a year before, but broad unemployment is higher."
    ),
    ("same", "lower"): gettext_lazy(
        "Broad unemployment is lower than a year before, but registered unemployment is about the same."
    ),
    ("same", "same"): gettext_lazy("Registered and broad unemployment are about as they were a year before."),
    ("same", "higher"): gettext_lazy(
        "Broad unemployment is higher than a year before; registered unemployment is about the same."
    ),
    ("higher", "lower"): gettext_lazy(
        "Registered unemployment is higher than a year before, but broad unemployment is lower."
    ),
    ("higher", "same"): gettext_lazy(
        "Registered unemployment is higher than a year before; broad unemployment is about the same."
    ),
    ("higher", "higher"): gettext_lazy("Registered and broad unemployment are higher than a year before."),
}
"""By where registered and where broad unemployment went."""
REMARKS: Final[dict[Remark, Promise]] = {
    "services": gettext_lazy(
        "At least half of the fall in registered unemployment comes from more people being in services."
    ),
    "open_market": gettext_lazy(
        "During the month more people went to the open labour market than in the same month a year before; the "
        "figures do not show whether unemployment fell because of that."
    ),
    "no_more_exits": gettext_lazy("The figures do not show that more people went to the open labour market."),
    "out_of_services": gettext_lazy("Fewer people are in services than a year before."),
}


def said(before: Headline, now: Headline) -> str:
    """What the headline `now` says against `before`, in the active language."""
    found = reading(before, now)
    if found is None:
        return _("The change in a year cannot be told: a figure is hidden, or there are none of a year before.")
    words = [DIRECTIONS[found.registered, found.broad], *([REMARKS[found.remark]] if found.remark else [])]
    return " ".join(map(str, words))
