"""The engine spark: one clear error for each thing that is missing. What it counts, test_spark_cluster.py asks."""

import socket
import sys
from pathlib import Path

import pytest

from kokeilu.monitoring import spark
from kokeilu.problems import Problem


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


@pytest.mark.parametrize("url", ["nonsense", "http://cluster:7077", "local[0]", "local[x]", "local-cluster[0,1,1]"])
def test_what_names_no_master_is_told_before_spark_is_asked(url: str) -> None:
    with pytest.raises(Problem, match="is not a Spark master"):
        spark.reach(url)


@pytest.mark.parametrize(
    "url",
    [
        "local",
        "local[*]",
        "local[2,3]",
        "local-cluster[2, 1, 1024]",
        "local-cluster[2,1,1024]",
        "yarn",
        "k8s://host:443",
    ],
)
def test_every_kind_of_master_may_be_asked(url: str) -> None:
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
