"""A bar is for eyes: a pipe gets nothing of it."""

import sys

import pytest

from kokeilu import progress


def test_a_pipe_gets_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    with progress.bar() as shown:
        shown.add_task("working", total=1)
    assert capfd.readouterr() == ("", "")


def test_a_terminal_gets_a_bar(capfd: pytest.CaptureFixture[str]) -> None:
    from rich.console import Console

    with progress.bar(console=Console(file=sys.stderr, force_terminal=True)) as shown:
        shown.add_task("working", total=1)
    assert "working" in capfd.readouterr().err
