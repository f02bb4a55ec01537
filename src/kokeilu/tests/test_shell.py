"""The shell around every page: languages, headers, errors in the design, keyboard."""

import json
import re

import pytest
from django.test import Client

from kokeilu.access.models import Role
from kokeilu.web.errors import server_error

pytestmark = [pytest.mark.django_db, pytest.mark.urls("kokeilu.tests.showcase")]


@pytest.fixture
def administrator(actor_of):
    return actor_of(Role.ADMINISTRATOR, "te").user


@pytest.fixture
def client_in(client, administrator) -> Client:
    client.force_login(administrator)
    return client


# Languages


@pytest.mark.parametrize(("asked", "language"), [("sv-FI,sv;q=0.9", "sv"), ("en", "en"), ("de", "fi"), ("", "fi")])
def test_before_log_in_the_browser_decides(client, asked, language):
    response = client.get("/", HTTP_ACCEPT_LANGUAGE=asked)
    assert f'<html lang="{language}"' in response.content.decode()
    assert response["Content-Language"] == language


def test_the_switch_keeps_page_and_questions_and_stays(client, client_in, administrator):
    response = client_in.post("/language/", {"language": "sv", "next": "/admin/users/?q=a&page=2"})
    assert response["Location"] == "/admin/users/?q=a&page=2"
    administrator.refresh_from_db()
    assert administrator.language == "sv"
    assert '<html lang="sv"' in client_in.get("/admin/").content.decode()
    client_in.post("/logout/")
    assert '<html lang="sv"' in client_in.get("/", HTTP_ACCEPT_LANGUAGE="en").content.decode()


def test_the_person_has_their_language_on_any_machine(client_in, administrator):
    type(administrator).objects.update(language="en")
    client_in.cookies["django_language"] = "sv"
    assert '<html lang="en"' in client_in.get("/admin/", HTTP_ACCEPT_LANGUAGE="fi").content.decode()


@pytest.mark.parametrize("next_page", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)", ""])
def test_the_switch_leads_to_no_other_site(client, next_page):
    assert client.post("/language/", {"language": "en", "next": next_page})["Location"] == "/"


def test_a_language_that_is_none_of_ours_is_refused(client):
    response = client.post("/language/", {"language": "de", "next": "/"}, HTTP_ACCEPT_LANGUAGE="en")
    assert response.status_code == 400
    assert "The request is not valid" in response.content.decode()


# Headers


