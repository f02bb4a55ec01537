"""The role one works in: what counts today, the choice among several, where log-in leads."""

from datetime import date

import pytest

from kokeilu.access.models import Membership, Organisation, Role
from kokeilu.web import navigation

pytestmark = pytest.mark.django_db


def test_without_a_role_nothing_opens_but_the_reason_is_told(logged_in):
    client, _actor = logged_in(Role.WORKER, "helsinki")
    Membership.objects.update(valid=(date(2021, 1, 1), date(2021, 3, 31)))  # until yesterday
    for address in ("/start/", "/roles/", "/admin/"):
        response = client.get(address)
        assert response.status_code == 403
        assert "you have no role in any organisation today" in response.content.decode()
    assert "Log out" in client.get("/start/").content.decode()
    Membership.objects.update(valid=(date(2021, 3, 31), date(2021, 4, 1)))
    assert client.get("/roles/").status_code == 200


def test_among_several_roles_the_chosen_one_counts(logged_in):
    client, actor = logged_in(Role.WORKER, "helsinki")
    assert "Change role" not in client.get("/roles/").content.decode()
    second = Membership.objects.create(
        user=actor.user, organisation=actor.organisation, role=Role.ADMINISTRATOR, valid=("2021-01-01", None)
    )
    assert client.get("/admin/").status_code == 200  # the first by organisation and role
    first = Membership.objects.get(role=Role.WORKER)
    assert client.post("/roles/", {"membership": first.pk})["Location"] == "/start/"
    assert client.get("/admin/").status_code == 403
    assert "Change role" in client.get("/roles/").content.decode()
    client.post("/roles/", {"membership": second.pk})
    assert client.get("/admin/").status_code == 200


def test_a_role_of_somebody_else_cannot_be_chosen(logged_in):
    client, _actor = logged_in(Role.WORKER, "helsinki")
    _client, other = logged_in(Role.ADMINISTRATOR, "te")
    response = client.post("/roles/", {"membership": other.user.memberships.get().pk})
    assert response.status_code == 200
    assert "choice is not yours" in response.content.decode()
    assert client.get("/admin/").status_code == 403


def test_a_role_that_ended_is_not_worked_in_any_more(logged_in):
    client, actor = logged_in(Role.ADMINISTRATOR, "te")
    client.post("/roles/", {"membership": actor.user.memberships.get().pk})
    Membership.objects.create(
        user=actor.user, organisation=actor.organisation, role=Role.WORKER, valid=("2021-01-01", None)
    )
    assert client.get("/admin/").status_code == 200
    Membership.objects.filter(role=Role.ADMINISTRATOR).update(valid=(date(2021, 1, 1), date(2021, 3, 31)))
    assert client.get("/admin/").status_code == 403


def test_log_in_leads_to_the_first_page_one_may_open(logged_in, monkeypatch):
    monkeypatch.setattr(navigation, "_entries", {})
    navigation.add("Second", "access:roles", "access.choose_role", 20)
    navigation.add("Administration", "access:admin", "access.administer", 10)
    worker, _actor = logged_in(Role.WORKER, "helsinki")
    administrator, _actor = logged_in(Role.ADMINISTRATOR, "te")
    assert worker.get("/start/")["Location"] == "/roles/"
    assert administrator.get("/start/")["Location"] == "/admin/"
    monkeypatch.setattr(navigation, "_entries", {})
    assert "There is no page for your role yet." in worker.get("/start/").content.decode()


def test_the_header_names_organisation_person_and_role_in_the_persons_language(logged_in):
    client, actor = logged_in(Role.TEAM_LEAD, "helsinki")
    Organisation.objects.update(name_fi="Helsingin kuntakokeilu", name_sv="Helsingfors kommunförsök")
    for language, words in (("fi", "Helsingin kuntakokeilu"), ("sv", "Helsingfors kommunförsök")):
        client.post("/language/", {"language": language, "next": "/roles/"})
        page = client.get("/roles/").content.decode()
        assert words in page
        assert actor.user.name in page
        assert f'<html lang="{language}"' in page
