"""Which facts a decision rested on, and which extract reported them: as known then, also after corrections."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction

from kokeilu.law.definition import shipped
from kokeilu.law.explain import reasons
from kokeilu.register import statements
from kokeilu.register.actions import import_extracts
from kokeilu.register.models import Details
from kokeilu.register.queries import stood_then
from kokeilu.register.tests import people as register
from kokeilu.transfer import actions, correction
from kokeilu.transfer.models import Decision, Run
from kokeilu.transfer.origins import Origin, Origins, columns_of
from kokeilu.transfer.reporting import Period, Report, reported

TRIAL = shipped("kuntakokeilu")
JANUARY, FEBRUARY, MARCH = date(2021, 1, 31), date(2021, 2, 28), date(2021, 3, 31)
START = date(2021, 3, 1)
RIGHT = {"benefit": "earnings_related", "earnings_related_right": True}


@pytest.fixture
def load(tmp_path: Path, db: None) -> Callable:
    """Import an extract of numbered people with facts; `correction` where the day was reported before."""
    actions.ensure_organisations(TRIAL)

    def do(as_of: date, people: dict[int, dict], *, correction: bool = False) -> None:
        rows = [register.person(number, family_name=str(number)) | facts for number, facts in people.items()]
        path = register.write(tmp_path / f"register-{as_of}-{correction}.parquet", rows)
        import_extracts([(path, as_of)], correction=correction)

    return do


def person(number: int) -> UUID:
    return Details.objects.filter(family_name=str(number)).values_list("person", flat=True)[:1].get()


def facts_of(run: Run, number: int) -> dict[str, Origin]:
    """Every fact that the reasons of a person's decision rest on."""
    found = Origins(run, [person(number)])
    decision = Decision.objects.get(run=run, person=person(number))
    why = reasons(TRIAL, run.on, decision.pattern, decision.outcome, "en", area=decision.area)
    assert found.knows(person(number))
    return {origin.fact: origin for reason in why for origin in found.of(person(number), reason.facts)}


def told(column: str, value: object, day: date, source: str = "extract") -> tuple[Report, ...]:
    return (Report(column, value, day, source),)


# -- in the database ---------------------------------------------------------------------------------


def test_each_fact_names_what_was_reported_and_by_which_extract(load: Callable) -> None:
    load(JANUARY, {0: {"employment_code": "01"}, 1: RIGHT})
    load(FEBRUARY, {0: {}, 1: RIGHT})
    run = actions.run(TRIAL, START).run
    found = facts_of(run, 0)
    assert list(found) == ["job_search_valid", "trial_area", "unemployed", "earnings_related_right"]
    assert found["job_search_valid"] == Origin("job_search_valid", True, told("job_search_valid", True, JANUARY))
    assert found["unemployed"] == Origin("unemployed", True, told("employment_code", "02", FEBRUARY))
    area = found["trial_area"]
    assert (area.value, area.reports) == ("helsinki", told("municipality", "091", JANUARY))
    assert area.row is not None
    assert (area.row.municipality, area.row.area, area.row.verified) == ("091", "helsinki", True)
    assert set(facts_of(run, 1)) == {"earnings_related_right", "age", "domestic_language", "immigrant"}
    assert facts_of(run, 1)["age"] == Origin("age", 61, told("birth_date", date(1960, 1, 2), JANUARY))


@pytest.mark.parametrize("table", ["situation", "details", "contact", "supportdays"])
def test_what_was_known_of_one_person_is_found_by_indexes(db: None, table: str) -> None:
    parameters = {"persons": ["00000000-0000-0000-0000-000000000000"], "known": "2021-03-31T00:00Z"}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")  # then the whole table is read only where no index serves
        cursor.execute(f"EXPLAIN SELECT person_id FROM {stood_then(table)} period", parameters)
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert f"Seq Scan on register_{table}" not in plan, plan


def test_a_later_correction_has_no_part_in_an_old_decision(load: Callable) -> None:
    load(FEBRUARY, {0: RIGHT})
    old = actions.run(TRIAL, START).run
    load(MARCH, {0: RIGHT})
    load(FEBRUARY, {0: {}}, correction=True)
    assert facts_of(old, 0)["earnings_related_right"].reports == told("earnings_related_right", True, FEBRUARY)
    found = correction.differences(TRIAL)
    new = correction.confirm(TRIAL, found.state).run
    assert facts_of(new, 0)["earnings_related_right"].reports == told(
        "earnings_related_right", False, FEBRUARY, "correction"
    )


def test_the_days_around_a_correction_keep_the_extract_that_reported_them(load: Callable) -> None:
    load(JANUARY, {0: {}})
    load(FEBRUARY, {0: {}})
    load(MARCH, {0: {}})
    load(FEBRUARY, {0: {"employment_code": "03"}}, correction=True)
    run = actions.run(TRIAL, MARCH).run
    found = facts_of(run, 0)
    assert found["unemployed"].reports == told("employment_code", "02", MARCH)  # written anew by the correction
    assert found["job_search_valid"].reports == told("job_search_valid", True, JANUARY)


