"""Once in, a customer stays; who moves house goes along, who leaves the search goes back after a grace, day by day."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import translation

from kokeilu.law.definition import shipped
from kokeilu.problems import Problem
from kokeilu.register.models import Person
from kokeilu.transfer import actions, contradictions, ending, queries
from kokeilu.transfer.models import Contradiction, Message, Responsibility, Run
from kokeilu.transfer.tests.outbox import post
from kokeilu.transfer.tests.people import OUT, START, close, extract, people, report

pytestmark = pytest.mark.django_db

TRIAL = shipped("kuntakokeilu")
MARCH, APRIL = date(2021, 3, 31), date(2021, 4, 1)
LAST = date(2024, 12, 31)


@pytest.fixture(autouse=True)
def _in_english(db: None) -> None:
    actions.ensure_organisations(TRIAL)
    translation.activate("en")


def history(person: Person) -> list[tuple]:
    return [(row.organisation.key, row.valid.lower, row.valid.upper) for row in queries.history(person.pk)]


def customer(**facts: Any) -> Person:
    """A customer of Helsinki from the first day of the trial on."""
    (person,) = people(extract(), facts)
    actions.run(TRIAL, START)
    return person


@pytest.mark.parametrize(
    "facts",
    [
        OUT,  # gained the right to the earnings-related allowance, aged 40
        {"employment_code": "01", "unemployed_since": None},  # found work in the open market, search valid
        {"municipality": None},  # the home is unknown
        {"job_search_valid": None},
    ],
)
def test_once_in_a_customer_stays(facts: dict) -> None:
    person = customer()
    report(extract(MARCH), person, facts)
    for day in (APRIL, date(2021, 12, 1), date(2023, 3, 1)):
        actions.run(TRIAL, day)
    assert history(person)[-1] == ("helsinki", START, None)


def test_turning_30_moves_nobody_out() -> None:
    person = customer(**OUT, birth_date=date(1991, 3, 15))
    actions.run(TRIAL, APRIL)
    assert history(person)[-1] == ("helsinki", START, None)


@pytest.mark.parametrize(("home", "goes_to"), [("049", "espoo"), ("257", "te")])
def test_who_moves_house_goes_on_the_day_of_the_extract_that_reports_it(home: str, goes_to: str) -> None:
    person = customer()
    post()
    report(extract(MARCH), person, {"municipality": home})
    made = actions.run(TRIAL, date(2021, 4, 10)).run
    assert history(person)[1:] == [("helsinki", START, MARCH), (goes_to, MARCH, None)]
    assert Message.objects.get(run=made).day == MARCH


def test_who_moves_house_and_would_not_come_in_anew_goes_along() -> None:
    person = customer(**OUT, birth_date=date(1991, 3, 15))
    report(extract(MARCH), person, OUT | {"birth_date": date(1991, 3, 15), "municipality": "049"})
    actions.run(TRIAL, MARCH)
    assert history(person)[-1] == ("espoo", MARCH, None)


@pytest.mark.parametrize("absent", [True, False])
def test_a_break_within_the_grace_changes_nothing(absent: bool) -> None:
    person = customer()
    leave(person, MARCH, absent=absent)
    actions.run(TRIAL, date(2021, 5, 30))
    report(extract(date(2021, 5, 30)), person, OUT)
    for day in (date(2021, 5, 30), date(2021, 9, 1)):
        actions.run(TRIAL, day)
    assert history(person)[-1] == ("helsinki", START, None)


def leave(person: Person, day: date, *, absent: bool) -> None:
    """The register reports the search as over, or the person no more."""
    source = extract(day)
    if absent:
        close(source, [person])
    else:
        report(source, person, {"job_search_valid": False})


@pytest.mark.parametrize("absent", [True, False])
@pytest.mark.parametrize(("facts", "comes_in"), [({}, True), (OUT, False)])
def test_after_the_grace_the_person_must_qualify_anew(absent: bool, facts: dict, comes_in: bool) -> None:
    person = customer()
    leave(person, MARCH, absent=absent)
    actions.run(TRIAL, date(2021, 5, 30))
    assert history(person)[-1] == ("helsinki", START, None)
    actions.run(TRIAL, date(2021, 6, 10))
    assert history(person)[-1] == ("te", date(2021, 6, 1), None)  # two months, but not before the law changed
    report(extract(date(2021, 6, 30)), person, facts)
    actions.run(TRIAL, date(2021, 7, 1))
    expected = ("helsinki", date(2021, 7, 1), None) if comes_in else ("te", date(2021, 6, 1), None)
    assert history(person)[-1] == expected


def test_contradictory_facts_leave_a_person_where_they_are_and_on_a_list() -> None:
    source = extract()
    nowhere, works, plain = people(
        source, {"municipality": "none"}, {"employment_code": "01", "birth_date": date(2000, 1, 1)}, {}
    )
    (allowed,) = people(source, {"benefit": "earnings_related"})
    result = actions.run(TRIAL, START)
    listed = {row.decision.person_id: row.rule for row in Contradiction.objects.select_related("decision")}
    assert listed == {
        nowhere.pk: "nowhere", works.pk: "at_work_and_unemployed", allowed.pk: "allowance_without_right",
    }  # fmt: skip
    assert result.counts.contradictions == {
        "allowance_without_right": 1, "at_work_and_unemployed": 1, "nowhere": 1,
    }  # fmt: skip
    assert [history(each)[-1][0] for each in (nowhere, works, allowed, plain)] == ["te", "te", "te", "helsinki"]
    report(extract(MARCH), allowed, {})
    actions.run(TRIAL, MARCH, changed_only=True)
    assert history(allowed)[-1] == ("helsinki", MARCH, None)
    newest = queries.latest_run("kuntakokeilu")
    assert queries.contradictions(newest) == {"at_work_and_unemployed": 1, "nowhere": 1}


@pytest.mark.parametrize("rule", list(contradictions.RULES))
def test_an_unknown_fact_contradicts_nothing(rule: str) -> None:
    between = contradictions.RULES[rule].between
    for unknown in between:
        people(extract(), {unknown: None})
    rows = actions.basis.facts_on(START)
    assert contradictions.find(rows, TRIAL.version_on(START)).is_empty()


# -- the end of the trial --------------------------------------------------------------------------


def at_the_end(*facts: dict) -> list[Person]:
    """Customers and others on the last day of the trial."""
    persons = people(extract(LAST - timedelta(days=1)), *facts)
    actions.run(TRIAL, LAST)
    return persons


def test_at_the_end_of_the_trial_everybody_goes_to_the_state() -> None:
    inside, outside = at_the_end({}, OUT)
    ended = ending.end(TRIAL)
    assert (ended.run.kind, ended.run.on, ended.counts.moved) == ("end", date(2025, 1, 1), 1)
    assert history(inside)[-1] == ("te", date(2025, 1, 1), None)
    assert [row.ground for row in queries.history(inside.pk)][-1] == "end"
    assert queries.reasons(queries.history(inside.pk).last(), "en")
    assert len(history(outside)) == 1
    assert ending.end(TRIAL).done_before
    assert Run.objects.filter(kind="end").count() == 1


def test_into_the_areas_of_2025_customers_stay_where_the_organisation_is_the_same() -> None:
    into = shipped("tyollisyysalue-2025")
    actions.ensure_organisations(into)
    stays, joins, unclear = at_the_end({}, {"municipality": "245"}, {"municipality": "638"})
    report(extract(LAST), unclear, {"municipality": None})
    assert ending.preview(TRIAL, into).counts.moved == 2
    ended = ending.end(TRIAL, into)
    assert (ended.staying, ended.run.into) == (1, "tyollisyysalue-2025")
    assert history(stays)[-1] == ("helsinki", LAST, None)
    assert history(joins)[-1] == ("kerava", date(2025, 1, 1), None)  # it was Vantaa and Kerava's
    assert history(unclear)[-1] == ("te", date(2025, 1, 1), None)
    actions.run(into, date(2025, 1, 1))
    assert history(stays)[-1] == ("helsinki", LAST, None)
    assert Responsibility.objects.current().filter(ground="decision").count() == 1


def test_after_the_end_there_is_no_run_and_before_it_facts_may_not_be_newer() -> None:
    at_the_end({})
    with pytest.raises(Problem, match="has no version on 2025-01-01"):
        actions.run(TRIAL, date(2025, 1, 1))
    extract(date(2025, 1, 31))
    with pytest.raises(Problem, match="known as of a later day already"):
        ending.end(TRIAL)


def test_a_trial_without_an_end_is_not_ended() -> None:
    with pytest.raises(Problem, match="tyollisyysalue-2025 has no end"):
        ending.end(shipped("tyollisyysalue-2025"))
