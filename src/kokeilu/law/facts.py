"""The facts that a test may ask about, and how they are derived from a register extract."""

from dataclasses import dataclass
from datetime import date
from enum import Enum

import polars as pl

from kokeilu.extract import COLUMNS, NONE
from kokeilu.law.trial import NOWHERE, Trial, Words
from kokeilu.problems import Problem

DOMESTIC_LANGUAGES = ("fi", "sv", "se", "smn", "sms")


class Kind(Enum):
    """The type of a fact, named as it is told to a person."""

    BOOL = "yes or no"
    INT = "a whole number"
    TEXT = "a text"
    DATE = "a date"

    @property
    def python(self) -> type[bool] | type[int] | type[str] | type[date]:
        """The type of its literals."""
        return {Kind.BOOL: bool, Kind.INT: int, Kind.TEXT: str, Kind.DATE: date}[self]

    @property
    def polars(self) -> type[pl.DataType]:
        """The type of its columns."""
        return {Kind.BOOL: pl.Boolean, Kind.INT: pl.Int32, Kind.TEXT: pl.String, Kind.DATE: pl.Date}[self]


@dataclass(frozen=True)
class Fact:
    """A fact: its kind, the extract's column (or columns) that it comes from, and what it is called."""

    kind: Kind
    sources: tuple[str, ...]
    label: Words


def _fact(kind: Kind, fi: str, sv: str, en: str, *sources: str) -> Fact:
    return Fact(kind, sources, _words(fi, sv, en))


def _words(fi: str, sv: str, en: str) -> Words:
    return {"fi": fi, "sv": sv, "en": en}


DERIVED: dict[str, Fact] = {
    "age": _fact(Kind.INT, "ikä", "ålder", "age", "birth_date"),
    "domestic_language": _fact(
        Kind.BOOL,
        "onko äidinkieli suomi, ruotsi tai saame",
        "om modersmålet är finska, svenska eller samiska",
        "whether the mother tongue is Finnish, Swedish or Sámi",
        "language",
    ),
    "unemployed": _fact(Kind.BOOL, "onko työtön", "om personen är arbetslös", "whether unemployed", "employment_code"),
    "laid_off": _fact(
        Kind.BOOL, "onko lomautettu", "om personen är permitterad", "whether laid off", "employment_code"
    ),
    "supported_work": _fact(
        Kind.BOOL,
        "onko työllistettynä tuella",
        "om personen är sysselsatt med stöd",
        "whether in supported work",
        "employment_code",
    ),
    "in_service": _fact(
        Kind.BOOL,
        "onko työllistymistä edistävässä palvelussa",
        "om personen deltar i en sysselsättningsfrämjande service",
        "whether in an employment-promoting service",
        "service",
    ),
    "trial_area": _fact(
        Kind.TEXT,
        "kuuluuko kotikunta kokeilualueeseen",
        "om hemkommunen hör till ett försöksområde",
        "whether the home municipality is in a trial area",
        "municipality",
        "placed_in",
    ),
}

# The extract's columns that are facts as they are.
_LABELS: dict[str, Words] = {
    "birth_date": _words("syntymäaika", "födelsedatum", "date of birth"),
    "municipality": _words("kotikunta", "hemkommun", "home municipality"),
    "placed_in": _words(
        "kunta, johon henkilö on sijoitettu",
        "kommun där personen är placerad",
        "municipality where placed",
    ),
    "language": _words("äidinkieli", "modersmål", "mother tongue"),
    "service_language": _words("asiointikieli", "kontaktspråk", "service language"),
    "immigrant": _words(
        "kuuluuko kotoutumislain piiriin",
        "om personen omfattas av integrationslagen",
        "whether an immigrant within the integration act",
    ),
    "temporary_protection": _words(
        "saako tilapäistä suojelua",
        "om personen får tillfälligt skydd",
        "whether under temporary protection",
    ),
    "job_search_valid": _words(
        "onko työnhaku voimassa",
        "om jobbsökningen är i kraft",
        "whether the job search is valid",
    ),
    "employment_code": _words("työllisyyskoodi", "sysselsättningskod", "employment code"),
    "service": _words(
        "työllistymistä edistävä palvelu",
        "sysselsättningsfrämjande service",
        "employment-promoting service",
    ),
    "benefit": _words("maksettava etuus", "förmån som betalas", "benefit being paid"),
    "earnings_related_right": _words(
        "onko oikeus ansiopäivärahaan",
        "om personen har rätt till inkomstrelaterad dagpenning",
        "whether entitled to the earnings-related allowance",
    ),
    "labour_market_support_days": _words(
        "työmarkkinatuen maksetut päivät",
        "utbetalda dagar med arbetsmarknadsstöd",
        "paid days of labour market support",
    ),
    "job_search_since": _words("työnhaun alkamispäivä", "dagen då jobbsökningen började", "start of the job search"),
    "unemployed_since": _words("työttömyyden alkamispäivä", "dagen då arbetslösheten började", "start of unemployment"),
    "education": _words("koulutusaste", "utbildningsnivå", "level of education"),
    "occupation": _words("ammatti", "yrke", "occupation"),
}

