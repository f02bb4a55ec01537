"""Tests of the register stand on one day, beside the state's employment service, which takes new people in."""

from datetime import date

import pytest


@pytest.fixture(autouse=True)
def today(settings) -> date:
    settings.KOKEILU_TODAY = date(2021, 3, 31)
    return settings.KOKEILU_TODAY


@pytest.fixture(autouse=True)
def state_service(request: pytest.FixtureRequest) -> None:
    if request.node.get_closest_marker("django_db"):
        request.getfixturevalue("transactional_db" if _transactional(request) else "db")
        make_state_service()


def make_state_service() -> None:
    from kokeilu.access.models import Organisation

    names = dict.fromkeys(("name_fi", "name_sv", "name_en"), "TE")
    Organisation.objects.get_or_create(key="te", defaults={"kind": Organisation.Kind.STATE} | names)


def _transactional(request: pytest.FixtureRequest) -> bool:
    return bool(request.node.get_closest_marker("django_db").kwargs.get("transaction"))
