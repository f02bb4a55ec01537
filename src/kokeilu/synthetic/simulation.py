"""One month after another: who moves, who comes back, who comes in for the first time, what is paid."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kokeilu.synthetic import figures, hazards, months, people
from kokeilu.synthetic.addresses import Addresses
from kokeilu.synthetic.effects import Effect
from kokeilu.synthetic.entrants import Columns, Office, longest_allowance, random_day
from kokeilu.synthetic.hazards import (
    EMPLOYED,
    FIRST_IN_REGISTER,
    LAID_OFF,
    OPEN_MARKET,
    OUTSIDE,
    SERVICE,
    UNEMPLOYED,
)
from kokeilu.synthetic.languages import is_foreign
from kokeilu.synthetic.people import People
from kokeilu.synthetic.places import CUSTOMERS, GROUPS, PLACED, Places
from kokeilu.synthetic.streams import pick, stream
from kokeilu.synthetic.tallies import Tally, count

UNDECIDED = len(GROUPS)  # the group of people whose unknown facts leave it open
PROTECTION = months.parse("2022-03")  # the first month with people under temporary protection
SETTLING = months.parse("2023-03")  # they may get a home municipality from this month on

Index = NDArray[np.intp]


@dataclass
class Rows:
    """What one extract says of the people it holds: one array per fact, all of one length."""

    month: int
    person: NDArray[np.int32]
    facts: dict[str, NDArray[Any]]


class Plan:
    """What is the same in every world of one seed: places, hazards, stocks aimed at, who comes in."""

    def __init__(self, seed: int, places: Places, first: int, last: int) -> None:
        self.seed, self.places, self.first, self.last = seed, places, first, last
        self.hazards = hazards.build(first, last)
        self.office = Office(seed, places, first, last)
        self.trial_from = months.parse(figures.value("trial.from"))
        self._targets = _targets(seed, places, first, last)

    def missing(self, month: int, present: NDArray[np.int64]) -> NDArray[np.int64]:
        """How many new people the month takes by stratum and group, given those present."""
        target: NDArray[np.int64] = np.rint(self._targets[month - self.first]).astype(np.int64)
        return np.asarray(np.maximum(0, target - present))


def _targets(seed: int, places: Places, first: int, last: int) -> NDArray[np.float64]:
    """Stocks aimed at by month, stratum and group: the anchor's stock times index, season and noise."""
    anchor = months.parse(figures.value("anchor"))
    span = np.arange(first, last + 1)
    seasons = figures.value("season.stock")
    out = np.empty((len(span), *places.stock.shape))
    noise = np.stack([stream(seed, "stock", int(month)).standard_normal(places.stock.shape) for month in span])
    noise[span == anchor] = 0
    for column, group in enumerate(GROUPS):
        knots = figures.value(f"index.{group}")
        path = figures.path(knots, first, last)
        if column == PLACED:
            out[:, :, column] = np.outer(np.where(span < PROTECTION, 0, path), places.stock.sum(axis=1))
            continue
        season = np.array(seasons.get(group, seasons["others"]))
        path = path * season[span % 12] / (figures.path(knots, anchor, anchor)[0] * season[anchor % 12])
        out[:, :, column] = np.outer(path, places.stock[:, column])
    return np.asarray(out * (1 + noise * figures.value("noise.stock")))


