"""Applying a trial's law to the whole register: preview and run."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import date

import polars as pl
from django.db import transaction
from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext as _

from kokeilu.access import logs, policy
from kokeilu.access.models import Organisation
from kokeilu.access.policy import Actor
from kokeilu.law.rules import decide
from kokeilu.law.trial import Trial
from kokeilu.problems import Problem
from kokeilu.register.models import Extract
from kokeilu.register.queries import newest_extract
from kokeilu.transfer import basis, intake, nightly, notices, order, outbox_due, rules, writing
from kokeilu.transfer.locking import changing
from kokeilu.transfer.models import Run
from kokeilu.transfer.operations import ORGANISATIONS, PREVIEW, RUN
from kokeilu.web import formats

Progress = Callable[[str, int, int], None]
STEPS = 5


@dataclass(frozen=True)
class Result:
    """What a run did, or would do.

    In a preview `run` is not stored, unless the same run was made before: then `run` is that one, `done_before` is
    true and nothing changed. `samples` are a few people of each outcome and pattern (the columns of `rules.changes`).
    """

    trial: Trial
    on: date
    extract: Extract
    counts: rules.Counts
    samples: pl.DataFrame
    run: Run
    done_before: bool = False
    preview: bool = False

    @property
    def state(self) -> str:
        """Definition, day, extract and how many move: a preview and a run agree on it where nothing changed between."""
        return f"{self.trial.key}/{self.on}/{self.trial.sha256}/{self.extract.pk}/{self.counts.moved}"


class _Undo(Exception):
    """Ends a preview's transaction."""


def _silent(_what: str, _done: int, _total: int) -> None:
    pass


def preview(trial: Trial, on: date, *, actor: Actor | None = None, progress: Progress = _silent) -> Result:
    """What a run would do: the run itself with all the database's checks, rolled back.

    Raises as `run`.
    """
    if actor is not None:
        policy.require(actor, PREVIEW)
    results = []
    try:
        with changing() as cursor:
            results.append(_Run(cursor, trial, on, actor, progress).make())
            raise _Undo
    except _Undo:
        pass
    return replace(results[0], preview=True)


def run(
    trial: Trial, on: date, *, actor: Actor | None = None, seen: str | None = None, progress: Progress = _silent,
    changed_only: bool = False,
) -> Result:  # fmt: skip
    """Decide by the trial's law about everybody whom the register knows on the day, and move responsibility.

    One transaction; the same run again changes nothing. `actor` is None where the system itself runs. `seen` is the
    `state` of the preview that the actor looked at: the run is refused where it would do something else by now.
    `changed_only` asks only about those of whom something changed since the last run (`nightly`), with the same result.

    Raises Problem, and changes nothing, where the trial has no version on the day, no extract or only newer ones are
    there, an area has no organisation, a later run was made, a preview is outdated, a version by which people were
    decided says something else by now, or another run goes on;
    PermissionDenied where the actor may not.
    """
    if actor is not None:
        policy.require(actor, RUN)
    with changing() as cursor:
        result = _Run(cursor, trial, on, actor, progress, changed_only=changed_only).make()
        if seen is not None and not result.done_before and result.state != seen:
            raise Problem(_("Something changed since the preview."), mend=_("look at a new preview first"))
    return result


def ensure_organisations(trial: Trial, *, actor: Actor | None = None) -> list[Organisation]:
    """Make the state's organisation and one for each area of the trial, where they are missing.

    Those that are there stay as they are. Returns the new ones by key. Raises PermissionDenied.
    """
    if actor is not None:
        policy.require(actor, ORGANISATIONS)
    names = {language: trial.area_names(language) for language in ("fi", "sv", "en")}
    wanted = {rules.STATE: Organisation(key=rules.STATE, kind=Organisation.Kind.STATE, **intake.STATE_NAMES)}
    for key in names["fi"]:
        named = {f"name_{language}": names[language][key] for language in names}
        wanted[key] = Organisation(key=key, kind=Organisation.Kind.TRIAL_AREA, **named)
    with transaction.atomic():
        known = set(Organisation.objects.filter(key__in=wanted).values_list("key", flat=True))
        new = [organisation for key, organisation in sorted(wanted.items()) if key not in known]
        for organisation in new:
            organisation.save(force_insert=True)
            logs.record_change(
                actor, ORGANISATIONS.key, "organisation", organisation.pk,
                new={"key": organisation.key, "kind": organisation.kind, "trial": trial.key},
            )  # fmt: skip
    return new


