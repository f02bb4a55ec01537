"""That somebody's address is protected takes the district out of what casework shows and decides by."""

import pytest
from django.test import Client

from kokeilu.casework.models import Assignment
from kokeilu.casework.tests.conftest import START, TODAY, City
from kokeilu.register import statements

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today(settings) -> None:
    settings.KOKEILU_TODAY = TODAY


def test_a_district_given_as_a_reason_is_not_shown_once_the_address_is_protected(city: City) -> None:
    person, worker = city.customer(), city.worker(districts=["001"])
    city.assign(person, worker, START, "district", "capacity")
    client = Client()
    client.force_login(worker.membership.user)
    client.cookies["django_language"] = "en"

    def reasons() -> list[object]:
        return client.get(f"/customers/{person.pk}/").context["worker"]["reasons"]

    assert len(reasons()) == 2
    statements.protect(person.pk, TODAY, "a decision", actor=None)
    assert len(reasons()) == 1


def test_no_assignment_of_an_earlier_day_goes_by_a_district_protected_since(city: City, lead) -> None:
    from kokeilu.casework import actions

    person = city.customer()
    city.worker(districts=["001"])
    statements.protect(person.pk, TODAY, "a decision", actor=None)
    actions.assign("helsinki", START, actor=lead)
    assert "district" not in Assignment.objects.get(person=person).reasons
