"""The one policy point."""

from uuid import UUID

import pytest
from django.core.exceptions import PermissionDenied

from kokeilu.access import policy, texts
from kokeilu.access.models import Role
from kokeilu.access.policy import Deny, Operation, Permit, decide

pytestmark = pytest.mark.django_db

PERSON, OTHER = UUID(int=1), UUID(int=2)
see_one = Operation("test.one", frozenset({Role.WORKER}), "person")
see_list = Operation("test.list", frozenset({Role.WORKER, Role.TEAM_LEAD}), "persons")


@pytest.fixture
def grounds(monkeypatch):
    registered: list = []
    monkeypatch.setattr(policy, "_grounds", registered)
    return registered


def test_role_and_ground_are_both_needed(actor_of, grounds):
    worker, lead = actor_of(Role.WORKER, "helsinki"), actor_of(Role.TEAM_LEAD, "helsinki")
    assert decide(worker, see_one, PERSON) == Deny("no_ground")
    policy.register_ground(lambda actor, persons: {PERSON: "responsible"})
    assert decide(worker, see_one, PERSON) == Permit("responsible")
    assert decide(worker, see_one, OTHER) == Deny("no_ground")
    assert decide(lead, see_one, PERSON) == Deny("role")
    assert decide(worker, see_one) == Deny("person_missing")
    assert decide(lead, see_list) == Permit("role")
    assert decide(None, see_list) == Deny("no_membership")


def test_the_ground_registered_first_stands(actor_of, grounds):
    worker = actor_of(Role.WORKER, "helsinki")
    policy.register_ground(lambda actor, persons: {PERSON: "responsible"})
    policy.register_ground(lambda actor, persons: dict.fromkeys(persons, "former"))
    assert policy.grounds(worker, [PERSON, OTHER]) == {PERSON: "responsible", OTHER: "former"}


def test_a_ground_may_hold_for_some_operations_alone(actor_of, grounds):
    worker = actor_of(Role.WORKER, "helsinki")
    see_other = Operation("test.other", frozenset({Role.WORKER}), "person")
    policy.register_ground(lambda actor, persons: {PERSON: "request"}, only=[see_one])
    assert decide(worker, see_one, PERSON) == Permit("request")
    assert decide(worker, see_other, PERSON) == Deny("no_ground")
    assert policy.grounds(worker, [PERSON]) == {}


def test_require_raises_with_the_reason(actor_of):
    with pytest.raises(PermissionDenied, match=r"^role$"):
        policy.require(actor_of(Role.ANALYST, "ely"), see_list)
    policy.require(actor_of(Role.WORKER, "helsinki"), see_list)


def test_operations_are_declared_once_and_for_somebody(monkeypatch):
    monkeypatch.setattr(policy, "_operations", {})
    policy.declare("test.new", Role.WORKER)
    with pytest.raises(ValueError, match=r"test\.new"):
        policy.declare("test.new", Role.WORKER)
    with pytest.raises(ValueError, match=r"test\.nobody"):
        policy.declare("test.nobody")


def test_what_is_open_everybody_may_do_and_nobody_anything_else(actor_of, monkeypatch):
    monkeypatch.setattr(policy, "_operations", {})
    see = policy.declare_open("test.open")
    for reader in (None, policy.JobSeeker(PERSON), actor_of(Role.ADMINISTRATOR, "te")):
        assert decide(reader, see) == Permit("everybody")
    assert decide(None, policy.declare("test.staff", Role.WORKER)) == Deny("no_membership")
    with pytest.raises(ValueError, match=r"test\.open"):
        policy.declare_open("test.open")


def test_every_reason_has_its_words_in_three_languages():
    from django.utils import translation

    for key in ("role", "no_ground", "person_missing", "no_membership", "no_operation"):
        said = set()
        for language in ("fi", "sv", "en"):
            with translation.override(language):
                said.add(str(texts.reason(key)))
        assert len(said) == 3, key
    assert texts.reason("something else") == ""
