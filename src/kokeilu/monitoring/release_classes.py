"""The figures by class as a release has them: what is out already as it is, later months decided beside it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Final

import polars as pl

from kokeilu.disclosure.linked import PRIMARY, PUBLISHED, SECONDARY, THRESHOLD
from kokeilu.monitoring.breakdown_rules import DIMENSIONS, POPULATION, Dimension
from kokeilu.monitoring.breakdown_table import Made
from kokeilu.monitoring.release_audit import BLOCK, KEY, Version
from kokeilu.problems import Problem

CELL: Final = (*KEY, "group")
COLUMNS: Final = (*CELL, "value", "status", "beside")
SCHEMA: Final = dict.fromkeys(CELL, pl.String) | {"value": pl.Float64, "status": pl.String, "beside": pl.String}
NEW: Final = "new"
"""The version of the release that is being made."""


@dataclass(frozen=True)
class Classes:
    """Figures by a dimension as their makers know them: COLUMNS, months as texts.

    `value` is true, also where hidden, as far as the panel knows it; `status` published, primary or secondary; `beside`
    names the version of the monthly figures that an area's month adds up to, null where that is not known.
    """

    dimension: Dimension
    cells: pl.DataFrame


def of(made: Made, main: Version, earlier: Sequence[Version], told: pl.DataFrame) -> Classes:
    """The figures by class of the months of `main`, the release's figures.

    `earlier` are the versions before, oldest first; `told` says of months that a release had by class already (BLOCK)
    what they are `beside`. Raises Problem where a month that is out by class adds up to no version.
    """
    found = beside(made, main, earlier, told)
    lost = found.cells.filter(pl.col("beside").is_null()).select(BLOCK).sort(BLOCK)
    if lost.height:
        area, month = lost.row(0)
        raise Problem(
            f"the figures by {made.dimension.key} of {area}, {month} add up to no figures that were published",
            mend=f"make the release without the table by {made.dimension.key}",
        )
    return found


def beside(made: Made, main: Version, earlier: Sequence[Version], told: pl.DataFrame) -> Classes:
    """`of`, with null as what a month is beside where that is no version."""
    cells = _cells(made).join(main.cells.select(BLOCK).unique(), on=BLOCK, how="semi", maintain_order="left")
    new = text_months(made.new).select(BLOCK).unique().with_columns(beside=pl.lit(NEW))
    known = pl.concat([new, told.select(*BLOCK, "beside")]).unique(BLOCK, keep="first", maintain_order=True)
    taken = cells.join(known, on=BLOCK, how="anti", maintain_order="left")
    found = pl.concat([known, _beside(taken, made.dimension, [*earlier, Version(NEW, main.cells)])])
    both = cells.join(found, on=BLOCK, how="left", maintain_order="left")
    return Classes(made.dimension, both.select(COLUMNS))


def together(parts: Sequence[Classes]) -> list[Classes]:
    """Each dimension once: an area's month as the first has it that has it at all."""
    found: dict[str, Classes] = {}
    for one in parts:
        held = found.get(one.dimension.key)
        if held is not None:
            more = one.cells.join(held.cells.select(BLOCK).unique(), on=BLOCK, how="anti", maintain_order="left")
            one = Classes(one.dimension, pl.concat([held.cells, more]))
        found[one.dimension.key] = one
    return list(found.values())


def _cells(made: Made) -> pl.DataFrame:
    """CELL, `value`, `status`, and `persons`, what the panel says now."""
    both = made.figures.join(made.persons, on=[*KEY, "group"], how="left", maintain_order="left")
    shown = pl.col("value").is_not_null()
    # A class that the panel has no longer may have been of a few.
    small = pl.col("persons").is_between(1, THRESHOLD - 1) | pl.col("persons").is_null()
    status = pl.when(shown).then(pl.lit(PUBLISHED)).when(small).then(pl.lit(PRIMARY)).otherwise(pl.lit(SECONDARY))
    return text_months(both).select(
        *CELL, pl.coalesce("value", "persons").cast(pl.Float64).alias("value"), status.alias("status"),
        pl.col("persons").cast(pl.Float64),
    )  # fmt: skip


def text_months(rows: pl.DataFrame) -> pl.DataFrame:
    """Months 202103 as the texts 2021-03."""
    month = pl.col("month").cast(pl.String)
    return rows.with_columns(month=month.str.slice(0, 4) + "-" + month.str.slice(4))


def figure_of(dimension: Dimension) -> pl.Expr:
    """The area's figure that a cell is a part of, or is told by."""
    if dimension.indicators is None:
        return pl.col("indicator")
    pairs = [
        pl.when((pl.col("indicator") == whole) & (pl.col("group") == group)).then(pl.lit(figure))
        for whole, classes in dimension.indicators.items()
        for group, figure in classes.items()
    ]
    return pl.coalesce(pairs)


def _beside(cells: pl.DataFrame, dimension: Dimension, versions: Sequence[Version]) -> pl.DataFrame:
    """BLOCK and `beside` of months that the pages show by class: the version that these figures add up to.

    It is one that agrees with what is shown; of several the one that the panel's own classes make, where none of them
    was revised, else the first, because by class nothing is published anew. Months that agree with none are left out.
    """
    sums = cells.group_by(*BLOCK, figure_of(dimension).alias("figure")).agg(
        pl.col("value").filter(pl.col("status") == PUBLISHED).sum().alias("shown"),
        (pl.col("status") == PUBLISHED).all().alias("whole"),
        pl.col("persons").sum().alias("panel"),
        (pl.col("persons").is_not_null() & ((pl.col("status") != PUBLISHED) | (pl.col("value") == pl.col("persons"))))
        .all()
        .alias("same"),
    )
    found = cells.select(*BLOCK, beside=pl.lit(""), now=pl.lit(value=False)).head(0)
    for one in versions:
        found = pl.concat([found, _agreeing(sums, one)])
    best = found.sort("now", descending=True, maintain_order=True).unique(BLOCK, keep="first", maintain_order=True)
    return best.select(*BLOCK, "beside")


def _agreeing(sums: pl.DataFrame, version: Version) -> pl.DataFrame:
    """The blocks whose shown classes a version agrees with; `now`: whose classes of the panel make its figures."""
    totals = version.cells.filter(population=POPULATION).select(
        *BLOCK, pl.col("indicator").alias("figure"), "value", (pl.col("status") == PUBLISHED).alias("published")
    )
    both = sums.join(totals, on=[*BLOCK, "figure"], how="left")
    fits = (
        pl.when(~pl.col("published")).then(~pl.col("whole") | (pl.col("shown") == 0))
        .when("whole").then(pl.col("shown") == pl.col("value"))
        .otherwise(pl.col("shown") <= pl.col("value"))
    )  # fmt: skip
    now = pl.col("same") & (pl.col("panel") == pl.col("value"))
    asked = both.select(*BLOCK, fits.fill_null(value=False).alias("fits"), now.fill_null(value=False).alias("now"))
    told = asked.group_by(BLOCK).agg(pl.col("fits", "now").all()).filter("fits")
    return told.sort(BLOCK).select(*BLOCK, pl.lit(version.name).alias("beside"), "now")


def to_csv(one: Classes) -> bytes:
    """The cells, for the record of the release."""
    return one.cells.select(COLUMNS).sort(CELL).write_csv().encode()


def from_csv(dimension: str, version: str, content: bytes) -> Classes:
    """The figures of `to_csv`, of the release whose version has this name."""
    cells = pl.read_csv(BytesIO(content), schema=SCHEMA)
    return Classes(DIMENSIONS[dimension], cells.with_columns(pl.col("beside").replace(NEW, version)))
