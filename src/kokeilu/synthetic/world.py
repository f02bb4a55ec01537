"""A generated register of a scale and a seed, with what is true of it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import polars as pl

from kokeilu.problems import Problem
from kokeilu.synthetic import effects, months
from kokeilu.synthetic.addresses import Addresses
from kokeilu.synthetic.details import details
from kokeilu.synthetic.effects import Effect
from kokeilu.synthetic.people import People
from kokeilu.synthetic.places import Places, places
from kokeilu.synthetic.simulation import Plan, Rows, Simulation
from kokeilu.synthetic.tallies import Tally

FIRST, LAST = "2018-01", "2024-12"
BURN_IN = 24  # months before FIRST in which the register comes to its course

Progress = Callable[[Iterable[int], int, str], Iterable[int]]  # of the work, its length and its name


@dataclass
class World:
    """Extract rows of the months asked for, the people and addresses they refer to, and the truth."""

    scale: str
    seed: int
    effect: Effect
    places: Places
    people: People
    addresses: Addresses
    rows: list[Rows]
    tallies: list[Tally]
    counterfactual: list[Tally]  # the same months without the effect; the same tallies where there is none

    @property
    def months(self) -> list[str]:
        """The months generated, as `2021-03`."""
        return [months.label(rows.month) for rows in self.rows]

    def details(self) -> pl.DataFrame:
        """Facts that never change, one row per person number."""
        return details(self.seed, self.people)


def generate(
    scale: str,
    seed: int,
    effect: str = "none",
    first: str = FIRST,
    last: str = LAST,
    progress: Progress | None = None,
) -> World:
    """Generate a register.

    The same seed, scale and effect give the same people and rows in a month whatever `first` and `last` are:
    the generation always starts two years before 2018-01. A Problem names an unknown scale or effect, a month
    outside 2018-01 to 2024-12, or a last month before the first.
    """
    chosen, built_in, from_month, to_month = check(scale, seed, effect, first, last)
    start = months.parse(FIRST) - BURN_IN
    plan = Plan(seed, chosen, start, to_month)
    world = Simulation(plan, Effect())
    without: Simulation | None = None
    rows: list[Rows] = []
    tallies: list[Tally] = []
    counterfactual: list[Tally] = []
    span: Iterable[int] = range(start, to_month + 1)
    for month in progress(span, to_month + 1 - start, "people") if progress else span:
        if month == plan.trial_from and not built_in.is_none:
            without, world = world, world.branch(built_in)
        if without is None:
            month_rows, _, tally = world.step(month)
            plain = tally
        else:
            _, arrivals, plain = without.step(month)
            month_rows, _, tally = world.step(month, arrivals)
        if month >= from_month:
            rows.append(month_rows)
            tallies.append(tally)
            counterfactual.append(plain)
    return World(scale, seed, built_in, chosen, world.people, world.addresses, rows, tallies, counterfactual)


def check(
    scale: str, seed: int, effect: str = "none", first: str = FIRST, last: str = LAST
) -> tuple[Places, Effect, int, int]:
    """What the arguments of `generate` mean: places, effect, first and last month. A Problem if bad."""
    if seed < 0:
        raise Problem("the seed is negative", mend="take a whole number from 0 on")
    return places(scale), effects.parse(effect), *_span(first, last)


def _span(first: str, last: str) -> tuple[int, int]:
    """The months as numbers, checked."""
    from_month, to_month = months.parse(first), months.parse(last)
    if to_month < from_month:
        raise Problem(f"the last month {last} is before the first, {first}", mend="exchange them")
    if from_month < months.parse(FIRST) or to_month > months.parse(LAST):
        raise Problem(f"{first} to {last} is not within {FIRST} to {LAST}", mend="choose months within it")
    return from_month, to_month
