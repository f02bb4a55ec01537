"""The officers' pages of identities, in the small world."""

from collections.abc import Callable

import pytest
from django.test import Client

from kokeilu.access.models import ReadLog
from kokeilu.problems import Problem
from kokeilu.register import queries, statements
from kokeilu.register.models import Death, Protection, Union
from kokeilu.register.tests.people import person
from kokeilu.tests.world import MARCH, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(world: World) -> Client:
    client = Client()
    client.force_login(world.staff["state_officer"])
    return client


@pytest.fixture
def who(world: World) -> Callable:
    return lambda number: queries.find_person(person(number)["person"])


def text(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_a_person_is_found_by_a_code_that_is_in_no_address(officer: Client, who: Callable) -> None:
    response = officer.post("/identity/", {"code": person(1)["person"].lower()})
    assert response.headers["Location"] == f"/identity/{who(1)}/"
    assert person(1)["person"] in text(officer, f"/identity/{who(1)}/")
    logged = ReadLog.objects.filter(operation="register.identity").order_by("pk")
    assert [line.persons for line in logged] == [[who(1)], [who(1)]]
    assert person(1)["person"] not in str([line.query for line in logged])
    assert officer.post("/identity/", {"code": "010101-999X"}).status_code == 422


def test_two_records_are_compared_united_and_told_apart_again(officer: Client, who: Callable) -> None:
    kept, other = who(1), who(2)
    response = officer.post(f"/identity/{kept}/merge/", {"code": person(2)["person"]})
    compare = response.headers["Location"]
    assert compare == f"/identity/{kept}/merge/{other}/"
    shown = text(officer, compare)
    assert person(1)["person"] in shown and person(2)["person"] in shown
    assert not Union.objects.exists()
    assert officer.post(compare, {"reason": ""}).status_code == 422
    assert officer.post(compare, {"reason": "the same person"}).headers["Location"] == f"/identity/{kept}/"
    union = Union.objects.get()
    assert officer.get(f"/identity/{other}/").headers["Location"] == f"/identity/{kept}/"
    assert "the same person" in text(officer, f"/identity/{kept}/")
    revoke = f"/identity/revoke/union/{union.pk}/"
    assert person(2)["given_names"] in text(officer, revoke)
    officer.post(revoke, {"reason": "two people"})
    assert (who(1), who(2)) == (kept, other)
    assert "two people" in text(officer, f"/identity/{kept}/")
    assert officer.get(revoke).status_code == 302


def test_code_death_and_protection_are_recorded(officer: Client, who: Callable) -> None:
    address = f"/identity/{who(3)}"
    assert officer.post(f"{address}/code/", {"code": "nonsense", "reason": "x"}).status_code == 422
    officer.post(f"{address}/code/", {"code": person(70)["person"], "reason": "a corrected birth date"})
    assert who(70) == who(3)
    officer.post(f"{address}/protection/", {"day": MARCH, "reason": "a decision"})
    assert Protection.objects.filter(person=who(3)).exists()
    assert officer.post(f"{address}/death/", {"day": "2021-04-01", "reason": "x"}).status_code == 422
    officer.post(f"{address}/death/", {"day": "2021-03-20", "reason": "the population register"})
    assert Death.objects.get().person_id == who(3)
    shown = text(officer, f"{address}/")
    assert "a corrected birth date" in shown and "the population register" in shown
    assert officer.get(f"{address}/nothing/").status_code == 404


def test_the_pages_show_nobodys_residence(officer: Client, who: Callable) -> None:
    for address in (f"/identity/{who(1)}/", f"/identity/{who(1)}/merge/{who(2)}/"):
        shown = text(officer, address)
        assert not any(place in shown for place in ("Koekatu", "00100", "person1@example.org"))


def test_an_old_address_leads_to_the_person_and_only_who_may_see_them(
    officer: Client, who: Callable, world: World
) -> None:
    kept, old = who(1), who(2)
    officer.post(f"/identity/{kept}/merge/{old}/", {"reason": "the same person"})
    worker, elsewhere, lead = Client(), Client(), Client()
    for client, name in ((worker, "worker"), (elsewhere, "worker_elsewhere"), (lead, "team_lead")):
        client.force_login(world.staff[name])
    assert worker.get(f"/customers/{old}/").headers["Location"] == f"/customers/{kept}/"
    line = ReadLog.objects.filter(operation="casework.customer").latest("pk")
    assert (line.user, line.persons, line.query) == (world.staff["worker"], [old, kept], {"led_to": str(kept)})
    assert elsewhere.get(f"/customers/{old}/").status_code == 403
    sent = lead.post(f"/customers/{old}/worker/", {"worker": "", "reason": ""})
    assert sent.headers["Location"] == f"/customers/{kept}/worker/"
    assert worker.post("/portfolio/", {"search": person(2)["person"]}).headers["Location"] == f"/customers/{kept}/"


def test_the_record_that_is_still_reported_is_kept_unless_said_otherwise(officer: Client, who: Callable) -> None:
    gone = who(39)
    response = officer.post(f"/identity/{gone}/merge/", {"code": person(1)["person"]})
    assert response.headers["Location"] == f"/identity/{who(1)}/merge/{gone}/"


def test_while_an_import_keeps_the_register_the_pages_say_so(officer: Client, who: Callable, monkeypatch) -> None:
    def busy(*_arguments: object, **_options: object) -> None:
        raise Problem("another import is running", mend="wait")

    monkeypatch.setattr(statements, "preview", busy)
    protection = Protection.objects.get()
    for address in (f"/identity/{who(1)}/merge/{who(2)}/", f"/identity/revoke/protection/{protection.pk}/"):
        response = officer.get(address, follow=True)
        assert response.status_code == 200
        assert "another import is running" in response.content.decode()
