"""The administration pages: what they show, what their forms do, how they tell a mistake."""

from datetime import date

import pytest

from kokeilu.access.models import ChangeLog, Membership, Organisation, Role, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(logged_in):
    client, _actor = logged_in(Role.ADMINISTRATOR, "te")
    return client


@pytest.fixture
def worker(actor_of) -> User:
    user: User = actor_of(Role.WORKER, "helsinki").user
    User.objects.filter(pk=user.pk).update(name="Kaisa Käsittelijä", email="kaisa@hel.example")
    user.refresh_from_db()
    return user


def new_user(**changes):
    place = Organisation.objects.get(key="te").pk
    given = {"name": "Ola Öst", "email": "ola@te.example", "language": "sv", "organisation": place}
    return given | {"role": "state_officer", "since": "2021-03-31"} | changes


def test_organisations_show_how_many_work_there_today(administrator, worker):
    Membership.objects.create(
        user=worker, organisation=Organisation.objects.get(key="helsinki"), role=Role.TEAM_LEAD,
        valid=(date(2020, 1, 1), date(2021, 1, 1)),
    )  # fmt: skip
    rows = {one.key: one.members for one in administrator.get("/admin/").context["organisations"]}
    assert rows == {"te": 1, "helsinki": 1}


def test_users_are_found_by_name_or_address_in_pages(administrator, worker):
    for number in range(60):
        User.objects.create_user(f"u{number}@te.example", f"User {number:02d}")
    page = administrator.get("/admin/users/").content.decode()
    assert "User 59" not in page
    assert 'href="?page=2"' in page
    assert "User 59" in administrator.get("/admin/users/?page=2").content.decode()
    for search in ("käsitt", "KAISA@hel"):
        page = administrator.get("/admin/users/", {"q": search}).content.decode()
        assert "Kaisa Käsittelijä" in page
        assert "User 01" not in page
    assert "No user has this name" in administrator.get("/admin/users/?q=nobody").content.decode()


def test_the_list_of_users_takes_the_same_queries_for_many(administrator, worker, django_assert_max_num_queries):
    with django_assert_max_num_queries(12) as few:
        administrator.get("/admin/users/")
    place = Organisation.objects.get(key="te")
    for number in range(40):
        user = User.objects.create_user(f"u{number}@te.example", f"User {number:02d}")
        Membership.objects.create(user=user, organisation=place, role=Role.ANALYST, valid=("2021-01-01", None))
    with django_assert_max_num_queries(len(few)):
        administrator.get("/admin/users/")


def test_a_user_is_added_by_the_form(administrator):
    response = administrator.post("/admin/users/add/", new_user(), follow=True)
    page = response.content.decode()
    user = User.objects.get(email="ola@te.example")
    assert response.redirect_chain == [(f"/admin/users/{user.pk}/", 302)]
    assert "Ola Öst was added." in page
    assert "Role added" in page  # the changes, with who made them
    assert "administrator 1" in page


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"email": "kaisa@hel.example"}, "The e-mail address is in use already."),
        ({"email": "no address"}, "Enter a valid email address."),
        ({"role": "emperor"}, "Select a valid choice."),
        ({"since": "31.3.2021"}, "Enter a valid date."),
        ({"name": ""}, "This field is required."),
    ],
)
def test_a_mistake_is_told_at_its_field_and_nothing_is_added(administrator, worker, changes, words):
    before = User.objects.count()
    page = administrator.post("/admin/users/add/", new_user(**changes)).content.decode()
    field = next(iter(changes))
    assert words in page
    assert f'id="id_{field}-error"' in page
    assert f'aria-describedby="id_{field}-error"' in page
    assert User.objects.count() == before
    assert not ChangeLog.objects.exists()


def test_a_role_is_added_and_ended(administrator, worker):
    place = Organisation.objects.get(key="helsinki").pk
    address = f"/admin/users/{worker.pk}/"
    role = {"do": "role", "organisation": place, "role": "team_lead", "since": "2021-01-01"}
    assert "The role was added." in administrator.post(address, role, follow=True).content.decode()
    assert "has this role already" in administrator.post(address, role).content.decode()
    lead = Membership.objects.get(user=worker, role=Role.TEAM_LEAD)
    end = f"/admin/memberships/{lead.pk}/end/"
    assert "The last day has passed." in administrator.post(end, {"last_day": "2021-03-01"}).content.decode()
    page = administrator.post(end, {"last_day": ""}, follow=True).content.decode()
    assert "The role ends." in page
    assert "Ended" in page
    lead.refresh_from_db()
    assert lead.valid.upper == date(2021, 3, 31)


def test_the_identifier_is_asked_for_only_where_a_service_is(administrator, worker, settings):
    address = f"/admin/users/{worker.pk}/"
    assert "Identifier at the log-in service" not in administrator.get(address).content.decode()
    settings.KOKEILU_OIDC = {"provider": "staff"}
    page = administrator.post(address, {"do": "subject", "subject": "s-1"}, follow=True).content.decode()
    assert "The identifier was saved." in page
    assert 'value="s-1"' in page


def test_somebody_who_is_not_there_is_not_found(administrator):
    nobody = "00000000-0000-0000-0000-000000000000"
    for address in (f"/admin/users/{nobody}/", f"/admin/memberships/{nobody}/end/"):
        assert administrator.get(address).status_code == 404
