"""The database itself keeps exactly one responsible organisation for every person on every day."""

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction

from kokeilu.access.models import Organisation
from kokeilu.register.models import Extract, Person
from kokeilu.transfer.models import Decision, Responsibility, Run
from kokeilu.transfer.tests.people import extract

pytestmark = pytest.mark.django_db

SINCE = date(2021, 1, 31)
LATER = date(2021, 3, 1)


def organisation(key: str) -> Organisation:
    names = dict.fromkeys(("name_fi", "name_sv", "name_en"), key)
    made, _ = Organisation.objects.get_or_create(key=key, defaults={"kind": "trial_area", **names})
    return made


def new_run(source: Extract) -> Run:
    return Run.objects.create(
        trial="kuntakokeilu", version=LATER, definition_sha256="0" * 64, on=LATER, extract=source, counts={}
    )


@pytest.fixture
def person() -> Person:
    """Someone for whom the state is responsible from the day they are known."""
    made = Person.objects.create(known_since=SINCE)
    Responsibility.objects.create(person=made, organisation=organisation("te"), valid=(SINCE, None), ground="intake")
    check()
    return made


def check() -> None:
    """What the database does at the end of a transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def sql(statement: str, *parameters: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def refused(constraint: str, *statements: tuple) -> None:
    """The statements in one transaction are refused by the constraint."""
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        for statement in statements:
            sql(*statement)
        check()
    assert error.value.__cause__.diag.constraint_name == constraint


INSERT = """
    INSERT INTO transfer_responsibility (person_id, organisation_id, valid, ground)
    VALUES (%s, %s, %s::daterange, 'intake')
