"""Customers and workers as a network of needs, and back: the arithmetic under `rules.assign`. Pure."""

from collections import deque
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from kokeilu.casework import flow
from kokeilu.casework.flow import Integers

Flags = NDArray[np.bool_]

TENTHS: Final = 10
# What of a customer a worker may meet, in the order of `rules.Reason`.
MET: Final = (
    "service_language", "mother_tongue", "relation", "youth", "integration", "long_term", "academic", "district",
)  # fmt: skip
# Places of the criteria in the objective.
_SERVICE, _MOTHER, _RELATION, _SPECIALITY, _DISTRICT, _LOAD = range(6)


@dataclass(frozen=True)
class Given:
    """The best plan, a value per customer in their order: the worker's row, and what that worker meets of the
    customer's needs (MET); a need that is not there is not met. `unmet` is the objective by criterion."""

    worker: Integers
    met: dict[str, Flags]
    missing_language: Flags
    unmet: tuple[int, ...]


@dataclass(frozen=True)
class _Kind:
    """One kind of need. `value` of each customer, 0 where there is none; `meets[value, type]` says which workers meet
    it; `given_up` maps each value to what is left of it when one need is given up, one map per need."""

    criterion: int
    value: Integers
    meets: Flags
    given_up: tuple[Integers, ...]

    @property
    def size(self) -> int:
        return len(self.meets)


def solve(customers: pl.DataFrame, workers: pl.DataFrame, specialities: tuple[str, ...]) -> Given:
    """The best plan for as many customers as there are free places, or fewer. Rows are sorted by person, worker."""
    types, type_of = _types(workers)
    kinds = (
        _language(_SERVICE, customers["service_language"], types),
        _language(_MOTHER, _other_tongue(customers), types),
        _specialities(customers, types, specialities),
        _district(customers["postal_code"], types),
    )
    had = _positions(workers["worker"], customers["relation"])
    network = _Network([_that_differ(kind) for kind in kinds], kinds, had, type_of, workers)
    worker = network.solve()
    return _given(worker, kinds, had, type_of, workers, specialities)


def _types(workers: pl.DataFrame) -> tuple[pl.DataFrame, Integers]:
    """The distinct profiles of workers, and the one of each worker."""
    profile = workers.select(pl.col("languages", "specialities", "districts").list.unique().list.sort())
    profile = profile.with_columns(key=pl.concat_str(pl.all().list.join("\x1f"), separator="\x1e"))
    distinct = profile.unique("key").sort("key")
    return distinct, _positions(distinct["key"], profile["key"])


def _positions(among: pl.Series, values: pl.Series) -> Integers:
    """The place of each value in a series of distinct ones, -1 where it is not there."""
    places = pl.DataFrame({"value": among, "place": np.arange(len(among))}, schema_overrides={"value": pl.String})
    found = pl.DataFrame({"value": values}, schema={"value": pl.String}).join(
        places, on="value", how="left", maintain_order="left"
    )
    return found["place"].fill_null(-1).to_numpy().astype(np.int64)


def _other_tongue(customers: pl.DataFrame) -> pl.Series:
    """The mother tongue where it is not the service language, which counts by itself."""
    same = pl.col("language") == pl.col("service_language")
    return customers.select(pl.when(same.fill_null(False)).then(None).otherwise("language").alias("language"))[
        "language"
    ]


def _language(criterion: int, wanted: pl.Series, types: pl.DataFrame) -> _Kind:
    names = wanted.drop_nulls().unique().sort()
    spoken = [set(each) for each in types["languages"].to_list()]
    meets = [[True] * len(types)] + [[name in speaks for speaks in spoken] for name in names]
    return _simple(criterion, _positions(names, wanted) + 1, np.array(meets, bool))