class _Run:
    """One run inside its transaction, under the lock."""

    def __init__(
        self, cursor: CursorWrapper, trial: Trial, on: date, actor: Actor | None, progress: Progress, *,
        changed_only: bool = False,
    ) -> None:  # fmt: skip
        self.cursor, self.trial, self.on, self.actor, self.progress = cursor, trial, on, actor, progress
        self.changed_only = changed_only

    def make(self) -> Result:
        version = self.trial.version_on(self.on)
        order.check_unchanged(self.trial)
        extract = self._extract()
        if before := order.same_run(self.trial, self.on, extract):
            counts = rules.Counts.from_json(before.counts)
            return Result(self.trial, self.on, extract, counts, pl.DataFrame(), before, done_before=True)
        order.check_forward(self.on)
        order.organisations_of(self.trial, self.on)  # before anything is read for nothing
        self._step("Reading the facts", 0)
        persons = nightly.changed_since_last_run(self.cursor, self.trial, self.on) if self.changed_only else None
        facts, standing = self._read(persons)
        self._step("Deciding", 1)
        decisions = decide(self.trial, facts.derived, self.on)
        changed = self._changes(decisions, facts, standing)
        counts = rules.count(changed, facts.contradictions)
        made = Run.objects.create(
            kind=Run.Kind.FULL if persons is None else Run.Kind.CHANGED, trial=self.trial.key,
            version=version.from_day, definition_sha256=self.trial.sha256, version_sha256=version.sha256, on=self.on,
            extract=extract, started_by=self.actor.user if self.actor else None, counts=counts.to_json(),
        )  # fmt: skip
        self._step("Storing the decisions", 2)
        writing.store_decisions(self.cursor, made, changed)
        basis.store_contradictions(self.cursor, made, facts.contradictions)
        self._step("Moving responsibility", 3)
        moved = changed.filter(pl.col("goes_to").is_not_null())
        writing.move(self.cursor, made, moved)
        outbox_due.tell(self.cursor, made, notices.by_law(made, moved), lambda _key: self.trial, actor=self.actor)
        self._step("Checking", 4)
        writing.check(self.cursor)
        logs.record_change(
            self.actor, RUN.key, "transfer_run", made.pk,
            new={"kind": made.kind, "trial": self.trial.key, "on": self.on.isoformat(), "extract": str(extract.pk)}
            | {"people": counts.total(), "moved": counts.moved},
        )  # fmt: skip
        self._step("Done", STEPS)
        return Result(self.trial, self.on, extract, counts, rules.samples(changed), made)

    def _read(self, persons: Collection[str] | None) -> tuple[basis.Facts, rules.Standing]:
        held = basis.held_on(self.cursor, self.on, persons)
        customers = held.filter(pl.col("responsible").is_in(list(self.trial.area_names("fi"))))
        facts = basis.facts(self.cursor, self.trial, self.on, customers, persons)
        limited = self.trial.version_on(self.on).longest_stay is not None
        standing = rules.Standing(
            held=held,
            search_ended=facts.search_ended,
            first_days=basis.first_days(self.cursor, self.trial) if limited else rules.FIRST_DAYS.to_frame(),
            kept=basis.kept(self.trial, self.on) | set(facts.contradictions["person"]),
            not_before=basis.not_before(self.trial, self.on, basis.last_before(self.trial, self.on)),
        )
        return facts, standing

    def _changes(self, decisions: pl.DataFrame, facts: basis.Facts, standing: rules.Standing) -> pl.DataFrame:
        changed = rules.changes(self.trial, decisions, standing, self.on)
        moving = changed.filter(pl.col("because").is_in(["crosses", "resident"]))["person"].to_list()
        homes = basis.homes(self.cursor, self.on, moving)
        return rules.moving_days(changed, homes, standing, self.on)

    def _step(self, what: str, done: int) -> None:
        self.progress(what, done, STEPS)

    def _extract(self) -> Extract:
        """The newest extract of the day or before."""
        found = newest_extract(self.on)
        if found is None:
            raise Problem(
                _("No register extract of %(day)s or before is imported.") % {"day": formats.day(self.on)},
                mend=_("import one: kokeilu register import EXTRACT --as-of DATE"),
            )
        return found
