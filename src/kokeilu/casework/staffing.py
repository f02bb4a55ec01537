"""What the assignment reads and writes, set by set: customers without a worker, workers with their load, the plan."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl
from django.db.backends.utils import CursorWrapper

from kokeilu.access.models import Organisation
from kokeilu.casework import rules
from kokeilu.casework.models import AssignmentRun
from kokeilu.register import store

# Whose job search has not ended, as far as known: they need a worker, and they are the worker's load.
SEEKING = "situation.job_search_valid IS NOT FALSE"

# Assignments to people who no longer work here; their customers are without a worker.
_END_OF_LEAVERS = """
    UPDATE casework_assignment assignment
       SET valid = assignment.valid * daterange(NULL, %(on)s)
      FROM transfer_responsibility responsibility
     WHERE responsibility.id = assignment.responsibility_id AND responsibility.superseded_by_id IS NULL
       AND responsibility.organisation_id = %(organisation)s AND responsibility.valid @> %(on)s::date
       AND assignment.valid @> %(on)s::date
       AND assignment.worker_id <> ALL(%(working)s::uuid[])
"""
_FACTS = {
    "birth_date": pl.Date(), "immigrant": pl.Boolean(), "unemployed_since": pl.Date(), "education": pl.Int64(),
}  # fmt: skip
# A protected postal code has no part in the choice: it would show in the reasons where the person lives. It is
# protected too where the day asked about lies before the protection.
_PROTECTED_NOW = """SELECT FROM register_details now WHERE now.person_id = responsibility.person_id
        AND now.superseded_by_id IS NULL AND upper_inf(now.valid) AND now.protected IS NOT FALSE"""
_CUSTOMERS = {
    "responsibility.id AS responsibility": pl.Int64(),
    "responsibility.person_id AS person": pl.String(),
    "lower(responsibility.valid) AS since": pl.Date(),
    "details.service_language": pl.String(),
    "details.language": pl.String(),
    "earlier.worker_id AS relation": pl.String(),
    f"CASE WHEN details.protected IS FALSE AND NOT EXISTS ({_PROTECTED_NOW}) THEN contact.postal_code END"
    " AS postal_code": pl.String(),
    "details.birth_date": _FACTS["birth_date"],
    "details.immigrant": _FACTS["immigrant"],
    "situation.unemployed_since": _FACTS["unemployed_since"],
    "details.education": _FACTS["education"],
}
_FROM_CUSTOMERS = f"""
    transfer_responsibility responsibility
    JOIN register_situation situation ON situation.person_id = responsibility.person_id
         AND situation.valid @> %(on)s::date AND situation.superseded_by_id IS NULL
    JOIN register_details details ON details.person_id = responsibility.person_id
         AND details.valid @> %(on)s::date AND details.superseded_by_id IS NULL
    LEFT JOIN register_contact contact ON contact.person_id = responsibility.person_id
         AND contact.valid @> %(on)s::date AND contact.superseded_by_id IS NULL
    LEFT JOIN (
        SELECT DISTINCT ON (person_id) person_id, worker_id FROM casework_assignment
         WHERE organisation_id = %(organisation)s AND NOT isempty(valid)
         ORDER BY person_id, lower(valid) DESC, id DESC
    ) earlier ON earlier.person_id = responsibility.person_id
    WHERE responsibility.organisation_id = %(organisation)s AND responsibility.superseded_by_id IS NULL
      AND responsibility.valid @> %(on)s::date AND {SEEKING}
      AND NOT EXISTS (
          SELECT FROM casework_assignment assignment WHERE assignment.responsibility_id = responsibility.id
             AND assignment.valid && daterange(%(on)s, NULL)
      )
"""
_WORKERS = """
    SELECT profile.id::text, profile.capacity, coalesce(load.customers, 0), profile.languages, profile.specialities,
           profile.districts
      FROM casework_workerprofile profile
      LEFT JOIN ({load}) load ON load.worker_id = profile.id
     WHERE profile.id = ANY(%(working)s::uuid[])
"""
# Whose facts are asked: those of the day, or those that hold now, which an index finds ten times as quickly.
ON_THE_DAY, NOW = "situation.valid @> %(on)s::date", "upper_inf(situation.valid)"
LOAD = f"""
    SELECT assignment.worker_id, count(*) AS customers
      FROM casework_assignment assignment
      JOIN transfer_responsibility responsibility ON responsibility.id = assignment.responsibility_id
           AND responsibility.superseded_by_id IS NULL AND responsibility.valid @> %(on)s::date
      JOIN register_situation situation ON situation.person_id = assignment.person_id
           AND {{facts}} AND situation.superseded_by_id IS NULL
     WHERE assignment.organisation_id = %(organisation)s AND assignment.valid @> %(on)s::date AND {SEEKING}
     GROUP BY assignment.worker_id
"""


@dataclass(frozen=True)
class Staffing:
    """An organisation's part of the assignment on a day; `working` are the profiles of who works there then."""

    cursor: CursorWrapper
    organisation: Organisation
    on: date
    working: list[str]

    @property
    def _parameters(self) -> dict[str, Any]:
        return {"organisation": self.organisation.pk, "on": self.on, "working": self.working}

    def end_of_leavers(self) -> int:
        """End the assignments to people who do not work here on the day; returns how many."""
        self.cursor.execute(_END_OF_LEAVERS, self._parameters)
        return int(self.cursor.rowcount)

    def customers(self) -> pl.DataFrame:
        """The organisation's job seekers without a worker on the day (rules.CUSTOMERS, and `responsibility`)."""
        found = store.fetch(self.cursor, _CUSTOMERS, _FROM_CUSTOMERS, self._parameters)
        return rules.needs(found, self.on)

    def workers(self) -> pl.DataFrame:
        """Who works here on the day, with their load (rules.WORKERS)."""
        statement = _WORKERS.format(load=LOAD.format(facts=ON_THE_DAY)).replace(
            "ANY(%(working)s)", "ANY(%(working)s::uuid[])"
        )
        self.cursor.execute(statement, self._parameters)
        return pl.DataFrame(self.cursor.fetchall(), schema=rules.WORKERS, orient="row")

    def give(self, run: AssignmentRun, customers: pl.DataFrame, plan: rules.Plan) -> None:
        """Store the plan's assignments, without end."""
        given = plan.assigned.join(customers.select("person", "responsibility"), on="person", maintain_order="left")
        rows = given.select(
            "responsibility",
            person_id="person",
            worker_id="worker",
            organisation_id=pl.lit(str(self.organisation.pk)),
            valid=pl.lit(f"[{self.on},)"),
            run_id=pl.lit(str(run.pk)),
            reasons=pl.format("{{{}}}", pl.col("reasons").list.join(",")),
        ).rename({"responsibility": "responsibility_id"})
        store.copy_in(self.cursor, "casework_assignment", rows)
