"""The components in a browser: accessible, inside the window, and without JavaScript still readable."""

import os
from pathlib import Path

import pytest

from kokeilu.web.browser import DESKTOP, PHONE, axe_faults, overflow

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls("kokeilu.tests.showcase")]


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_components_are_accessible(visit, language, width):
    page = visit("/showcase/", language=language, width=width)
    if os.environ.get("KK_SHOTS"):
        page.screenshot(path=Path(os.environ["KK_SHOTS"]) / f"showcase-{language}-{width}.png", full_page=True)
    assert axe_faults(page) == []
    assert overflow(page) == 0
