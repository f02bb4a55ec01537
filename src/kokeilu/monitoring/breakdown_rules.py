"""Which figures are broken down, and by what: the dimensions with their classes, in three languages."""

from dataclasses import dataclass
from typing import Final

from kokeilu.law.areas import municipalities
from kokeilu.monitoring.indicators import Words

UNKNOWN: Final = "unknown"
POPULATION: Final = "residents"
"""Breakdowns are of all who live in the area."""


@dataclass(frozen=True)
class Dimension:
    """Something that tells people apart.

    `column` is the panel's; without one the classes are figures of their own, which `indicators` names: by the figure
    that is broken down, and by class. `classes` has the names of the classes in the order of the tables; a class that
    is not there is a municipality. `constant`: a person is in the same class always, so that the stock of a class
    changes by its flows alone. `verified` tells whether the classes have a source.
    """

    key: str
    name: Words
    classes: dict[str, Words]
    source: str
    column: str | None = None
    indicators: dict[str, dict[str, str]] | None = None
    constant: bool = False
    verified: bool = True

    @property
    def alone(self) -> bool:
        """Whether it divides registered unemployment without the figures that this is read with."""
        return self.indicators is not None

    def class_name(self, group: str) -> Words:
        """The name of a class; one that nobody names goes by its key."""
        if group in self.classes:
            return self.classes[group]
        place = municipalities().get(group)
        if place is None:
            return {"fi": group, "sv": group, "en": group}
        return {"fi": place.name, "sv": place.name_sv, "en": place.name}

    def place(self, group: str) -> tuple[int, str]:
        """What sorts the classes: as they are listed, municipalities by their Finnish name, the unknown last."""
        listed = [key for key in self.classes if key != UNKNOWN]
        if group in listed:
            return listed.index(group), ""
        return len(listed) + (group == UNKNOWN), self.class_name(group)["fi"]


def _words(fi: str, sv: str, en: str) -> Words:
    return {"fi": fi, "sv": sv, "en": en}


_NOT_KNOWN: Final = {UNKNOWN: _words("Ei tiedossa", "Uppgift saknas", "Not known")}

