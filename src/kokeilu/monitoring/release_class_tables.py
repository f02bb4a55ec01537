"""The further tables of a release: its figures by one dimension each, from the panel to what is published."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from kokeilu.monitoring import breakdown_table, published_codes, release_classes, release_texts
from kokeilu.monitoring.breakdown_rules import Dimension
from kokeilu.monitoring.breakdown_table import Made
from kokeilu.monitoring.published_table import LANGUAGES, PublishedTable, Words
from kokeilu.monitoring.release_audit import KEY, Version
from kokeilu.monitoring.release_classes import Classes
from kokeilu.monitoring.table import Source
from kokeilu.panel.rules import month_name, month_named


@dataclass(frozen=True)
class Wanted:
    """What a release is to have by class.

    `out` tells what is out by a dimension already (breakdown_table.COLUMNS) and `beside` what that of earlier releases
    adds up to (`release_classes.of`).
    """

    dimensions: Sequence[Dimension]
    out: Callable[[Dimension], pl.DataFrame]
    beside: Callable[[Dimension], pl.DataFrame]


@dataclass(frozen=True)
class ClassTable:
    """A further table, ready to be kept: as it is published, and as its makers know it.

    `taken` is what it takes over: the last month of each area that was out by class, and the figures' hash.
    """

    table: PublishedTable
    classes: Classes
    taken: dict[str, Any]


def prepare(
    source: Source, last: int, main: PublishedTable, version: Version, earlier: Sequence[Version], wanted: Wanted
) -> Iterator[ClassTable]:
    """The further tables of the release whose monthly figures are `main`, with `version` the true ones.

    Raises Problem where the panel's classes do not add up, or what is out by class adds up to no published figures.
    """

    def decide(figures: pl.DataFrame) -> pl.DataFrame:
        named = release_classes.text_months(figures)
        status = named.join(version.cells, on=list(KEY), how="left", maintain_order="left").get_column("status")
        return figures.with_columns(status)

    first = month_named(main.months[0])
    made = breakdown_table.all_published(source, wanted.dimensions, last, decide=decide, out=wanted.out, compare=False)
    for one in made:
        classes = release_classes.of(one, version, earlier, wanted.beside(one.dimension))
        yield ClassTable(_table(classes, main), classes, _taken(one, first))


def _taken(made: Made, first: int) -> dict[str, Any]:
    """What a table takes over, for the record."""
    out = made.figures.join(made.new, on=list(breakdown_table.KEY), how="anti").filter(pl.col("month") >= first)
    ends = breakdown_table.last_out(out).sort("area")
    rows = out.sort(breakdown_table.KEY).write_csv().encode()
    return {"out": {area: month_name(month) for area, month in ends.rows()}, "sha256": hashlib.sha256(rows).hexdigest()}


def until(rows: pl.DataFrame, taken: dict[str, str]) -> pl.DataFrame:
    """The rows (`breakdown_table.COLUMNS`) up to each area's last month (2021-03) that a table took over."""
    ends = {area: month_named(month) for area, month in taken.items()}
    last = pl.DataFrame({"area": [*ends], "last": [*ends.values()]}, {"area": pl.String, "last": pl.Int32})
    return rows.join(last, on="area", maintain_order="left").filter(pl.col("month") <= pl.col("last")).drop("last")


def anchor(dimension: Dimension) -> str:
    """Where the table by a dimension stands on its release's page, and what its files' names end in."""
    return f"by-{dimension.key.replace('_', '-')}"


def notes(dimension: Dimension) -> list[Words]:
    """What is to be said of the table beside what its release says."""
    return published_codes.class_notes(dimension)


def key(dimension: Dimension) -> str:
    """The key of the table by a dimension."""
    return f"{release_texts.KEY}-{anchor(dimension)}"


def title(dimension: Dimension) -> Words:
    """The name of the table by a dimension."""
    return {one: f"{release_texts.BY_CLASS[one]}: {dimension.name[one]}" for one in LANGUAGES}


def _table(classes: Classes, main: PublishedTable) -> PublishedTable:
    """The table as it is published; it says of itself what `main` does."""
    dimension = classes.dimension
    shown = pl.col("status") == "published"
    cells = classes.cells.select(
        *KEY,
        pl.col("group").alias(dimension.key),
        pl.when(shown).then("value").alias("value"),
        pl.when(shown).then("status").otherwise(pl.lit("hidden")).alias("status"),
    )
    column = published_codes.classes(dimension, cells.get_column(dimension.key))
    return PublishedTable(
        key=key(dimension),
        title=title(dimension),
        description=main.description,
        dimensions=(*(published_codes.dimension(one, cells.get_column(one)) for one in KEY), column),
        cells=cells,
        updated=main.updated,
        source=main.source,
        publisher=main.publisher,
        contact=main.contact,
        licence=main.licence,
        notes=(*main.notes, *notes(dimension)),
    )
