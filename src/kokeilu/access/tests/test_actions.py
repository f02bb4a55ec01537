"""Users, roles and identities: who may change them, what is refused, what the change log keeps."""

from datetime import date

import pytest
from allauth.socialaccount.models import SocialAccount
from django.core.exceptions import PermissionDenied

from kokeilu.access import actions
from kokeilu.access.models import ChangeLog, Membership, Organisation, Role, User
from kokeilu.problems import Problem

pytestmark = pytest.mark.django_db
TODAY = date(2021, 3, 31)


@pytest.fixture
def administrator(actor_of):
    return actor_of(Role.ADMINISTRATOR, "te")


@pytest.fixture
def helsinki(db):
    return Organisation.objects.create(
        key="helsinki", kind="trial_area", name_fi="Helsinki", name_sv="Helsingfors", name_en="Helsinki"
    )


def add(actor, helsinki, email="Maija.Meikalainen@hel.example"):
    return actions.add_user(
        name=" Maija Meikäläinen ", email=email, language="sv", organisation=helsinki, role=Role.WORKER, since=TODAY,
        actor=actor,
    )  # fmt: skip


def test_a_user_is_added_with_a_role_and_both_are_logged(administrator, helsinki):
    user = add(administrator, helsinki)
    assert (user.name, user.email, user.language) == ("Maija Meikäläinen", "maija.meikalainen@hel.example", "sv")
    assert not user.has_usable_password()
    membership = user.memberships.get()
    assert (membership.organisation, membership.role, membership.valid.lower) == (helsinki, "worker", TODAY)
    assert [(line.action, line.user) for line in ChangeLog.objects.order_by("id")] == [
        ("add_user", administrator.user),
        ("add_membership", administrator.user),
    ]


def test_an_address_is_used_once_whatever_its_letters(administrator, helsinki):
    add(administrator, helsinki)
    with pytest.raises(Problem):
        add(administrator, helsinki, "MAIJA.meikalainen@HEL.example")
    assert User.objects.filter(email__iexact="maija.meikalainen@hel.example").count() == 1


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMINISTRATOR])
def test_only_administrators_change_users(actor_of, administrator, helsinki, role):
    actor, user = actor_of(role, "espoo"), add(None, helsinki)
    with pytest.raises(PermissionDenied):
        add(actor, helsinki, "b@hel.example")
    with pytest.raises(PermissionDenied):
        actions.add_membership(user=user, organisation=helsinki, role=Role.TEAM_LEAD, since=TODAY, actor=actor)
    with pytest.raises(PermissionDenied):
        actions.end_membership(membership=user.memberships.get(), last_day=None, actor=actor)
    with pytest.raises(PermissionDenied):
        actions.set_subject(user=user, subject="s", actor=actor)
    assert not ChangeLog.objects.filter(user=actor.user).exists()


def test_a_role_held_already_is_refused_also_from_a_later_day(administrator, helsinki):
    user = add(administrator, helsinki)
    for since in (TODAY, date(2022, 1, 1)):
        with pytest.raises(Problem):
            actions.add_membership(user=user, organisation=helsinki, role=Role.WORKER, since=since, actor=administrator)
    actions.add_membership(user=user, organisation=helsinki, role=Role.TEAM_LEAD, since=TODAY, actor=administrator)


@pytest.mark.parametrize(
    ("start", "last_day", "until"),
    [
        (date(2021, 1, 1), None, TODAY),  # at once: not today any more
        (date(2021, 1, 1), TODAY, date(2021, 4, 1)),
        (date(2021, 1, 1), date(2021, 12, 31), date(2022, 1, 1)),
        (TODAY, None, None),  # began today: never held
    ],
)
def test_a_role_ends_after_its_last_day(administrator, helsinki, start, last_day, until):
    user = add(administrator, helsinki)
    Membership.objects.filter(user=user).update(valid=(start, None))
    actions.end_membership(membership=user.memberships.get(), last_day=last_day, actor=administrator)
    valid = user.memberships.get().valid
    assert (valid.isempty, valid.upper) == ((True, None) if until is None else (False, until))


def test_a_role_is_not_ended_in_the_past_nor_twice(administrator, helsinki):
    user = add(administrator, helsinki)
    Membership.objects.filter(user=user).update(valid=(date(2021, 1, 1), None))
    membership = user.memberships.get()
    with pytest.raises(Problem):
        actions.end_membership(membership=membership, last_day=date(2021, 3, 29), actor=administrator)
    actions.end_membership(membership=membership, last_day=None, actor=administrator)
    with pytest.raises(Problem):
        actions.end_membership(membership=membership, last_day=None, actor=administrator)


def test_the_last_administrator_stays(administrator, actor_of):
    mine = administrator.user.memberships.get()
    with pytest.raises(Problem):
        actions.end_membership(membership=mine, last_day=None, actor=administrator)
    other = actor_of(Role.ADMINISTRATOR, "te")
    other.user.is_active = False
    other.user.save()
    with pytest.raises(Problem):
        actions.end_membership(membership=mine, last_day=None, actor=administrator)
    other.user.is_active = True
    other.user.save()
    actions.end_membership(membership=mine, last_day=None, actor=administrator)


def test_a_subject_belongs_to_one_person(administrator, helsinki, settings):
    user, other = add(administrator, helsinki), add(administrator, helsinki, "b@hel.example")
    with pytest.raises(Problem):  # no service is set
        actions.set_subject(user=user, subject="s-1", actor=administrator)
    settings.KOKEILU_OIDC = {"provider": "staff"}
    actions.set_subject(user=user, subject=" s-1 ", actor=administrator)
    with pytest.raises(Problem):
        actions.set_subject(user=other, subject="s-1", actor=administrator)
    actions.set_subject(user=user, subject="s-2", actor=administrator)
    assert list(SocialAccount.objects.values_list("user", "uid")) == [(user.pk, "s-2")]
    actions.set_subject(user=user, subject="", actor=administrator)
    assert not SocialAccount.objects.exists()
    assert ChangeLog.objects.filter(action="set_subject").count() == 3
