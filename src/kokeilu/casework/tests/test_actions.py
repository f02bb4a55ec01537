"""Assignment in the database: once, whole, explained, and kept to by the database itself."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from kokeilu.access.models import ChangeLog, Role
from kokeilu.access.policy import Actor
from kokeilu.casework import actions, queries
from kokeilu.casework.models import Assignment, AssignmentRun
from kokeilu.casework.rules import Reason
from kokeilu.casework.tests.conftest import START, TODAY, City, acts_as, settle
from kokeilu.problems import Problem
from kokeilu.register.models import Person, Situation
from kokeilu.transfer.models import Responsibility, Run

APRIL = date(2021, 4, 1)


def held() -> dict[Person, str]:
    """Who has whom today, by the worker's name."""
    found = Assignment.objects.on(TODAY).select_related("person", "worker__membership__user").order_by("id")
    return {each.person: each.worker.membership.user.name for each in found}


def test_each_customer_gets_the_worker_who_suits_and_the_reasons(city: City, lead: Actor) -> None:
    swedish = city.customer(service_language="sv", language="sv")
    young = city.customer(birth_date=date(2000, 1, 1), postal_code="00530")
    city.worker("Sven", languages=["fi", "sv"], capacity=1)
    city.worker("Nuppu", specialities=["youth"], districts=["005"], capacity=1)
    result = actions.assign("helsinki", START, actor=lead)
    settle()
    assert held() == {swedish: "Sven", young: "Nuppu"}
    assert Assignment.objects.get(person=young).reasons == [
        "service_language",
        "speciality_youth",
        "district",
        "capacity",
    ]
    assert (result.assigned, result.left_over, result.workers, result.places) == (2, 0, 2, 2)
    assert result.run.counts["unmet"]["service_language"] == 0
    logged = ChangeLog.objects.get(action="casework.assign")
    assert (logged.user, logged.new["assigned"], logged.subject_id) == (lead.user, 2, str(result.run.pk))


def test_done_again_it_changes_nothing(city: City) -> None:
    for _ in range(5):
        city.customer()
    city.worker()
    actions.assign("helsinki", actor=None)
    before = list(Assignment.objects.order_by("id").values())
    again = actions.assign("helsinki", actor=None)
    assert (again.assigned, again.run) == (0, None)
    assert list(Assignment.objects.order_by("id").values()) == before
    assert AssignmentRun.objects.count() == ChangeLog.objects.count() == 1


def test_a_dry_run_says_the_same_and_leaves_nothing(city: City) -> None:
    for _ in range(3):
        city.customer()
    city.worker(capacity=2)
    dry = actions.assign("helsinki", actor=None, dry_run=True)
    assert (dry.assigned, dry.left_over, dry.run) == (2, 1, None)
    assert not Assignment.objects.exists() and not AssignmentRun.objects.exists() and not ChangeLog.objects.exists()
    assert actions.assign("helsinki", actor=None).counts == dry.counts


def test_who_needs_no_worker_here_gets_none(city: City) -> None:
    city.worker()
    ended = city.customer(job_search_valid=False)
    elsewhere = city.customer(organisation=city.state)
    gone = city.customer()
    Situation.objects.filter(person=gone).update(valid=DateRange(date(2021, 2, 28), TODAY), closed_by=city.extract)
    unknown = city.customer(job_search_valid=None)
    actions.assign("helsinki", actor=None)
    assert list(held()) == [unknown]
    assert {ended, elsewhere, gone}.isdisjoint(held())


def test_a_protected_postal_code_has_no_part(city: City) -> None:
    city.customer(protected=True, postal_code="00530")
    city.worker(districts=["005"])
    actions.assign("helsinki", actor=None)
    assert Assignment.objects.get().reasons == ["service_language", "capacity"]


def test_the_newest_customers_wait(city: City) -> None:
    new, old = city.customer(since=date(2021, 3, 15)), city.customer()
    city.worker(capacity=1)
    assert actions.assign("helsinki", actor=None).left_over == 1
    assert list(held()) == [old]
    assert queries.without_worker(city.area, TODAY) == 1
    city.worker("Uusi", capacity=1)
    actions.assign("helsinki", actor=None)
    assert held()[new] == "Uusi"


