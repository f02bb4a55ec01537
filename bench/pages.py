"""Portfolio and customer page at 50 workers, at the demonstration's full scale.

Fifty workers of the demonstration that `make demo` made, each logged in, open pages of their own customers from a
server of its own on the loopback: the portfolio in some order, filtered or not, then one of the customers on it. Each
pauses 5 s on average between pages, which is quicker than people read them. A time is from the request to the
answer's last byte, so it holds the server's queue too. The peer of the ratio is a static file from the same server in
the same minute; the budget is 100 ms for 95 of 100 answers. The pages that were opened stay in the demonstration's
read log, as they should.

The same pages are then opened beside `kokeilu panel build --whole`, which reads and computes everything, in a session
of its own as from another terminal: turn by turn a whole build and as long without, so that whatever else the machine
does meets both. The budget is 1.5 times the time without.
"""

import http.client
import random
import re
import socket
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from bench.report import Row

WORKERS, PAUSE, SECONDS, WARM_UP = 50, 5.0, 60, 15
BUILDS, LONGEST_BUILD, BESIDE_BUDGET = 3, 300, 1.5  # each build is followed by as many seconds without one
LONGEST_PAUSE = 20.0
BUDGET_MS = 100.0
ORDERS = ("name", "-name", "age", "customer_since", "-unemployed_since")
FILTERS = (
    "",
    "&status=unemployed",
    "&status=service",
    "&age=under_30",
    "&duration=from_12",
    "&age=30_to_54&status=unemployed",
)
ALONE, BUILD = " without a build", " beside a build"
CUSTOMER = re.compile(r'href="(/customers/[0-9a-f-]{36}/)"')
STYLESHEET = re.compile(r'href="(/static/[^"]+\.css)"')


@dataclass
class Times:
    """Seconds of each kind of answer, from all workers."""

    taken: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    faults: list[str] = field(default_factory=list)
    counting: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)
    beside: str = ""  # what runs beside the pages now; their kinds are told apart by it
    builds: list[float] = field(default_factory=list)  # the seconds that each took

    def milliseconds(self, kind: str, share: float) -> float:
        """The time within which this share of the answers came."""
        return float(np.quantile(self.taken[kind], share)) * 1000


def run() -> list[Row]:
    """Measure where the full demonstration is; without it nothing is measured, and a line says so."""
    from kokeilu import database, postgres

    postgres.ensure()
    if "demonstration: uusimaa" not in postgres.comment():
        print("pages: left out, there is no full demonstration here (run `make demo`, then again)", file=sys.stderr)
        return []
    database.set_up()
    sessions = _sessions()
    try:
        with _server() as port:
            times = _load(port, list(sessions))
    finally:
        _end(sessions)
    if times.faults:
        raise RuntimeError(f"{len(times.faults)} answers were no pages, the first: {times.faults[0]}")
    kinds = ("portfolio", "customer page")
    return [*(_row(times, kind) for kind in kinds), *(_row_beside(times, kind) for kind in kinds)]


def _row(times: Times, kind: str) -> Row:
    static = times.milliseconds("static file", 0.5)
    ours = times.milliseconds(kind, 0.5)
    note = (
        f"{len(times.taken[kind])} answers, half within {ours:.1f} ms: {ours / static:.1f} times a static file"
        f" of the same server ({static:.1f} ms, 95 % within {times.milliseconds('static file', 0.95):.1f} ms)"
    )
    return Row(f"{kind}, 95 % of answers within", times.milliseconds(kind, 0.95), "budget", BUDGET_MS, 1.0, note, "ms")


def _row_beside(times: Times, kind: str) -> Row:
    with_build, without = f"{kind}{BUILD}", f"{kind}{ALONE}"
    note = (
        f"{len(times.builds)} builds of {np.mean(times.builds):.0f} s;"
        f" {len(times.taken[with_build])} and {len(times.taken[without])} answers, half within"
        f" {times.milliseconds(with_build, 0.5):.1f} and {times.milliseconds(without, 0.5):.1f} ms"
    )
    return Row(
        f"{kind} while panels are built, 95 % within", times.milliseconds(with_build, 0.95),
        "without", times.milliseconds(without, 0.95), BESIDE_BUDGET, note, "ms",
    )  # fmt: skip


