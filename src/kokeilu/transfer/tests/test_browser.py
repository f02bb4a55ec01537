"""From the form to the result in a browser, with the keyboard alone; each page on the way is accessible."""

from collections.abc import Callable

import pytest
from django.db import transaction

from kokeilu.access.models import Role
from kokeilu.law.definition import shipped
from kokeilu.transfer import actions
from kokeilu.transfer.models import Run
from kokeilu.transfer.tests.people import OUT, UNDECIDED, extract, people
from kokeilu.web.browser import DESKTOP, PHONE, axe_faults, overflow

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _people() -> None:
    actions.ensure_organisations(shipped("kuntakokeilu"))
    with transaction.atomic():
        people(extract(), {}, {"service_language": "sv"}, OUT, UNDECIDED, {"municipality": "301"})


@pytest.mark.parametrize(("language", "width"), [("fi", PHONE), ("sv", DESKTOP)])
def test_preview_and_run_by_keyboard(visit: Callable, actor_of: Callable, language: str, width: int) -> None:
    officer = actor_of(Role.STATE_OFFICER, "te").user
    page = visit("/transfer/", officer, language, width)

    def sound() -> None:
        assert page.locator("h1").count() == 1
        assert axe_faults(page) == []
        assert overflow(page) == 0

    sound()
    page.locator("#id_on").fill("2021-03-01")
    page.locator("form.k-form button[type=submit]").focus()
    page.keyboard.press("Enter")
    page.locator("#id_confirmed").wait_for()
    for details in page.locator("details").all():
        details.locator("summary").press("Enter")
    assert "Virtanen, Maija" in page.locator("main").inner_text()
    sound()
    assert not Run.objects.exists()

    page.locator("#id_confirmed").focus()
    page.keyboard.press("Space")
    page.locator("form.k-form button[type=submit]").press("Enter")
    page.wait_for_url("**/transfer/runs/*/")
    assert Run.objects.get().started_by == officer
    assert "Virtanen" not in page.locator("main").inner_text()
    sound()


def test_what_is_wrong_is_told_beside_the_form(visit: Callable, actor_of: Callable) -> None:
    page = visit("/transfer/", actor_of(Role.STATE_OFFICER, "te").user, "en", PHONE)
    page.locator("#id_on").fill("2020-03-01")
    page.locator("form.k-form button[type=submit]").press("Enter")
    page.get_by_text("has no version on 2020-03-01").wait_for()
    assert page.locator("[role=alert]").count() == 1
    assert axe_faults(page) == []


def test_while_a_run_is_under_way_the_page_says_so(visit: Callable, actor_of: Callable) -> None:
    page = visit("/transfer/", actor_of(Role.STATE_OFFICER, "te").user, "en", DESKTOP)
    working = page.locator("#working")
    assert not working.is_visible()
    button = page.locator("form.k-form button[type=submit]")
    shown = []

    def look(route: object) -> None:
        shown.append((working.is_visible(), button.is_disabled()))
        route.continue_()

    page.route("**/transfer/preview/", look)
    page.locator("#id_on").fill("2021-03-01")
    button.press("Enter")
    page.locator("#id_confirmed").wait_for()
    assert shown == [(True, True)]
