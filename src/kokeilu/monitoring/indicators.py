"""What is measured: each indicator's name, definition, formula, unit and source, from `indicators.toml`."""

import tomllib
from dataclasses import dataclass
from importlib.resources import files
from typing import Final, Literal

Kind = Literal["stock", "flow", "rate"]
Words = dict[str, str]  # fi, sv, en


@dataclass(frozen=True)
class Indicator:
    """One measure.

    `formula` is in the words of the panel, `definition` in those of the people who read the figure; `part_of`
    is the indicator that it is a share of; `verified` tells whether the definition has a source.
    """

    key: str
    kind: Kind
    name: Words
    definition: Words
    formula: str
    source: str
    unit: Literal["persons", "per cent"] = "persons"
    part_of: str | None = None
    verified: bool = True
    short: Words | None = None

    @property
    def brief(self) -> Words:
        """The name where there is little room: in a chart, above a column."""
        return self.short or self.name


def _read() -> dict[str, Indicator]:
    content = tomllib.loads(files(__package__).joinpath("indicators.toml").read_text("utf-8"))
    return {key: Indicator(key, **table) for key, table in content.items()}


INDICATORS: Final = _read()
"""Every indicator by its key, in the order of the tables."""

DESTINATIONS: Final = tuple(key for key, indicator in INDICATORS.items() if indicator.part_of == "outflow")
STOCKS: Final = tuple(key for key, indicator in INDICATORS.items() if indicator.kind == "stock")
FLOWS: Final = tuple(key for key, indicator in INDICATORS.items() if indicator.kind == "flow")

Population = Literal["residents", "customers", "state"]
POPULATIONS: Final[tuple[Population, ...]] = ("residents", "customers", "state")
"""All who live in the area; of them, those whom a trial area is responsible for; the rest, the state's."""