def _district(postal_code: pl.Series, types: pl.DataFrame) -> _Kind:
    """Districts by the types of workers whose beginnings the postal code has."""
    codes = postal_code.drop_nulls().unique().sort()
    lists = [tuple(each) for each in types["districts"].to_list()]
    serves = np.array([[not starts or code.startswith(starts) for starts in lists] for code in codes], bool).reshape(
        len(codes), len(types)
    )
    nothing = np.ones((1, len(types)), bool)
    distinct, which = np.unique(np.concatenate([nothing, serves]), axis=0, return_inverse=True)
    # Value 0 is kept for an unknown postal code, so that a district is never said to be met there.
    return _simple(
        _DISTRICT, _gather(which.reshape(-1) + 1, _positions(codes, postal_code)), np.concatenate([nothing, distinct])
    )


def _gather(values: Integers, places: Integers) -> Integers:
    """`values[place + 1]`, 0 where the place is -1."""
    return np.where(places < 0, 0, values[places + 1])


def _simple(criterion: int, value: Integers, meets: Flags) -> _Kind:
    return _Kind(criterion, value, meets, (np.zeros(len(meets), np.int64),))


def _specialities(customers: pl.DataFrame, types: pl.DataFrame, specialities: tuple[str, ...]) -> _Kind:
    """Needs as bits; a value is met by who has all of its specialities."""
    value = np.zeros(len(customers), np.int64)
    for place, name in enumerate(specialities):
        value |= customers[name].fill_null(False).to_numpy().astype(np.int64) << place
    known = types["specialities"].to_list()
    has = np.array(
        [sum((name in each) << place for place, name in enumerate(specialities)) for each in known], np.int64
    )
    values = np.arange(1 << len(specialities))
    meets = (values[:, None] & ~has[None, :]) == 0
    return _Kind(_SPECIALITY, value, meets, tuple(values & ~(1 << place) for place in range(len(specialities))))


def _that_differ(kind: _Kind) -> Integers:
    """Each value without the needs that every type meets, or none: they make no difference between workers."""
    values = np.arange(kind.size)
    for left in kind.given_up:
        # The need that this map gives up, alone: met wherever the value is met or only it was unmet.
        alone = [kind.meets[value & ~left[value]] if len(kind.given_up) > 1 else kind.meets[value] for value in values]
        same = np.array([met.all() or not met.any() for met in alone], bool)
        values = np.where(same, left[values], values)
    return values


class Arcs(NamedTuple):
    """Arcs of the network; `costs` has a row per arc and a column per criterion."""

    tail: Integers
    head: Integers
    capacity: Integers
    costs: Integers


