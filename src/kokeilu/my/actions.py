"""The account of an invented job seeker in a demonstration, and signing in with it."""

from uuid import UUID

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.core.cache import cache
from django.utils.translation import gettext as _

from kokeilu.my.models import DemoAccount
from kokeilu.problems import Problem

ATTEMPTS, SECONDS = 5, 300  # wrong passwords for an account, and for how long they count


def give_demo_account(person: UUID, email: str, password: str) -> DemoAccount:
    """Give an invented person an account, or the account another password. Raises Problem outside a demonstration."""
    if not settings.KOKEILU_DEMO:
        raise Problem("accounts with a password are for demonstrations", mend="set an identification service")
    hashed = {"email": email, "password": make_password(password)}
    return DemoAccount.objects.update_or_create(person_id=person, defaults=hashed)[0]


def check_demo_account(email: str, password: str) -> UUID:
    """The person whose account it is. Raises Problem outside a demonstration, where address or password is wrong, and
    after five wrong passwords within five minutes."""
    if not settings.KOKEILU_DEMO:
        raise Problem(_("This is not a demonstration."))
    counted = f"my-attempts:{email.strip().lower()}"
    if cache.get(counted, 0) >= ATTEMPTS:
        raise Problem(_("Too many failed attempts. Try again in a few minutes."))
    account = DemoAccount.objects.filter(email__iexact=email.strip()).first()
    # An unknown address takes as long as a wrong password.
    if not check_password(password, account.password if account else make_password("")) or account is None:
        cache.set(counted, cache.get(counted, 0) + 1, SECONDS)
        raise Problem(_("The e-mail address or the password is wrong."))
    return account.person_id