_MUNICIPALITY: Final = Dimension(
    key="municipality",
    name=_words("Kunta", "Kommun", "Municipality"),
    classes={"none": _words("Ei kotikuntaa", "Ingen hemkommun", "No home municipality"), **_NOT_KNOWN},
    source="the register: the home municipality, or where a person without one is placed, on the last day of the month",
    column="municipality",
)
_AGE: Final = Dimension(
    key="age",
    name=_words("Ikä", "Ålder", "Age"),
    classes={
        "under_25": _words("Alle 25-vuotiaat", "Under 25 år", "Under 25"),
        "25_29": _words("25–29-vuotiaat", "25–29 år", "25 to 29"),
        "30_49": _words("30–49-vuotiaat", "30–49 år", "30 to 49"),
        "50_over": _words("50 vuotta täyttäneet", "50 år och äldre", "50 and over"),
        **_NOT_KNOWN,
    },
    source="the register: whole years on the last day of the month, by the birth date",
    column="age_class",
)
_SEX: Final = Dimension(
    key="sex",
    name=_words("Sukupuoli", "Kön", "Sex"),
    classes={
        "female": _words("Naiset", "Kvinnor", "Women"),
        "male": _words("Miehet", "Män", "Men"),
        **_NOT_KNOWN,
    },
    source="the identity code's individual number, odd for men and even for women; no published source of it was seen",
    column="sex",
    constant=True,
    verified=False,
)
_EDUCATION: Final = Dimension(
    key="education",
    name=_words("Koulutusaste", "Utbildningsnivå", "Education"),
    classes={
        "basic": _words("Perusaste", "Grundnivå", "Basic"),
        "upper_secondary": _words("Toinen aste", "Andra stadiet", "Upper secondary"),
        "tertiary": _words("Korkea-aste", "Högre nivå", "Tertiary"),
        **_NOT_KNOWN,
    },
    source="the register, in groups of ISCED 2011: basic 0-2, upper secondary 3-4, tertiary 5-8",
    column="education",
)
_LANGUAGE: Final = Dimension(
    key="language_group",
    name=_words("Kieliryhmä", "Språkgrupp", "Language group"),
    classes={
        "fi": _words("Suomi", "Finska", "Finnish"),
        "sv": _words("Ruotsi", "Svenska", "Swedish"),
        "sami": _words("Saame", "Samiska", "Sámi"),
        "other": _words("Muu kieli", "Annat språk", "Other language"),
        **_NOT_KNOWN,
    },
    source="the register: the mother tongue",
    column="language_group",
    constant=True,
)
_IMMIGRANT: Final = Dimension(
    key="immigrant",
    name=_words("Kotoutuja-asiakkuus", "Integrationskund", "Immigrant"),
    classes={
        "true": _words("Kotoutumislain piirissä", "Omfattas av integrationslagen", "Within the integration act"),
        "false": _words("Muut", "Övriga", "Others"),
        **_NOT_KNOWN,
    },
    source="the register: within the integration act (1386/2010)",
    column="immigrant",
)
_DURATION: Final = Dimension(
    key="duration",
    name=_words("Työttömyyden kesto", "Arbetslöshetens längd", "Duration of unemployment"),
    classes={
        "under_3_months": _words("Alle 3 kuukautta", "Under 3 månader", "Under 3 months"),
        "3_to_6_months": _words("3–6 kuukautta", "3–6 månader", "3 to 6 months"),
        "6_to_12_months": _words("6–12 kuukautta", "6–12 månader", "6 to 12 months"),
        "12_months_and_more": _words("Vähintään 12 kuukautta", "Minst 12 månader", "12 months and more"),
        **_NOT_KNOWN,
    },
    source="the register: unbroken unemployment up to the last day of the month, or to its end",
    indicators={
        "registered_unemployed": {
            "under_3_months": "unemployed_under_3_months",
            "3_to_6_months": "unemployed_3_to_6_months",
            "6_to_12_months": "unemployed_6_to_12_months",
            "12_months_and_more": "long_term_unemployed",
            UNKNOWN: "unemployed_unknown_duration",
        },
        "outflow": {
            "under_3_months": "outflow_under_3_months",
            "3_to_6_months": "outflow_3_to_6_months",
            "6_to_12_months": "outflow_6_to_12_months",
            "12_months_and_more": "outflow_12_months_and_more",
            UNKNOWN: "outflow_unknown_duration",
        },
    },
)
_BENEFIT: Final = Dimension(
    key="benefit",
    name=_words("Työttömyysetuus", "Arbetslöshetsförmån", "Unemployment benefit"),
    classes={
        "labour_market_support": _words("Työmarkkinatuki", "Arbetsmarknadsstöd", "Labour market support"),
        "basic_allowance": _words("Peruspäiväraha", "Grunddagpenning", "Basic unemployment allowance"),
        "earnings_related": _words("Ansiopäiväraha", "Inkomstrelaterad dagpenning", "Earnings-related allowance"),
        "none": _words("Ei työttömyysetuutta", "Ingen arbetslöshetsförmån", "No unemployment benefit"),
        **_NOT_KNOWN,
    },
    source="the register: the benefit on the last day of the month",
    column="benefit",
)

DIMENSIONS: Final = {
    one.key: one for one in (_MUNICIPALITY, _AGE, _SEX, _EDUCATION, _LANGUAGE, _IMMIGRANT, _DURATION, _BENEFIT)
}
"""Every dimension by its key, in the order of the tables."""

BROKEN_DOWN: Final = (
    "job_seekers", "registered_unemployed", "in_services", "supported_work", "other_job_seekers", "broad_unemployment",
    "long_term_unemployed", "inflow", "outflow", "open_market_exits", "service_starts", "service_ends",
)  # fmt: skip
"""The indicators that are broken down, in the order of the tables; docs/decisions/monitoring-breakdowns.md says why."""


def indicators(dimension: Dimension) -> tuple[str, ...]:
    """The indicators that a dimension breaks down; the others are left out, not shown empty."""
    return BROKEN_DOWN if dimension.indicators is None else tuple(dimension.indicators)
