"""Reasons with their facts, in words of three languages."""

from datetime import date

import pytest

from kokeilu.law.definition import shipped
from kokeilu.transfer import actions
from kokeilu.transfer.explained import Explained, Told, explained, told
from kokeilu.transfer.models import Responsibility
from kokeilu.transfer.origins import Origin
from kokeilu.transfer.queries import responsible
from kokeilu.transfer.reporting import Report
from kokeilu.transfer.tests.people import FEBRUARY, OUT, START, UNDECIDED, extract, people, report

TRIAL = shipped("kuntakokeilu")


@pytest.fixture
def moved(db: None) -> Responsibility:
    actions.ensure_organisations(TRIAL)
    (person,) = people(extract(), {})
    actions.run(TRIAL, START)
    held = responsible(person.pk, START)
    assert held is not None
    return held


def told_of(why: list[Explained]) -> dict[str, Told]:
    return {fact.fact: fact for each in why for fact in each.facts}


def test_each_reason_has_its_facts_with_their_extract(moved: Responsibility) -> None:
    search, area, unemployed, right = explained(moved, "en")
    assert search.reason.text == "The job search is valid."
    assert search.facts == (
        Told("Whether the job search is valid", "yes", ("register extract as of 28 February 2021",)),
    )
    assert area.facts == (
        Told(
            "Whether the home municipality is in a trial area",
            "Helsinki",
            (
                "home municipality: Helsinki (register extract as of 28 February 2021)",
                f"area table of the trial: {TRIAL.names['en']}",
            ),
        ),
    )
    assert unemployed.facts[0].sources == ("employment code: 02 Unemployed (register extract as of 28 February 2021)",)
    assert right.facts[0].value == "no"


@pytest.mark.parametrize(
    ("language", "fact", "value", "source"),
    [
        ("fi", "Onko työnhaku voimassa", "kyllä", "rekisteripoiminta 28.2.2021"),
        ("sv", "Om jobbsökningen är i kraft", "ja", "registerutdrag per 28.2.2021"),
    ],
)
def test_in_the_reader_s_language(moved: Responsibility, language: str, fact: str, value: str, source: str) -> None:
    assert explained(moved, language)[0].facts == (Told(fact, value, (source,)),)


def test_nothing_tells_where_a_person_with_a_protected_address_lives(moved: Responsibility) -> None:
    why = explained(moved, "en", residence=False)
    assert "Helsinki" not in str(why)
    assert told_of(why)["Whether the home municipality is in a trial area"] == Told(
        "Whether the home municipality is in a trial area",
        "not shown: the address is protected",
        ("register extract as of 28 February 2021",),
    )


def test_of_a_mover_whom_the_law_would_not_take_in_anew_the_page_tells_what_moved_them(moved: Responsibility) -> None:
    born = {"birth_date": date(1991, 3, 15)}  # turns 30 meanwhile
    april = date(2021, 4, 1)
    (person,) = people(extract(), OUT | born)
    actions.run(TRIAL, START)
    report(extract(april), person, OUT | born | {"municipality": "049"})
    actions.run(TRIAL, april)
    held = responsible(person.pk, april)
    assert held is not None
    lives_there, stays = explained(held, "en")
    assert "Espoo" in lives_there.reason.text
    assert [fact.value for fact in lives_there.facts] == ["Espoo"]
    assert "stays" in stays.reason.text
    assert "Espoo" not in str(explained(held, "en", residence=False))


def test_by_intake_there_is_no_reason(db: None) -> None:
    actions.ensure_organisations(TRIAL)
    (person,) = people(extract(), UNDECIDED)
    held = responsible(person.pk, START)
    assert held is not None
    assert explained(held, "en") == []


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("placed_in", "none", "in none"),
        ("placed_in", "049", "Espoo"),
        ("municipality", "none", "No home municipality"),
        ("language", "so", "Somali"),
        ("service", "coaching", "Coaching"),
        ("benefit", "earnings_related", "Earnings-related allowance"),
        ("education", 3, "Upper secondary education"),
        ("occupation", "5223", "5223"),
        ("labour_market_support_days", 1500, "1\u00a0500"),
        ("job_search_since", date(2020, 5, 1), "1 May 2020"),
        ("immigrant", None, "unknown"),
    ],
)
def test_values_in_words(column: str, value: object, words: str) -> None:
    origin = Origin(column, value, (Report(column, value, FEBRUARY, "extract"),))  # type: ignore[arg-type]
    assert [each.value for each in told([origin], "kuntakokeilu", "en", residence=True)] == [words]


@pytest.mark.parametrize(
    ("source", "day", "words"),
    [
        ("extract", None, "in no register extract"),
        ("correction", FEBRUARY, "corrected register extract as of 28 February 2021"),
        ("identity", FEBRUARY, "register extract as of 28 February 2021, by a statement on who is whom"),
        ("absence", FEBRUARY, "no longer in the register extract as of 28 February 2021"),
    ],
)
def test_sources_in_words(source: str, day: date | None, words: str) -> None:
    origin = Origin("job_search_valid", False, (Report("job_search_valid", False, day, source),))
    assert [each.sources for each in told([origin], "kuntakokeilu", "en", residence=True)] == [(words,)]


def test_a_row_of_the_area_table_that_was_not_verified_is_marked() -> None:
    row = next(row for row in TRIAL.areas if not row.verified and row.area)
    origin = Origin("trial_area", row.area, (Report("municipality", row.municipality, FEBRUARY, "extract"),), row)
    (fact,) = told([origin], "kuntakokeilu", "en", residence=True)
    assert fact.value == row.name
    assert fact.sources[-1] == f"area table of the trial: {TRIAL.names['en']} (not verified)"
    outside = Origin("trial_area", "none", (Report("municipality", "235", FEBRUARY, "extract"),))
    assert told([outside], "kuntakokeilu", "en", residence=True)[0].value == "no"
    unknown = Origin("trial_area", None, (Report("municipality", None, FEBRUARY, "extract"),))
    assert told([unknown], "kuntakokeilu", "en", residence=True)[0].value == "unknown"
