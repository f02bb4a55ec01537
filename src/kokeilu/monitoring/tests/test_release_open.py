"""What everybody reads without a log-in: published releases, their files and the catalogue, and nothing before."""

import json
import re
from datetime import datetime
from http import HTTPStatus
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import Client

from kokeilu import clock
from kokeilu.access.models import ReadLog
from kokeilu.monitoring import release_actions, release_files
from kokeilu.monitoring.models import Release
from kokeilu.monitoring.release_texts import NOTES
from kokeilu.monitoring.tests.released import Analysts, figures, keep, publish
from kokeilu.monitoring.tests.test_format_dcat import faults
from kokeilu.monitoring.tests.test_release_pages import EIGHT, LIST, NOW, file_of, page_of, text
from kokeilu.web.browser import DESKTOP, PHONE, axe_faults, overflow

CATALOGUE = "/monitoring/catalogue.jsonld"
WHAT_DIFFERS = re.compile(r'csrfmiddlewaretoken" value="[^"]+"|"X-CSRFToken": "[^"]+"|[0-9a-f]{8}-[0-9a-f-]{27}')


@pytest.fixture
def at(monkeypatch):
    """Stand at a moment: `at(EIGHT)`."""

    def stand(moment: datetime) -> None:
        monkeypatch.setattr(clock, "now", lambda: moment)

    stand(NOW)
    return stand


@pytest.fixture
def nobody() -> Client:
    """Somebody who is not logged in and reads English."""
    return Client(headers={"accept-language": "en"})


def scheduled(analysts: Analysts) -> Release:
    """A release whose time is EIGHT."""
    release = keep(analysts[0])
    release_actions.check(release.pk, remark="Compared with January", actor=analysts[1])
    return release_actions.schedule(release.pk, EIGHT, actor=analysts[0])


def paths(release: Release) -> list[str]:
    """The release's page and all its files."""
    return [page_of(release), *(file_of(release, one.name) for one in release.files.all())]


def downloads(catalogue: bytes) -> list[dict]:
    """The distributions of a catalogue."""
    return [file for dataset in json.loads(catalogue)["dcat:dataset"] for file in dataset["dcat:distribution"]]


def alike(response: HttpResponse) -> tuple[int, str, dict]:
    """An answer without what differs between any two: tokens and the address that was asked."""
    headers = {name: value for name, value in response.items() if name not in ("Content-Length", "Expires")}
    return response.status_code, WHAT_DIFFERS.sub("", response.content.decode()), headers


# Open


@pytest.mark.django_db
def test_everybody_reads_a_published_release_and_every_file_of_it(at, analysts, nobody):
    release = publish(*analysts)
    assert page_of(release) in nobody.get(LIST).content.decode()
    assert NOTES[0]["en"] in text(nobody.get(page_of(release)))
    kinds = set()
    for file in release.files.select_related("content"):
        response = nobody.get(file_of(release, file.name))
        assert response.status_code == HTTPStatus.OK
        assert response.content == bytes(file.content.content)
        assert response["Content-Type"] == release_files.CONTENT_TYPES[file.kind]
        assert response["Content-Language"] == (file.language or "fi, sv, en")
        assert not response.cookies
        kinds.add(file.kind)
    assert kinds == set(release_files.CONTENT_TYPES)
    assert not ReadLog.objects.exists()


@pytest.mark.django_db
def test_caches_of_others_keep_a_published_file_and_nothing_else(at, analysts, nobody, client):
    release = scheduled(analysts)
    client.force_login(analysts[0].user)
    assert client.get(file_of(release))["Cache-Control"] == "no-store"
    at(EIGHT)
    for reader in (nobody, client):
        response = reader.get(file_of(release))
        assert response["Cache-Control"] == "public, max-age=31536000, immutable"
        assert not response.has_header("Vary")
        again = reader.get(file_of(release), headers={"if-none-match": response["ETag"]})
        assert (again.status_code, again.content) == (HTTPStatus.NOT_MODIFIED, b"")
        assert again["Cache-Control"] == response["Cache-Control"]
        assert not again.has_header("Content-Length")  # a cache would take it for the file's
    for path in (LIST, page_of(release), file_of(release, "other.csv"), CATALOGUE):
        assert "public" not in nobody.get(path)["Cache-Control"]


