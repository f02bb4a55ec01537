"""A map of the areas by squares: one for each area, about where it lies, coloured by a figure.

The squares' places are the project's own scheme (`map_tiles.csv`), drawn up by hand from where the areas lie to each
other; they are no coordinates and tell nothing of size or distance. An area that has no place in the scheme stands in
a row below. Colours are one hue from light to dark (ColorBrewer, "Blues"), so that they keep their order in grey and
to every eye, and each square has its figure too. Pure.
"""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from io import StringIO
from itertools import pairwise
from typing import Final

CLASSES: Final = 5
COLUMNS: Final = 7
WIDTH: Final = 62
HEIGHT: Final = 46
GAP: Final = 3
LETTERS: Final = 9
"""The most letters of a name that fit into a square."""


@dataclass(frozen=True)
class Place:
    """Where an area's square stands, counted from the north-west, and the name that fits into it."""

    column: int
    row: int
    short: Mapping[str, str]


@dataclass(frozen=True)
class Square:
    """A square to draw: its corner, the name in it, and its class from 1 (lowest), 0 where there is no figure."""

    area: str
    x: int
    y: int
    short: str
    class_: int


@dataclass(frozen=True)
class Map:
    """Squares from north to south, the picture's size, and the least and greatest value of each class."""

    squares: list[Square]
    width: int
    height: int
    classes: list[tuple[float, float]]


@cache
def places() -> dict[str, Place]:
    """The scheme: each known area's place."""
    rows = csv.DictReader(StringIO(files(__package__).joinpath("map_tiles.csv").read_text("utf-8")))
    return {
        row["area"]: Place(
            int(row["column"]),
            int(row["row"]),
            {"fi": row["short_fi"], "sv": row["short_sv"], "en": row["short_fi"]},
        )
        for row in rows
    }


def classes(values: Sequence[float]) -> list[tuple[float, float]]:
    """The least and greatest value of each class: at most CLASSES with about as many values each; equal values are
    in one class."""
    ordered = sorted(values)
    if not ordered:
        return []
    cuts = {ordered[len(ordered) * number // CLASSES] for number in range(1, CLASSES)}
    edges = sorted({ordered[0], *cuts})
    groups = [[value for value in ordered if low <= value < high] for low, high in pairwise([*edges, float("inf")])]
    return [(group[0], group[-1]) for group in groups if group]


def draw(values: Mapping[str, float | None], names: Mapping[str, str], language: str) -> Map:
    """The map of the areas named in `values`; None is an area without a figure to show."""
    found = classes([value for value in values.values() if value is not None])
    placed = _placed(sorted(values), names, language)
    squares = [
        Square(area, place.column * WIDTH, place.row * HEIGHT, place.short[language], _class(values[area], found))
        for area, place in sorted(placed.items(), key=lambda item: (item[1].row, item[1].column))
    ]
    left = min((square.x for square in squares), default=0)
    top = min((square.y for square in squares), default=0)
    moved = [Square(one.area, one.x - left, one.y - top, one.short, one.class_) for one in squares]
    width = max((square.x for square in moved), default=0) + WIDTH
    height = max((square.y for square in moved), default=0) + HEIGHT
    return Map(moved, width, height, found)


def _placed(areas: Sequence[str], names: Mapping[str, str], language: str) -> dict[str, Place]:
    known = {area: places()[area] for area in areas if area in places()}
    first = max((place.row for place in known.values()), default=-1) + (2 if known else 1)
    others = [area for area in areas if area not in known]
    return known | {
        area: Place(number % COLUMNS, first + number // COLUMNS, {language: _short(names[area])})
        for number, area in enumerate(others)
    }


def _short(name: str) -> str:
    return name if len(name) <= LETTERS else f"{name[: LETTERS - 1]}."


def _class(value: float | None, found: Sequence[tuple[float, float]]) -> int:
    if value is None:
        return 0
    return next(number for number, (_low, high) in enumerate(found, 1) if value <= high)
