"""Runs made again with corrected facts: who would have been responsible had they been known in time.

Every standing run is made again in the order in which they were made, from each person's first day on, with what was
known when it was made and all corrections since. Decisions about one person and ends of trials are taken as they are.
It is not for people of whom a statement said who is whom, or that they died: their days follow from that.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import polars as pl
from django.db.backends.utils import CursorWrapper

from kokeilu.law.definition import shipped
from kokeilu.law.rules import decide
from kokeilu.law.trial import Trial
from kokeilu.register.models import Person
from kokeilu.transfer import basis, ending, rules
from kokeilu.transfer.models import IndividualTransfer, Responsibility, Run
from kokeilu.transfer.rules import HELD, STATE

Trials = Callable[[str], Trial]


@dataclass(frozen=True)
class Segment:
    """An organisation, by its key, that is responsible over `[since, until)`; without end where `until` is None."""

    organisation: str
    since: date
    until: date | None = None


Timeline = tuple[Segment, ...]


def corrected(cursor: CursorWrapper, persons: Collection[str], trials: Trials = shipped) -> dict[str, Timeline]:
    """Of each person (UUIDs as text) who would have been responsible on which days. Problem: as a run."""
    replay = _Replay(cursor, persons, trials)
    left_out = (Run.Kind.CORRECTION, Run.Kind.IDENTITY)
    runs = Run.objects.standing().exclude(kind__in=left_out).select_related("transfer__goes_to")
    for run in runs.order_by("finished_at", "pk"):
        replay.make(run)
    return {person: tuple(timeline) for person, timeline in replay.timelines.items()}


def stored(persons: Collection[str]) -> dict[str, Timeline]:
    """Of each person who is responsible on which days, as it stands."""
    rows = Responsibility.objects.standing().filter(person__in=list(map(UUID, persons))).order_by("person", "valid")
    found: dict[str, list[Segment]] = {person: [] for person in persons}
    for person, organisation, valid in rows.values_list("person", "organisation__key", "valid"):
        found[str(person)].append(Segment(organisation, valid.lower, valid.upper))
    return {person: tuple(segments) for person, segments in found.items()}


class _Replay:
    """Timelines of some people while the runs are made again, one after the other."""

    def __init__(self, cursor: CursorWrapper, persons: Collection[str], trials: Trials) -> None:
        self.cursor, self.trials = cursor, trials
        since = Person.objects.filter(pk__in=list(map(UUID, persons))).order_by("pk").values_list("pk", "known_since")
        self.timelines: dict[str, list[Segment]] = {str(person): [Segment(STATE, day)] for person, day in since}
        self.last: dict[str, Run] = {}  # by trial

    def make(self, run: Run) -> None:
        """Make a run again."""
        if run.kind == Run.Kind.INDIVIDUAL:
            self._move([(str(run.transfer.person_id), run.transfer.goes_to.key, run.on)])
        elif run.kind == Run.Kind.END:
            self._end(run)
        else:
            self._decide(run)
            self.last[run.trial] = run

    def _decide(self, run: Run) -> None:
        trial, on = self.trials(run.trial), run.on
        held = self._held(on)
        areas = list(trial.area_names("fi"))
        customers = held.filter(pl.col("responsible").is_in(areas))
        known = run.finished_at
        facts = basis.facts(self.cursor, trial, on, customers, list(self.timelines), known)
        standing = rules.Standing(
            held=held,
            search_ended=facts.search_ended,
            first_days=self._first_days(areas),
            kept=_kept(run) | set(facts.contradictions["person"]),
            not_before=basis.not_before(trial, on, self.last.get(run.trial)),
        )
        changed = rules.changes(trial, decide(trial, facts.derived, on), standing, on)
        moving = changed.filter(pl.col("because").is_in(["crosses", "resident"]))["person"].to_list()
        dated = rules.moving_days(changed, basis.homes(self.cursor, on, moving, known), standing, on)
        self._move(dated.filter(pl.col("goes_to").is_not_null()).select("person", "goes_to", "day").iter_rows())

    def _end(self, run: Run) -> None:
        trial = self.trials(run.trial)
        held = self._held(run.on)
        customers = held.filter(pl.col("responsible").is_in(list(trial.area_names("fi"))))
        into = self.trials(run.into) if run.into else None
        placed = ending.destinations(self.cursor, customers, into, run.on, run.finished_at)
        self._move((person, goes_to, run.on) for person, goes_to in placed.select("person", "goes_to").iter_rows())

    def _held(self, on: date) -> pl.DataFrame:
        """Who is responsible on the day, without end (rules.HELD); the ids are of no row."""
        rows = [
            (0, person, timeline[-1].organisation, timeline[-1].since)
            for person, timeline in self.timelines.items()
            if timeline[-1].since <= on
        ]
        return pl.DataFrame(rows, schema=HELD, orient="row")

    def _first_days(self, areas: Collection[str]) -> pl.DataFrame:
        first = {
            person: min((each.since for each in timeline if each.organisation in areas), default=None)
            for person, timeline in self.timelines.items()
        }
        rows = [(person, day) for person, day in first.items() if day]
        return pl.DataFrame(rows, schema=rules.FIRST_DAYS, orient="row")

    def _move(self, moves: Iterable[tuple[str, str, date]]) -> None:
        for person, goes_to, day in moves:
            timeline = self.timelines.get(person)
            if timeline is None or timeline[-1].organisation == goes_to:
                continue
            last = timeline.pop()
            day = max(day, last.since)
            if last.since < day:
                timeline.append(Segment(last.organisation, last.since, day))
            timeline.append(Segment(goes_to, day))


def _kept(run: Run) -> set[str]:
    """Whom decisions about one person kept where they were when the run was made."""
    holding = IndividualTransfer.objects.holding(run.on).filter(run__finished_at__lt=run.finished_at)
    found = holding.filter(run__trial=run.trial).values_list("person", flat=True)
    return {str(person) for person in found}


@dataclass(frozen=True)
class Change:
    """Days over which another organisation should be responsible for a person than is."""

    person: UUID
    since: date
    until: date | None
    held_by: str
    belongs_to: str


def changes(stands: Mapping[str, Timeline], should: Mapping[str, Timeline]) -> list[Change]:
    """Where two sets of timelines of the same people differ, by person and day; whole days, and no change twice."""
    return [change for person in sorted(should) for change in _between(person, stands.get(person, ()), should[person])]


def _between(person: str, stands: Timeline, should: Timeline) -> list[Change]:
    days = sorted({segment.since for segment in (*stands, *should)} | {s.until for s in (*stands, *should) if s.until})
    found: list[Change] = []
    for day, until in zip(days, [*days[1:], None], strict=True):
        is_, ought = _on(stands, day), _on(should, day)
        if is_ is None or ought is None or is_ == ought:
            continue
        last = found[-1] if found else None
        if last and (last.until, last.held_by, last.belongs_to) == (day, is_, ought):
            found[-1] = Change(last.person, last.since, until, is_, ought)
        else:
            found.append(Change(UUID(person), day, until, is_, ought))
    return found


def _on(timeline: Timeline, day: date) -> str | None:
    return next((s.organisation for s in timeline if s.since <= day and (s.until is None or day < s.until)), None)
