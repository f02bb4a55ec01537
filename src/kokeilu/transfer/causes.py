"""Why somebody's responsibility may have to be worked out anew: what came to be known after a run had been made.

A cause names people and says nothing of the outcome: the replay does.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.backends.utils import CursorWrapper
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kokeilu.law.definition import shipped_keys
from kokeilu.register.families import Families
from kokeilu.register.models import Death, Extract, Union
from kokeilu.transfer.models import Run
from kokeilu.transfer.replay import LateSearch, Trials
from kokeilu.web import formats

CORRECTED, LATE, SEARCH = "corrected", "late", "search"
DEATH = "death"

_TABLES = {
    "situation": ("opened_by_id", "closed_by_id", "superseded_by_id"),
    "details": ("opened_by_id", "closed_by_id", "superseded_by_id"),
    "supportdays": ("extract_id", "superseded_by_id"),
}
_COUNTER = "labour_market_support_days"
_TOLD = "SELECT DISTINCT person_id, {column} FROM register_{table} WHERE {column} = ANY(%(extracts)s::uuid[])"
# Job searches that the register reports on a day after the first run, not reported on the day before, as begun before:
# with the last run of the days on which they were not. `gone` is the end of the days on which one was reported last.
_SEARCHES = """
    WITH told AS MATERIALIZED (
        SELECT person_id, lower(valid) AS reported, job_search_since AS since
          FROM register_situation told
         WHERE superseded_by_id IS NULL AND job_search_valid AND lower(valid) > %(first)s
           AND job_search_since < lower(valid) AND NOT EXISTS (
               SELECT FROM register_situation earlier
                WHERE earlier.person_id = told.person_id AND earlier.superseded_by_id IS NULL
                  AND earlier.job_search_valid AND upper(earlier.valid) = lower(told.valid))
    )
    SELECT person_id, since, reported, day
      FROM told
     CROSS JOIN LATERAL (
           SELECT max(upper(valid)) AS gone FROM register_situation earlier
            WHERE earlier.person_id = told.person_id AND superseded_by_id IS NULL AND job_search_valid
              AND upper(valid) < reported) earlier
     CROSS JOIN LATERAL (
           SELECT max(day) AS day FROM unnest(%(days)s::date[]) AS day
            WHERE day >= greatest(since, gone) AND day < reported) run
     WHERE day IS NOT NULL
     ORDER BY person_id, reported
