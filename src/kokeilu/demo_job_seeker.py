"""The invented job seeker who has an account in a demonstration: moved on the day of the transfer, and asked about."""

import unicodedata
from datetime import date

from kokeilu.my.actions import give_demo_account
from kokeilu.my.models import DemoAccount
from kokeilu.register.models import Details
from kokeilu.register.queries import current
from kokeilu.services.models import Request
from kokeilu.steps import Tell

AREA = "helsinki"
DOMAIN = "jobseeker.example"


def made() -> bool:
    """Whether the account is there."""
    return DemoAccount.objects.exists()


def make(moved_on: date, password: str, tell: Tell) -> None:
    """Give it to the first customer of the area about whom the state was asked and whose address is open; from the
    same customers the same."""
    named = current(Details).filter(family_name__isnull=False, given_names__isnull=False, protected=False)
    asked = Request.objects.filter(
        responsibility__organisation__key=AREA, responsibility__valid__startswith=moved_on,
        person__in=named.values("person"),
    )  # fmt: skip
    first = asked.order_by("asked_on", "pk")[0]
    details = named.get(person=first.person_id)
    give_demo_account(first.person_id, _address(f"{details.given_names}.{details.family_name}"), password)


def address() -> str:
    """The e-mail address of the account; empty where there is none."""
    return DemoAccount.objects.order_by("email").values_list("email", flat=True).first() or ""


def renew(password: str) -> None:
    """Have the account this password."""
    for account in DemoAccount.objects.order_by("email"):
        give_demo_account(account.person_id, account.email, password)


def _address(name: str) -> str:
    ascii_name = unicodedata.normalize("NFKD", name.lower()).encode("ascii", "ignore").decode()
    return f"{ascii_name.replace(' ', '.')}@{DOMAIN}"
