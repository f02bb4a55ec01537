"""Pseudonyms: keyed hashes made in the database, by a key that nothing else needs to read."""

import hmac
import re
from uuid import uuid4

import pytest
from django.db import ProgrammingError, connection, transaction

from kokeilu.installation import CHECKOUT

pytestmark = pytest.mark.django_db


def ask(query: str, *parameters: object) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return cursor.fetchall()


def test_a_pseudonym_is_the_beginning_of_an_hmac_of_the_persons_uuid() -> None:
    [(inner, outer)] = ask("SELECT inner_block, outer_block FROM panel_key")
    key = bytes(byte ^ 0x36 for byte in bytes(inner))
    assert bytes(outer) == bytes(byte ^ 0x5C for byte in key)
    assert key[32:] == bytes(32)
    assert len(set(key[:32])) > 8  # drawn, not left empty
    people = [uuid4() for _ in range(50)]
    found = dict(ask("SELECT person, pseudonym FROM panel_pseudonyms(%s::uuid[])", people))
    for person in people:
        assert found[person] == int.from_bytes(hmac.digest(key, person.bytes, "sha256")[:8], signed=True)


def test_another_key_gives_other_pseudonyms_and_another_id() -> None:
    person = uuid4()
    before = ask("SELECT pseudonym, panel_key_id() FROM panel_pseudonyms(%s::uuid[])", [person])
    ask("UPDATE panel_key SET inner_block = sha256(inner_block) || sha256(outer_block) RETURNING 1")
    after = ask("SELECT pseudonym, panel_key_id() FROM panel_pseudonyms(%s::uuid[])", [person])
    assert not set(before[0]) & set(after[0])


def test_nobody_but_the_owner_may_read_the_key_or_make_pseudonyms() -> None:
    rights = ask(
        "SELECT has_table_privilege('public', 'panel_key', 'SELECT'),"
        " has_function_privilege('public', 'panel_pseudonyms(uuid[])', 'EXECUTE'),"
        " has_function_privilege('public', 'panel_key_id()', 'EXECUTE')"
    )
    assert rights == [(False, False, False)]


def test_the_functions_work_with_their_owners_rights_on_their_owners_objects() -> None:
    told = ask("SELECT proname, prosecdef, proconfig FROM pg_proc WHERE proname LIKE 'panel\\_%%' ORDER BY 1")
    assert [name for name, _, _ in told] == ["panel_key_id", "panel_pseudonyms"]
    assert all(definer and settings == ["search_path=public, pg_temp"] for _, definer, settings in told)


def test_there_is_one_key() -> None:
    from django.db import IntegrityError, transaction

    with pytest.raises(IntegrityError), transaction.atomic():
        ask("INSERT INTO panel_key SELECT * FROM panel_key RETURNING 1")


def test_after_the_documented_steps_the_programs_role_makes_pseudonyms_and_is_refused_the_key() -> None:
    told = (CHECKOUT / "docs" / "decisions" / "panel-key-in-the-database.md").read_text()
    [steps] = re.findall(r"```sql\n(.*?)```", told, re.DOTALL)
    person = uuid4()
    [before] = ask("SELECT pseudonym, panel_key_id() FROM panel_pseudonyms(%s::uuid[])", [person])
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE kokeilu_program NOLOGIN")
        cursor.execute(
            steps.replace("kokeilu_keeper", "kokeilu_keeper_of_tests").replace("TO kokeilu;", "TO kokeilu_program;")
        )
        cursor.execute("SET LOCAL ROLE kokeilu_program")
    assert ask("SELECT pseudonym, panel_key_id() FROM panel_pseudonyms(%s::uuid[])", [person]) == [before]
    for asked in ("SELECT inner_block FROM panel_key", "UPDATE panel_key SET drawn_at = now() RETURNING outer_block"):
        with pytest.raises(ProgrammingError, match="permission denied for table panel_key"), transaction.atomic():
            ask(asked)
