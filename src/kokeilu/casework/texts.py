"""What the room's keys are called, in the three languages."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kokeilu.casework.rules import Reason, Speciality

Words = str | Promise

REASONS: Mapping[str, Words] = {
    Reason.SERVICE_LANGUAGE: _("Serves in the customer's service language"),
    Reason.MOTHER_TONGUE: _("Speaks the customer's mother tongue"),
    Reason.RELATION: _("Was the customer's responsible worker before"),
    Reason.YOUTH: _("Is specialised in young people, and the customer is under 30"),
    Reason.INTEGRATION: _("Is specialised in integration, and the customer is an immigrant"),
    Reason.LONG_TERM: _(
        "Is specialised in long-term unemployment, and the customer has been unemployed for a year or more"
    ),
    Reason.ACADEMIC: _("Is specialised in academic professions, and the customer has a higher education degree"),
    Reason.DISTRICT: _("Serves the district where the customer lives"),
    Reason.CAPACITY: _("Had room for a new customer"),
    Reason.SERVICE_LANGUAGE_MISSING: _("Nobody with room serves in the customer's service language"),
    Reason.CUSTOMER_WISH: _("Chosen by a team lead: the customer's wish"),
    Reason.LANGUAGE_WISH: _("Chosen by a team lead: language"),
    Reason.WORKLOAD: _("Chosen by a team lead: workload"),
    Reason.ABSENCE: _("Chosen by a team lead: the worker's absence"),
    Reason.SAFETY: _("Chosen by a team lead: safety"),
    Reason.UNITED: _("Was the responsible worker of the customer's other record"),
}

TEAM_LEAD_REASONS: Mapping[str, Words] = {
    Reason.CUSTOMER_WISH: _("The customer's wish"),
    Reason.LANGUAGE_WISH: _("Language"),
    Reason.WORKLOAD: _("Workload"),
    Reason.ABSENCE: _("The worker's absence"),
    Reason.SAFETY: _("Safety"),
}

SPECIALITIES: Mapping[str, Words] = {
    Speciality.YOUTH: _("Young people"),
    Speciality.INTEGRATION: _("Integration"),
    Speciality.LONG_TERM: _("Long-term unemployment"),
    Speciality.ACADEMIC: _("Academic professions"),
}

STATUSES: Mapping[str, Words] = {
    "unemployed": _("Unemployed"),
    "laid_off": _("Laid off"),
    "service": _("In a service"),
    "supported": _("Employed with support"),
    "other": pgettext_lazy("employment status", "Other"),
    "ended": _("Job search ended"),
    "unknown": pgettext_lazy("employment status", "Unknown"),
}
STATUS_COLORS = {"unemployed": "warning", "laid_off": "warning", "service": "info", "supported": "accent"}

AGES: Mapping[str, Words] = {
    "under_30": _("Under 30"),
    "30_to_54": _("30 to 54"),
    "from_55": _("55 or over"),
    "unknown": pgettext_lazy("age", "Unknown"),
}

DURATIONS: Mapping[str, Words] = {
    "under_6": _("Under 6 months"),
    "6_to_12": _("6 to 12 months"),
    "from_12": _("12 months or more"),
    "unknown": pgettext_lazy("duration", "Unknown"),
}
