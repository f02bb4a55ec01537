"""The work with a person follows who is whom."""

from datetime import timedelta

import pytest

from kokeilu.casework.models import Assignment
from kokeilu.casework.queries import Portfolio, without_worker
from kokeilu.casework.tests.conftest import START, TODAY, City, settle
from kokeilu.register import statements
from kokeilu.register.models import Death, Union

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today(settings) -> None:
    settings.KOKEILU_TODAY = TODAY


def of(person) -> list[str]:
    """Who works with a person today."""
    settle()
    held = Assignment.objects.on(TODAY).filter(person=person).select_related("worker__membership__user")
    return [each.worker.membership.user.name for each in held]


def customers(worker) -> int:
    return sum(Portfolio(worker.pk, TODAY).counts().values())


def test_the_worker_of_the_merged_record_goes_on_where_the_kept_one_has_nobody(city: City) -> None:
    kept, merged, worker = city.customer(), city.customer(), city.worker()
    city.assign(merged, worker)
    union = statements.merge(kept.pk, merged.pk, "", actor=None).statement
    assert (of(kept), of(merged)) == (["Kaisa Koivu"], [])
    assert (customers(worker), without_worker(city.area, TODAY)) == (1, 0)
    assert isinstance(union, Union)
    statements.revoke(union, "", actor=None)
    assert (of(kept), of(merged)) == ([], ["Kaisa Koivu"])
    assert (customers(worker), without_worker(city.area, TODAY)) == (1, 1)


def test_the_kept_records_own_worker_stays(city: City) -> None:
    kept, merged = city.customer(), city.customer()
    own, other = city.worker("Own Worker"), city.worker("Other Worker")
    city.assign(kept, own)
    city.assign(merged, other)
    union = statements.merge(kept.pk, merged.pk, "", actor=None).statement
    assert of(kept) == ["Own Worker"]
    assert customers(other) == 0
    assert isinstance(union, Union)
    statements.revoke(union, "", actor=None)
    assert (of(kept), of(merged)) == (["Own Worker"], ["Other Worker"])


def test_the_work_ends_with_the_day_of_death_and_goes_on_where_it_was_a_mistake(city: City) -> None:
    person, worker = city.customer(), city.worker()
    city.assign(person, worker)
    died = TODAY - timedelta(days=7)
    death = statements.record_death(person.pk, died, "", actor=None).statement
    assert of(person) == []
    assert (customers(worker), without_worker(city.area, TODAY)) == (0, 0)
    assert Assignment.objects.on(died).filter(person=person).count() == 1
    assert isinstance(death, Death)
    statements.revoke(death, "", actor=None)
    assert of(person) == ["Kaisa Koivu"]
    assert all(Assignment.objects.on(day).filter(person=person).count() == 1 for day in (START, died, TODAY))