"""


def test_a_person_without_an_organisation_is_refused() -> None:
    refused("responsible_every_day", ("INSERT INTO register_person VALUES (gen_random_uuid(), '2021-01-31')",))


def test_a_person_who_turns_out_to_be_known_longer_needs_an_organisation_for_those_days(person: Person) -> None:
    earlier = "UPDATE register_person SET known_since = '2021-01-01' WHERE id = %s", person.pk
    refused("responsible_every_day", earlier)
    sql(*earlier)
    sql(INSERT, person.pk, organisation("te").pk, "[2021-01-01,2021-01-31)")
    check()


@pytest.mark.parametrize("day", ["2021-01-30", "2021-02-01"])
def test_known_since_cannot_leave_the_responsibilities(person: Person, day: str) -> None:
    refused("responsible_every_day", ("UPDATE register_person SET known_since = %s WHERE id = %s", day, person.pk))


@pytest.mark.parametrize(
    ("constraint", "days"),
    [
        ("one_responsible_organisation", "[2021-03-01,)"),
        ("one_responsible_organisation", "[2021-01-31,2021-02-01)"),
        ("responsible_every_day", "[2021-01-01,2021-01-31)"),  # before they are known
        ("responsibility_has_days", "empty"),
        ("responsibility_has_days", "(,2021-01-31)"),
    ],
)
def test_direct_sql_cannot_add_another_organisation(person: Person, constraint: str, days: str) -> None:
    refused(constraint, (INSERT, person.pk, organisation("helsinki").pk, days))


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM transfer_responsibility",
        "TRUNCATE transfer_responsibility CASCADE",
        "WITH gone AS (DELETE FROM transfer_responsibility RETURNING person_id)"
        " INSERT INTO transfer_responsibility (person_id, organisation_id, valid, ground)"
        " SELECT person_id, (SELECT id FROM access_organisation LIMIT 1), '[2021-02-02,)', 'intake' FROM gone",
    ],
)
def test_direct_sql_cannot_take_responsibility_away(person: Person, statement: str) -> None:
    refused("responsible_every_day", (statement,))


CLOSE = "UPDATE transfer_responsibility SET valid = %s::daterange, closed_by_id = %s WHERE person_id = %s"


@pytest.mark.parametrize(
    ("until", "then"),
    [
        ("[2021-01-31,2021-03-01)", None),  # nobody afterwards
        ("[2021-01-31,2021-03-01)", "[2021-03-02,)"),  # a day without
        ("[2021-01-31,2021-03-01)", "[2021-03-01,2025-01-01)"),  # an end
    ],
)
def test_direct_sql_cannot_leave_a_gap(person: Person, until: str, then: str | None) -> None:
    statements: list[tuple] = [(CLOSE, until, new_run(extract()).pk, person.pk)]
    if then:
        statements.append((INSERT, person.pk, organisation("helsinki").pk, then))
    refused("responsible_every_day", *statements)


def test_closing_and_opening_in_one_transaction_is_whole(person: Person) -> None:
    sql(CLOSE, "[2021-01-31,2021-03-01)", new_run(extract()).pk, person.pk)
    sql(INSERT, person.pk, organisation("helsinki").pk, "[2021-03-01,)")
    check()


def test_a_superseded_responsibility_does_not_count(person: Person) -> None:
    supersede = "UPDATE transfer_responsibility SET superseded_by_id = %s WHERE person_id = %s"
    made = new_run(extract())
    refused("responsible_every_day", (supersede, made.pk, person.pk))
    sql(supersede, made.pk, person.pk)
    sql(INSERT, person.pk, organisation("helsinki").pk, "[2021-01-31,)")
    check()


def _decided(person: Person, made: Run) -> Decision:
    return Decision.objects.create(run=made, person=person, outcome="in", area="helsinki", pattern=1)


@pytest.mark.parametrize(
    "change",
    [
        "organisation_id = (SELECT id FROM access_organisation WHERE key = 'helsinki')",
        "recorded_at = recorded_at - interval '1 year'",
        "ground = 'decision'",
        "person_id = gen_random_uuid()",
        "valid = '[2021-01-01,)'",
        "valid = '[2021-01-31,2021-03-01)'",  # closed, and nothing says by which run
    ],
)
def test_nothing_is_overwritten(person: Person, change: str) -> None:
    organisation("helsinki")
    refused("nothing_overwritten", (f"UPDATE transfer_responsibility SET {change}",))


def test_what_was_closed_or_superseded_stays_so(person: Person) -> None:
    made = new_run(extract())
    sql(CLOSE, "[2021-01-31,2021-03-01)", made.pk, person.pk)
    sql(INSERT, person.pk, organisation("helsinki").pk, "[2021-03-01,)")
    closed = "WHERE upper(valid) = '2021-03-01'"
    refused("nothing_overwritten", (f"UPDATE transfer_responsibility SET valid = '[2021-01-31,)' {closed}",))
    refused("nothing_overwritten", (f"UPDATE transfer_responsibility SET closed_by_id = NULL {closed}",))
    sql(f"UPDATE transfer_responsibility SET superseded_by_id = %s {closed}", made.pk)
    sql(INSERT, person.pk, organisation("espoo").pk, "[2021-01-31,2021-03-01)")
    refused(
        "nothing_overwritten",
        ("UPDATE transfer_responsibility SET superseded_by_id = NULL WHERE superseded_by_id IS NOT NULL",),
    )


def test_a_decision_on_somebody_else_is_no_ground(person: Person) -> None:
    other = Person.objects.create(known_since=SINCE)
    sql(INSERT, other.pk, organisation("te").pk, "[2021-01-31,)")
    made = new_run(extract())
    decision = _decided(other, made)
    refused(
        "responsibility_decision_of_person",
        (CLOSE, "[2021-01-31,2021-03-01)", made.pk, person.pk),
        (
            "INSERT INTO transfer_responsibility (person_id, organisation_id, valid, ground, decision_id)"
            " VALUES (%s, %s, '[2021-03-01,)', 'decision', %s)",
            person.pk, organisation("helsinki").pk, decision.pk,
        ),
    )  # fmt: skip


@pytest.mark.parametrize("ground", ["intake", "decision"])
def test_the_law_is_a_ground_only_with_a_decision(person: Person, ground: str) -> None:
    made = new_run(extract())
    decision = _decided(person, made).pk if ground == "intake" else None
    refused(
        "responsibility_ground",
        (CLOSE, "[2021-01-31,2021-03-01)", made.pk, person.pk),
        (
            "INSERT INTO transfer_responsibility (person_id, organisation_id, valid, ground, decision_id)"
            " VALUES (%s, %s, '[2021-03-01,)', %s, %s)",
            person.pk, organisation("helsinki").pk, ground, decision,
        ),
    )  # fmt: skip


def test_a_person_goes_with_all_that_is_held_of_them(person: Person) -> None:
    sql("DELETE FROM transfer_responsibility WHERE person_id = %s", person.pk)
    sql("DELETE FROM register_person WHERE id = %s", person.pk)
    check()


def test_no_note_of_who_was_touched_remains(person: Person) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM transfer_unchecked")
        assert cursor.fetchone() == (0,)
