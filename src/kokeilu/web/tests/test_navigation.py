"""The main navigation shows what one may open, in order, with the place one is at."""

import pytest
from django.test import RequestFactory

from kokeilu.web import navigation


@pytest.fixture(autouse=True)
def _own_entries(monkeypatch):
    monkeypatch.setattr(navigation, "_entries", {})
    monkeypatch.setattr(navigation, "_may_open", [lambda request, operation: operation != "secret"])
    monkeypatch.setattr(navigation, "reverse", lambda name: f"/{name}/")
    navigation.add("Last", "last", "open", 90)
    navigation.add("Hidden", "hidden", "secret", 10)
    navigation.add("First", "first", "open", 20)


@pytest.mark.parametrize(("path", "current"), [("/first/", ["page", ""]), ("/first/7/", ["true", ""]), ("/", ["", ""])])
def test_shown(path, current):
    entries = navigation.shown(RequestFactory().get(path))
    assert [entry.href for entry in entries] == ["/first/", "/last/"]
    assert [entry.current for entry in entries] == current


def test_a_page_that_another_one_leads_to_is_there_for_who_may_not_open_that_one():
    navigation.add("Below the first", "below", "open", 40, unless="first")
    navigation.add("Below the hidden", "other", "open", 50, unless="hidden")
    assert [entry.href for entry in navigation.shown(RequestFactory().get("/"))] == ["/first/", "/other/", "/last/"]


def test_a_page_is_there_once():
    with pytest.raises(ValueError, match="first"):
        navigation.add("Again", "first", "open", 30)


def test_before_somebody_judges_nothing_is_shown(monkeypatch):
    monkeypatch.setattr(navigation, "_may_open", [])
    assert navigation.shown(RequestFactory().get("/")) == []
