"""The engine spark: the same cells on a cluster of two workers, and one clear error for each thing that is missing."""

import os
import socket
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from kokeilu.monitoring import spark
from kokeilu.monitoring.tests.panels import write_panel
from kokeilu.monitoring.tests.test_structure import MONTHS, people
from kokeilu.problems import Problem

COMPARED = """
import sys
from pathlib import Path
from kokeilu.monitoring import engines
from kokeilu.panel.check import open_panel
panel = open_panel(Path(sys.argv[1]))
ours, theirs = (engines.counts(panel, engine) for engine in ("spark", "duckdb"))
keys = ours.columns[:-1]
assert ours.sort(keys).equals(theirs.sort(keys))
print(ours.height, "cells")
"""


def test_a_cluster_of_two_workers_counts_the_same_cells_as_duckdb(tmp_path: Path) -> None:
    pyspark = pytest.importorskip("pyspark", reason="the extra spark is not installed: nothing compares Spark here")
    panel = write_panel(tmp_path / "panel", people(Random(3), 60), MONTHS)
    # In a process of its own: a session of another test would be taken over, and Spark's JVM would stay.
    surroundings = os.environ | {
        "KOKEILU_SPARK_MASTER": "local-cluster[2,1,1024]", "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_LOCAL_HOSTNAME": "localhost", "SPARK_HOME": str(Path(pyspark.__file__).parent),
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", COMPARED, str(panel)], env=surroundings, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert int(done.stdout.split()[0]) > 500


def test_a_master_that_does_not_answer_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as unheard:  # bound and not listening: nobody else can answer there
        unheard.bind(("127.0.0.1", 0))
        url = f"spark://127.0.0.1:{unheard.getsockname()[1]}"
        with pytest.raises(Problem, match=f"no Spark master answers at {url}"):
            spark.reach(url)


@pytest.mark.parametrize("url", ["spark://", "spark://:0", "spark://127.0.0.1:port"])
def test_an_address_that_is_none_does_not_answer(url: str) -> None:
    with pytest.raises(Problem, match="no Spark master answers"):
        spark.reach(url)


def test_without_pyspark_it_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyspark", None)
    monkeypatch.setitem(sys.modules, "pyspark.errors", None)
    with pytest.raises(Problem, match="needs pyspark, which is not installed"):
        spark.session()


def test_without_java_it_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(Problem, match="cannot start Java"):
        spark.check_java()


def test_the_setting_names_the_master(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(spark.SETTING, raising=False)
    assert spark.master() == "local[*]"
    monkeypatch.setenv(spark.SETTING, "spark://cluster:7077 ")
    assert spark.master() == "spark://cluster:7077"
