"""The same decisions by SQL, through sqlglot, in DuckDB and in Spark."""

import tempfile
from pathlib import Path
from typing import Any

import polars as pl
from sqlglot import exp

from kokeilu.law.logic import UNKNOWN, to_sql
from kokeilu.law.trial import Version
from kokeilu.problems import Problem

ROW = "row"  # carried through the engine, which need not keep the order of rows


def decide(version: Version, facts: pl.DataFrame, engine: str) -> pl.DataFrame:
    """`decision` and `pattern` of each row of `facts`, in its order. Problem: the engine is not installed."""
    asked = facts.select(pl.int_range(pl.len(), dtype=pl.Int64).alias(ROW), *version.facts)
    answers = _in_duckdb(version, asked) if engine == "duckdb" else _in_spark(version, asked)
    return answers.sort(ROW).select("decision", pl.col("pattern").cast(pl.Int64))


def sql(version: Version, dialect: str) -> str:
    """The query over a table `facts` with a column `row`: `row`, `decision`, `pattern`."""
    criteria = exp.select(exp.column(ROW, quoted=True)).from_("facts")
    for criterion in version.criteria:
        criteria = criteria.select(exp.alias_(to_sql(criterion.test), criterion.key, quoted=True))
    member = to_sql(version.rule)
    decision = (
        exp.Case()
        .when(member.copy(), exp.Literal.string("in"))
        .when(exp.not_(exp.paren(member)), exp.Literal.string("out"))
        .else_(exp.Literal.string("undecided"))
    )
    pattern = " + ".join(
        f'CAST(CASE WHEN "{c.key}" THEN 1 WHEN NOT "{c.key}" THEN 0 ELSE {UNKNOWN} END AS BIGINT) * {3**i}'
        for i, c in enumerate(version.criteria)
    )
    query = (
        exp.select(
            exp.column(ROW, quoted=True),
            exp.alias_(decision, "decision"),
            exp.alias_(exp.maybe_parse(pattern, dialect="duckdb"), "pattern"),
        )
        .with_("criteria", as_=criteria)
        .from_("criteria")
    )
    return query.sql(dialect=dialect)


def _in_duckdb(version: Version, facts: pl.DataFrame) -> pl.DataFrame:
    import duckdb

    with duckdb.connect() as connection:
        connection.register("facts", facts.to_arrow())
        answers: pl.DataFrame = connection.sql(sql(version, "duckdb")).pl()
        return answers


def _in_spark(version: Version, facts: pl.DataFrame) -> pl.DataFrame:
    session = spark_session()
    with tempfile.TemporaryDirectory(prefix="kokeilu-") as directory:
        facts.write_parquet(Path(directory) / "facts.parquet")
        session.read.parquet(str(Path(directory) / "facts.parquet")).createOrReplaceTempView("facts")
        out = str(Path(directory) / "answers")
        session.sql(sql(version, "spark")).write.parquet(out)
        return pl.read_parquet(f"{out}/*.parquet")


def spark_session() -> Any:
    """The running Spark session, or a new one on this machine alone. Problem: pyspark or Java is missing."""
    try:
        from pyspark.errors import PySparkRuntimeError
        from pyspark.sql import SparkSession
    except ImportError:
        raise Problem(
            "the engine spark needs pyspark, which is not installed",
            mend="install the extra: uv sync --extra spark, and Java 17",
        ) from None
    try:
        session = (
            SparkSession.builder.master("local[*]")
            .appName("kokeilu")
            .config("spark.ui.enabled", "false")
            .config("spark.ui.showConsoleProgress", "false")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.driver.host", "127.0.0.1")
            .getOrCreate()
        )
        session.sparkContext.setLogLevel("ERROR")
        return session
    except (PySparkRuntimeError, OSError):
        raise Problem("the engine spark cannot start Java", mend="install Java 17 and set JAVA_HOME") from None
