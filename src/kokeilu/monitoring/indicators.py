"""What is measured: each indicator's name, definition, formula, unit and source, from `indicators.toml`."""

import tomllib
from dataclasses import dataclass
from graphlib import TopologicalSorter
from importlib.resources import files
from typing import Any, Final, Literal

Kind = Literal["stock", "flow", "rate"]
Words = dict[str, str]  # fi, sv, en
Population = Literal["residents", "customers", "state"]
POPULATIONS: Final[tuple[Population, ...]] = ("residents", "customers", "state")
"""All who live in the area; of them, those whom a trial area is responsible for; the rest, the state's."""


@dataclass(frozen=True)
class Indicator:
    """One measure.

    `formula` is in the words of the panel, `definition` in those of the people who read the figure; `part_of`
    is the indicator that it is a share of; `sum` lists those it is the sum of, `also_sum` those of a second division
    of the same people, `balance` its inflow and outflow, `leaves` the stock of the month before that a flow is a part
    of; `history` is how many months before it needs; `verified` tells whether the definition has a source.
    """

    key: str
    kind: Kind
    name: Words
    definition: Words
    formula: str
    source: str
    unit: Literal["persons", "per cent", "euros"] = "persons"
    part_of: str | None = None
    verified: bool = True
    short: Words | None = None
    sum: tuple[str, ...] = ()
    also_sum: tuple[str, ...] = ()
    balance: tuple[str, ...] = ()
    leaves: str | None = None
    history: int = 0
    populations: tuple[Population, ...] = POPULATIONS

    @property
    def brief(self) -> Words:
        """The name where there is little room: in a chart, above a column."""
        return self.short or self.name


def _read() -> dict[str, Indicator]:
    content = tomllib.loads(files(__package__).joinpath("indicators.toml").read_text("utf-8"))
    return {key: _indicator(key, table) for key, table in content.items()}


def _indicator(key: str, table: dict[str, Any]) -> Indicator:
    lists = {name: tuple(value) for name, value in table.items() if isinstance(value, list)}
    return Indicator(key, **{"history": int(table["kind"] == "flow"), **table, **lists})


INDICATORS: Final = _read()
"""Every indicator by its key, in the order of the tables."""

SUMS: Final = {
    key: INDICATORS[key].sum
    for key in TopologicalSorter({key: one.sum for key, one in INDICATORS.items()}).static_order()
    if INDICATORS[key].sum
}
"""Indicators that are the sum of others, each after those it rests on."""
BALANCES: Final = {key: indicator.balance for key, indicator in INDICATORS.items() if indicator.balance}
"""Stocks with their inflow and outflow: the stock is that of the month before plus the first less the second."""
DESTINATIONS: Final = INDICATORS["outflow"].sum
"""Where those go who leave unemployment."""
FOLLOWED: Final = INDICATORS["followed_services"].sum
"""Where people are three months after a service ended."""
STOCKS: Final = tuple(key for key, indicator in INDICATORS.items() if indicator.kind == "stock")
FLOWS: Final = tuple(key for key, indicator in INDICATORS.items() if indicator.kind == "flow")
