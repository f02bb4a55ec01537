"""Small generated worlds, and all of their tables published through the actions that people use.

A world has a few areas whose people come and go by chance, change class and service, and move. Its revision has a month
more, and some people corrected: another state in a month, another class, added, or gone.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import polars as pl

from kokeilu.monitoring.rules import month_number, month_numbered
from kokeilu.monitoring.tests.panels import FIRST, STATUSES, write_panel
from kokeilu.panel.rules import month_name

PLACES: Final = {
    "espoo": ("049",), "vantaa-kerava": ("092", "245"), "raasepori-hanko": ("710", "078"), "helsinki": ("091",),
}  # fmt: skip
SIGNS: Final = "uuuuuulsswoxe."
SERVICES: Final = ("coaching", "labour_market_training")
CLASSES: Final = {
    "sex": (("female", "male"), (0.5, 0.5)),
    "language_group": (("fi", "sv", "other"), (0.6, 0.25, 0.15)),
    "age_class": (("under_25", "25_29", "30_49", "50_over"), (0.2, 0.15, 0.4, 0.25)),
}
CHANGES: Final = ("age_class",)
"""The classes that people change."""
OLDER: Final = (0, 0, 0, 0, 4, 14, None)
"""How many months before the register's first month of an unemployment it may have begun; None: not told."""
TRIAL: Final = 202103


class World(NamedTuple):
    """`sizes` people by area, over `months` months from panels.FIRST on; `moves` to other areas, `corrected` people."""

    seed: int
    sizes: Mapping[str, int]
    months: int
    moves: bool = True
    corrected: int = 10


def _person(chance: np.random.Generator, area: str, number: int, world: World) -> list[tuple[Any, ...]]:
    """The months of a person: COLUMNS."""
    areas = list(world.sizes)
    turn = int(chance.integers(1, 10 * world.months)) if world.moves else world.months
    other = str(chance.choice(areas))
    kinds = {
        name: [str(each) for each in chance.choice(every, 2, p=shares)] for name, (every, shares) in CLASSES.items()
    }
    older = int(chance.integers(1, 3 * world.months))
    sign, service = str(chance.choice(list(SIGNS))), str(chance.choice(SERVICES, p=(0.7, 0.3)))
    before, benefit = OLDER[chance.integers(len(OLDER))], str(chance.choice(["labour_market_support", "none"]))
    days, rows, since = int(chance.integers(0, 1300)), [], None
    for place in range(world.months):
        month = month_numbered(month_number(FIRST) + place)
        if chance.random() < 0.25:
            last, sign = sign, str(chance.choice(list(SIGNS)))
            service = service if last == "s" and chance.random() < 0.7 else str(chance.choice(SERVICES))
        here = area if place < turn else other
        if sign not in "ul":
            since = None
        elif since is None:
            since = -1 if before is None else month_number(month) - before
            before = 0
        if sign == ".":
            continue
        status, seeks = STATUSES[sign]
        mine = month >= TRIAL and number % 3 > 0
        rows.append((
            number, month, status, seeks, here, here if mine else "te", PLACES[here][number % len(PLACES[here])],
            service if status == "service" else None,
            *(each[0 if name not in CHANGES or place < older else 1] for name, each in kinds.items()),
            benefit, days, None if since in (None, -1) else month_numbered(since),
        ))  # fmt: skip
    return rows


SCHEMA: Final = {
    "person": pl.Int64, "month": pl.Int32, "status": pl.String, "job_seeker": pl.Boolean, "area": pl.String,
    "responsible": pl.String, "municipality": pl.String, "service": pl.String,
    **dict.fromkeys(CLASSES, pl.String), "benefit": pl.String, "support_days": pl.Int16, "since": pl.Int32,
}  # fmt: skip


def people(world: World) -> pl.DataFrame:
    """Person-months of the world, with the classes of panel.rules.DIMENSIONS that it knows."""
    chance = np.random.default_rng(world.seed)
    rows, number = [], 0
    for area, size in world.sizes.items():
        for _ in range(size):
            number += 1
            rows += _person(chance, area, number, world)
    return _dated(pl.DataFrame(rows, SCHEMA, orient="row"))


def _dated(rows: pl.DataFrame) -> pl.DataFrame:
    since = pl.col("since")
    return rows.with_columns(unemployed_since=pl.date(since // 100, since % 100, 1)).drop("since")


def revised(rows: pl.DataFrame, world: World) -> pl.DataFrame:
    """The rows with as many people corrected as the world says, by chance."""
    chance = np.random.default_rng(world.seed + 1000)
    persons = rows.get_column("person").unique().sort().to_numpy()
    wrong = chance.choice(persons, world.corrected, replace=False)
    parts = [part.tolist() for part in np.array_split(wrong, 4)]
    state, kind, gone, twice = (pl.col("person").is_in(part) for part in parts)
    at = int(chance.integers(world.months))
    month = pl.col("month") == month_numbered(month_number(FIRST) + at)
    other = pl.col("status").replace({"unemployed": "laid_off", "service": "unemployed", "laid_off": "unemployed"})
    more = rows.filter(twice).with_columns(person=pl.col("person") + 100_000)
    mended = rows.filter(~gone).with_columns(
        status=pl.when(state & month).then(other).otherwise("status"),
        sex=pl.when(kind).then(pl.col("sex").replace({"female": "male", "male": "female"})).otherwise("sex"),
        language_group=pl.when(kind).then(pl.lit("sv")).otherwise("language_group"),
    )
    return pl.concat([mended, more])


def panels(world: World, folder: Path) -> tuple[list[Path], list[pl.DataFrame]]:
    """The panel of the world without its last month, and its revision; and the person-months of both."""
    rows = people(world)
    last = month_numbered(month_number(FIRST) + world.months - 1)
    both = [rows.filter(pl.col("month") < last), revised(rows, world)]
    counts = (world.months - 1, world.months)
    paths = [
        write_panel(folder / f"panel-{number}", one, count)
        for number, (one, count) in enumerate(zip(both, counts, strict=True))
    ]
    return paths, both


def labour_force(folder: Path, world: World) -> Path:
    """A file of the labour force of every municipality and month."""
    months = [month_name(month_numbered(month_number(FIRST) + place)) for place in range(world.months)]
    rows = [
        f"{code},{month},{300 + 7 * int(code) % 90},250,400"
        for area in world.sizes for code in PLACES[area] for month in months
    ]  # fmt: skip
    path = folder / "labour-force.csv"
    path.write_text("municipality,month,labour_force,employed,population\n" + "\n".join(rows), "utf-8")
    return path
