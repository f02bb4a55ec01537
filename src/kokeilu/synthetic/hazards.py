"""Monthly hazards of moving between states, as lookup tables of cumulative probabilities.

Everybody of the same state, age band, education, duration of job search and language has the same hazards in
a month, so one table of a few thousand rows serves a whole register: a person's row is gathered, and one
uniform number decides where they go.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kokeilu.synthetic import figures
from kokeilu.synthetic.effects import Effect

# States. The first two are out of the register.
OPEN_MARKET, OUTSIDE, UNEMPLOYED, LAID_OFF, SERVICE, SUPPORTED, EMPLOYED = range(7)
STATES = (
    "open_market",
    "outside",
    "unemployed",
    "laid_off",
    "service",
    "supported_work",
    "employed_seeker",
)
FIRST_IN_REGISTER = UNEMPLOYED

# Where a person in the register may go. The order matters: an effect on services is last but one, so that
# it changes who enters a service and nobody else's way.
DESTINATIONS = (OPEN_MARKET, OUTSIDE, SUPPORTED, EMPLOYED, SERVICE, UNEMPLOYED)
STAY = len(DESTINATIONS)
MOST = 0.95  # of the people in a class move in a month, at most

_AGES = np.array([25, 35, 50, 60])
_EDUCATION = np.array([0, 0, 0, 1, 1, 2, 2, 3, 3])  # class by ISCED level
_DURATIONS = np.array([3, 6, 12, 24])  # months
_AWAY = np.array([6, 18])  # months
_EDUCATION_UNKNOWN = 1

Classes = NDArray[np.int32]


def classify(
    age: NDArray[np.int32],
    education: NDArray[np.int8],
    duration: NDArray[np.int32],
    foreign: NDArray[np.bool_],
) -> Classes:
    """The class of each person, 0-199, from age in years, ISCED level (-1 unknown), months and language."""
    schooling = np.where(education < 0, _EDUCATION_UNKNOWN, _EDUCATION[education])
    classes = np.searchsorted(_AGES, age, side="right")
    classes = classes * 4 + schooling
    classes = classes * 5 + np.searchsorted(_DURATIONS, duration, side="right")
    return (classes * 2 + foreign).astype(np.int32)


@dataclass(frozen=True)
class Hazards:
    """The tables of the months `first` to `last`."""

    first: int
    base: NDArray[np.float64]  # (state - 2, class, destination), before season and cycle
    calendar: NDArray[np.float64]  # (month, destination), season times cycle
    layoff_calendar: NDArray[np.float64]  # (month,), open market for the laid off: call-backs
    returns: NDArray[np.float64]  # (month, state, band of months away, age band), back to the register

    def coming_back(
        self, month: int, state: NDArray[np.int8], away: NDArray[np.int32], age: NDArray[np.int32]
    ) -> NDArray[np.float64]:
        """The hazard of coming back in a month, by state out of the register, months away and age."""
        band = np.searchsorted(_AWAY, away, side="right")
        ages = np.searchsorted(_AGES, age, side="right")
        return np.asarray(self.returns[month - self.first][state, band, ages])

    def cumulative(self, month: int, effect: Effect) -> NDArray[np.float64]:
        """Cumulative probabilities in a month, (state - 2, class, destination), changed by an effect."""
        at = month - self.first
        table = self.base * self.calendar[at]
        table[LAID_OFF - 2, :, 0] = self.base[LAID_OFF - 2, :, 0] * self.layoff_calendar[at]
        for state in (UNEMPLOYED, LAID_OFF, SERVICE, SUPPORTED):
            table[state - 2, :, 0] *= 1 + effect.open_market
        table[UNEMPLOYED - 2, :, DESTINATIONS.index(SERVICE)] *= 1 + effect.services
        total = table.sum(axis=2, keepdims=True)
        return np.cumsum(table * np.minimum(1, MOST / np.maximum(total, MOST)), axis=2)


def build(first: int, last: int) -> Hazards:
    """The tables from the figures, for the months `first` to `last`."""
    seasons = np.arange(first, last + 1) % 12
    season, cycle = figures.value("factor.season"), figures.value("factor.cycle")

    def calendar(name: str) -> NDArray[np.float64]:
        factors = np.array(season[name], dtype=np.float64)[seasons]
        return factors * figures.path(cycle[name], first, last) if name in cycle else factors

    names = [STATES[destination] for destination in DESTINATIONS]
    open_market = calendar("open_market")
    away = figures.value("hazard.return")
    base_return = np.array([away["open_market"], away["outside"]], dtype=np.float64)
    return Hazards(
        first,
        np.stack([_state_table(state) for state in STATES[FIRST_IN_REGISTER:]]),
        np.stack([calendar(name) for name in names], axis=1),
        # Employers call back the laid off also in midwinter: half of the season's swing.
        1 + (open_market - 1) / 2,
        calendar("return")[:, None, None, None]
        * base_return[None, :, :, None]
        * np.array(figures.value("factor.return_age")),
    )


def _state_table(state: str) -> NDArray[np.float64]:
    """Hazards of one state by class and destination, (200, 6), before season and cycle."""
    rates = figures.value(f"hazard.{state}")
    table = np.zeros((len(_AGES) + 1, 4, len(_DURATIONS) + 1, 2, len(DESTINATIONS)))
    for column, destination in enumerate(DESTINATIONS):
        name = STATES[destination]
        if name in rates:
            called_back = state == "laid_off" and name == "open_market"
            table[..., column] = rates[name] * _factors(name, called_back)
    return table.reshape(-1, len(DESTINATIONS))


def _factors(destination: str, called_back: bool) -> NDArray[np.float64]:
    """Products of the factors of a destination, (age, education, duration, language)."""

    def factor(kind: str) -> Any:
        return figures.value(f"factor.{kind}").get(destination)

    if factor("age") is None:
        return np.ones((len(_AGES) + 1, 4, len(_DURATIONS) + 1, 2))
    duration = np.ones(len(_DURATIONS) + 1) if called_back else np.array(factor("duration"))
    language = np.array([1.0, factor("foreign_language")])
    age, education = np.array(factor("age")), np.array(factor("education"))
    product: NDArray[np.float64] = (
        age[:, None, None, None]
        * education[None, :, None, None]
        * duration[None, None, :, None]
        * language[None, None, None, :]
    )
    return product
