"""The true figures of each class: from the panel's events, by one column at a time."""

from collections.abc import Iterator, Sequence
from typing import Final

import polars as pl

from kokeilu.law.definition import shipped
from kokeilu.monitoring import engines, rules
from kokeilu.monitoring.breakdown_rules import BROKEN_DOWN, POPULATION, Dimension
from kokeilu.monitoring.engines import Engine
from kokeilu.monitoring.rules import SUMS, Inconsistent
from kokeilu.panel.folder import Panel
from kokeilu.panel.places import areas_on
from kokeilu.panel.rules import month_end
from kokeilu.problems import Problem

CELL: Final = ("area", "month", "indicator", "group")
"""What names a figure of a class; `month` is an integer, 202103."""


def _parts(indicator: str) -> set[str]:
    """What is counted of an indicator: itself, or what it is the sum of."""
    return set().union(*(_parts(part) for part in SUMS[indicator])) if indicator in SUMS else {indicator}


COUNTED: Final = sorted(set().union(*map(_parts, BROKEN_DOWN)))


def every(
    panel: Panel, dimensions: Sequence[Dimension], totals: pl.DataFrame, engine: Engine = "duckdb"
) -> Iterator[pl.DataFrame]:
    """The true figures of every class of each dimension that has a column: CELL and `persons`, zeros included.

    One dimension after the other; the panel is read once. `totals` are those of all classes (`rules.figures` of the
    panel): what they have, the classes have. Raises Problem where the classes do not add up to them.
    """
    columns = [one.column for one in dimensions if one.column]
    belong = members(panel.manifest.trial, totals)
    for dimension, events in zip(dimensions, engines.events_by(panel, columns, engine), strict=True):
        found = of_classes(rules.counts(events), dimension, totals, belong)
        try:
            check(found, totals)
        except Inconsistent as error:
            raise Problem(
                f"the figures by {dimension.key} do not add up at {error.cell}",
                file=panel.path,
                mend="build the panel again and look at that month",
            ) from error
        yield found


def of_classes(
    counts: pl.DataFrame, dimension: Dimension, totals: pl.DataFrame, members: pl.DataFrame | None = None
) -> pl.DataFrame:
    """The figures by class of `rules.counts` by the dimension's column: CELL and `persons`.

    A dimension's classes are there every month; a municipality where it belongs to the area (`members`: area, month,
    group) or someone lives there. So what is there in a month does not depend on later ones.
    """
    keys = ("area", "month", "indicator", "group")
    people = (
        counts.filter(pl.col("indicator").is_in(COUNTED))
        .group_by("area", "month", "indicator", pl.col("by").alias("group"))
        .agg(pl.col("persons").sum())
    )
    months = totals.filter(population=POPULATION).select("area", "month", "indicator").unique()
    seen = people.filter(pl.col("persons") != 0).select("area", "month", "group").unique()
    if dimension.key == "municipality":
        always = seen.clear() if members is None else members.select(seen.columns)
    else:
        listed = pl.DataFrame({"group": list(dimension.classes)}, {"group": pl.String})
        always = months.select("area", "month").unique().join(listed, how="cross").select(seen.columns)
    grid = months.filter(pl.col("indicator").is_in(COUNTED)).join(
        pl.concat([seen, always]).unique(), on=["area", "month"]
    )
    basic = grid.join(people, on=keys, how="left").select(*keys, pl.col("persons").fill_null(0))
    whole = rules.with_sums(basic).filter(pl.col("indicator").is_in(BROKEN_DOWN))
    return whole.select(*CELL, pl.col("persons").cast(pl.Int64)).sort(CELL)


def members(trial: str, totals: pl.DataFrame) -> pl.DataFrame:
    """The municipalities of each area at each month's end, as the trial's law has them: area, month, group.

    A municipality's first area also counts for the years before, as in the panel.
    """
    held = totals.select("area", "month").unique()
    law = shipped(trial)
    of = {month: areas_on(law, month_end(month)) for month in held.get_column("month").unique()}
    rows = [(area, month, code) for area, month in held.iter_rows() for code, its in of[month].items() if its == area]
    return pl.DataFrame(rows, {"area": pl.String, "month": pl.Int32, "group": pl.String}, orient="row")


def check(classes: pl.DataFrame, totals: pl.DataFrame) -> None:
    """Raise Inconsistent where a class is below zero, or the classes of a figure do not add up to it."""
    sums = classes.group_by("area", "month", "indicator").agg(
        pl.col("persons").sum(), pl.col("persons").min().alias("least")
    )
    whole = totals.filter(population=POPULATION).select("area", "month", "indicator", pl.col("persons").alias("whole"))
    both = sums.join(whole, on=["area", "month", "indicator"], how="left")
    wrong = both.filter(pl.col("persons").ne_missing(pl.col("whole")) | (pl.col("least") < 0))
    if wrong.height:
        area, month, indicator = wrong.sort("area", "month", "indicator").select("area", "month", "indicator").row(0)
        raise Inconsistent(f"{area} / {month} / {indicator}")
