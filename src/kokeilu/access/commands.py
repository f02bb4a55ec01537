"""`kokeilu access`: the first users and organisations of an installation; the pages under /admin/ do the rest."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from kokeilu import database

if TYPE_CHECKING:
    from kokeilu.access.models import User

app = typer.Typer(no_args_is_help=True, help="Users, roles and organisations.")

Email = Annotated[str, typer.Argument(metavar="EMAIL", help="The person's e-mail address.")]


class RoleName(StrEnum):
    """The roles, as `access.models.Role` has them; here so that `--help` needs no database."""

    worker = "worker"
    team_lead = "team_lead"
    state_officer = "state_officer"
    analyst = "analyst"
    administrator = "administrator"


class KindName(StrEnum):
    """The kinds of organisations, as `access.models.Organisation.Kind` has them."""

    trial_area = "trial_area"
    state = "state"
    centre = "centre"


class Language(StrEnum):
    """The languages of the user interface."""

    fi = "fi"
    sv = "sv"
    en = "en"


@app.callback()
def access() -> None:
    """Users, roles and organisations."""


@app.command("add-user")
def add_user(
    email: Email,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Their name.")],
    role: Annotated[RoleName, typer.Option(help="What they do.")],
    organisation: Annotated[str, typer.Option(metavar="KEY", help="For which organisation.")],
    language: Annotated[Language, typer.Option(help="The language they start in.")] = Language.fi,
    subject: Annotated[str, typer.Option(metavar="SUB", help="Who they are at the log-in service.")] = "",
) -> None:
    """Add a person with a role from today on. They log in once they have a subject or a password.

    Example: kokeilu access add-user maija@city.example "Maija Meikäläinen" --role administrator --organisation te
    """
    database.set_up()

    from django.db import transaction

    from kokeilu import clock
    from kokeilu.access import actions
    from kokeilu.access.models import Organisation, Role
    from kokeilu.problems import Problem

    place = Organisation.objects.filter(key=organisation).first()
    if place is None:
        raise Problem(f"no organisation {organisation}", mend="kokeilu access add-organisation adds one")
    with transaction.atomic():
        user = actions.add_user(
            name=name,
            email=email,
            language=language.value,
            organisation=place,
            role=Role(role.value),
            since=clock.today(),
            actor=None,
        )
        if subject:
            actions.set_subject(user=user, subject=subject, actor=None)
    print(f"added {user.email}")


@app.command("add-organisation")
def add_organisation(
    key: Annotated[str, typer.Argument(metavar="KEY", help="Its short name in addresses and files.")],
    kind: Annotated[KindName, typer.Option(help="What it is.")],
    fi: Annotated[str, typer.Option(help="Its Finnish name.")],
    sv: Annotated[str, typer.Option(help="Its Swedish name.")],
    en: Annotated[str, typer.Option(help="Its English name.")],
) -> None:
    """Add an organisation. Those of a trial come with `kokeilu transfer organisations`.

    Example: kokeilu access add-organisation ely-uusimaa --kind centre --fi "Uudenmaan ELY-keskus"
    --sv "NTM-centralen i Nyland" --en "Uusimaa ELY Centre"
    """
    database.set_up()

    from kokeilu.access import actions
    from kokeilu.access.models import Organisation

    names = {"name_fi": fi, "name_sv": sv, "name_en": en}
    added = actions.add_organisation(key=key, kind=Organisation.Kind(kind.value), **names, actor=None)
    print(f"added {added.key}")


@app.command("set-password")
def set_password(email: Email) -> None:
    """Set a person's password, where log-in by password is on. It is asked for, never given on the command line.

    Example: kokeilu access set-password maija@city.example
    """
    database.set_up()

    from kokeilu.access import actions

    user = _user(email)
    password = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    actions.set_password(user=user, password=password, actor=None)
    print(f"set for {user.email}")


def _user(email: str) -> "User":
    from kokeilu.access.models import User
    from kokeilu.problems import Problem

    user = User.objects.filter(email__iexact=email).first()
    if user is None:
        raise Problem(f"no user {email}", mend="kokeilu access add-user adds one")
    return user
