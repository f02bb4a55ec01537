"""The page that ends a trial: a preview, a confirmation in writing, and the end that the command makes."""

import io
from collections.abc import Callable
from contextlib import redirect_stdout
from datetime import date, timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.utils import translation

from kokeilu.access.models import ChangeLog, ReadLog, Role
from kokeilu.access.policy import Actor
from kokeilu.law.definition import shipped
from kokeilu.register.models import Person
from kokeilu.transfer import actions, commands, dependants, ending, individual
from kokeilu.transfer.models import Responsibility, Run
from kokeilu.transfer.tests.people import OUT, extract, people
from kokeilu.web.browser import DESKTOP, PHONE, axe_faults, overflow

pytestmark = pytest.mark.django_db

TRIAL, INTO = shipped("kuntakokeilu"), shipped("tyollisyysalue-2025")
LAST, ON = date(2024, 12, 31), date(2025, 1, 1)
ADDRESS = "/transfer/kuntakokeilu/end/"


@pytest.fixture(autouse=True)
def _organisations(db: None, settings) -> None:
    settings.KOKEILU_TODAY = LAST
    actions.ensure_organisations(TRIAL)
    actions.ensure_organisations(INTO)


@pytest.fixture
def customers() -> list[Person]:
    """One of Helsinki who stays so, one of Kerava who was Vantaa and Kerava's, and one of the state."""
    return at_the_end({"family_name": "Aalto"}, {"municipality": "245"}, OUT)


def at_the_end(*facts: dict) -> list[Person]:
    found = people(extract(LAST - timedelta(days=1)), *facts)
    actions.run(TRIAL, LAST)
    return found


def text(response: object) -> str:
    return " ".join(response.content.decode().split())


def histories() -> list[tuple]:
    rows = Responsibility.objects.standing().order_by("person", "valid")
    return list(rows.values_list("person", "organisation__key", "valid", "ground"))


def test_the_end_is_previewed_by_area_and_confirmed_in_writing(
    client: Client, officer: Actor, customers: list[Person]
) -> None:
    assert ADDRESS in text(client.get("/transfer/"))
    first = client.get(ADDRESS)
    assert [key for key, _name in first.context["choose"].fields["into"].choices] == ["", INTO.key]
    page = client.post(ADDRESS, {"into": INTO.key})
    assert (page.context["moved"], page.context["staying"]) == (1, 1)
    assert [(name, row.customers, row.staying, row.elsewhere, row.to_state) for name, row in page.context["areas"]] == [
        ("Helsinki", 1, 1, 0, 0),
        ("Vantaa–Kerava", 1, 0, 1, 0),
    ]
    assert Run.objects.filter(kind="end").count() == 0
    sent = page.context["form"].initial
    for typed in ("", "kuntakokeilu-2019", "yes"):
        refused = client.post(ADDRESS, sent | {"typed": typed})
        assert refused.context["form"].errors["typed"]
        assert refused.context["moved"] == 1  # what would happen is still there to see
    assert Run.objects.filter(kind="end").count() == 0
    done = client.post(ADDRESS, sent | {"typed": " kuntakokeilu "}, follow=True)
    assert "The trial is ended: 1 person has another responsible organisation." in text(done)
    assert INTO.names["en"] in text(done)  # what it is followed by
    run = Run.objects.get(kind="end")
    assert (done.context["run"], run.started_by, run.into) == (run, officer.user, INTO.key)
    line = ChangeLog.objects.get(action="transfer.end")
    assert (line.user, line.subject_id) == (officer.user, str(run.pk))
    assert ADDRESS not in text(client.get("/transfer/"))
    again = client.post(ADDRESS, {"into": ""}, follow=True)
    assert "This trial has been ended already." in text(again)
    assert "This trial has been ended already." in text(
        client.post(ADDRESS, sent | {"typed": "kuntakokeilu"}, follow=True)
    )
    assert Run.objects.filter(kind="end").count() == 1


@pytest.mark.parametrize("into", ["", INTO.key])
def test_the_page_does_what_the_command_does(
    client: Client, officer: Actor, customers: list[Person], into: str
) -> None:
    with transaction.atomic():
        with redirect_stdout(io.StringIO()):
            commands.end(TRIAL.key, into or None)
        commanded, counts = histories(), Run.objects.get(kind="end").counts
        transaction.set_rollback(True)
    page = client.post(ADDRESS, {"into": into})
    client.post(ADDRESS, page.context["form"].initial | {"typed": TRIAL.key})
    assert (histories(), Run.objects.get(kind="end").counts) == (commanded, counts)


