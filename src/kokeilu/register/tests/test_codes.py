"""Identity codes as columns against python-stdnum, and the Finnish alphabetical order."""

from datetime import date

import polars as pl
import pytest
from django.db import connection
from hypothesis import given, settings, strategies
from stdnum.fi import hetu

from kokeilu.extract import COLUMNS
from kokeilu.register import rules
from kokeilu.register.models import Details, finnish_key
from kokeilu.register.tests.people import code

SIGNS = "+-YXWVUABCDEF"
CHARACTERS = rules.CHECK_CHARACTERS + "IOQGZ"

# Individual numbers of tests are 900-999; 000 and 001 are nobody's.
numbers = strategies.one_of(strategies.integers(900, 999), strategies.integers(0, 1))
made = strategies.builds(
    lambda day, month, year, sign, number, check: f"{day:02d}{month:02d}{year:02d}{sign}{number:03d}{check}",
    strategies.integers(0, 32), strategies.integers(0, 13), strategies.integers(0, 99),
    strategies.sampled_from(SIGNS + "GT"), numbers, strategies.sampled_from(CHARACTERS),
)  # fmt: skip
sound = strategies.builds(
    code,
    strategies.dates(date(1900, 1, 1), date(1999, 12, 31)),
    strategies.integers(900, 999),
    strategies.sampled_from("-YXWVU"),
)


def reasons(codes: list[str | None]) -> dict[int, str]:
    """The reason by the place of each code that is refused; the same code twice is not looked at here."""
    rows = pl.DataFrame({"line": range(len(codes)), "person": codes}, schema={"line": pl.Int64, "person": pl.String})
    rows = rows.with_columns(pl.lit(None, dtype).alias(name) for name, dtype in COLUMNS.items() if name != "person")
    found = rules.validate(rows, date(2021, 1, 31), [])
    return {line: reason for line, _, reason in found.iter_rows() if reason != "person_twice"}


@settings(max_examples=300, deadline=None)
@given(strategies.lists(strategies.one_of(made, sound), min_size=1, max_size=30))
def test_columns_agree_with_stdnum(codes: list[str]) -> None:
    refused = reasons(codes)
    assert [number not in refused for number in range(len(codes))] == [
        hetu.is_valid(text, allow_temporary=True) for text in codes
    ]


def test_every_day_of_four_centuries_signs() -> None:
    """The date within a code is the calendar's, leap years of 1800, 1900 and 2000 included."""
    dates = [
        date(year, month, day) for year in (1800, 1896, 1900, 1904, 2000, 2004) for month in (2, 3) for day in (1, 28)
    ]
    signs = {18: "+", 19: "-", 20: "A"}
    codes = [code(day, 950, signs[day.year // 100]) for day in dates]
    born = pl.DataFrame({"person": codes}).select(rules.code_birth_date(pl.col("person"))).to_series()
    assert born.to_list() == dates
    leap = {
        f"2902{year % 100:02d}{sign}950": year
        for sign, first in (("+", 1800), ("-", 1900), ("A", 2000))
        for year in (first, first + 4)
    }
    frame = pl.DataFrame({"person": list(leap)})
    exists = frame.select(rules.code_birth_date(pl.col("person")).is_not_null()).to_series().to_list()
    assert dict(zip(leap.values(), exists, strict=True)) == {
        1800: False, 1804: True, 1900: False, 1904: True, 2000: True, 2004: True,
    }  # fmt: skip


@pytest.mark.django_db
def test_finnish_alphabetical_order() -> None:
    """CLDR's standard Finnish order at its first level."""
    names = [
        "Aalto", "aaltonen", "Aho", "Aho Virta", "Aho-Virtanen", "Ahola", "Bäck", "Dahl", "Đorđević", "D'Souza",
        "Erdoğan", "Łukasz", "Lund", "Muñoz", "Müller", "Myllylä", "Nguyễn", "Ŋuorra", "Saari", "Šarić", "Straße",
        "Strassen", "Virtanen", "Wahlroos", "Yli", "Ülle", "Žukov", "Zykov", "Åberg", "Ärjä", "Ægir", "Öberg", "Østby",
        "Иванов",
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, fi_key(name) FROM unnest(%s::text[]) name"
            ' ORDER BY fi_key(name) COLLATE "C", name COLLATE "C"',
            [names[::-1]],
        )
        ordered = cursor.fetchall()
    keys = dict(ordered)
    position = {name: place for place, (name, _) in enumerate(ordered)}
    for first, second in (
        ("Aho", "Aho Virta"), ("Aho-Virtanen", "Ahola"), ("Virtanen", "Wahlroos"), ("Zykov", "Åberg"),
        ("Åberg", "Ärjä"), ("Ægir", "Ärjä"), ("Ärjä", "Öberg"), ("Öberg", "Østby"),
        ("Østby", "Иванов"), ("Müller", "Myllylä"), ("Dahl", "Đorđević"), ("Šarić", "Straße"), ("aaltonen", "Aho"),
    ):  # fmt: skip
        assert position[first] < position[second], (first, second)
    assert keys["Müller"] == "myller"
    assert keys["Ŋuorra"] == "nuorra"
    assert keys["Aho-Virtanen"] == "aho virtanen"
    assert keys["D'Souza"] == "dsouza"
    assert keys["Straße"] == "strasse"
    assert keys["Nguyễn"] == "nguyen"
    assert keys["Łukasz"] == "lukasz"


@pytest.mark.django_db
def test_the_key_does_not_tell_composed_from_decomposed() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT fi_key(%s) = fi_key(%s), fi_key(NULL)", ["Äijälä", "A\u0308ija\u0308la\u0308"])
        assert cursor.fetchone() == (True, None)


@pytest.mark.django_db
def test_names_are_ordered_and_searched_by_the_index() -> None:
    with connection.cursor() as cursor:
        # In an empty table all plans cost about the same: what stays is the one without sorting, if there is one.
        for way in ("seqscan", "bitmapscan", "sort"):
            cursor.execute(f"SET LOCAL enable_{way} = off")
    found = Details.objects.filter(valid__upper_inf=True, superseded_by=None)
    found = found.annotate(key=finnish_key("family_name")).filter(key__startswith="koi")
    plan = found.order_by(finnish_key("family_name"), finnish_key("given_names"), "person").explain()
    assert "details_current_name" in plan
    assert "Sort" not in plan
