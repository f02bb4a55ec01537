"""Which facts a decision rested on, with what value, and which extract of the register reported each.

All as it was known when the decision's run was made: what was corrected later has no part in it. Of one person or of
thousands by the same three queries.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import polars as pl
from django.db import connection
from django.db.backends.utils import CursorWrapper

from kokeilu.extract import COLUMNS, NONE
from kokeilu.law.definition import shipped
from kokeilu.law.facts import DERIVED, derive, sources
from kokeilu.law.logic import Value
from kokeilu.law.rules import decide
from kokeilu.law.trial import AreaRow, Trial, Version
from kokeilu.register import store
from kokeilu.register.columns import COUNTER, PERIOD_FACTS
from kokeilu.register.queries import stood_then
from kokeilu.transfer.models import Decision, Run
from kokeilu.transfer.reporting import ABSENCE, EXTRACT, REPORTED, reported, state

_PERIODS = """
    {rows} period
    JOIN register_extract opened ON opened.id = period.opened_by_id
    LEFT JOIN register_extract closed ON closed.id = period.closed_by_id
    WHERE lower(valid) <= %(day)s AND opened.imported_at <= %(known)s
"""
# A correction writes the days around its own anew: those are reported by the extract of their first day, as before.
_SOURCE = """
    CASE WHEN opened.kind = 'identity' THEN 'identity'
         WHEN opened.correction AND opened.as_of = lower(valid) THEN 'correction' ELSE 'extract' END"""
_SPAN = {
    "person_id AS person": pl.String(),
    "lower(valid) AS since": pl.Date(),
    "CASE WHEN closed.imported_at > %(known)s THEN NULL ELSE upper(valid) END AS until": pl.Date(),
    f"{_SOURCE} AS source": pl.String(),
}
_READINGS = f"""(
    SELECT DISTINCT ON (person_id) person_id, days, reading.as_of,
           CASE WHEN opened.kind = 'identity' THEN 'identity'
                WHEN opened.correction AND opened.as_of = reading.as_of THEN 'correction' ELSE 'extract' END AS source
      FROM {stood_then("supportdays")} reading JOIN register_extract opened ON opened.id = reading.extract_id
     WHERE reading.as_of <= %(day)s AND opened.imported_at <= %(known)s
     ORDER BY person_id, reading.as_of DESC
) reading"""
_READING = {
    "person_id AS person": pl.String(),
    "days::text AS value": pl.String(),
    "as_of AS since": pl.Date(),
    "source": pl.String(),
}


@dataclass(frozen=True)
class Report:
    """What the register said of one column of the extract.

    `day` is that of the extract that first said so without a break until the decision; None where none ever did.
    `source` is extract, correction (of an extract of that day), identity (the extract's word counts by a statement on
    who is whom) or absence (the extract of that day no longer had the person).
    """

    column: str
    value: Value | None
    day: date | None
    source: str


@dataclass(frozen=True)
class Origin:
    """A fact of the law with its value (None: unknown), the reports that it comes from, and of `trial_area` the row of
    the area table, where the municipality is in it."""

    fact: str
    value: Value | None
    reports: tuple[Report, ...]
    row: AreaRow | None = None


class Origins:
    """The facts that a run's decisions about some people rested on."""

    def __init__(self, run: Run, persons: Collection[UUID]) -> None:
        """Three queries at most. Problem: the trial has no definition any more."""
        self._trial, self._on = shipped(run.trial), run.on
        self._version = self._trial.version_on(run.on)
        patterns = dict(Decision.objects.filter(run=run, person__in=persons).values_list("person", "pattern"))
        reports, derived = _known(run, self._trial, self._version, [str(person) for person in patterns])
        decided = decide(self._trial, derived, run.on)
        stored = {str(person): pattern for person, pattern in patterns.items()}
        # Facts that lead to another decision were not those that it rested on: then nothing is told.
        same = {person for person, pattern in decided.select("person", "pattern").rows() if stored[person] == pattern}
        self._facts = {row["person"]: row for row in derived.iter_rows(named=True) if row["person"] in same}
        self._reports: dict[str, dict[str, Report]] = {person: {} for person in same}
        for person, column, value, since, source in reports.select(REPORTED.names()).rows():
            if person in same:
                self._reports[person][column] = Report(column, _typed(column, value), since, source)

    def knows(self, person: UUID) -> bool:
        """Whether the facts that the person's decision rested on are known."""
        return str(person) in self._facts

    def of(self, person: UUID, facts: Sequence[str]) -> list[Origin]:
        """The origins of these facts of a person (`kokeilu.law.explain.Reason.facts`), in their order. None of someone
        about whom the run made no decision, or whose facts do not lead to it."""
        if not self.knows(person):
            return []
        known, reports = self._facts[str(person)], self._reports[str(person)]
        return [self._origin(fact, known[fact], reports) for fact in facts]

    def _origin(self, fact: str, value: Value | None, reports: Mapping[str, Report]) -> Origin:
        found = tuple(reports[column] for column in _columns(self._version, fact))
        if fact != "trial_area":
            return Origin(fact, value, found)
        if found[0].value != NONE:
            found = found[:1]  # where there is a home municipality, the place does not count
        row = next((row for row in self._trial.areas if row.on(self._on) and row.municipality == found[-1].value), None)
        return Origin(fact, value, found, row)


