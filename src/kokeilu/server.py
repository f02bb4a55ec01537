"""Serving the pages: granian's workers around the WSGI application."""

import ctypes
import os
import signal
import socket
import threading
import time
from collections.abc import Callable

from kokeilu import database
from kokeilu.problems import Problem

PR_SET_PDEATHSIG = 1  # linux/prctl.h


def check_address(address: str, port: int) -> None:
    """Raise Problem where nothing can listen there, the reason in one line.

    granian's workers share a port, so that a second server on a taken one would start without a word.
    """
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(address, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(place)
    except OSError as error:
        raise Problem(
            f"{address}:{port} cannot be listened on: {error.strerror}", mend="choose another with --port"
        ) from error


def serve(address: str, port: int, *, workers: int, threads: int) -> None:
    """Serve until Ctrl-C, SIGTERM or the terminal's end. Django must be set up.

    Raises Problem where the database is not up to date.
    """
    from django.core.management import call_command
    from django.db import connections
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    database.check_schema()
    call_command("collectstatic", interactive=False, verbosity=0)
    connections.close_all()  # each worker opens its own
    server = Granian(
        "kokeilu.wsgi:application",
        address=address,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=threads,
        respawn_failed_workers=True,
        workers_kill_timeout=10,
        websockets=False,
        log_level=LogLevels.warning,
    )
    os.register_at_fork(after_in_child=_die_with(os.getpid()))

    def started() -> None:
        signal.signal(signal.SIGHUP, server.signal_handler_interrupt)  # granian would only reload
        threading.Thread(target=_say_when_ready, args=(address, port), daemon=True).start()

    server.on_startup(started)
    server.serve()


def _say_when_ready(address: str, port: int) -> None:
    """Print where the pages are once a worker listens; the workers bind the port themselves."""
    while True:
        try:
            socket.create_connection((address, port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            break
    place = f"[{address}]" if ":" in address else address
    print(f"Kokeilu serves http://{place}:{port} until Ctrl-C", flush=True)


def _die_with(parent: int) -> Callable[[], None]:
    """What a worker does first: ask the kernel to be killed when its parent is.

    A SIGTERM that comes before granian has set its handlers would be lost.
    """
    libc = ctypes.CDLL(None)

    def ask() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # killed before the question
            os._exit(1)

    return ask
