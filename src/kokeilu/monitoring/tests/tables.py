"""A published table made by hand: every status, decimals, a cell that does not exist, long and awkward texts."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import polars as pl

from kokeilu.monitoring.published_table import LANGUAGES, Code, Dimension, PublishedTable, Words

UPDATED = datetime(2021, 4, 14, 6, 5, tzinfo=UTC)
LONG = 'Luku kertoo "kaikista" alueella asuvista; se ei muutu, kun työtön siirtyy palveluun = laaja käsite. ' * 6


def same(text: str) -> Words:
    """The same text in every language, told apart by its end."""
    return {language: f"{text} ({language})" for language in LANGUAGES}


AREAS = Dimension(
    "area", {"fi": "Alue", "sv": "Område", "en": "Area"}, "geo",
    (
        Code("raasepori-hanko", {"fi": "Raasepori–Hanko", "sv": "Raseborg–Hangö", "en": "Raasepori–Hanko"}),
        Code("espoo", {"fi": "Espoo", "sv": "Esbo", "en": "Espoo"}),
    ),
)  # fmt: skip
POPULATIONS = Dimension("population", same("Väestö"), "other", (Code("residents", same("Kaikki")),))
MONTHS = Dimension(
    "month", {"fi": "Kuukausi", "sv": "Månad", "en": "Month"}, "time",
    (Code("2020-12", same("joulukuu 2020")), Code("2021-01", same("tammikuu 2021"))),
)  # fmt: skip
MEASURES = Dimension(
    "indicator", {"fi": "Tunnusluku", "sv": "Indikator", "en": "Indicator"}, "metric",
    (
        Code("unemployed", same("Työttömät"), same(LONG), same("henkilöä"), 0, "the project"),
        Code("rate", same("Aktivointiaste, %"), same("Osuus"), same("prosenttia"), 2, "none found", verified=False),
        Code("inflow", same("Työttömiksi tulleet"), same("Tulleet"), same("henkilöä"), 0, "the project"),
    ),
)  # fmt: skip
ROWS = [
    ("raasepori-hanko", "residents", "2020-12", "unemployed", None, "hidden"),
    ("raasepori-hanko", "residents", "2020-12", "rate", None, "none"),
    ("raasepori-hanko", "residents", "2021-01", "unemployed", 0.0, "published"),
    ("raasepori-hanko", "residents", "2021-01", "rate", 0.1, "published"),
    ("raasepori-hanko", "residents", "2021-01", "inflow", 7.0, "published"),
    ("espoo", "residents", "2020-12", "unemployed", 123456.0, "published"),
    ("espoo", "residents", "2020-12", "rate", 33.33, "published"),
    ("espoo", "residents", "2021-01", "unemployed", 98765.0, "published"),
    ("espoo", "residents", "2021-01", "rate", 100.0, "published"),
    ("espoo", "residents", "2021-01", "inflow", None, "hidden"),
]
SCHEMA = ["area", "population", "month", "indicator", "value", "status"]


def table(**changes: Any) -> PublishedTable:
    """The table, with what a test changes."""
    made = PublishedTable(
        key="monthly-figures",
        title={"fi": "Kokeilualueiden kuukausiluvut", "sv": "Försöksområdenas månadstal", "en": "Monthly figures"},
        description=same("Kuvaus"),
        dimensions=(AREAS, POPULATIONS, MONTHS, MEASURES),
        cells=pl.DataFrame(ROWS, SCHEMA, orient="row"),
        updated=UPDATED,
        source=same("Työnvälitysrekisteri"),
        publisher={"fi": "Uudenmaan ELY-keskus", "sv": "NTM-centralen i Nyland", "en": "Uusimaa ELY Centre"},
        contact="statistics@ely.example",
        licence="https://creativecommons.org/licenses/by/4.0/",
        notes=(same(LONG), same('Toinen "huomautus"')),
        unverified=("Act 1269/2020, section 2",),
    )
    return replace(made, **changes)


def by_cell(one: PublishedTable) -> dict[tuple[str, ...], float | str]:
    """What every cell shows by its codes: its value, or its status where it has none."""
    return {
        tuple(codes): status if value is None else value
        for *codes, value, status in one.cells.select(*one.keys, "value", "status").iter_rows()
    }
