"""The pages of releases: who sees what before and after publication, the files, the steps in the browser."""

import json
import re
from datetime import datetime, timedelta
from html import unescape

import pytest
from django.urls import reverse

from kokeilu import clock
from kokeilu.access.models import Membership, ReadLog, Role
from kokeilu.monitoring import release_actions, release_calendar, release_files, release_queries
from kokeilu.monitoring.models import Release, ReleaseFile
from kokeilu.monitoring.tests.released import MONTHS, figures, keep, publish
from kokeilu.web.browser import DESKTOP, PHONE, axe_faults, overflow

NOW = datetime(2021, 3, 31, 9, 0, tzinfo=clock.HELSINKI)
EIGHT = datetime(2021, 4, 15, 8, 0, tzinfo=clock.HELSINKI)
LIST = "/monitoring/releases/"


@pytest.fixture
def at(monkeypatch):
    """Stand at a moment: `at(EIGHT)`."""

    def stand(moment: datetime) -> None:
        monkeypatch.setattr(clock, "now", lambda: moment)

    stand(NOW)
    return stand


@pytest.fixture
def open_as(client):
    """A page as an actor: `open_as(actor, path)`; with `data` it is sent."""

    def visit(actor, path: str, data: dict | None = None):
        actor.user.language = "en"
        actor.user.save()
        assert Membership.objects.filter(user=actor.user).count() == 1
        client.force_login(actor.user)
        return client.get(path) if data is None else client.post(path, data)

    return visit


def text(response) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", response.content.decode())))


def page_of(release: Release) -> str:
    return reverse("monitoring:release", args=[release.pk])


def file_of(release: Release, name: str = "monthly-figures-2021-02.csv") -> str:
    return reverse("monitoring:release_file", args=[release.pk, name])


# Before and after


@pytest.mark.django_db
def test_before_its_time_only_those_who_make_it_see_a_release(at, analysts, actor_of, open_as):
    preparer, checker = analysts
    release = keep(preparer)
    release_actions.check(release.pk, actor=checker)
    release_actions.schedule(release.pk, EIGHT, actor=preparer)
    others = [
        actor_of(Role.ANALYST, "helsinki"), actor_of(Role.TEAM_LEAD, "helsinki"), actor_of(Role.STATE_OFFICER, "te"),
        actor_of(Role.WORKER, "espoo"),
    ]  # fmt: skip
    paths = [page_of(release), *(file_of(release, file.name) for file in release.files.all())]
    for actor in others:
        assert [open_as(actor, path).status_code for path in paths] == [404] * 10
        listed = open_as(actor, LIST)
        assert "15 April 2021 at 08:00" in text(listed)
        assert str(release.pk) not in listed.content.decode()
        assert json.loads(open_as(actor, "/monitoring/catalogue.jsonld").content)["dcat:dataset"] == []
    assert not ReadLog.objects.exists()
    assert [open_as(checker, path).status_code for path in paths] == [200] * 10
    at(EIGHT)
    for actor in others:
        assert [open_as(actor, path).status_code for path in paths] == [200] * 10


@pytest.mark.django_db
def test_each_view_before_publication_is_on_record_and_listed(at, analysts, actor_of, open_as):
    preparer, checker = analysts
    release = keep(preparer)
    open_as(checker, page_of(release))
    open_as(preparer, file_of(release))
    seen = list(ReadLog.objects.order_by("id").values_list("user", "operation", "query"))
    assert seen == [
        (checker.user.pk, "monitoring.see_unpublished", {"release": str(release.pk), "what": "page"}),
        (preparer.user.pk, "monitoring.see_unpublished",
         {"release": str(release.pk), "what": "monthly-figures-2021-02.csv"}),
    ]  # fmt: skip
    shown = text(open_as(checker, page_of(release)))
    assert "Who saw it before its publication" in shown
    assert f"{preparer.user.name}, Ely" in shown
    assert "The clock of this demonstration stands on 31 March 2021. The log keeps the real time" in shown
    release_actions.check(release.pk, actor=checker)
    release_actions.schedule(release.pk, actor=preparer)
    before = ReadLog.objects.count()
    worker = actor_of(Role.WORKER, "espoo")
    assert "Who saw it" not in text(open_as(worker, page_of(release)))
    open_as(worker, file_of(release))
    assert ReadLog.objects.count() == before


@pytest.mark.django_db
def test_a_withdrawn_release_is_for_its_makers_alone(at, analysts, actor_of, open_as):
    release = keep(analysts[0])
    release_actions.withdraw(release.pk, "wrong panel", actor=analysts[0])
    at(EIGHT)
    assert "wrong panel" in text(open_as(analysts[1], page_of(release)))
    worker = actor_of(Role.WORKER, "espoo")
    assert open_as(worker, page_of(release)).status_code == 404
    assert "wrong panel" not in text(open_as(worker, LIST))


