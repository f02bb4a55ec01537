"""The pages of undoing, corrections, contradictions and decisions about one person."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from kokeilu.access.models import ReadLog, Role
from kokeilu.access.policy import Actor
from kokeilu.law.definition import shipped
from kokeilu.register.actions import import_extracts
from kokeilu.register.tests import people as register
from kokeilu.transfer import actions, correction, undo
from kokeilu.transfer.models import IndividualTransfer, Responsibility, Run
from kokeilu.transfer.tests.people import OUT, START, extract, people
from kokeilu.web.browser import DESKTOP, PHONE, axe_faults, overflow

pytestmark = pytest.mark.django_db

TRIAL = shipped("kuntakokeilu")
FEBRUARY, JUNE = date(2021, 2, 28), date(2021, 6, 2)
RIGHT = {"benefit": "earnings_related", "earnings_related_right": True}


@pytest.fixture(autouse=True)
def _organisations(db: None) -> None:
    actions.ensure_organisations(TRIAL)


def text(response: object) -> str:
    return " ".join(response.content.decode().split())


def corrected(folder: Path, *others: dict) -> None:
    """Three customers of Helsinki, of whom a correction says that two should not have become so; and others."""
    for number, facts in enumerate(({}, RIGHT)):
        rows = [register.person(n, family_name=name) | (facts if n else {}) for n, name in enumerate(NAMES)]
        rows += others
        path = register.write(folder / f"{number}.parquet", rows)
        import_extracts([(path, FEBRUARY)], correction=bool(number))
        if not number:
            actions.run(TRIAL, START)


NAMES = ("Koivula", "Åström", "Ääri")


def test_a_run_is_undone_after_a_look_at_what_it_undoes(client: Client, officer: Actor) -> None:
    people(extract(), {}, {"municipality": "049"}, OUT)
    run = actions.run(TRIAL, START).run
    address = reverse("transfer:undo", args=[run.pk])
    assert address in text(client.get(reverse("transfer:result", args=[run.pk])))
    page = client.get(address)
    assert (page.context["seen"].people, page.context["flows"]) == (
        2, [("Espoo", "Employment and Economic Development Office", 1),
            ("Helsinki", "Employment and Economic Development Office", 1)],
    )  # fmt: skip
    assert Run.objects.count() == 1
    assert "This field is required" in text(client.post(address, {"reason": "wrong day"}))
    done = client.post(address, {"reason": "wrong day", "confirmed": "on"}, follow=True)
    assert "The run is undone: 2 people have the responsible organisation of before again." in text(done)
    assert ">undone<" in text(done).replace(" ", "")
    assert Run.objects.get(kind="undo").started_by == officer.user
    assert "This run has been undone already." in text(client.get(address, follow=True))
    result = client.get(reverse("transfer:result", args=[run.pk]))
    assert "This run has been undone" in text(result)
    assert address not in text(result)
    undoing = client.get(reverse("transfer:result", args=[Run.objects.get(kind="undo").pk]))
    assert "wrong day" in text(undoing)
    assert undoing.context["flows"][0][:2] == ("Espoo", "Employment and Economic Development Office")


def test_an_old_run_names_the_later_ones(client: Client, officer: Actor) -> None:
    people(extract(), {})
    first = actions.run(TRIAL, START).run
    actions.run(TRIAL, date(2021, 3, 5))
    page = client.get(reverse("transfer:undo", args=[first.pk]))
    assert "Later runs rest on it: Everybody, kuntakokeilu, 5 March 2021." in text(page)
    sent = client.post(reverse("transfer:undo", args=[first.pk]), {"reason": "x", "confirmed": "on"})
    assert "Later runs rest on it" in text(sent)
    assert not Run.objects.filter(kind="undo").exists()


def test_the_list_of_differences_is_searched_by_name_and_logged(client: Client, officer: Actor, tmp_path: Path) -> None:
    assert "Nothing that is known now changes anybody" in text(client.get("/transfer/differences/"))
    corrected(tmp_path)
    page = client.get("/transfer/differences/")
    assert [row["name"].split(",")[0] for row in page.context["rows"]] == ["Åström", "Ääri"]
    assert page.context["rows"][0]["changes"] == [
        {"days": "1 March 2021 –", "held_by": "Helsinki", "belongs_to": "Employment and Economic Development Office"}
    ]
    assert set(ReadLog.objects.filter(operation="transfer.differences").latest("id").persons) == {
        row["person"] for row in page.context["rows"]
    }
    found = client.post("/transfer/differences/", {"search": "äär"}, follow=True)
    assert found.redirect_chain == [("/transfer/differences/", 302)]
    assert [row["name"].split(",")[0] for row in found.context["rows"]] == ["Ääri"]
    assert len(ReadLog.objects.filter(operation="transfer.differences").latest("id").persons) == 1
    assert "No name on the list begins so." in text(
        client.post("/transfer/differences/", {"search": "nobody"}, follow=True)
    )


@pytest.mark.parametrize(("everybody", "left"), [(True, 0), (False, 1)])
def test_differences_are_confirmed_for_all_or_for_chosen_people(
    client: Client, officer: Actor, tmp_path: Path, everybody: bool, left: int
) -> None:
    corrected(tmp_path)
    page = client.get("/transfer/differences/")
    sent = page.context["form"].initial | {"reason": "the right was wrong", "confirmed": "on"}
    sent |= {"everybody": "on"} if everybody else {"person": [str(page.context["rows"][0]["person"]), "nonsense"]}
    refused = client.post("/transfer/differences/correct/", sent | {"confirmed": ""}, follow=True)
    assert "Nothing was corrected" in text(refused)
    done = client.post("/transfer/differences/correct/", sent, follow=True)
    people_corrected = 2 - left
    assert f"The responsibilities of {people_corrected} p" in text(done)
    assert done.context["run"].kind == "correction"
    assert len(correction.differences(TRIAL).changes) == left
    again = client.post("/transfer/differences/correct/", sent, follow=True)
    assert "The list has changed since you looked at it." in text(again)


def test_contradictory_people_are_listed_by_rule_and_logged(client: Client, officer: Actor) -> None:
    assert "No run has been made yet." in text(client.get("/transfer/contradictory/"))
    nowhere, works, _plain = people(
        extract(), {"municipality": "none", "family_name": "Aalto"},
        {"employment_code": "01", "family_name": "Öhman", "birth_date": date(2000, 1, 1)}, {},
    )  # fmt: skip
    actions.run(TRIAL, START)
    page = client.get("/transfer/contradictory/")
    assert [name for name, _rules in page.context["rows"]] == ["Aalto, Maija", "Öhman, Maija"]
    assert "Has no home municipality and is placed nowhere" in text(page)
    assert set(ReadLog.objects.filter(operation="transfer.contradictory").latest("id").persons) == {
        nowhere.pk, works.pk,
    }  # fmt: skip
    one = client.get("/transfer/contradictory/?rule=nowhere&trial=kuntakokeilu")
    assert [name for name, _rules in one.context["rows"]] == ["Aalto, Maija"]
    assert len(client.get("/transfer/contradictory/?rule=nonsense&page=99").context["rows"]) == 2


@pytest.fixture
def customer(settings) -> object:
    settings.KOKEILU_TODAY = JUNE
    (person,) = people(extract(date(2021, 5, 31)), {"family_name": "Siirtyvä"})
    actions.run(TRIAL, date(2021, 6, 1))
    return person.pk


FORM = {"ground": "safety", "goes_to": "espoo", "day": "2021-06-02", "reason": "Threats.", "confirmed": "on"}


def test_a_team_lead_decides_and_the_next_one_ends_it(client: Client, enter: Callable, customer: object) -> None:
    enter(Role.TEAM_LEAD, "helsinki")
    address = reverse("transfer:person", args=[customer])
    page = client.get(address)
    assert "1269/2020 5 §" in text(page)  # not verified, and said so
    assert page.context["moving"].initial["seen"] == Responsibility.objects.current().get(person=customer).pk
    wrong = client.post(address, FORM | {"seen": page.context["moving"].initial["seen"], "day": "2021-06-03"})
    assert "The day is still to come." in text(wrong)
    done = client.post(address, FORM | {"seen": page.context["moving"].initial["seen"]}, follow=True)
    assert "Espoo is responsible from 2 June 2021 on." in text(done)
    assert [row["name"] for row in done.context["rows"]] == ["Siirtyvä, Maija"]
    notices = reverse("transfer:notices", args=[IndividualTransfer.objects.get().run_id])
    assert f'href="{notices}"' in text(done)
    assert client.get(notices).status_code == 200
    assert client.get(address).status_code == 403  # Helsinki's no more
    enter(Role.TEAM_LEAD, "espoo")
    assert "Threats." in text(client.get(address))
    assert "This field is required" in text(client.post(address, {"end": "1", "end_reason": ""}))
    client.post(address, {"end": "1", "end_reason": "Safe again."})
    assert IndividualTransfer.objects.get().ended_on == JUNE
    assert client.post(address, {"end": "1", "end_reason": "again"}).status_code == 200


def test_before_the_law_knows_a_ground_the_page_says_so(client: Client, enter: Callable) -> None:
    (person,) = people(extract(), {})
    actions.run(TRIAL, START)
    enter(Role.TEAM_LEAD, "helsinki")
    page = client.get(reverse("transfer:person", args=[person.pk]))
    assert "Customers can be moved by decision from 1 June 2021 on" in text(page)


def test_a_customer_is_found_by_code_which_is_kept_nowhere(client: Client, officer: Actor, tmp_path: Path) -> None:
    corrected(tmp_path)
    undo.undo(Run.objects.get().pk)
    code = register.person(0)["person"]
    found = client.post("/transfer/decisions/", {"code": code})
    assert found["Location"].startswith("/transfer/people/")
    assert code not in str(list(ReadLog.objects.values_list("query", flat=True)))
    assert "No customer of your organisation has this identity code." in text(
        client.post("/transfer/decisions/", {"code": "010180-999J"}, follow=True)
    )


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("language", "width"), [("fi", PHONE), ("sv", DESKTOP), ("en", PHONE)])
def test_the_pages_are_sound_in_a_browser(
    visit: Callable, actor_of: Callable, tmp_path: Path, settings, language: str, width: int
) -> None:
    settings.KOKEILU_TODAY = JUNE
    corrected(tmp_path, register.person(9, municipality="none"))
    state, area = actor_of(Role.STATE_OFFICER, "te").user, actor_of(Role.TEAM_LEAD, "helsinki").user
    run = Run.objects.get()
    moved = Responsibility.objects.current().filter(organisation__key="helsinki").first()
    for address, user in (
        (reverse("transfer:undo", args=[run.pk]), state),
        ("/transfer/differences/", state),
        ("/transfer/contradictory/", state),
        ("/transfer/decisions/", area),
        (reverse("transfer:person", args=[moved.person_id]), area),
    ):
        page = visit(address, user, language, width)
        assert page.locator("h1").count() == 1
        assert axe_faults(page) == [], address
        assert overflow(page) == 0, address
