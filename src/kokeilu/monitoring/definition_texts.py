"""What each figure means, in the words of the page of definitions: every indicator with all that a reader may ask."""

import re
from dataclasses import dataclass
from typing import Final

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from kokeilu.monitoring.indicators import INDICATORS, Indicator
from kokeilu.web import formats

GROUPS: Final[tuple[tuple[str, Promise], ...]] = (
    ("stock", _("At the month's end")),
    ("rate", _("Rates and amounts")),
    ("flow", _("During the month")),
)
"""The kinds of figures in the order of the page."""
UNITS: Final[dict[str, Promise]] = {"persons": _("people"), "per cent": _("per cent"), "euros": _("euros")}
POPULATION_NAMES: Final[dict[str, Promise]] = {
    "residents": _("All residents"),
    "customers": _("Customers of the trial"),
    "state": _("Customers of the state"),
}
SOURCES: Final = frozenset(
    (
        gettext_noop("Act 1269/2020, section 2"),
        gettext_noop("FSD2487; Nieminen et al. 2021"),
        gettext_noop("Kela on the municipality's share; the amounts of most years are not verified"),
        gettext_noop("Kela: the municipality's share of labour market support until the end of 2024"),
        gettext_noop(
            "Statistics Finland, employment service statistics, notes of the table of structural unemployment"
        ),
        gettext_noop(
            "Statistics Finland, employment service statistics, notes of the table of structural unemployment; "
            "month ends are the project's"
        ),
        gettext_noop(
            "Statistics Finland, employment service statistics, notes of the table of structural unemployment; "
            "the order of the groups is the project's"
        ),
        gettext_noop(
            "Statistics Finland, employment service statistics: the count day is the last of the month, "
            "the fully laid off are included"
        ),
        gettext_noop("employment code 00 (TEM, quality description)"),
        gettext_noop("employment code 01, without subsidy (TEM, quality description)"),
        gettext_noop("employment code 02 (TEM, quality description)"),
        gettext_noop("employment code 03 (TEM, quality description)"),
        gettext_noop("no source found"),
        gettext_noop("the file of the labour force"),
        gettext_noop(
            "the file of the labour force; the numerator is the register's, not that of the Labour Force Survey"
        ),
        gettext_noop("the project"),
        gettext_noop("the project, after employment code 01, without subsidy (TEM, quality description)"),
        gettext_noop("the project; the day is the register's unemployed_since"),
        gettext_noop("the service that the register reports"),
    )
)
"""The sources that `indicators.toml` names, marked for translation."""

WORD: Final = re.compile(r"[a-z_0-9]+|[^a-z_0-9]+")


@dataclass(frozen=True)
class Definition:
    """An indicator as the page writes it. `formula` is of parts: a link to another figure, or text.

    `own_words`: the formula is in the panel's own words, which are English in every language.
    """

    key: str
    name: str
    meaning: str
    formula: list["Part"]
    own_words: bool
    unit: str
    source: str
    verified: bool
    part_of: "Part | None"
    sum_of: list["Part"]
    also_sum_of: list["Part"]
    balance: list["Part"]
    history: int
    populations: list[str]


@dataclass(frozen=True)
class Part:
    """A piece of text, which leads to a figure's definition where it has an address."""

    text: str
    href: str = ""


def href(indicator: str) -> str:
    """The address of an indicator's definition."""
    return f"{reverse('monitoring:definitions')}#{indicator}"


def term(indicator: str) -> dict[str, str]:
    """An indicator's name as a table's cell, which leads to its definition."""
    return {"text": INDICATORS[indicator].name[formats.language()], "href": href(indicator)}


def whole_name(indicator: str) -> str:
    """An indicator's name in the active language, also where it stands apart from what it is a part of."""
    one, language = INDICATORS[indicator], formats.language()
    name = one.name[language]
    return f"{whole_name(one.part_of)}: {name}" if one.part_of and name[0].islower() else name


def grouped() -> list[tuple[str, list[Definition]]]:
    """Every definition in the active language, by kind in the order of GROUPS, each kind in the order of the tables."""
    known = dict(GROUPS)
    kinds = [*known, *sorted({one.kind for one in INDICATORS.values()} - known.keys())]
    return [
        (str(known.get(kind, kind)), [_definition(one) for one in INDICATORS.values() if one.kind == kind])
        for kind in kinds
    ]


def _definition(one: Indicator) -> Definition:
    formula = _formula(one.formula)
    return Definition(
        key=one.key,
        name=whole_name(one.key),
        meaning=one.definition[formats.language()],
        formula=formula or [Part(one.formula)],
        own_words=formula is None,
        unit=str(UNITS.get(one.unit, one.unit)),
        source=gettext(one.source),
        verified=one.verified,
        part_of=_part(one.part_of) if one.part_of else None,
        sum_of=[_part(key) for key in one.sum],
        also_sum_of=[_part(key) for key in one.also_sum],
        balance=[_part(key) for key in one.balance],
        history=one.history,
        populations=[str(POPULATION_NAMES[population]) for population in one.populations],
    )


def _part(indicator: str) -> Part:
    return Part(whole_name(indicator), href(indicator))


def _formula(text: str) -> list[Part] | None:
    """The formula with the figures by their names, None where it has other words than figures and numbers."""
    words = WORD.findall(text)
    if not all(word in INDICATORS or not word[0].isalpha() for word in words):
        return None
    return [_part(word) if word in INDICATORS else Part(word.replace("*", "×").replace("-", "−")) for word in words]
