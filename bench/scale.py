"""Spark's slope: the same indicators on a cluster of two workers, from 1 to 30 million person-months.

Spark's own local cluster runs: two workers with one core and 3 GB each, beside a driver, every one a process. After a
run that warms them up each size is counted once. What is added from size to size, by least squares, tells what a
register needs that one machine cannot hold; `docs/scale.md` works it out. The peer is DuckDB on the same files in the
same run.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter

import numpy as np
from rich.console import Console

from bench import indicators
from bench.report import Row

SIZES = (1, 3, 10, 30)  # million person-months
CLUSTER = "local-cluster[2,1,3072]"
TICKS = os.sysconf("SC_CLK_TCK")


def _processes() -> dict[int, tuple[float, float]]:
    """Processor seconds and peak gigabytes of each process of this session: the driver's and the workers'."""
    found = {}
    for folder in Path("/proc").iterdir():
        try:
            fields = (folder / "stat").read_text().rsplit(")", 1)[1].split()
            if not folder.name.isdigit() or int(fields[3]) != os.getsid(0):
                continue
            status = dict(line.split(":", 1) for line in (folder / "status").read_text().splitlines() if ":" in line)
        except OSError:
            continue  # it has just ended, or is no process
        work = (int(fields[11]) + int(fields[12])) / TICKS
        found[int(folder.name)] = (work, int(status.get("VmHWM", "0 kB").split()[0]) / 1e6)
    return found


def _main(*files: str) -> None:
    """Count each file on Spark and by DuckDB; tell seconds and processor seconds of both, and the peak of a process."""
    from kokeilu.monitoring import rules, spark

    last = indicators.FIRST + (indicators.MONTHS - 1) // 12 * 100 + (indicators.MONTHS - 1) % 12
    numbers = range(rules.month_number(indicators.FIRST), rules.month_number(last) + 1)
    told = []
    for file in (files[0], *files):  # the first one warms up
        before, since = _processes(), perf_counter()
        with spark.job([file], list(numbers)) as (held, calendar, keep):
            ours = rules.counts(rules.events(held, calendar, indicators.FIRST, last, keep=keep))
        taken, after = perf_counter() - since, _processes()
        worked = sum(work - before.get(number, (0.0, 0.0))[0] for number, (work, _) in after.items())
        since = perf_counter()
        theirs = indicators.ours([file])
        duck = perf_counter() - since
        same = indicators.cells(ours).equals(indicators.cells(theirs))
        told.append([taken, worked, duck, max(peak for _, peak in after.values()), same])
        print(file, told[-1], file=sys.stderr, flush=True)
    spark.session().stop()
    print(json.dumps(told[1:]))


def _surroundings(folder: Path) -> dict[str, str]:
    """Spark as it is installed, but with the workers' own files in a folder that goes with the run."""
    import pyspark

    home = folder / "spark"
    home.mkdir()
    for each in Path(pyspark.__file__).parent.iterdir():
        if each.name != "work":
            (home / each.name).symlink_to(each)
    return os.environ | {
        "KOKEILU_SPARK_MASTER": CLUSTER, "SPARK_HOME": str(home), "SPARK_LOCAL_DIRS": str(folder),
        "SPARK_LOCAL_IP": "127.0.0.1", "SPARK_LOCAL_HOSTNAME": "localhost",
    }  # fmt: skip


def run() -> list[Row]:
    """Each size beside DuckDB, and the slope of Spark's processor time. Slow: several minutes."""
    if find_spec("pyspark") is None or shutil.which("java") is None:
        print("scale: left out, pyspark or Java is not installed (run `make bench`)", file=sys.stderr)
        return []
    sizes = [float(size) for size in os.environ.get("KOKEILU_BENCH_SIZES", "").split()] or list(SIZES)
    with tempfile.TemporaryDirectory(prefix="kokeilu-bench-") as folder:
        files = []
        for size in sizes:
            files.append(str(Path(folder) / f"spells-{size:g}.parquet"))
            indicators.spells(round(size * 1e6)).write_parquet(files[-1])
        done = subprocess.run(
            [sys.executable, "-m", "bench.scale", *files],
            env=_surroundings(Path(folder)), check=False, capture_output=True, text=True, start_new_session=True,
        )  # fmt: skip
    if done.returncode:
        Console(stderr=True).print(done.stderr[-4000:], markup=False)
        raise RuntimeError("Spark did not count")
    told = json.loads(done.stdout.splitlines()[-1])
    if not all(same for *_, same in told):
        raise RuntimeError("Spark and DuckDB do not count the same")
    rows = [
        Row(f"{size:g} million person-months on Spark, two workers", taken, "DuckDB on the same file", duck, None,
            f"{worked:.0f} s of processor time, at most {peak:.1f} GB a process; the same figures")
        for size, (taken, worked, duck, peak, _) in zip(sizes, told, strict=True)
    ]  # fmt: skip
    worked = [each[1] for each in told]
    slope, start = np.polyfit(sizes, worked, 1)
    ducks, _ = np.polyfit(sizes, [each[2] for each in told], 1)
    note = f"processor time = {start:.0f} s + {slope:.2f} s a million"
    return [*rows, Row("Spark: each further million", slope, "DuckDB, passed", ducks, None, note)]


if __name__ == "__main__":
    _main(*sys.argv[1:])
