"""Runs made again with what is known now: who would have been responsible had it been known in time.

Every standing run is made again in the order in which they were made, from each person's first day on, with all that is
known by now of its day: corrections, extracts that came late, statements of who is whom and of deaths. Decisions about
one person and ends of trials are taken as they are. Nobody is responsible for a record that is merged into another, nor
after a death.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from uuid import UUID

import polars as pl
from django.db.backends.utils import CursorWrapper
from django.db.models import F

from kokeilu.law.definition import shipped
from kokeilu.law.rules import decide
from kokeilu.law.trial import Trial
from kokeilu.register.models import Person
from kokeilu.transfer import basis, ending, nightly, rules
from kokeilu.transfer.events import Events
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


@dataclass(frozen=True)
class LateSearch:
    """A job search that the register reported on `reported` as going on since `since`, while it had not reported it on
    `day`, the last one before of which a run asked."""

    person: str
    since: date
    reported: date
    day: date


def corrected(
    cursor: CursorWrapper, persons: Collection[str], trials: Trials = shipped, searches: Sequence[LateSearch] = ()
) -> dict[str, Timeline]:
    """Of each person (UUIDs as text) who would have been responsible on which days. Problem: as a run.

    `searches` went on while the register did not report them: then none of them was over.
    """
    replay = _Replay(cursor, persons, trials, searches)
    left_out = (Run.Kind.CORRECTION, Run.Kind.IDENTITY)
    runs = Run.objects.standing().exclude(kind__in=left_out).select_related("transfer__goes_to")
    for run in runs.order_by("finished_at", "pk"):
        replay.make(run)
    return {person: _until(timeline, replay.ends.get(person)) for person, timeline in replay.timelines.items()}


def stored(persons: Collection[str]) -> dict[str, Timeline]:
    """Of each person who is responsible on which days, as it stands."""
    rows = Responsibility.objects.standing().filter(person__in=list(map(UUID, persons))).order_by("person", "valid")
    found: dict[str, list[Segment]] = {person: [] for person in persons}
    for person, organisation, valid in rows.values_list("person", "organisation__key", "valid"):
        found[str(person)].append(Segment(organisation, valid.lower, valid.upper))
    return {person: tuple(segments) for person, segments in found.items()}


class _Replay:
    """Timelines of some people while the runs are made again, one after the other; those who have any days.

    `ends` are the days from which nobody is responsible for a person any more; the timelines know nothing of them.
    """

    def __init__(
        self, cursor: CursorWrapper, persons: Collection[str], trials: Trials, searches: Sequence[LateSearch]
    ) -> None:
        self.cursor, self.trials, self.searches = cursor, trials, searches
        known = Person.objects.filter(pk__in=list(map(UUID, persons))).exclude(known_until=F("known_since"))
        rows = known.order_by("pk").values_list("pk", "known_since", "known_until")
        self.timelines: dict[str, list[Segment]] = {}
        self.ends: dict[str, date] = {}
        for person, since, until in rows:
            self.timelines[str(person)] = [Segment(STATE, since)]
            if until is not None:
                self.ends[str(person)] = until
        self.last: dict[str, Run] = {}  # by trial
        self.touched: dict[str, set[str]] = {}  # by trial: whom another run moved since its last one
        self.first: date | None = None  # day of the first run
        transfers = IndividualTransfer.objects.filter(person__in=list(map(UUID, self.timelines)))
        self.decided = {str(person) for person in transfers.values_list("person", flat=True)}

    def make(self, run: Run) -> None:
        """Make a run again."""
        if run.kind == Run.Kind.INDIVIDUAL:
            self._move([(str(run.transfer.person_id), run.transfer.goes_to.key, run.on)])
        elif run.kind == Run.Kind.END:
            self._end(run)
        else:
            self._decide(run)
            self.first = self.first or run.on
            self.last[run.trial] = run
            self.touched[run.trial] = set()

    def _decide(self, run: Run) -> None:
        trial, on = self.trials(run.trial), run.on
        persons = self._asked(run, trial)
        if not persons:
            return
        held = self._held(on, persons)
        areas = list(trial.area_names("fi"))
        customers = held.filter(pl.col("responsible").is_in(areas))
        limited = trial.version_on(on).longest_stay is not None
        searching = [each.person for each in self.searches if each.since <= on < each.reported]
        facts = basis.facts(self.cursor, trial, on, customers, persons, searching)
        standing = rules.Standing(
            held=held,
            search_ended=facts.search_ended,
            first_days=self._first_days(areas) if limited else rules.FIRST_DAYS.to_frame(),
            kept=_kept(run) | set(facts.contradictions["person"]),
            not_before=basis.not_before(trial, on, self.last.get(run.trial)),
        )
        changed = rules.changes(trial, decide(trial, facts.derived, on), standing, on)
        moving = changed.filter(pl.col("because").is_in(["crosses", "resident"]))["person"].to_list()
        dated = rules.moving_days(changed, basis.homes(self.cursor, on, moving), standing, on)
        self._move(dated.filter(pl.col("goes_to").is_not_null()).select("person", "goes_to", "day").iter_rows())

    def _end(self, run: Run) -> None:
        trial = self.trials(run.trial)
        held = self._held(run.on)
        customers = held.filter(pl.col("responsible").is_in(list(trial.area_names("fi"))))
        into = self.trials(run.into) if run.into else None
        placed = ending.destinations(self.cursor, customers, into, run.on)
        self._move((person, goes_to, run.on) for person, goes_to in placed.select("person", "goes_to").iter_rows())

    @cached_property
    def events(self) -> Events:
        """What changes after the first run; read once there is a second."""
        return Events.load(self.cursor, list(self.timelines), self.first or date.min)

    def _asked(self, run: Run, trial: Trial) -> list[str]:
        """About whom a run must be made again: of the others nothing changed since the trial's run before it."""
        last, on = self.last.get(run.trial), run.on
        version = trial.version_on(on)
        if last is None or run.kind == Run.Kind.FULL or nightly.asks_everybody(trial, last.on, on):
            return list(self.timelines)
        if version.longest_stay is not None or on < last.on:
            return list(self.timelines)
        changed = self.events.between(last.on, on) | self.touched[run.trial] | self.decided
        if "age" in version.facts:
            changed |= self.events.born_on(nightly.birthdays(last.on, on))
        if version.grace is not None:
            areas = set(trial.area_names("fi"))
            customers = (person for person, rows in self.timelines.items() if rows[-1].organisation in areas)
            changed |= {person for person in customers if not self.events.searches(person, on)}
        return sorted(changed & self.timelines.keys())

    def _held(self, on: date, persons: Iterable[str] | None = None) -> pl.DataFrame:
        """Who is responsible on the day, without end (rules.HELD), of these people; the ids are of no row."""
        timelines = [(person, self.timelines[person]) for person in (self.timelines if persons is None else persons)]
        rows = [
            (0, person, timeline[-1].organisation, timeline[-1].since)
            for person, timeline in timelines
            if timeline[-1].since <= on < self.ends.get(person, date.max)
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
            for touched in self.touched.values():
                touched.add(person)
            if last.since < day:
                timeline.append(Segment(last.organisation, last.since, day))
            timeline.append(Segment(goes_to, day))


def _kept(run: Run) -> set[str]:
    """Whom decisions about one person kept where they were when the run was made."""
    holding = IndividualTransfer.objects.holding(run.on).filter(run__finished_at__lt=run.finished_at)
    found = holding.filter(run__trial=run.trial).values_list("person", flat=True)
    return {str(person) for person in found}


def _until(timeline: Iterable[Segment], end: date | None) -> Timeline:
    """The timeline up to a day."""
    if end is None:
        return tuple(timeline)
    return tuple(
        Segment(each.organisation, each.since, min(each.until or end, end)) for each in timeline if each.since < end
    )


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
        is_, ought = on_day(stands, day), on_day(should, day)
        if is_ is None or ought is None or is_ == ought:
            continue
        last = found[-1] if found else None
        if last and (last.until, last.held_by, last.belongs_to) == (day, is_, ought):
            found[-1] = Change(last.person, last.since, until, is_, ought)
        else:
            found.append(Change(UUID(person), day, until, is_, ought))
    return found


def on_day(timeline: Timeline, day: date) -> str | None:
    """The organisation's key of a day; None where nobody is responsible."""
    return next((s.organisation for s in timeline if s.since <= day and (s.until is None or day < s.until)), None)