@pytest.mark.django_db
def test_files_come_as_they_were_made_under_their_names(at, analysts, open_as):
    release = publish(*analysts)
    for file in ReleaseFile.objects.filter(release=release):
        response = open_as(analysts[0], file_of(release, file.name))
        assert response.content == bytes(file.content.content)
        assert release_files.digest(response.content) == file.content_id
        assert response["Content-Type"] == release_files.CONTENT_TYPES[file.kind]
        assert response["Content-Disposition"] == f'attachment; filename="{file.name}"'
        assert " " not in file.name
        assert "immutable" in response["Cache-Control"]
    assert open_as(analysts[0], file_of(release, "other.csv")).status_code == 404


@pytest.mark.django_db
def test_what_is_kept_for_audits_is_not_downloaded(at, analysts, open_as):
    """The true figures lie beside the release; no address leads to them."""
    release = publish(*analysts)
    kept = bytes(release.protection.content)
    assert b"primary" in kept
    names = list(release.files.values_list("name", flat=True))
    assert len(names) == 9
    assert all(kept != open_as(analysts[0], file_of(release, name)).content for name in names)
    assert b"primary" not in open_as(analysts[0], file_of(release)).content


@pytest.mark.django_db
def test_unpublished_files_are_not_kept_by_browsers(at, analysts, open_as):
    assert open_as(analysts[0], file_of(keep(analysts[0])))["Cache-Control"] == "no-store"


@pytest.mark.django_db
def test_a_replaced_release_leads_to_the_one_in_its_place(at, analysts, actor_of, open_as):
    first = publish(*analysts)
    at(EIGHT)
    second = publish(*analysts, figures(espoo_2021_01=20.0), reason="A late extract of Espoo")
    worker = actor_of(Role.WORKER, "espoo")
    shown = open_as(worker, page_of(first))
    assert "A later release stands in place of this one A late extract of Espoo" in text(shown)
    assert page_of(second) in shown.content.decode()
    assert open_as(worker, file_of(first)).status_code == 200
    listed = text(open_as(worker, LIST))
    assert listed.index("A late extract of Espoo") < listed.index("Replaced by later releases")
    found = json.loads(open_as(worker, "/monitoring/catalogue.jsonld").content)
    assert [one["dcat:version"] for one in found["dcat:dataset"]] == ["2", "1"]
    assert found["dcat:dataset"][0]["adms:versionNotes"] == "A late extract of Espoo"


# The steps


def step(release: Release, name: str) -> str:
    return reverse(f"monitoring:release_{name}", args=[release.pk])


@pytest.mark.django_db
def test_the_steps_on_the_page(at, analysts, open_as):
    preparer, checker = analysts
    release = keep(preparer)
    assert step(release, "check") not in open_as(preparer, page_of(release)).content.decode()
    assert step(release, "check") in open_as(checker, page_of(release)).content.decode()
    sent = open_as(checker, step(release, "check"), {"check-remark": "fine"})
    assert sent.status_code == 422  # the box is not ticked
    assert open_as(preparer, step(release, "check"), {"check-seen": "on"}).status_code == 422
    assert open_as(checker, step(release, "check"), {"check-seen": "on", "check-remark": "fine"}).status_code == 302
    when = {"schedule-day": "2021-04-15", "schedule-time": "08:00"}
    assert open_as(preparer, step(release, "schedule"), when).status_code == 302
    assert Release.objects.get().publish_at == EIGHT
    assert release_calendar.state(Release.objects.get()) == "scheduled"
    assert "fine" in text(open_as(preparer, page_of(release)))
    assert open_as(preparer, step(release, "withdraw"), {"withdraw-reason": "no"}).status_code == 302


@pytest.mark.django_db
def test_a_step_that_was_taken_meanwhile_says_so(at, analysts, open_as):
    preparer, checker = analysts
    release = keep(preparer)
    release_actions.check(release.pk, actor=checker)
    again = open_as(checker, step(release, "check"), {"check-seen": "on"})
    assert again.status_code == 422
    assert "This was not done The release is not waiting for a check" in text(again)
    assert "This was not done" not in text(open_as(checker, page_of(release)))


