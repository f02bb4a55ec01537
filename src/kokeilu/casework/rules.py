"""Which responsible worker each customer gets: the exact optimum of a stated objective. Pure; rows in any order.

The objective, a criterion counting only among the plans that are best in all before it:

1. `service_language`: as few customers as can be whose worker does not serve in their service language. It is a right.
2. `mother_tongue`: as few customers as can be whose worker does not speak their mother tongue.
3. `relation`: as few as can be who lose the worker whom they had before.
4. `speciality`: as few unmet needs for a speciality as can be, over all customers.
5. `district`: as few customers as can be outside their worker's district.
6. `load`: full workers are spared: each customer counts with the tenth of the worker's capacity that they take, 0 to 9.

Customers are grouped into classes of interchangeable ones, workers into types, and needs into a lattice: a customer is
served by someone who meets everything they need, or gives one need up, at its price. So arcs number in the tens of
thousands where customers times workers are twenty millions. docs/decisions/casework-assignment.md tells more.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from typing import Final

import polars as pl

from kokeilu.casework import lattice

YOUTH_AGE: Final = 30  # younger: a young customer
LONG_TERM_MONTHS: Final = 12
ACADEMIC_LEVEL: Final = 6  # ISCED 2011: bachelor's or equivalent


class Speciality(StrEnum):
    """What a worker may be specialised in, and a customer in need of."""

    YOUTH = "youth"
    INTEGRATION = "integration"
    LONG_TERM = "long_term"
    ACADEMIC = "academic"


class Criterion(StrEnum):
    """What a plan is judged by, first of all first."""

    SERVICE_LANGUAGE = "service_language"
    MOTHER_TONGUE = "mother_tongue"
    RELATION = "relation"
    SPECIALITY = "speciality"
    DISTRICT = "district"
    LOAD = "load"


class Reason(StrEnum):
    """Why a customer has the worker whom they have; kept with the assignment, the strongest first."""

    SERVICE_LANGUAGE = "service_language"
    MOTHER_TONGUE = "mother_tongue"
    RELATION = "relation"
    YOUTH = "speciality_youth"
    INTEGRATION = "speciality_integration"
    LONG_TERM = "speciality_long_term"
    ACADEMIC = "speciality_academic"
    DISTRICT = "district"
    CAPACITY = "capacity"
    SERVICE_LANGUAGE_MISSING = "service_language_missing"
    # Chosen by a team lead.
    CUSTOMER_WISH = "customer_wish"
    LANGUAGE_WISH = "language_wish"
    WORKLOAD = "workload"
    ABSENCE = "absence"
    SAFETY = "safety"
    # Followed from a statement on identities.
    UNITED = "united"


TEAM_LEAD_REASONS: Final = (
    Reason.CUSTOMER_WISH, Reason.LANGUAGE_WISH, Reason.WORKLOAD, Reason.ABSENCE, Reason.SAFETY,
)  # fmt: skip

CUSTOMERS: Final = pl.Schema(
    {"person": pl.String(), "since": pl.Date(), "service_language": pl.String(), "language": pl.String()}
    | {"relation": pl.String(), "postal_code": pl.String()}
    | {each.value: pl.Boolean() for each in Speciality}
)
WORKERS: Final = pl.Schema(
    {"worker": pl.String(), "capacity": pl.Int64(), "load": pl.Int64()}
    | {name: pl.List(pl.String()) for name in ("languages", "specialities", "districts")}
)
_MET: Final = tuple(zip(list(Reason)[:8], lattice.MET, strict=True))


@dataclass(frozen=True)
class Plan:
    """Who gets whom. `assigned` has `person`, `worker` and `reasons` (keys of Reason), by person.

    `left_over` are the customers beyond the workers' free places, the longest customer first. `unmet` is the value of
    the objective by criterion; `language_missing` says how many do not get their service language, by language.
    """

    assigned: pl.DataFrame
    left_over: pl.Series
    unmet: Mapping[Criterion, int]
    language_missing: Mapping[str, int]


def needs(facts: pl.DataFrame, on: date) -> pl.DataFrame:
    """Add a column per Speciality: whether the customer needs it on the day. An unknown fact tells of no need.

    `facts` has the extract's `birth_date`, `immigrant`, `unemployed_since` and `education`. Young is under 30 (as in
    Act 1269/2020); unemployed for long is 12 months or more.
    """
    found = {
        Speciality.YOUTH: pl.col("birth_date").dt.offset_by(f"{YOUTH_AGE}y") > on,
        Speciality.INTEGRATION: pl.col("immigrant"),
        Speciality.LONG_TERM: pl.col("unemployed_since").dt.offset_by(f"{LONG_TERM_MONTHS}mo") <= on,
        Speciality.ACADEMIC: pl.col("education") >= ACADEMIC_LEVEL,
    }
    return facts.with_columns(expression.fill_null(False).alias(key.value) for key, expression in found.items())


def assign(customers: pl.DataFrame, workers: pl.DataFrame) -> Plan:
    """Give each customer (CUSTOMERS) a worker (WORKERS) with a free place: the best plan there is.

    Null is unknown and tells of no need. `relation` is the worker whom the customer had before. A worker's `languages`
    are ISO 639; `districts` are beginnings of postal codes, none: the whole area; `load` are the customers they have.
    Where places are scarce, who has been a customer longest (`since`, then `person`; unknown last) gets one.
    Among equally good plans the one is taken that follows from the order of persons and workers by their ids, so the
    order of rows never matters.

    Raises ValueError where a person or worker is there twice.
    """
    customers, workers = customers.sort("person"), workers.sort("worker")
    for frame, key in ((customers, "person"), (workers, "worker")):
        if frame[key].is_duplicated().any():
            raise ValueError(f"a {key} is there twice")
    places = int((workers["capacity"] - workers["load"]).clip(lower_bound=0).sum())
    waiting = customers.sort("since", "person", nulls_last=True)
    served = waiting.head(places).sort("person")
    given = lattice.solve(served, workers, tuple(each.value for each in Speciality))
    return Plan(
        pl.DataFrame(
            {"person": served["person"], "worker": workers["worker"].gather(given.worker), "reasons": _reasons(given)}
        ),
        waiting["person"].slice(places),
        dict(zip(Criterion, given.unmet, strict=True)),
        _language_missing(served, given),
    )


def _reasons(given: lattice.Given) -> pl.Series:
    """The reasons of each customer: one list per distinct combination of what is met."""
    keys = sum(given.met[name].astype("int64") << place for place, (_, name) in enumerate(_MET))
    missing = given.missing_language.astype("int64") << len(_MET)
    return _reason_lists().gather(keys + missing)


@cache
def _reason_lists() -> pl.Series:
    """The reasons of every combination of what is met, at its place."""
    return pl.Series([_reason_list(key) for key in range(2 << len(_MET))], dtype=pl.List(pl.String))


def _reason_list(key: int) -> list[str]:
    met = [reason.value for place, (reason, _) in enumerate(_MET) if key >> place & 1]
    missing = [Reason.SERVICE_LANGUAGE_MISSING.value] if key >> len(_MET) & 1 else []
    return [*met, Reason.CAPACITY.value, *missing]


def _language_missing(served: pl.DataFrame, given: lattice.Given) -> dict[str, int]:
    without = served["service_language"].filter(pl.Series(given.missing_language, dtype=pl.Boolean))
    return {language: int(count) for language, count in without.value_counts().sort("service_language").iter_rows()}
