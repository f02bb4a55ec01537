"""The pages of notices: what they count, whom they show to whom, and the log's line before a letter leaves."""

import io
from collections.abc import Callable
from datetime import date

import pikepdf
import pytest
from django.test import Client

from kokeilu.access.models import ChangeLog, ReadLog, Role
from kokeilu.access.policy import Actor
from kokeilu.register.models import Details
from kokeilu.transfer import outbox
from kokeilu.transfer.actions import run as run_transfer
from kokeilu.transfer.models import Run
from kokeilu.transfer.outbox_models import Delivery, Letterhead, State
from kokeilu.transfer.tests.outbox import TRIAL, moved, post, states
from kokeilu.transfer.tests.people import extract, report

pytestmark = pytest.mark.django_db


@pytest.fixture
def enter(client: Client, actor_of: Callable) -> Callable[[Role, str], Actor]:
    def make(role: Role, organisation: str) -> Actor:
        actor = actor_of(role, organisation)
        actor.user.language = "en"
        actor.user.save()
        client.force_login(actor.user)
        return actor

    return make


def text(response: object) -> str:
    return " ".join(response.content.decode().split())


def notices(client: Client, run: Run) -> str:
    return text(client.get(f"/transfer/runs/{run.pk}/notices/"))


def test_the_notices_of_a_run_by_channel_state_and_reason(
    client: Client, enter: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, _people = moved({}, {"protected": True}, {"allows": True, "email": "a@post.example"})
    Delivery.objects.filter(channel="email").update(state=State.GIVEN_UP, fault="recipient_refused", reply=550)
    enter(Role.STATE_OFFICER, "te")
    shown = client.get(f"/transfer/runs/{run.pk}/notices/")
    assert [[str(cell) for cell in row] for row in shown.context["states"]] == [
        ["Letter", "2", "0", "0", "0", "0", "1", "0"], ["E-mail", "0", "0", "0", "0", "1", "0", "0"],
    ]  # fmt: skip
    assert sorted(shown.context["faults"]) == [
        ["The address is protected", "Letter", "To be delivered by hand", "–", 1],
        ["The mail server refused the address", "E-mail", "Given up", 550, 1],
    ]
    assert "No mail server is set. E-mails wait until one is." in text(shown)
    assert "Suomi.fi Messages is off" in text(shown)
    assert "There are no credentials." in text(shown)
    assert "No letterhead has been set for: Helsinki" in text(shown)

    Letterhead.objects.create(organisation=run.messages.first().organisation)
    monkeypatch.setenv("KOKEILU_SMTP_URL", "smtp://localhost:2525")
    assert "E-mail is off" in notices(client, run)  # without a sender it is as good as off
    monkeypatch.setenv("KOKEILU_MAIL_FROM", "kirjaamo@kokeilu.example")
    for name in ("SERVICE", "CERTIFICATE", "KEY"):
        monkeypatch.setenv(f"KOKEILU_SUOMIFI_{name}", "x")
    shown = notices(client, run)
    assert "E-mail is off" not in shown
    assert "There are credentials, but this version cannot speak to it." in shown
    assert "No letterhead" not in shown


def test_only_the_state_officer_tries_again(client: Client, enter: Callable) -> None:
    run, _people = moved({})
    Delivery.objects.update(state=State.GIVEN_UP, fault="no_address")
    enter(Role.TEAM_LEAD, "helsinki")
    assert "Try again what was given up" not in notices(client, run)
    assert client.post(f"/transfer/runs/{run.pk}/notices/retry/").status_code == 403
    enter(Role.STATE_OFFICER, "te")
    assert "Try again what was given up" in notices(client, run)
    assert "1 waits to be sent again." in text(client.post(f"/transfer/runs/{run.pk}/notices/retry/", follow=True))
    assert "Try again what was given up" not in notices(client, run)


def test_an_area_counts_its_own(client: Client, enter: Callable) -> None:
    run, _people = moved({}, {"protected": True})
    enter(Role.TEAM_LEAD, "espoo")
    shown = client.get(f"/transfer/runs/{run.pk}/notices/")
    assert shown.context["states"] == []
    assert shown.context["by_hand"] == 0
    assert shown.context["without_letterhead"] == []
    enter(Role.TEAM_LEAD, "helsinki")
    assert "1 letter to be delivered by hand" in notices(client, run)


def test_letters_by_hand_are_listed_opened_and_noted(client: Client, enter: Callable) -> None:
    run, (protected, unclear, usual) = moved(
        {"family_name": "Salainen", "street_address": "Piilotie 1", "protected": True},
        {"family_name": "Epäselvä", "protected": None}, {"family_name": "Tavallinen"},
    )  # fmt: skip
    enter(Role.TEAM_LEAD, "helsinki")
    address = f"/transfer/runs/{run.pk}/notices/by-hand/"
    shown = text(client.get(address))
    assert shown.index("Epäselvä, Maija") < shown.index("Salainen, Maija")
    assert "It is not known whether the address is protected" in shown
    assert "Tavallinen" not in shown
    assert "Piilotie" not in shown
    line = ReadLog.objects.get(operation="transfer.by_hand_list")
    assert set(line.persons) == {protected.pk, unclear.pk}
    assert "Noted: the letter was handed over." in text(client.post(f"{address}{protected.pk}/", follow=True))
    assert states(run, "letter")[protected.pk] == ("sent", "protected")
    assert "Salainen" not in text(client.get(address))
    assert "not to be delivered by hand" in text(client.post(f"{address}{usual.pk}/", follow=True))


def test_printed_letters_are_noted_as_posted_by_who_and_when(client: Client, enter: Callable) -> None:
    run, (first, second, protected) = moved({}, {}, {"protected": True})
    lead = enter(Role.TEAM_LEAD, "helsinki")
    address = f"/transfer/runs/{run.pk}/notices/posted/"
    assert "not posted" not in notices(client, run)
    Delivery.objects.filter(state=State.WAITING).update(state=State.SENDING)
    assert "2 letters are printed and not posted." in notices(client, run)
    for wrong in ({}, {"seen": "x"}, {"seen": "3"}):
        assert "Other letters wait to be posted than when you looked." in text(client.post(address, wrong, follow=True))
    Details.objects.filter(person=second).update(protected=True)  # since it was printed
    assert "Other letters" in text(client.post(address, {"seen": "2"}, follow=True))
    assert states(run, "letter")[second.pk] == ("withheld", "protected")
    enter(Role.TEAM_LEAD, "espoo")
    none = "No printed letter waits to be posted."
    assert none in text(client.post(address, {"seen": "1"}, follow=True))  # none of theirs
    client.force_login(lead.user)
    assert "Noted: 1 letter was posted." in text(client.post(address, {"seen": "1"}, follow=True))
    assert none in text(client.post(address, {"seen": "1"}, follow=True))  # sent again
    letter = Delivery.objects.get(notice__person=first)
    assert (letter.state, letter.sent_by) == ("sent", lead.user)
    assert letter.sent_at is not None
    line = ChangeLog.objects.get(action="transfer.post_letters")
    assert (line.user, line.subject_id, line.new) == (lead.user, str(run.pk), {"letters": 1})
    assert states(run, "letter")[protected.pk] == ("withheld", "protected")


def test_the_state_sees_no_area_s_list(client: Client, enter: Callable) -> None:
    run, (protected,) = moved({"family_name": "Salainen", "protected": True})
    enter(Role.STATE_OFFICER, "te")
    address = f"/transfer/runs/{run.pk}/notices/by-hand/"
    assert "Salainen" not in text(client.get(address))
    assert client.post(f"{address}{protected.pk}/").status_code == 403


def pdf_text(content: bytes) -> str:
    """The title of a letter and whatever its streams say in clear; glyphs are told by their number."""
    with pikepdf.open(io.BytesIO(content)) as pdf, pdf.open_metadata() as metadata:
        return str(metadata["dc:title"])


def test_a_letter_is_opened_by_who_may_see_the_person_and_the_log_says_so(client: Client, enter: Callable) -> None:
    run, (person,) = moved({"service_language": "sv"})
    address = f"/transfer/runs/{run.pk}/letters/{person.pk}/"
    for role, place in ((Role.WORKER, "espoo"), (Role.ANALYST, "ely")):
        enter(role, place)
        assert client.get(address).status_code == 403
    assert not ReadLog.objects.exists()
    worker = enter(Role.WORKER, "helsinki")
    answer = client.get(address)
    assert answer["Content-Type"] == "application/pdf"
    assert "no-store" in answer["Cache-Control"]
    assert pdf_text(answer.content) == run.messages.get().subject
    line = ReadLog.objects.get()
    assert (line.user, line.operation, line.ground) == (worker.user, "transfer.letter", "responsible")
    assert line.persons == [person.pk]


def test_the_organisation_that_a_change_went_from_opens_its_letter_and_no_other(
    client: Client, enter: Callable, settings
) -> None:
    run, (person,) = moved({})
    letter = f"/transfer/runs/{run.pk}/letters/{person.pk}/"
    officer = enter(Role.STATE_OFFICER, "te")
    assert client.get(letter)["Content-Type"] == "application/pdf"
    line = ReadLog.objects.get()
    assert (line.user, line.operation, line.ground) == (officer.user, "transfer.letter", "took_part")
    assert client.get(f"/customers/{person.pk}/").status_code == 403  # the letter and nothing else

    post()
    report(extract(date(2021, 3, 31)), person, {"municipality": "049"})
    later = run_transfer(TRIAL, date(2021, 3, 31)).run
    other = f"/transfer/runs/{later.pk}/letters/{person.pk}/"
    assert client.get(letter).status_code == 200
    assert client.get(other).status_code == 404  # from Helsinki to Espoo: not the state's
    enter(Role.TEAM_LEAD, "helsinki")  # not responsible any more
    assert [client.get(each).status_code for each in (letter, other)] == [200, 200]
    enter(Role.WORKER, "espoo")
    assert client.get(other).status_code == 200


def test_a_protected_address_is_not_on_the_letter(
    client: Client, enter: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kokeilu.transfer.letters_facts.blocks", lambda *_told, residence: {})
    run, (protected, usual) = moved({"protected": True}, {})
    enter(Role.WORKER, "helsinki")
    letters = {
        person: client.get(f"/transfer/runs/{run.pk}/letters/{person.pk}/").content for person in (protected, usual)
    }
    assert paragraphs(letters[usual]) - paragraphs(letters[protected]) == 0
    assert lines(letters[usual]) - lines(letters[protected]) == 2  # street, and postal code with city


def _operators(content: bytes, operator: str) -> int:
    with pikepdf.open(io.BytesIO(content)) as pdf:
        return sum(str(each.operator) == operator for page in pdf.pages for each in pikepdf.parse_content_stream(page))


def paragraphs(content: bytes) -> int:
    """How many paragraphs are tagged."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        return sum(each.get("/S") == "/P" for each in pdf.objects if isinstance(each, pikepdf.Dictionary))


def lines(content: bytes) -> int:
    """How many pieces of text are set."""
    return _operators(content, "TJ") + _operators(content, "Tj")


def test_nobody_else_s_run_has_a_letter(client: Client, enter: Callable) -> None:
    _run, (person,) = moved({})
    enter(Role.WORKER, "helsinki")
    nothing = "00000000-0000-4000-8000-000000000000"
    assert client.get(f"/transfer/runs/{nothing}/letters/{person.pk}/").status_code == 404


def test_a_letter_that_cannot_be_set_is_told(client: Client, enter: Callable) -> None:
    run, (person,) = moved({"family_name": "\U00012000"})
    enter(Role.WORKER, "helsinki")
    answer = client.get(f"/transfer/runs/{run.pk}/letters/{person.pk}/")
    assert answer.status_code == 422
    assert "The letter could not be typeset" in text(answer)


def test_a_worker_records_the_answer_and_the_customer_page_tells(client: Client, enter: Callable) -> None:
    run, (person,) = moved({"email": "a@post.example"})
    worker = enter(Role.WORKER, "helsinki")
    address = f"/customers/{person.pk}/contact-choice/"
    assert "Nobody has asked yet: no e-mail is sent." in text(client.get(address))
    assert client.post(address, {}).status_code == 422
    answer = client.post(address, {"allowed": "yes"}, follow=True)
    assert answer.redirect_chain == [(f"/customers/{person.pk}/", 302)]
    assert "The customer allows e-mail." in text(answer)
    assert f"/transfer/runs/{run.pk}/letters/{person.pk}/" in text(answer)
    assert "Allowed: recorded" in text(client.get(address))
    choice = outbox.email_choice(person.pk)
    assert choice is not None
    assert (choice.allowed, choice.recorded_by) == (True, worker.user)
    enter(Role.WORKER, "espoo")
    assert client.get(address).status_code == 403
