"""The words of the published table of monthly figures, in every language of a release."""

from typing import Final

from kokeilu.disclosure.linked import THRESHOLD
from kokeilu.monitoring.published_table import Words

KEY: Final = "monthly-figures"
TITLE: Final[Words] = {
    "fi": "Kokeilualueiden kuukausiluvut alueen, väestön, tunnusluvun ja kuukauden mukaan",
    "sv": "Försöksområdenas månadstal efter område, befolkning, indikator och månad",
    "en": "Monthly figures of the trial areas by area, population, indicator and month",
}
BY_CLASS: Final[Words] = {
    "fi": "Kokeilualueiden kuukausiluvut luokittain",
    "sv": "Försöksområdenas månadstal per klass",
    "en": "Monthly figures of the trial areas by class",
}
DESCRIPTION: Final[Words] = {
    "fi": "Työnhakijat, työttömät, palveluissa olevat sekä työttömyyden virrat kokeilualueittain. Laskentapäivä on"
    " kuukauden viimeinen päivä; virta vertaa kahden peräkkäisen kuukauden viimeistä päivää.",
    "sv": "Arbetssökande, arbetslösa, deltagare i service samt strömmarna till och från arbetslösheten per"
    " försöksområde. Räknedagen är månadens sista dag; en ström jämför den sista dagen i två på varandra följande"
    " månader.",
    "en": "Job seekers, the unemployed, people in services and the flows of unemployment by trial area. The count day"
    " is the last of the month; a flow compares the last days of two months in a row.",
}
SOURCE: Final[Words] = {
    "fi": "TE-palvelujen asiakasrekisteri, Kokeilun henkilökuukausiaineisto",
    "sv": "Arbets- och näringsservicens kundregister, Kokeilus personmånadsmaterial",
    "en": "The client register of the employment services, Kokeilu's panel of person-months",
}
DIMENSIONS: Final[dict[str, Words]] = {
    "area": {"fi": "Kokeilualue", "sv": "Försöksområde", "en": "Trial area"},
    "population": {"fi": "Väestö", "sv": "Befolkning", "en": "Population"},
    "month": {"fi": "Kuukausi", "sv": "Månad", "en": "Month"},
    "indicator": {"fi": "Tunnusluku", "sv": "Indikator", "en": "Indicator"},
}
TOGETHER: Final[Words] = {
    "fi": "Kaikki alueet yhdessä",
    "sv": "Alla områden tillsammans",
    "en": "All areas together",
}
POPULATIONS: Final[dict[str, Words]] = {
    "residents": {"fi": "Kaikki asukkaat", "sv": "Alla invånare", "en": "All residents"},
    "customers": {"fi": "Kokeilun asiakkaat", "sv": "Försökets kunder", "en": "Customers of the trial"},
    "state": {"fi": "Valtion asiakkaat", "sv": "Statens kunder", "en": "Customers of the state"},
}
UNITS: Final[dict[str, Words]] = {
    "persons": {"fi": "henkilöä", "sv": "personer", "en": "persons"},
    "per cent": {"fi": "prosenttia", "sv": "procent", "en": "per cent"},
    "euros": {"fi": "euroa", "sv": "euro", "en": "euros"},
}
DECIMALS: Final = {"persons": 0, "per cent": 2, "euros": 2}
NOTES: Final[tuple[Words, ...]] = (
    {
        "fi": f"Alle {THRESHOLD} henkilön luvut on salattu, samoin muut luvut, joista ne voisi laskea. Nolla"
        " näytetään.",
        "sv": f"Tal som gäller färre än {THRESHOLD} personer är hemliga, liksom andra tal som de kunde räknas ut"
        " ur. Noll visas.",
        "en": f"Figures of fewer than {THRESHOLD} people are hidden, and so are others from which they could be"
        " calculated. Zero is shown.",
    },
    {
        "fi": "Työttömien määrä laskee, kun työttömiä siirtyy palveluihin; laaja työttömyys ei laske. Lue ne yhdessä"
        " avoimille työmarkkinoille siirtyneiden määrän kanssa.",
        "sv": "Antalet arbetslösa minskar när arbetslösa går över till service; den breda arbetslösheten gör det inte."
        " Läs dem tillsammans med övergångarna till den öppna arbetsmarknaden.",
        "en": "Registered unemployment falls when the unemployed move into services; broad unemployment does not. Read"
        " them together with the exits to the open labour market.",
    },
    {
        "fi": "Työttömyys on rekisterin mukaista, ei työvoimatutkimuksen. Luvut eivät ole Suomen virallista tilastoa.",
        "sv": "Arbetslösheten är registrets, inte arbetskraftsundersökningens. Talen är inte Finlands officiella"
        " statistik.",
        "en": "Unemployment is the register's, not that of the Labour Force Survey. The figures are not official"
        " statistics of Finland.",
    },
)
