"""Apache Spark, where one machine ends: a session on the master that the settings name."""

import os
import re
import shutil
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import narwhals as nw

from kokeilu.monitoring.rules import Keep
from kokeilu.monitoring.steps import Rows
from kokeilu.problems import Problem

SETTING: Final = "KOKEILU_SPARK_MASTER"
HERE: Final = "local[*]"
"""Without a setting Spark runs within this process."""
PATIENCE: Final = 5.0
"""Seconds that a master may take to answer."""
PORT: Final = 7077
N: Final = r"\s*[1-9]\d*\s*"
MASTER: Final = re.compile(rf"local(\[(\*|{N})(,{N})?\])?|local-cluster\[{N},{N},{N}\]|spark://\S*|yarn|k8s://\S+")


def master() -> str:
    """Where Spark runs, by the setting: `spark://HOST:PORT`, `local[N]`, `local-cluster[...]`, `yarn`, `k8s://...`."""
    return os.environ.get(SETTING, "").strip() or HERE


def reach(url: str) -> None:
    """Raise Problem where `url` names no master, which Spark would tell in pages of Java, or where none answers: Spark
    itself would try for minutes and then end the process.
    """
    if not MASTER.fullmatch(url):
        mend = f"give {SETTING} as spark://HOST:PORT, local[N], local-cluster[N,CORES,MB], yarn or k8s://..."
        raise Problem(f"{url} is not a Spark master", mend=mend)
    if not url.startswith("spark://"):
        return
    for host in url.removeprefix("spark://").split(","):
        try:
            parts = urlsplit(f"//{host}")
            with socket.create_connection((parts.hostname or "", parts.port or PORT), PATIENCE):
                return
        except (OSError, ValueError):
            continue
    raise Problem(f"no Spark master answers at {url}", mend=f"start it, correct {SETTING}, or leave out --engine spark")


def check_java() -> None:
    """Raise Problem where there is no Java to start."""
    home = os.environ.get("JAVA_HOME")
    if not (Path(home, "bin", "java").is_file() if home else shutil.which("java")):
        raise Problem("the engine spark cannot start Java", mend="install Java 17 and set JAVA_HOME")


def session() -> Any:
    """The Spark session on `master`, new or running. Raises Problem: no pyspark, no Java, or no master answers."""
    url = master()
    try:
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ImportError:
        raise Problem(
            "the engine spark needs pyspark, which is not installed",
            mend="install the extra: uv sync --extra spark, and Java 17",
        ) from None
    check_java()
    reach(url)
    builder = (
        SparkSession.builder.master(url)
        .appName("kokeilu")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.sql.session.timeZone", "UTC")
    )
    if url.startswith("local"):
        builder = (
            builder.config("spark.sql.shuffle.partitions", "8")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.driver.host", "127.0.0.1")
        )
    try:
        made = builder.getOrCreate()
    except (PySparkException, OSError):  # Java ended before it answered
        mend = f"install Java 17 and set JAVA_HOME, or correct {SETTING}"
        raise Problem(f"Java does not start Spark on {url}", mend=mend) from None
    except Exception as error:  # py4j's, whose cause is text of the JVM's
        raise Problem(f"Spark does not start on {url}", mend=f"correct {SETTING}; its own log says more") from error
    made.sparkContext.setLogLevel("ERROR")
    return made


@contextmanager
def job(files: Sequence[str], months: Sequence[int]) -> Iterator[tuple[Rows, Rows, Keep]]:
    """The spells of Parquet files, a calendar of the months, and how to keep a frame while several counts read it.

    Every worker must reach the files. Raises Problem like `session`, and where Spark fails at work.
    """
    running = session()
    kept: list[Any] = []

    def keep(rows: Rows) -> Rows:
        kept.append(rows.to_native().persist())
        held: Rows = nw.from_native(kept[-1])
        return held

    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        spells = nw.from_native(running.read.parquet(*files))
        calendar = nw.from_native(running.range(months[0], months[-1] + 1).withColumnRenamed("id", "at"))
        yield spells, calendar, keep
    except (PySparkException, Py4JError) as error:
        raise Problem(
            f"Spark on {master()} could not read or count the panel",
            mend="see that every worker reaches the panel's folder, and Spark's own log",
        ) from error
    finally:
        for frame in kept:
            frame.unpersist()