def columns_of(version: Version) -> tuple[str, ...]:
    """The extract's columns that a version's facts come from, in the format's order."""
    asked = {column for fact in version.facts for column in _columns(version, fact)} | set(version.area_by)
    return tuple(column for column in COLUMNS if column in asked)


def _columns(version: Version, fact: str) -> tuple[str, ...]:
    return sources(fact, version.area_by) if fact in DERIVED else (fact,)


def _known(run: Run, trial: Trial, version: Version, persons: Sequence[str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What was known at the run of these people: each column's report (rules.REPORTED), and the facts of the law."""
    columns = columns_of(version)
    parameters = {"persons": list(persons), "day": run.on, "known": run.finished_at}
    with connection.cursor() as cursor:
        found = [
            reported(_periods(cursor, table, asked, parameters), persons, asked, run.on)
            for table, facts in PERIOD_FACTS.items()
            if (asked := [column for column in columns if column in facts])
        ]
        if COUNTER in columns:
            found.append(_readings(cursor, persons, parameters))
    # As a run takes it: the job search of a customer whom the register does not report is over.
    over = (pl.col("column") == "job_search_valid") & (pl.col("source") == ABSENCE)
    reports = pl.concat(found).with_columns(value=pl.when(over).then(pl.lit("false")).otherwise("value"))
    return reports, derive(state(reports, persons, columns), run.on, trial)


def _periods(
    cursor: CursorWrapper, table: str, columns: Sequence[str], parameters: Mapping[str, object]
) -> pl.DataFrame:
    source = _PERIODS.format(rows=stood_then(table))
    return store.fetch(cursor, _SPAN | {column: COLUMNS[column] for column in columns}, source, parameters)


def _readings(cursor: CursorWrapper, persons: Sequence[str], parameters: Mapping[str, object]) -> pl.DataFrame:
    readings = store.fetch(cursor, _READING, _READINGS, parameters)
    everyone = pl.DataFrame({"person": list(persons)}, schema={"person": pl.String()})
    return (
        everyone.join(readings, on="person", how="left")
        .select("person", "value", "since", column=pl.lit(COUNTER), source=pl.col("source").fill_null(EXTRACT))
        .select(REPORTED.names())
    )


def _typed(column: str, value: str | None) -> Value | None:
    match COLUMNS[column]:
        case _ if value is None:
            return None
        case pl.Boolean():
            return value == "true"
        case pl.Int64():
            return int(value)
        case pl.Date():
            return date.fromisoformat(value)
        case _:
            return value
