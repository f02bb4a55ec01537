"""The portfolio and the customer page in a browser: by keyboard, with and without scripts, sound at every width."""

import re
from datetime import date
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse
from playwright.sync_api import expect

from kokeilu.access.models import Role
from kokeilu.access.policy import Actor
from kokeilu.casework.models import WorkerProfile
from kokeilu.casework.tests.conftest import START, City
from kokeilu.register.models import Person
from kokeilu.web.browser import DESKTOP, PHONE, axe_faults, overflow

pytestmark = pytest.mark.django_db(transaction=True)

FAMILIES = ("Aaltonen", "Berg", "Hakala", "Korhonen", "Lindqvist", "Mäkinen", "Nieminen", "Öhman")
# What the style sheet draws before and after a head and its link.
DRAWN = """head => [head, head.querySelector("a")].flatMap(
    element => ["::before", "::after"].map(place => getComputedStyle(element, place).content))"""


@pytest.fixture
def team(city: City) -> tuple[WorkerProfile, list[Person]]:
    """A worker with forty customers, some young, some in a service, one with a protected address."""
    with transaction.atomic():
        worker = city.worker(
            "Kaisa Koivu", capacity=60, languages=["fi", "sv", "so"], specialities=["youth", "integration"]
        )
        persons = [
            city.customer(
                family_name=FAMILIES[number % 8], given_names=f"Testi{number:02}",
                birth_date=date(1965 + number, 1, 1), service="coaching" if number % 3 == 0 else "none",
                protected=number == 5, unemployed_since=date(2018 + number % 4, 1, 15),
            )
            for number in range(40)
        ]  # fmt: skip
        for person in persons:
            city.assign(person, worker, START, "service_language", "speciality_youth", "district", "capacity")
    return worker, persons


def content(page: Any) -> str:
    """The page's own part, without what differs from answer to answer."""
    html = page.locator("main").inner_html()
    html = re.sub(r'(name="csrfmiddlewaretoken" value|class)="[^"]*"', "", html)
    return re.sub(r"\s+", " ", re.sub(r">\s+<", "><", html)).strip()


def test_what_htmx_puts_in_place_is_what_a_full_load_shows(team: Any, visit: Any) -> None:
    worker, _ = team
    page = visit("/portfolio/", worker.membership.user)
    page.evaluate("window.kept = true")  # gone where the browser loads a page anew
    steps = {
        "Under 30": "?age=under_30",
        "Unemployed since": "?age=under_30&sort=unemployed_since",
        "Unemployed since ": "?age=under_30&sort=-unemployed_since",
        "In a service": "?status=service&age=under_30&sort=-unemployed_since",
    }
    for step, query in steps.items():
        page.locator("#customers").get_by_role("link", name=re.compile(f"^{step.strip()}")).first.click()
        page.wait_for_url(f"**/portfolio/{query}")
        expect(page.locator(".htmx-request, .htmx-swapping, .htmx-settling")).to_have_count(0)
        swapped, address = content(page), page.url
        assert page.evaluate("window.kept")
        fresh = page.context.new_page()
        fresh.goto(address)
        assert swapped == content(fresh), step
        fresh.close()
    page.go_back()
    page.wait_for_url("**/portfolio/?age=under_30&sort=-unemployed_since")
    expect(page.locator("th[aria-sort]")).to_have_text("Unemployed since")
    assert page.locator("th[aria-sort]").evaluate(DRAWN) == ["none", "none", "none", '" ↓" / ""']
    expect(page.locator(".k-filter a[aria-current]").first).to_contain_text("All")


def test_search_and_paging_by_keyboard(team: Any, visit: Any) -> None:
    worker, _ = team
    page = visit("/portfolio/?sort=-name", worker.membership.user)
    page.get_by_label("Search").focus()
    page.keyboard.type("mäk")
    with page.expect_response("**/portfolio/**"):
        page.keyboard.press("Enter")
    page.get_by_text("5 customers found").wait_for()
    assert "mäk" not in page.url and "m%C3%A4k" not in page.url and "sort=-name" in page.url
    assert page.locator("tbody th").all_inner_texts()[0].startswith("Mäkinen, Testi37")
    assert page.evaluate("document.activeElement.id") == "id_search"
    page.reload()
    assert page.locator("tbody tr").count() == 5
    with page.expect_response("**/portfolio/**"):
        page.get_by_role("button", name="Show all").press("Enter")
    page.get_by_text("40 customers", exact=True).wait_for()
    with page.expect_response("**page=2*"):
        page.get_by_role("link", name="Next").press("Enter")
    expect(page.locator("tbody tr")).to_have_count(15)


def test_an_identity_code_stays_out_of_the_address(team: Any, visit: Any) -> None:
    worker, _ = team
    page = visit("/portfolio/", worker.membership.user)
    page.get_by_label("Search").fill("010180-999J")
    page.get_by_role("button", name="Search").click()
    page.get_by_text("No customer of your organisation has this identity code.").wait_for()
    assert "999J" not in page.url and "999J" not in page.content()


def test_everything_works_without_scripts(team: Any, visit: Any, chromium: Any) -> None:
    worker, _ = team
    with_scripts = visit("/portfolio/", worker.membership.user)
    context = chromium.new_context(java_script_enabled=False)
    context.add_cookies(with_scripts.context.cookies())
    page = context.new_page()
    page.goto(with_scripts.url)
    page.get_by_role("link", name=re.compile("^In a service")).click()
    assert page.get_by_text("14 customers", exact=True).is_visible()
    page.get_by_label("Search").fill("Öh")
    page.get_by_role("button", name="Search").click()
    assert page.get_by_text("2 customers found").is_visible()
    assert page.url.endswith("?status=service")
    page.get_by_role("button", name="Show all").click()
    assert page.get_by_text("14 customers", exact=True).is_visible()
    context.close()


def test_what_the_walk_over_all_pages_does_not_meet_is_sound(
    team: Any, city: City, visit: Any, actor_of: Any, subtests: pytest.Subtests
) -> None:
    worker, persons = team
    lead: Actor = actor_of(Role.TEAM_LEAD, "helsinki")
    with transaction.atomic():
        city.customer()  # somebody without a worker, for whom the button is there
    visits = {
        "nobody found": ("/portfolio/?age=from_55&duration=under_6", worker.membership.user),
        "protected address": (reverse("casework:customer", args=[persons[5].pk]), worker.membership.user),
        "somebody waits": ("/portfolio/", lead.user),
    }
    for (name, (path, user)), language in zip(visits.items(), ("fi", "sv", "en"), strict=True):
        for width in (DESKTOP, PHONE):
            with subtests.test(f"{name} {language} {width}"):
                page = visit(path, user, language, width)
                assert axe_faults(page) == []
                assert overflow(page) == 0


def test_a_team_lead_from_caseloads_to_another_worker(team: Any, city: City, visit: Any, actor_of: Any) -> None:
    city.worker("Uusi Uuno")
    page = visit("/portfolio/", actor_of(Role.TEAM_LEAD, "helsinki").user)
    page.get_by_role("link", name="Kaisa Koivu", exact=True).click()
    page.get_by_role("link", name="Aaltonen, Testi00").click()
    page.get_by_role("link", name="Change the responsible worker").click()
    page.get_by_label("Responsible worker").select_option("Uusi Uuno")
    page.get_by_label("Reason").select_option("Language")
    page.get_by_role("button", name="Change from today on").click()
    assert page.get_by_text("The customer has a new responsible worker from today on.").is_visible()
    assert page.locator("section[aria-labelledby=worker]").get_by_text("Uusi Uuno").is_visible()
