"""The page of durations in a browser, by keyboard; accessible and without overflow at both widths."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from kokeilu.access.models import Role
from kokeilu.monitoring.models import DurationMedian, SurvivalStep
from kokeilu.web.browser import DESKTOP, PHONE, axe_faults, overflow

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _durations() -> None:
    DurationMedian.objects.create(area="espoo", month=date(2021, 3, 1), kind="running", months=6)
    for year, at_risk in ((2019, 9000), (2020, 8000)):
        for until in range(1, 9):
            SurvivalStep.objects.create(
                area="espoo", began=date(year, 1, 1), until=until, month=date(year, 12, 1), at_risk=at_risk,
                open_market=600 // until, service=90 * (year - 2018), other=60,
            )  # fmt: skip
            at_risk -= 600 // until + 90 * (year - 2018) + 60


@pytest.mark.parametrize(("language", "width"), [("fi", PHONE), ("sv", DESKTOP), ("en", PHONE)])
def test_another_half_year_by_keyboard(
    visit: Callable[..., Any], actor_of: Callable[..., Any], language: str, width: int
) -> None:
    page = visit("/monitoring/espoo/durations/", actor_of(Role.ANALYST, "ely").user, language, width)
    picture = page.locator("figure img")
    assert axe_faults(page) == []
    assert overflow(page) == 0
    assert page.locator("main table").count() == 3
    assert picture.evaluate("image => image.naturalWidth") > 300
    page.locator("#began").focus()
    page.keyboard.press("ArrowDown")
    page.locator("form.k-row button[type=submit]").press("Enter")
    page.wait_for_url("**began=2019-01**")
    assert page.locator("main table").count() == 2
    assert "9\u00a0000" in page.locator("main").inner_text().replace(",", "\u00a0")


def test_no_caption_is_wider_than_a_phone(visit: Callable[..., Any], actor_of: Callable[..., Any]) -> None:
    page = visit("/monitoring/espoo/durations/", actor_of(Role.ANALYST, "ely").user, "sv", PHONE)
    tables = "[...document.querySelectorAll('main table')].map(table => table.getBoundingClientRect().width)"
    captions = "[...document.querySelectorAll('caption')].map(caption => caption.getBoundingClientRect().right)"
    assert max(page.evaluate(tables)) > PHONE
    assert max(page.evaluate(captions)) <= PHONE