class Simulation:
    """A register and the people around it in one world; `step` takes it through a month."""

    def __init__(self, plan: Plan, effect: Effect) -> None:
        self.plan, self.effect = plan, effect
        self.people = People()
        self.addresses = Addresses(plan.places)

    def branch(self, effect: Effect) -> "Simulation":
        """The same world up to now, with another effect from now on."""
        twin = Simulation.__new__(Simulation)
        twin.plan, twin.effect = self.plan, effect
        twin.people, twin.addresses = self.people.copy(), self.addresses.copy()
        return twin

    def step(self, month: int, arrivals: Columns | None = None) -> tuple[Rows, Columns, Tally]:
        """Take everybody through a month.

        `arrivals` are the new people of the world without effect; without them as many come in as bring every
        group of every stratum to its target. Returns the month's extract rows, the new people and the counts.
        """
        before = self.people["state"].copy()
        self._settle(month)
        self._move(month)
        self._return(month)
        self._relocate(month)
        self._pay(month)
        arrivals = self._arrive(month) if arrivals is None else arrivals
        self._let_in(month, arrivals)
        self._mark_customers(month)
        return self._rows(month), arrivals, count(self.people, before, self.plan.places, month)

    def _uniform(self, purpose: str, month: int) -> NDArray[np.float64]:
        """A number for everybody, the same for a person in every world."""
        return stream(self.plan.seed, purpose, month).random(self.people.count)

    def _settle(self, month: int) -> None:
        """Unknown facts get known; people under temporary protection get a home municipality."""
        self.people["hidden"][self.people["hidden_until"] <= month] = 0
        if month >= SETTLING:
            share = figures.value("temporary_protection.settled")
            self.people["placed"][self._uniform("settle", month) < share] = False

    def _move(self, month: int) -> None:
        persons = self.people
        uniform = self._uniform("move", month)
        inside = np.flatnonzero(persons["state"] >= FIRST_IN_REGISTER)
        state = persons["state"][inside]
        classes = hazards.classify(
            _age(persons["birth_month"][inside], month),
            persons["education"][inside],
            month - persons["search_month"][inside],
            is_foreign(persons["language"][inside]),
        )
        plain = self.plan.hazards.cumulative(month, Effect())
        ways = plain[state - FIRST_IN_REGISTER, classes]
        if month >= self.plan.trial_from and not self.effect.is_none:
            treated = persons["customer"][inside]
            changed = self.plan.hazards.cumulative(month, self.effect)
            ways[treated] = changed[state[treated] - FIRST_IN_REGISTER, classes[treated]]
        way = (uniform[inside, None] >= ways).sum(axis=1)
        goes = way < hazards.STAY
        destination = np.array((*hazards.DESTINATIONS, -1))[way]
        retires = _age(persons["birth_month"][inside], month + 1) >= figures.value("retirement_age")
        destination[retires] = OUTSIDE
        goes |= retires
        self._go(month, inside[goes], destination[goes].astype(np.int8))

    def _go(self, month: int, who: Index, to: NDArray[np.int8]) -> None:
        """Set the state of people to another one, with what follows from it."""
        persons = self.people
        was = persons["state"][who]
        persons["state"][who] = to
        persons["since"][who] = month
        out_of_work = (to == UNEMPLOYED) | (to == LAID_OFF)
        starts = out_of_work & (was != UNEMPLOYED) & (was != LAID_OFF)
        day = random_day(np.full(len(who), month), self._uniform("day", month)[who])
        persons["unemployed_since"][who[starts]] = np.maximum(day, persons["search_since"][who])[starts]
        persons["unemployed_since"][who[~out_of_work]] = 0
        persons["service"][who] = -1
        entering = who[to == SERVICE]
        persons["service"][entering] = self._service(month, entering)

    def _service(self, month: int, who: Index) -> NDArray[np.int8]:
        """Which service people enter."""
        persons, shares = self.people, figures.value("services.shares")
        kind = np.where(persons["right"][who], 3, 2)
        kind[_age(persons["birth_month"][who], month) < 30] = 1
        kind[is_foreign(persons["language"][who]) | persons["immigrant"][who]] = 0
        uniform = self._uniform("service", month)[who]
        service = np.empty(len(who), dtype=np.int8)
        for number, name in enumerate(("foreign", "young", "older", "earnings")):
            mine = kind == number
            service[mine] = pick(np.array(shares[name]), uniform[mine])
        return service

    def _return(self, month: int) -> None:
        """People come back to the register, with a right to an allowance where they have worked for it."""
        persons = self.people
        uniform = self._uniform("return", month)
        away = np.flatnonzero((persons["state"] < FIRST_IN_REGISTER) & (persons["since"] < month))
        absent = month - persons["since"][away]
        age = _age(persons["birth_month"][away], month + 1)
        chance = self.plan.hazards.coming_back(month, persons["state"][away], absent, age)
        comes = (uniform[away] < chance) & (age < figures.value("retirement_age"))
        who = away[comes]
        worked = (persons["state"][who] == OPEN_MARKET) & (absent[comes] >= figures.value("work_condition_months"))
        self._renew(month, who[worked])
        kind = self._uniform("return state", month)[who]
        laid_off = self.plan.office.laid_off(month)
        to = np.where(kind < laid_off, LAID_OFF, UNEMPLOYED)
        to[kind > 1 - figures.value("return.employed")] = EMPLOYED
        persons["search_month"][who] = month
        persons["search_since"][who] = random_day(np.full(len(who), month), self._uniform("search", month)[who])
        self._go(month, who, to.astype(np.int8))

    def _renew(self, month: int, who: Index) -> None:
        persons = self.people
        member = persons["member"][who]
        persons["right"][who[member]] = True
        persons["other_benefit"][who[~member]] = people.BASIC
        persons["allowance_left"][who] = longest_allowance(persons["birth"][who], month)

    def _relocate(self, month: int) -> None:
        """Some people move to another municipality, some within theirs."""
        persons, shares = self.people, figures.value("moves")
        rng = stream(self.plan.seed, "relocate", month)
        uniform, where = rng.random(persons.count), rng.random(persons.count)
        inside = persons["state"] >= FIRST_IN_REGISTER
        far = np.flatnonzero(inside & (uniform < shares["municipality"]))
        near = inside & (uniform >= shares["municipality"])
        near &= uniform < shares["municipality"] + shares["address"]
        persons["municipality"][far] = pick(self.plan.places.inhabitants, where[far])
        who = np.sort(np.r_[far, np.flatnonzero(near)])
        persons["address"][who] = self.addresses.add(
            persons["municipality"][who],
            persons["service_swedish"][who],
            stream(self.plan.seed, "new address", month),
        )

    def _pay(self, month: int) -> None:
        """A month's benefit days: allowances run down, labour market support days add up."""
        persons, days = self.people, months.weekdays(month)
        state = persons["state"]
        out_of_work = (state == UNEMPLOYED) | (state == LAID_OFF)
        paid = out_of_work | (state == SERVICE)
        allowance = paid & (persons["right"] | (persons["other_benefit"] == people.BASIC))
        # Support is counted on the ground of unemployment only, not in services.
        support = out_of_work & ~persons["right"] & (persons["other_benefit"] == people.SUPPORT)
        persons["support_days"][support] += days
        persons["allowance_left"][allowance] -= days
        used_up = allowance & (persons["allowance_left"] <= 0)
        persons["right"][used_up] = False
        persons["other_benefit"][used_up] = people.SUPPORT

    def _arrive(self, month: int) -> Columns:
        """As many new people as are missing from the month's targets."""
        return self.plan.office.register(month, self.plan.missing(month, self._present(month)))

    def _let_in(self, month: int, new: Columns) -> None:
        """Add new people; their addresses are drawn here, so that every world's table holds them."""
        rng = stream(self.plan.seed, "entrants' addresses", month)
        address = self.addresses.add(new["municipality"], new["service_swedish"], rng)
        self.people.append(new | {"address": address})

    def _present(self, month: int) -> NDArray[np.int64]:
        """People with a valid job search by stratum and group, as their known facts show them."""
        inside = np.flatnonzero(self.people["state"] >= FIRST_IN_REGISTER)
        group = groups(self.people, inside, month)
        stratum = self.plan.places.stratum_of[self.people["municipality"][inside]]
        size = len(self.plan.places.strata) * (UNDECIDED + 1)
        counts = np.bincount(stratum * (UNDECIDED + 1) + group, minlength=size)
        return counts.reshape(-1, UNDECIDED + 1)[:, :UNDECIDED]

    def _mark_customers(self, month: int) -> None:
        """Who is a trial customer after the month: met the rule once, and lives in a trial area."""
        if month + 1 < self.plan.trial_from:
            return
        persons = self.people
        inside = np.flatnonzero(persons["state"] >= FIRST_IN_REGISTER)
        group = groups(persons, inside, month)
        # Immigrants under temporary protection meet the rule once they have a home municipality.
        settled = (group == PLACED) & ~persons["placed"][inside] & (persons["state"][inside] != EMPLOYED)
        persons["customer"][inside[(group < len(CUSTOMERS)) | settled]] = True
        in_trial = self.plan.places.in_trial[self.plan.places.stratum_of[persons["municipality"]]]
        persons["customer"][~in_trial | persons["placed"]] = False

    def _rows(self, month: int) -> Rows:
        """The month's extract: everybody with a valid job search, and once those whose search ended."""
        persons = self.people
        valid = persons["state"] >= FIRST_IN_REGISTER
        who = np.flatnonzero(valid | (persons["since"] == month))
        study = self._uniform("study", month)[who] < figures.value("outside.study")
        young = _age(persons["birth_month"][who], month) < 30
        names = (
            "state service right other_benefit support_days search_since unemployed_since municipality "
            "placed temporary hidden address"
        )
        facts = {name: persons[name][who] for name in names.split()}
        facts["studies"] = study & young
        return Rows(month, who.astype(np.int32), facts)


