"""A table as it is published: figures by dimension with all that a reader needs to know of them. Pure.

Every format (`format_csv`, `format_jsonstat`, `format_px`, `format_xlsx`, `format_dcat`) is written from this one
value, so all of them hold the same figures. `to_json` is the table's own form: what a release keeps, and is made
again from.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import cached_property
from math import prod
from typing import Any, Final, Literal

import polars as pl

from kokeilu.problems import Problem

Language = Literal["fi", "sv", "en"]
LANGUAGES: Final[tuple[Language, ...]] = ("fi", "sv", "en")
Words = dict[str, str]  # by language: fi, sv, en
Role = Literal["geo", "time", "metric", "other"]
Status = Literal["published", "hidden", "none"]

FORMAT: Final = "published-table/1"
STATUSES: Final[dict[Status, Words]] = {
    "published": {"fi": "julkaistu", "sv": "publicerad", "en": "published"},
    "hidden": {
        "fi": "salattu tietosuojan vuoksi",
        "sv": "hemlig av sekretesskäl",
        "en": "hidden by disclosure control",
    },
    "none": {"fi": "lukua ei voi laskea", "sv": "talet kan inte beräknas", "en": "the figure cannot be calculated"},
}
"""What a cell's status means. `none`: such as a rate of no one. A cell without a row does not exist at all."""
ABSENT: Final[Words] = {"fi": "lukua ei ole", "sv": "talet finns inte", "en": "there is no such figure"}


@dataclass(frozen=True)
class Code:
    """A value of a dimension. A measure also has a definition, a unit, decimals and a source."""

    key: str
    label: Words
    definition: Words | None = None
    unit: Words | None = None
    decimals: int = 0
    source: str = ""
    verified: bool = True  # whether the definition has a source


@dataclass(frozen=True)
class Dimension:
    """A column of the table and its codes, in their order."""

    key: str
    label: Words
    role: Role
    codes: tuple[Code, ...]

    @property
    def keys(self) -> list[str]:
        return [code.key for code in self.codes]

    def labels(self, language: Language) -> list[str]:
        return [code.label[language] for code in self.codes]


