"""What was done while two records were united waits for an officer once they are told apart."""

from collections.abc import Callable
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.test import Client
from django.utils import translation

from kokeilu.access.models import ChangeLog, ReadLog, Role
from kokeilu.access.policy import Actor
from kokeilu.law.definition import shipped
from kokeilu.problems import Problem
from kokeilu.register import statements
from kokeilu.register.models import Union
from kokeilu.transfer import actions, united
from kokeilu.transfer.models import UnionReview
from kokeilu.transfer.tests.people import OUT, START, extract, people
from kokeilu.web.browser import DESKTOP, PHONE, axe_faults, overflow

pytestmark = pytest.mark.django_db

TRIAL = shipped("kuntakokeilu")


@pytest.fixture(autouse=True)
def today(settings) -> None:
    settings.KOKEILU_TODAY = date(2021, 3, 31)


def told_apart(*, moved: bool = True) -> Union:
    """Two records united, a run meanwhile where `moved`, and told apart again."""
    actions.ensure_organisations(TRIAL)
    kept, merged = people(extract(), {"family_name": "Aalto"}, OUT | {"family_name": "Öhman"})
    union = statements.merge(kept.pk, merged.pk, "", actor=None).statement
    if moved:
        actions.run(TRIAL, START)
    assert isinstance(union, Union)
    statements.revoke(union, "", actor=None)
    actions.run(TRIAL, date(2021, 3, 31))
    union.refresh_from_db()
    return union


def test_what_a_run_did_meanwhile_waits_and_nothing_else(client: Client, officer: Actor) -> None:
    union = told_apart()
    page = client.get("/transfer/united/")
    (row,) = page.context["rows"]
    assert (row["kept"], row["merged"]) == ("Aalto, Maija", "Öhman, Maija")
    assert [(each.valid.lower, each.organisation.key) for each in row["made"].given] == [(START, "helsinki")]
    read = ReadLog.objects.filter(operation="transfer.united").latest("id")
    assert set(read.persons) == {union.kept_id, union.merged_id}


def test_where_nothing_was_done_meanwhile_nothing_waits() -> None:
    told_apart(moved=False)
    assert united.waiting() == []


def test_whoever_has_looked_says_what_came_of_it(client: Client, officer: Actor) -> None:
    union = told_apart()
    client.post("/transfer/united/", {"union": union.pk, "outcome": " "})
    assert len(united.waiting()) == 1
    done = client.post("/transfer/united/", {"union": union.pk, "outcome": "It was the first one's."}, follow=True)
    assert done.context["rows"] == []
    review = UnionReview.objects.get()
    assert (review.reviewed_by, review.outcome) == (officer.user, "It was the first one's.")
    assert ChangeLog.objects.get(action="transfer.united").subject_id == str(union.pk)
    assert united.review(union.pk, "again", actor=officer) == review


def test_what_does_not_wait_is_refused(actor_of: Callable) -> None:
    union = told_apart(moved=False)
    with translation.override("en"), pytest.raises(Problem, match="waits"):
        united.review(union.pk, "nothing", actor=actor_of(Role.STATE_OFFICER, "te"))
    with pytest.raises(PermissionDenied):
        united.review(union.pk, "nothing", actor=actor_of(Role.TEAM_LEAD, "helsinki"))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("language", "width"), [("fi", PHONE), ("sv", DESKTOP)])
def test_the_page_is_sound_in_a_browser(visit: Callable, actor_of: Callable, language: str, width: int) -> None:
    with transaction.atomic():
        told_apart()
    page = visit("/transfer/united/", actor_of(Role.STATE_OFFICER, "te").user, language, width)
    assert page.locator("h1").count() == 1
    assert axe_faults(page) == []
    assert overflow(page) == 0
    page.locator("main form button[type=submit]").press("Enter")  # told in the page's language, not the browser's
    page.get_by_text({"fi": "Kirjoita, mihin tultiin.", "sv": "Skriv vad resultatet blev."}[language]).wait_for()
