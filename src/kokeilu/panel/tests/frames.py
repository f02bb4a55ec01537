"""Small frames of facts for the tests of the rules, in one line a row."""

from datetime import date

import polars as pl

from kokeilu.panel.rules import Facts

SEEKING = {
    "municipality": "091",
    "placed_in": "none",
    "job_search_valid": True,
    "employment_code": "02",
    "service": "none",
    "benefit": "labour_market_support",
    "job_search_since": date(2020, 1, 15),
    "unemployed_since": date(2020, 1, 15),
}
KNOWN = {"birth_date": date(1980, 5, 5), "language": "fi", "immigrant": False, "education": 3}


PERIOD = {"person": pl.Int32(), "from": pl.Date(), "to": pl.Date()}
SITUATION = PERIOD | {
    "municipality": pl.String(),
    "placed_in": pl.String(),
    "job_search_valid": pl.Boolean(),
    "employment_code": pl.String(),
    "service": pl.String(),
    "benefit": pl.String(),
    "job_search_since": pl.Date(),
    "unemployed_since": pl.Date(),
}
DETAILS = PERIOD | {
    "birth_date": pl.Date(),
    "language": pl.String(),
    "immigrant": pl.Boolean(),
    "education": pl.Int8(),
}


def situations(*rows: dict) -> pl.DataFrame:
    """Situations; what a row leaves out is as in SEEKING."""
    return pl.DataFrame([{"to": None, **SEEKING, **row} for row in rows], SITUATION)


def details(*rows: dict) -> pl.DataFrame:
    """Details; what a row leaves out is as in KNOWN."""
    return pl.DataFrame([{"to": None, **KNOWN, **row} for row in rows], DETAILS)


def responsibilities(*rows: dict) -> pl.DataFrame:
    return pl.DataFrame([{"to": None, **row} for row in rows], PERIOD | {"responsible": pl.String()})


def readings(*rows: dict) -> pl.DataFrame:
    return pl.DataFrame(rows, {"person": pl.Int32(), "from": pl.Date(), "days": pl.Int32()})


def people(to: date | None = None, **sexes: str) -> pl.DataFrame:
    """The sex of each person: `people(_1="male")`; `to` is the day after their death."""
    rows = [(int(name.strip("_")), to, sex) for name, sex in sexes.items()]
    return pl.DataFrame(rows, {"person": pl.Int32(), "to": pl.Date(), "sex": pl.String()}, orient="row")


def mergers(*rows: tuple) -> pl.DataFrame:
    return pl.DataFrame(list(rows), {"municipality": pl.String, "successor": pl.String, "from": pl.Date}, orient="row")


def areas(*rows: tuple) -> pl.DataFrame:
    schema = {"municipality": pl.String, "area": pl.String, "from": pl.Date, "to": pl.Date}
    return pl.DataFrame(list(rows), schema, orient="row")


TRIAL = areas(
    ("091", "helsinki", date(2021, 3, 1), date(2025, 1, 1)),
    ("049", "espoo", date(2021, 3, 1), date(2025, 1, 1)),
)


def facts(as_of: date, **frames: pl.DataFrame) -> Facts:
    """Facts of which only some frames matter; the others are empty, the areas those of TRIAL."""
    empty = {
        "situations": situations(), "details": details(), "responsibilities": responsibilities(),
        "readings": readings(), "people": people(), "areas": TRIAL, "mergers": mergers(),
    }  # fmt: skip
    return Facts(as_of, **(empty | frames))
