"""All stock and flow indicators of 30 000 000 person-months, against DuckDB's plain window query of the same task.

The peer looks at every person at every month end: a window over the person-months gives each one's month before and
after, and one aggregation counts stocks and flows. Ours counts the same from the spells behind them. Both run in a
process of their own with DuckDB's memory bounded; the peak of the whole process is measured. What both count must be
the same, cell by cell. A second measurement, of ours alone, is ten years of a country the size of Finland.
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
COUNTRY = 72_000_000  # 600 000 people at each of ten years' month ends
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
        count(*) FILTER (WHERE status = 'unemployed') AS unemployed_not_laid_off,
        count(*) FILTER (WHERE status = 'laid_off') AS laid_off,
        count(*) FILTER (WHERE status = 'service') AS in_services,
        count(*) FILTER (WHERE status = 'supported_work' AND job_seeker) AS supported_work,
        count(*) FILTER (WHERE job_seeker AND status NOT IN ('unemployed', 'laid_off', 'service', 'supported_work'))
            AS other_job_seekers,
        count(*) FILTER (WHERE now AND unemployed_since <= make_date(2013 + m // 12, m % 12 + 1, 28))
            AS long_term_unemployed,
        count(*) FILTER (WHERE now AND benefit = 'labour_market_support' AND support_days BETWEEN 300 AND 999)
            AS paid_300_days,
        count(*) FILTER (WHERE now AND NOT stayed) AS inflow,
        count(*) FILTER (WHERE now AND NOT stays AND becomes = 'open_market') AS outflow_open_market,
        count(*) FILTER (WHERE now AND NOT stays AND becomes = 'supported_work') AS outflow_supported_work,
        count(*) FILTER (WHERE now AND NOT stays AND becomes = 'service') AS outflow_service,
        count(*) FILTER (WHERE now AND NOT stays AND becomes = 'outside') AS outflow_outside,
        count(*) FILTER (WHERE now AND NOT stays AND becomes IN ('unemployed', 'laid_off')) AS outflow_moved,
        count(*) FILTER (WHERE status = 'service' AND becomes = 'open_market') AS exits_from_services,
        count(*) FILTER (WHERE status = 'service' AND NOT coalesce(was = 'service' AND area_was = area, false))
            AS service_starts,
        count(*) FILTER (WHERE status = 'service' AND NOT coalesce(becomes = 'service' AND area_becomes = area, false))
            AS service_ends
    FROM marked GROUP BY ALL
"""


CAME = ("inflow", "service_starts")
LEFT = (
    "outflow_open_market", "outflow_supported_work", "outflow_service", "outflow_outside", "outflow_moved",
    "exits_from_services", "service_ends",
)  # fmt: skip
CELL = ("area", "trial", "month", "indicator")