class _Network:
    """Nodes: combinations of needs, customers with an earlier worker, types, workers, and the sink."""

    def __init__(
        self, kept: list[Integers], kinds: tuple[_Kind, ...], had: Integers, type_of: Integers, workers: pl.DataFrame
    ) -> None:
        self.kinds, self.had, self.type_of, self.workers = kinds, had, type_of, workers
        self.radix = np.cumprod([1, *(kind.size for kind in kinds[:-1])])
        code = sum(
            (values[kind.value] * radix for values, kind, radix in zip(kept, kinds, self.radix, strict=True)),
            np.zeros(len(had), np.int64),
        )
        self.patterns = self._closed(np.unique(code))
        # Customers without an earlier worker stand at their pattern; the others have a node of their own class.
        one_more = len(workers) + 1
        keys, class_of = np.unique(code * one_more + had + 1, return_inverse=True)
        self.class_code, self.class_had = keys // one_more, keys % one_more - 1
        self.members = np.argsort(class_of, kind="stable")
        self.class_size = np.bincount(class_of, minlength=len(keys))
        self._number_nodes()

    def _closed(self, codes: Integers) -> Integers:
        """The patterns with all that is left of them when needs are given up; larger ones first."""
        for place, kind in enumerate(self.kinds):
            for left in kind.given_up:
                codes = np.unique(np.concatenate([codes, self._given_up(codes, place, left)]))
        return codes[::-1].copy()

    def _values(self, codes: Integers, place: int) -> Integers:
        values: Integers = codes // self.radix[place] % self.kinds[place].size
        return values

    def _given_up(self, codes: Integers, place: int, left: Integers) -> Integers:
        values = self._values(codes, place)
        rest: Integers = codes + (left[values] - values) * self.radix[place]
        return rest

    def _number_nodes(self) -> None:
        self.loyal = np.flatnonzero(self.class_had >= 0)
        self.first_pattern = len(self.loyal)
        self.first_type = self.first_pattern + len(self.patterns)
        self.first_worker = self.first_type + int(self.type_of.max(initial=-1)) + 1
        self.sink = self.first_worker + len(self.workers)
        self.class_node = self._pattern_node(self.class_code) + self.first_pattern
        self.class_node[self.loyal] = np.arange(len(self.loyal))

    def _pattern_node(self, codes: Integers) -> Integers:
        """The place of codes among the patterns, which fall."""
        return len(self.patterns) - 1 - np.searchsorted(self.patterns[::-1], codes)

    def solve(self) -> Integers:
        """The worker's row of each customer."""
        if not len(self.had):
            return np.zeros(0, np.int64)
        tail, head, capacity, costs = (np.concatenate(parts) for parts in zip(*self._arcs(), strict=True))
        supply = np.zeros(self.sink + 1, np.int64)
        np.add.at(supply, self.class_node, self.class_size)
        supply[self.sink] = -len(self.had)
        flows = flow.cheapest(tail, head, capacity, supply, list(np.ascontiguousarray(costs.T)))
        return self._shared_out(tail, head, flows)

    def _arcs(self) -> list[Arcs]:
        return [
            *self._loyalty_arcs(),
            *self._giving_up_arcs(),
            self._serving_arcs(),
            self._type_arcs(),
            self._load_arcs(),
        ]

    def _free(self, tail: Integers, head: Integers, criterion: int | None = None) -> Arcs:
        """Arcs without a limit, at one unit of the criterion."""
        costs = np.zeros((len(tail), _LOAD + 1), np.int64)
        if criterion is not None:
            costs[:, criterion] = 1
        return Arcs(tail, head, np.full(len(tail), len(self.had)), costs)

    def _loyalty_arcs(self) -> list[Arcs]:
        """A customer with an earlier worker goes to them, whatever they do not meet, or gives them up."""
        node = np.arange(len(self.loyal))
        code, worker = self.class_code[self.loyal], self.class_had[self.loyal]
        stays = self._free(node, self.first_worker + worker)
        for place, kind in enumerate(self.kinds):
            stays.costs[:, kind.criterion] += _unmet(kind, self._values(code, place), self.type_of[worker])
        return [stays, self._free(node, self.first_pattern + self._pattern_node(code), _RELATION)]

    def _giving_up_arcs(self) -> list[Arcs]:
        arcs = []
        for place, kind in enumerate(self.kinds):
            for left in kind.given_up:
                rest = self._given_up(self.patterns, place, left)
                tail = np.flatnonzero(rest != self.patterns)
                head = self._pattern_node(rest[tail])
                arcs.append(self._free(self.first_pattern + tail, self.first_pattern + head, kind.criterion))
        return arcs

    def _serving_arcs(self) -> Arcs:
        """A pattern is served by the types that meet all of it."""
        serves = np.ones((len(self.patterns), self.first_worker - self.first_type), bool)
        for place, kind in enumerate(self.kinds):
            serves &= kind.meets[self._values(self.patterns, place)]
        pattern, of_type = np.nonzero(serves)
        return self._free(self.first_pattern + pattern, self.first_type + of_type)

    def _type_arcs(self) -> Arcs:
        return self._free(self.first_type + self.type_of, self.first_worker + np.arange(len(self.type_of)))

    def _load_arcs(self) -> Arcs:
        """A worker's free places by tenths of the capacity."""
        capacity, load = (self.workers[name].to_numpy().astype(np.int64) for name in ("capacity", "load"))
        bounds = -(-capacity[:, None] * np.arange(TENTHS + 1) // TENTHS)  # rounded up
        places = np.maximum(bounds[:, 1:] - np.maximum(bounds[:, :-1], load[:, None]), 0)
        worker, tenth = np.nonzero(places)
        tail, head, _, costs = self._free(self.first_worker + worker, np.full(len(worker), self.sink))
        costs[:, _LOAD] = tenth
        return Arcs(tail, head, places[worker, tenth], costs)

    def _shared_out(self, tail: Integers, head: Integers, flows: Integers) -> Integers:
        """Follow the flow from the classes to the workers, in the order of nodes and arcs."""
        at: dict[int, deque[list[int]]] = {}
        for number, (node, size) in enumerate(zip(self.class_node.tolist(), self.class_size.tolist(), strict=True)):
            at.setdefault(node, deque()).append([number, size])
        used = np.flatnonzero((flows > 0) & (head != self.sink))
        # Every arc leads to a higher number: what is given up leaves a smaller code, and those come later.
        used = used[np.argsort(tail[used], kind="stable")]
        for source, target, amount in zip(tail[used].tolist(), head[used].tolist(), flows[used].tolist(), strict=True):
            waiting, arrived = at[source], at.setdefault(target, deque())
            while amount:
                taken = min(amount, waiting[0][1])
                arrived.append([waiting[0][0], taken])
                waiting[0][1] -= taken
                amount -= taken
                if not waiting[0][1]:
                    waiting.popleft()
        return self._to_members(at)

    def _to_members(self, at: dict[int, deque[list[int]]]) -> Integers:
        parts = [
            (number, worker, amount)
            for worker in range(len(self.workers))
            for number, amount in at.get(self.first_worker + worker, ())
        ]
        number, worker, amount = np.array(parts, np.int64).T
        order = np.lexsort((worker, number))
        found = np.empty(len(self.had), np.int64)
        found[self.members] = np.repeat(worker[order], amount[order])
        return found


def _unmet(kind: _Kind, value: Integers, of_type: Integers) -> Integers:
    """How many of each value's needs the type does not meet."""
    unmet = np.zeros(len(value), np.int64)
    for left in kind.given_up:
        need = value & ~left[value] if len(kind.given_up) > 1 else value
        unmet += ~kind.meets[need, of_type]
    return unmet


def _given(
    worker: Integers, kinds: tuple[_Kind, ...], had: Integers, type_of: Integers, workers: pl.DataFrame,
    specialities: tuple[str, ...],
) -> Given:  # fmt: skip
    service, mother, speciality, district = kinds
    of_type = type_of[worker]
    met = {
        "service_language": (service.value > 0) & service.meets[service.value, of_type],
        "mother_tongue": (mother.value > 0) & mother.meets[mother.value, of_type],
        "relation": had == worker,
        "district": (district.value > 0) & district.meets[district.value, of_type],
    }
    for place, name in enumerate(specialities):
        need = speciality.value & (1 << place)
        met[name] = (need > 0) & speciality.meets[need, of_type]
    missing = (service.value > 0) & ~met["service_language"]
    unmet = [0] * (_LOAD + 1)
    for kind in kinds:
        unmet[kind.criterion] = int(_unmet(kind, kind.value, of_type).sum())
    unmet[_RELATION] = int(((had >= 0) & (had != worker)).sum())
    unmet[_LOAD] = _load_cost(worker, workers)
    return Given(worker, met, missing, tuple(unmet))


def _load_cost(worker: Integers, workers: pl.DataFrame) -> int:
    """The tenths of capacity that the customers given take, summed: the k-th place of a worker is in tenth
    k * 10 // capacity, counted from 0."""
    gets = np.bincount(worker, minlength=len(workers))
    load, capacity = (workers[name].to_numpy().astype(np.int64) for name in ("load", "capacity"))
    nth = np.arange(gets.sum()) - np.repeat(np.cumsum(gets) - gets, gets)
    return int(((np.repeat(load, gets) + nth) * TENTHS // np.repeat(np.maximum(capacity, 1), gets)).sum())