"""


@dataclass(frozen=True, order=True)
class Cause:
    """Something that came to be known late. `kind` is corrected or late (an extract as of `day`), search (reported
    late, begun on `day`), merge, new_code or death (stated on `day`, or, where `revoked`, revoked on it)."""

    kind: str
    day: date
    revoked: bool = False

    @property
    def text(self) -> str:
        """In words."""
        return (_REVOKED if self.revoked else _TEXTS)[self.kind]() % {"day": formats.day(self.day)}

    @property
    def is_statement(self) -> bool:
        """Whether it is a statement of who is whom, or of a death."""
        return self.kind not in (CORRECTED, LATE, SEARCH)


# What kinds there are, as a list is filtered by them.
LABELS: dict[str, Any] = {
    CORRECTED: gettext_lazy("Corrected extracts"),
    LATE: gettext_lazy("Extracts that came late"),
    SEARCH: gettext_lazy("Job searches reported late"),
    Union.Kind.MERGE.value: gettext_lazy("Records united or told apart"),
    Union.Kind.NEW_CODE.value: gettext_lazy("New identity codes"),
    DEATH: gettext_lazy("Deaths"),
}
_TEXTS: dict[str, Callable[[], str]] = {
    CORRECTED: lambda: _("Corrected extract as of %(day)s"),
    LATE: lambda: _("Extract as of %(day)s, imported after a run of that day or later"),
    SEARCH: lambda: _("Job search since %(day)s, reported later"),
    Union.Kind.MERGE: lambda: _("Statement of %(day)s: two records of one person"),
    Union.Kind.NEW_CODE: lambda: _("Statement of %(day)s: a new identity code"),
    DEATH: lambda: _("Statement of %(day)s: a death"),
}
_REVOKED: dict[str, Callable[[], str]] = {
    Union.Kind.MERGE: lambda: _("Revoked on %(day)s: two records of one person"),
    Union.Kind.NEW_CODE: lambda: _("Revoked on %(day)s: a new identity code"),
    DEATH: lambda: _("Revoked on %(day)s: a death"),
}

Causes = dict[str, set[Cause]]


def find(cursor: CursorWrapper, runs: Sequence[Run], trials: Trials) -> tuple[Causes, list[LateSearch]]:
    """Of each person (UUIDs as text) what came to be known after one of the runs, which are those that asked about
    facts and stand, in the order in which they were made; and the job searches that were reported late."""
    found: Causes = defaultdict(set)
    first = runs[0].finished_at
    corrections = dict(Extract.objects.filter(correction=True, imported_at__gt=first).values_list("pk", "as_of"))
    _told(cursor, found, CORRECTED, corrections, _tables(runs, trials))
    _told(cursor, found, LATE, _late(runs), _tables(runs, trials))
    _stated(found, first)
    searches = _searches(cursor, runs)
    for each in searches:
        found[each.person].add(Cause(SEARCH, each.since))
    return found, searches


def _tables(runs: Iterable[Run], trials: Trials) -> list[str]:
    """The tables of facts that the runs may have asked about."""
    keys = {key for run in runs for key in (run.trial, run.into) if key in shipped_keys()}
    counted = any(_COUNTER in version.facts for key in keys for version in trials(key).versions)
    return [name for name in _TABLES if counted or name != "supportdays"]


def _late(runs: Sequence[Run]) -> dict[UUID, date]:
    """The extracts, no corrections, that came after a run of their day or a later one."""
    extracts = Extract.objects.filter(kind=Extract.Kind.EXTRACT, correction=False, imported_at__gt=runs[0].finished_at)
    rows = extracts.values_list("pk", "as_of", "imported_at")
    return {
        key: as_of
        for key, as_of, imported_at in rows
        if any(run.finished_at < imported_at and run.on >= as_of for run in runs)
    }


def _told(cursor: CursorWrapper, found: Causes, kind: str, extracts: dict[UUID, date], tables: Collection[str]) -> None:
    """Of whom these extracts said something new."""
    if not extracts:
        return
    queries = [_TOLD.format(table=table, column=column) for table in tables for column in _TABLES[table]]
    cursor.execute(" UNION ".join(queries), {"extracts": list(extracts)})
    for person, extract in cursor.fetchall():
        found[str(person)].add(Cause(kind, extracts[extract]))


def _stated(found: Causes, since: datetime) -> None:
    """Of whom it was stated since then, or revoked, who is whom, or that they died."""
    families = Families.load()
    unions = Union.objects.filter(recorded_at__gt=since) | Union.objects.filter(revoked_at__gt=since)
    deaths = Death.objects.filter(recorded_at__gt=since) | Death.objects.filter(revoked_at__gt=since)
    about = [(str(each.kind), each, [each.kept_id, each.merged_id]) for each in unions.distinct()]
    for kind, each, records in [*about, *((DEATH, each, [each.person_id]) for each in deaths.distinct())]:
        revoked = each.revoked_at is not None
        day = localdate(each.revoked_at if each.revoked_at else each.recorded_at)
        for person in {families.root(record) for record in records}:
            found[str(person)].add(Cause(kind, day, revoked))


def _searches(cursor: CursorWrapper, runs: Sequence[Run]) -> list[LateSearch]:
    days = sorted({run.on for run in runs})
    cursor.execute(_SEARCHES, {"first": days[0], "days": days})
    return [LateSearch(str(person), since, reported, day) for person, since, reported, day in cursor.fetchall()]