_KINDS = {pl.Boolean(): Kind.BOOL, pl.Int64(): Kind.INT, pl.String(): Kind.TEXT, pl.Date(): Kind.DATE}
DIRECT: dict[str, Fact] = {name: Fact(_KINDS[COLUMNS[name]], (), label) for name, label in _LABELS.items()}

FACTS: dict[str, Fact] = DIRECT | DERIVED


def derive(extract: pl.DataFrame, on: date, trial: Trial) -> pl.DataFrame:
    """Facts of the people of a register extract on a day, in its row order.

    `extract` has typed columns of a register extract, at least `person`; a null is unknown and stays
    unknown. A derived fact appears where its source column does; one that is already there is kept. Returns
    `person` and the facts. Problem: no version of the trial on the day; a derived fact beside its own source;
    someone born after the day.
    """
    area_by = trial.version_on(on).area_by
    columns = [pl.col(name).cast(fact.kind.polars) for name, fact in FACTS.items() if name in extract.columns]
    for name in DERIVED:
        needed = sources(name, area_by)
        if not all(source in extract.columns for source in needed):
            continue
        if name in extract.columns:
            raise Problem(f"'{name}' stands beside '{needed[0]}', which it is derived from", mend="keep one of them")
        fact = trial_area(on, trial, area_by) if name == "trial_area" else derived(name, on)
        columns.append(fact.alias(name))
    facts = extract.select("person", *columns)
    _check_born(facts, on)
    return facts


def sources(name: str, area_by: tuple[str, ...]) -> tuple[str, ...]:
    """The extract's columns that a derived fact comes from; the area's depend on the version's `area_by`."""
    return area_by if name == "trial_area" else DERIVED[name].sources


def derived(name: str, on: date) -> pl.Expr:
    """A derived fact of the day from its source columns; not `trial_area`, which needs a trial."""
    code = pl.col("employment_code")
    match name:
        case "age":
            return age(pl.col("birth_date"), on)
        case "domestic_language":
            return pl.col("language").is_in(DOMESTIC_LANGUAGES)
        case "unemployed":
            return code == "02"
        case "laid_off":
            return code == "03"
        case "supported_work":
            return code == "00"
        case "in_service":
            return pl.col("service") != NONE
        case _:
            raise KeyError(name)


def age(birth_date: pl.Expr, on: date) -> pl.Expr:
    """Whole years lived on the day. Someone born on 29 February turns a year older on 1 March of a common
    year.
    """
    before_birthday = birth_date.dt.month().cast(pl.Int32) * 100 + birth_date.dt.day() > on.month * 100 + on.day
    return pl.lit(on.year, pl.Int32) - birth_date.dt.year() - before_birthday.cast(pl.Int32)


def trial_area(on: date, trial: Trial, area_by: tuple[str, ...]) -> pl.Expr:
    """The area on the day by home municipality; by placement where the version says so and there is no home
    municipality.
    """
    known = {row.municipality: row.area for row in trial.areas if row.on(on)}

    def of(column: pl.Expr) -> pl.Expr:
        area = column.replace_strict(
            list(known),
            pl.Series(list(known.values()), dtype=pl.String),
            default=NOWHERE,
            return_dtype=pl.String,
        )
        return pl.when(column.is_not_null()).then(area)

    municipality = pl.col("municipality")
    if "placed_in" not in area_by:
        return of(municipality)
    return pl.when(municipality == NONE).then(of(pl.col("placed_in"))).otherwise(of(municipality))


def _check_born(facts: pl.DataFrame, on: date) -> None:
    if "age" in facts.columns:
        unborn = facts.select((pl.col("age") < 0).sum()).item()
        if unborn:
            raise Problem(
                f"{unborn} people were born after {on}",
                mend="check the birth dates and the day of the decision",
            )
