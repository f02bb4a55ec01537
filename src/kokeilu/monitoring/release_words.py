"""The words of releases in the user interface."""

from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

STATES: Final = {
    "prepared": pgettext_lazy("release", "Prepared"),
    "checked": pgettext_lazy("release", "Checked"),
    "scheduled": pgettext_lazy("release", "Scheduled"),
    "published": pgettext_lazy("release", "Published"),
    "replaced": pgettext_lazy("release", "Replaced"),
    "withdrawn": pgettext_lazy("release", "Withdrawn"),
}
COLORS: Final = {
    "prepared": "warning", "checked": "info", "scheduled": "info", "published": "success", "replaced": "neutral",
    "withdrawn": "neutral",
}  # fmt: skip
STEPS: Final = {
    "check": _("Check"),
    "schedule": _("Set the time of publication"),
    "withdraw": _("Withdraw"),
}
TAKEN: Final = {"prepare": STATES["prepared"], "check": STATES["checked"], "schedule": STATES["scheduled"]}
"""A step as what was done; STEPS is what is to be pressed."""
CHECKS: Final = {
    "complete": _("No month, area or figure is missing"),
    "totals": _("Parts add up to their totals"),
    "stock_flow": _("Last month's stock and the flows give this month's stock"),
    "disclosure": _("No hidden figure can be derived from all releases together"),
    "definitions": _("Every figure is named and defined in three languages"),
    "revised": _("Published figures that change"),
    "classes": _("Figures by class stay as they were first published"),
    "large": _("Large changes from month to month"),
}
KINDS: Final = {
    "csv": "CSV",
    "csvw": _("Metadata of the CSV file (CSVW)"),
    "jsonstat": "JSON-stat 2.0",
    "px": "PX",
    "xlsx": "Excel (XLSX)",
}
LANGUAGES: Final = {"fi": "Suomi", "sv": "Svenska", "en": "English"}
