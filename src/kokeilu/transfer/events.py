"""The days on which something about some people changes, as known now: between them a run asks about nobody."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.backends.utils import CursorWrapper

_PERSONS = "person_id = ANY(%(persons)s::uuid[]) AND superseded_by_id IS NULL"
_CHANGES = f"""
    SELECT person_id, lower(valid) FROM register_situation WHERE {_PERSONS} AND lower(valid) > %(first)s
    UNION SELECT person_id, upper(valid) FROM register_situation WHERE {_PERSONS} AND upper(valid) > %(first)s
    UNION SELECT person_id, lower(valid) FROM register_details WHERE {_PERSONS} AND lower(valid) > %(first)s
    UNION SELECT person_id, upper(valid) FROM register_details WHERE {_PERSONS} AND upper(valid) > %(first)s
    UNION SELECT person_id, as_of FROM register_supportdays WHERE {_PERSONS} AND as_of > %(first)s
"""
_SEARCHES = f"""
    SELECT person_id, lower(valid), upper(valid) FROM register_situation
     WHERE {_PERSONS} AND job_search_valid IS NOT FALSE
       AND (upper_inf(valid) OR upper(valid) > %(first)s)
"""
_BIRTHDAYS = f"""
    SELECT DISTINCT to_char(birth_date, 'MMDD'), person_id FROM register_details
     WHERE {_PERSONS} AND birth_date IS NOT NULL
"""


@dataclass(frozen=True)
class Events:
    """Of people (UUIDs as text): who has a fact that begins or ends on a day after the first run, the days `[from, to)`
    on which a job search may be valid, and who has which birthday (month and day)."""

    on: dict[date, set[str]]
    searching: dict[str, list[tuple[date, date]]]
    birthdays: dict[str, set[str]]

    @classmethod
    def load(cls, cursor: CursorWrapper, persons: Sequence[str], first: date) -> "Events":
        """Those of these people, after the day of the first run."""
        on: dict[date, set[str]] = defaultdict(set)
        searching: dict[str, list[tuple[date, date]]] = defaultdict(list)
        birthdays: dict[str, set[str]] = defaultdict(set)
        values: dict[str, Any] = {"persons": list(persons), "first": first}
        cursor.execute(_CHANGES, values)
        for person, day in cursor.fetchall():
            on[day].add(str(person))
        cursor.execute(_SEARCHES, values)
        for person, since, until in cursor.fetchall():
            searching[str(person)].append((since, until or date.max))
        cursor.execute(_BIRTHDAYS, values)
        for day, person in cursor.fetchall():
            birthdays[day].add(str(person))
        return cls(dict(on), dict(searching), dict(birthdays))

    def between(self, after: date, upto: date) -> set[str]:
        """Whose facts change after a day and by another."""
        return {person for day, people in self.on.items() if after < day <= upto for person in people}

    def born_on(self, days: Collection[str]) -> set[str]:
        """Whose birthday is one of these (month and day)."""
        return {person for day in days for person in self.birthdays.get(day, ())}

    def searches(self, person: str, day: date) -> bool:
        """Whether a job search may be valid on a day: reported as such, or with nothing said of it."""
        return any(since <= day < until for since, until in self.searching.get(person, ()))
