"""`kokeilu access` on the command line."""

import pytest
from allauth.socialaccount.models import SocialAccount

from kokeilu.access import commands
from kokeilu.access.models import ChangeLog, Organisation, Role, User
from kokeilu.problems import Problem

pytestmark = pytest.mark.django_db


@pytest.fixture
def kokeilu(command_line):
    """Run `kokeilu access …` on the test's database; a Problem comes out as it is."""

    def run(*arguments: str, typed: str = "") -> str:
        result = command_line("access", *arguments, input=typed)
        if isinstance(result.exception, Problem):
            raise result.exception
        assert result.exit_code == 0, result.output
        return result.output

    return run


@pytest.fixture
def te(kokeilu) -> Organisation:
    kokeilu("add-organisation", "te", "--kind", "state", "--fi", "TE-toimisto", "--sv", "TE-byrån", "--en", "TE Office")
    return Organisation.objects.get()


def test_the_first_administrator_of_an_empty_installation(kokeilu, te, settings):
    settings.KOKEILU_OIDC = {"provider": "staff"}
    output = kokeilu(
        "add-user", "Maija@te.example", "Maija Meikäläinen", "--role", "administrator", "--organisation", "te",
        "--language", "sv", "--subject", "s-1",
    )  # fmt: skip
    assert output == "added maija@te.example\n"
    user = User.objects.get()
    assert (user.language, user.memberships.get().role) == ("sv", "administrator")
    assert SocialAccount.objects.get().uid == "s-1"
    assert list(ChangeLog.objects.order_by("id").values_list("action", "user")) == [
        (action, None) for action in ("add_organisation", "add_user", "add_membership", "set_subject")
    ]


def test_a_subject_that_cannot_be_given_adds_nobody(kokeilu, te):
    with pytest.raises(Problem):  # no log-in service is set
        kokeilu("add-user", "a@te.example", "A", "--role", "worker", "--organisation", "te", "--subject", "s-1")
    assert not User.objects.exists()


def test_an_organisation_that_is_not_there_is_told(kokeilu):
    with pytest.raises(Problem, match="no organisation nowhere"):
        kokeilu("add-user", "a@te.example", "A", "--role", "worker", "--organisation", "nowhere")


@pytest.mark.parametrize("key", ["te", "not a key", ""])
def test_an_organisation_needs_a_key_of_its_own(kokeilu, te, key):
    with pytest.raises(Problem):
        kokeilu("add-organisation", key, "--kind", "state", "--fi", "A", "--sv", "B", "--en", "C")
    assert Organisation.objects.count() == 1


def test_a_password_is_asked_for_and_must_be_good(kokeilu, te):
    kokeilu("add-user", "a@te.example", "A", "--role", "worker", "--organisation", "te")
    with pytest.raises(Problem):
        kokeilu("set-password", "a@te.example", typed="short\nshort\n")
    assert not User.objects.get().has_usable_password()
    output = kokeilu("set-password", "A@te.example", typed="a long one, 2021\na long one, 2021\n")
    assert "a long one" not in output
    assert User.objects.get().check_password("a long one, 2021")
    line = ChangeLog.objects.get(action="set_password")
    assert (line.old, line.new) == (None, None)


def test_the_names_are_those_of_the_models():
    assert {name.value for name in commands.RoleName} == {role.value for role in Role}
    assert {name.value for name in commands.KindName} == {kind.value for kind in Organisation.Kind}


@pytest.mark.parametrize("command", ["add-user", "add-organisation", "set-password"])
def test_every_command_has_an_example(command_line, command):
    assert "Example: kokeilu access" in command_line("access", command, "--help").output