def test_an_unknown_fact_names_the_extract_without_it(load: Callable) -> None:
    load(JANUARY, {0: RIGHT})
    load(FEBRUARY, {0: {"benefit": None, "earnings_related_right": None}})
    run = actions.run(TRIAL, START).run
    assert facts_of(run, 0) == {
        "earnings_related_right": Origin("earnings_related_right", None, told("earnings_related_right", None, FEBRUARY))
    }


def test_who_is_no_longer_reported_has_no_valid_search(load: Callable) -> None:
    load(JANUARY, {0: {}, 1: {}})
    load(FEBRUARY, {0: {}, 1: {}})
    actions.run(TRIAL, START)
    load(MARCH, {1: {}})
    run = actions.run(TRIAL, date(2021, 4, 1)).run
    found = facts_of(run, 0)
    assert found == {
        "job_search_valid": Origin("job_search_valid", False, told("job_search_valid", False, MARCH, "absence"))
    }


def test_people_without_a_home_count_by_where_they_are_placed(load: Callable, settings: Any) -> None:
    day = date(2023, 3, 31)
    settings.KOKEILU_TODAY = day
    placed = {"municipality": "none", "placed_in": "049", "temporary_protection": True}
    load(day, {0: placed})
    found = facts_of(actions.run(TRIAL, day).run, 0)
    assert found["trial_area"].value == "espoo"
    assert [report.column for report in found["trial_area"].reports] == ["municipality", "placed_in"]
    assert found["trial_area"].row is not None
    assert found["trial_area"].row.municipality == "049"


def test_a_protection_stated_later_breaks_no_fact(load: Callable) -> None:
    load(JANUARY, {0: {}})
    statements.protect(person(0), FEBRUARY, "A decision of the registry office", actor=None)
    load(FEBRUARY, {0: {}})
    run = actions.run(TRIAL, START).run
    assert facts_of(run, 0)["job_search_valid"].reports == told("job_search_valid", True, JANUARY)


def test_facts_that_lead_to_another_decision_are_not_told(load: Callable) -> None:
    load(FEBRUARY, {0: {}})
    run = actions.run(TRIAL, START).run
    decision = Decision.objects.get(run=run)
    Decision.objects.filter(pk=decision.pk).update(pattern=decision.pattern + 1)
    found = Origins(run, [person(0)])
    assert not found.knows(person(0))
    assert found.of(person(0), ["job_search_valid"]) == []


def test_thousands_take_as_many_queries_as_one(load: Callable, django_assert_num_queries: Callable) -> None:
    load(FEBRUARY, {number: {} for number in range(60)})
    run = actions.run(TRIAL, START).run
    everybody = [person(number) for number in range(60)]
    for some in (everybody[:1], everybody):
        with django_assert_num_queries(3):
            found = Origins(run, some)
        assert all(found.knows(each) for each in some)
    assert not found.knows(UUID(int=0))


def test_nobody_is_no_problem(load: Callable) -> None:
    load(FEBRUARY, {0: {}})
    run = actions.run(TRIAL, START).run
    assert not Origins(run, []).knows(person(0))


# -- pure --------------------------------------------------------------------------------------------


def of(*rows: tuple, day: date = MARCH) -> tuple:
    periods = [Period(since, until, source, [value]) for since, until, source, value in rows]
    (report,) = reported(periods, ["employment_code"], day)
    return (report.value, report.day, report.source)


def test_a_value_is_reported_since_it_last_began() -> None:
    first = (JANUARY, FEBRUARY, "extract", "02")
    assert of(first, (FEBRUARY, None, "correction", "02")) == ("02", JANUARY, "extract")
    assert of(first, (FEBRUARY, None, "correction", "03")) == ("03", FEBRUARY, "correction")
    assert of(first, (START, None, "extract", "02")) == ("02", START, "extract")  # a gap between
    assert of(first, (FEBRUARY, START, "extract", None), (START, None, "extract", None)) == (
        None, FEBRUARY, "extract",
    )  # fmt: skip


def test_a_period_that_ended_is_an_absence_since_its_end() -> None:
    assert of((JANUARY, FEBRUARY, "extract", "02")) == (None, FEBRUARY, "absence")
    assert of((JANUARY, MARCH, "extract", "02")) == (None, MARCH, "absence")
    assert of() == (None, None, "extract")


def test_a_version_needs_the_columns_that_its_facts_come_from() -> None:
    assert columns_of(TRIAL.version_on(START)) == (
        "birth_date", "municipality", "language", "immigrant", "job_search_valid", "employment_code", "service",
        "earnings_related_right",
    )  # fmt: skip
    later = columns_of(TRIAL.version_on(date(2023, 3, 1)))
    assert {"placed_in", "temporary_protection"} < set(later)
