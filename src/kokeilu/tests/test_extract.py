"""The format `register-extract/1`."""

import re

from kokeilu.extract import COLUMNS
from kokeilu.installation import CHECKOUT


def test_the_columns_are_those_of_the_format_in_order() -> None:
    expected = (
        "person family_name given_names birth_date municipality placed_in language service_language "
        "immigrant temporary_protection job_search_valid employment_code service benefit "
        "earnings_related_right labour_market_support_days job_search_since unemployed_since education "
        "occupation protected email phone street_address postal_code city"
    )
    assert list(COLUMNS) == expected.split()


def test_the_page_on_the_register_tells_of_every_column_and_its_type() -> None:
    page = (
        (CHECKOUT / "docs" / "register.md")
        .read_text(encoding="utf-8")
        .partition("## The format\n")[2]
        .partition("\n## ")[0]
    )
    rows = [line.strip("|").split("|") for line in page.splitlines() if line.startswith("| `")]
    told = {name: row[-1].strip() for row in rows for name in re.findall(r"`(\w+)`", row[0])}
    types = {"String": "text", "Date": "date", "Boolean": "bool", "Int64": "integer"}
    assert told == {name: types[str(dtype)] for name, dtype in COLUMNS.items()}
