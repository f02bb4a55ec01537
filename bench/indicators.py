"""All stock and flow indicators of 30 000 000 person-months, against DuckDB's plain window query of the same task.

The peer looks at every person at every month end: a window over the person-months gives each one's month before and
after, and one aggregation counts stocks and flows. Ours counts the same from the spells behind them. Both run in a
process of their own with DuckDB's memory bounded; the peak of the whole process is measured.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

import numpy as np
import polars as pl

from bench.report import Row

ROWS = 30_000_000
MONTHS = 120  # ten years
FIRST = 201401
MEMORY = "3GB"
STATUSES = ("unemployed", "laid_off", "service", "supported_work", "open_market", "outside")
AREAS = 25
SUPPORT = "labour_market_support"
LENGTH = 10  # months that a spell lasts on average; a person's spells fill the years without gap


def _first_day(months: str) -> pl.Expr:
    """The first day of the month so many months after the first."""
    return pl.date(2014 + pl.col(months) // 12, pl.col(months) % 12 + 1, 1)


def spells(person_months: int, seed: int = 1) -> pl.DataFrame:
    """Spells that are held at so many month ends in all: every person in some state at each of MONTHS ends."""
    random = np.random.default_rng(seed)
    people = person_months // MONTHS
    cuts = random.random((people, MONTHS)) < 1 / LENGTH
    cuts[:, 0] = True
    person, begins = np.nonzero(cuts)
    last = np.append(person[1:] != person[:-1], True)
    ends = np.where(last, MONTHS, np.append(begins[1:], 0))
    count = person.size
    status = random.integers(0, len(STATUSES), count)
    area = (random.integers(0, AREAS, people)[person] + (random.random(count) < 0.02)) % AREAS
    known = pl.DataFrame(
        {"person": person.astype(np.int64), "_from": begins, "_to": ends, "_status": status, "_area": area}
    )
    held = pl.col("status").is_in(STATUSES[:2])
    return (
        known.with_columns(
            _first_day("_from").alias("from"),
            pl.when(pl.col("_to") < MONTHS).then(_first_day("_to")).alias("to"),
            pl.col("_status").replace_strict(dict(enumerate(STATUSES)), return_dtype=pl.String).alias("status"),
            ("area-" + pl.col("_area").cast(pl.String)).alias("area"),
        )
        .with_columns(
            job_seeker=pl.col("status").is_in(STATUSES[:4]),
            service=pl.when(pl.col("status") == "service").then(pl.lit("training")).otherwise(pl.lit("none")),
            benefit=pl.when(held & (pl.col("person") % 2 == 0)).then(pl.lit(SUPPORT)).otherwise(pl.lit("none")),
            support_days=pl.lit(300, pl.Int16),
            unemployed_since=pl.when(held).then("from"),
            responsible=pl.when(pl.col("person") % 3 == 0).then("area").otherwise(pl.lit("te")),
        )
        .select(
            "person", "from", "to", "status", "job_seeker", "service", "benefit", "support_days", "unemployed_since",
            "area", "responsible",
        )
    )  # fmt: skip


PEER = """
    WITH months AS (
        SELECT person, status, job_seeker, area, responsible <> 'te' AS trial, unemployed_since, benefit,
            support_days, m
        FROM read_parquet('{months}')
    ), ordered AS (
        SELECT *,
            lag(status) OVER person_in_time AS was, lag(area) OVER person_in_time AS area_was,
            lag(m) OVER person_in_time AS before,
            lead(status) OVER person_in_time AS becomes, lead(area) OVER person_in_time AS area_becomes,
            lead(m) OVER person_in_time AS after
        FROM months WINDOW person_in_time AS (PARTITION BY person ORDER BY m)
    ), marked AS (
        SELECT *, status IN ('unemployed', 'laid_off') AS now,
            coalesce(before = m - 1 AND was IN ('unemployed', 'laid_off') AND area_was = area, false) AS stayed,
            coalesce(after = m + 1 AND becomes IN ('unemployed', 'laid_off') AND area_becomes = area, false) AS stays
        FROM ordered
    )
    SELECT area, trial, m,
        count(*) FILTER (WHERE status = 'unemployed'), count(*) FILTER (WHERE status = 'laid_off'),
        count(*) FILTER (WHERE status = 'service'), count(*) FILTER (WHERE status = 'supported_work' AND job_seeker),
        count(*) FILTER (WHERE job_seeker AND status NOT IN ('unemployed', 'laid_off', 'service', 'supported_work')),
        count(*) FILTER (WHERE now AND unemployed_since <= make_date(2013 + m // 12, m % 12 + 1, 28)),
        count(*) FILTER (WHERE now AND benefit = 'labour_market_support' AND support_days BETWEEN 300 AND 999),
        count(*) FILTER (WHERE now AND NOT stayed) AS inflow,
        count(*) FILTER (WHERE now AND NOT stays) AS outflow,
        count(*) FILTER (WHERE now AND NOT stays AND becomes = 'open_market'),
        count(*) FILTER (WHERE now AND NOT stays AND becomes = 'supported_work'),
        count(*) FILTER (WHERE now AND NOT stays AND becomes = 'service'),
        count(*) FILTER (WHERE now AND NOT stays AND becomes = 'outside'),
        count(*) FILTER (WHERE now AND NOT stays AND becomes IN ('unemployed', 'laid_off')),
        count(*) FILTER (WHERE status = 'service' AND becomes = 'open_market'),
        count(*) FILTER (WHERE status = 'service' AND NOT coalesce(was = 'service' AND area_was = area, false)),
        count(*) FILTER (WHERE status = 'service' AND NOT coalesce(becomes = 'service' AND area_becomes = area, false))
    FROM marked GROUP BY ALL
"""


def ours(files: list[str], months: int = MONTHS, settings: dict[str, str] | None = None) -> object:
    """The events of every stock and flow, and the counts made of them, with these settings of DuckDB."""
    from kokeilu.monitoring import engines, rules

    last = FIRST + (months - 1) // 12 * 100 + (months - 1) % 12
    return rules.counts(engines.on_duckdb(files, FIRST, last, settings=settings))


def peer(months: str) -> object:
    """The window query over person-months."""
    import duckdb

    return duckdb.sql(PEER.format(months=months)).pl()


def _alone(what: str, path: str) -> tuple[float, float]:
    """Seconds and peak gigabytes of one run in a process of its own."""
    told = subprocess.run(
        [sys.executable, "-m", "bench.indicators", what, path], check=True, capture_output=True, text=True
    ).stdout
    taken, peak = json.loads(told.splitlines()[-1])
    return taken, peak


def _main(what: str, path: str) -> None:
    import duckdb

    settings = {"memory_limit": MEMORY, "temp_directory": str(Path(path).parent / "spill")}
    for name, value in settings.items():
        duckdb.execute(f"SET {name} = '{value}'")
    since = perf_counter()
    ours([path], settings=settings) if what == "ours" else peer(path)
    taken = perf_counter() - since
    print(json.dumps([taken, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6]))


def write(folder: Path, rows: int) -> tuple[str, str]:
    """Spells and the person-months of them as Parquet; their paths."""
    import duckdb

    held = str(folder / f"spells-{rows}.parquet")
    spells(rows).write_parquet(held)
    months = str(folder / f"months-{rows}.parquet")
    duckdb.execute(
        f"""COPY (SELECT s.*, months.m::int AS m FROM read_parquet('{held}') s, range(0, {MONTHS}) months(m)
        WHERE months.m >= (year("from") - 2014) * 12 + month("from") - 1
        AND months.m < coalesce((year("to") - 2014) * 12 + month("to") - 1, {MONTHS}))
        TO '{months}' (FORMAT parquet)"""
    )
    return held, months


def run() -> list[Row]:
    """Ours against the peer, time and memory."""
    rows = int(os.environ.get("KOKEILU_BENCH_ROWS", ROWS))
    with tempfile.TemporaryDirectory(prefix="kokeilu-bench-") as folder:
        held, months = write(Path(folder), rows)
        (our_time, our_peak), (their_time, their_peak) = _alone("ours", held), _alone("peer", months)
    what = f"{rows:,} person-months".replace(",", " ")
    note = f"DuckDB bounded to {MEMORY}; ours also counts the structural groups and what followed services"
    return [
        Row(f"{what}: stocks and flows", our_time, "DuckDB's window query", their_time, 2.0, note),
        Row(f"{what}: peak memory", our_peak, "the bound", 4.0, 1.0, f"the peer took {their_peak:.1f} GB", "GB"),
    ]


if __name__ == "__main__":
    _main(*sys.argv[1:])
