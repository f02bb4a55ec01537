"""Assignment of responsible workers against a greedy one.

The greedy peer takes customer after customer, longest customer first, and gives each the worker with a free place who
is best by the same criteria but how full they are, all workers at once in numpy; how well a worker suits a value of a
need is counted once and kept. Both start from the same columns and end with a worker for each customer.
"""

from statistics import median

import numpy as np
import polars as pl

from bench.report import Row, seconds
from kokeilu.casework import rules
from kokeilu.casework.rules import Speciality

CUSTOMERS, WORKERS, SEED = 50_000, 400, 2021
REPEAT, BUDGET = 5, 1.5
LANGUAGES = {
    "fi": 0.58, "sv": 0.05, "ru": 0.09, "et": 0.06, "so": 0.05, "ar": 0.05, "en": 0.03, "ku": 0.03, "fa": 0.03,
    "sq": 0.02, "zh": 0.01,
}  # fmt: skip
SPOKEN = ("ru", "et", "so", "ar", "en", "ku")
NEEDS = {Speciality.YOUTH: 0.25, Speciality.INTEGRATION: 0.3, Speciality.LONG_TERM: 0.35, Speciality.ACADEMIC: 0.2}
DISTRICTS = tuple(f"00{first}" for first in range(1, 10))
WEIGHTS = {"service_language": 10**8, "mother_tongue": 10**6, "relation": 10**5, "speciality": 10**3, "district": 100}


