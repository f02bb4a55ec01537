"""What a register extract must be: every rule as an expression over columns, every breach with its reason.

Pure: columns in, errors out. Reasons never hold a cell's value, so that no identity code or name leaves the file.
"""

from collections.abc import Collection, Iterator
from datetime import date

import polars as pl

from kokeilu.extract import BENEFITS, COLUMNS, EMPLOYMENT_CODES, NONE, SERVICE_LANGUAGES

# Reason codes of bad rows and what each says to a person. docs/register.md lists them with the mends.
REASONS: dict[str, str] = {
    "row_short": "the row has fewer cells than the header",
    "row_long": "the row has more cells than the header",
    "not_a_date": "not a date written YYYY-MM-DD",
    "not_a_bool": "neither true nor false",
    "not_an_integer": "not a whole number",
    "control": "holds a control character",
    "too_long": "longer than 254 characters",
    "code_missing": "the personal identity code is missing",
    "code_form": "not of the form of a personal identity code, DDMMYYCZZZQ",
    "code_date": "the identity code's date does not exist",
    "code_number": "the identity code's individual number is below 002",
    "code_check": "the identity code's check character is wrong",
    "code_real": "a real person's identity code; a demonstration takes individual numbers 900-999 only",
    "code_birth_date": "the birth date disagrees with the identity code",
    "person_twice": "the same identity code is on more than one row",
    "municipality_unknown": "there is no municipality with this code",
    "not_allowed": "not one of the values allowed here",
    "language_form": "not an ISO 639 code: two or three small letters",
    "occupation_form": "not an ISCO-08 unit group: four digits",
    "service_form": "not a service code: small letters, digits, - and _, at most 40",
    "education_range": "not an ISCED 2011 level: 0 to 8",
    "negative": "below zero",
    "date_future": "after the day of the extract",
    "date_early": "before the year 1850",
    "before_birth": "before the birth date",
}

LONGEST_TEXT = 254  # an e-mail address's length; an index entry must stay below a third of a database page
CONTROL = r"[\x00-\x08\x0b\x0c\x0e-\x1f]"  # all but tab and line ends
EARLIEST = date(1850, 1, 1)

FIRST_TEST_NUMBER = 900  # individual numbers from here on are never given to real people
CODE_FORM = r"^\d{6}[-+A-FU-Y]\d{3}[0-9A-FHJ-NPR-Y]$"
CHECK_CHARACTERS = "0123456789ABCDEFHJKLMNPRSTUVWXY"
# Century signs, those in use since 2023 included.
CENTURIES = {"+": "18"} | dict.fromkeys("-YXWVU", "19") | dict.fromkeys("ABCDEF", "20")


def code_birth_date(code: pl.Expr) -> pl.Expr:
    """The date within identity codes of the right form; null where the day does not exist."""
    century = code.str.slice(6, 1).replace_strict(CENTURIES, default=None, return_dtype=pl.String)
    day = pl.concat_str(century, code.str.slice(4, 2), code.str.slice(2, 2), code.str.slice(0, 2))
    return day.str.to_date("%Y%m%d", strict=False)


def code_sex(code: pl.Expr) -> pl.Expr:
    """What identity codes of the right form tell of the sex: `male` where the individual number is odd, else `female`.

    The rule is not verified from a published source; docs/panel.md says so where figures show it.
    """
    return pl.when(_digits(code, 9, 1) % 2 == 1).then(pl.lit("male")).otherwise(pl.lit("female"))


def code_check_agrees(code: pl.Expr) -> pl.Expr:
    """Whether the check character of identity codes of the right form is right (remainder by 31)."""
    number = _digits(code, 0, 6) * 1000 + _digits(code, 7, 3)
    expected = (number % 31).replace_strict(dict(enumerate(CHECK_CHARACTERS)), default=None, return_dtype=pl.String)
    return code.str.slice(10, 1) == expected


def _digits(code: pl.Expr, start: int, length: int) -> pl.Expr:
    return code.str.slice(start, length).cast(pl.Int32, strict=False)


def code_fault(code: str, *, test_codes_only: bool = False) -> str | None:
    """Why a text is no personal identity code that the register takes (a value of REASONS), or None."""
    row = pl.DataFrame({"line": [1], "person": [code], "birth_date": [None]}, schema_overrides={"birth_date": pl.Date})
    found = _codes(row, test_codes_only)
    return None if found.is_empty() else REASONS[found["reason"][0]]


