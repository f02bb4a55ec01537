"""E-mail to a real mail server on this machine: what it takes, refuses, puts off, and when it is not there."""

import datetime
import email
import os
import signal
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from email import policy
from pathlib import Path

import pytest
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.db import connection
from django.db.models.functions import Now
from django.utils import timezone

from kokeilu.problems import Problem
from kokeilu.register.models import Contact, Details
from kokeilu.transfer import delivery
from kokeilu.transfer.delivery_email import MailServer, mail_server
from kokeilu.transfer.models import Run
from kokeilu.transfer.outbox_models import Delivery, State
from kokeilu.transfer.tests.outbox import Mailbox, allow, moved, serving, states

pytestmark = pytest.mark.django_db(transaction=True)

MAIL = {"email": "maija@post.example", "allows": True}


def server_on(port: int, kind: str = "smtp", user: str = "", password: str = "") -> MailServer:
    return MailServer(kind, "localhost", port, user, password, "kirjaamo@kokeilu.example")


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def server(mailbox: Mailbox) -> Iterator[MailServer]:
    with serving(mailbox) as port:
        yield server_on(port)


def deliver(server: MailServer) -> delivery.Outcome:
    return delivery.deliver(server, once=True)


def the_email(run: Run) -> Delivery:
    return Delivery.objects.get(notice__run=run, channel="email")


def test_an_email_says_who_is_responsible_and_nothing_of_the_person(mailbox: Mailbox, server: MailServer) -> None:
    run, (person,) = moved(MAIL | {"family_name": "Erikoinen", "given_names": "Aune"})
    assert deliver(server) == delivery.Outcome(sent=1)
    ((to, content),) = mailbox.mails
    assert to == ["maija@post.example"]
    mail = email.message_from_bytes(content, policy=policy.default)
    sent = the_email(run)
    assert (mail["From"], mail["Message-ID"]) == ("kirjaamo@kokeilu.example", f"<{sent.pk}@kokeilu.example>")
    assert mail["Auto-Submitted"] == "auto-generated"
    text = mail.get_content()
    assert "Helsinki" in mail["Subject"]
    assert "1.3.2021" in text
    body = sent.notice.message.body
    reasons = [line for line in body.splitlines() if line.startswith("– ") and "[" in line]
    assert reasons
    for secret in ("Erikoinen", "Aune", str(person.pk), *reasons):
        assert secret not in text
        assert secret not in str(mail["Subject"])
    assert (sent.state, sent.attempts, sent.fault) == (State.SENT, 1, None)
    assert sent.sent_at is not None
    assert deliver(server).tried == 0


def test_an_email_comes_in_the_service_language(mailbox: Mailbox, server: MailServer) -> None:
    moved(MAIL | {"service_language": "sv"}, MAIL | {"service_language": None})
    deliver(server)
    texts = [email.message_from_bytes(content, policy=policy.default).get_content() for _to, content in mailbox.mails]
    swedish, both = sorted(texts, key=len)
    assert "brev" in swedish
    assert "kirje" not in swedish
    assert "brev" in both
    assert "kirje" in both


def test_an_address_refused_for_ever_is_given_up(mailbox: Mailbox, server: MailServer) -> None:
    run, _people = moved(MAIL, MAIL)
    mailbox.to_recipient = ["550 no such user maija@post.example"]
    assert deliver(server) == delivery.Outcome(sent=1, given_up=1)
    assert sorted(states(run, "email").values(), key=str) == [("given_up", "recipient_refused"), ("sent", None)]
    given_up = Delivery.objects.get(state=State.GIVEN_UP)
    assert (given_up.reply, given_up.attempts) == (550, 1)


def test_a_message_refused_for_ever_is_given_up(mailbox: Mailbox, server: MailServer) -> None:
    run, _people = moved(MAIL)
    mailbox.to_message = ["554 looks like spam"]
    assert deliver(server) == delivery.Outcome(given_up=1)
    assert set(states(run, "email").values()) == {("given_up", "message_refused")}


@pytest.mark.parametrize(
    ("answers", "fault", "reply"),
    [
        ({"to_recipient": ["450 busy"]}, "later", 450),
        ({"to_message": ["451 try later"]}, "later", 451),
        ({"to_message": ["hang up"]}, "connection_lost", None),
    ],
)
def test_what_may_go_later_is_tried_again_with_the_same_id(
    mailbox: Mailbox, server: MailServer, answers: dict, fault: str, reply: int | None
) -> None:
    run, _people = moved(MAIL)
    for name, given in answers.items():
        setattr(mailbox, name, given)
    before = timezone.now()
    assert deliver(server) == delivery.Outcome(later=1)
    failed = the_email(run)
    assert (failed.state, failed.fault, failed.reply) == (State.FAILED, fault, reply)
    assert failed.next_try is not None
    assert datetime.timedelta(seconds=55) < failed.next_try - before < datetime.timedelta(seconds=90)
    assert deliver(server).tried == 0  # not before its time
    Delivery.objects.filter(pk=failed.pk).update(next_try=Now())
    assert deliver(server) == delivery.Outcome(sent=1)
    again = the_email(run)
    assert (again.state, again.attempts, again.message_id) == (State.SENT, 2, failed.message_id)
    assert mailbox.ids() == [failed.message_id]


