"""The ways in: by password, by a real OpenID Connect provider on this machine; and who stays outside."""

import re
import socket
import time
import urllib.parse
from collections.abc import Iterator
from html import unescape

import jwt
import pytest
from allauth.socialaccount.models import SocialAccount
from cryptography.hazmat.primitives.asymmetric import rsa
from django.core.cache import cache
from django.test import Client

from kokeilu.access import entrance, oidc
from kokeilu.access.models import Role, User
from kokeilu.access.tests import provider
from kokeilu.problems import Problem

pytestmark = pytest.mark.django_db
PASSWORD = "a long one, 2021"


@pytest.fixture(autouse=True)
def _attempts_not_counted_across_tests():
    cache.clear()


@pytest.fixture
def user(actor_of) -> User:
    user = actor_of(Role.ADMINISTRATOR, "te").user
    user.language = "en"
    user.set_password(PASSWORD)
    user.save()
    return user


def enter(client, email, password, **more):
    return client.post("/", {"login": email, "password": password} | more, HTTP_ACCEPT_LANGUAGE="en")


def test_the_front_page_asks_for_the_password(client):
    page = client.get("/", HTTP_ACCEPT_LANGUAGE="sv").content.decode()
    assert "Lösenord" in page
    assert "Logga in med" not in page


def test_log_in_by_password_leads_to_the_persons_pages(client, user):
    response = enter(client, user.email.upper(), PASSWORD)
    assert (response.status_code, response["Location"]) == (302, "/start/")
    assert client.get("/")["Location"] == "/start/"
    assert client.get("/roles/").status_code == 200


def test_log_in_goes_back_to_the_page_asked_for_but_to_no_other_site(client, user):
    assert enter(client, user.email, PASSWORD, next="/admin/users/")["Location"] == "/admin/users/"
    client.logout()
    assert enter(client, user.email, PASSWORD, next="https://elsewhere.example/")["Location"] == "/start/"


def test_a_wrong_password_and_an_unknown_address_are_answered_alike(client, user):
    answers = [enter(client, email, "wrong password").content.decode() for email in (user.email, "x@te.example")]
    for answer in answers:
        assert "The e-mail address or the password is wrong." in answer
    assert client.get("/roles/").status_code == 302


def test_somebody_out_of_use_stays_outside(client, user):
    User.objects.update(is_active=False)
    assert enter(client, user.email, PASSWORD)["Location"] == "/inactive/"
    assert "The account is not in use" in client.get("/inactive/", HTTP_ACCEPT_LANGUAGE="en").content.decode()
    assert client.get("/roles/").status_code == 302


def test_guessing_is_stopped_also_for_the_right_password(client, user):
    for _ in range(5):
        enter(client, user.email, "wrong password")
    answer = enter(client, user.email, PASSWORD)
    assert "Too many failed attempts" in answer.content.decode()
    assert client.get("/roles/").status_code == 302


def test_logging_out_takes_a_post(client, user):
    client.force_login(user)
    assert "Do you want to log out?" in client.get("/logout/").content.decode()
    assert client.get("/roles/").status_code == 200
    assert client.post("/logout/")["Location"] == "/"
    assert client.get("/roles/").status_code == 302


def test_where_passwords_are_off_they_open_nothing(client, user, settings):
    settings.KOKEILU_PASSWORD_LOGIN, settings.SOCIALACCOUNT_ONLY = False, True
    page = client.get("/", HTTP_ACCEPT_LANGUAGE="en").content.decode()
    assert "No way to log in is set up here." in page
    assert 'type="password"' not in page
    assert enter(client, user.email, PASSWORD).status_code == 403
    assert client.get("/roles/").status_code == 302


def test_a_forged_form_is_refused_with_a_page(user):
    answer = enter(Client(enforce_csrf_checks=True), user.email, PASSWORD)
    assert answer.status_code == 403
    assert "Open the page again." in answer.content.decode()


def test_a_half_set_service_is_told_in_one_line():
    assert oidc.from_environment({}) == {}
    with pytest.raises(Problem, match="KOKEILU_OIDC_CLIENT_ID, KOKEILU_OIDC_CLIENT_SECRET is empty"):
        oidc.from_environment({"KOKEILU_OIDC_ISSUER": "https://id.example"})


# OpenID Connect, against a provider in a process of its own: discovery, token and keys over HTTP.


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with provider.running() as address:
        yield address


@pytest.fixture
def service(issuer, settings) -> dict[str, str]:
    service = oidc.from_environment(
        {"KOKEILU_OIDC_ISSUER": issuer, "KOKEILU_OIDC_CLIENT_ID": "kokeilu", "KOKEILU_OIDC_CLIENT_SECRET": "s",
         "KOKEILU_OIDC_NAME": "Virtu"}
    )  # fmt: skip
    settings.KOKEILU_OIDC = service
    settings.SOCIALACCOUNT_PROVIDERS = oidc.allauth_providers(service)
    settings.SOCIALACCOUNT_REQUESTS_TIMEOUT = 60  # seconds; a machine under load is slow
    return service


