"""Work in processes of its own: in order, elsewhere, and never left behind."""

import multiprocessing
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kokeilu import processes

BESIDE = """
import time
from kokeilu import processes
if __name__ == "__main__":
    print(processes.beside(time.sleep, 300).pid, flush=True)
    time.sleep(300)
"""


def test_one_process_is_the_built_in_map() -> None:
    with processes.spread(1) as spread:
        assert spread is map


def test_two_keep_the_order_and_work_elsewhere() -> None:
    with processes.spread(2) as spread:
        assert [*spread(abs, [-3, 2, -1])] == [3, 2, 1]
        assert f"/proc/{os.getpid()}" not in [*spread(os.path.realpath, ["/proc/self"])]
        with pytest.raises(ValueError, match="invalid literal"):
            [*spread(int, ["1", "one"])]


def test_broken_off_it_ends_at_once() -> None:
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt), processes.spread(2) as spread:
        spread(time.sleep, [300, 300])
        raise KeyboardInterrupt
    assert multiprocessing.active_children() == []
    assert time.monotonic() - began < 250


def test_work_beside_ends_with_a_killed_parent(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(BESIDE)
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True) as parent:
        child = Path("/proc") / parent.stdout.readline().strip()
        assert child.exists()
        parent.kill()
    until = time.monotonic() + 100
    while child.exists() and (child / "stat").read_text().split()[2] != "Z" and time.monotonic() < until:
        time.sleep(0.05)
    assert time.monotonic() < until
