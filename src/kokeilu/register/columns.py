"""Which table of facts keeps each column of a register extract."""

from collections.abc import Mapping
from types import MappingProxyType

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
