"""Whose responsibility would have been another's, had everything been known in time: a list that is derived, not kept.

It holds everybody of whom a correction, an extract that came late, or a statement of who is whom or of a death said
something after a run had been made, as far as the runs made again come out otherwise. What nobody can work out, for
the register's extracts carry nothing of it, is told beside it, with what an officer must do.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import groupby
from uuid import UUID

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from kokeilu.law.definition import shipped
from kokeilu.law.trial import Trial
from kokeilu.register.models import STANDING, Union
from kokeilu.transfer import causes, replay
from kokeilu.transfer.causes import Cause
from kokeilu.transfer.models import IndividualTransfer, Run
from kokeilu.transfer.replay import Change, LateSearch
from kokeilu.transfer.rules import STATE

SEARCH, DECISION = "search", "decision"


@dataclass(frozen=True)
class Unclear:
    """Somebody of whom nobody can work out who should have been responsible: `kind` is search (the register reported
    on `until` that a search had gone on since `since`, and nothing of where the person lived meanwhile) or decision
    (a decision about one person of `since` was made under a record that is merged into this one)."""

    person: UUID
    kind: str
    since: date
    until: date | None = None


@dataclass(frozen=True)
class Differences:
    """Where the responsibilities differ from what is known now, by person; `last` is the newest run.

    `timelines` are those that should stand, `causes` what came to be known late, of the people on the list. `unclear`
    are people of whom it cannot be worked out.
    """

    last: Run | None
    changes: tuple[Change, ...]
    timelines: Mapping[str, replay.Timeline]
    causes: Mapping[UUID, tuple[Cause, ...]] = field(default_factory=dict)
    unclear: tuple[Unclear, ...] = ()

    @cached_property
    def persons(self) -> tuple[UUID, ...]:
        """Whom the list is about."""
        return tuple(dict.fromkeys(change.person for change in self.changes))

    @cached_property
    def by_person(self) -> dict[UUID, tuple[Change, ...]]:
        """Each person's changes by day."""
        return {person: tuple(rows) for person, rows in groupby(self.changes, key=lambda change: change.person)}

    @cached_property
    def to_tell(self) -> frozenset[UUID]:
        """Those whose responsible organisation of today changes, who must be told."""
        return frozenset(change.person for change in self.changes if change.until is None)

    @cached_property
    def state(self) -> str:
        """The same for the same list: a confirmation is refused where it has changed."""
        rows = (f"{c.person} {c.since} {c.until} {c.held_by} {c.belongs_to}" for c in self.changes)
        return hashlib.sha256("\n".join([str(self.last and self.last.pk), *rows]).encode()).hexdigest()

    def because(self, kind: str) -> tuple[UUID, ...]:
        """Those on the list of whom something of a kind (`Cause.kind`) came to be known late."""
        return tuple(person for person in self.persons if any(each.kind == kind for each in self.causes[person]))


NONE = Differences(None, (), {})


def differences(trial: Trial, trials: replay.Trials | None = None) -> Differences:
    """Whose responsibility would change from when to when, had all that is known now been known in time.

    Worked out from what is stored; nothing is changed. Problem: as a run.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        return find(cursor, trial, trials or with_trial(trial))


def with_trial(trial: Trial) -> replay.Trials:
    """The trial as given, others as shipped."""
    return lambda key: trial if key == trial.key else shipped(key)


def find(cursor: CursorWrapper, trial: Trial, trials: replay.Trials) -> Differences:
    """As `differences`, in a transaction."""
    asked = (Run.Kind.FULL, Run.Kind.CHANGED, Run.Kind.END)
    runs = list(Run.objects.standing().filter(kind__in=asked).order_by("finished_at", "pk"))
    decided = [run for run in runs if run.trial == trial.key and run.kind != Run.Kind.END]
    if not decided:
        return NONE
    last = max(decided, key=lambda run: (run.on, run.finished_at))
    known, searches = causes.find(cursor, runs, trials)
    if not known:
        return Differences(last, (), {})
    persons = sorted(known)
    should = replay.corrected(cursor, persons, trials, searches)
    changes = tuple(replay.changes(replay.stored(persons), should))
    touched = sorted({str(change.person) for change in changes})
    return Differences(
        last, changes, {person: should[person] for person in touched},
        {UUID(person): tuple(sorted(known[person])) for person in touched},
        (*_unknown(searches, should), *_of_merged_records()),
    )  # fmt: skip


def _unknown(searches: Sequence[LateSearch], should: Mapping[str, replay.Timeline]) -> list[Unclear]:
    """Searches that no area was responsible for while they were not reported: nobody knows where the person lived."""
    return [
        Unclear(UUID(each.person), SEARCH, each.since, each.reported)
        for each in searches
        if replay.on_day(should.get(each.person, ()), each.day) in (None, STATE)
    ]


def _of_merged_records() -> list[Unclear]:
    """Decisions about one person that hold, of records that are merged: no run knows them any more."""
    kept = dict(Union.objects.filter(STANDING).values_list("merged", "kept"))
    holding = IndividualTransfer.objects.standing().filter(ended_on=None, person__in=kept)
    found = []
    for person, day in holding.order_by("run__on", "run").values_list("person", "run__on"):
        while person in kept:
            person = kept[person]
        found.append(Unclear(person, DECISION, day))
    return found
