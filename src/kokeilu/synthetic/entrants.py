"""People who come into the register for the first time."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from kokeilu.extract import BENEFITS
from kokeilu.synthetic import figures, months, people
from kokeilu.synthetic.codes import Serials
from kokeilu.synthetic.hazards import EMPLOYED as EMPLOYED_SEEKER
from kokeilu.synthetic.hazards import LAID_OFF, UNEMPLOYED
from kokeilu.synthetic.languages import FINNISH, SWEDISH, draw
from kokeilu.synthetic.places import EARNINGS, EMPLOYED, FOREIGN, GROUPS, PLACED, Places
from kokeilu.synthetic.streams import pick, stream

Columns = dict[str, NDArray[Any]]  # facts of people, one array each, all of one length


class Office:
    """Registers new people: knows which identity codes are given and how many are laid off."""

    def __init__(self, seed: int, places: Places, first: int, last: int) -> None:
        self._seed, self._places, self._first = seed, places, first
        self._serials = Serials()
        self._laid_off = figures.path(figures.value("laid_off"), first, last)

    def laid_off(self, month: int) -> float:
        """The share laid off of those who come in or back unemployed in a month."""
        return float(self._laid_off[month - self._first])

    def register(self, month: int, counts: NDArray[np.int64]) -> Columns:
        """New people of a month, ordered by stratum and group; all of people.FACTS but their addresses."""
        rng = stream(self._seed, "entrants", month)
        stratum, group = _spread(counts)
        size = len(group)
        new: Columns = {"group": group.astype(np.int8)}
        new["municipality"] = self._municipalities(stratum, rng.random(size))
        new |= self._languages(group, new["municipality"], rng)
        new["birth"], new["serial"] = self._serials.take(_births(month, group, rng))
        new["birth_month"] = _birth_months(new["birth"])
        new["education"] = _education(group, rng)
        new["member"] = rng.random(size) < _by_group("fund_member", group)
        new["right"] = new["member"] & (
            rng.random(size) < _by_group("earnings_right", group) / np.maximum(_by_group("fund_member", group), 1e-9)
        )
        new |= _hidden(month, group, rng)
        new |= _benefits(month, new, rng)
        new["temporary"] = new["placed"] = group == PLACED
        new["state"] = self._states(month, group, rng)
        new |= self._starts(month, group, new["state"], rng)
        new["service"] = np.full(size, -1, dtype=np.int8)
        new["customer"] = np.zeros(size, dtype=bool)
        return new

    def _municipalities(self, stratum: NDArray[np.int16], uniform: NDArray[np.float64]) -> NDArray[np.int16]:
        chosen = np.empty(len(stratum), dtype=np.int16)
        for number in range(len(self._places.strata)):
            mine = stratum == number
            inside = self._places.in_stratum(number)
            chosen[mine] = inside[pick(self._places.inhabitants[inside], uniform[mine])]
        return chosen

    def _languages(
        self, group: NDArray[np.int16], municipality: NDArray[np.int16], rng: np.random.Generator
    ) -> Columns:
        size = len(group)
        swedish = np.array([each.swedish for each in self._places.municipalities])[municipality]
        tongue, other, immigrant, served = rng.random((4, size))
        language = np.where(tongue < swedish, SWEDISH, FINNISH).astype(np.int16)
        sami = figures.value("languages.sami")
        few = other < sum(sami.values())
        language[few] = draw(sami, other[few] / sum(sami.values()))
        returned = (group == FOREIGN) & (immigrant < figures.value("immigrant")["domestic_language"])
        # Employed job seekers speak foreign languages as often as their area's customers do.
        alike = (group == EMPLOYED) & (immigrant < self._foreign_share(municipality))
        foreign = ((group == FOREIGN) & ~returned) | alike
        language[foreign] = draw(figures.value("languages.foreign"), other[foreign])
        placed = group == PLACED
        language[placed] = draw(figures.value("languages.placed"), other[placed])
        in_act = rng.random(size) < figures.value("immigrant")["foreign_language"]
        shares = figures.value("service_language.swedish")
        swedish_served = np.where(language == FINNISH, shares["fi"], shares["other"])
        swedish_served[language == SWEDISH] = shares["sv"]
        return {
            "language": language,
            "immigrant": returned | placed | (foreign & in_act),
            # Swedish service is asked for where there are Swedish-speakers; elsewhere hardly ever.
            "service_swedish": served < np.where(swedish > 0.02, swedish_served, swedish_served * 0.2),
        }

    def _foreign_share(self, municipality: NDArray[np.int16]) -> NDArray[np.float64]:
        members = self._places.stock[:, : PLACED - 2]
        share = members[:, FOREIGN] / members.sum(axis=1)
        return np.asarray(share[self._places.stratum_of[municipality]] / 2)

    def _states(self, month: int, group: NDArray[np.int16], rng: np.random.Generator) -> NDArray[np.int8]:
        share = np.where(group == EARNINGS, min(0.9, 2 * self.laid_off(month)), self.laid_off(month))
        share[group == PLACED] = 0
        state = np.where(rng.random(len(group)) < share, LAID_OFF, UNEMPLOYED).astype(np.int8)
        state[group == EMPLOYED] = EMPLOYED_SEEKER
        return state

    def _starts(
        self, month: int, group: NDArray[np.int16], state: NDArray[np.int8], rng: np.random.Generator
    ) -> Columns:
        """When job search and state began: this month, or earlier for those of the very first month."""
        began = np.full(len(group), month, dtype=np.int32)
        if month == self._first:
            mean = _by_group("start.duration", group)
            began -= np.floor(-mean * np.log1p(-rng.random(len(group)))).astype(np.int32)
        day = random_day(began, rng.random(len(group)))
        unemployed = np.where(state == EMPLOYED_SEEKER, 0, day)
        return {"since": began, "search_month": began, "search_since": day, "unemployed_since": unemployed}


def random_day(month: NDArray[np.int32], uniform: NDArray[np.float64]) -> NDArray[np.int32]:
    """A day number in each month."""
    start = (month - 1970 * 12).astype("datetime64[M]").astype("datetime64[D]").astype(np.int32)
    end = (month + 1 - 1970 * 12).astype("datetime64[M]").astype("datetime64[D]").astype(np.int32)
    return start + (uniform * (end - start)).astype(np.int32)


def _spread(counts: NDArray[np.int64]) -> tuple[NDArray[np.int16], NDArray[np.int16]]:
    """Stratum and group of each person, from the counts of each pair."""
    stratum, group = np.divmod(np.repeat(np.arange(counts.size), counts.ravel()), len(GROUPS))
    return stratum.astype(np.int16), group.astype(np.int16)


def _by_group(key: str, group: NDArray[Any]) -> NDArray[np.float64]:
    """A figure given by group, for each person."""
    told = figures.value(key)
    return np.asarray(np.array([told[name] for name in GROUPS], dtype=np.float64)[group])


def _births(month: int, group: NDArray[np.int16], rng: np.random.Generator) -> NDArray[np.int32]:
    """Birth days such that ages are as drawn on the first day of the next month."""
    uniform = rng.random(len(group))
    age = np.empty(len(group))
    for number, name in enumerate(GROUPS):
        mine = group == number
        knots = figures.value("age")[name]
        age[mine] = np.interp(uniform[mine], [share for _, share in knots], [years for years, _ in knots])
    return (months.day_number(months.first_day(month + 1)) - age * 365.25).astype(np.int32)


def _birth_months(birth: NDArray[np.int32]) -> NDArray[np.int32]:
    """The first month that begins on each birth day or later."""
    born = birth.astype("datetime64[D]").astype("datetime64[M]")
    later = born.astype("datetime64[D]").astype(np.int32) < birth
    return (born.astype(np.int32) + 1970 * 12 + later).astype(np.int32)


def _education(group: NDArray[np.int16], rng: np.random.Generator) -> NDArray[np.int8]:
    uniform, unknown = rng.random((2, len(group)))
    level = np.empty(len(group), dtype=np.int8)
    for number, name in enumerate(GROUPS):
        mine = group == number
        level[mine] = pick(np.array(figures.value("education")[name]), uniform[mine])
    level[unknown < figures.value("unknown")["education"]] = -1
    return level


def _hidden(month: int, group: NDArray[np.int16], rng: np.random.Generator) -> Columns:
    """Which facts are unknown at first, and until when. Never for people under temporary protection."""
    shares = figures.value("unknown")
    bits = (
        ("earnings_related_right", people.HIDDEN_RIGHT),
        ("immigrant", people.HIDDEN_IMMIGRANT),
        ("language", people.HIDDEN_LANGUAGE),
        ("municipality", people.HIDDEN_MUNICIPALITY),
    )
    hidden = np.zeros(len(group), dtype=np.uint8)
    for fact, bit in bits:
        hidden |= np.where(rng.random(len(group)) < shares[fact], bit, 0).astype(np.uint8)
    hidden[group == PLACED] = 0
    until = month + 1 + (rng.random(len(group)) * figures.value("unknown.months")).astype(np.int32)
    return {"hidden": hidden, "hidden_until": until}


def _benefits(month: int, new: Columns, rng: np.random.Generator) -> Columns:
    """The benefit without earnings-related right, days left of an allowance, support days so far."""
    size = len(new["birth"])
    kind, left, had, days = rng.random((4, size))
    shares = figures.value("benefit.other")
    order = (people.NO_BENEFIT, people.SUPPORT, people.BASIC)
    other = np.array(order, dtype=np.int8)[pick(np.array([shares[BENEFITS[each]] for each in order]), kind)]
    very_young = new["birth"] > months.day_number(months.first_day(month - 20 * 12))
    other[very_young & (kind < 2 * shares["none"])] = people.NO_BENEFIT
    other[new["group"] == PLACED] = people.SUPPORT
    most = longest_allowance(new["birth"], month)
    history = figures.value("support_days.history")
    share, mean = (np.array([history[name][part] for name in GROUPS])[new["group"]] for part in (0, 1))
    return {
        "other_benefit": other,
        # At the start of the generation people are somewhere on the way; later they have it all before them.
        "allowance_left": (most * (0.3 + 0.7 * left)).astype(np.int16),
        "support_days": np.where(had < share, -mean * np.log1p(-days), 0).astype(np.int32),
    }


def longest_allowance(birth: NDArray[np.int32], month: int) -> NDArray[np.int64]:
    """Longest time of an allowance in paid days, by age in the month."""
    days = figures.value("allowance_days")
    age = (months.day_number(months.first_day(month)) - birth) / 365.25
    return np.asarray(np.where(age < 30, days["short"], np.where(age < 58, days["normal"], days["long"])))