def customers_and_workers(
    customers: int = CUSTOMERS, workers: int = WORKERS, seed: int = SEED
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Invented customers and workers of a large city, as `kokeilu.casework.rules` takes them; 4 % of the places are
    spare."""
    random = np.random.default_rng(seed)
    some = {
        "person": [f"p{number:06}" for number in range(customers)],
        "since": [None] * customers,
        "service_language": random.choice(["fi", "sv"], customers, p=[0.93, 0.07]),
        "language": random.choice(list(LANGUAGES), customers, p=list(LANGUAGES.values())),
        "relation": [
            f"w{number:03}" if had else None
            for number, had in zip(
                random.integers(workers, size=customers), random.random(customers) < 0.05, strict=True
            )
        ],
        "postal_code": [f"00{number}0" for number in random.integers(10, 99, customers)],
    } | {need.value: random.random(customers) < share for need, share in NEEDS.items()}
    weights = random.integers(20, 29, workers)
    staff = {
        "worker": [f"w{number:03}" for number in range(workers)],
        "capacity": np.ceil(weights * customers * 1.04 / weights.sum()).astype(int),
        "load": [0] * workers,
        "languages": [
            ["fi", *(["sv"] if random.random() < 0.1 else []), *_some(random, SPOKEN)] for _ in range(workers)
        ],
        "specialities": [_some(random, [each.value for each in Speciality]) for _ in range(workers)],
        "districts": [_some(random, DISTRICTS) for _ in range(workers)],
    }
    return pl.DataFrame(some, schema=rules.CUSTOMERS), pl.DataFrame(staff, schema=rules.WORKERS)


def _some(random: np.random.Generator, among: list[str] | tuple[str, ...]) -> list[str]:
    return sorted(random.choice(among, random.integers(3), replace=False).tolist())


def greedy(customers: pl.DataFrame, workers: pl.DataFrame) -> list[int]:
    """The worker's row of each customer, given one after the other; -1 where no place is left."""
    row_of = {worker: row for row, worker in enumerate(workers["worker"])}
    free = (workers["capacity"] - workers["load"]).to_numpy().copy()
    full = np.where(free > 0, 0, 10**12)
    rows = _Unsuited(workers)
    given = []
    needs = [each.value for each in Speciality]
    columns = customers.select("relation", "service_language", "language", "postal_code", *needs)
    for had, *wanted in columns.iter_rows():
        cost = rows.of(*wanted) + full
        if had is not None:
            cost[row_of[had]] -= WEIGHTS["relation"]
        best = int(cost.argmin())
        if not free[best]:
            given.append(-1)
            continue
        given.append(best)
        free[best] -= 1
        if not free[best]:
            full[best] = 10**12
    return given


class _Unsuited:
    """How badly each worker suits a customer: a row of costs per value of each need, made once."""

    def __init__(self, workers: pl.DataFrame) -> None:
        self.languages = [set(each) for each in workers["languages"]]
        self.specialities = [set(each) for each in workers["specialities"]]
        self.districts = [tuple(each) for each in workers["districts"]]
        self.known: dict[tuple, np.ndarray] = {}

    def of(self, service: str, mother: str, code: str, *asked: bool) -> np.ndarray:
        """The costs of all workers, by row; a new array."""
        mine, place = ("language", service, mother), ("district", code)
        if mine not in self.known:
            self.known[mine] = self._language(service, mother)
        if place not in self.known:
            self.known[place] = self._district(code)
        if asked not in self.known:
            self.known[asked] = self._speciality(asked)
        return self.known[mine] + self.known[place] + self.known[asked]

    def _language(self, service: str, mother: str) -> np.ndarray:
        costs = [
            WEIGHTS["service_language"] * (service not in speaks)
            + WEIGHTS["mother_tongue"] * (mother not in (service, *speaks))
            for speaks in self.languages
        ]
        return np.array(costs, np.int64)

    def _district(self, code: str) -> np.ndarray:
        costs = [WEIGHTS["district"] * (bool(starts) and not code.startswith(starts)) for starts in self.districts]
        return np.array(costs, np.int64)

    def _speciality(self, asked: tuple[bool, ...]) -> np.ndarray:
        wanted = {need.value for need, is_asked in zip(Speciality, asked, strict=True) if is_asked}
        return np.array([WEIGHTS["speciality"] * len(wanted - knows) for knows in self.specialities], np.int64)


def _unmet(customers: pl.DataFrame, workers: pl.DataFrame, given: list[int]) -> dict[str, int]:
    """The objective of a given plan by criterion, counted customer by customer."""
    wanted = customers.with_columns(given=pl.Series(given)).filter(pl.col("given") >= 0)
    needs = [each.value for each in Speciality]
    unmet = dict.fromkeys(WEIGHTS, 0)
    staff = workers.rows(named=True)
    for row in wanted.iter_rows(named=True):
        worker = staff[row["given"]]
        unmet["service_language"] += row["service_language"] not in worker["languages"]
        unmet["mother_tongue"] += row["language"] not in (row["service_language"], *worker["languages"])
        unmet["relation"] += row["relation"] not in (None, worker["worker"])
        unmet["speciality"] += sum(row[need] and need not in worker["specialities"] for need in needs)
        starts = tuple(worker["districts"])
        unmet["district"] += bool(starts) and not row["postal_code"].startswith(starts)
    return unmet


def run() -> list[Row]:
    """Time both in turn, and count how far the greedy plan is from the optimum."""
    customers, workers = customers_and_workers()
    plan, given = rules.assign(customers, workers), greedy(customers, workers)
    row_of = {worker: row for row, worker in enumerate(workers["worker"])}
    found = _unmet(customers, workers, [row_of[worker] for worker in plan.assigned["worker"]])
    assert found == {key.value: plan.unmet[key] for key in plan.unmet if key != rules.Criterion.LOAD}
    exact, peer = [], []
    for _ in range(REPEAT):
        exact.append(seconds(lambda: rules.assign(customers, workers), repeat=1))
        peer.append(seconds(lambda: greedy(customers, workers), repeat=1))
    others = _unmet(customers, workers, given)
    told = "; ".join(f"{name.replace('_', ' ')} {found[name]:,} / {others[name]:,}" for name in found)
    return [
        Row(
            f"{len(customers):,} customers to {len(workers)} workers, exact optimum", median(exact), "greedy",
            median(peer), BUDGET, note=f"needs not met, ours / greedy: {told}",
        )
    ]  # fmt: skip
