"""What a run rests on: the facts of the day, since when a search is over or a home is new, and who is held by whom."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl
from django.db.backends.utils import CursorWrapper

from kokeilu.law.facts import derive
from kokeilu.law.trial import Trial
from kokeilu.register import store
from kokeilu.register.queries import facts_on
from kokeilu.transfer import contradictions
from kokeilu.transfer.models import Contradiction, IndividualTransfer, Run
from kokeilu.transfer.rules import FIRST_DAYS, HELD, SEARCH_ENDED

_HELD_COLUMNS = ("responsibility.id", "person_id", "organisation.key", "lower(valid)")
_HELD = """
    transfer_responsibility responsibility
    JOIN access_organisation organisation ON organisation.id = organisation_id
    WHERE superseded_by_id IS NULL AND valid @> %(day)s::date AND upper_inf(valid)
"""
_ONLY = " AND person_id = ANY(%(persons)s::uuid[])"
_SEARCH_ENDED = """(
    WITH situation AS (
        SELECT person_id, valid, job_search_valid FROM register_situation
         WHERE superseded_by_id IS NULL AND person_id IN (SELECT person FROM customer)
    ), gone AS (
        SELECT person, since FROM customer WHERE NOT EXISTS (
            SELECT FROM situation
             WHERE person_id = person AND valid @> %(day)s::date AND job_search_valid IS NOT FALSE
        )
    )
    SELECT person, bool_or(valid @> %(day)s::date) IS TRUE AS reported,
           coalesce(max(upper(valid)) FILTER (WHERE job_search_valid IS NOT FALSE), since) AS search_ended
      FROM gone LEFT JOIN situation ON person_id = person AND lower(valid) <= %(day)s::date
     GROUP BY person, since
) ended"""
_HOMES = """(
    SELECT person_id, max(lower(valid)) FILTER (WHERE moved) AS home_since FROM (
        SELECT person_id, valid,
               (municipality, placed_in) IS DISTINCT FROM (lag(municipality) OVER earlier, lag(placed_in) OVER earlier)
               OR lower(valid) IS DISTINCT FROM lag(upper(valid)) OVER earlier AS moved
          FROM register_situation
         WHERE superseded_by_id IS NULL AND person_id = ANY(%(persons)s::uuid[]) AND lower(valid) <= %(day)s::date
        WINDOW earlier AS (PARTITION BY person_id ORDER BY lower(valid))
    ) row GROUP BY person_id
) home"""
_FIRST_DAYS = """(
    SELECT person_id, min(lower(valid)) AS first_day
      FROM transfer_responsibility responsibility
      JOIN access_organisation organisation ON organisation.id = organisation_id
     WHERE superseded_by_id IS NULL AND organisation.key = ANY(%(areas)s)
     GROUP BY person_id
) first"""


@dataclass(frozen=True)
class Facts:
    """What the law is asked about: `derived` as `kokeilu.law.facts.derive` makes it, of whom the register reports on
    the day and of customers whom it does not (their job search is over, all else unknown); `service_language` of each;
    `search_ended` of customers (rules.SEARCH_ENDED); `contradictions` (contradictions.FOUND)."""

    derived: pl.DataFrame
    service_language: pl.DataFrame
    search_ended: pl.DataFrame
    contradictions: pl.DataFrame


def facts(
    cursor: CursorWrapper,
    trial: Trial,
    on: date,
    customers: pl.DataFrame,
    persons: Collection[str] | None = None,
    searching: Collection[str] = (),
) -> Facts:
    """The facts of the day as known now, of `persons` where they are given.

    `customers` has `person` and `since` of those whom an area of the trial is responsible for. Their search is not over
    where they are among `searching`, of whom the register said later what it had not reported. Problem: as `derive`.
    """
    rows = facts_on(on, persons)
    version = trial.version_on(on)
    ended = SEARCH_ENDED.to_frame()
    if version.grace is not None:
        ended = _search_ended(cursor, on, customers)
        ended = ended.filter(pl.col("reported") | ~pl.col("person").is_in(list(searching)))
        absent = ended.filter(~pl.col("reported")).select("person", job_search_valid=pl.lit(False))
        rows = pl.concat([rows, absent.join(rows, on="person", how="anti")], how="diagonal").sort("person")
    return Facts(
        derive(rows, on, trial),
        rows.select("person", "service_language"),
        ended.select(SEARCH_ENDED.names()),
        contradictions.find(rows, version),
    )


def _search_ended(cursor: CursorWrapper, on: date, customers: pl.DataFrame) -> pl.DataFrame:
    cursor.execute("CREATE TEMP TABLE customer (person uuid, since date) ON COMMIT DROP")
    store.copy_in(cursor, "customer", customers.select("person", "since"))
    cursor.execute("ANALYZE customer")
    columns = {"person": pl.String(), "search_ended": pl.Date(), "reported": pl.Boolean()}
    ended = store.fetch(cursor, columns, _SEARCH_ENDED, {"day": on})
    cursor.execute("DROP TABLE customer")
    return ended


def homes(cursor: CursorWrapper, on: date, persons: Sequence[str]) -> pl.DataFrame:
    """Since when the register has reported the home of these people that it reports on the day: person, home_since."""
    columns = {"person_id AS person": pl.String(), "home_since": pl.Date()}
    return store.fetch(cursor, columns, _HOMES, {"day": on, "persons": list(persons)})


def held_on(cursor: CursorWrapper, day: date, persons: Collection[str] | None = None) -> pl.DataFrame:
    """The responsibility of each person that holds on the day and has no end (rules.HELD)."""
    columns = {f"{column} AS {name}": dtype for column, (name, dtype) in zip(_HELD_COLUMNS, HELD.items(), strict=True)}
    source = _HELD if persons is None else _HELD + _ONLY
    return store.fetch(cursor, columns, source, {"day": day, "persons": list(persons or ())})


def first_days(cursor: CursorWrapper, trial: Trial) -> pl.DataFrame:
    """The first day on which an area of the trial was responsible for each person (rules.FIRST_DAYS)."""
    columns = {"person_id AS person": pl.String(), "first_day": FIRST_DAYS["first_day"]}
    return store.fetch(cursor, columns, _FIRST_DAYS, {"areas": list(trial.area_names("fi"))})


def kept(trial: Trial, on: date) -> set[str]:
    """Those whom a decision about one person keeps where it put them, on the day."""
    holding = IndividualTransfer.objects.holding(on).filter(run__trial=trial.key)
    return {str(person) for person in holding.values_list("person", flat=True)}


def last_before(trial: Trial, on: date) -> Run | None:
    """The newest run of the trial up to a day that decided by its law and stands."""
    return Run.objects.deciding().filter(trial=trial.key, on__lte=on).order_by("-on", "-finished_at").first()


def not_before(trial: Trial, on: date, last: Run | None) -> date:
    """The first day that a run may change: days before the run before it, and before the law or the areas last changed,
    were decided and stay; without any run before, the day itself."""
    if last is None:
        return on
    changed = {day for row in trial.areas for day in (row.from_day, row.to_day) if day and day <= on}
    return max(last.on, trial.version_on(on).from_day, *changed)


def store_contradictions(cursor: CursorWrapper, run: Run, found: pl.DataFrame) -> None:
    """Note the contradictions (contradictions.FOUND) beside the run's decisions."""
    if found.is_empty():
        return
    decided = dict(run.decisions.filter(person__in=found["person"].to_list()).values_list("person", "pk"))
    of = {str(person): decision for person, decision in decided.items()}
    Contradiction.objects.bulk_create(Contradiction(decision_id=of[person], rule=rule) for person, rule in found.rows())
