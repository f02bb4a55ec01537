"""Stating who is whom: records of one person united, a new identity code, a death, protection; and revoking it.

Every statement is one transaction under the register's lock, and a line of the change log. Facts, days and what hangs
on the person in lower rooms follow in the same transaction.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar
from uuid import UUID, uuid4

import polars as pl
from django.conf import settings
from django.db.backends.utils import CursorWrapper
from django.utils import timezone
from django.utils.translation import gettext as _

from kokeilu import clock
from kokeilu.access.logs import record_change
from kokeilu.access.policy import Actor, require
from kokeilu.problems import Problem
from kokeilu.register import parts
from kokeilu.register.families import Families, root_of
from kokeilu.register.identity import code_hashes, encrypt
from kokeilu.register.ledger import Ledger
from kokeilu.register.models import STANDING, Death, Extract, Person, PersonCode, Protection, Union
from kokeilu.register.operations import IDENTITY
from kokeilu.register.parts import Change, Text
from kokeilu.register.queries import newest_extract
from kokeilu.register.rules import code_fault, code_sex
from kokeilu.register.transaction import changing

AnyStatement = TypeVar("AnyStatement", Union, Death, Protection)


@dataclass(frozen=True)
class Stated:
    """A statement as it stands now, and what the rooms have to say of it."""

    statement: parts.Statement
    notes: tuple[Text, ...]


class _Undo(Exception):
    """Ends a preview's transaction."""


def merge(kept: UUID, merged: UUID, reason: str, *, actor: Actor | None) -> Stated:
    """State that two records are one person's. What both have facts for, `kept` says; later facts come by either code.

    Raises Problem where they are one person already; PermissionDenied.
    """
    with changing() as cursor:
        _allow(actor)
        first, second = _person(kept), _person(merged)
        if first == second:
            raise Problem(_("These are records of one person already."))
        return _unite(cursor, Union.Kind.MERGE, first, second, reason, actor)


def add_code(person: UUID, code: str, reason: str, *, actor: Actor | None) -> Stated:
    """State that a person has another, newer identity code: extracts with it tell of the same person from now on.

    Raises Problem where the code is not one, or another person's in the register already; PermissionDenied.
    """
    with changing() as cursor:
        _allow(actor)
        kept = _person(person)
        checked = _checked(code)
        (found_by,) = code_hashes([checked])
        if PersonCode.objects.filter(hash=found_by).exists():
            raise Problem(
                _("The register has a record with this identity code already."),
                mend=_("unite the two records if they are one person's"),
            )
        sex = pl.select(code_sex(pl.lit(checked))).item()
        record = Person.objects.create(known_since=_source_day(), known_until=_source_day(), sex=sex)
        PersonCode.objects.create(hash=found_by, ciphertext=encrypt([checked], [found_by])[0], person=record)
        return _unite(cursor, Union.Kind.NEW_CODE, kept, record.pk, reason, actor)


def _unite(
    cursor: CursorWrapper, kind: Union.Kind, kept: UUID, merged: UUID, reason: str, actor: Actor | None
) -> Stated:
    return _state(cursor, Union(kind=kind, kept_id=kept, merged_id=merged, **_by(actor, reason)), actor)


def record_death(person: UUID, day: date, reason: str, *, actor: Actor | None) -> Stated:
    """State that a person died on a day, which is the last one on which anything holds.

    Raises Problem where the day is to come, or a death is recorded already; PermissionDenied.
    """
    with changing() as cursor:
        _allow(actor)
        kept = _person(person)
        if day > clock.today():
            raise Problem(_("The day of death is in the future."))
        if died_on(kept) is not None:
            raise Problem(_("The person's death is recorded already."))
        return _state(cursor, Death(person_id=kept, day=day, **_by(actor, reason)), actor)


def protect(person: UUID, since: date, reason: str, *, actor: Actor | None) -> Stated:
    """State that a person's address is protected from a day on; every page narrows at once, and stays so whatever
    extracts report, until `revoke`.

    Raises Problem where the day is to come, or protection is stated already; PermissionDenied.
    """
    with changing() as cursor:
        _allow(actor)
        kept = _person(person)
        if since > clock.today():
            raise Problem(_("The first day of the protection is in the future."))
        if Protection.objects.filter(STANDING, person__in=_family(kept)).exists():
            raise Problem(_("Protection is recorded for the person already."))
        return _state(cursor, Protection(person_id=kept, since=since, **_by(actor, reason)), actor)