def test_customers_of_somebody_who_left_get_another_worker(city: City) -> None:
    person, leaver = city.customer(), city.worker("Lähtijä")
    city.assign(person, leaver)
    membership = leaver.membership
    membership.valid = DateRange(START, TODAY)
    membership.save()
    assert queries.without_worker(city.area, TODAY) == 1
    city.worker("Jatkaja")
    result = actions.assign("helsinki", actor=None)
    settle()
    assert (result.ended, result.assigned) == (1, 1)
    assert held() == {person: "Jatkaja"}
    assert Assignment.objects.get(worker=leaver).valid == DateRange(START, TODAY)


def give_to(person: Person, city: City, organisation: object, day: date) -> Responsibility:
    """What a run does when it moves a person."""
    run = Run.objects.create(
        trial="kuntakokeilu", version=START, definition_sha256="0" * 64, on=day, extract=city.extract, counts={}
    )
    now = Responsibility.objects.current().get(person=person)
    now.valid, now.closed_by = DateRange(now.valid.lower, day), run
    now.save()
    return Responsibility.objects.create(
        person=person, organisation=organisation, valid=DateRange(day, None), ground="intake"
    )


def test_who_moves_to_another_organisation_has_no_worker_here_without_anybody_ending_it(city: City) -> None:
    person, worker = city.customer(), city.worker()
    city.assign(person, worker)
    give_to(person, city, city.state, date(2021, 3, 10))
    settle()
    assert held() == {}
    assert list(Assignment.objects.on(date(2021, 3, 9))) == [Assignment.objects.get()]


def test_who_comes_back_gets_the_worker_whom_they_had(city: City) -> None:
    person, worker = city.customer(), city.worker("Entinen")
    city.worker("Toinen", districts=["001"], specialities=["long_term"])
    city.assign(person, worker)
    give_to(person, city, city.state, date(2021, 3, 10))
    give_to(person, city, city.area, date(2021, 3, 20))
    actions.assign("helsinki", actor=None)
    settle()
    assert held() == {person: "Entinen"}
    newest = Assignment.objects.order_by("-id").first()
    assert Reason.RELATION in newest.reasons
    assert newest.valid == DateRange(TODAY, None)


def test_no_second_worker_on_a_day(city: City) -> None:
    person = city.customer()
    city.assign(person, city.worker())
    with pytest.raises(IntegrityError, match="one_responsible_worker"), transaction.atomic():
        city.assign(person, city.worker("Toinen"), TODAY)


@pytest.mark.parametrize("wrong", ["person", "organisation", "worker"])
def test_what_does_not_belong_together_is_refused(city: City, wrong: str) -> None:
    person, other = city.customer(), city.customer()
    given = city.assign(person, city.worker())
    with pytest.raises(IntegrityError, match="assignment_of"), transaction.atomic():
        if wrong == "person":
            Assignment.objects.filter(pk=given.pk).update(person=other)
        elif wrong == "organisation":
            Assignment.objects.filter(pk=given.pk).update(organisation=city.state)
        else:
            moved = Responsibility.objects.get(person=city.customer(organisation=city.state))
            Assignment.objects.filter(pk=given.pk).update(responsibility=moved, person=moved.person_id)
        settle()


def test_a_profile_is_of_the_organisation_that_its_membership_is_of(city: City) -> None:
    worker = city.worker()
    with pytest.raises(IntegrityError, match="profile_of_membership"), transaction.atomic():
        type(worker).objects.filter(pk=worker.pk).update(organisation=city.state)
        settle()


def test_only_a_team_lead_of_the_area_assigns(city: City, actor_of) -> None:
    city.customer()
    worker = city.worker()
    for actor in (actor_of(Role.TEAM_LEAD, "espoo"), acts_as(worker), actor_of(Role.STATE_OFFICER, "te")):
        with pytest.raises(PermissionDenied):
            actions.assign("helsinki", actor=actor)
    with pytest.raises(PermissionDenied):
        actions.assign("nowhere", actor=actor_of(Role.TEAM_LEAD, "helsinki"))
    assert not Assignment.objects.exists()


