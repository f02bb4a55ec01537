"""The timeline of a person: subjects, unbroken periods, words in three languages."""

from datetime import date
from pathlib import Path
from uuid import UUID

import pytest
from django.utils.translation import override

from kokeilu.extract import BENEFITS, EMPLOYMENT_CODES
from kokeilu.register import labels, queries
from kokeilu.register.actions import import_extracts
from kokeilu.register.tests.people import FIRST, SECOND, THIRD, person, write

LANGUAGES = ("fi", "sv", "en")


@pytest.fixture
def someone(tmp_path: Path, db) -> UUID:
    months = (
        [person(0, employment_code="02", language="so")],
        [person(0, employment_code="02", language="so", service="coaching", benefit="none")],
        [person(1)],
    )
    files = [
        (write(tmp_path / f"{day}.csv", rows), day) for day, rows in zip((FIRST, SECOND, THIRD), months, strict=True)
    ]
    import_extracts(files)
    found = queries.find_person(person(0)["person"])
    assert found is not None
    return found


@pytest.mark.django_db
def test_facts_that_go_on_are_one_period(someone: UUID, django_assert_num_queries) -> None:
    with override("en"), django_assert_num_queries(2):
        rows = {
            str(row.label): [(str(period.label), period.start, period.until) for period in row.periods]
            for row in queries.timeline(someone)
        }
    assert rows == {
        "Job search": [("Valid", FIRST, THIRD)],
        "Employment status": [("Unemployed", FIRST, THIRD)],
        "Service": [("Coaching", SECOND, THIRD)],
        "Benefit": [("Labour market support", FIRST, SECOND)],
        "Home municipality": [("Helsinki", FIRST, THIRD)],
        "Mother tongue": [("Somali", FIRST, THIRD)],
        "Service language": [("Finnish", FIRST, THIRD)],
    }


@pytest.mark.django_db
def test_an_absence_breaks_a_period(someone: UUID, tmp_path: Path, settings) -> None:
    settings.KOKEILU_TODAY = date(2021, 4, 30)
    import_extracts([(write(tmp_path / "back.csv", [person(0)]), date(2021, 4, 30))])
    job_search = queries.timeline(someone)[0]
    assert [(period.start, period.until) for period in job_search.periods] == [
        (FIRST, THIRD), (date(2021, 4, 30), None),
    ]  # fmt: skip


@pytest.mark.django_db
def test_the_timeline_speaks_the_readers_language(someone: UUID) -> None:
    with override("fi"):
        finnish = [str(period.label) for row in queries.timeline(someone) for period in row.periods]
    with override("sv"):
        swedish = [str(period.label) for row in queries.timeline(someone) for period in row.periods]
    assert {"Työtön", "Helsinki", "somali", "Valmennus"} <= set(finnish)
    assert {"Arbetslös", "Helsingfors", "somaliska", "Träning"} <= set(swedish)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_has_words(language: str) -> None:
    with override(language):
        for code in EMPLOYMENT_CODES:
            assert str(labels.employment(code)) != code
        for benefit in BENEFITS:
            assert str(labels.benefit(benefit)) != benefit
        for level in range(9):
            assert str(labels.education(level))


def test_unknown_and_open_codes() -> None:
    with override("en"):
        for words in (
            labels.employment,
            labels.service,
            labels.benefit,
            labels.municipality,
            labels.language,
            labels.education,
        ):
            assert str(words(None)) == "Unknown"
        assert labels.service("brand_new") == "brand_new"
        assert labels.municipality("999") == "999"
        assert str(labels.municipality("none")) == "No home municipality"
        assert labels.language("qqq") == "qqq"


def test_what_was_not_verified_is_marked() -> None:
    assert [code for code, known in labels.EMPLOYMENT.items() if not known.verified] == [
        "04",
        "05",
        "06",
        "07",
        "08",
        "09",
    ]


@pytest.mark.parametrize("language", ["fi", "sv"])
def test_no_words_are_left_in_english(language: str) -> None:
    mappings = (labels.BENEFITS, labels.SERVICES, labels.EDUCATION)
    with override(language):
        translated = [str(word) for mapping in mappings for word in mapping.values()]
        translated += [str(code.label) for code in labels.EMPLOYMENT.values()]
    with override("en"):
        english = [str(word) for mapping in mappings for word in mapping.values()]
        english += [str(code.label) for code in labels.EMPLOYMENT.values()]
    assert not set(translated) & set(english)
