"""Of whom something changed since the last run: the only people about whom a nightly run asks.

The others would come out as they did, for a run asked again about its own result changes nothing. Whoever is named here
without need costs time and nothing else; whoever is left out must have the facts, the law, the age, the home area and
the responsibility that the last run knew.
"""

from datetime import date, timedelta
from typing import Any

from django.db.backends.utils import CursorWrapper

from kokeilu.law.trial import Trial, Version
from kokeilu.transfer.models import IndividualTransfer, Run

_LONGEST = timedelta(days=360)  # after so long nearly everybody is a year older

_EXTRACTS = "SELECT id FROM register_extract WHERE imported_at > %(since)s"
_RUNS = "SELECT id FROM transfer_run WHERE finished_at > %(since)s"
_FACTS = """
    SELECT person_id FROM {table}
     WHERE opened_by_id IN ({extracts}) OR closed_by_id IN ({extracts}) OR superseded_by_id IN ({extracts})
"""
_COUNTER = """
    SELECT person_id FROM register_supportdays
     WHERE extract_id IN ({extracts}) OR superseded_by_id IN ({extracts})
"""
_RESPONSIBILITIES = f"""
    SELECT person_id FROM transfer_responsibility
     WHERE opened_by_id IN ({_RUNS}) OR restored_by_id IN ({_RUNS}) OR closed_by_id IN ({_RUNS})
        OR superseded_by_id IN ({_RUNS}) OR decision_id IN (SELECT id FROM transfer_decision WHERE run_id IN ({_RUNS}))
"""
_BIRTHDAYS = """
    SELECT person_id FROM register_details
     WHERE superseded_by_id IS NULL AND valid @> %(on)s::date AND to_char(birth_date, 'MMDD') = ANY(%(birthdays)s)
"""
_CUSTOMERS = """
    SELECT responsibility.person_id
      FROM transfer_responsibility responsibility
      JOIN access_organisation organisation ON organisation.id = organisation_id
     WHERE superseded_by_id IS NULL AND upper_inf(valid) AND organisation.key = ANY(%(areas)s)
"""
_NOT_SEEKING = f"""{_CUSTOMERS}
       AND NOT EXISTS (
           SELECT FROM register_situation situation
            WHERE situation.person_id = responsibility.person_id AND situation.superseded_by_id IS NULL
              AND situation.valid @> %(on)s::date AND situation.job_search_valid IS NOT FALSE
       )
"""


def changed_since_last_run(cursor: CursorWrapper, trial: Trial, on: date) -> list[str] | None:
    """The people (UUIDs as text, sorted) about whom a run on the day must ask; None: about everybody.

    Everybody: without a run before, or where the version of the law or the table of areas changes between the two days.
    Otherwise those of whom an extract since says something else, who had a birthday where the law asks for the age,
    customers whose job search is over (their grace runs) or whose longest stay may have passed, and those of whom
    another run or a decision about one person changed the responsibility.
    """
    last = Run.objects.deciding().filter(trial=trial.key).order_by("-on", "-finished_at").first()
    version = trial.version_on(on)
    if last is None or asks_everybody(trial, last.on, on) or last.version != version.from_day:
        return None
    values: dict[str, Any] = {
        "since": last.finished_at, "on": on, "areas": list(trial.area_names("fi")),
        "birthdays": birthdays(last.on, on),
    }  # fmt: skip
    cursor.execute(" UNION ".join(f"({query})" for query in _queries(version)), values)
    found = {str(person) for (person,) in cursor.fetchall()}
    decided = IndividualTransfer.objects.filter(ended_on__gt=last.on, ended_on__lte=on) | (
        IndividualTransfer.objects.filter(ended_at__gt=last.finished_at)
    )
    return sorted(found | {str(person) for person in decided.values_list("person", flat=True)})


def _queries(version: Version) -> list[str]:
    queries = [_RESPONSIBILITIES]
    queries += [_FACTS.format(table=f"register_{name}", extracts=_EXTRACTS) for name in ("situation", "details")]
    if "labour_market_support_days" in version.facts:
        queries.append(_COUNTER.format(extracts=_EXTRACTS))
    if "age" in version.facts:
        queries.append(_BIRTHDAYS)
    if version.grace is not None:
        queries.append(_NOT_SEEKING)
    if version.longest_stay is not None:
        queries.append(_CUSTOMERS)
    return queries


def asks_everybody(trial: Trial, since: date, on: date) -> bool:
    """Whether so much may be otherwise on a day than after a run of `since` that everybody must be asked about: another
    version of the law, another table of areas, nearly a year."""
    areas = any(since < day <= on for row in trial.areas for day in (row.from_day, row.to_day) if day)
    versions = any(since < version.from_day <= on for version in trial.versions)
    return areas or versions or on - since > _LONGEST


def birthdays(since: date, on: date) -> list[str]:
    """The days of the year (month and day) on which somebody gets a year older after `since` and by `on`.

    Who was born on 29 February does so on 1 March of a common year (`kokeilu.law.facts.age`).
    """
    days = {f"{since + timedelta(days=number):%m%d}" for number in range(1, (on - since).days + 1)}
    return sorted(days | ({"0229"} if "0301" in days else set()))
