"""What the register's codes are called, in the three languages.

The words of the employment codes are from DOMAIN section 10.2's source for 00 to 03; those of 04 to 09 are from
memory and not verified. The codes of services are the project's own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from babel import Locale, UnknownLocaleError
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from kokeilu.extract import NONE
from kokeilu.law.areas import municipalities


@dataclass(frozen=True)
class EmploymentCode:
    """A code of the state's register (URA). `verified` says whether a source for its meaning was seen."""

    label: str | Promise
    verified: bool


EMPLOYMENT: Mapping[str, EmploymentCode] = {
    "00": EmploymentCode(_("Employed with support"), True),
    "01": EmploymentCode(_("Employed in the open labour market"), True),
    "02": EmploymentCode(_("Unemployed"), True),
    "03": EmploymentCode(_("Laid off"), True),
    "04": EmploymentCode(_("On a shortened working week"), False),
    "05": EmploymentCode(_("Outside the labour force"), False),
    "06": EmploymentCode(_("On unemployment pension"), False),
    "07": EmploymentCode(_("In labour market training"), False),
    "08": EmploymentCode(_("In education"), False),
    "09": EmploymentCode(_("In another service"), False),
}

BENEFITS: Mapping[str, str | Promise] = {
    "none": _("No unemployment benefit"),
    "labour_market_support": _("Labour market support"),
    "basic_allowance": _("Basic unemployment allowance"),
    "earnings_related": _("Earnings-related allowance"),
}

SERVICES: Mapping[str, str | Promise] = {
    "none": _("In no service"),
    "labour_market_training": _("Labour market training"),
    "integration_training": _("Integration training"),
    "self_motivated_study": _("Self-motivated study"),
    "coaching": _("Coaching"),
    "work_trial": _("Work trial"),
    "rehabilitative_work": _("Rehabilitative work activity"),
}

EDUCATION: Mapping[int, str | Promise] = {
    0: _("Less than primary education"),
    1: _("Primary education"),
    2: _("Lower secondary education"),
    3: _("Upper secondary education"),
    4: _("Post-secondary non-tertiary education"),
    5: _("Short-cycle tertiary education"),
    6: _("Bachelor's or equivalent level"),
    7: _("Master's or equivalent level"),
    8: _("Doctoral or equivalent level"),
}

UNKNOWN = _("Unknown")


def employment(code: str | None) -> str | Promise:
    """What an employment code is called; a code that is not known is shown as it is."""
    if code is None:
        return UNKNOWN
    return EMPLOYMENT[code].label if code in EMPLOYMENT else code


def service(code: str | None) -> str | Promise:
    """What a service is called; the format leaves its codes open, so that others are shown as they are."""
    return UNKNOWN if code is None else SERVICES.get(code, code)


def benefit(code: str | None) -> str | Promise:
    """What a benefit is called."""
    return UNKNOWN if code is None else BENEFITS.get(code, code)


def municipality(code: str | None) -> str | Promise:
    """A municipality's name in the reader's language: Swedish for those who read Swedish, else Finnish."""
    if code is None:
        return UNKNOWN
    if code == NONE:
        return _("No home municipality")
    place = municipalities().get(code)
    if place is None:
        return code
    return place.name_sv if get_language() == "sv" else place.name


def language(code: str | None) -> str | Promise:
    """A language's name in the reader's language, by ISO 639."""
    return UNKNOWN if code is None else _language(code, get_language() or "fi")


@cache
def _language(code: str, reader: str) -> str:
    try:
        return str(Locale.parse(reader).languages.get(code, code))
    except UnknownLocaleError:
        return code


def education(level: int | None) -> str | Promise:
    """What an ISCED 2011 level is called."""
    return UNKNOWN if level is None else EDUCATION[level]
