"""A request from the customer's page to the answer, by keyboard; each page on the way is accessible at every width."""

from collections.abc import Callable
from typing import Any

import pytest

from kokeilu.services import actions
from kokeilu.services.models import Request, ResponseTime
from kokeilu.services.tests.conftest import SELECTION, TODAY, make
from kokeilu.web.browser import DESKTOP, PHONE, axe_faults, overflow

pytestmark = pytest.mark.django_db(transaction=True)


def sound(page: Any) -> None:
    """The page has one main heading, nothing that axe finds, and is no wider than the window."""
    assert page.locator("h1").count() == 1
    assert axe_faults(page) == []
    assert overflow(page) == 0


@pytest.mark.parametrize(("language", "width"), [("fi", PHONE), ("sv", DESKTOP)])
def test_asked_answered_acknowledged_by_keyboard(
    visit: Callable, actor_of: Callable, language: str, width: int
) -> None:
    place = make(actor_of)
    actions.set_response_time(ResponseTime.Subject.SELECTION, 15, TODAY, "Agreed.", actor=None)
    customer = f"/customers/{place.person.pk}/"
    page = visit(customer, place.worker.user, language, width)
    sound(page)
    page.locator("section[aria-labelledby=requests] a").press("Enter")
    page.wait_for_url("**/requests/add/")
    sound(page)
    page.locator("#id_task").select_option(SELECTION)
    page.locator("#id_question").fill("Sopiiko toukokuun kurssille?")
    page.locator("main form.k-form button[type=submit]").press("Enter")
    page.locator("#id_training-error").wait_for()  # the training is not named yet
    sound(page)
    page.locator("#id_training").fill("Laitoshuoltajan koulutus")
    page.locator("main form.k-form button[type=submit]").press("Enter")
    page.wait_for_url(lambda address: "/requests/" in address and not address.endswith("/add/"))
    sound(page)
    request = Request.objects.get()

    queue = visit("/services/", place.officer.user, language, width)
    sound(queue)
    queue.locator("tbody th a").press("Enter")
    queue.locator("button[value=take_up]").press("Enter")
    queue.locator("#answer_text").wait_for()
    sound(queue)
    for details in queue.locator("details").all():
        details.locator("summary").press("Enter")
    sound(queue)
    queue.locator("input[name=outcome][value=selected]").press("Space")
    queue.locator("#answer_text").fill("Täyttää ehdot.")
    queue.locator("#answer_citation").fill("Koulutuksen valintaperusteet")
    queue.locator("button[value=answer]").press("Enter")
    queue.locator("#answer").wait_for()
    sound(queue)
    request.refresh_from_db()
    assert (request.state, request.officer) == ("answered", place.officer.user)

    page = visit(customer, place.worker.user, language, width)
    sound(page)
    page.locator("section[aria-labelledby=requests] p a").first.press("Enter")
    page.locator("button[value=acknowledge]").press("Enter")
    page.locator("button[value=acknowledge]").wait_for(state="detached")
    sound(page)
    request.refresh_from_db()
    assert request.state == "acknowledged"