def revoke(statement: AnyStatement, reason: str, *, actor: Actor | None) -> Stated:
    """Revoke a statement: what follows from it is as if it had never been made, and what came since is kept.

    Of a union the two records are told apart again: each has the facts that came under its own code, before and
    after. Raises Problem where it was revoked already; PermissionDenied.
    """
    with changing() as cursor:
        _allow(actor)
        standing = type(statement)._default_manager.select_for_update().get(pk=statement.pk)
        if standing.revoked_at is not None:
            raise Problem(_("This was revoked already."))
        standing.revoked_at, standing.revoked_by = timezone.now(), actor.user if actor else None
        standing.revoked_reason = reason
        standing.unmade = _source(uuid4(), actor)
        standing.save()
        return _follow(cursor, standing, standing.unmade, actor)


def preview(act: Any, *arguments: Any, actor: Actor | None, look: Any) -> tuple[Stated, Any]:
    """What an act of this module would do: the act itself, with all the database's checks, rolled back.

    `look` is called before the end; its result comes with the act's. Raises as the act.
    """
    found: list[tuple[Stated, Any]] = []
    try:
        with changing() as cursor:
            stated = act(*arguments, actor=actor)
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            found.append((stated, look()))
            raise _Undo
    except _Undo:
        pass
    return found[0]


def died_on(person: UUID) -> date | None:
    """The day of a person's death, None where none is recorded."""
    return min(Death.objects.filter(STANDING, person__in=_family(person)).values_list("day", flat=True), default=None)


def _allow(actor: Actor | None) -> None:
    if actor is not None:
        require(actor, IDENTITY)


def _person(record: UUID) -> UUID:
    """The record under which a record's person is kept. Raises Person.DoesNotExist."""
    return Person.objects.get(pk=root_of(record)).pk


def _family(person: UUID) -> list[UUID]:
    families = Families.load()
    return families.order(families.root(person))


def _checked(code: str) -> str:
    """An identity code in its form. Raises Problem, which does not repeat it."""
    text = code.strip().upper()
    if code_fault(text, test_codes_only=settings.KOKEILU_DEMO):
        raise Problem(_("This is not a personal identity code that the register takes."))
    return text


def _by(actor: Actor | None, reason: str) -> dict[str, Any]:
    return {"recorded_by": actor.user if actor else None, "reason": reason}


def _source_day() -> date:
    """The day as of which statements change what is known: the newest extract's."""
    newest = newest_extract()
    if newest is None:
        raise Problem(_("No register extract has been imported."))
    return newest.as_of


def _source(key: UUID, actor: Actor | None) -> Extract:
    return Extract.objects.create(
        id=key, kind=Extract.Kind.IDENTITY, as_of=_source_day(), sha256=key.hex, file_name="", rows=0,
        imported_by=actor.user if actor else None,
    )  # fmt: skip


def _state(cursor: CursorWrapper, statement: AnyStatement, actor: Actor | None) -> Stated:
    statement.made = _source(statement.pk, actor)
    statement.save(force_insert=True)
    return _follow(cursor, statement, statement.made, actor)


def _follow(cursor: CursorWrapper, statement: AnyStatement, source: Extract, actor: Actor | None) -> Stated:
    """Let the facts, then the rooms, follow a statement made or revoked."""
    one: UUID = statement.kept_id if isinstance(statement, Union) else statement.person_id
    merged: UUID | None = statement.merged_id if isinstance(statement, Union) else None
    ledger = Ledger(cursor)
    ledger.enter([one, *([merged] if merged else [])])
    ledger.settle(str(source.pk))
    revoked = statement.revoked_at is not None
    change = Change(statement, revoked, source, root_of(one), merged)
    notes = parts.announce(cursor, change)
    ledger.leave(change.persons)
    name = statement.kind if isinstance(statement, Union) else statement._meta.model_name
    said = {"statement": str(statement.pk)} | ({"merged": str(merged)} if merged else {})
    action = f"register.{'revoke_' if revoked else ''}{name}"
    record_change(actor, action, "person", change.kept, old=said if revoked else None, new=None if revoked else said)
    return Stated(statement, tuple(notes))
