"""Every page goes through log-in, the policy and the read log; without a line in the log no data leave."""

from collections.abc import Iterator
from uuid import UUID

import pytest
from django.db import DatabaseError

from kokeilu.access import logs, policy
from kokeilu.access.models import ReadLog, Role
from kokeilu.access.pages import page
from kokeilu.access.tests.example_pages import SECRET, SEEN, open_to_all

pytestmark = [pytest.mark.django_db, pytest.mark.urls("kokeilu.access.tests.example_pages")]

OURS, THEIRS = UUID(int=1), UUID(int=9)


@pytest.fixture(autouse=True)
def _responsible(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Helsinki is responsible for OURS, nobody for THEIRS."""

    def find(actor, persons):
        return dict.fromkeys({OURS} & set(persons), "responsible") if actor.organisation.key == "helsinki" else {}

    monkeypatch.setattr(policy, "_grounds", [find])
    yield


def test_a_person_is_shown_on_a_ground_and_logged(logged_in):
    client, actor = logged_in(Role.WORKER, "helsinki")
    response = client.get(f"/one/{OURS}/")
    assert response.content.decode() == SECRET
    line = ReadLog.objects.get()
    assert (line.user, line.organisation, line.role) == (actor.user, actor.organisation, "worker")
    assert (line.operation, line.ground, line.persons) == ("test.one", "responsible", [OURS])


@pytest.mark.parametrize(
    ("role", "organisation", "person", "reason"),
    [
        (Role.WORKER, "helsinki", THEIRS, "Your organisation has no ground to see this person today"),
        (Role.WORKER, "espoo", OURS, "Your organisation has no ground to see this person today"),
        (Role.ADMINISTRATOR, "helsinki", OURS, "Your role does not include this"),
    ],
)
def test_a_person_is_refused_with_the_reason_and_nothing_is_logged(logged_in, role, organisation, person, reason):
    client, _actor = logged_in(role, organisation)
    response = client.get(f"/one/{person}/")
    assert response.status_code == 403
    assert reason in response.content.decode()
    assert SECRET not in response.content.decode()
    assert not ReadLog.objects.exists()


@pytest.mark.parametrize(
    ("language", "words"), [("fi", "ei ole tänään perustetta"), ("sv", "i dag ingen grund"), ("en", "no ground")]
)
def test_the_reason_is_told_in_the_persons_language(logged_in, language, words):
    client, actor = logged_in(Role.WORKER, "espoo")
    type(actor.user).objects.update(language=language)
    assert words in client.get(f"/one/{OURS}/").content.decode()


def test_a_list_is_logged_with_everyone_on_it_and_the_question(logged_in):
    client, _actor = logged_in(Role.WORKER, "helsinki")
    assert client.get("/several/").content.decode() == SECRET
    line = ReadLog.objects.get()
    assert (line.persons, line.query, line.ground) == (SEEN, {"language": "sv"}, "role")


def test_a_page_that_shows_persons_without_a_line_is_withheld(logged_in):
    client, _actor = logged_in(Role.WORKER, "helsinki")
    with pytest.raises(RuntimeError, match="without a line in the read log"):
        client.get("/several-unlogged/")
    client.raise_request_exception = False
    response = client.get("/several-unlogged/")
    assert response.status_code == 500
    assert SECRET not in response.content.decode()


def test_a_page_that_shows_persons_may_not_stream(logged_in):
    client, _actor = logged_in(Role.WORKER, "helsinki")
    with pytest.raises(RuntimeError, match="streams"):
        client.get("/several-streamed/")


@pytest.mark.parametrize("address", [f"/one/{OURS}/", "/several/"])
def test_when_the_log_cannot_be_written_no_data_leave(logged_in, monkeypatch, address):
    client, _actor = logged_in(Role.WORKER, "helsinki")

    def fail(*args, **kwargs):
        raise DatabaseError("disk full")

    monkeypatch.setattr(logs.ReadLog.objects, "create", fail)
    client.raise_request_exception = False
    response = client.get(address)
    assert response.status_code == 500
    assert SECRET not in response.content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_request_that_fails_leaves_neither_line_nor_data(logged_in):
    client, _actor = logged_in(Role.WORKER, "helsinki")
    client.raise_request_exception = False
    response = client.get(f"/one-fails/{OURS}/")
    assert response.status_code == 500
    assert SECRET not in response.content.decode()
    assert not ReadLog.objects.exists()


def test_a_view_without_an_operation_is_refused_to_everybody(client, logged_in):
    assert client.get("/without-operation/")["Location"] == "/?next=/without-operation/"
    for role in Role:
        known, _actor = logged_in(role, "helsinki")
        response = known.get("/without-operation/")
        assert response.status_code == 403
        assert "no rule that says who may open it" in response.content.decode()


def test_a_method_that_is_not_allowed_gets_a_page(logged_in):
    client, _actor = logged_in(Role.WORKER, "helsinki")
    response = client.get("/only-post/")
    assert (response.status_code, response["Allow"]) == (405, "POST")
    assert "This cannot be done here" in response.content.decode()
    assert client.head("/only-post/").status_code == 405
    assert client.post("/only-post/").content == b"done"


def test_what_is_open_is_read_without_log_in_and_without_a_line(client):
    response = client.get("/open/")
    assert (response.status_code, response.content) == (200, b"figures")
    assert (client.post("/open/").status_code, client.get("/only-post/").status_code) == (405, 302)
    assert not ReadLog.objects.exists()


@pytest.mark.parametrize("methods", [("POST",), ("GET", "POST")])
def test_what_is_open_is_not_written(methods):
    with pytest.raises(ValueError, match="only read"):
        page(open_to_all, *methods)


def test_nobody_without_log_in(client):
    response = client.get(f"/one/{OURS}/")
    assert (response.status_code, response["Location"]) == (302, f"/?next=/one/{OURS}/")
