"""Which facts a decision rested on, with what value, and which extract of the register reported each.

All as it was known when the decision's run was made: what was corrected later has no part in it. Of one person or of
thousands by the same three queries.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import compress
from typing import Any, Final
from uuid import UUID

import polars as pl
from django.db import connection
from django.db.backends.utils import CursorWrapper

from kokeilu.extract import COLUMNS, NONE
from kokeilu.law.definition import shipped
from kokeilu.law.facts import DERIVED, derive, sources
from kokeilu.law.logic import Value
from kokeilu.law.rules import decide
from kokeilu.law.trial import AreaRow, Version
from kokeilu.register.columns import COUNTER, PERIOD_FACTS
from kokeilu.register.queries import stood_then
from kokeilu.transfer.models import Decision, Run
from kokeilu.transfer.reporting import ABSENCE, EXTRACT, Period, Report, reported

SEARCH: Final = "job_search_valid"
# A correction writes the days around its own anew: those are reported by the extract of their first day, as before.
_PERIODS = """
    SELECT person_id, lower(valid), CASE WHEN closed.imported_at > %(known)s THEN NULL ELSE upper(valid) END,
           CASE WHEN opened.kind = 'identity' THEN 'identity'
                WHEN opened.correction AND opened.as_of = lower(valid) THEN 'correction' ELSE 'extract' END,
           {columns}
      FROM {rows} period
      JOIN register_extract opened ON opened.id = period.opened_by_id
      LEFT JOIN register_extract closed ON closed.id = period.closed_by_id
     WHERE lower(valid) <= %(day)s AND opened.imported_at <= %(known)s
     ORDER BY person_id, lower(valid)
"""
_READINGS = f"""
    SELECT DISTINCT ON (person_id) person_id, days, reading.as_of,
           CASE WHEN opened.kind = 'identity' THEN 'identity'
                WHEN opened.correction AND opened.as_of = reading.as_of THEN 'correction' ELSE 'extract' END
      FROM {stood_then("supportdays")} reading JOIN register_extract opened ON opened.id = reading.extract_id
     WHERE reading.as_of <= %(day)s AND opened.imported_at <= %(known)s
     ORDER BY person_id, reading.as_of DESC
"""


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
        reports = _reports(run, self._version, list(patterns))
        derived = derive(_state(reports, columns_of(self._version)), run.on, self._trial)
        decided = decide(self._trial, derived, run.on)["pattern"]
        # Facts that lead to another decision were not those that it rested on: then nothing is told.
        same = [stored == pattern for stored, pattern in zip(patterns.values(), decided, strict=True)]
        self._facts = dict(compress(zip(patterns, derived.iter_rows(named=True), strict=True), same))
        self._reports = reports

    def knows(self, person: UUID) -> bool:
        """Whether the facts that the person's decision rested on are known."""
        return person in self._facts

    def of(self, person: UUID, facts: Sequence[str]) -> list[Origin]:
        """The origins of these facts of a person (`kokeilu.law.explain.Reason.facts`), in their order. None of someone
        about whom the run made no decision, or whose facts do not lead to it."""
        if not self.knows(person):
            return []
        known, reports = self._facts[person], self._reports[person]
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


def _reports(run: Run, version: Version, persons: Sequence[UUID]) -> dict[UUID, dict[str, Report]]:
    """What was known at the run of these people, in their order: a report for each column that the version needs."""
    columns = columns_of(version)
    known: dict[str, Any] = {"persons": list(persons), "day": run.on, "known": run.finished_at}
    found: dict[UUID, dict[str, Report]] = {person: {} for person in persons}
    with connection.cursor() as cursor:
        for table, facts in PERIOD_FACTS.items():
            if asked := [column for column in columns if column in facts]:
                periods = _periods(cursor, table, asked, known)
                for person in persons:
                    told = reported(periods.get(person, ()), asked, run.on)
                    found[person] |= {report.column: report for report in told}
        if COUNTER in columns:
            cursor.execute(_READINGS, known)
            readings = {person: Report(COUNTER, *told) for person, *told in cursor.fetchall()}
            for person in persons:
                found[person][COUNTER] = readings.get(person, Report(COUNTER, None, None, EXTRACT))
    for reports in found.values():
        # As a run takes it: the job search of a customer whom the register does not report is over.
        if (search := reports.get(SEARCH)) and search.source == ABSENCE:
            reports[SEARCH] = replace(search, value=False)
    return found


def _periods(
    cursor: CursorWrapper, table: str, columns: Sequence[str], known: Mapping[str, Any]
) -> dict[UUID, list[Period]]:
    cursor.execute(_PERIODS.format(columns=", ".join(columns), rows=stood_then(table)), known)
    found: dict[UUID, list[Period]] = {}
    for person, since, until, source, *values in cursor.fetchall():
        found.setdefault(person, []).append(Period(since, until, source, values))
    return found


def _state(reports: Mapping[UUID, Mapping[str, Report]], columns: Sequence[str]) -> pl.DataFrame:
    """The reported values as a row of an extract for each person."""
    values = {column: [told[column].value for told in reports.values()] for column in columns}
    schema = {"person": pl.String()} | {column: COLUMNS[column] for column in columns}
    return pl.DataFrame({"person": [str(person) for person in reports]} | values, schema=schema)
