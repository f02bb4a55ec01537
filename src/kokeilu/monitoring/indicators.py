"""What is measured: each indicator's name, definition, unit and source, in the three languages of the
service.
"""

from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["stock", "flow", "rate"]
Words = dict[str, str]  # fi, sv, en

COUNT_DAY: Final = "Statistics Finland, employment service statistics: the count day is the last of the month"


@dataclass(frozen=True)
class Indicator:
    """One measure. `formula` is in the words of the panel; `verified` tells whether the definition has a
    source.
    """

    key: str
    kind: Kind
    name: Words
    formula: str
    source: str
    unit: Literal["persons", "per cent"] = "persons"
    verified: bool = True
    part_of: str | None = None  # the indicator above it in the table


def _flow(key: str, fi: str, sv: str, en: str, formula: str, source: str = "the project") -> Indicator:
    part_of = "outflow" if key.startswith("outflow_") else None
    return Indicator(key, "flow", {"fi": fi, "sv": sv, "en": en}, formula, source, part_of=part_of)


_ALL: Final = (
    Indicator(
        "job_seekers",
        "stock",
        {"fi": "Työnhakijat", "sv": "Arbetssökande", "en": "Job seekers"},
        "people whose job search is valid",
        "Act 1269/2020, section 2",
    ),
    Indicator(
        "registered_unemployed",
        "stock",
        {"fi": "Työttömät", "sv": "Arbetslösa", "en": "Registered unemployed"},
        "status unemployed or laid_off",
        COUNT_DAY,
        part_of="job_seekers",
    ),
    Indicator(
        "unemployed_not_laid_off",
        "stock",
        {
            "fi": "Työttömät ilman lomautettuja",
            "sv": "Arbetslösa utan permitterade",
            "en": "Unemployed, not laid off",
        },
        "status unemployed",
        "employment code 02 (TEM, quality description)",
        part_of="registered_unemployed",
    ),
    Indicator(
        "laid_off",
        "stock",
        {"fi": "Kokoaikaisesti lomautetut", "sv": "Permitterade på heltid", "en": "Fully laid off"},
        "status laid_off",
        "employment code 03 (TEM, quality description)",
        part_of="registered_unemployed",
    ),
    Indicator(
        "in_services",
        "stock",
        {
            "fi": "Työllistymistä edistävissä palveluissa",
            "sv": "I service som främjar sysselsättning",
            "en": "In employment-promoting services",
        },
        "status service",
        "the service that the register reports",
        part_of="job_seekers",
    ),
    Indicator(
        "supported_work",
        "stock",
        {"fi": "Tuella työllistetyt", "sv": "Sysselsatta med stöd", "en": "Employed with support"},
        "status supported_work and the job search is valid",
        "employment code 00 (TEM, quality description)",
        part_of="job_seekers",
    ),
    Indicator(
        "other_job_seekers",
        "stock",
        {"fi": "Muut työnhakijat", "sv": "Övriga arbetssökande", "en": "Other job seekers"},
        "job_seekers - registered_unemployed - in_services - supported_work",
        "the project",
        part_of="job_seekers",
    ),
    Indicator(
        "broad_unemployment",
        "stock",
        {"fi": "Laaja työttömyys", "sv": "Bred arbetslöshet", "en": "Broad unemployment"},
        "registered_unemployed + in_services",
        "FSD2487; Nieminen et al. 2021",
    ),
    Indicator(
        "activation_rate",
        "rate",
        {"fi": "Aktivointiaste", "sv": "Aktiveringsgrad", "en": "Activation rate"},
        "100 * in_services / broad_unemployment",
        "no source found",
        unit="per cent",
        verified=False,
    ),
    _flow(
        "inflow",
        "Työttömiksi tulleet",
        "Inflöde till arbetslösheten",
        "Inflow to unemployment",
        "registered unemployed in the area at this month's end and not at the last one's",
    ),
    _flow(
        "outflow",
        "Työttömyydestä poistuneet",
        "Utflöde från arbetslösheten",
        "Outflow from unemployment",
        "registered unemployed in the area at the last month's end and not at this one's",
    ),
    _flow(
        "outflow_open_market",
        "avoimille työmarkkinoille",
        "till den öppna arbetsmarknaden",
        "to the open labour market",
        "outflow whose status is now open_market",
        "employment code 01, without subsidy (TEM, quality description)",
    ),
    _flow(
        "outflow_supported_work",
        "tuettuun työhön",
        "till arbete med stöd",
        "to supported work",
        "outflow whose status is now supported_work",
    ),
    _flow(
        "outflow_service",
        "palveluihin",
        "till service",
        "to services",
        "outflow whose status is now service",
    ),
    _flow(
        "outflow_outside",
        "muualle, kuten opiskelemaan tai työvoiman ulkopuolelle",
        "till annat, till exempel studier eller utanför arbetskraften",
        "elsewhere, such as studies or out of the labour force",
        "outflow whose status is now outside",
    ),
    _flow(
        "outflow_moved",
        "toiselle alueelle työttömänä",
        "till ett annat område som arbetslös",
        "to another area, still unemployed",
        "outflow that is registered unemployed in another area or in none",
    ),
    _flow(
        "outflow_unknown",
        "tuntemattomaan tilaan",
        "till okänd situation",
        "to an unknown situation",
        "outflow of whom the register reports nothing, or not enough to tell",
    ),
)

INDICATORS: Final[dict[str, Indicator]] = {indicator.key: indicator for indicator in _ALL}

DESTINATIONS: Final = tuple(key for key in INDICATORS if key.startswith("outflow_"))
STOCKS: Final = tuple(key for key, indicator in INDICATORS.items() if indicator.kind == "stock")
FLOWS: Final = tuple(key for key, indicator in INDICATORS.items() if indicator.kind == "flow")

Population = Literal["residents", "customers", "state"]
POPULATIONS: Final[tuple[Population, ...]] = ("residents", "customers", "state")
"""All who live in the area; of them, those whom a trial area is responsible for; the rest, the state's."""