@dataclass(frozen=True, eq=False)
class PublishedTable:
    """Figures and what belongs to them.

    `cells` has a text column for each dimension (its code), `value` (float64, rounded to its measure's decimals; null
    where there is none to show) and `status` (one of STATUSES); each cell once, in the order of the codes. Exactly one
    dimension has the role `time` (codes 2021-03, or all of them years, 2021) and one `metric`. Raises ValueError where
    this does not hold.
    """

    key: str  # letters, digits and hyphens; begins the files' names
    title: Words
    description: Words
    dimensions: tuple[Dimension, ...]
    cells: pl.DataFrame
    updated: datetime  # when the figures were made
    source: Words
    publisher: Words
    contact: str  # an e-mail address
    licence: str  # the address of its text
    notes: tuple[Words, ...] = ()
    unverified: tuple[str, ...] = ()  # the texts of law that the figures rest on and nobody has verified

    def __post_init__(self) -> None:
        keys = [dimension.key for dimension in self.dimensions]
        if self.cells.columns != [*keys, "value", "status"]:
            raise ValueError(f"the columns are {self.cells.columns}, not {[*keys, 'value', 'status']}")
        if sorted(one.role for one in self.dimensions if one.role in ("time", "metric")) != ["metric", "time"]:
            raise ValueError("a table has one dimension of time and one of measures")
        if self.cells.select(keys).is_duplicated().any():
            raise ValueError("a cell is there twice")
        for dimension in self.dimensions:
            if not self.cells.get_column(dimension.key).is_in(dimension.keys).all():
                raise ValueError(f"a cell has a code that the dimension {dimension.key} lacks")
        shown = self.cells.get_column("status") == "published"
        if not self.cells.get_column("status").is_in(list(STATUSES)).all():
            raise ValueError("a cell has an unknown status")
        if (shown == self.cells.get_column("value").is_null()).any():
            raise ValueError("a cell has a value if and only if it is published")

    @property
    def keys(self) -> list[str]:
        """The dimensions' keys."""
        return [dimension.key for dimension in self.dimensions]

    def dimension(self, role: Role) -> Dimension:
        """The one dimension of time or of measures."""
        return next(one for one in self.dimensions if one.role == role)

    @property
    def measures(self) -> Dimension:
        return self.dimension("metric")

    @property
    def months(self) -> list[str]:
        """The months covered, 2021-03, in order; of a table of years these, 2021."""
        return self.dimension("time").keys

    @property
    def period(self) -> str:
        """The last month or year: what the files are named by."""
        return self.months[-1]

    @property
    def stem(self) -> str:
        """The files' name without its ending."""
        return f"{self.key}-{self.period}"

    @cached_property
    def ordered(self) -> pl.DataFrame:
        """The cells with `decimals`, in the order of the codes."""
        places = [
            pl.col(one.key).replace_strict(one.keys, list(range(len(one.keys))), return_dtype=pl.Int32)
            for one in self.dimensions
        ]
        measures = self.measures
        decimals = [code.decimals for code in measures.codes]
        return self.cells.sort(places).with_columns(
            decimals=pl.col(measures.key).replace_strict(measures.keys, decimals, return_dtype=pl.Int32)
        )

    @property
    def size(self) -> list[int]:
        """How many codes each dimension has."""
        return [len(one.codes) for one in self.dimensions]

    def cube(self) -> Iterator[tuple[float | None, Status | None, int]]:
        """Value, status and decimals of every combination of codes, the last dimension running fastest.

        The status is None where the table has no such cell.
        """
        cube: list[tuple[float | None, Status | None, int]] = [(None, None, 0)] * prod(self.size)
        place: pl.Expr = pl.lit(0)
        for one in self.dimensions:
            number = pl.col(one.key).replace_strict(one.keys, list(range(len(one.keys))), return_dtype=pl.Int64)
            place = place * len(one.codes) + number
        rows = self.ordered.select(place.alias("place"), "value", "status", "decimals").iter_rows()
        for at, value, status, decimals in rows:
            cube[at] = (value, status, decimals)
        return iter(cube)

    def reordered(self, keys: list[str]) -> "PublishedTable":
        """The same table with its dimensions in another order."""
        by_key = {one.key: one for one in self.dimensions}
        dimensions = tuple(by_key[key] for key in keys)
        return replace(self, dimensions=dimensions, cells=self.cells.select(*keys, "value", "status"))

    def to_json(self) -> bytes:
        """The whole table; the same table gives the same bytes."""
        content = {
            "format": FORMAT,
            **{name: getattr(self, name) for name in _PLAIN},
            "updated": self.updated.isoformat(),
            "dimensions": [asdict(one) for one in self.dimensions],
            "cells": self.ordered.drop("decimals").to_dict(as_series=False),
        }
        return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


_PLAIN: Final = (
    "key", "title", "description", "source", "publisher", "contact", "licence", "notes", "unverified",
)  # fmt: skip


def from_json(content: bytes) -> PublishedTable:
    """The table of `to_json`. Raises Problem where it is not one that this version reads."""
    found: dict[str, Any] = json.loads(content)
    if found.get("format") != FORMAT:
        raise Problem(f"the table's format is {found.get('format')}, not {FORMAT}")
    dimensions = tuple(
        Dimension(one["key"], one["label"], one["role"], tuple(Code(**code) for code in one["codes"]))
        for one in found["dimensions"]
    )
    schema = {one.key: pl.String for one in dimensions} | {"value": pl.Float64, "status": pl.String}
    plain = {name: found[name] for name in _PLAIN}
    return PublishedTable(
        **plain | {"notes": tuple(found["notes"]), "unverified": tuple(found["unverified"])},
        dimensions=dimensions,
        cells=pl.DataFrame(found["cells"], schema),
        updated=datetime.fromisoformat(found["updated"]),
    )


def monthly(time: Dimension) -> bool:
    """Whether a dimension of time is of months (2021-03), or of nothing yet; else it is of years (2021)."""
    return all("-" in key for key in time.keys)


def written(value: float, decimals: int) -> str:
    """A value as the files write it: a point, and as many decimals as its measure has."""
    return f"{value:.{decimals}f}"
