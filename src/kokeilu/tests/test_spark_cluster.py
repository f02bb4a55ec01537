"""Spark's own cluster of two workers counts and decides what DuckDB and Polars do; one session serves all tests."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import polars as pl
import pytest
from typer.testing import Result

from kokeilu.monitoring import spark
from kokeilu.monitoring.tests.panels import write_panel
from kokeilu.monitoring.tests.test_structure import MONTHS, people
from kokeilu.problems import Problem
from kokeilu.tests.spark_cluster import BREAKDOWNS

CLUSTER = "local-cluster[2,1,1024]"  # two workers, each a process with one core and 1 GB
WORK = "work"  # what workers wrote to the installation, if somebody let them
SHORT_LIVED = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"  # compiling for speed costs more than such a run gives back


def spark_home(place: Path) -> Path:
    """Spark as it is installed, in a folder where its workers may write, which the installation's need not be."""
    import pyspark

    for each in Path(pyspark.__file__).parent.iterdir():
        if each.name != WORK:
            (place / each.name).symlink_to(each)
    return place


def panel_rows() -> pl.DataFrame:
    """People who change state at random, with the classes that breakdowns tell apart, unknown ones too."""
    random = Random(3)
    rows = people(random, 60)
    drawn = {"municipality": ["049", "235", None], "immigrant": [True, False, None]}
    columns = [pl.Series(name, random.choices(values, k=rows.height)) for name, values in drawn.items()]
    return rows.with_columns(columns)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the cluster answered."""
    place = tmp_path_factory.mktemp("spark")
    (place / "spark").mkdir()
    surroundings = os.environ | {
        spark.SETTING: CLUSTER, "SPARK_HOME": str(spark_home(place / "spark")), "SPARK_LOCAL_DIRS": str(place),
        "SPARK_LOCAL_IP": "127.0.0.1", "SPARK_LOCAL_HOSTNAME": "localhost", "JDK_JAVA_OPTIONS": SHORT_LIVED,
    }  # fmt: skip
    panel = write_panel(place / "panel", panel_rows(), MONTHS)
    done = subprocess.run(
        [sys.executable, "-m", "kokeilu.tests.spark_cluster", str(panel)],
        env=surroundings, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-4000:]
    answers: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answers


def test_two_workers_did_the_work(told: dict[str, Any]) -> None:
    assert told["executors"] == 2


@pytest.mark.parametrize("counts", ["counts", *BREAKDOWNS])
def test_a_cluster_of_two_workers_counts_the_same_cells_as_duckdb(told: dict[str, Any], counts: str) -> None:
    answer = told[counts]
    assert answer["rows"] > (500 if counts == "counts" else 1500)
    assert (answer["rows"], answer["doubled"], answer["differ"]) == (answer["peer"], 0, [])


def test_a_cluster_decides_as_polars_does(told: dict[str, Any]) -> None:
    assert told["law"] is True


def test_files_that_the_workers_do_not_reach_are_told(told: dict[str, Any]) -> None:
    assert told["lost"].startswith(f"Spark on {CLUSTER} could not read or count the panel")


def test_a_master_that_does_not_answer_is_one_line_of_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command_line: Callable[..., Result]
) -> None:
    panel = write_panel(tmp_path / "panel", panel_rows(), MONTHS)
    asked = ("monitor", "--panel", panel, "--month", "2021-01", "--out", tmp_path / "tables", "--engine", "spark")
    with socket.socket() as unheard:  # bound and not listening: nobody else can answer there
        unheard.bind(("127.0.0.1", 0))
        url = f"spark://127.0.0.1:{unheard.getsockname()[1]}"
        monkeypatch.setenv(spark.SETTING, url)
        done = command_line(*asked)
    assert isinstance(done.exception, Problem)
    assert str(done.exception).startswith(f"no Spark master answers at {url} (start it,")
    assert not (tmp_path / "tables").exists()
