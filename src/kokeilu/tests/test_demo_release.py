"""The demonstration's release: whether it is there already."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from kokeilu import clock, demo_release
from kokeilu.access.models import Role
from kokeilu.access.policy import Actor
from kokeilu.monitoring import release_actions
from kokeilu.monitoring.tests import released

NOW = datetime(2021, 3, 31, 9, 0, tzinfo=clock.HELSINKI)


@pytest.mark.django_db
def test_a_release_that_was_withdrawn_before_its_time_is_not_there(
    actor_of: Callable[..., Actor], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    preparer, checker = (actor_of(Role.ANALYST, "ely") for _ in range(2))
    ahead = released.keep(preparer)
    release_actions.check(ahead.pk, actor=checker)
    release_actions.schedule(ahead.pk, NOW + timedelta(days=1), actor=preparer)
    assert demo_release.made()
    release_actions.withdraw(ahead.pk, "not yet", actor=preparer)
    assert not demo_release.made()
    released.publish(preparer, checker)
    assert demo_release.made()
