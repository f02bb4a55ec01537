"""The words of the metadata of `kokeilu monitor`'s files, in every language."""

from collections.abc import Iterable
from typing import Final

from kokeilu.monitoring import release_texts
from kokeilu.monitoring.published_table import Code, Words


def _words(fi: str, sv: str, en: str) -> Words:
    return {"fi": fi, "sv": sv, "en": en}


EMPTY: Final = _words(
    "Tyhjä luku on salattu tietosuojan vuoksi, tai sitä ei voi laskea (kuten osuus, kun ketään ei ole).",
    "Ett tomt tal är hemligt av sekretesskäl eller kan inte beräknas (såsom en andel av ingen).",
    "An empty figure is hidden by disclosure control, or cannot be calculated (such as a rate of no one).",
)
TITLE: Final = _words(
    "Työttömyyden kesto kokeilualueittain",
    "Arbetslöshetens längd per försöksområde",
    "How long unemployment lasts, by trial area",
)
DESCRIPTION: Final = _words(
    "Kuinka moni työttömäksi jäänyt oli yhä työtön ja minne muut olivat siirtyneet, kuukausina työttömyyden alusta,"
    " sekä käynnissä olevan ja päättyneen työttömyyden mediaani.",
    "Hur många av dem som blev arbetslösa som fortfarande var det och vart de andra hade gått, i månader sedan"
    " arbetslösheten började, samt medianen för pågående och avslutad arbetslöshet.",
    "How many of those who became unemployed still were, and where the others had gone, by months since unemployment"
    " began; and the medians of running and of ended unemployment.",
)
OF_BEGINNINGS: Final = _words(
    "Puolivuosittain työttömiksi jääneet: montako heitä oli, ja kuinka suuri osa oli kuukausien kuluttua yhä työtön tai"
    " siirtynyt muualle.",
    "De som blev arbetslösa under ett halvår: hur många de var, och hur stor andel som månader senare fortfarande var"
    " arbetslös eller hade gått vidare.",
    "Those who became unemployed in a half-year: how many they were, and which shares were still unemployed or had left"
    " after so many months.",
)
OF_MONTH: Final = _words(
    "Työttömät kuukauden lopussa ja kuukauden aikana työttömyydestä poistuneet keston mukaan, sekä mediaanit.",
    "Arbetslösa vid månadens slut och de som lämnade arbetslösheten under månaden efter längd, samt medianerna.",
    "The unemployed at the month's end and those who left unemployment during the month by duration, with the medians.",
)
FOLLOWED: Final = _words(
    "Puolivuotta seurataan niin pitkään kuin kaikkia siinä työttömiksi jääneitä on seurattu. Kuukausia yhdistetään,"
    " kunnes kullakin tavalla poistuneita on nolla tai vähintään viisi. Mediaanilla ei ole alkamisaikaa.",
    "Ett halvår följs så länge som alla som då blev arbetslösa har följts. Månader slås ihop tills ingen eller minst"
    " fem har lämnat på varje sätt. En median har ingen begynnelsetid.",
    "A half-year is followed for as long as all who became unemployed in it have been. Months are put together until"
    " each way out has nobody or at least five people. A median has no beginning.",
)
MEASURE: Final = _words("Suure", "Mått", "Measure")
BEGAN: Final = _words(
    "Puolivuosi, jona työttömyys alkoi (sen ensimmäinen kuukausi)",
    "Halvår då arbetslösheten började (dess första månad)",
    "Half-year in which unemployment began (its first month)",
)
MONTHS: Final = _words(
    "Kuukausia työttömyyden alusta",
    "Månader sedan arbetslösheten började",
    "Months since unemployment began",
)
_PERSONS: Final = release_texts.UNITS["persons"]
_FULL_MONTHS: Final = _words("täyttä kuukautta", "hela månader", "full months")
_LEFT: Final = _words(
    "Ne, jotka askeleen aikana poistuivat: ensimmäisen työttömyydettömän kuukauden lopun tilanteen mukaan.",
    "De som lämnade under steget: enligt läget i slutet av den första månaden utan arbetslöshet.",
    "Those who left during the step: by what they did at the first month's end without unemployment.",
)
_MEDIAN: Final = _words(
    "Pienin määrä täysiä kuukausia, jonka puolet on ollut työttömänä tai vähemmän.",
    "Det minsta antal hela månader som hälften har varit arbetslösa eller kortare.",
    "The least number of full months that half of the people have been unemployed for, or less.",
)
_MEASURES: Final[dict[str, tuple[Words, Words, Words]]] = {
    "unemployed": (
        _words("Yhä työttömänä", "Fortfarande arbetslösa", "Still unemployed"),
        _words(
            "Työttömänä askeleen alussa: jokaisen kuukauden lopussa alusta asti, millä alueella tahansa.",
            "Arbetslösa i stegets början: vid varje månads slut sedan början, i vilket område som helst.",
            "Unemployed at the beginning of the step: at every month's end since the beginning, in any area.",
        ),
        _PERSONS,
    ),
    "left_open_market": (
        _words("Avoimille työmarkkinoille", "Till den öppna arbetsmarknaden", "Left for the open labour market"),
        _LEFT,
        _PERSONS,
    ),
    "left_service": (_words("Palveluun", "Till service", "Left for a service"), _LEFT, _PERSONS),
    "left_other": (_words("Muualle", "Till annat", "Left elsewhere"), _LEFT, _PERSONS),
    "median_running": (
        _words("Käynnissä olevan mediaani", "Medianen för pågående", "Median of running unemployment"),
        _MEDIAN,
        _FULL_MONTHS,
    ),
    "median_ended": (
        _words("Päättyneen mediaani", "Medianen för avslutad", "Median of ended unemployment"),
        _MEDIAN,
        _FULL_MONTHS,
    ),
}
"""By measure: name, definition, unit."""
SOURCE: Final = "the project; the day is the register's unemployed_since"


def measures(held: Iterable[str]) -> tuple[Code, ...]:
    """The measures of a file of durations, in the order of its documents."""
    there = set(held)
    return tuple(
        Code(key, name, definition, unit, 0, SOURCE)
        for key, (name, definition, unit) in _MEASURES.items()
        if key in there
    )
