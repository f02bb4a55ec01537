"""HiGHS, set so that it says the same on every machine and writes nothing to standard output."""

import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Final

import highspy

_ONE_AT_A_TIME: Final = Lock()


def quiet() -> highspy.Highs:
    """A solver without programme, on one thread, with its log off."""
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("log_to_console", False)
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("random_seed", 0)
    return solver


def run_whole(solver: highspy.Highs) -> None:
    """Solve a programme with whole numbers.

    HiGHS 1.12 prints a line of its debugging to C's standard output where it mends a rounded solution, whatever its
    options say (HiGHS issue 2783). A command's output may be a file that others read, so it goes to standard error.
    """
    with _ONE_AT_A_TIME, _output_on_error():
        solver.run()


@contextmanager
def _output_on_error() -> Iterator[None]:
    """What is written to descriptor 1 goes to descriptor 2, C's own buffer with it."""
    sys.stdout.flush()
    flush = ctypes.CDLL(None).fflush
    flush(None)
    kept = os.dup(1)
    try:
        os.dup2(2, 1)
        yield
    finally:
        flush(None)
        os.dup2(kept, 1)
        os.close(kept)