def groups(persons: People, who: Index, month: int) -> NDArray[np.int8]:
    """The group of people in the register by the facts known of them, on the next month's first day.

    UNDECIDED where an unknown fact leaves it open.
    """
    hidden = persons["hidden"][who]
    right_known = (hidden & people.HIDDEN_RIGHT) == 0
    immigrant_known = (hidden & people.HIDDEN_IMMIGRANT) == 0
    language_known = (hidden & people.HIDDEN_LANGUAGE) == 0
    foreign = is_foreign(persons["language"][who]) & language_known
    foreign |= persons["immigrant"][who] & immigrant_known
    right = persons["right"][who]
    group = np.full(len(who), UNDECIDED, dtype=np.int8)
    group[right & right_known & immigrant_known & language_known] = GROUPS.index("earnings")
    group[~right & right_known] = GROUPS.index("older")
    group[_age(persons["birth_month"][who], month + 1) < 30] = GROUPS.index("young")
    group[foreign] = GROUPS.index("foreign")
    group[persons["state"][who] == EMPLOYED] = GROUPS.index("employed")
    group[(hidden & people.HIDDEN_MUNICIPALITY) != 0] = UNDECIDED
    group[persons["temporary"][who]] = PLACED
    return group


def _age(birth_month: NDArray[np.int32], month: int) -> NDArray[np.int32]:
    """Whole years on a month's first day."""
    return (month - birth_month) // 12
