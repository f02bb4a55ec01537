"""Who works with whom: a worker's portfolio, the caseloads of an organisation, a customer's workers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from kokeilu.access.models import Organisation, Role
from kokeilu.access.policy import Actor
from kokeilu.casework.models import Assignment, Assignments, WorkerProfile
from kokeilu.casework.staffing import LOAD, NOW, SEEKING

STATUS, AGE, DURATION = FILTERS = ("status", "age", "duration")

# What the filters divide by. A service takes precedence over the employment code, the end of the search over both.
_STATUS = """CASE
    WHEN situation.job_search_valid IS FALSE THEN 'ended'
    WHEN situation.service <> 'none' THEN 'service'
    WHEN situation.employment_code = '02' THEN 'unemployed'
    WHEN situation.employment_code = '03' THEN 'laid_off'
    WHEN situation.employment_code = '00' THEN 'supported'
    WHEN situation.employment_code IS NULL THEN 'unknown'
    ELSE 'other' END"""
_AGE = """CASE
    WHEN details.birth_date IS NULL THEN 'unknown'
    WHEN details.birth_date + interval '30 years' > %(today)s THEN 'under_30'
    WHEN details.birth_date + interval '55 years' > %(today)s THEN '30_to_54'
    ELSE 'from_55' END"""
_DURATION = """CASE
    WHEN situation.unemployed_since IS NULL THEN 'unknown'
    WHEN situation.unemployed_since + interval '6 months' > %(today)s THEN 'under_6'
    WHEN situation.unemployed_since + interval '12 months' > %(today)s THEN '6_to_12'
    ELSE 'from_12' END"""
# A word of the search is the beginning of a word of the name; both as keys of Finnish order.
_NAMED = """(' ' || fi_key(concat_ws(' ', details.family_name, details.given_names))) LIKE ALL(
    SELECT '%% ' || replace(replace(replace(word, '\\', '\\\\'), '%%', '\\%%'), '_', '\\_') || '%%'
      FROM string_to_table(fi_key(%(search)s), ' ') AS word)"""

# The current facts are asked for by an array of persons, before anything is joined: the plan then goes through the
# indexes of current rows, and not through the exclusion constraints', which takes three times as long.
_CUSTOMERS = f"""
    WITH mine AS MATERIALIZED (
        SELECT assignment.person_id, lower(responsibility.valid) AS customer_since
          FROM casework_assignment assignment
          JOIN transfer_responsibility responsibility ON responsibility.id = assignment.responsibility_id
               AND responsibility.superseded_by_id IS NULL AND responsibility.valid @> %(today)s::date
         WHERE assignment.worker_id = %(worker)s AND assignment.valid @> %(today)s::date
    ), situation AS MATERIALIZED (
        SELECT person_id, job_search_valid, employment_code, service, unemployed_since FROM register_situation
         WHERE person_id = ANY(ARRAY(SELECT person_id FROM mine)) AND upper_inf(valid) AND superseded_by_id IS NULL
    ), details AS MATERIALIZED (
        SELECT person_id, family_name, given_names, birth_date, protected FROM register_details
         WHERE person_id = ANY(ARRAY(SELECT person_id FROM mine)) AND upper_inf(valid) AND superseded_by_id IS NULL
    )
    SELECT mine.person_id, mine.customer_since, details.family_name, details.given_names, details.birth_date,
           details.protected IS TRUE AS protected, situation.unemployed_since, situation.service,
           extract(year FROM age(%(today)s::date, details.birth_date))::int AS years,
           {_STATUS} AS status, {_AGE} AS age, {_DURATION} AS duration
      FROM mine
      JOIN situation ON situation.person_id = mine.person_id
      JOIN details ON details.person_id = mine.person_id
     WHERE %(search)s = '' OR {_NAMED}
"""
_CUBE = f"SELECT status, age, duration, count(*) FROM ({_CUSTOMERS}) customer GROUP BY status, age, duration"
_FAMILY, _GIVEN = 'fi_key(family_name) COLLATE "C"', 'fi_key(given_names) COLLATE "C"'
# NULLS LAST and the person at the end: one order, whatever is unknown or equal.
ORDERS: Mapping[str, str] = {
    "name": f"{_FAMILY}, {_GIVEN}, person_id",
    "-name": f"{_FAMILY} DESC NULLS LAST, {_GIVEN} DESC NULLS LAST, person_id",
    "age": "birth_date DESC NULLS LAST, person_id",
    "-age": "birth_date NULLS LAST, person_id",
    "customer_since": "customer_since, person_id",
    "-customer_since": "customer_since DESC, person_id",
    "unemployed_since": "unemployed_since NULLS LAST, person_id",
    "-unemployed_since": "unemployed_since DESC NULLS LAST, person_id",
}
_PAGE = """
    SELECT person_id, family_name, given_names, years, protected, status, service, customer_since, unemployed_since
      FROM ({customers}) customer
     WHERE (%(status)s::text IS NULL OR status = %(status)s) AND (%(age)s::text IS NULL OR age = %(age)s)
       AND (%(duration)s::text IS NULL OR duration = %(duration)s)
     ORDER BY {order} LIMIT %(limit)s OFFSET %(offset)s
