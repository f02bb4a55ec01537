"""Published figures for the tests of the pages."""

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from kokeilu.access.models import Membership, Role
from kokeilu.access.policy import Actor
from kokeilu.monitoring import actions, table
from kokeilu.monitoring.suppression import Shown
from kokeilu.monitoring.tests.panels import month_row, person_months, write_panel
from kokeilu.monitoring.tests.released import Analysts

MONTHS = 29  # 2020-11 to 2023-03


def people(area: str, times: int) -> pl.DataFrame:
    """A few hundred people of an area who come and go, a part of them customers of the trial from 2021-03 on."""
    signs = ["uuuusssoooxxuuuu", "uuuoooouuulluuss", "xuuuuuuuuuuuoooo", "ssswwwwouuuuuuuu", "uulluuoooossuuuu"]
    histories = [(signs[number % 5] * 3)[number % 7 :][:MONTHS] for number in range(times)]
    rows = person_months(*histories, area=area)
    mine = (pl.col("month") >= 202103) & (pl.col("person") % 3 > 0)
    return rows.with_columns(responsible=pl.when(mine).then(pl.lit(area)).otherwise(pl.lit("te")))


@pytest.fixture(scope="session")
def panel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A panel of three areas over MONTHS months; Raasepori-Hanko is so small that much of it is hidden."""
    areas = (("espoo", 900), ("vantaa-kerava", 400), ("raasepori-hanko", 25))
    rows = pl.concat(
        people(area, times).with_columns(pl.col("person") + 10_000 * number)
        for number, (area, times) in enumerate(areas)
    )
    return write_panel(tmp_path_factory.mktemp("published") / "panel", rows, MONTHS)


@pytest.fixture(scope="session")
def shown(panel: Path) -> Shown:
    """The panel's figures as they may be shown, counted once."""
    return table.shown(panel)


@pytest.fixture(scope="session")
def figures(shown: Shown) -> pl.DataFrame:
    """The areas' figures as they may be shown."""
    return shown.areas


@pytest.fixture
def published(panel: Path, shown: Shown, db: None, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The panel's figures, published; gives its months."""
    with monkeypatch.context() as patched:
        patched.setattr(table, "shown", lambda *arguments: shown)
        actions.publish(panel)
    return month_row(202011, MONTHS)


@pytest.fixture
def analysts(actor_of: Callable[..., Actor]) -> Analysts:
    """Who prepares, and who checks."""
    return actor_of(Role.ANALYST, "ely"), actor_of(Role.ANALYST, "ely")


@pytest.fixture
def logged_in(client, actor_of):
    """A client logged in in a role: `logged_in(Role.ANALYST, "ely", "fi")`."""

    def enter(role: Role, organisation: str, language: str = "en"):
        actor = actor_of(role, organisation)
        actor.user.language = language
        actor.user.save()
        assert Membership.objects.filter(user=actor.user).count() == 1
        client.force_login(actor.user)
        return client

    return enter
