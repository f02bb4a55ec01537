"""The demonstration's published table: prepared by the centre's analyst, checked by a colleague, published."""

from kokeilu.access import actions as access
from kokeilu.access.models import Membership, Organisation, Role
from kokeilu.access.policy import Actor
from kokeilu.demo_staff import CENTRE
from kokeilu.monitoring import release_actions
from kokeilu.monitoring.models import Release
from kokeilu.monitoring.table import Source, panel_of
from kokeilu.steps import Tell

COLLEAGUE = ("Tyyne Tarkka", f"tyyne.tarkka@{CENTRE}.example")


def made() -> bool:
    """Whether a table is published, or has its time of publication; one that was withdrawn before is neither."""
    return Release.objects.filter(publish_at__isnull=False, withdrawn_at=None).exists()


def make(source: Source, tell: Tell) -> None:
    """Publish the monthly figures of the whole panel; what was begun before and not finished is withdrawn."""
    preparer, checker = _analyst(), _colleague()
    for begun in Release.objects.filter(publish_at=None, withdrawn_at=None):
        release_actions.withdraw(begun.pk, "The demonstration was stopped before it was published", actor=preparer)
    tell.share("figures", 0)
    release = release_actions.prepare(source, panel_of(source).manifest.last_month, actor=preparer)
    tell.share("checks", 0.8)
    release_actions.check(release.pk, remark="Compared with the months before", actor=checker)
    release_actions.schedule(release.pk, actor=preparer)


def _members() -> list[Membership]:
    found = Membership.objects.filter(organisation__key=CENTRE, role=Role.ANALYST)
    return list(found.select_related("user", "organisation").order_by("user__email"))


def _analyst() -> Actor:
    """The analyst who has an account to log in with."""
    member = next(one for one in _members() if one.user.email != COLLEAGUE[1])
    return Actor(member.user, member.organisation, Role.ANALYST)


def _colleague() -> Actor:
    """The second analyst, added where they are missing."""
    name, email = COLLEAGUE
    if not any(one.user.email == email for one in _members()):
        since = min(one.valid.lower for one in _members())
        centre = Organisation.objects.get(key=CENTRE)
        access.add_user(
            name=name, email=email, language="fi", organisation=centre, role=Role.ANALYST, since=since, actor=None
        )
    member = next(one for one in _members() if one.user.email == email)
    return Actor(member.user, member.organisation, Role.ANALYST)
