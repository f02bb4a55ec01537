"""The ways in: by a real OpenID Connect provider on this machine, by a demonstration's password; and who stays outside.

A job seeker's session is no session of the staff, nor the reverse.
"""

import logging
import socket
import time
import urllib.parse
from collections.abc import Callable, Iterator

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.core.cache import cache
from django.test import Client

from kokeilu.access import oidc
from kokeilu.access.models import ChangeLog, ReadLog, User
from kokeilu.access.tests import provider
from kokeilu.my import actions
from kokeilu.my.session import COOKIE, OwnSession
from kokeilu.problems import Problem
from kokeilu.register import statements
from kokeilu.register.queries import identity_code
from kokeilu.register.tests.people import person
from kokeilu.tests.addresses import addresses
from kokeilu.tests.seeker import Seeker
from kokeilu.tests.world import MARCH, World, _of

PASSWORD = "a long one, 2021"
CLAIM = "urn:oid:1.2.246.21"


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with provider.running() as address:
        yield address


@pytest.fixture
def service(issuer: str, settings) -> dict[str, str]:
    found = oidc.identification(
        {
            "KOKEILU_MY_OIDC_ISSUER": issuer, "KOKEILU_MY_OIDC_CLIENT_ID": "kokeilu-my",
            "KOKEILU_MY_OIDC_CLIENT_SECRET": "s", "KOKEILU_MY_OIDC_CODE_CLAIM": CLAIM,
        }
    )  # fmt: skip
    settings.KOKEILU_MY_OIDC = found
    settings.SOCIALACCOUNT_REQUESTS_TIMEOUT = 60  # seconds; a machine under load is slow
    return found


@pytest.fixture
def client() -> Client:
    return Client(headers={"accept-language": "en"})


def at_provider(client: Client, subject: str | None) -> str:
    """Go to the provider and say who one is there (None: stop); returns the address it sends back to."""
    response = client.post("/my/enter/")
    assert response.status_code == 302
    query = urllib.parse.parse_qs(urllib.parse.urlsplit(response["Location"]).query)
    assert (query["code_challenge_method"], query["scope"]) == (["S256"], ["openid"])
    assert {"state", "nonce", "code_challenge"} <= set(query)
    back = provider.say(response["Location"], subject)
    assert back.startswith("/my/callback/?")
    return back


def known(issuer: str, seeker: Seeker, **claims: object) -> str:
    """A subject of the provider that is the job seeker; returns the code."""
    code = identity_code(seeker.pk)
    assert code is not None
    provider.tell(issuer, "subject-1", {CLAIM: code} | claims)
    return code


# -- identification ----------------------------------------------------------------------------------