def test_pages_forbid_what_is_not_needed(client_in, settings):
    response = client_in.get("/admin/")
    policy = dict(part.strip().split(" ", 1) for part in response["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert {policy[name] for name in ("script-src", "style-src", "img-src", "font-src", "connect-src")} == {"'self'"}
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert "unsafe" not in response["Content-Security-Policy"]
    assert "no-store" in response["Cache-Control"]
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in response["Permissions-Policy"]


def test_cookies_are_kept_from_scripts_other_sites_and_plain_http(client_in, administrator):
    client_in.post("/language/", {"language": "fi", "next": "/"})
    client_in.get("/admin/users/add/")
    client_in.post("/roles/", {"membership": administrator.memberships.get().pk})
    for name in ("sessionid", "csrftoken", "django_language"):
        cookie = client_in.cookies[name]
        assert (cookie["httponly"], cookie["samesite"], cookie["secure"]) == (True, "Lax", True), name


def test_styles_and_fonts_may_be_kept(client):
    response = client.get("/static/web/vendor/source-sans-3-latin-wght-normal.woff2")
    assert response.status_code == 200
    assert "no-store" not in response["Cache-Control"]
    response.close()


def test_pages_hold_nothing_inline_and_nothing_of_other_hosts(client):
    page = client.get("/showcase/").content.decode()
    assert not re.search(r'\sstyle=|<style|\son\w+="|javascript:', page)
    assert not re.search(r"<script(?![^>]*\ssrc=)", page)
    assert not re.search(r'(?:src|href|action)="(?:https?:)?//', page)
    config = re.search(r"name=\"htmx-config\" content='([^']*)'", page)
    assert config
    wanted = {"includeIndicatorStyles": False, "allowEval": False, "selfRequestsOnly": True, "historyCacheSize": 0}
    given = json.loads(config[1])
    assert wanted.items() <= given.items()
    swapped = {each["code"]: each["swap"] for each in given["responseHandling"]}
    assert swapped == {"204": False, "[23]..": True, "422": True, "[45]..": False}  # 422: a form with its faults


# Errors


@pytest.mark.parametrize(
    ("language", "words"),
    [("fi", "Sivua ei löytynyt"), ("sv", "Sidan hittades inte"), ("en", "The page was not found")],
)
def test_a_missing_page_is_told_in_the_design(client, language, words):
    response = client.get("/nothing/here/", HTTP_ACCEPT_LANGUAGE=language)
    assert response.status_code == 404
    assert words in response.content.decode()
    assert "k-header" in response.content.decode()


def test_a_bug_gives_a_page_in_the_persons_language(client):
    client.raise_request_exception = False
    response = client.get("/failing/", HTTP_ACCEPT_LANGUAGE="sv")
    assert response.status_code == 500
    assert "Något gick fel" in response.content.decode()
    assert "a bug" not in response.content.decode()


def test_the_page_of_a_bug_needs_no_database(rf, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert server_error(rf.get("/")).status_code == 500


# The demonstration


def test_a_demonstration_says_so_on_every_page(client, settings):
    assert "invented" not in client.get("/", HTTP_ACCEPT_LANGUAGE="en").content.decode()
    settings.KOKEILU_DEMO = True
    page = client.get("/", HTTP_ACCEPT_LANGUAGE="en").content.decode()
    assert "Demonstration: every person is invented." in page
    assert "Today is 31 March 2021." in page


# In a browser


@pytest.mark.django_db(transaction=True)
def test_the_keyboard_alone_logs_in_and_reaches_everything(visit, administrator):
    administrator.set_password("a long one, 2021")
    administrator.language = "en"
    administrator.save()
    page = visit("/", language="en")
    focused = "document.activeElement.textContent.trim() || document.activeElement.name"
    order = []
    for _ in range(9):
        page.keyboard.press("Tab")
        order.append(page.evaluate(focused))
    assert order == ["Skip to the content", "Kokeilu", "FI", "SV", "EN", "Releases", "login", "password", "Log in"]
    for _ in range(2):
        page.keyboard.press("Shift+Tab")
    page.keyboard.type(administrator.email)
    page.keyboard.press("Tab")
    page.keyboard.type("a long one, 2021")
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/")
    order = []
    for _ in range(9):
        page.keyboard.press("Tab")
        order.append(page.evaluate(focused))
    assert order[:7] == ["Skip to the content", "Te", "FI", "SV", "EN", "Log out", "Administration"]
    page.keyboard.press("Shift+Tab")  # back from the tabs below the heading to the page's first link


@pytest.mark.django_db(transaction=True)
def test_the_skip_link_shows_itself_and_leads_to_the_content(visit, administrator):
    page = visit("/admin/", administrator)
    assert page.locator(".k-skip").bounding_box()["y"] < 0
    page.keyboard.press("Tab")
    assert page.locator(".k-skip").bounding_box()["y"] >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


@pytest.mark.django_db(transaction=True)
def test_the_language_is_switched_on_the_page_by_keyboard(visit, administrator):
    page = visit("/admin/users/?q=a", administrator, "en")
    page.locator("button[value=sv]").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("html[lang=sv]")
    assert page.url.endswith("/admin/users/?q=a")


@pytest.mark.django_db(transaction=True)
def test_the_timeline_places_its_periods_by_the_axis(visit):
    page = visit("/showcase/")
    rows = page.locator(".k-timeline__periods")
    axis = rows.first.bounding_box()
    responsible = rows.nth(2).locator("li")
    state, helsinki = responsible.nth(0).bounding_box(), responsible.nth(1).bounding_box()
    assert helsinki["x"] == pytest.approx(state["x"] + state["width"], abs=1)
    assert helsinki["x"] + helsinki["width"] == pytest.approx(axis["x"] + axis["width"], abs=1)
    assert "1 March 2021 –" in responsible.nth(1).inner_text()
    narrow = visit("/showcase/", width=390)
    boxes = [box.bounding_box() for box in narrow.locator(".k-timeline__period").all()]
    assert len({round(box["x"]) for box in boxes}) == 1  # one below the other
    assert narrow.locator(".k-timeline__days").first.is_visible()