@pytest.mark.django_db
def test_every_link_that_nobody_sees_can_be_opened_by_nobody(at, analysts, nobody):
    first = publish(*analysts)
    at(EIGHT)
    publish(*analysts, figures(espoo_2021_01=20.0), reason="A late extract of Espoo")
    for path in (LIST, page_of(first)):
        page = nobody.get(path).content.decode()
        links = {link for link in re.findall(r'href="(/[^"#]*)"', page) if not link.startswith("/static/")}
        assert {LIST, f"/?next={path}"} <= links
        assert {link: nobody.get(link).status_code for link in links} == dict.fromkeys(links, HTTPStatus.OK)


@pytest.mark.django_db
def test_the_front_page_leads_to_what_is_open_and_back_from_the_log_in(nobody, analysts, at):
    front = nobody.get("/").content.decode()
    assert re.findall(r'<li><a href="([^"]+)"', front) == [LIST]
    assert "Log in</a>" not in front
    assert f'name="next" value="{LIST}"' in nobody.get(f"/?next={LIST}").content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "heading"), [("fi", "Julkaisut"), ("sv", "Publiceringar"), ("en", "Releases")])
def test_nobody_changes_the_language(nobody, language, heading):
    assert nobody.post("/language/", {"language": language, "next": LIST})["Location"] == LIST
    page = nobody.get(LIST)
    assert f'<html lang="{language}"' in page.content.decode()
    assert f'<h1 class="aksel-heading aksel-heading--large">{heading}</h1>' in page.content.decode()


@pytest.mark.django_db
def test_what_is_open_is_read_and_not_written(at, analysts, nobody):
    release = publish(*analysts)
    for path in (LIST, CATALOGUE, *paths(release)):
        assert nobody.head(path).status_code == HTTPStatus.OK
        assert nobody.post(path).status_code == HTTPStatus.METHOD_NOT_ALLOWED


# Before its time


@pytest.mark.django_db
def test_until_its_time_a_release_is_for_nobody_as_if_it_were_not_there(at, analysts, nobody):
    release = scheduled(analysts)
    other = uuid4()
    for path in paths(release):
        found, none = nobody.get(path), nobody.get(path.replace(str(release.pk), str(other)))
        assert alike(found) == alike(none)
        assert found.status_code == HTTPStatus.NOT_FOUND
    assert json.loads(nobody.get(CATALOGUE).content)["dcat:dataset"] == []
    listed = nobody.get(LIST)
    assert str(release.pk) not in listed.content.decode()
    assert "15 April 2021 at 08:00" in text(listed)  # the calendar, on purpose
    at(EIGHT)
    assert {nobody.get(path).status_code for path in paths(release)} == {HTTPStatus.OK}
    assert len(downloads(nobody.get(CATALOGUE).content)) == release.files.count()
    assert page_of(release) in nobody.get(LIST).content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("withdrawn", [False, True])
def test_what_is_not_scheduled_leaves_no_trace(at, analysts, nobody, withdrawn):
    first = publish(*analysts)
    open_to_all = (LIST, CATALOGUE, page_of(first))
    before = [alike(nobody.get(path)) for path in open_to_all]
    release = keep(analysts[0], figures(espoo_2021_01=20.0), reason="A late extract of Espoo")
    if withdrawn:
        release_actions.withdraw(release.pk, "wrong panel", actor=analysts[0])
    assert [alike(nobody.get(path)) for path in open_to_all] == before
    assert {nobody.get(path).status_code for path in paths(release)} == {HTTPStatus.NOT_FOUND}


@pytest.mark.django_db
def test_the_numbers_of_published_releases_have_no_gap_where_one_was_withdrawn(at, analysts, nobody):
    publish(*analysts)
    late = {"persons": figures(espoo_2021_01=20.0), "reason": "A late extract of Espoo"}
    release_actions.withdraw(keep(analysts[0], **late).pk, "wrong panel", actor=analysts[0])
    publish(*analysts, **late)
    found = json.loads(nobody.get(CATALOGUE).content)
    assert sorted(one["dcat:version"] for one in found["dcat:dataset"]) == ["1", "2"]


@pytest.mark.django_db
def test_nobody_reads_who_made_a_release_nor_what_they_said_inside(at, analysts, nobody):
    release = scheduled(analysts)
    at(EIGHT)
    shown = text(nobody.get(page_of(release)))
    assert not [one.user.name for one in analysts if one.user.name in shown]
    assert "Compared with January" not in shown
    assert "Who saw it" not in shown
    assert "History Step When Prepared" in shown


