"""Panels made by hand for the tests, one character a person and month."""

from pathlib import Path

import narwhals as nw
import polars as pl

from kokeilu.monitoring import rules
from kokeilu.panel import folder
from kokeilu.panel.folder import Manifest
from kokeilu.panel.rules import COLUMNS, DIMENSIONS, month_end, months

STATUSES = {
    "u": ("unemployed", True),
    "l": ("laid_off", True),
    "s": ("service", True),
    "w": ("supported_work", True),
    "W": ("supported_work", False),
    "o": ("open_market", False),
    "e": ("open_market", True),  # an employed job seeker
    "x": ("outside", False),
    "?": (None, True),
}
SCHEMA = {
    "person": pl.Int64, "month": pl.Int32, "status": pl.String, "job_seeker": pl.Boolean, "area": pl.String,
    "responsible": pl.String,
}  # fmt: skip
FIRST = 202011


def month_row(first: int, count: int) -> list[int]:
    """`count` months from `first` on."""
    last = first // 100 * 12 + first % 100 - 1 + count - 1
    return list(months(month_end(first), month_end(last // 12 * 100 + last % 12 + 1)))


def person_months(*histories: str, area: str | None = "espoo", responsible: str = "te") -> pl.DataFrame:
    """One row per person and month: a history is a string of STATUSES from FIRST on, `.` is no row."""
    wanted = month_row(FIRST, max(map(len, histories), default=1))
    rows = [
        (person, month, *STATUSES[sign], area, responsible)
        for person, history in enumerate(histories)
        for month, sign in zip(wanted, history, strict=False)
        if sign != "."
    ]
    return pl.DataFrame(rows, SCHEMA, orient="row")


def with_classes(rows: pl.DataFrame) -> pl.DataFrame:
    """The people by sex, every third a man, and by age: the first three are young."""
    return rows.with_columns(
        sex=pl.when(pl.col("person") % 3 == 0).then(pl.lit("male")).otherwise(pl.lit("female")),
        age_class=pl.when(pl.col("person") < 3).then(pl.lit("under_25")).otherwise(pl.lit("30_49")),
    )


def with_beginnings(rows: pl.DataFrame) -> pl.DataFrame:
    """The people with the first day of the month in which each of their unemployments began."""
    held = pl.col("status").is_in(["unemployed", "laid_off"]).fill_null(False)
    begins = held & ~held.shift(1, fill_value=False).over("person", order_by="month")
    month = pl.col("month")
    day = pl.when(begins).then(pl.date(month // 100, month % 100, 1))
    return rows.with_columns(unemployed_since=pl.when(held).then(day.forward_fill().over("person", order_by="month")))


def spells(rows: pl.DataFrame) -> pl.DataFrame:
    """The same as spells, one for each row; what the panel's spells have further is unknown where rows do not tell."""
    first = pl.date(pl.col("month") // 100, pl.col("month") % 100, 1)
    known = rows.with_columns(
        pl.lit(None, kind).alias(name) for name, kind in DIMENSIONS.items() if name not in rows.columns
    )
    periods = known.with_columns(first.alias("from"), first.dt.offset_by("1mo").alias("to"))
    service = (
        pl.when(pl.col("status") == "service").then(pl.coalesce("service", pl.lit("training"))).otherwise("service")
    )
    return periods.with_columns(service=service).select(*COLUMNS)


def events(rows: pl.DataFrame, count: int) -> rules.Events:
    """`rules.events` of `count` months, counted by Polars."""
    wanted = month_row(FIRST, count)
    return rules.events(nw.from_native(spells(rows).lazy()), calendar(count), wanted[0], wanted[-1])


def events_by(rows: pl.DataFrame, count: int, column: str) -> rules.Events:
    """`rules.events_by` one column, of `count` months, counted by Polars."""
    wanted = month_row(FIRST, count)
    [found] = rules.events_by(nw.from_native(spells(rows).lazy()), wanted[0], wanted[-1], [column])
    return found


def calendar(count: int) -> nw.LazyFrame[pl.LazyFrame]:
    """The month_numbers of `count` months."""
    first = rules.month_number(FIRST)
    return nw.from_native(pl.LazyFrame({"at": range(first, first + count)}, {"at": pl.Int64}))


def counted(rows: pl.DataFrame, count: int) -> pl.DataFrame:
    """`rules.figures` of `count` months, counted by Polars."""
    return rules.figures(rules.counts(events(rows, count)), month_row(FIRST, count))


def by_indicator(
    figures: pl.DataFrame, month: int, area: str = "espoo", population: str = "residents"
) -> dict[str, int]:
    """A month's figures by indicator; those of no one are left out."""
    cells = figures.filter(area=area, population=population, month=month)
    return {key: value for key, value in cells.select("indicator", "persons").rows() if value}


def write_panel(path: Path, rows: pl.DataFrame, count: int) -> Path:
    """The rows as a panel folder of `count` months."""
    wanted = month_row(FIRST, count)
    held = spells(rows)
    parts = [
        folder.write_part(path, "person_months", month, rows.filter(month=month).drop("month")) for month in wanted
    ] + [folder.write_part(path, "spells", wanted[-1], held)]
    persons = rows.get_column("person").n_unique()
    as_of = month_end(wanted[-1]).isoformat()
    manifest = Manifest("kuntakokeilu", as_of, wanted[0], wanted[-1], persons, held.height, rows.height, tuple(parts))
    folder.write_manifest(path, manifest)
    return path