def test_the_identity_code_finds_the_person_and_is_kept_nowhere(
    client: Client, service, issuer: str, seeker: Seeker, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    code = known(issuer, seeker)
    assert "Identify yourself with Suomi.fi" in client.get("/my/enter/").content.decode()
    back = at_provider(client, "subject-1")
    response = client.get(back)
    assert (response.status_code, response["Location"]) == (302, "/my/")
    assert client.get("/my/").status_code == 200
    session = OwnSession(client.cookies[COOKIE].value)
    assert dict(session.items()) == {"record": str(seeker.pk)}
    logs = [*ReadLog.objects.values(), *ChangeLog.objects.values()]
    assert code not in caplog.text + back + str(logs) + client.get("/my/").content.decode()


def test_the_cookie_goes_to_the_own_pages_alone_and_is_another_after_sign_in(
    client: Client, service, issuer: str, seeker: Seeker
) -> None:
    known(issuer, seeker)
    back = at_provider(client, "subject-1")
    before = client.cookies[COOKIE].value
    cookie = client.get(back).cookies[COOKIE]
    assert cookie.value != before
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/my/", True, "Lax")
    assert not OwnSession().exists(before)


@pytest.mark.parametrize("claims", [{CLAIM: person(99)["person"]}, {CLAIM: "nonsense"}])
def test_whom_the_register_does_not_know_gets_a_plain_page(
    client: Client, service, issuer: str, world: World, claims: dict[str, object]
) -> None:
    provider.tell(issuer, "subject-2", claims)
    response = client.get(at_provider(client, "subject-2"))
    assert response.status_code == 403
    page = response.content.decode()
    assert "There is no page for you here" in page
    assert str(claims[CLAIM]) not in page
    assert client.get("/my/")["Location"] == "/my/enter/"


def test_who_has_died_is_answered_like_somebody_unknown(client: Client, service, issuer: str, world: World) -> None:
    gone = Seeker(_of(6))
    known(issuer, gone)
    statements.record_death(gone.pk, MARCH.replace(day=1), "The population register", actor=None)
    response = client.get(at_provider(client, "subject-1"))
    assert (response.status_code, "There is no page for you here" in response.content.decode()) == (403, True)


def test_a_token_without_the_claim_identifies_nobody(client: Client, service, issuer: str, world: World) -> None:
    provider.tell(issuer, "subject-3", {"other": "x"})
    response = client.get(at_provider(client, "subject-3"))
    assert response.status_code == 403
    assert "The identification did not succeed." in response.content.decode()


def test_the_way_of_identification_must_be_the_one_asked_for(
    client: Client, service, issuer: str, settings, seeker: Seeker
) -> None:
    settings.KOKEILU_MY_OIDC = service | {"acr": "http://ftn.ficora.fi/2017/loa2"}
    known(issuer, seeker, acr="password")
    assert client.get(at_provider(client, "subject-1")).status_code == 403
    known(issuer, seeker, acr="http://ftn.ficora.fi/2017/loa2")
    assert client.get(at_provider(client, "subject-1"))["Location"] == "/my/"


def test_stopping_at_the_provider_shows_nothing(client: Client, service, issuer: str, world: World) -> None:
    response = client.get(at_provider(client, None))
    assert (response.status_code, "did not succeed" in response.content.decode()) == (403, True)


def test_an_answer_counts_once_and_only_where_it_was_asked_for(
    client: Client, service, issuer: str, seeker: Seeker
) -> None:
    known(issuer, seeker)
    back = at_provider(client, "subject-1")
    assert Client().get(back).status_code == 403  # another browser
    other_state = back.replace("state=", "state=x")
    assert client.get(other_state).status_code == 403
    assert client.get(back).status_code == 403  # what was asked was used up by the wrong answer


@pytest.mark.parametrize("fault", ["key", "audience", "issuer", "age", "nonce"])
def test_a_token_that_is_not_the_provider_s_for_us_now_is_refused(
    client: Client, service, issuer: str, seeker: Seeker, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    """The provider's answer is replaced by a token of our own making, right in everything but one thing."""
    code = known(issuer, seeker)
    ours = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    shown = rsa.generate_private_key(public_exponent=65537, key_size=2048) if fault == "key" else ours
    published = jwt.algorithms.RSAAlgorithm.to_jwk(shown.public_key(), as_dict=True)
    back = at_provider(client, "subject-1")
    nonce = OwnSession(client.cookies[COOKIE].value)["entering"]["nonce"]
    now = int(time.time())
    claims = {
        "sub": "subject-1", "iat": now, "exp": now - 3600 if fault == "age" else now + 3600, CLAIM: code,
        "iss": "http://elsewhere.example" if fault == "issuer" else service["issuer"],
        "aud": "another" if fault == "audience" else "kokeilu-my",
        "nonce": "another" if fault == "nonce" else nonce,
    }  # fmt: skip
    token = jwt.encode(claims, ours, algorithm="RS256")
    verify = oidc.claims
    monkeypatch.setattr(oidc, "claims", lambda _token, _keys, **checks: verify(token, {"keys": [published]}, **checks))
    assert client.get(back).status_code == 403
    assert client.get("/my/")["Location"] == "/my/enter/"


def test_a_provider_that_does_not_answer_is_told(client: Client, service, settings, db: None) -> None:
    with socket.socket() as closed:  # a port that nobody listens on
        closed.bind(("127.0.0.1", 0))
        settings.KOKEILU_MY_OIDC = service | {"issuer": f"http://127.0.0.1:{closed.getsockname()[1]}"}
        response = client.post("/my/enter/")
    assert (response.status_code, "does not answer" in response.content.decode()) == (503, True)


def test_without_settings_there_is_no_way_in_and_the_page_says_so(client: Client, settings, db: None) -> None:
    settings.KOKEILU_MY_OIDC = {}
    for response in (client.get("/my/enter/"), client.post("/my/enter/")):
        assert "Signing in is not in use here." in response.content.decode()
    assert client.get("/my/callback/?code=x&state=y").status_code == 403


def test_a_half_set_service_is_told_in_one_line() -> None:
    assert oidc.identification({}) == {}
    with pytest.raises(Problem, match="KOKEILU_MY_OIDC_CODE_CLAIM is empty"):
        oidc.identification(
            {
                "KOKEILU_MY_OIDC_ISSUER": "https://id.example", "KOKEILU_MY_OIDC_CLIENT_ID": "a",
                "KOKEILU_MY_OIDC_CLIENT_SECRET": "s",
            }
        )  # fmt: skip


# -- the demonstration -------------------------------------------------------------------------------


@pytest.fixture
def account(settings, seeker: Seeker) -> str:
    cache.clear()
    settings.KOKEILU_DEMO = True
    return actions.give_demo_account(seeker.pk, "job.seeker@kokeilu.example", PASSWORD).email


def enter(client: Client, email: str, password: str):
    return client.post("/my/enter/", {"email": email, "password": password})


def test_in_a_demonstration_a_password_opens_the_page(client: Client, account: str) -> None:
    assert enter(client, account.upper(), PASSWORD)["Location"] == "/my/"
    assert client.get("/my/").status_code == 200
    assert client.get("/my/enter/")["Location"] == "/my/"
    assert client.post("/my/leave/")["Location"] == "/my/enter/"
    assert client.get("/my/")["Location"] == "/my/enter/"


def test_a_wrong_password_and_an_unknown_address_are_answered_alike(client: Client, account: str) -> None:
    for email in (account, "nobody@kokeilu.example"):
        response = enter(client, email, "wrong password")
        assert response.status_code == 422
        assert "The e-mail address or the password is wrong." in response.content.decode()
    assert enter(client, "no address", "").status_code == 422


def test_guessing_is_stopped_also_for_the_right_password(client: Client, account: str) -> None:
    for _ in range(5):
        enter(client, account, "wrong password")
    assert "Too many failed attempts" in enter(client, account, PASSWORD).content.decode()
    assert client.get("/my/")["Location"] == "/my/enter/"


def test_outside_a_demonstration_the_password_opens_nothing(client: Client, account: str, settings) -> None:
    settings.KOKEILU_DEMO = False
    assert enter(client, account, PASSWORD).status_code == 200
    assert client.get("/my/")["Location"] == "/my/enter/"
    with pytest.raises(Problem, match="not a demonstration"):
        actions.check_demo_account(account, PASSWORD)
    with pytest.raises(Problem, match="for demonstrations"):
        actions.give_demo_account(_of(7), "x@kokeilu.example", PASSWORD)


# -- two sessions, apart -----------------------------------------------------------------------------


def test_a_job_seeker_s_session_opens_no_page_of_the_staff(
    signed_in: Callable, world: World, subtests: pytest.Subtests
) -> None:
    client, stranger = signed_in(), Client(headers={"accept-language": "en"})
    asked = 0
    for address in addresses():
        if address.route.startswith("/my/"):
            continue
        values = world.parameters
        for method in address.methods:
            with subtests.test(f"{method} {address.route}"):
                path = address.path(values)
                theirs, nobody_s = (each.generic(method, path) for each in (client, stranger))
                assert theirs.status_code == nobody_s.status_code
                leads = [each.get("Location", "").partition("?")[0] for each in (theirs, nobody_s)]
                assert leads[0] == leads[1]
                asked += 1
    assert asked > 50


def test_staff_are_refused_on_the_own_pages(world: World, subtests: pytest.Subtests) -> None:
    for who, user in world.staff.items():
        if not isinstance(user, User):
            continue
        with subtests.test(who):
            client = Client(headers={"accept-language": "en"})
            client.force_login(user)
            response = client.get("/my/")
            assert response.status_code == 403
            assert "opens nobody&#x27;s own page" in response.content.decode()
            assert user.name not in response.content.decode()


def test_somebody_who_is_both_has_two_sessions(signed_in: Callable, world: World) -> None:
    client = signed_in()
    client.force_login(world.staff["worker"])
    own = client.get("/my/").content.decode()
    assert world.staff["worker"].name not in own.split("<main")[0]
    assert client.get("/portfolio/").status_code == 200
    client.post("/my/leave/")
    assert client.get("/portfolio/").status_code == 200
    assert client.get("/my/").status_code == 403


def test_neither_session_is_read_as_the_other(signed_in: Callable, world: World) -> None:
    staff = Client()
    staff.force_login(world.staff["worker"])
    swapped = Client()
    swapped.cookies[COOKIE] = staff.cookies["sessionid"].value
    assert swapped.get("/my/")["Location"] == "/my/enter/"
    swapped = Client()
    swapped.cookies["sessionid"] = signed_in().cookies[COOKIE].value
    assert swapped.get("/portfolio/").status_code == 302


def test_a_session_ends_when_nothing_is_asked_for_half_an_hour(signed_in: Callable) -> None:
    client = signed_in()
    row = OwnSession.get_model_class().objects.get(session_key=client.cookies[COOKIE].value)
    row.expire_date = row.expire_date.replace(year=2000)
    row.save()
    assert client.get("/my/")["Location"] == "/my/enter/"
    assert OwnSession().get_expiry_age() == 30 * 60


def test_a_union_that_is_revoked_shows_nobody_the_other_s_data(signed_in: Callable, world: World) -> None:
    kept, merged = _of(8), _of(9)
    stated = statements.merge(kept, merged, "Two codes of one person", actor=None)
    client = signed_in(merged)
    client.get("/my/")
    assert ReadLog.objects.order_by("-pk")[0].persons == [kept]
    statements.revoke(stated.statement, "They were two", actor=None)
    client.get("/my/")
    assert ReadLog.objects.order_by("-pk")[0].persons == [merged]