def at_provider(client, subject: str | None) -> str:
    """Go to the provider and say who one is there (None: stop); returns the address it sends back to."""
    response = client.post("/oidc/staff/login/")
    assert response.status_code == 302
    query = urllib.parse.parse_qs(urllib.parse.urlsplit(response["Location"]).query)
    assert query["code_challenge_method"] == ["S256"]
    back = provider.say(response["Location"], subject)
    assert back.startswith("/oidc/staff/callback/?")
    return back


def test_the_front_page_offers_the_service_by_its_name(client, service):
    page = client.get("/", HTTP_ACCEPT_LANGUAGE="en").content.decode()
    assert "Log in with Virtu" in page
    assert re.search(r'<form[^>]*method="post"[^>]*action="/oidc/staff/login/"', unescape(page))


def test_a_subject_that_an_administrator_gave_logs_in(client, service, user):
    SocialAccount.objects.create(user=user, provider="staff", uid="subject-1")
    response = client.get(at_provider(client, "subject-1"))
    assert (response.status_code, response["Location"]) == (302, "/start/")
    assert client.get("/roles/").status_code == 200
    assert client.session["_auth_user_id"] == str(user.pk)


def test_an_unknown_subject_stays_outside_with_a_clear_page(client, service, user):
    response = client.get(at_provider(client, "subject-2"), HTTP_ACCEPT_LANGUAGE="en")
    assert response.status_code == 403
    page = response.content.decode()
    assert "You are not a user yet" in page
    assert "subject-2" in page
    assert client.get("/roles/").status_code == 302
    assert User.objects.count() == 1
    assert not SocialAccount.objects.exists()


def test_an_address_that_matches_proves_nothing(client, service, user):
    # The provider gives an unknown subject its own name as e-mail address: that of a person here.
    assert client.get(at_provider(client, user.email)).status_code == 403
    assert client.get("/roles/").status_code == 302
    assert not SocialAccount.objects.exists()


def test_somebody_out_of_use_stays_outside_by_the_service_too(client, service, user):
    SocialAccount.objects.create(user=user, provider="staff", uid="subject-1")
    User.objects.update(is_active=False)
    assert client.get(at_provider(client, "subject-1"))["Location"] == "/inactive/"
    assert client.get("/roles/").status_code == 302


def test_stopping_at_the_provider_comes_back_to_a_page(client, service):
    response = client.get(at_provider(client, None), follow=True, HTTP_ACCEPT_LANGUAGE="en")
    assert "The log-in was stopped" in response.content.decode()


def test_an_answer_that_was_not_asked_for_is_refused(client, service, user):
    SocialAccount.objects.create(user=user, provider="staff", uid="subject-1")
    address = at_provider(client, "subject-1")
    stranger = Client()
    response = stranger.get(address, HTTP_ACCEPT_LANGUAGE="en")
    assert response.status_code == 403
    assert "did not confirm who you are" in response.content.decode()
    assert stranger.get("/roles/").status_code == 302


@pytest.mark.parametrize("fault", ["key", "audience", "issuer", "age"])
def test_a_token_that_is_not_the_providers_for_us_now_is_refused(client, service, user, monkeypatch, fault):
    """The provider's answer is replaced by a token of our own making, right in everything but one thing."""
    SocialAccount.objects.create(user=user, provider="staff", uid="subject-1")
    ours = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    published = jwt.algorithms.RSAAlgorithm.to_jwk(
        (rsa.generate_private_key(public_exponent=65537, key_size=2048) if fault == "key" else ours).public_key(),
        as_dict=True,
    )
    now = int(time.time())
    claims = {
        "sub": "subject-1", "iat": now, "exp": now - 3600 if fault == "age" else now + 3600,
        "iss": "http://elsewhere.example" if fault == "issuer" else service["issuer"],
        "aud": "another" if fault == "audience" else "kokeilu",
    }  # fmt: skip
    token = jwt.encode(claims, ours, algorithm="RS256")
    monkeypatch.setattr(jwt.PyJWKSet, "from_dict", lambda _answer: jwt.PyJWKSet([published]))
    decode = entrance.VerifyingAdapter._decode_id_token
    instead = lambda self, app, _given: decode(self, app, token)  # noqa: E731
    monkeypatch.setattr(entrance.VerifyingAdapter, "_decode_id_token", instead)
    response = client.get(at_provider(client, "subject-1"), HTTP_ACCEPT_LANGUAGE="en")
    assert response.status_code == 403
    assert "did not confirm who you are" in response.content.decode()
    assert client.get("/roles/").status_code == 302


def test_a_provider_that_does_not_answer_is_told(client, service, settings):
    with socket.socket() as closed:  # a port that nobody listens on
        closed.bind(("127.0.0.1", 0))
        nowhere = service | {"issuer": f"http://127.0.0.1:{closed.getsockname()[1]}"}
        settings.SOCIALACCOUNT_PROVIDERS = oidc.allauth_providers(nowhere)
        response = client.post("/oidc/staff/login/", HTTP_ACCEPT_LANGUAGE="en")
    assert response.status_code == 503
    assert "The log-in service does not answer." in response.content.decode()


def test_a_provider_that_is_not_set_is_not_found(client, service):
    assert client.get("/oidc/other/login/").status_code == 404