def test_after_a_broken_connection_the_next_email_goes(mailbox: Mailbox, server: MailServer) -> None:
    moved(MAIL, MAIL)
    mailbox.to_message = ["hang up"]
    assert deliver(server) == delivery.Outcome(sent=1, later=1)


def test_it_waits_longer_each_time_and_gives_up(mailbox: Mailbox, server: MailServer) -> None:
    waits = [delivery.wait_after(attempts).total_seconds() / 60 for attempts in range(1, delivery.ATTEMPTS)]
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 240, 240, 240]
    run, _people = moved(MAIL)
    mailbox.to_message = ["451 try later"] * delivery.ATTEMPTS
    for _attempt in range(delivery.ATTEMPTS):
        Delivery.objects.filter(state=State.FAILED).update(next_try=Now())
        deliver(server)
    assert (the_email(run).state, the_email(run).fault) == (State.GIVEN_UP, "later")
    assert mailbox.mails == []


@pytest.mark.parametrize(
    ("change", "state", "fault"),
    [
        (lambda person: allow(person, allowed=False), "cancelled", "not_allowed"),
        (lambda person: Details.objects.filter(person=person).update(protected=True), "cancelled", "protected"),
        (
            lambda person: Details.objects.filter(person=person).update(protected=None),
            "cancelled",
            "protection_unknown",
        ),
        (lambda person: Contact.objects.filter(person=person).update(email=None), "given_up", "no_email"),
        (lambda person: Contact.objects.filter(person=person).update(email="no address"), "given_up", "no_email"),
        (lambda person: Contact.objects.filter(person=person).update(email="a@b\r\nBcc: c@d"), "given_up", "no_email"),
    ],
)
def test_what_changed_since_the_run_counts(
    mailbox: Mailbox, server: MailServer, change: Callable, state: str, fault: str
) -> None:
    run, (person,) = moved(MAIL)
    change(person)
    deliver(server)
    assert mailbox.mails == []
    assert states(run, "email") == {person.pk: (state, fault)}


def test_a_server_that_is_down_is_one_line_and_costs_no_attempt(mailbox: Mailbox) -> None:
    run, _people = moved(MAIL)
    with serving(mailbox) as port:
        pass
    with pytest.raises(
        Problem, match=rf"the mail server localhost:{port} does not answer: .+ \(try again when it does\)"
    ):
        deliver(server_on(port))
    assert (the_email(run).state, the_email(run).attempts) == (State.WAITING, 0)


def test_without_once_the_worker_waits_for_the_server(mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    run, _people = moved(MAIL)
    with serving(mailbox) as port:
        pass
    waited = []

    class Stop(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            waited.append(timeout)
            if len(waited) == 4:
                self.set()
            return True

    assert delivery.deliver(server_on(port), once=False, stop=Stop()).tried == 0
    assert waited == [2, 4, 8, 16]
    assert the_email(run).state == State.WAITING


def test_the_rate_is_bounded(mailbox: Mailbox, server: MailServer) -> None:
    moved(MAIL, MAIL, MAIL)
    waited = []

    class Stop(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            waited.append(timeout)
            return True

    assert delivery.deliver(server, once=True, per_minute=30, stop=Stop()).sent == 3
    assert len(waited) == 3
    assert all(0 < pause <= 2 for pause in waited)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ssl.SSLContext]:
    """A certificate for localhost that nobody else trusts, and the server's side of TLS."""
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    chain, private = folder / "certificate.pem", folder / "key.pem"
    chain.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(chain, private)
    return chain, context


def authenticator(server: object, session: object, envelope: object, mechanism: str, data: object) -> AuthResult:
    return AuthResult(success=(data.login, data.password) == (b"kokeilu", b"right"), handled=False)


def test_over_tls_with_a_password(
    mailbox: Mailbox, certificate: tuple[Path, ssl.SSLContext], monkeypatch: pytest.MonkeyPatch
) -> None:
    chain, context = certificate
    moved(MAIL, MAIL)
    options = {"tls_context": context, "require_starttls": True, "authenticator": authenticator, "auth_required": True}
    with serving(mailbox, **options) as port:
        wrong = server_on(port, "smtp+starttls", "kokeilu", "wrong")
        with pytest.raises(Problem, match=r"has no secure connection: .*self.signed certificate"):
            deliver(wrong)
        monkeypatch.setenv("SSL_CERT_FILE", str(chain))
        with pytest.raises(Problem, match="refuses the user or password") as told:
            deliver(wrong)
        assert "wrong" not in str(told.value)
        assert mailbox.mails == []
        assert deliver(server_on(port, "smtp+starttls", "kokeilu", "right")).sent == 2
    assert "right" not in repr(server_on(port, "smtps", "kokeilu", "right"))


def test_tls_is_never_left_out(mailbox: Mailbox) -> None:
    moved(MAIL)
    with serving(mailbox) as port:
        with pytest.raises(Problem, match="cannot do what is asked"):
            deliver(server_on(port, "smtp+starttls"))
        with pytest.raises(Problem, match="has no secure connection"):
            deliver(server_on(port, "smtps"))
    assert mailbox.mails == []


def test_a_sender_that_is_refused_stops_the_work(mailbox: Mailbox, server: MailServer) -> None:
    run, _people = moved(MAIL)
    mailbox.to_sender = ["550 not you"]
    with pytest.raises(Problem, match="refuses the sender"):
        deliver(server)
    assert the_email(run).state == State.WAITING


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        ({"KOKEILU_SMTP_URL": "http://mail.example"}, "cannot be read"),
        ({"KOKEILU_SMTP_URL": "smtps://user:secret@mail.example:none"}, "cannot be read"),
        ({"KOKEILU_SMTP_URL": "smtp://user:secret@mail.example"}, "without TLS"),
        ({"KOKEILU_SMTP_URL": "smtps://user:secret@mail.example"}, "no sender"),
        ({"KOKEILU_SMTP_URL": "smtps://mail.example", "KOKEILU_MAIL_FROM": "nobody"}, "no sender"),
    ],
)
def test_settings_that_cannot_be_used(environment: dict[str, str], told: str) -> None:
    with pytest.raises(Problem, match=told) as problem:
        mail_server(environment)
    assert "secret" not in str(problem.value)


