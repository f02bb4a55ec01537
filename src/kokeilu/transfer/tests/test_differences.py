"""What comes to be known late, and how: each kind gives its differences, or says why nobody can work them out."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.utils import translation

from kokeilu.access.models import Organisation, Role
from kokeilu.access.policy import Actor
from kokeilu.law.definition import shipped
from kokeilu.register import statements
from kokeilu.register.actions import import_extracts
from kokeilu.register.queries import find_person
from kokeilu.register.tests import people as register
from kokeilu.transfer import actions, correction, individual
from kokeilu.transfer.causes import CORRECTED, DEATH, LATE, SEARCH, Cause
from kokeilu.transfer.differences import Differences, Unclear, differences
from kokeilu.transfer.models import Responsibility

pytestmark = pytest.mark.django_db

TRIAL = shipped("kuntakokeilu")
JANUARY, FEBRUARY, MARCH, MAY, JUNE = (
    date(2021, 1, 31), date(2021, 2, 28), date(2021, 3, 31), date(2021, 5, 31), date(2021, 6, 30),
)  # fmt: skip
START = date(2021, 3, 1)
RIGHT = {"benefit": "earnings_related", "earnings_related_right": True}


@pytest.fixture(autouse=True)
def _in_english(db: None, settings) -> None:
    settings.KOKEILU_TODAY = date(2021, 7, 31)
    actions.ensure_organisations(TRIAL)
    translation.activate("en")


@pytest.fixture
def load(tmp_path: Path) -> Callable:
    """Import an extract of numbered people with facts; `correction` where the day was reported before."""

    def do(as_of: date, people: dict[int, dict], *, correction: bool = False) -> None:
        rows = [register.person(number) | facts for number, facts in people.items()]
        path = register.write(tmp_path / f"register-{as_of}-{correction}.parquet", rows)
        import_extracts([(path, as_of)], correction=correction)

    return do


def person(number: int) -> UUID:
    found = find_person(register.person(number)["person"])
    assert found is not None
    return found


def told(found: Differences) -> list[tuple]:
    numbers = {person(number): number for number in range(4) if find_person(register.person(number)["person"])}
    return sorted((numbers[c.person], c.since, c.until, c.held_by, c.belongs_to) for c in found.changes)


def confirmed() -> Differences:
    """What is left after everything on the list is confirmed."""
    correction.confirm(TRIAL, differences(TRIAL).state)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    return differences(TRIAL)


def test_an_extract_imported_after_the_run_of_a_later_day(load: Callable) -> None:
    load(FEBRUARY, {0: {}, 1: RIGHT, 2: {}})
    actions.run(TRIAL, START)
    actions.run(TRIAL, MARCH, changed_only=True)
    actions.run(TRIAL, date(2021, 4, 2), changed_only=True)
    load(MARCH, {0: {"municipality": "049"}, 1: {}, 2: {}, 3: {}})
    actions.run(TRIAL, date(2021, 4, 3), changed_only=True)
    found = differences(TRIAL)
    assert told(found) == [
        (0, MARCH, date(2021, 4, 2), "helsinki", "espoo"),  # no night goes back before the night before
        (1, MARCH, date(2021, 4, 3), "te", "helsinki"),
        (3, MARCH, date(2021, 4, 3), "te", "helsinki"),
    ]
    assert found.causes[person(0)] == (Cause(LATE, MARCH),)
    assert Cause(LATE, MARCH) in found.causes[person(3)]
    assert (found.to_tell, confirmed().changes) == (frozenset(), ())
    assert actions.run(TRIAL, date(2021, 4, 4), changed_only=True).counts.moved == 0


def test_an_extract_in_time_is_not_late(load: Callable) -> None:
    load(FEBRUARY, {0: {}, 1: RIGHT})
    actions.run(TRIAL, START)
    load(MARCH, {0: {"municipality": "049"}, 1: {}})
    actions.run(TRIAL, MARCH, changed_only=True)
    assert (differences(TRIAL).changes, differences(TRIAL).unclear) == ((), ())


def test_a_new_home_says_nothing_of_where_the_person_lived_before(load: Callable) -> None:
    """An extract has no column that tells since when a home is the home."""
    load(FEBRUARY, {0: {}})
    actions.run(TRIAL, START)
    load(JUNE, {0: {"municipality": "049", "job_search_since": date(2021, 1, 4)}})
    actions.run(TRIAL, JUNE, changed_only=True)
    assert (differences(TRIAL).changes, differences(TRIAL).unclear) == ((), ())


def test_a_search_that_went_on_while_it_was_not_reported_was_never_over(load: Callable) -> None:
    load(FEBRUARY, {0: {}, 1: {}})
    actions.run(TRIAL, START)
    load(MARCH, {2: RIGHT})
    actions.run(TRIAL, date(2021, 6, 1))
    assert Responsibility.objects.current().filter(organisation__key="helsinki").count() == 0
    gone = date(2021, 6, 1)  # two months after the end of March, and no earlier than the law's new version
    # Of one the register says that the search went on, of the other that it is a new one.
    load(JUNE, {0: RIGHT, 1: RIGHT | {"job_search_since": date(2021, 6, 20)}})
    actions.run(TRIAL, JUNE, changed_only=True)
    found = differences(TRIAL)
    assert told(found) == [(0, gone, None, "te", "helsinki")]
    assert found.causes[person(0)] == (Cause(SEARCH, date(2020, 5, 1)),)
    assert found.to_tell == {person(0)}
    assert confirmed().changes == ()


def test_whose_search_began_before_the_run_but_was_reported_later_cannot_be_worked_out(load: Callable) -> None:
    load(FEBRUARY, {0: {}})
    actions.run(TRIAL, START)
    load(MARCH, {0: {}, 1: {}, 2: {"job_search_since": date(2021, 3, 15)}})
    actions.run(TRIAL, MARCH, changed_only=True)
    found = differences(TRIAL)
    assert (found.changes, found.unclear) == ((), (Unclear(person(1), "search", date(2020, 5, 1), MARCH),))
    # Once a correction reports the person in time, the list knows.
    load(FEBRUARY, {0: {}, 1: {}}, correction=True)
    found = differences(TRIAL)
    assert told(found) == [(1, START, MARCH, "te", "helsinki")]
    assert (found.unclear, found.causes[person(1)]) == ((), (Cause(CORRECTED, FEBRUARY),))


def test_a_search_reported_as_over_and_later_as_going_on_is_for_a_person_to_judge(load: Callable) -> None:
    load(FEBRUARY, {0: {}})
    actions.run(TRIAL, START)
    load(MARCH, {0: {"job_search_valid": False}})
    actions.run(TRIAL, date(2021, 6, 1))
    load(JUNE, {0: RIGHT})
    found = differences(TRIAL)
    assert (found.changes, [each.person for each in found.unclear]) == ((), [person(0)])


def test_a_statement_that_explains_the_difference_is_named(load: Callable) -> None:
    """Of two records of one person the earlier one was a customer: so was the person, and stays so."""
    load(FEBRUARY, {0: {}})
    actions.run(TRIAL, START)
    load(MARCH, {1: RIGHT})
    actions.run(TRIAL, MARCH, changed_only=True)
    union = statements.merge(person(1), person(0), "", actor=None).statement
    found = differences(TRIAL)
    assert told(found) == [(1, MARCH, None, "te", "helsinki")] or told(found) == [(0, MARCH, None, "te", "helsinki")]
    (cause,) = found.causes[found.persons[0]]
    assert (cause.kind, cause.is_statement, cause.revoked) == ("merge", True, False)
    assert cause.text.startswith("Statement of ")
    assert confirmed().changes == ()
    statements.revoke(union, "", actor=None)
    found = differences(TRIAL)
    assert found.persons
    assert all(any(each.revoked for each in found.causes[person]) for person in found.persons)
    assert confirmed().changes == ()


def test_whoever_died_before_a_run_was_moved_by_none(load: Callable) -> None:
    load(FEBRUARY, {0: {}, 1: {}})
    actions.run(TRIAL, START)
    load(MARCH, {0: {"municipality": "049"}, 1: {}})
    actions.run(TRIAL, MARCH)
    load(FEBRUARY, {0: RIGHT, 1: {}}, correction=True)
    statements.record_death(person(0), date(2021, 3, 20), "", actor=None)
    found = differences(TRIAL)
    assert told(found) == [(0, START, date(2021, 3, 21), "helsinki", "te")]
    assert {each.kind for each in found.causes[person(0)]} == {CORRECTED, DEATH}
    assert found.to_tell == frozenset()  # nothing is sent to the dead
    assert confirmed().changes == ()


def test_a_protected_person_is_corrected_like_everybody(load: Callable) -> None:
    load(FEBRUARY, {0: {}})
    actions.run(TRIAL, START)
    statements.protect(person(0), START, "", actor=None)
    load(FEBRUARY, {0: RIGHT}, correction=True)
    assert told(differences(TRIAL)) == [(0, START, None, "helsinki", "te")]
    assert confirmed().changes == ()


@pytest.fixture
def merged_after_a_decision(load: Callable, actor_of: Callable) -> UUID:
    """A person of two records; under the one that is merged a decision about one person was made."""
    load(MAY, {0: {}, 1: {}})
    actions.run(TRIAL, date(2021, 6, 1))
    held = Responsibility.objects.current().get(person=person(1))
    lead, espoo = actor_of(Role.TEAM_LEAD, "helsinki"), Organisation.objects.get(key="espoo")
    individual.transfer(held.person_id, TRIAL, "safety", espoo, "Threats.", JUNE, seen=held.pk, actor=lead)
    kept = person(0)
    statements.merge(kept, person(1), "", actor=None)
    return kept


def test_a_decision_under_a_merged_record_is_for_a_person_to_make_anew(
    merged_after_a_decision: UUID, client: Client, officer: Actor
) -> None:
    assert differences(TRIAL).unclear == (Unclear(merged_after_a_decision, "decision", JUNE),)
    page = client.get("/transfer/differences/")
    assert page.context["unclear"] == 1
    row = client.get("/transfer/differences/unclear/").context["rows"][0]
    assert (row["person"], row["to_do"]) == (
        merged_after_a_decision, "Decide anew about the person, where the ground still holds.",
    )  # fmt: skip


def test_the_list_is_filtered_and_confirmed_by_what_came_to_be_known(
    load: Callable, client: Client, officer: Actor
) -> None:
    load(FEBRUARY, {0: {}, 1: {}})
    actions.run(TRIAL, START)
    actions.run(TRIAL, MARCH, changed_only=True)
    load(FEBRUARY, {0: RIGHT, 1: {}}, correction=True)
    load(MARCH, {0: RIGHT, 1: {"municipality": "049"}})
    page = client.get("/transfer/differences/")
    assert [(each["label"], each["count"]) for each in page.context["choices"]] == [
        ("All", 2), ("Corrected extracts", 1), ("Extracts that came late", 1),
    ]  # fmt: skip
    late = client.get("/transfer/differences/?cause=late")
    assert [row["causes"] for row in late.context["rows"]] == [
        ["Extract as of 31 March 2021, imported after a run of that day or later"]
    ]
    sent = late.context["form"].initial | {"reason": "came late", "confirmed": "on", "everybody": "on"}
    client.post("/transfer/differences/correct/", sent)
    assert differences(TRIAL).persons == (person(0),)
    assert len(client.get("/transfer/differences/?cause=nonsense").context["rows"]) == 1
