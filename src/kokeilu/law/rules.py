"""Decisions by the law of a trial, for all people at once."""

from datetime import date
from functools import reduce
from pathlib import Path
from typing import Literal, TypeAlias, get_args

import polars as pl

from kokeilu.law.facts import DERIVED, FACTS, sources
from kokeilu.law.logic import UNKNOWN, evaluate, to_polars
from kokeilu.law.missing import missing_facts
from kokeilu.law.trial import NOWHERE, Trial, Version
from kokeilu.problems import Problem

Engine: TypeAlias = Literal["polars", "duckdb", "spark"]
ENGINES: tuple[Engine, ...] = get_args(Engine)
OUTCOMES = ("out", "in", "undecided")  # by state


def decide(trial: Trial, facts: pl.DataFrame, on: date, engine: Engine = "polars") -> pl.DataFrame:
    """What the law in force on the day says of each person, in the row order of `facts`.

    `facts` has `person` and a column for every fact that the version asks about (`kokeilu.law.facts.derive`
    makes them); a null is unknown. Returns `person`, `decision` (in, out, undecided), `area` (the person's
    trial area whatever the decision; null outside them or unknown), `version` (its start date), `pattern`
    (see Version) and `missing` (of the undecided: the missing facts whose values could change the decision,
    sorted, separated by spaces; empty for the others). The answer for a person depends on that person's facts
    alone, and version and pattern make the decision again (`outcome`). Problem: no version on the day; a
    missing column or one of the wrong type; the engine's packages are not installed.
    """
    version = trial.version_on(on)
    check_columns(version, facts)
    if engine == "polars":
        answers = _in_polars(version, facts)
    else:
        from kokeilu.law import engines

        answers = engines.decide(version, facts, engine)
    return facts.select(
        "person",
        answers["decision"],
        _area(facts),
        pl.lit(version.key).alias("version"),
        answers["pattern"],
        missing_facts(version, facts, answers["decision"]),
    )


def outcome(version: Version, pattern: int) -> str:
    """The decision that a pattern stands for. Problem: no pattern of this version."""
    return OUTCOMES[evaluate(version.rule, version.states(pattern))]


def check_columns(version: Version, facts: pl.DataFrame, file: Path | None = None) -> None:
    """Problem: `person` or a fact of the version is not a column, or a fact's column is not of its type."""
    for name in ("person", *version.facts):
        if name not in facts.columns:
            instead = " and ".join(sources(name, version.area_by)) if name in DERIVED else ""
            mend = f"give {name}" + (f", or {instead}" if instead else "") + "; a cell may be empty"
            raise Problem(f"missing column '{name}'", file=file, mend=mend)
        if name in FACTS and facts.schema[name] != FACTS[name].kind.polars:
            what = f"column '{name}' is {facts.schema[name]}"
            raise Problem(what, file=file, mend=f"make it {FACTS[name].kind.value}")


def _in_polars(version: Version, facts: pl.DataFrame) -> pl.DataFrame:
    states = facts.select(to_polars(c.test).alias(c.key) for c in version.criteria)
    member = to_polars(version.rule).cast(pl.UInt32).fill_null(UNKNOWN)
    return states.select(
        pl.lit(pl.Series(OUTCOMES)).gather(member).alias("decision"),
        base_3([criterion.key for criterion in version.criteria]).alias("pattern"),
    )


def base_3(columns: list[str]) -> pl.Expr:
    """The base-3 number of nullable Boolean columns, the first the lowest digit.

    Five digits at a time fit in one byte (3**5 = 243), which keeps most of the work in the processor's cache.
    """
    chunks = [columns[start : start + 5] for start in range(0, len(columns), 5)]
    numbers = [
        reduce(
            lambda left, right: left + right,
            [pl.col(key).cast(pl.UInt8).fill_null(UNKNOWN) * pl.lit(3**i, pl.UInt8) for i, key in enumerate(chunk)],
        )
        for chunk in chunks
    ]
    return pl.sum_horizontal(number.cast(pl.Int64) * 243**i for i, number in enumerate(numbers))


def _area(facts: pl.DataFrame) -> pl.Expr:
    if "trial_area" not in facts.columns:
        return pl.lit(None, pl.String).alias("area")
    return pl.when(pl.col("trial_area") != NOWHERE).then("trial_area").alias("area")
