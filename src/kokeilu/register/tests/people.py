"""Small extracts for the tests: people with made-up names and identity codes of the range 900-999 only."""

import random
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from kokeilu.extract import COLUMNS
from kokeilu.register.rules import CHECK_CHARACTERS

FIRST = date(2021, 1, 31)
SECOND = date(2021, 2, 28)
THIRD = date(2021, 3, 31)


def code(born: date, number: int, sign: str | None = None) -> str:
    """A test code with its check character; `number` is 900-999."""
    digits = f"{born:%d%m%y}{number:03d}"
    check = CHECK_CHARACTERS[int(digits) % 31]
    return f"{digits[:6]}{sign or ('A' if born.year >= 2000 else '-')}{number:03d}{check}"


def person(number: int, **facts: Any) -> dict[str, Any]:
    """One row: the same for the same number, with the facts given put in place."""
    born = date(1960, 1, 1) + timedelta(days=97 * (number // 100) + number % 97)
    row: dict[str, Any] = {
        "person": code(born, 900 + number % 100),
        "family_name": ("Koivula", "Åström", "Ääri", "Öhman", "Virtanen")[number % 5],
        "given_names": ("Testi", "Malli", "Näyte")[number % 3],
        "birth_date": born,
        "municipality": "091",
        "placed_in": "none",
        "language": "fi",
        "service_language": "fi",
        "immigrant": False,
        "temporary_protection": False,
        "job_search_valid": True,
        "employment_code": "02",
        "service": "none",
        "benefit": "labour_market_support",
        "earnings_related_right": False,
        "labour_market_support_days": 100 + number,
        "job_search_since": date(2020, 5, 1),
        "unemployed_since": date(2020, 5, 4),
        "education": 3,
        "occupation": "5223",
        "protected": False,
        "email": f"person{number}@example.org",
        "phone": None,
        "street_address": "Koekatu 1",
        "postal_code": "00100",
        "city": "Helsinki",
    }
    return row | facts


def frame(rows: list[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=dict(COLUMNS))


def write(path: Path, rows: list[dict[str, Any]] | pl.DataFrame, separator: str = ";") -> Path:
    """Write rows to a CSV or Parquet file by its ending."""
    table = rows if isinstance(rows, pl.DataFrame) else frame(rows)
    if path.suffix == ".parquet":
        table.write_parquet(path)
    else:
        table.write_csv(path, separator=separator)
    return path


def random_rows(seed: int, people: int = 12) -> list[dict[str, Any]]:
    """A random extract: some people are missing, some facts vary, some are unknown."""
    dice = random.Random(seed)
    rows = []
    for number in range(people):
        if dice.random() < 0.3:
            continue
        rows.append(
            person(
                number,
                employment_code=dice.choice(["00", "02", "03", None]),
                service=dice.choice(["none", "coaching", None]),
                labour_market_support_days=dice.choice([None, 10, 20]),
                family_name=dice.choice(["Koivula", "Lehto"]),
                city=dice.choice(["Helsinki", "Espoo", None]),
            )
        )
    return rows or [person(0)]
