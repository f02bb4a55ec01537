"""The outbox: what a run puts into it, which steps the database lets a delivery take, what people may do."""

from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.db.models.functions import Now
from django.utils import translation

from kokeilu.access.models import ChangeLog, Role
from kokeilu.problems import Problem
from kokeilu.register.models import Details
from kokeilu.transfer import outbox, undo
from kokeilu.transfer.outbox_models import NEXT, ContactChoice, Delivery, Letterhead, State
from kokeilu.transfer.tests.outbox import allow, moved, states

pytestmark = pytest.mark.django_db

MAIL = {"email": "maija@post.example"}


@pytest.fixture(autouse=True)
def _in_english() -> None:
    translation.activate("en")


def test_a_run_fills_the_outbox_by_what_is_known_of_each_person() -> None:
    run, (usual, allowing, silent, protected, unclear, mailless) = moved(
        {}, MAIL | {"allows": True}, MAIL, MAIL | {"protected": True, "allows": True}, {"protected": None},
        {"allows": True},
    )  # fmt: skip
    assert states(run) == {
        (usual.pk, "letter"): ("waiting", None),
        (allowing.pk, "letter"): ("waiting", None),
        (allowing.pk, "email"): ("waiting", None),
        (silent.pk, "letter"): ("waiting", None),
        (protected.pk, "letter"): ("withheld", "protected"),
        (unclear.pk, "letter"): ("withheld", "protection_unknown"),
        (mailless.pk, "letter"): ("waiting", None),
    }


def test_the_newest_choice_counts() -> None:
    run, (person,) = moved(MAIL | {"allows": True})
    Delivery.objects.all().delete()
    allow(person, allowed=False)
    outbox.fill(run)
    assert (person.pk, "email") not in states(run)


def test_filling_again_changes_nothing() -> None:
    run, _people = moved({}, MAIL | {"allows": True})
    before = sorted(Delivery.objects.values_list("pk", "state"))
    outbox.fill(run)
    assert sorted(Delivery.objects.values_list("pk", "state")) == before


def test_protection_gained_holds_back_and_protection_lost_lets_go() -> None:
    run, (person, other) = moved({}, {"protected": True})
    Details.objects.filter(person=person).update(protected=True)
    Details.objects.filter(person=other).update(protected=False)
    assert outbox.recheck(run) == 1
    assert states(run, "letter") == {person.pk: ("withheld", "protected"), other.pk: ("waiting", None)}


@pytest.mark.parametrize("before", State.values)
def test_the_database_refuses_every_other_step(before: str) -> None:
    moved({})
    delivery = Delivery.objects.get()
    path = {
        "waiting": [], "sending": ["sending"], "failed": ["sending", "failed"], "given_up": ["given_up"],
        "withheld": ["withheld"], "cancelled": ["cancelled"], "sent": ["sending", "sent"],
    }  # fmt: skip
    for state in path[before]:
        step(delivery, state)
    for after in State.values:
        if after in NEXT[before] or (after == before and NEXT[before]):
            with transaction.atomic():
                step(delivery, after)
                transaction.set_rollback(True)
        else:
            with pytest.raises(IntegrityError, match=f"cannot go from {before} to {after}"), transaction.atomic():
                step(delivery, after)


def step(delivery: Delivery, state: str) -> None:
    fault = "later" if state in ("failed", "given_up", "withheld", "cancelled") else None
    Delivery.objects.filter(pk=delivery.pk).update(state=state, fault=fault, sent_at=Now() if state == "sent" else None)


