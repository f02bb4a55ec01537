"""HiGHS, set so that it says the same on every machine and writes nothing to standard output."""

import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Final

import highspy
import numpy as np

from kokeilu.disclosure.relations import Numbers, System

NODES: Final = 100_000
"""The most nodes that one integer programme may look at: a count, not a time, so that every machine says the same."""
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


def programme(
    system: System,
    *,
    whole: bool = False,
    anew: bool = False,
    floor: Numbers | None = None,
    ceiling: Numbers | None = None,
    cost: Numbers | None = None,
) -> highspy.Highs:
    """HiGHS with the system's relations; every cell is zero or more, or `floor` or more.

    A linear programme is solved by the primal simplex from where the one before ended, unless it is asked for `anew`.
    """
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = system.cells, system.low.size
    model.col_cost_ = np.zeros(system.cells) if cost is None else cost
    model.col_lower_ = np.zeros(system.cells) if floor is None else floor
    model.col_upper_ = np.full(system.cells, highspy.kHighsInf) if ceiling is None else ceiling
    model.row_lower_, model.row_upper_ = system.low, system.high
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = system.starts.astype(np.int32)
    model.a_matrix_.index_ = system.columns.astype(np.int32)
    model.a_matrix_.value_ = system.coefficients
    if whole:
        model.integrality_ = [highspy.HighsVarType.kInteger] * system.cells
    solver = quiet()
    if whole:
        solver.setOptionValue("mip_max_nodes", NODES)
    elif not anew:
        solver.setOptionValue("presolve", "off")  # each bound starts where the one before ended
        solver.setOptionValue("solver", "simplex")
        solver.setOptionValue("simplex_strategy", 4)  # primal: only the objective changes
    solver.passModel(model)
    return solver


def pushed(solver: highspy.Highs, place: int, sign: float) -> tuple[highspy.HighsModelStatus, highspy.HighsSolution]:
    """How a programme with one cell as its objective ends."""
    solver.changeColCost(place, sign)
    solver.run()
    ended = solver.getModelStatus(), solver.getSolution()
    solver.changeColCost(place, 0.0)
    return ended
