"""Which areas an area may be compared with: those most like it before the trial, by published figures alone. Pure.

Like in size and in who the unemployed are, never in how they fared after the start: what the trial may have moved
never chooses whom it is compared with. A hidden figure is unknown, not zero.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import log, sqrt
from statistics import fmean, pstdev
from typing import Final

Values = Mapping[str, float | None]
"""A month's published figures of an area's residents by indicator; None where hidden or not there."""

MONTHS: Final = 12
"""How many months before the trial are looked at: a whole year, so that no season weighs more than another."""
KNOWN_MONTHS: Final = 9
"""In fewer months than these a variable is not known: what is hidden is small, and the others would mislead."""
KNOWN_VARIABLES: Final = 4
"""Two areas with fewer variables known in both than these are not compared."""
FEWEST: Final = 2
"""With fewer other areas than these there is nothing to choose from."""
MOST: Final = 4
"""At most so many areas are drawn beside an area, and at most half of the others."""


@dataclass(frozen=True)
class Variable:
    """What areas are compared by: `per` hundred of `of`, or the logarithm of `of` where `per` is None."""

    key: str
    of: str
    per: str | None = None

    @property
    def indicators(self) -> tuple[str, ...]:
        """The figures that it rests on."""
        return (self.of,) if self.per is None else (self.of, self.per)

    def value(self, month: Values) -> float | None:
        """The variable of a month; None where a figure is hidden, not there, or where there is no one."""
        of = month.get(self.of)
        if self.per is None:
            return of if of else None
        per = month.get(self.per)
        return None if of is None or not per else 100 * of / per

    @property
    def scaled(self) -> Callable[[float], float]:
        """What distances are taken of: sizes differ by factors, shares by points."""
        return log if self.per is None else float


VARIABLES: Final = (
    Variable("size", "job_seekers"),
    Variable("unemployed", "registered_unemployed", "job_seekers"),
    Variable("in_services", "in_services", "broad_unemployment"),
    Variable("laid_off", "laid_off", "registered_unemployed"),
    Variable("long_term", "long_term_unemployed", "registered_unemployed"),
    Variable("structural", "structural_unemployment", "broad_unemployment"),
    Variable("inflow", "inflow", "registered_unemployed"),
)
"""In the order of the page."""
INDICATORS: Final = tuple(sorted({key for variable in VARIABLES for key in variable.indicators}))
"""The figures that the variables rest on."""

NO_SPREAD: Final = 1e-9

Profile = dict[str, float | None]
"""An area's variables by key: the mean of the year before, None where it is not known."""


@dataclass(frozen=True)
class Comparable:
    """An area and how far it is: 0 is alike, 1 differs by a standard deviation of the areas in each variable."""

    area: str
    distance: float


def profile(months: list[Values]) -> Profile:
    """The variables of an area from its MONTHS months before the trial; the order of the months does not matter."""
    found: Profile = {}
    for variable in VARIABLES:
        known = [value for month in months if (value := variable.value(month)) is not None]
        found[variable.key] = fmean(known) if len(known) >= KNOWN_MONTHS else None
    return found


def nearest(area: str, profiles: Mapping[str, Profile]) -> list[Comparable]:
    """The areas most like `area`, the nearest first; none where fewer than FEWEST others can be compared.

    `profiles` is of all areas, `area` among them. The distance is the root of the mean of squared differences over
    the variables known in both, each by its standard deviation over all areas (as Gower 1971 leaves out what is not
    known). The same profiles give the same areas; of two that are as far the first by key is nearer.
    """
    if area not in profiles:
        return []
    standard = _standardised(profiles)
    others = [
        Comparable(other, distance)
        for other in sorted(standard)
        if other != area and (distance := _distance(standard[area], standard[other])) is not None
    ]
    if len(others) < FEWEST:
        return []
    others.sort(key=lambda one: (one.distance, one.area))
    return others[: max(FEWEST, min(MOST, len(others) // 2))]


def _standardised(profiles: Mapping[str, Profile]) -> dict[str, Profile]:
    """Each variable by its distance from the mean of the areas, in standard deviations; one without spread is 0."""
    found: dict[str, Profile] = {area: {} for area in profiles}
    for variable in VARIABLES:
        scaled = {
            area: None if (value := profiles[area].get(variable.key)) is None else variable.scaled(value)
            for area in sorted(profiles)
        }
        known = [value for value in scaled.values() if value is not None]
        mean, spread = (fmean(known), pstdev(known)) if known else (0.0, 0.0)
        apart = spread > NO_SPREAD * max(1.0, abs(mean))  # rounding alone is no difference
        for area, value in scaled.items():
            found[area][variable.key] = None if value is None else (value - mean) / spread if apart else 0.0
    return found


def _distance(one: Profile, other: Profile) -> float | None:
    """How far two areas are; None where too little is known of both. Rounded, so that sums in another order agree."""
    squares = [
        (here - there) ** 2
        for variable in VARIABLES
        if (here := one[variable.key]) is not None and (there := other[variable.key]) is not None
    ]
    return round(sqrt(fmean(squares)), 9) if len(squares) >= KNOWN_VARIABLES else None