"""


@dataclass(frozen=True)
class Customer:
    """A row of a portfolio. `status` is a key of texts.STATUSES; null is unknown."""

    person: UUID
    family_name: str | None
    given_names: str | None
    age: int | None
    protected: bool
    status: str
    service: str | None
    customer_since: date
    unemployed_since: date | None

    @property
    def name(self) -> str:
        """Family name first, as the list is ordered."""
        return ", ".join(part for part in (self.family_name, self.given_names) if part)


@dataclass(frozen=True)
class Portfolio:
    """A worker's customers on a day, those that a search of their names finds ('': all)."""

    worker: UUID
    today: date
    search: str = ""

    @property
    def _parameters(self) -> dict[str, Any]:
        return {"worker": self.worker, "today": self.today, "search": " ".join(self.search.replace("-", " ").split())}

    def counts(self) -> dict[tuple[str, str, str], int]:
        """How many customers have each status, age and duration: what the filters' counts are sums of. One query."""
        with connection.cursor() as cursor:
            cursor.execute(_CUBE, self._parameters)
            return {(status, age, duration): people for status, age, duration, people in cursor.fetchall()}

    def page(self, chosen: Mapping[str, str], order: str, limit: int, offset: int) -> list[Customer]:
        """The customers with the filters' chosen values (none: all), in one of ORDERS. One query."""
        statement = _PAGE.format(customers=_CUSTOMERS, order=ORDERS[order])
        values = {name: chosen.get(name) for name in FILTERS}
        with connection.cursor() as cursor:
            cursor.execute(statement, self._parameters | values | {"limit": limit, "offset": offset})
            return [Customer(*row) for row in cursor.fetchall()]


def count_of(counts: Mapping[tuple[str, str, str], int], wanted: Mapping[str, str]) -> int:
    """The sum of the counts with these values of the filters."""
    return sum(
        people
        for values, people in counts.items()
        if all(wanted.get(name, value) == value for name, value in zip(FILTERS, values, strict=True))
    )


def profile_of(actor: Actor, day: date) -> WorkerProfile | None:
    """The actor's own profile as a responsible worker, None where they have none."""
    return (
        WorkerProfile.objects.working(day)
        .filter(membership__user=actor.user, organisation=actor.organisation, membership__role=Role.WORKER)
        .select_related("membership__user")
        .first()
    )


@dataclass(frozen=True)
class Caseload:
    """A worker and how many customers they have."""

    worker: WorkerProfile
    name: str
    customers: int

    @property
    def free(self) -> int:
        """Places left."""
        return max(self.worker.capacity - self.customers, 0)


def caseloads(organisation: Organisation, day: date) -> list[Caseload]:
    """The workers of an organisation on a day, by name, with their customers whose job search has not ended."""
    with connection.cursor() as cursor:
        cursor.execute(LOAD.format(facts=NOW), {"organisation": organisation.pk, "on": day})
        loads = dict(cursor.fetchall())
    workers = (
        WorkerProfile.objects.working(day)
        .filter(organisation=organisation)
        .select_related("membership__user")
        .order_by("membership__user__name", "pk")
    )
    return [Caseload(each, each.membership.user.name, loads.get(each.pk, 0)) for each in workers]


def without_worker(organisation: Organisation, day: date) -> int:
    """How many of an organisation's job seekers have no responsible worker who works there on the day."""
    with connection.cursor() as cursor:
        cursor.execute(_WITHOUT, {"organisation": organisation.pk, "on": day})
        return int(cursor.fetchone()[0])


_WITHOUT = f"""
    SELECT count(*)
      FROM transfer_responsibility responsibility
      JOIN register_situation situation ON situation.person_id = responsibility.person_id
           AND {NOW} AND situation.superseded_by_id IS NULL
     WHERE responsibility.organisation_id = %(organisation)s AND responsibility.superseded_by_id IS NULL
       AND responsibility.valid @> %(on)s::date AND {SEEKING}
       AND NOT EXISTS (
           SELECT FROM casework_assignment assignment
             JOIN casework_workerprofile profile ON profile.id = assignment.worker_id
             JOIN access_membership membership ON membership.id = profile.membership_id
            WHERE assignment.responsibility_id = responsibility.id AND assignment.valid @> %(on)s::date
              AND membership.valid @> %(on)s::date
       )
"""


def workers_of(person: UUID) -> Assignments:
    """Everybody who was or is a person's responsible worker, the newest first."""
    return (
        Assignment.objects.filter(person=person, valid__isempty=False, responsibility__superseded_by=None)
        .select_related("worker__membership__user", "organisation", "responsibility")
        .order_by("-valid", "-pk")
    )


def colleagues(organisation: Organisation, day: date) -> QuerySet[WorkerProfile]:
    """Who may be given a customer of the organisation on the day, by name."""
    working = WorkerProfile.objects.working(day).filter(organisation=organisation)
    return working.select_related("membership__user").order_by("membership__user__name", "pk")