def validate(
    rows: pl.DataFrame, as_of: date, municipalities: Collection[str], *, test_codes_only: bool = False
) -> pl.DataFrame:
    """Check typed rows of an extract as of a day.

    `rows` has `line` and the columns of the format in their types; `municipalities` are the codes that exist.
    `test_codes_only` also refuses codes of real persons. Returns the errors: line, column, reason (a key of
    REASONS), a row for each, in no promised order; empty where all is well.
    """
    frames = [_breaches(rows, column, reason, broken) for column, reason, broken in _rules(as_of, municipalities)]
    return pl.concat([*frames, _codes(rows, test_codes_only)])


def _breaches(rows: pl.DataFrame, column: str, reason: str, broken: pl.Expr) -> pl.DataFrame:
    # A rule on an unknown value is null, and null is not a breach.
    return rows.lazy().filter(broken).select("line").collect().with_columns(
        column=pl.lit(column, pl.String), reason=pl.lit(reason, pl.String)
    )  # fmt: skip


def _rules(as_of: date, municipalities: Collection[str]) -> Iterator[tuple[str, str, pl.Expr]]:
    known = [*municipalities, NONE]
    for name, dtype in COLUMNS.items():
        column = pl.col(name)
        if dtype == pl.String:
            yield name, "control", column.str.contains(CONTROL)
            yield name, "too_long", column.str.len_chars() > LONGEST_TEXT
        elif dtype == pl.Date:
            yield name, "date_future", column > as_of
            yield name, "date_early", column < EARLIEST
    for name in ("municipality", "placed_in"):
        yield name, "municipality_unknown", ~pl.col(name).is_in(known)
    for name, values in (
        ("employment_code", EMPLOYMENT_CODES), ("benefit", BENEFITS), ("service_language", SERVICE_LANGUAGES)
    ):  # fmt: skip
        yield name, "not_allowed", ~pl.col(name).is_in(values)
    for name in ("job_search_since", "unemployed_since"):
        yield name, "before_birth", pl.col(name) < pl.col("birth_date")
    yield "language", "language_form", ~pl.col("language").str.contains(r"^[a-z]{2,3}$")
    yield "occupation", "occupation_form", ~pl.col("occupation").str.contains(r"^[0-9]{4}$")
    yield "service", "service_form", ~pl.col("service").str.contains(r"^[a-z0-9_-]{1,40}$")
    yield "education", "education_range", ~pl.col("education").is_between(0, 8)
    yield "labour_market_support_days", "negative", pl.col("labour_market_support_days") < 0


def _codes(rows: pl.DataFrame, test_codes_only: bool) -> pl.DataFrame:
    """The breaches of identity codes: the first that applies of each row, and every row of a person twice."""
    code, number = pl.col("person"), _digits(pl.col("person"), 7, 3)
    reason = (
        pl.when(code.is_null()).then(pl.lit("code_missing"))
        .when(~pl.col("formed")).then(pl.lit("code_form"))
        .when(pl.col("born").is_null()).then(pl.lit("code_date"))
        .when(number < 2).then(pl.lit("code_number"))
        .when(~code_check_agrees(code)).then(pl.lit("code_check"))
        .when(pl.lit(test_codes_only) & (number < FIRST_TEST_NUMBER)).then(pl.lit("code_real"))
        .when(pl.col("born") != pl.col("birth_date")).then(pl.lit("code_birth_date"))
    )  # fmt: skip
    people = rows.select("line", "person", "birth_date").with_columns(
        formed=code.str.contains(CODE_FORM), born=code_birth_date(code)
    )
    first = people.select("line", reason=reason).drop_nulls("reason").with_columns(
        column=pl.when(pl.col("reason") == "code_birth_date").then(pl.lit("birth_date")).otherwise(pl.lit("person"))
    )  # fmt: skip
    twice = people.filter(code.is_not_null() & code.is_duplicated()).select(
        "line", column=pl.lit("person", pl.String), reason=pl.lit("person_twice", pl.String)
    )
    return pl.concat([first.select("line", "column", "reason"), twice])
