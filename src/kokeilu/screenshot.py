"""`python -m kokeilu.screenshot FILE`: the picture of the README, a customer's page of the small demonstration."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

from kokeilu import demo
from kokeilu.problems import Problem

WAIT_SECONDS = 60


def take(out: Path) -> None:
    """Make the small demonstration, serve it, and write the picture (PNG) to `out`.

    Raises Problem where Chromium is missing or the pages do not come up.
    """
    demo.make("small")

    from playwright.sync_api import sync_playwright

    from kokeilu.demo_staff import worker
    from kokeilu.web.browser import ARGUMENTS, Visitor, chromium_path

    path = chromium_path()
    if path is None:
        raise Problem("there is no Chromium", mend="run `make browser`")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # playwright keeps an event loop in this thread
    with _served() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        page = Visitor(browser, address)("/portfolio/", worker(), "en")
        page.locator("main a[href^='/customers/']").first.click()
        page.wait_for_load_state()
        page.screenshot(path=out)
        browser.close()


@contextmanager
def _served() -> Iterator[str]:
    """The pages of this process's database on a free port of this machine."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    process = subprocess.Popen([sys.executable, "-m", "kokeilu", "serve", "--port", str(port)])
    try:
        _wait_for(address, process)
        yield address
    finally:
        process.terminate()
        process.wait()


def _wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            urlopen(address, timeout=5).close()  # noqa: S310 - an address of this machine
        except OSError:  # refused, or not yet answered
            time.sleep(0.2)
        else:
            return
    raise Problem("the pages did not come up")


if __name__ == "__main__":
    from kokeilu.cli import run

    run(lambda: take(Path(sys.argv[1])))
