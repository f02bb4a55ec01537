"""The columns of a register extract (`register-extract/1`), and which table of facts keeps each."""

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
        "labour_market_support_days": pl.Int32(),
        "job_search_since": pl.Date(),
        "unemployed_since": pl.Date(),
        "education": pl.Int32(),
        "occupation": pl.String(),
        "protected": pl.Boolean(),
        "email": pl.String(),
        "phone": pl.String(),
        "street_address": pl.String(),
        "postal_code": pl.String(),
        "city": pl.String(),
    }
)

# The facts of each table of periods: what tends to change together lies together.
PERIOD_FACTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "details": (
            "family_name", "given_names", "birth_date", "language", "service_language", "immigrant",
            "education", "occupation", "protected",
        ),
        "contact": ("email", "phone", "street_address", "postal_code", "city"),
        "situation": (
            "municipality", "placed_in", "temporary_protection", "job_search_valid", "employment_code",
            "service", "benefit", "earnings_related_right", "job_search_since", "unemployed_since",
        ),
    }
)  # fmt: skip

# The counter that moves most months for most people is kept as readings, not as periods.
COUNTER = "labour_market_support_days"

EMPLOYMENT_CODES = tuple(f"{number:02d}" for number in range(10))
BENEFITS = ("none", "labour_market_support", "basic_allowance", "earnings_related")
SERVICE_LANGUAGES = ("fi", "sv")
NONE = "none"  # a value that says "has none"; an empty cell says "unknown"
