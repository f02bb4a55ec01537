"""Small frames of facts for the tests of the rules, in one line a row."""

from datetime import date

import polars as pl

from kokeilu.panel.queries import DETAILS_COLUMNS, RESPONSIBILITY_COLUMNS, SITUATION_COLUMNS

SEEKING = {
    "municipality": "091",
    "placed_in": "none",
    "job_search_valid": True,
    "employment_code": "02",
    "service": "none",
    "benefit": "labour_market_support",
    "unemployed_since": 202001,
}
KNOWN = {"birth_date": date(1980, 5, 5), "language": "fi", "immigrant": False, "education": 3}


def _schema(columns: dict, **other: pl.DataType) -> dict:
    return {**columns, "person": pl.Int32(), **other}


def situations(*rows: dict) -> pl.DataFrame:
    """Situations; what a row leaves out is as in SEEKING."""
    schema = _schema(SITUATION_COLUMNS, job_search_valid=pl.Boolean())
    return pl.DataFrame([{"to": None, **SEEKING, **row} for row in rows], schema)


def details(*rows: dict) -> pl.DataFrame:
    """Details; what a row leaves out is as in KNOWN."""
    schema = _schema(DETAILS_COLUMNS, immigrant=pl.Boolean())
    return pl.DataFrame([{"to": None, **KNOWN, **row} for row in rows], schema)


def responsibilities(*rows: dict) -> pl.DataFrame:
    return pl.DataFrame([{"to": None, **row} for row in rows], _schema(RESPONSIBILITY_COLUMNS))


def areas(*rows: tuple) -> pl.DataFrame:
    schema = {"municipality": pl.String, "area": pl.String, "from": pl.Date, "to": pl.Date}
    return pl.DataFrame(list(rows), schema, orient="row")


TRIAL = areas(
    ("091", "helsinki", date(2021, 3, 1), date(2025, 1, 1)),
    ("049", "espoo", date(2021, 3, 1), date(2025, 1, 1)),
)
