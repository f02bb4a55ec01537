"""A build gives way to the pages: it takes what nobody else wants of the processor, here and in the embedded server.

Linux shares the processor out by session first (autogroups, sched(7)): how nice a process is counts against those of
its own session only. A build from another terminal or from cron would get as much as all pages together, and each of
PostgreSQL's processes is a session of its own. So a build works in a session of its own, and what is lowered is the
process and its session.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from django.db import connection

from kokeilu import postgres

NICE = 19  # the least there is
TRIES, PAUSE = 20, 0.1  # Linux takes one change of a session from anybody in a tenth of a second
WATCHED = "KOKEILU_ENDS_WITH"  # the descriptor that closes when whoever asked for the work has ended
HANDED_ON = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def apart() -> bool:
    """Whether this process leads its session, so that lowering that lowers nobody who asked for nothing."""
    return os.getsid(0) == os.getpid()


def run_apart(arguments: Sequence[str]) -> int:
    """Run a command of `kokeilu` in a session of its own; returns its exit status.

    Ctrl-C and other requests to end are handed on to it, and it ends where this process is killed.
    """
    watched, held = os.pipe()
    working = subprocess.Popen(
        [sys.executable, "-m", "kokeilu", *arguments],
        env={**os.environ, WATCHED: str(watched)},
        pass_fds=[watched],
        start_new_session=True,
    )
    before = {number: signal.getsignal(number) for number in HANDED_ON}
    for number in HANDED_ON:
        if before[number] != signal.SIG_IGN:  # `nohup` keeps its meaning
            signal.signal(number, lambda number, _: working.send_signal(number))
    try:
        ended = working.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        os.close(watched)
        os.close(held)
    return ended if ended >= 0 else 128 - ended


def end_with_whoever_asked() -> None:
    """End this process when the one that runs it apart ends, even killed."""
    watched = os.environ.pop(WATCHED, None)
    if watched is not None:
        threading.Thread(target=_end_after, args=(int(watched),), daemon=True).start()


def _end_after(watched: int) -> None:
    os.read(watched, 1)  # nothing is written: this returns when the other end is closed
    os.kill(os.getpid(), signal.SIGTERM)


def lower(process: int) -> None:
    """Leave the processor to all others who want it: the process and, where it leads one, its session.

    What the system does not let this account lower stays as it is.
    """
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, process, NICE)
        if os.getsid(process) == process:
            _lower_session(Path(f"/proc/{process}/autogroup"))


def _lower_session(session: Path) -> None:
    for _ in range(TRIES):
        try:
            session.write_text(str(NICE))
        except BlockingIOError:
            time.sleep(PAUSE)
        else:
            return


def lower_server() -> None:
    """Lower the embedded server's process behind Django's connection, and have it read by itself.

    An ordinary server is left alone: its processes are another account's, or another machine's.
    """
    if not postgres.embedded():
        return
    with connection.cursor() as cursor:
        cursor.execute("SET effective_io_concurrency = 0")  # the server's reading helpers keep their priority
        cursor.execute("SELECT pg_backend_pid()")
        lower(cursor.fetchone()[0])
