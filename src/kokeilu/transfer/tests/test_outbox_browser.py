"""Notices in a browser: sound in three languages on a desk and a phone, worked by the keyboard."""

from collections.abc import Callable

import pytest

from kokeilu.access.models import Role
from kokeilu.transfer.outbox_models import Delivery, State
from kokeilu.transfer.tests.outbox import moved, states
from kokeilu.web.browser import DESKTOP, PHONE, axe_faults, overflow

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_pages_full_of_letters_are_sound(visit: Callable, actor_of: Callable, language: str) -> None:
    run, (_usual, held, _writing) = moved(
        {}, {"protected": True, "family_name": "Pitkäniminen-Kaksiosainen"}, {"allows": True, "email": "a@post.example"}
    )
    Delivery.objects.filter(channel="email").update(state=State.GIVEN_UP, fault="recipient_refused", reply=550)
    lead, officer = actor_of(Role.TEAM_LEAD, "helsinki").user, actor_of(Role.STATE_OFFICER, "te").user
    pages = [
        (f"/transfer/runs/{run.pk}/notices/", officer),
        (f"/transfer/runs/{run.pk}/notices/by-hand/", lead),
        (f"/customers/{held.pk}/", lead),
        (f"/customers/{held.pk}/contact-choice/", lead),
    ]
    for path, user in pages:
        for width in (DESKTOP, PHONE):
            page = visit(path, user, language, width)
            assert axe_faults(page) == [], path
            assert overflow(page) == 0, path


def test_a_letter_is_noted_as_handed_over_by_the_keyboard(visit: Callable, actor_of: Callable) -> None:
    run, (held,) = moved({"protected": True})
    page = visit(f"/transfer/runs/{run.pk}/notices/by-hand/", actor_of(Role.TEAM_LEAD, "helsinki").user, "en", DESKTOP)
    page.get_by_role("link", name="Open the letter").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_text("Noted: the letter was handed over.").wait_for()
    assert states(run, "letter")[held.pk] == ("sent", "protected")


def test_an_answer_is_recorded_by_the_keyboard(visit: Callable, actor_of: Callable) -> None:
    _run, (person,) = moved({})
    page = visit(f"/customers/{person.pk}/contact-choice/", actor_of(Role.WORKER, "helsinki").user, "en", PHONE)
    page.get_by_label("The customer does not allow e-mail").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_text("The customer does not allow e-mail.").wait_for()
