"""The solver: what its library prints by itself stays out of a command's output."""

import ctypes

import pytest

from kokeilu.disclosure.solver import quiet, run_whole


class Chatty:
    """A solver that prints by C's own output, as HiGHS 1.12 does at times whatever its options say."""

    def run(self) -> None:
        ctypes.CDLL(None).printf(b"tmpSolver.run();\n")


def test_what_the_library_prints_is_no_output(capfd: pytest.CaptureFixture[str]) -> None:
    print("before")
    run_whole(Chatty())
    print("after")
    out, err = capfd.readouterr()
    assert out == "before\nafter\n"
    assert err == "tmpSolver.run();\n"


def test_its_log_is_off() -> None:
    solver = quiet()
    assert [solver.getOptionValue(name)[1] for name in ("output_flag", "log_to_console")] == [False, False]


def test_output_comes_back_after_an_error(capfd: pytest.CaptureFixture[str]) -> None:
    class Broken:
        def run(self) -> None:
            raise RuntimeError

    with pytest.raises(RuntimeError):
        run_whole(Broken())
    print("after")
    assert capfd.readouterr().out == "after\n"
