"""Stocks and shares of the generated register against the figures, counted by the law itself."""

from datetime import date

import polars as pl
import pytest

from kokeilu.law import definition, facts, rules
from kokeilu.synthetic import extracts, figures, world
from kokeilu.synthetic.languages import DOMESTIC
from kokeilu.synthetic.places import SMALL

DECIDED_ON = date(2021, 3, 1)


def decided(frame: pl.DataFrame) -> pl.DataFrame:
    """The extract's rows with decision, area and age by the law on 2021-03-01."""
    trial = definition.shipped("kuntakokeilu")
    known = facts.derive(frame, DECIDED_ON, trial)
    decisions = rules.decide(trial, known, DECIDED_ON)
    assert decisions["person"].equals(frame["person"])
    return frame.with_columns(decisions["decision"], decisions["area"], known["age"])


def anchor(generated: world.World) -> pl.DataFrame:
    place = generated.months.index(figures.value("anchor"))
    return decided(extracts.Extracts(generated).frame(generated.rows[place]))


def customers(frame: pl.DataFrame) -> dict[str, int]:
    return dict(frame.filter(pl.col("decision") == "in").group_by("area").len().iter_rows())


FOREIGN = ~pl.col("language").is_in(DOMESTIC) | pl.col("immigrant")


def shares(frame: pl.DataFrame, area: str) -> tuple[float, float]:
    """Immigrants and foreign-language people, and under 30 among the others, of an area's customers."""
    members = frame.filter((pl.col("decision") == "in") & (pl.col("area") == area))
    foreign = members.filter(FOREIGN)
    young = members.filter(~FOREIGN.fill_null(False) & (pl.col("age") < 30))
    return len(foreign) / len(members), len(young) / len(members)


@pytest.fixture(scope="module")
def uusimaa() -> pl.DataFrame:
    """The full scale's extract of 2021-02-28, decided."""
    return anchor(world.generate("uusimaa", 1, first="2021-02", last="2021-02"))


def test_full_scale_meets_the_figures_within_two_per_cent(uusimaa: pl.DataFrame) -> None:
    valid = uusimaa.filter("job_search_valid")
    assert len(valid) == pytest.approx(figures.value("stock.uusimaa"), rel=0.02)
    found = customers(uusimaa)
    assert sum(found.values()) == pytest.approx(92_000, rel=0.02)
    for area, number in figures.value("customers").items():
        assert found[area] == pytest.approx(number, rel=0.02)
    assert 48_500 < found["helsinki"] < 50_000
    assert found["vantaa-kerava"] > 21_000
    assert found["espoo"] == pytest.approx(18_000, rel=0.02)


def test_full_scale_meets_the_shares(uusimaa: pl.DataFrame) -> None:
    for area, key in (("espoo", "espoo"), ("helsinki", "capital"), ("porvoo", "elsewhere")):
        told = figures.value(f"shares.{key}")
        assert shares(uusimaa, area) == pytest.approx((told["foreign"], told["young"]), abs=0.02)
    assert shares(uusimaa, "espoo")[0] == pytest.approx(0.5, abs=0.02)


def test_a_population_stays_with_the_te_office(uusimaa: pl.DataFrame) -> None:
    stays = uusimaa.filter(pl.col("job_search_valid") & (pl.col("decision") == "out"))
    assert len(stays.filter(pl.col("employment_code") == "01")) > 10_000
    employed = (pl.col("employment_code") == "01") & (pl.col("decision") == "in")
    assert uusimaa.filter(employed).is_empty()
    inside = stays.filter(pl.col("municipality").is_in(["091", "049", "092", "245", "638", "710", "078"]))
    entitled = inside.filter(pl.col("employment_code") != "01")
    assert len(entitled) > 15_000
    assert (entitled["age"] >= 30).all()
    assert entitled["earnings_related_right"].all()
    assert len(stays) - len(inside) > 25_000


def test_some_people_are_undecided_and_few(uusimaa: pl.DataFrame) -> None:
    undecided = uusimaa.filter(pl.col("decision") == "undecided")
    assert 50 < len(undecided) < 0.005 * len(uusimaa)
    missing = pl.any_horizontal(pl.col("earnings_related_right", "language", "immigrant", "municipality").is_null())
    assert undecided.select(missing.all()).item()


def test_small_scale_meets_the_figures_with_the_tolerance_of_small_numbers(small: world.World) -> None:
    frame = anchor(small)
    found = customers(frame)
    assert len(frame.filter("job_search_valid")) == pytest.approx(SMALL * 150_000, rel=0.04)
    assert sum(found.values()) == pytest.approx(SMALL * 92_000, rel=0.04)
    assert set(found) == set(figures.value("customers"))
    for area, number in figures.value("customers").items():
        assert found[area] == pytest.approx(SMALL * number, rel=0.04, abs=10)


def test_stocks_follow_a_plausible_course(small: world.World) -> None:
    stock = dict(zip(small.months, (tally.counts[:, :, :5].sum() for tally in small.tallies), strict=True))
    laid_off = dict(zip(small.months, (tally.counts[:, :, 1].sum() for tally in small.tallies), strict=True))
    steps = [stock[after] / stock[before] for before, after in zip(small.months, small.months[1:], strict=False)]
    assert max(steps) < 1.3
    assert min(steps) > 0.9
    assert stock["2020-05"] > 1.2 * stock["2020-02"]
    assert laid_off["2020-04"] > 10 * laid_off["2020-02"]
    assert stock["2021-02"] < stock["2020-05"]


def test_people_come_back(small: world.World) -> None:
    """Those in the register at different times are partly the same people."""
    persons = [set(rows.person[rows.facts["state"] > 1]) for rows in small.rows]
    first, later, last = persons[0], persons[12], persons[-1]
    returned = (first & last) - later
    assert len(returned) > 20
