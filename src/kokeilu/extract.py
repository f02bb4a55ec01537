"""The format `register-extract/1`: what a register extract tells of a person.

Rows are people as of a day, in CSV or Parquet; docs/register.md describes the files.
"""

from collections.abc import Mapping
from types import MappingProxyType

import polars as pl

# Every column with its type, in the order of the format. Null is unknown in all but `person`.
COLUMNS: Mapping[str, pl.DataType] = MappingProxyType(
    {
        "person": pl.String(),
        "family_name": pl.String(),
        "given_names": pl.String(),
        "birth_date": pl.Date(),
        "municipality": pl.String(),
        "placed_in": pl.String(),
        "language": pl.String(),
        "service_language": pl.String(),
        "immigrant": pl.Boolean(),
        "temporary_protection": pl.Boolean(),
        "job_search_valid": pl.Boolean(),
        "employment_code": pl.String(),
        "service": pl.String(),
        "benefit": pl.String(),
        "earnings_related_right": pl.Boolean(),
        "labour_market_support_days": pl.Int64(),
        "job_search_since": pl.Date(),
        "unemployed_since": pl.Date(),
        "education": pl.Int64(),
        "occupation": pl.String(),
        "protected": pl.Boolean(),
        "email": pl.String(),
        "phone": pl.String(),
        "street_address": pl.String(),
        "postal_code": pl.String(),
        "city": pl.String(),
    }
)

EMPLOYMENT_CODES = tuple(f"{number:02d}" for number in range(10))
BENEFITS = ("none", "labour_market_support", "basic_allowance", "earnings_related")
SERVICE_LANGUAGES = ("fi", "sv")
NONE = "none"  # a value that says "has none"; an empty cell says "unknown"
