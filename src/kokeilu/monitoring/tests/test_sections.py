"""The tabs that all pages of monitoring share."""

import re

import pytest
from django.urls import reverse

from kokeilu.access.models import Role
from kokeilu.monitoring import sections
from kokeilu.monitoring.sections import tabs

NAV = re.compile(r'<nav class="k-tabs".*?</nav>', re.DOTALL)


def current(actor, path: str) -> list[tuple[str, str]]:
    return [(tab.href, tab.current) for tab in tabs(actor, path) if tab.current]


@pytest.mark.django_db
def test_the_tab_of_a_page_is_current_and_so_is_that_of_the_pages_below_it(actor_of):
    actor = actor_of(Role.ANALYST, "ely")
    assert current(actor, "/monitoring/") == [("/monitoring/", "page")]
    assert current(actor, "/monitoring/espoo/") == [("/monitoring/", "true")]
    assert current(actor, "/monitoring/releases/prepare/") == [("/monitoring/releases/", "true")]


@pytest.mark.django_db
def test_a_tab_that_the_reader_may_not_open_is_not_there(actor_of, monkeypatch):
    monkeypatch.setattr(sections, "SECTIONS", (("A", "monitoring:areas"), ("B", "monitoring:release_prepare")))
    assert [tab.label for tab in tabs(actor_of(Role.ANALYST, "ely"), "/monitoring/")] == ["A", "B"]
    assert [tab.label for tab in tabs(actor_of(Role.WORKER, "espoo"), "/monitoring/")] == ["A"]


@pytest.mark.django_db
def test_every_section_shows_all_sections_with_itself_current(logged_in, published):
    client = logged_in(Role.ANALYST, "ely")
    pages = [reverse(name) for _label, name in sections.SECTIONS]
    for path in pages:
        [nav] = NAV.findall(client.get(path).content.decode())
        assert re.findall(r'href="([^"]+)"', nav) == pages
        assert re.findall(r'href="([^"]+)" aria-current="page"', nav) == [path]