def test_the_database_keeps_state_and_columns_together() -> None:
    moved({})
    for wrong in ({"state": "given_up"}, {"sent_at": Now()}, {"channel": "email"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Delivery.objects.update(**wrong)


def test_a_choice_is_never_changed() -> None:
    _run, _people = moved({"allows": True})
    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        ContactChoice.objects.update(allowed=False)


def test_undoing_cancels_what_has_not_gone_and_tells_who_was_told() -> None:
    run, (sent, _waiting, _held) = moved({}, {}, {"protected": True})
    letter = Delivery.objects.filter(notice__person=sent)
    letter.update(state=State.SENDING)
    letter.update(state=State.SENT, sent_at=Now())
    with pytest.raises(Problem, match="1 person has been told of this run"):
        undo.undo(run.pk, "the wrong day")
    assert set(states(run, "letter").values()) == {("sent", None), ("waiting", None), ("withheld", "protected")}
    undo.undo(run.pk, "the wrong day", accept=["notices"])
    assert sorted(states(run, "letter").values(), key=str) == [
        ("cancelled", "undone"), ("cancelled", "undone"), ("sent", None),
    ]  # fmt: skip
    assert ChangeLog.objects.get(action="transfer.cancel_notices").new == {"cancelled": {"undone": 2}}


def test_a_state_officer_tries_again_what_was_given_up(actor_of: Callable) -> None:
    run, _people = moved(MAIL | {"allows": True})
    Delivery.objects.update(state=State.GIVEN_UP, fault="later", reply=451, attempts=12)
    with pytest.raises(PermissionDenied):
        outbox.retry(run, actor=actor_of(Role.TEAM_LEAD, "helsinki"))
    assert outbox.retry(run, actor=actor_of(Role.STATE_OFFICER, "te")) == 2
    assert set(states(run).values()) == {("waiting", None)}
    assert set(Delivery.objects.values_list("attempts", "reply")) == {(0, None)}
    assert Delivery.objects.filter(channel="email", next_try__isnull=False).count() == 1


def test_the_responsible_organisation_delivers_by_hand(actor_of: Callable) -> None:
    run, (protected, usual) = moved({"protected": True}, {})
    lead = actor_of(Role.TEAM_LEAD, "helsinki")
    for stranger in (actor_of(Role.TEAM_LEAD, "espoo"), actor_of(Role.STATE_OFFICER, "te")):
        with pytest.raises(PermissionDenied):
            outbox.delivered_by_hand(run, protected.pk, actor=stranger)
    outbox.delivered_by_hand(run, protected.pk, actor=lead)
    delivery = Delivery.objects.get(notice__person=protected)
    assert (delivery.state, delivery.sent_by) == (State.SENT, lead.user)
    assert ChangeLog.objects.get(action="transfer.by_hand").subject_id == str(delivery.pk)
    for person in (protected, usual):  # done before, and by post
        with pytest.raises(Problem, match="not to be delivered by hand"):
            outbox.delivered_by_hand(run, person.pk, actor=lead)


def test_a_worker_records_what_the_customer_allows(actor_of: Callable) -> None:
    run, (person,) = moved(MAIL | {"allows": True})
    worker = actor_of(Role.WORKER, "helsinki")
    with pytest.raises(PermissionDenied):
        outbox.choose_email(person.pk, allowed=True, actor=actor_of(Role.WORKER, "espoo"))
    outbox.choose_email(person.pk, allowed=False, actor=worker)
    assert states(run, "email") == {person.pk: ("cancelled", "not_allowed")}
    choice = outbox.email_choice(person.pk)
    assert choice is not None
    assert (choice.allowed, choice.recorded_by) == (False, worker.user)
    change = ChangeLog.objects.get(action="transfer.contact_choice")
    assert (change.old, change.new) == ({"email": True}, {"email": False})


def test_a_letterhead_is_set_by_an_administrator(actor_of: Callable) -> None:
    helsinki = actor_of(Role.WORKER, "helsinki").organisation
    with pytest.raises(PermissionDenied):
        outbox.set_letterhead(helsinki, {"phone": "1"}, actor=actor_of(Role.STATE_OFFICER, "te"))
    outbox.set_letterhead(helsinki, {"phone": "09 310 1691"}, actor=actor_of(Role.ADMINISTRATOR, "te"))
    outbox.set_letterhead(helsinki, {"website": "hel.fi"}, actor=None)
    assert Letterhead.objects.values_list("phone", "website").get() == ("09 310 1691", "hel.fi")


def test_the_outbox_is_filled_by_one_statement_whatever_the_number() -> None:
    run, _people = moved({}, {}, {})
    Delivery.objects.all().delete()
    with connection.execute_wrapper(lambda execute, *arguments: counted.append(1) or execute(*arguments)):
        counted: list[int] = []
        outbox.fill(run)
    assert len(counted) == 2  # and one to tell the planner
    assert Delivery.objects.count() == 3
