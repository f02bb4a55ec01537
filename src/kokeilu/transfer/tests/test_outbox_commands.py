"""`kokeilu notices` as a person meets it: what it prints, how it ends."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from typer.testing import Result

from kokeilu.problems import Problem
from kokeilu.transfer.outbox_models import Delivery, Letterhead
from kokeilu.transfer.tests.outbox import Mailbox, moved, serving

pytestmark = pytest.mark.django_db(transaction=True)

NO_RUN = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def call(command_line: Callable[..., Result]) -> Callable[..., Result]:
    return partial(command_line, "notices")


def test_letters_are_rendered_and_noted_as_posted(call: Callable, tmp_path: Path) -> None:
    run, people = moved({"family_name": "Erikoinen"}, {"protected": True}, {"street_address": None})
    folder = tmp_path / "letters"
    done = call("render", "--run", run.pk, "--out", folder, "--processes", 1)
    assert done.stdout.splitlines() == [
        "letters 1, of which 0 were there already", "to be delivered by hand 2, of which 1 without a whole address",
        "no letterhead: helsinki (kokeilu notices letterhead)",
        f"when they are posted: kokeilu notices posted {folder}",
    ]  # fmt: skip
    again = call("render", "--run", run.pk, "--out", folder)
    assert again.stdout.splitlines()[:2] == [
        "letters 1, of which 1 were there already", "to be delivered by hand 2, of which 1 without a whole address",
    ]  # fmt: skip
    assert call("posted", folder).stdout == "sent 1\n"
    for secret in ("Erikoinen", "Katu", *(str(person.pk) for person in people)):
        assert secret not in done.output


def test_email_is_sent_until_nothing_is_due(call: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    moved({"allows": True, "email": "a@post.example"}, {"allows": True, "email": "no address"})
    with serving(Mailbox()) as port:
        monkeypatch.setenv("KOKEILU_SMTP_URL", f"smtp://localhost:{port}")
        monkeypatch.setenv("KOKEILU_MAIL_FROM", "kirjaamo@kokeilu.example")
        done = call("deliver", "--once")
    assert done.stdout == "sent 1, to be tried again 0, given up 1, cancelled 0\n"


def test_a_letterhead_is_set_line_by_line(call: Callable) -> None:
    moved({})
    done = call("letterhead", "helsinki", "--address-fi", "PL 1|00099 Helsinki", "--phone", "09 1")
    assert done.stdout.splitlines()[:3] == ["address_fi: PL 1 | 00099 Helsinki", "address_sv: -", "phone: 09 1"]
    assert "phone: 09 1" in call("letterhead", "helsinki", "--website", "hel.fi").stdout
    assert Letterhead.objects.get().address_fi == "PL 1\n00099 Helsinki"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("render", "--run", NO_RUN, "--out", "letters"), f"no run {NO_RUN}"),
        (("deliver", "--once"), "e-mail is off: no mail server is set"),
        (("letterhead", "atlantis", "--phone", "1"), "no organisation 'atlantis'"),
        (("letterhead", "te", "--email", "nobody"), "email: "),
        (("posted", "nowhere"), "no letters in this folder"),
    ],
)
def test_what_cannot_be_done_is_a_problem(call: Callable, arguments: tuple[str, ...], told: str) -> None:
    moved()
    result = call(*arguments)
    assert isinstance(result.exception, Problem)
    assert told in str(result.exception)


@pytest.mark.parametrize(
    "arguments", [("render",), ("render", "--run", "1"), ("posted",), ("deliver", "--per-minute", "0")]
)
def test_wrong_use_ends_with_2(call: Callable, arguments: tuple[str, ...]) -> None:
    assert call(*arguments).exit_code == 2


@pytest.mark.parametrize("command", ["render", "posted", "deliver", "letterhead"])
def test_help_has_an_example(call: Callable, command: str) -> None:
    assert "Example: kokeilu notices" in call(command, "--help").stdout


def test_waiting_names_the_runs_with_letters_to_write_and_to_post(call: Callable) -> None:
    assert call("waiting").stdout == ""
    run, (first, _second, _protected) = moved({}, {}, {"protected": True})
    Delivery.objects.filter(notice__person=first).update(state="sending")
    assert call("waiting").stdout == f"{run.pk} 2021-03-01 full kuntakokeilu: to be written 1, to be posted 1\n"
