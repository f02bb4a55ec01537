"""A generated trial with a known truth, seen through the panel and the indicators.

The trial of 2017-18 raised the activation rate and lowered registered unemployment only by moving people into
services, without effect on broad unemployment (Nieminen et al. 2021). The figures must show such a trial for what it
is.
"""

from datetime import date
from functools import cache

import narwhals as nw
import polars as pl

from kokeilu.law.definition import shipped
from kokeilu.monitoring import rules, survival_curves, survival_steps
from kokeilu.monitoring.reading import HEADLINE, Headline, sentence
from kokeilu.monitoring.survival import CAUSES
from kokeilu.monitoring.survival_curves import Curve, Point, Step
from kokeilu.panel import rules as panel_rules
from kokeilu.panel.places import area_table
from kokeilu.panel.tests.frames import details, facts, situations
from kokeilu.synthetic.extracts import Extracts
from kokeilu.synthetic.world import World, generate

FIRST, LAST, SEED = "2020-11", "2022-12", 7


def periods(world: World) -> pl.DataFrame:
    """The extracts as periods, each row until the next month's end, persons by their number in the world."""
    extracts, months = Extracts(world), [panel_rules.month_named(name) for name in world.months]
    ends = [panel_rules.month_end(month) for month in months]
    frames = [
        extracts.frame(rows).with_columns(
            pl.Series("person", rows.person).cast(pl.Int32),
            pl.lit(begins).alias("from"),
            pl.lit(until, pl.Date).alias("to"),
        )
        for rows, begins, until in zip(world.rows, ends, [*ends[1:], None], strict=True)
    ]
    return pl.concat(frames)


@cache
def counted(effect: str) -> tuple[rules.Events, list[int]]:
    """The events of a generated register, and its months."""
    world = generate("small", SEED, effect, FIRST, LAST)
    rows, months = periods(world), [panel_rules.month_named(name) for name in world.months]
    numbers = [rules.month_number(month) for month in months]
    calendar = nw.from_native(pl.LazyFrame({"at": numbers}, {"at": pl.Int64}))
    spells = panel_rules.spells(
        facts(
            panel_rules.month_end(months[-1]),
            situations=rows.select(situations().columns),
            details=rows.select(details().columns),
            areas=area_table(shipped("kuntakokeilu")),
        )
    )
    return rules.events(nw.from_native(spells.lazy()), calendar, months[0], months[-1]), months


@cache
def figures(effect: str) -> pl.DataFrame:
    """All areas' residents together, from 2021-04 on: one row a month, one column an indicator."""
    found, months = counted(effect)
    persons = rules.figures(rules.counts(found), months)
    rules.check(persons)
    residents = persons.filter(pl.col("month") >= 202104, population="residents")
    sums = residents.group_by("month", "indicator").agg(pl.col("persons").sum())
    return sums.pivot("indicator", index="month", values="persons").sort("month")


def change(indicator: str, effect: str) -> float:
    """The relative change of an indicator's sum over all months that the effect brings."""
    return float(figures(effect).get_column(indicator).sum()) / float(figures("none").get_column(indicator).sum()) - 1


def test_more_services_alone_lower_registered_but_not_broad_unemployment() -> None:
    effect = "services=2.0"
    assert change("registered_unemployed", effect) < -0.1
    assert change("in_services", effect) > 0.4
    assert abs(change("broad_unemployment", effect)) < 0.01
    assert abs(change("open_market_exits", effect)) < 0.03


def test_more_exits_to_the_open_market_lower_broad_unemployment() -> None:
    effect = "open-market=1.0"
    assert change("open_market_exits", effect) > 0.1
    assert change("broad_unemployment", effect) < -0.05


def whole(effect: str) -> Headline:
    """The headline of all months that the effect brings together."""
    return Headline(*(float(figures(effect).get_column(key).sum()) for key in HEADLINE))


def test_what_moved_people_into_services_is_told_as_that_and_never_as_a_success() -> None:
    assert sentence(whole("none"), whole("services=2.0")) == "into_services"


def test_what_brought_people_to_the_open_market_is_told_as_that() -> None:
    assert sentence(whole("none"), whole("open-market=1.0")) == "open_market"


def test_what_did_nothing_is_told_as_that() -> None:
    assert sentence(whole("none"), whole("none")) == "unchanged"


def test_the_generated_stock_follows_from_its_flows() -> None:
    found = figures("none").with_columns(before=pl.col("registered_unemployed").shift())
    step = pl.col("registered_unemployed") - pl.col("before") - pl.col("inflow") + pl.col("outflow")
    assert found.select(step.drop_nulls().abs().sum()).item() == 0


def curve(effect: str) -> Curve:
    """Those of all areas whose unemployment began from July to December 2021."""
    begun = counted(effect)[0].begun
    assert begun is not None
    half = rules.month_number(202107)
    members = begun.filter(pl.col("began").is_between(half, half + survival_steps.WINDOW - 1))
    steps = survival_steps.merged(int(members.get_column("persons").sum()), survival_steps.exits(members, 12))
    return survival_curves.curve(date(2021, 7, 1), (Step(*one) for one in steps))


def late(effect: str) -> tuple[Point, Point]:
    """The generated trial and the register without it, after the longest time that both show."""
    points = survival_curves.common(curve(effect), curve("none"))
    assert points is not None
    assert points[0].months > 6
    return points


def test_more_services_alone_shorten_unemployment_and_are_told_as_that() -> None:
    moved, without = late("services=2.0")
    market, service = (CAUSES.index(cause) for cause in ("open_market", "service"))
    assert moved.still < without.still - survival_curves.MOVES
    assert moved.left[service] > without.left[service] + 0.1
    assert moved.left[market] < without.left[market]  # who is in a service does not leave from unemployment
    assert survival_curves.reading(moved, without) == "into_services"


def test_more_exits_to_the_open_market_shorten_unemployment_and_are_told_as_that() -> None:
    found, without = late("open-market=1.0")
    assert found.still < without.still - survival_curves.MOVES
    assert survival_curves.reading(found, without) == "open_market"
    assert survival_curves.reading(without, without) == "unchanged"
