"""Disclosure control of the figures of all areas: with all areas' pages of all months they give nothing back."""

import numpy as np
import polars as pl
import pytest

from kokeilu.disclosure import attacker
from kokeilu.disclosure.linked import PRIMARY, PUBLISHED, SECONDARY, THRESHOLD, widths
from kokeilu.disclosure.relations import Relation, System
from kokeilu.monitoring import monthly_hiding, national_hiding
from kokeilu.monitoring.monthly_hiding import Cell
from kokeilu.monitoring.tests.panels import counted, person_months

SIZES = {"espoo": 300, "vantaa-kerava": 120, "porvoo": 60, "raasepori-hanko": 40, "jamsa-keuruu-saarijarvi": 30}
MONTHS = 6
NUMBER = pl.col("persons")


def generated(seed: int, months: int = MONTHS) -> pl.DataFrame:
    """The true figures of areas of different sizes whose people come and go by chance; trials begin in month 4."""
    chance = np.random.default_rng(seed)
    rows = []
    for place, (area, size) in enumerate(SIZES.items()):
        signs = chance.choice(list("ulswox"), (size, MONTHS), p=[0.5, 0.05, 0.15, 0.05, 0.15, 0.1])
        stays = chance.random((size, MONTHS)) < 0.8
        for month in range(1, MONTHS):
            signs[:, month] = np.where(stays[:, month], signs[:, month - 1], signs[:, month])
        people = person_months(*("".join(row) for row in signs), area=area)
        mine = (pl.col("month") >= 202102) & (pl.col("person") % 3 > 0)
        rows.append(
            people.with_columns(
                person=pl.col("person") + 10_000 * place,
                responsible=pl.when(mine).then(pl.lit(area)).otherwise(pl.lit("te")),
            )
        )
    every = counted(pl.concat(rows), MONTHS)
    return every.filter(pl.col("month").is_in(sorted(every.get_column("month").unique())[:months]))


@pytest.fixture(scope="module", params=[1, 2])
def areas(request: pytest.FixtureRequest) -> pl.DataFrame:
    return monthly_hiding.hidden(generated(request.param))


def exposed(areas: pl.DataFrame, together: pl.DataFrame) -> int:
    """How many hidden figures, of areas and of all together, an attacker who has everything derives too narrowly."""
    values: list[float] = []
    status: list[str] = []
    relations: list[Relation] = []
    parts: dict[Cell, list[int]] = {}
    for _name, one in areas.group_by("area", maintain_order=True):
        cells = [Cell(*row) for row in one.select("month", "population", "indicator").iter_rows()]
        for number, cell in enumerate(cells, len(values)):
            parts.setdefault(cell, []).append(number)
        relations += [
            relation._replace(cells=[len(values) + cell for cell in relation.cells])
            for relation in monthly_hiding.relations(cells)
        ]
        values += one.get_column("persons").to_list()
        status += one.get_column("status").to_list()
    for population, month, key, persons, each in together.iter_rows():
        members = parts[Cell(month, population, key)]
        relations.append(Relation([len(values), *members], [1.0, *(-1.0 for _ in members)]))
        values.append(persons)
        status.append(each)
    hidden = np.array([each != PUBLISHED for each in status], np.bool_)
    shown = np.where(hidden, np.nan, np.array(values, np.float64))
    found = attacker.intervals(System.of(len(values), relations), shown, hidden)
    return int((found.width < widths(status, THRESHOLD)).sum())


def hiding(areas: pl.DataFrame) -> pl.DataFrame:
    """How many areas hide their part of each figure."""
    number = (pl.col("status") != PUBLISHED).sum().alias("hiding")
    return areas.group_by(national_hiding.KEY).agg(number)


def test_with_all_areas_and_months_nothing_hidden_is_given_back(areas: pl.DataFrame) -> None:
    together = national_hiding.hidden(areas)
    assert exposed(areas, together) == 0
    small = together.filter(NUMBER.is_between(1, THRESHOLD - 1)).get_column("status")
    assert (small == PRIMARY).all()


def test_sums_that_are_only_not_small_give_hidden_figures_back(areas: pl.DataFrame) -> None:
    small = NUMBER.is_between(1, THRESHOLD - 1)
    every = national_hiding.together(areas)
    assert exposed(areas, every.with_columns(status=pl.when(small).then(pl.lit(PRIMARY)).otherwise(pl.lit(PUBLISHED))))


def test_a_sum_is_shown_where_everyone_can_add_it_up_and_nowhere_else(areas: pl.DataFrame) -> None:
    found = national_hiding.hidden(areas).join(hiding(areas), on=national_hiding.KEY)
    shown = pl.col("status") == PUBLISHED
    assert found.filter(shown).height
    assert found.filter(~shown).height
    assert found.select((shown == (pl.col("hiding") == 0)).all()).item()


def test_a_month_more_changes_nothing_of_the_months_before(areas: pl.DataFrame) -> None:
    last = areas.get_column("month").max()
    early = national_hiding.hidden(areas.filter(pl.col("month") < last))
    assert national_hiding.hidden(areas).filter(pl.col("month") < last).equals(early)


def test_the_order_of_rows_does_not_matter(areas: pl.DataFrame) -> None:
    shuffled = areas.sample(fraction=1, shuffle=True, seed=1)
    assert national_hiding.hidden(shuffled).equals(national_hiding.hidden(areas))


def test_a_sum_is_that_of_the_areas_that_have_the_figure() -> None:
    rows = [
        ("espoo", "residents", 202101, "inflow", 20, PUBLISHED),
        ("porvoo", "residents", 202101, "inflow", 7, PUBLISHED),
        ("espoo", "customers", 202101, "inflow", 12, PUBLISHED),
        ("espoo", "residents", 202101, "laid_off", 6, SECONDARY),
        ("porvoo", "residents", 202101, "laid_off", 0, PUBLISHED),
    ]
    figures = pl.DataFrame(rows, ["area", "population", "month", "indicator", "persons", "status"], orient="row")
    assert national_hiding.hidden(figures).drop("month").rows() == [
        ("customers", "inflow", 12, PUBLISHED),
        ("residents", "inflow", 27, PUBLISHED),
        ("residents", "laid_off", 6, SECONDARY),
    ]