def test_settings() -> None:
    assert mail_server({}) is None
    url = {"KOKEILU_SMTP_URL": "smtp+starttls://us%40er:p%3Aw@mail.example", "KOKEILU_MAIL_FROM": "a@kokeilu.example"}
    assert mail_server(url) == MailServer("smtp+starttls", "mail.example", 587, "us@er", "p:w", "a@kokeilu.example")


def test_two_workers_never_take_the_same(mailbox: Mailbox, server: MailServer) -> None:
    moved(*[MAIL] * 30)
    outcomes = []

    def work() -> None:
        try:
            outcomes.append(deliver(server))
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(3)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()
    assert sum(each.sent for each in outcomes) == 30
    assert len(set(mailbox.ids())) == len(mailbox.mails) == 30


WORKER = """
import sys
import django
django.setup()
from django.db import connection
connection.settings_dict["NAME"] = sys.argv[1]
from kokeilu.transfer import outbox_commands
from kokeilu.cli import run
from kokeilu import database
database.set_up = lambda: None
run(lambda: outbox_commands.app(["deliver", *sys.argv[2:]]))
"""


def worker(port: int, *options: str) -> subprocess.Popen:
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "kokeilu.settings", "KOKEILU_SMTP_URL": f"smtp://localhost:{port}",
        "KOKEILU_MAIL_FROM": "kirjaamo@kokeilu.example",
    }  # fmt: skip
    command = [sys.executable, "-c", WORKER, connection.settings_dict["NAME"], *options]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.02)


def test_killed_while_sending_it_is_sent_again_with_the_same_id_once_its_time_is_over(
    mailbox: Mailbox, server: MailServer
) -> None:
    run, _people = moved(MAIL)
    mailbox.hold = threading.Event()
    with worker(server.port, "--once") as process:
        until(lambda: mailbox.holding)
        process.send_signal(signal.SIGKILL)
    left = the_email(run)
    assert (left.state, left.attempts) == (State.SENDING, 1)
    mailbox.hold.set()
    assert len(mailbox.mails) == 1  # the server had it: this is the moment that nobody can know of
    assert deliver(server).tried == 0  # another worker leaves alone what is on its way
    Delivery.objects.filter(pk=left.pk).update(next_try=Now())
    assert deliver(server).sent == 1
    assert mailbox.ids() == [left.message_id, left.message_id]  # a receiver can tell that it is one e-mail


def test_ctrl_c_ends_the_worker_after_the_email_it_is_sending(mailbox: Mailbox, server: MailServer) -> None:
    run, _people = moved(*[MAIL] * 3)
    mailbox.hold = threading.Event()
    with worker(server.port) as process:
        until(lambda: mailbox.holding)
        process.send_signal(signal.SIGINT)
        time.sleep(0.2)
        mailbox.hold.set()
        out, err = process.communicate(timeout=300)
    assert (process.returncode, err) == (0, "")
    assert out == "sent 1, to be tried again 0, given up 0, cancelled 0\n"
    assert sorted(state for state, _fault in states(run, "email").values()) == ["sent", "waiting", "waiting"]