@pytest.mark.parametrize("key", ["nowhere", "te"])
def test_no_such_area(city: City, key: str) -> None:
    with pytest.raises(Problem, match=f"no trial area {key}"):
        actions.assign(key, actor=None)


def test_a_team_lead_changes_a_customers_worker(city: City, lead: Actor) -> None:
    person, before, after = city.customer(), city.worker("Ennen"), city.worker("Jälkeen")
    old = city.assign(person, before)
    actions.change_worker(person.pk, after, Reason.LANGUAGE_WISH, actor=lead)
    settle()
    assert held() == {person: "Jälkeen"}
    old.refresh_from_db()
    assert old.valid == DateRange(START, TODAY)
    assert Assignment.objects.get(worker=after).reasons == ["language_wish"]
    logged = ChangeLog.objects.get(action="casework.change_worker")
    assert logged.old == {"worker": str(before.pk)}
    assert logged.new == {"worker": str(after.pk), "reason": "language_wish", "from": "2021-03-31"}
    with pytest.raises(Problem):
        actions.change_worker(person.pk, after, Reason.LANGUAGE_WISH, actor=lead)


def test_changed_twice_on_a_day_the_last_one_holds(city: City, lead: Actor) -> None:
    person = city.customer()
    for name in ("Yksi", "Kaksi", "Kolme"):
        actions.change_worker(person.pk, city.worker(name), Reason.WORKLOAD, actor=lead)
    settle()
    assert held() == {person: "Kolme"}
    assert [each.worker.membership.user.name for each in queries.workers_of(person.pk)] == ["Kolme"]


def test_a_worker_is_not_changed_by_others_nor_to_others(city: City, lead: Actor, actor_of) -> None:
    person, worker = city.customer(), city.worker()
    for actor in (acts_as(worker), actor_of(Role.TEAM_LEAD, "espoo")):
        with pytest.raises(PermissionDenied):
            actions.change_worker(person.pk, worker, Reason.SAFETY, actor=actor)
    worker.membership.valid = DateRange(START, TODAY)
    worker.membership.save()
    with pytest.raises(Problem):
        actions.change_worker(person.pk, worker, Reason.SAFETY, actor=lead)
    with pytest.raises(ValueError, match="team lead's reason"):
        actions.change_worker(person.pk, worker, Reason.DISTRICT, actor=lead)
    with pytest.raises(PermissionDenied):
        stranger = city.customer(organisation=city.state)
        actions.change_worker(stranger.pk, city.worker(), Reason.SAFETY, actor=lead)


def test_a_team_lead_edits_a_worker(city: City, lead: Actor, actor_of) -> None:
    worker = city.worker(capacity=5)
    profile = {"languages": ["sv", "fi"], "specialities": ["youth"], "districts": []}
    actions.edit_worker(worker, capacity=7, actor=lead, **profile)
    actions.edit_worker(worker, capacity=7, actor=lead, **profile)
    worker.refresh_from_db()
    assert (worker.capacity, worker.languages) == (7, ["fi", "sv"])
    logged = ChangeLog.objects.get(action="casework.edit_worker")
    assert (logged.old["capacity"], logged.new["capacity"]) == (5, 7)
    for actor in (actor_of(Role.TEAM_LEAD, "espoo"), acts_as(worker)):
        with pytest.raises(PermissionDenied):
            actions.edit_worker(worker, capacity=1, actor=actor, **profile)


@pytest.mark.django_db(transaction=True)
def test_a_failure_at_the_end_leaves_nothing(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    with transaction.atomic():
        city.customer()
    city.worker()

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(actions, "record_change", fail)
    with pytest.raises(RuntimeError):
        actions.assign("helsinki", actor=None)
    assert not Assignment.objects.exists() and not AssignmentRun.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()")
        assert cursor.fetchone() == (0,)
