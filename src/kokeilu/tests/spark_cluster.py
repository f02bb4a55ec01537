"""What the tests ask of Spark, in a process of its own with one session: `python -m kokeilu.tests.spark_cluster PANEL`.

A session within the tests' process would be taken over by other tests, and its Java would stay. The answers are one
line of JSON: how many cells were compared, which differ first, and what is said of a file that is not there.
"""

import json
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from kokeilu.law.definition import shipped
from kokeilu.law.rules import decide
from kokeilu.law.tests import oracle
from kokeilu.monitoring import engines, rules, spark
from kokeilu.panel.check import open_panel
from kokeilu.panel.folder import Panel
from kokeilu.problems import Problem

BREAKDOWNS = ("municipality", "immigrant")
TRIAL, DAY = "kuntakokeilu", date(2021, 3, 1)
PEOPLE = 5000


def compared(ours: pl.DataFrame, theirs: pl.DataFrame) -> dict[str, Any]:
    """How many rows Spark has, and the rows that only one of the two has."""
    told = {"rows": ours.height, "peer": theirs.height, "doubled": ours.height - ours.unique().height}
    if ours.schema != theirs.schema:
        return told | {"differ": [f"{dict(ours.schema)} and not {dict(theirs.schema)}"]}
    only = [
        one.join(other, on=one.columns, how="anti", nulls_equal=True) for one, other in ((ours, theirs), (theirs, ours))
    ]
    return told | {"differ": [str(row) for rows in only for row in rows.head(5).rows()]}


def by_class(panel: Panel) -> dict[str, Any]:
    """Every count of the panel by each column: Spark's of all columns together, DuckDB's of one at a time."""
    together = engines.events_by(panel, BREAKDOWNS, "spark")
    alone = (events for by in BREAKDOWNS for events in engines.events_by(panel, [by], "duckdb"))
    return {
        by: compared(rules.counts(ours), rules.counts(theirs))
        for by, ours, theirs in zip(BREAKDOWNS, together, alone, strict=True)
    }


def of_a_lost_file(panel: Panel) -> str:
    """What is said where the workers do not reach a file."""
    [part] = panel.manifest.of("spells")
    lost = replace(part, path="spells/2021-03/lost.parquet")
    try:
        engines.events(replace(panel, manifest=replace(panel.manifest, parts=(lost,))), "spark")
    except Problem as problem:
        return str(problem)
    return ""


def main(path: Path) -> None:
    """Ask everything, and tell it."""
    panel = open_panel(path)
    facts = oracle.random_facts(PEOPLE, seed=3, missing_share=0.2)
    trial = shipped(TRIAL)
    told: dict[str, Any] = {
        "counts": compared(engines.counts(panel, "spark"), engines.counts(panel, "duckdb")),
        **by_class(panel),
        "law": decide(trial, facts, DAY, "spark").equals(decide(trial, facts, DAY)),
        "lost": of_a_lost_file(panel),
    }
    session = spark.session()
    # The driver is told of like the workers' executors.
    told["executors"] = session.sparkContext._jsc.sc().getExecutorMemoryStatus().size() - 1
    session.stop()
    print(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