def _month(number: str) -> pl.Expr:
    """202103 for so many months after the first."""
    return ((2014 + pl.col(number) // 12) * 100 + pl.col(number) % 12 + 1).cast(pl.Int32)


def ours(files: list[str], months: int = MONTHS, settings: dict[str, str] | None = None) -> pl.DataFrame:
    """The events of every stock and flow, and the counts made of them, with these settings of DuckDB."""
    from kokeilu.monitoring import engines, rules

    last = FIRST + (months - 1) // 12 * 100 + (months - 1) % 12
    return rules.counts(engines.on_duckdb(files, FIRST, last, settings=settings))


def peer(months: str) -> pl.DataFrame:
    """The window query over person-months."""
    import duckdb

    return duckdb.sql(PEER.format(months=months)).pl()


def cells(counted: pl.DataFrame) -> pl.DataFrame:
    """The figures of either that are not zero, one a row: CELL and persons.

    The peer counts who left in the last month of theirs, ours in the first one without them; the first month has
    nobody who came, and nobody has left by the last.
    """
    if "indicator" not in counted.columns:
        named = [name for name in counted.columns if name not in ("area", "trial", "m")]
        long = counted.unpivot(named, index=["area", "trial", "m"], variable_name="indicator", value_name="persons")
        left, came = pl.col("indicator").is_in(LEFT), pl.col("indicator").is_in(CAME)
        long = long.filter(~left | (pl.col("m") < MONTHS - 1), ~came | (pl.col("m") > 0))
        counted = long.with_columns(m=pl.col("m") + left.cast(pl.Int32)).with_columns(month=_month("m"))
    summed = counted.group_by(CELL).agg(pl.col("persons").sum().cast(pl.Int64))
    return summed.filter(pl.col("persons") != 0).sort(CELL)


def compared(ours: pl.DataFrame, theirs: pl.DataFrame) -> int:
    """How many cells both have; RuntimeError where one of the peer's indicators differs in a cell."""
    same = ours.filter(pl.col("indicator").is_in(theirs.get_column("indicator").unique().to_list()))
    if not same.equals(theirs):
        differ = pl.concat(
            [same.join(theirs, on=theirs.columns, how="anti"), theirs.join(same, on=same.columns, how="anti")]
        )
        raise RuntimeError(
            f"{differ.height} of {theirs.height} cells differ from the peer's, the first: {differ.row(0)}"
        )
    return theirs.height


def _alone(what: str, path: str) -> tuple[float, float, float, pl.DataFrame]:
    """Seconds, seconds of processor time, peak gigabytes and figures of one run in a process of its own."""
    told = subprocess.run(
        [sys.executable, "-m", "bench.indicators", what, path], check=True, capture_output=True, text=True
    ).stdout
    taken, worked, peak, figures = json.loads(told.splitlines()[-1])
    return taken, worked, peak, pl.read_parquet(figures)


def _main(what: str, path: str) -> None:
    import duckdb

    settings = {"memory_limit": MEMORY, "temp_directory": str(Path(path).parent / "spill")}
    for name, value in settings.items():
        duckdb.execute(f"SET {name} = '{value}'")
    since = perf_counter()
    counted = ours([path], settings=settings) if what == "ours" else peer(path)
    taken = perf_counter() - since
    used = resource.getrusage(resource.RUSAGE_SELF)
    figures = f"{path}.{what}"
    cells(counted).write_parquet(figures)
    print(json.dumps([taken, used.ru_utime + used.ru_stime, used.ru_maxrss / 1e6, figures]))


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


def _spaced(rows: int) -> str:
    return f"{rows:,}".replace(",", " ")


def _against_peer(folder: Path, rows: int) -> list[Row]:
    """Ours against the peer, time and memory."""
    held, months = write(folder, rows)
    our_time, our_work, our_peak, our_figures = _alone("ours", held)
    their_time, their_work, their_peak, their_figures = _alone("peer", months)
    same = compared(our_figures, their_figures)
    what = f"{_spaced(rows)} person-months"
    note = (
        f"DuckDB bounded to {MEMORY}; {_spaced(same)} cells, the same in both; ours also counts the structural groups"
        " and what followed services"
    )
    work = f"the peer read {_spaced(rows)} rows"
    return [
        Row(f"{what}: stocks and flows", our_time, "DuckDB's window query", their_time, 2.0, note),
        Row(f"{what}: processor time", our_work, "DuckDB's window query", their_work, 2.0, work),
        Row(f"{what}: peak memory", our_peak, "the bound", 4.0, 1.0, f"the peer took {their_peak:.1f} GB", "GB"),
    ]


def _country(folder: Path, rows: int) -> list[Row]:
    """Ours alone at the size of a country: the memory stays within the bound, the time grows with the rows."""
    held = str(folder / "country.parquet")
    made = spells(rows)
    made.write_parquet(held)
    what = f"ten years of Finland, {_spaced(made.height)} spells of {_spaced(rows)} person-months"
    del made
    taken, worked, peak, _ = _alone("ours", held)
    note = f"{_spaced(rows // MONTHS)} people at each month's end; {taken:.0f} s, {worked:.0f} s of processor time"
    return [Row(f"{what}: peak memory", peak, "the bound", 4.0, 1.0, note, "GB")]


def run() -> list[Row]:
    """30 000 000 person-months against the peer, and a country's ten years."""
    rows = int(os.environ.get("KOKEILU_BENCH_ROWS", ROWS))
    with tempfile.TemporaryDirectory(prefix="kokeilu-bench-") as folder:
        against = _against_peer(Path(folder), rows)
    with tempfile.TemporaryDirectory(prefix="kokeilu-bench-") as folder:
        return against + _country(Path(folder), rows * COUNTRY // ROWS)


if __name__ == "__main__":
    _main(*sys.argv[1:])