def _sessions() -> dict[str, str]:
    """A session for each of the workers with the most customers, by its key; the cookie's name is the value."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore
    from django.db.models import Count

    from kokeilu.casework.models import WorkerProfile

    made = {}
    busiest = WorkerProfile.objects.annotate(customers=Count("assignments")).order_by("-customers", "pk")
    for profile in busiest.select_related("membership__user")[:WORKERS]:
        user = profile.membership.user
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.set_expiry(timedelta(hours=1))
        session.save()
        made[str(session.session_key)] = settings.SESSION_COOKIE_NAME
    if len(made) < WORKERS:
        raise RuntimeError(f"the demonstration has {len(made)} workers, fewer than {WORKERS}")
    return made


def _end(sessions: dict[str, str]) -> None:
    from django.contrib.sessions.models import Session

    Session.objects.filter(session_key__in=sessions).delete()


@contextmanager
def _server() -> Iterator[int]:
    """`kokeilu serve` on a free port, until the end."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "kokeilu", "serve", "--port", str(port)], stdout=subprocess.DEVNULL
    )
    try:
        _wait(server, port)
        yield port
    finally:
        server.terminate()
        server.wait(30)


def _wait(server: subprocess.Popen[bytes], port: int) -> None:
    for _ in range(600):
        if server.poll() is not None:
            raise RuntimeError("the server did not start")
        try:
            with socket.create_connection(("127.0.0.1", port), 1):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the server did not answer")


def _load(port: int, sessions: list[str]) -> Times:
    from django.conf import settings

    times = Times()
    cookies = [f"{settings.SESSION_COOKIE_NAME}={key}" for key in sessions]
    threads = [
        threading.Thread(target=_work, args=(times, port, cookie, random.Random(number)), daemon=True)  # noqa: S311
        for number, cookie in enumerate(cookies)
    ]
    for thread in threads:
        thread.start()
    time.sleep(WARM_UP)
    times.counting.set()
    time.sleep(SECONDS)
    with TemporaryDirectory(prefix="kokeilu-bench-") as folder:
        for _ in range(BUILDS):
            times.beside = BUILD
            times.builds.append(_build(Path(folder) / "panel"))
            times.beside = ALONE
            time.sleep(times.builds[-1])
    times.ended.set()
    for thread in threads:
        thread.join(30)
    return times


def _build(out: Path) -> float:
    """Build a panel; the seconds that it took."""
    since = time.monotonic()
    subprocess.run(
        [sys.executable, "-m", "kokeilu", "panel", "build", "--whole", "--out", str(out)],
        stdout=subprocess.DEVNULL, check=True, start_new_session=True, timeout=LONGEST_BUILD,
    )  # fmt: skip
    return time.monotonic() - since


def _work(times: Times, port: int, cookie: str, draw: random.Random) -> None:
    """One worker: the portfolio, a customer, a file, and again."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {"Cookie": cookie, "Accept-Language": "fi"}

    def get(kind: str, path: str) -> str:
        pause = min(draw.expovariate(1 / PAUSE), LONGEST_PAUSE)  # the server closes connections that are idle for long
        times.ended.wait(pause)
        since, kind = time.perf_counter(), kind + times.beside
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        if times.counting.is_set() and not times.ended.is_set():
            times.taken[kind].append(time.perf_counter() - since)
        if answer.status != 200:
            times.faults.append(f"{kind}: {answer.status}")
        return text

    try:
        while not times.ended.is_set():
            page = get("portfolio", f"/portfolio/?sort={draw.choice(ORDERS)}{draw.choice(FILTERS)}")
            customers, sheets = CUSTOMER.findall(page), STYLESHEET.findall(page)
            if customers:
                get("customer page", draw.choice(customers))
            get("static file", sheets[-1])
    except (OSError, http.client.HTTPException, IndexError) as error:
        times.faults.append(f"{type(error).__name__}: {error}")
    finally:
        connection.close()