def test_decisions_about_one_person_are_named_and_logged(
    client: Client, officer: Actor, actor_of: Callable, customers: list[Person]
) -> None:
    lead = actor_of(Role.TEAM_LEAD, "helsinki")
    held = Responsibility.objects.current().get(person=customers[0])
    espoo = actions.Organisation.objects.get(key="espoo")
    individual.transfer(customers[0].pk, TRIAL, "safety", espoo, "Threats.", LAST, seen=held.pk, actor=lead)
    page = client.post(ADDRESS, {"into": ""})
    assert page.context["decided"] == [("Aalto, Maija", customers[0].pk)]
    assert ReadLog.objects.filter(operation="transfer.end").latest("id").persons == [customers[0].pk]


def test_what_rests_on_it_is_told(
    client: Client, officer: Actor, customers: list[Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def rests(cursor: object, run: Run) -> dependants.Dependence:
        cursor.execute("SELECT person FROM undoing")
        asked.append({person for (person,) in cursor.fetchall()})
        return dependants.Dependence("work", "Some work rests on it.", may_lapse=True)

    monkeypatch.setattr(dependants, "_finders", [rests])
    assert "Some work rests on it." in text(client.post(ADDRESS, {"into": INTO.key}))
    assert asked == [{customers[1].pk}]  # not of who goes on with the same organisation


def test_an_end_that_would_do_something_else_by_now_is_refused(
    client: Client, officer: Actor, customers: list[Person]
) -> None:
    page = client.post(ADDRESS, {"into": ""})
    people(extract(LAST), {})
    actions.run(TRIAL, LAST)
    before = histories()
    refused = client.post(ADDRESS, page.context["form"].initial | {"typed": TRIAL.key})
    assert "Something changed since the preview." in text(refused)
    assert histories() == before


def test_what_cannot_be_ended_is_told_in_words(client: Client, officer: Actor) -> None:
    assert "No register extract" in text(client.post(ADDRESS, {"into": ""}))
    assert client.get("/transfer/nonsense/end/").status_code == 404
    endless = client.get("/transfer/tyollisyysalue-2025/end/", follow=True)
    assert "Employment areas" in text(endless) and "has no end" in text(endless)
    assert client.post(ADDRESS, {"into": "nonsense"}).context["choose"].errors["into"]
    people(extract(date(2025, 1, 31)), {})
    assert "known as of a later day already" in text(client.post(ADDRESS, {"into": ""}))
    assert not Run.objects.exists()


def test_only_the_state_officer_ends_a_trial(client: Client, enter: Callable, customers: list[Person]) -> None:
    for role, place in ((Role.ADMINISTRATOR, "te"), (Role.TEAM_LEAD, "helsinki"), (Role.WORKER, "helsinki")):
        enter(role, place)
        assert client.post(ADDRESS, {"into": "", "seen": "x", "typed": TRIAL.key}).status_code == 403
    enter(Role.TEAM_LEAD, "helsinki")
    assert ADDRESS not in text(client.get("/transfer/"))
    assert not Run.objects.filter(kind="end").exists()


def test_undone_the_end_can_be_made_again(customers: list[Person]) -> None:
    from kokeilu.transfer import ending_preview, undo

    with translation.override("en"):
        seen = ending_preview.preview(TRIAL, None)
        done = ending_preview.end(TRIAL, None, seen.state)
        assert TRIAL not in ending_preview.to_be_ended()
        undo.undo(done.run.pk, accept=("notices",))
        assert TRIAL in ending_preview.to_be_ended()
        assert ending_preview.preview(TRIAL, None).ended.counts == seen.ended.counts
        assert ending.end(TRIAL).counts == seen.ended.counts


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("language", "width"), [("fi", PHONE), ("sv", DESKTOP), ("en", PHONE)])
def test_a_trial_is_ended_by_keyboard(visit: Callable, actor_of: Callable, language: str, width: int) -> None:
    with transaction.atomic():
        at_the_end({"family_name": "Aalto"}, {"municipality": "245"}, OUT)
    page = visit(ADDRESS, actor_of(Role.STATE_OFFICER, "te").user, language, width)

    def sound() -> None:
        assert page.locator("h1").count() == 1
        assert axe_faults(page) == []
        assert overflow(page) == 0

    sound()
    page.locator("#id_into").select_option(INTO.key)
    page.locator("form.k-form button[type=submit]").first.press("Enter")
    page.locator("#end_typed").wait_for()
    sound()
    page.locator("#end_typed").fill("nothing")
    page.locator("#end_typed").press("Enter")
    page.locator("#end_typed[aria-invalid=true]").wait_for()
    sound()
    page.locator("#end_typed").fill(TRIAL.key)
    page.locator("#end_typed").press("Enter")
    page.wait_for_url("**/transfer/runs/*/")
    assert Run.objects.get(kind="end").into == INTO.key
    sound()
