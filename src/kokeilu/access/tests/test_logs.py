"""The logs only grow: the database refuses everything else."""

from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction

from kokeilu.access.logs import record_change, record_reading
from kokeilu.access.models import ChangeLog, ReadLog, Role
from kokeilu.access.policy import Operation

pytestmark = pytest.mark.django_db

SEE = Operation("test.see", frozenset({Role.WORKER}), "person")


@pytest.fixture
def actor(actor_of):
    actor = actor_of(Role.WORKER, "helsinki")
    record_reading(actor, SEE, [UUID(int=1)], "responsible", {"language": "sv"})
    record_change(actor, "assign", "assignment", 7, old={"worker": None}, new={"worker": "a"})
    return actor


@pytest.mark.parametrize("table", ["access_readlog", "access_changelog"])
@pytest.mark.parametrize(
    "sql", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {}", "DELETE FROM {} WHERE false"]
)
def test_the_database_refuses_to_change_a_log(actor, table, sql):
    with (
        pytest.raises(IntegrityError, match=f"{table} is append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # TRUNCATE waits for no check
        cursor.execute(sql.format(table))
    assert ReadLog.objects.count() == ChangeLog.objects.count() == 1


def test_a_line_holds_who_in_which_role_for_whom(actor):
    change = ChangeLog.objects.get()
    assert (change.user, change.organisation, change.role) == (actor.user, actor.organisation, "worker")
    assert (change.subject, change.subject_id, change.old, change.new) == (
        "assignment", "7", {"worker": None}, {"worker": "a"},
    )  # fmt: skip


def test_the_system_changes_without_a_person(db):
    record_change(None, "run", "run", UUID(int=3))
    change = ChangeLog.objects.get()
    assert (change.user, change.organisation, change.role) == (None, None, "")


def test_one_finds_who_has_looked_at_a_person(actor):
    assert ReadLog.objects.filter(persons__contains=[UUID(int=1)]).count() == 1
    assert not ReadLog.objects.filter(persons__contains=[UUID(int=2)]).exists()