@pytest.mark.django_db(transaction=True)
def test_why_a_release_is_not_prepared_is_shown_in_the_browser(at, analysts, visit, settings, tmp_path, monkeypatch):
    settings.KOKEILU_PANEL = tmp_path / "none"
    monkeypatch.setattr("kokeilu.monitoring.release_pages._months", lambda: ([("2021-02", "February 2021")], None))
    page = visit(f"{LIST}prepare/", analysts[0].user, "en", PHONE)
    page.locator("form.k-form button[type=submit]").press("Enter")
    page.locator("main").get_by_text("There is no such panel folder").wait_for()
    assert axe_faults(page) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "when",
    [
        {"schedule-day": "2021-03-30", "schedule-time": "08:00"}, {"schedule-day": "x", "schedule-time": "08:00"},
        {"schedule-day": "2021-04-15", "schedule-time": "25:00"}, {},
        {"schedule-day": "2022-03-27", "schedule-time": "03:30"},  # skipped: summer time begins
        {"schedule-day": "2021-10-31", "schedule-time": "03:30"},  # shown twice: summer time ends
    ],
)  # fmt: skip
def test_a_time_that_is_none_or_past_is_told(at, analysts, open_as, when):
    release = keep(analysts[0])
    release_actions.check(release.pk, actor=analysts[1])
    sent = open_as(analysts[0], step(release, "schedule"), when)
    assert sent.status_code == 422
    assert 'aria-invalid="true"' in sent.content.decode()
    assert Release.objects.get().publish_at is None


@pytest.mark.django_db
def test_a_step_on_another_organisations_release_is_not_found(at, analysts, actor_of, open_as):
    release, other = keep(analysts[0]), actor_of(Role.ANALYST, "helsinki")
    for name, data in (("check", {"check-seen": "on"}), ("withdraw", {"withdraw-reason": "no"})):
        assert open_as(other, step(release, name), data).status_code == 404


@pytest.mark.django_db
def test_tables_are_read_once_however_often_they_are_shown(at, analysts, open_as, monkeypatch):
    release = publish(*analysts)
    first = [text(open_as(analysts[0], path)) for path in (page_of(release), "/monitoring/catalogue.jsonld")]
    monkeypatch.setattr(release_queries, "from_json", None)
    assert first == [text(open_as(analysts[0], path)) for path in (page_of(release), "/monitoring/catalogue.jsonld")]
    assert "Hidden by disclosure control 0" not in first[0]


@pytest.mark.django_db
def test_preparing_without_a_panel_says_so(at, analysts, open_as, settings, tmp_path):
    settings.KOKEILU_PANEL = tmp_path / "none"
    assert "there is no such panel folder" in text(open_as(analysts[0], f"{LIST}prepare/"))


@pytest.mark.django_db
@pytest.mark.parametrize("contact", ["", "figures@ely.example"])
def test_who_prepares_is_told_which_address_everybody_will_read(at, analysts, open_as, settings, contact):
    settings.KOKEILU_RELEASE_CONTACT = contact
    told = text(open_as(analysts[0], f"{LIST}prepare/"))
    assert f"without a log-in, the contact address {contact or analysts[0].user.email} too" in told


@pytest.mark.django_db
def test_the_area_pages_wait_for_the_release_of_a_month(at, analysts, open_as):
    from kokeilu.monitoring.models import MonthlyFigure

    MonthlyFigure.objects.bulk_create(
        MonthlyFigure(area="espoo", month=f"{month}-01", population="residents", indicator=indicator, value=4321.0)
        for month in MONTHS
        for indicator in ("registered_unemployed", "broad_unemployment", "open_market_exits")
    )
    publish(*analysts, figures(MONTHS[:2]))
    at(EIGHT)
    assert "February 2021" in text(open_as(analysts[0], "/monitoring/espoo/"))
    release = keep(analysts[0])
    for path in ("/monitoring/", "/monitoring/espoo/", "/monitoring/espoo/?month=2021-02"):
        shown = text(open_as(analysts[0], path))
        assert "January 2021" in shown
        assert "February 2021" not in shown
    release_actions.check(release.pk, actor=analysts[1])
    release_actions.schedule(release.pk, EIGHT + timedelta(days=1), actor=analysts[0])
    at(EIGHT + timedelta(days=1))
    assert "February 2021" in text(open_as(analysts[0], "/monitoring/espoo/"))


# In the browser


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("language", "width"), [("fi", DESKTOP), ("sv", PHONE), ("en", PHONE)])
def test_the_pages_are_accessible_at_every_width(at, visit, analysts, language, width):
    first = publish(*analysts, figures(MONTHS[:2]))
    at(EIGHT)
    second = keep(analysts[0])
    for path in (LIST, page_of(first), page_of(second)):
        page = visit(path, analysts[1].user, language, width)
        assert axe_faults(page) == []
        assert overflow(page) == 0
    page.emulate_media(media="print")
    assert page.locator("section:has(> table, > .k-scroll) > h2").first.is_visible()
    assert page.locator("section:not(:has(> :not(h2, details))) > h2").is_hidden()  # nothing stands below it on paper


@pytest.mark.django_db(transaction=True)
def test_a_release_is_checked_with_the_keyboard_alone(at, visit, analysts):
    release = keep(analysts[0])
    page = visit(page_of(release), analysts[1].user)
    page.get_by_label("I have gone through the figures").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.type("Compared with January")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Checked. Now its time of publication can be set.")
    assert Release.objects.get().remark == "Compared with January"
