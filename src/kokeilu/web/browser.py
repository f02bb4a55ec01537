"""A browser for tests of pages: Chromium, visited as a person, with what every page must hold to.

Fixtures for all rooms (through the shared conftest): `visit` opens a page as a person; at the end of the test each
page it opened is held against broken rules of the content security policy, errors of scripts and addresses that failed.
"""

import os
import shutil
import threading
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ARGUMENTS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--force-color-profile=srgb",
]  # fmt: skip
DESKTOP, PHONE = 1280, 390
HEIGHTS = {DESKTOP: 900, PHONE: 844}
HANGS = 120_000
"""Milliseconds after which the browser counts as hung: a busy machine is slow, and no test fails on a clock."""


def chromium_path() -> str | None:
    """Where Chromium is installed on this machine, None where it is not."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@cache
def axe_source() -> str:
    """The text of axe-core, as the package for Playwright carries it."""
    import axe_playwright_python

    return (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")


def axe_faults(page: "Page") -> list[str]:
    """What axe-core finds on the page, one line each: rule, elements, help. All its rules are on."""
    if not page.evaluate("'axe' in window"):  # looked at before, in a window of another width
        page.evaluate(axe_source())
    found = page.evaluate("async () => (await axe.run(document, {resultTypes: ['violations']})).violations")
    return [
        f"{violation['id']}: {violation['help']}: {node['html'][:200]}"
        for violation in found
        for node in violation["nodes"]
    ]


def overflow(page: "Page") -> int:
    """By how many pixels the page is wider than the window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def resize(page: "Page", width: int) -> None:
    """Have the page in a window of `width`; where that is another one, wait until its pictures for it are there."""
    if page.viewport_size and page.viewport_size["width"] == width:
        return
    page.set_viewport_size({"width": width, "height": HEIGHTS.get(width, 900)})
    page.evaluate(
        """async () => {
            const drawn = () => new Promise(requestAnimationFrame);
            await drawn();
            do await drawn();
            while ([...document.images].some(picture => !picture.complete && picture.loading !== "lazy"));
        }"""
    )


class Answers:
    """Which threads of the server are at work on an answer: what they write would meet the emptying of the tables."""

    def __init__(self) -> None:
        self._threads: set[int] = set()
        self._changed = threading.Condition()

    def __enter__(self) -> "Answers":
        from django.core.signals import request_finished, request_started

        request_started.connect(self._begun)
        request_finished.connect(self._ended)
        return self

    def __exit__(self, *_: object) -> None:
        from django.core.signals import request_finished, request_started

        request_started.disconnect(self._begun)
        request_finished.disconnect(self._ended)

    def _begun(self, **_: object) -> None:
        if threading.current_thread() is not threading.main_thread():  # the client of a test asks there
            with self._changed:
                self._threads.add(threading.get_ident())

    def _ended(self, **_: object) -> None:
        with self._changed:
            self._threads.discard(threading.get_ident())
            self._changed.notify_all()

    def wait(self, seconds: float = 60) -> None:
        """Return when no answer is under way; TimeoutError where one still is after so many seconds."""
        with self._changed:
            if not self._changed.wait_for(lambda: not self._threads, seconds):
                raise TimeoutError(f"an answer of the server is under way after {seconds} s")


class Visitor:
    """Opens pages of the live server as persons, and keeps what went wrong on them."""

    def __init__(self, browser: "Browser", address: str) -> None:
        self.browser, self.address = browser, address
        self.faults: list[str] = []
        self.status = 0  # of the page opened last, after redirects
        self._pages: dict[tuple[Any, str, int], Page] = {}

    def __call__(self, path: str, user: Any = None, language: str = "en", width: int = DESKTOP) -> "Page":
        """Open `path` as `user` (nobody logged in: None) in a language, in a window of `width`; returns the page.

        A user's stored language is changed to `language`. Who is no user brings their own cookie (`cookie(address)`).
        """
        page = self._page(user, language, width)
        if user is not None and not hasattr(user, "cookie"):
            type(user).objects.filter(pk=user.pk).update(language=language)
        response = page.goto(self.address + path)
        self.status = response.status if response else 0
        return page

    def _page(self, user: Any, language: str, width: int) -> "Page":
        key = (user.pk if user else None, language, width)
        if key in self._pages:
            return self._pages[key]
        context = self.browser.new_context(
            locale=language, viewport={"width": width, "height": HEIGHTS.get(width, 900)}, reduced_motion="reduce"
        )
        context.set_default_timeout(HANGS)
        if user is not None:
            own = getattr(user, "cookie", None)
            context.add_cookies([own(self.address) if own else _session_cookie(user, self.address)])
        page = self._pages[key] = context.new_page()
        page.on("console", lambda message: self._heard(page, message.type, message.text))
        page.on("pageerror", lambda error: self.faults.append(f"{page.url}: script error: {error}"))
        page.on("requestfailed", lambda request: self._failed(page, request))
        return page

    def _heard(self, page: "Page", kind: str, text: str) -> None:
        # A page that answers 403 on purpose says so in the console; everything else there is a fault.
        if kind in ("error", "warning") and "Failed to load resource" not in text:
            self.faults.append(f"{page.url}: {text}")

    def _failed(self, page: "Page", request: Any) -> None:
        if "ERR_ABORTED" not in (request.failure or ""):  # a navigation that another one overtook
            self.faults.append(f"{page.url}: {request.url} {request.failure}")

    def close(self) -> None:
        """Close all windows when their pages are loaded; another visit opens new ones."""
        for page in self._pages.values():
            page.wait_for_load_state("load")
            page.context.close()
        self._pages.clear()


def _session_cookie(user: Any, address: str) -> Any:
    """The cookie of a session in which `user` is logged in."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return {"name": settings.SESSION_COOKIE_NAME, "value": session.session_key, "url": address}


@pytest.fixture(scope="session")
def chromium() -> Iterator["Browser"]:
    """Chromium without a window, once per test run. Fails with what to install where there is none."""
    from playwright.sync_api import expect, sync_playwright

    path = chromium_path()
    if path is None:
        pytest.fail("no Chromium for the browser tests: run `make browser`, or leave them out with -m 'not browser'")
    # Playwright keeps an event loop in this thread; Django would refuse the database beside one.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    expect.set_options(timeout=HANGS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS, timeout=HANGS)
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: "Browser", live_server: Any) -> Iterator[Visitor]:
    """Opens pages of a server with the test's data: `visit("/portfolio/", user, "fi", 390)`."""
    visitor = Visitor(chromium, live_server.url)
    with Answers() as answers:
        yield visitor
        visitor.close()
        answers.wait()
    if visitor.faults:
        pytest.fail("\n".join(visitor.faults))
