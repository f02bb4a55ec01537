"""The words of the file of services that no page has, in every language."""

from typing import Final

from kokeilu.monitoring import release_texts
from kokeilu.monitoring.published_table import Code, Words


def _words(fi: str, sv: str, en: str) -> Words:
    return {"fi": fi, "sv": sv, "en": en}


YEAR: Final = _words("Vuosi", "År", "Year")
MEASURE: Final = _words("Suure", "Mått", "Measure")
HOLDS: Final = _words("Luvun tarkkuus", "Hur talet gäller", "How the figure holds")
HOW: Final[dict[str, Words]] = {
    "exactly": _words("täsmälleen", "exakt", "exactly"),
    "at_least": _words(
        "vähintään: jokin alue salaa osansa",
        "minst: något område hemlighåller sin del",
        "at least: an area hides its part",
    ),
    "at_most": _words(
        "enintään: jokin alue salaa osan henkilöistä",
        "högst: något område hemlighåller en del av personerna",
        "at most: an area hides a part of the people",
    ),
    "some_areas": _words(
        "vain alueet, jotka näyttävät sekä kustannuksen että henkilöt",
        "bara de områden som visar både kostnad och personer",
        "only of the areas that show both the cost and the people",
    ),
}
"""How a figure of the areas together holds where an area hides its part."""
MONTHS: Final = _words("kuukautta", "månader", "months")
AREAS: Final = _words("aluetta", "områden", "areas")
_EUROS: Final = release_texts.UNITS["euros"]
OTHERS: Final = (
    Code("price_per_month", _words("Hinta kuukaudessa", "Pris per månad", "Price of a month"), unit=_EUROS, decimals=2),
    Code(
        "price_per_start",
        _words("Hinta aloittanutta kohti", "Pris per start", "Price of a start"),
        unit=_EUROS,
        decimals=2,
    ),
    Code("price_per_year", _words("Hinta vuodessa", "Pris per år", "Price of a year"), unit=_EUROS, decimals=2),
    Code(
        "areas_of_cost_per_start",
        _words(
            "Alueita, joista kustannus aloittanutta kohti on",
            "Områden som kostnaden per start gäller",
            "Areas that the cost per start is of",
        ),
        unit=AREAS,
    ),
    Code(
        "areas_of_cost_per_exit",
        _words(
            "Alueita, joista kustannus avoimille työmarkkinoille siirtynyttä kohti on",
            "Områden som kostnaden per person på den öppna arbetsmarknaden gäller",
            "Areas that the cost per person in the open labour market is of",
        ),
        unit=AREAS,
    ),
)
"""The last measures of the file."""
