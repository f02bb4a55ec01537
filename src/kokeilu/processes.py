"""Work in processes of its own beside this one. They are spawned: what has threads must not be forked."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, suppress
from multiprocessing import active_children, parent_process
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from typing import Any

Spread = Callable[[Callable[[Any], Any], Iterable[Any]], Iterable[Any]]
"""As the built-in `map`, which does it all here, or one that has the items done elsewhere, in the same order."""

_SPAWN = multiprocessing.get_context("spawn")


def cores() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0))


@contextmanager
def spread(count: int) -> Iterator[Spread]:
    """A map over so many processes, begun when it is called; with one it is the built-in `map`.

    What is broken off in the `with`, by Ctrl-C too, ends them at once.
    """
    if count < 2:
        yield map
        return
    others = set(active_children())
    pool = ProcessPoolExecutor(count, _SPAWN, follow_parent)
    try:
        yield pool.map
    except BaseException:
        for process in set(active_children()) - others:
            process.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def beside(work: Callable[..., None], *arguments: Any) -> BaseProcess:
    """Begin work in a process that ends with this one. Of errors nothing is said: look whether the work is done."""
    process = _SPAWN.Process(target=_followed, args=(work, *arguments), daemon=True)
    process.start()
    return process


def _followed(work: Callable[..., None], *arguments: Any) -> None:
    follow_parent()
    with suppress(Exception):
        work(*arguments)


def follow_parent() -> None:
    """In a spawned process: Ctrl-C is the parent's, which stops the work; where that is killed, so is this one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=lambda: (wait([parent.sentinel]), os._exit(1)), daemon=True).start()