@pytest.mark.django_db
def test_a_check_that_failed_tells_nobody_where_to_look(at, analysts, nobody, client):
    release = scheduled(analysts)
    found = {"key": "disclosure", "passed": False, "found": 1, "places": ["espoo / residents / 2021-01 / laid_off"]}
    release.checks.create(at=NOW, by=analysts[0].user, step="schedule", passed=False, findings=[found])
    at(EIGHT)
    shown = text(nobody.get(page_of(release)))
    assert "Checks Scheduled" in shown
    assert found["places"][0] not in shown
    client.force_login(analysts[0].user)
    assert found["places"][0] in text(client.get(page_of(release)))


# The catalogue


@pytest.mark.django_db
def test_a_harvester_gets_what_the_catalogue_says(at, analysts, nobody):
    """Every address in it, by HTTP and without a log-in: the type, size and hash that it states."""
    publish(*analysts)
    at(EIGHT)
    publish(*analysts, figures(espoo_2021_01=20.0), reason="A late extract of Espoo")
    response = nobody.get(CATALOGUE, headers={"host": "localhost"})
    assert response["Content-Type"] == "application/ld+json"
    assert faults(response.content) == ""
    found = json.loads(response.content)
    assert found["@id"] == f"http://localhost{CATALOGUE}"
    for dataset in found["dcat:dataset"]:
        assert dataset["dct:accessRights"]["@id"].endswith("/access-right/PUBLIC")
        assert nobody.get(path_of(dataset["dcat:landingPage"])).status_code == HTTPStatus.OK
    for file in downloads(response.content):
        got = nobody.get(path_of(file["dcat:downloadURL"]))
        assert got.status_code == HTTPStatus.OK
        assert file["dcat:mediaType"]["@id"].endswith(f"/media-types/{got['Content-Type'].partition(';')[0]}")
        assert file["dcat:byteSize"]["@value"] == str(len(got.content))
        assert file["spdx:checksum"]["spdx:checksumValue"]["@value"] == release_files.digest(got.content)
        assert nobody.get(path_of(file["dcat:accessURL"])).status_code == HTTPStatus.OK


def path_of(node: dict) -> str:
    """The path of an address of this site, which must be whole."""
    address = urlsplit(node["@id"])
    assert (address.scheme, address.netloc) == ("http", "localhost")
    return address.path


@pytest.mark.django_db
def test_a_harvester_asks_whether_the_catalogue_has_changed(at, analysts, nobody):
    publish(*analysts)
    known = nobody.get(CATALOGUE)["ETag"]
    again = nobody.get(CATALOGUE, headers={"if-none-match": known})
    assert (again.status_code, again["ETag"], again["Cache-Control"]) == (HTTPStatus.NOT_MODIFIED, known, "no-cache")
    at(EIGHT)
    publish(*analysts, figures(espoo_2021_01=20.0), reason="A late extract of Espoo")
    assert nobody.get(CATALOGUE, headers={"if-none-match": known}).status_code == HTTPStatus.OK


# In the browser


@pytest.mark.django_db(transaction=True)
def test_nobody_comes_to_a_file_with_the_keyboard_alone(at, visit, analysts):
    release = publish(*analysts)
    page = visit("/", None, "sv", PHONE)
    page.get_by_role("navigation").get_by_role("link").press("Enter")
    page.get_by_role("main").get_by_role("table").get_by_role("link").press("Enter")
    page.wait_for_url(f"**{page_of(release)}")
    assert axe_faults(page) == []
    assert overflow(page) == 0
    with page.expect_download() as download:
        page.get_by_role("link", name="monthly-figures-2021-02.px").press("Enter")
    held = release.files.get(kind="px")
    assert release_files.digest(download.value.path().read_bytes()) == held.content_id


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_a_release_that_is_not_there_leads_to_the_log_in(visit, width):
    path = f"{LIST}{uuid4()}/"
    page = visit(path, None, "en", width)
    assert visit.status == HTTPStatus.NOT_FOUND
    assert axe_faults(page) == []
    assert overflow(page) == 0
    page.get_by_role("link", name="Log in").press("Enter")
    page.wait_for_url(lambda url: url.endswith(f"/?next={path}"))
